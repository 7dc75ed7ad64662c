package realdjango_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

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

func TestDecode(t *testing.T) {
	t.Parallel()
	big1, _ := new(big.Int).SetString("86399999999999999999", 10)
	for _, test := range []struct {
		name, raw string
		want      any
	}{
		{"null", `null`, nil},
		{"integer", `3`, int64(3)},
		{"big integer", `86399999999999999999`, big1},
		{"float", `3.0`, 3.0},
		{"tuple", `{"$tuple":[1,{"$safe":"<b>"}]}`, realdjango.Tuple{int64(1), realdjango.Safe("<b>")}},
		{"bytes", `{"$bytes":"Zm9v"}`, []byte("foo")},
		{"timedelta", `{"$timedelta":-1.5}`, -1500 * time.Millisecond},
		{"infinity", `{"$float":"-inf"}`, math.Inf(-1)},
		{"int", `{"$int":"86399999999999999999"}`, big1},
		{"range", `{"$range":[1,5,2]}`, realdjango.Range{Start: 1, Stop: 5, Step: 2}},
		{"dict", `{"$dict":[[1,"a"]]}`, realdjango.Dict{{Key: int64(1), Value: "a"}}},
		{"plain dict", `{"a":{"$lazy":"x"}}`, map[string]any{"a": realdjango.Lazy("x")}},
		{"object", `{"$obj":"Signer","args":["k"],"kwargs":{"sep":"/"}}`,
			realdjango.Object{Class: "Signer", Args: []any{"k"}, Kwargs: map[string]any{"sep": "/"}}},
		{"datetime", `{"$datetime":"2024-02-01T12:00:00+01:00","zone":"Europe/Berlin"}`,
			realdjango.Datetime{ISO: "2024-02-01T12:00:00+01:00", Zone: "Europe/Berlin"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := realdjango.MustDecode(t, json.RawMessage(test.raw))
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("Decode(%s) = %#v, want %#v", test.raw, got, test.want)
			}
		})
	}
	if _, err := realdjango.Decode(json.RawMessage(`{"$nonesuch":1}`)); err == nil || !strings.Contains(err.Error(), "$nonesuch") {
		t.Errorf("Decode of an unknown tag: error %v does not name it", err)
	}
}

func TestDecodeOrdered(t *testing.T) {
	t.Parallel()
	const raw = `{"b": 1, "a": [{"d": {"$tuple": [{"z": 0, "y": {"$safe": "&"}}]}}, {"$timedelta": 60}, {"$dict": [[2, {"$timedelta": 0.5}]]}]}`
	want := realdjango.Dict{
		{Key: "b", Value: int64(1)},
		{Key: "a", Value: []any{
			realdjango.Dict{{Key: "d", Value: realdjango.Tuple{realdjango.Dict{{Key: "z", Value: int64(0)}, {Key: "y", Value: realdjango.Safe("&")}}}}},
			time.Minute,
			realdjango.Dict{{Key: int64(2), Value: 500 * time.Millisecond}},
		}},
	}
	got, err := realdjango.DecodeOrdered(json.RawMessage(raw))
	if err != nil || !reflect.DeepEqual(got, any(want)) {
		t.Errorf("DecodeOrdered(%s) = %#v, %v, want %#v", raw, got, err, want)
	}
	for _, bad := range []string{``, `{`, `[1`, `{"a"`, `{"a":`, `{"$safe":1}`, `{"$obj":"x","args":[]}`} {
		if got, err := realdjango.DecodeOrdered(json.RawMessage(bad)); err == nil {
			t.Errorf("DecodeOrdered(%s) = %#v, want an error", bad, got)
		}
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

func TestDatetimeTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   realdjango.Datetime
		want string
	}{
		{realdjango.Datetime{ISO: "2024-02-01T12:00:00.5"}, "2024-02-01 12:00:00.5 +0000 UTC"},
		{realdjango.Datetime{ISO: "2024-07-01T12:00:00+02:00", Zone: "Europe/Berlin"}, "2024-07-01 12:00:00 +0200 CEST"},
		{realdjango.Datetime{ISO: "2024-07-01T12:00:00-02:00", Zone: "-0200"}, "2024-07-01 12:00:00 -0200 -0200"},
	} {
		got, err := test.in.Time()
		if err != nil || got.String() != test.want {
			t.Errorf("%+v.Time() = %v, %v, want %s", test.in, got, err, test.want)
		}
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

func ExampleDecode() {
	v, err := realdjango.Decode(json.RawMessage(`{"$tuple": ["a", 2, {"$timedelta": 60.0}]}`))
	fmt.Println(v, err)
	// Output: [a 2 1m0s] <nil>
}
