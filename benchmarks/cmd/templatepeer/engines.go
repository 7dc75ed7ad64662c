package main

import (
	"bytes"
	"context"
	htmltemplate "html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/flosch/pongo2/v6"

	"github.com/nuages-web/nuages/benchmarks/internal/pages"
	"github.com/nuages-web/nuages/template"
)

// engine is a template engine: the names of a row's fields in its templates, and how it makes the
// function that renders a page. The function may be called by several goroutines at once.
type engine struct {
	keys [4]string
	open func(p *pages.Page) (func(*bytes.Buffer) error, error)
}

var (
	djangoKeys = [4]string{"id", "name", "price", "created"}
	goKeys     = [4]string{"ID", "Name", "Price", "Created"}
)

var engines = map[string]engine{
	"nuages":        {djangoKeys, openNuages},
	"pongo2":        {goKeys, openPongo2},
	"html/template": {goKeys, openHTML},
}

func openNuages(p *pages.Page) (func(*bytes.Buffer) error, error) {
	e, err := template.New(&template.Options{Loaders: []template.Loader{template.FS(pages.Templates("django"))}})
	return func(b *bytes.Buffer) error {
		return e.Render(context.Background(), b, p.Template, p.Data)
	}, err
}

// pongoLoader reads the templates that are embedded.
type pongoLoader struct{}

func (pongoLoader) Abs(_, name string) string { return name }

func (pongoLoader) Get(path string) (io.Reader, error) {
	return pages.Templates("pongo2").Open(path)
}

func openPongo2(p *pages.Page) (func(*bytes.Buffer) error, error) {
	set := pongo2.NewSet("pages", pongoLoader{})
	return func(b *bytes.Buffer) error {
		t, err := set.FromCache(p.Template)
		if err != nil {
			return err
		}
		return t.ExecuteWriter(pongo2.Context(p.Data), b)
	}, nil
}

// layouts are the files of each page of html/template, which has no extends.
var layouts = map[string][]string{
	"page.html": {"base.html", "nav.html", "page.html"},
	"deep.html": {"base.html", "nav.html", "middle.html", "deep.html"},
}

func openHTML(p *pages.Page) (func(*bytes.Buffer) error, error) {
	names := layouts[p.Template]
	if names == nil {
		names = []string{p.Template}
	}
	t, err := htmltemplate.New(names[0]).Funcs(htmltemplate.FuncMap{
		"upper":       strings.ToUpper,
		"floatformat": func(places int, f float64) string { return strconv.FormatFloat(f, 'f', places, 64) },
		"date":        func(layout string, t time.Time) string { return t.Format(layout) },
	}).ParseFS(pages.Templates("gohtml"), names...)
	return func(b *bytes.Buffer) error { return t.Execute(b, p.Data) }, err
}
