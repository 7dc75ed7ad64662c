package templatefuzz_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/templatefuzz"
	"github.com/nuages-web/nuages/internal/templatetest"
)

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

const (
	batch    = 2000 // samples that are sent to Django at once
	maxFinds = 8    // differences that are made small and shown
)

// TestRandom renders templates that were made at random by Django and by us.
// NUAGES_TEST_TEMPLATES is how many, NUAGES_TEST_SEED another row of them.
func TestRandom(t *testing.T) {
	t.Parallel()
	count := number(t, "NUAGES_TEST_TEMPLATES", 3000)
	maker := templatefuzz.New(uint64(number(t, "NUAGES_TEST_SEED", 1)))
	peers := newPeers(t)
	rendered, finds := 0, map[string]bool{}
	for first := 0; first < count && len(finds) < maxFinds; first += batch {
		var samples []*templatefuzz.Sample
		for n := first; n < min(first+batch, count); n++ {
			samples = append(samples, maker.Sample(n))
		}
		for i, k := range peers.kinds(t, samples) {
			if k.django == "" {
				rendered++
			}
			if k.differ && len(finds) < maxFinds {
				line, message := peers.shrink(t, samples[i])
				if !finds[line] {
					finds[line] = true
					t.Errorf("%s differs; as a row of template/testdata/finds.jsonl:\n%s\n%s", samples[i].Name(), line, message)
				}
			}
		}
	}
	// Random noise would be refused early, and show little.
	if percent := 100 * rendered / count; percent < 80 && len(finds) == 0 {
		t.Errorf("Django renders %d %% of the templates, want 80", percent)
	}
	t.Logf("%d templates, of which Django renders %d", count, rendered)
}

// peers render the same cases.
type peers struct {
	django *templatefuzz.Django
	runner *templatetest.Runner
}

func newPeers(t *testing.T) *peers {
	t.Helper()
	django := templatefuzz.NewDjango(t)
	locale := templatetest.DjangoLocale(templatetest.DjangoDir)
	if locale == nil {
		realdjango.Missing(t, "the catalogues of Django in "+templatetest.DjangoDir+" (Debian package python3-django)")
	}
	runner, err := templatetest.New(&templatetest.Options{Locale: locale})
	if err != nil {
		t.Fatal(err)
	}
	return &peers{django, runner}
}

// kind is what a difference is: the classes of both answers, "" for text. The zero
// kind is none.
type kind struct {
	differ       bool
	django, ours string
}

// kinds compares samples.
func (p *peers) kinds(t *testing.T, samples []*templatefuzz.Sample) []kind {
	t.Helper()
	cases := make([]*templatetest.Case, len(samples))
	for i, s := range samples {
		cases[i] = s.Case()
	}
	answers, err := p.django.Render(cases)
	if err != nil {
		t.Fatal(err)
	}
	kinds := make([]kind, len(samples))
	for i, want := range answers {
		got := p.runner.Run(t.Context(), cases[i])
		kinds[i] = kind{!got.Equal(want), want.Class, got.Class}
	}
	return kinds
}

// shrink returns the smallest sample that differs as a row of the finds, and what
// both made of it.
func (p *peers) shrink(t *testing.T, s *templatefuzz.Sample) (line, message string) {
	t.Helper()
	// Errors of other classes would be another difference.
	kind := p.kinds(t, []*templatefuzz.Sample{s})[0]
	small, err := templatefuzz.Shrink(s, func(list []*templatefuzz.Sample) ([]bool, error) {
		same := make([]bool, len(list))
		for i, k := range p.kinds(t, list) {
			same[i] = k == kind
		}
		return same, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := small.Case()
	answers, err := p.django.Render([]*templatetest.Case{c})
	if err != nil {
		t.Fatal(err)
	}
	got := p.runner.Run(t.Context(), c)
	message = "Django: " + answers[0].String() + "\nwe:     " + got.String()
	c.Name, c.Error = "", answers[0].Class
	if answers[0].Text != nil {
		c.Expected, err = json.Marshal(answers[0].Text)
	}
	if err != nil {
		t.Fatal(err)
	}
	row, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(row), message
}
