package realdjango_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
)

func TestRun(t *testing.T) {
	t.Parallel()
	got := realdjango.Run(t, realdjango.Configure+`
import sys
from django.utils.text import slugify
sys.stdout.write(slugify(sys.stdin.read(), allow_unicode=True))
`, []byte("Grüße aus Köln"))
	if string(got) != "grüße-aus-köln" {
		t.Errorf("slugify by Django: got %q", got)
	}
}

func TestProcess(t *testing.T) {
	t.Parallel()
	p := realdjango.Start(t, `
import sys
from django.utils.text import slugify
for line in sys.stdin:
    if line == "end\n":
        sys.exit("no more")
    print(slugify(line), flush=True)
`)
	lines := make([][]byte, 20_000)
	for i := range lines {
		lines[i] = fmt.Appendf(nil, "Line Number %d", i)
	}
	answers, err := p.Ask(lines)
	if err != nil || len(answers) != len(lines) || string(answers[12_345]) != "line-number-12345" {
		t.Fatalf("%d answers, error %v, want %d", len(answers), err, len(lines))
	}
	if _, err := p.Ask([][]byte{[]byte("end")}); err == nil || !strings.Contains(err.Error(), "no more") {
		t.Errorf("a script that ends: error %v, want its standard error in it", err)
	}
}

// Every value of every case can be read.
func TestCases(t *testing.T) {
	t.Parallel()
	groups := map[string]bool{}
	for _, file := range []string{"misc.jsonl", "calls.jsonl"} {
		for _, line := range realdjango.Lines(t, file) {
			var c realdjango.Case
			if err := json.Unmarshal(line, &c); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			groups[c.Group] = true
			values := append([]json.RawMessage{}, c.Args...)
			for _, v := range c.Kwargs {
				values = append(values, v)
			}
			for _, v := range c.Env {
				values = append(values, v)
			}
			if c.Expected != nil {
				values = append(values, c.Expected)
			}
			for _, v := range values {
				realdjango.MustDecode(t, v)
			}
		}
	}
	if !groups["signing"] || !groups["crypto"] {
		t.Errorf("groups %v lack signing or crypto", groups)
	}
	for _, c := range realdjango.Cases(t, "validators") {
		if c.Group != "validators" || (c.Expected == nil) != (c.Error != nil) {
			t.Fatalf("case %s of group %q: expected %s, error %v", c.Name, c.Group, c.Expected, c.Error)
		}
	}
}
