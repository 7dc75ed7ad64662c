package lint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/lint"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	testRule(t, "links lead somewhere", map[string]fixture{
		"": {map[string]string{
			"README.md": text("# Top", "[a](docs/a.md) [b](docs/a.md#two-words) [c](#top) [d](https://example.org/x.md) [e](mailto:a@b)",
				"[f](docs) ![g](docs/pic%20ture.png \"A title\") `[no](link.md)`", "```", "[no](link.md)", "```", "[ref]: docs/a.md"),
			"docs/pic ture.png": "",
			"docs/a.md": text("# Two words", "[up](../README.md)", "[gone](gone.md)", "[x](../README.md#gone)", "[y](#gone)",
				"[z](/README.md)", "[w](../../outside.md)", "[r]: other.md", "[bad](%zz)"),
		}, []string{
			"docs/a.md:3: link to gone.md: there is no docs/gone.md",
			"docs/a.md:4: link to ../README.md#gone: README.md has no heading #gone",
			"docs/a.md:5: link to #gone: docs/a.md has no heading #gone",
			"docs/a.md:6: link to /README.md: write it relative to this file",
			"docs/a.md:7: link to ../../outside.md: leads out of the module",
			"docs/a.md:8: link to other.md: there is no docs/other.md",
			"docs/a.md:9: link to %zz: bad escape",
		}},
	})
}

var quoted = map[string]string{
	"shop/views.go": text("package shop", "", "// Detail shows one album.", "func Detail() int {", "\treturn 1", "}", "",
		"func setup() {", "\t// doc:wire", "\ta := 1", "\tif a > 0 {", "\t\ta++", "\t}", "", "\t// doc:inner", "\t_ = a", "\t// doc:end", "}", "",
		"type Album struct{ Title string }", "", "func (a *Album) Name() string { return a.Title }", "",
		"const (", "\tone = 1", "\ttwo = 2 // even", ")", "", "// doc:open", "var x = 1"),
	"shop/page.html": text("<html>", "  {# doc:body #}", "  <p>", "    hello", "  </p>", "  {# doc:end #}", "</html>"),
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	with := func(guide ...string) map[string]string {
		files := map[string]string{"docs/guide.md": text(guide...)}
		for name, content := range quoted {
			files[name] = content
		}
		return files
	}
	testRule(t, "quotes match their source", map[string]fixture{
		"equal": {with("A guide.", "",
			"<!-- from: shop/views.go#Detail -->", "```go", "func Detail() int {", "\treturn 1", "}", "```", "",
			"<!-- from: shop/views.go#wire -->", "```go", "a := 1", "if a > 0 {", "\ta++", "}", "", "_ = a", "```", "",
			"<!-- from: shop/views.go#inner -->", "```go", "_ = a", "```", "",
			"<!-- from: shop/views.go#Album.Name -->", "```go", "func (a *Album) Name() string { return a.Title }", "```", "",
			"<!-- from: shop/views.go#two -->", "```go", "two = 2 // even", "```", "",
			"- in a list", "", "  <!-- from: shop/page.html#body -->", "  ```html", "  <p>", "    hello", "  </p>", "  ```", "",
			"<!-- from: shop/page.html -->", "~~~html", "<html>", "  <p>", "    hello", "  </p>", "</html>", "~~~", "",
			"````markdown", "<!-- from: shop/gone.go -->", "```", "text", "```", "````"), nil},
		"different": {with(
			"<!-- from: shop/views.go#Detail -->", "```go", "func Detail() int {", "\treturn 2", "}", "```"), []string{
			"docs/guide.md:2: the quote of shop/views.go#Detail differs from it: run go test ./internal/lint -update",
		}},
		"broken": {with(
			"<!-- from: shop/views.go#Gone -->", "```go", "```",
			"<!-- from: shop/gone.go -->", "```go", "```",
			"<!-- from: ../outside.go -->", "```go", "```",
			"<!-- from: shop/views.go#open -->", "```go", "```",
			"<!-- from: shop/views.go#Detail -->", "", "```go", "```",
			"<!-- from: shop/views.go#Detail -->", "```go", "no end"), []string{
			`docs/guide.md:13: no fenced block on the line after "from:"`,
			`docs/guide.md:18: the fenced block does not end`,
			`docs/guide.md:1: quote: shop/views.go has no region "doc:Gone" and declares no Gone`,
			`docs/guide.md:4: quote: there is no shop/gone.go`,
			`docs/guide.md:7: quote: ../outside.go: the path leads out of the module`,
			`docs/guide.md:10: quote: shop/views.go: region "doc:open" has no "doc:end"`,
		}},
	})
}

func TestUpdateQuotes(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"docs/same.md": text("nothing to do"),
		"docs/guide.md": text("Before.", "<!-- from: shop/views.go#Detail -->", "```go", "old", "```", "Between.",
			"1. x", "   <!-- from: shop/views.go#wire -->", "   ```go", "   ```", "After.",
			"<!-- from: shop/gone.go -->", "```go", "kept", "```"),
	}
	for name, content := range quoted {
		files[name] = content
	}
	m := load(t, files)
	changed, err := lint.UpdateQuotes(m)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"docs/guide.md"}, changed); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	got, err := os.ReadFile(filepath.Join(m.Dir, "docs", "guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := text("Before.", "<!-- from: shop/views.go#Detail -->", "```go", "func Detail() int {", "\treturn 1", "}", "```", "Between.",
		"1. x", "   <!-- from: shop/views.go#wire -->", "   ```go", "   a := 1", "   if a > 0 {", "   \ta++", "   }", "", "   _ = a", "   ```", "After.",
		"<!-- from: shop/gone.go -->", "```go", "kept", "```")
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("guide (-want +got):\n%s", diff)
	}
	if again, err := lint.UpdateQuotes(m); err != nil || len(again) > 0 {
		t.Errorf("a second update changed %v (%v)", again, err)
	}
}
