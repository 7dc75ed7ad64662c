package templatefuzz_test

import (
	"os"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/templatefuzz"
	"github.com/nuages-web/nuages/internal/templatetest"
)

// Most samples are templates that Django renders: random noise would be refused early.
func TestSamplesRender(t *testing.T) {
	t.Parallel()
	maker := templatefuzz.New(1)
	var cases []*templatetest.Case
	for n := range 3000 {
		cases = append(cases, maker.Sample(n).Case())
	}
	django := templatefuzz.NewDjango(t)
	start := time.Now()
	answers, err := django.Render(cases)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start))
	classes := map[string]int{}
	shown := map[string]int{}
	length := 0
	for i, a := range answers {
		classes[a.Class]++
		if a.Text != nil {
			length += len(*a.Text)
		}
		if a.Class == os.Getenv("SHRINK") && shown[a.Class] < 5 {
			small, err := templatefuzz.Shrink(maker.Sample(i), func(list []*templatefuzz.Sample) ([]bool, error) {
				var cases []*templatetest.Case
				for _, s := range list {
					cases = append(cases, s.Case())
				}
				answers, err := django.Render(cases)
				yes := make([]bool, len(list))
				for i := range answers {
					yes[i] = answers[i].Class == os.Getenv("SHRINK")
				}
				return yes, err
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s %s", small.Case().Templates, small.Case().Context)
		}
		if a.Class == "TemplateSyntaxError" && os.Getenv("TSE") != "" {
			t.Log(a.Message)
		}
		if shown[a.Class]++; shown[a.Class] < 6 && os.Getenv("SHOW") != "" {
			if a.Text != nil {
				t.Logf("%s\n%s", cases[i].Templates, *a.Text)
			}
			t.Log(a.Class, a.Message)
		}
	}
	t.Log(classes, length)
}
