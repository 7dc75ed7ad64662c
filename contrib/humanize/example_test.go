package humanize_test

import (
	"context"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/contrib/humanize"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/template"
)

func Example() {
	var l *i18n.Locale // English
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	fmt.Println(humanize.IntComma(l, i18n.Int(4500000)))
	fmt.Println(humanize.IntWord(l, 1200000))
	fmt.Println(humanize.APNumber(l, 5))
	fmt.Println(humanize.Ordinal(l, 22))
	fmt.Println(humanize.NaturalTime(l, now.Add(-90*time.Minute), now))
	// Output:
	// 4,500,000
	// 1.2 million
	// five
	// 22nd
	// an hour ago
}

func ExampleLibrary() {
	engine, err := template.New(&template.Options{
		Libraries: map[string]*template.Library{"humanize": humanize.Library()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := engine.Parse("page", `{% load humanize %}{{ sold|intcomma }} copies`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.RenderString(context.Background(), map[string]any{"sold": 4500000}))
	// Output: 4,500,000 copies <nil>
}
