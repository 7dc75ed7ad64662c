package startpage_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nuages-web/nuages/internal/startpage"
)

func full() startpage.Info {
	return startpage.Info{
		Project: "recordshop", Version: "v1.2.3", GoVersion: "go1.26.9", Debug: true, Routes: "routes.go",
		Rows: []startpage.Row{{Name: "Secret key", Value: "made for this start", Hint: "Set SECRET_KEY."}, {Name: "Address", Value: "127.0.0.1:8000", OK: true}},
		Next: []startpage.Step{{Command: "go run . startapp orders", What: "Adds an app."}},
	}
}

func TestPageTells(t *testing.T) {
	t.Parallel()
	page := string(startpage.Page(full()))
	for _, want := range []string{
		"<title>recordshop is in the air</title>", "<code>routes.go</code>", "<b>Secret key</b>", "made for this start", "Set SECRET_KEY.",
		"127.0.0.1:8000", "go run . startapp orders", "Adds an app.", "Nuages v1.2.3 · go1.26.9", "<code>Debug</code> is on", "prefers-reduced-motion",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if open, done := strings.Count(page, `<li class="open">`), strings.Count(page, " (done)"); open != 1 || done != 1 {
		t.Errorf("%d rows open and %d done, want one of each", open, done)
	}
	empty := string(startpage.Page(startpage.Info{}))
	for _, title := range []string{"Where to next", "How it is set up", "Debug</code>", "<style nonce"} {
		if strings.Contains(empty, title) {
			t.Errorf("the page about nothing holds %q", title)
		}
	}
}

// TestPageStandsAlone: nothing comes from elsewhere, and a policy that allows styles with a nonce
// only is enough.
func TestPageStandsAlone(t *testing.T) {
	t.Parallel()
	info := full()
	info.Nonce = "n0nce+/="
	doc, err := html.Parse(bytes.NewReader(startpage.Page(info)))
	if err != nil {
		t.Fatal(err)
	}
	styles := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "style":
			styles++
			if len(n.Attr) != 1 || n.Attr[0].Key != "nonce" || n.Attr[0].Val != info.Nonce {
				t.Errorf("style with %v, want the nonce", n.Attr)
			}
			if css := n.FirstChild.Data; strings.Contains(css, "url(") || strings.Contains(css, "@import") {
				t.Error("the style loads something")
			}
		case "script", "link", "img", "iframe", "a":
			t.Errorf("the page has an element %s", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || a.Key == "src" || strings.HasPrefix(a.Key, "on") || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	if styles != 1 {
		t.Errorf("%d styles, want one", styles)
	}
}

func TestPageEscapes(t *testing.T) {
	t.Parallel()
	const attack = `"><script>alert(1)</script>`
	page := string(startpage.Page(startpage.Info{
		Project: attack, Version: attack, GoVersion: attack, Debug: true, Routes: attack, Nonce: attack,
		Rows: []startpage.Row{{Name: attack, Value: attack, Hint: attack}}, Next: []startpage.Step{{Command: attack, What: attack}},
	}))
	if strings.Contains(page, "<script") {
		t.Errorf("the page holds a script:\n%s", page)
	}
}
