package templatefuzz_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/templatefuzz"
	"github.com/nuages-web/nuages/internal/templatetest"
)

// Django renders most samples: random noise would be refused early, and show
// little.
func TestDjangoRenders(t *testing.T) {
	t.Parallel()
	maker := templatefuzz.New(1)
	var cases []*templatetest.Case
	for n := range 500 {
		cases = append(cases, maker.Sample(n).Case())
	}
	answers, err := templatefuzz.NewDjango(t).Render(cases)
	if err != nil {
		t.Fatal(err)
	}
	classes := map[string]int{}
	for _, a := range answers {
		classes[a.Class]++
	}
	if classes[""] < 400 || classes[templatetest.ClassSyntax] == 0 {
		t.Errorf("of 500 samples Django renders %d, want 400 and some errors of each kind: %v", classes[""], classes)
	}
}

// The same seed makes the same samples, and other ones others.
func TestSeeds(t *testing.T) {
	t.Parallel()
	line := func(seed uint64, n int) string {
		c := templatefuzz.New(seed).Sample(n).Case()
		c.Name = ""
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	again := line(1, 5)
	if line(1, 5) != again || again == line(1, 6) || again == line(2, 5) {
		t.Error("samples do not depend on the seed and the number alone")
	}
}

// A sample is made smaller for as long as it has what is looked for.
func TestShrink(t *testing.T) {
	t.Parallel()
	has := func(s *templatefuzz.Sample) bool {
		for _, source := range s.Case().Templates {
			if strings.Contains(source, "|upper") {
				return true
			}
		}
		return false
	}
	maker := templatefuzz.New(1)
	for n, looked := 0, 0; looked < 3; n++ {
		s := maker.Sample(n)
		if !has(s) {
			continue
		}
		looked++
		small, err := templatefuzz.Shrink(s, func(list []*templatefuzz.Sample) ([]bool, error) {
			found := make([]bool, len(list))
			for i, s := range list {
				found[i] = has(s)
			}
			return found, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		c := small.Case()
		if source := c.Templates["main"]; len(c.Templates) != 1 || len(source) > 40 || string(c.Context) != "{}" {
			t.Errorf("%s: got %q with %s, want one short template", s.Name(), c.Templates, c.Context)
		}
	}
}
