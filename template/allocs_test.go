package template_test

import (
	"context"
	"io"
	"testing"
)

// What is shown is written to the buffer of the render, which the next render has again: plain values
// allocate nothing. Filters put what they make into pieces of 4 KiB, so that less than one allocation
// comes to each. Not parallel: what other tests allocate would count. Under
// the race detector pools drop what they hold at random, and nothing is compared: make test runs this once more without.
func TestAllocations(t *testing.T) {
	e, data := benchEngine(t), any(benchData(50))
	asStruct := any(&struct {
		Title string
		Row   benchRow
	}{"Stock & more", benchRows(1)[0]})
	most := map[string]float64{
		"method": 4, // package reflect's call
		"for":    2, // forloop, and what goes over the items
	}
	ctx := context.Background()
	for _, bc := range benchCases {
		for kind, data := range map[string]any{"map": data, "struct": asStruct} {
			tmpl, err := e.Parse(bc.name, bc.source)
			if err != nil {
				t.Fatal(err)
			}
			got := testing.AllocsPerRun(100, func() { _ = tmpl.Render(ctx, io.Discard, data) })
			if got > most[bc.name] && !raceEnabled {
				t.Errorf("%s with data of a %s: %v allocations, want at most %v", bc.source, kind, got, most[bc.name])
			}
		}
	}
	for name, most := range map[string]float64{"page.html": 8, "plain.html": 6, "maps.html": 6, "leaf.html": 14, "include.html": 2} {
		got := testing.AllocsPerRun(100, func() { _ = e.Render(ctx, io.Discard, name, data) })
		if got > most && !raceEnabled {
			t.Errorf("%s: %v allocations, want at most %v", name, got, most)
		}
	}
}
