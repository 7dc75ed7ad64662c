package template_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/internal/templatetest"
)

// TestFinds renders what the comparison of random templates with Django has found
// (internal/templatefuzz), each with Django's answer.
func TestFinds(t *testing.T) {
	t.Parallel()
	runner := newRunner(t)
	data, err := os.ReadFile(filepath.Join("testdata", "finds.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		c, err := templatetest.Parse(line)
		if err != nil {
			t.Fatalf("finds.jsonl:%d: %v", number, err)
		}
		want, err := c.Answer()
		if err != nil {
			t.Fatal(err)
		}
		if got := runner.Run(t.Context(), c); !got.Equal(want) {
			t.Errorf("finds.jsonl:%d: templates %q, context %s\nwant %s\ngot  %s", number, c.Templates, c.Context, want, got)
		}
	}
}
