package template_test

import (
	"sync"
	"testing"

	"github.com/nuages-web/nuages/template"
)

// Renders share plans of lookups and tables of blocks, which they remember for one another: here they
// disagree about the type of a row and about the parent of a page.
func TestParallelRendersRememberForOneAnother(t *testing.T) {
	t.Parallel()
	e, err := template.New(&template.Options{Loaders: []template.Loader{template.Map{
		"a":    `a{% block x %}a{% endblock %}`,
		"b":    `b{% block x %}b{% endblock %}{% block y %}b{% endblock %}`,
		"page": `{% extends parent %}{% block x %}{{ block.super }}{% for r in rows %}{{ r.id }}{{ r.name|upper }}{% endfor %}{% endblock %}`,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	rows := []benchRow{{ID: 1, Name: "x"}, {ID: 2, Name: "y"}}
	cases := []struct {
		want string
		data map[string]any
	}{
		{"aa1X2Y", map[string]any{"parent": "a", "rows": rows}},
		{"bb1X2Yb", map[string]any{"parent": "b", "rows": benchMaps(rows)}},
		{"aa3Z", map[string]any{"parent": "a", "rows": []*benchRow{{ID: 3, Name: "z"}}}},
	}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			for j := range 200 {
				c := cases[(i+j)%len(cases)]
				if got, err := e.RenderString(t.Context(), "page", c.data); err != nil || got != c.want {
					t.Errorf("%v: %q, %v, want %q", c.data, got, err, c.want)
				}
			}
		})
	}
	wg.Wait()
}
