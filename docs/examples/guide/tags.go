package guide

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/web"
)

// ShopTags is the library that templates load with {% load shop %}.
func ShopTags() *template.Library {
	return &template.Library{
		Filters: map[string]template.Filter{
			"euro":   {Func: euro, Safe: true},
			"sleeve": {Func: sleeve},
			"day":    {Func: day, LocalTime: true},
		},
		Tags: map[string]template.Tag{
			"stars": template.SimpleTag{Func: stars, Params: []template.Param{
				{Name: "n"}, {Name: "of", Default: 5},
			}},
			"here": template.SimpleTag{Func: here},
			"note": template.BlockTag{Func: note, Params: []template.Param{{Name: "kind", Default: "info"}}},
			"top": template.InclusionTag{Func: top, Template: "_top.html", Params: []template.Param{
				{Name: "records"}, {Name: "n", Default: 3, ByName: true},
			}},
			"upper": template.CompileFunc(compileUpper),
		},
	}
}

// doc:filters

// euro is {{ record.cents|euro }} and {{ record.cents|euro:0 }}.
func euro(cents int, places ...int) string {
	if len(places) > 0 && places[0] == 0 {
		return fmt.Sprintf("€ %d", (cents+50)/100)
	}
	return fmt.Sprintf("€ %d.%02d", cents/100, cents%100)
}

// sleeve is {{ record|sleeve:"small" }}.
func sleeve(r *Record, size string) (markup.HTML, error) {
	if size != "small" && size != "large" {
		return "", fmt.Errorf("a sleeve is small or large, not %q", size)
	}
	return markup.Format(`<img class="{}" src="/covers/{}.png" alt="{}">`, size, r.Slug, r.Title), nil
}

// day is {{ record.since|day }}: moments come in the current time zone.
func day(t time.Time) string { return t.Format("Monday") }

// doc:end

// doc:simple

// stars is {% stars 3 %}, {% stars n=3 of=10 %} and {% stars 3 as text %}.
func stars(n, of int) (string, error) {
	if n < 0 || n > of || of > 100 {
		return "", fmt.Errorf("there are no %d of %d stars", n, of)
	}
	return strings.Repeat("★", n) + strings.Repeat("☆", of-n), nil
}

// here is {% here %}.
func here(ctx context.Context) (string, error) {
	r, ok := web.FromContext(ctx)
	if !ok {
		return "", errors.New("here: this is no request")
	}
	return r.Path(), nil
}

// doc:end

// note is {% note "warning" %}…{% endnote %}.
func note(contents markup.HTML, kind string) markup.HTML {
	return markup.Format(`<aside class="{}">{}</aside>`, kind, contents)
}

// top is {% top shelf.records n=1 %}: the data of _top.html.
func top(records []*Record, n int) map[string]any {
	return map[string]any{"records": records[:min(n, len(records))]}
}

// doc:compile

// compileUpper compiles {% upper %}…{% endupper %}.
func compileUpper(p *template.Parser, t template.Token) (template.Node, error) {
	if len(t.Bits()) != 1 {
		return nil, p.ErrorAt(t, t.Bits()[1], "'upper' takes no argument")
	}
	contents, err := p.Block("endupper")
	return &upperNode{contents}, err
}

// upperNode is shared by all renders, and so never changes.
type upperNode struct{ contents *template.NodeList }

// Render implements [template.Node].
func (n *upperNode) Render(c *template.Context) error {
	html, err := c.Capture(n.contents)
	if err != nil {
		return err
	}
	c.WriteString(strings.ToUpper(string(html)))
	return nil
}

// doc:end
