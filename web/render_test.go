package web_test

import (
	"errors"
	"html/template"
	"io/fs"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nuages-web/nuages/web"
)

// files is a file system of templates that may change.
type files map[string]string

func (f files) Open(name string) (fs.File, error) {
	m := fstest.MapFS{}
	for name, text := range f {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m.Open(name)
}

func TestGoTemplates(t *testing.T) {
	t.Parallel()
	fsys := files{
		"layouts/base.html": `{{define "base"}}<h1>{{block "title" .}}none{{end}}</h1>{{template "_foot.html" .}}{{end}}`,
		"_foot.html":        `<p>{{shout .Name}}</p>`,
		"shop/page.html":    `{{define "title"}}{{.Name}}{{end}}{{template "base" .}}`,
		"plain.html":        `{{template "base" .}}`,
		"broken.html":       `{{if}}`,
		"fails.html":        `begin {{.None}}`,
		"panics.html":       `{{panic}}`,
	}
	funcs := template.FuncMap{"shout": strings.ToUpper, "panic": func() string { panic("oops") }}
	engine := web.NewGoTemplates(fsys, &web.GoTemplatesOptions{Funcs: funcs, Reload: true})
	data := struct{ Name string }{"<b>"}
	for _, test := range []struct {
		name   string
		status int
		body   string
		log    string
	}{
		{"shop/page.html", 200, "<h1>&lt;b&gt;</h1><p>&lt;B&gt;</p>", ""},
		{"plain.html", 200, "<h1>none</h1><p>&lt;B&gt;</p>", ""},
		{"broken.html", 500, "500", "broken.html:1"},
		{"fails.html", 500, "500", "fails.html:1"},
		{"panics.html", 500, "500", "oops"},
		{"none.html", 500, "500", "none.html"},
		{"../x.html", 500, "500", "../x.html"},
	} {
		h, j := site(func(*web.Request) (web.Response, error) {
			return web.Render(test.name, data).WithHeader("X-Kept", "1"), nil
		}, &web.Options{Templates: engine})
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", "text/plain")
		h.ServeHTTP(w, r)
		if w.Code != test.status || !strings.HasPrefix(w.Body.String(), test.body) || w.Header().Get("X-Kept") != "1" {
			t.Errorf("%s: got %d %s %v", test.name, w.Code, w.Body, w.Header())
		}
		if j.entries() != min(1, len(test.log)) || !strings.Contains(j.String(), test.log) {
			t.Errorf("%s: log:\n%s", test.name, j)
		}
	}
	if err := engine.Check(); err == nil || !strings.Contains(err.Error(), "broken.html") {
		t.Errorf("check: %v", err)
	}
	fsys["plain.html"] = "changed"
	w := serve(t, func(*web.Request) (web.Response, error) { return web.Render("plain.html", nil), nil },
		&web.Options{Templates: engine}, httptest.NewRequest("GET", "/", nil))
	if w.Body.String() != "changed" {
		t.Errorf("not reloaded: %s", w.Body)
	}
}

// Middleware may change a template's name and data, or ask for its content.
func TestTemplateResponse(t *testing.T) {
	t.Parallel()
	change := web.Middleware{Name: "change", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			resp, err := next(r)
			if body := resp.Template(); body != nil {
				body.Name, body.Data = "b.html", "data"
			}
			b, cerr := resp.Content(r)
			resp.SetContent(append(b, '!'))
			return resp, errors.Join(err, cerr)
		}
	}}
	w := serve(t, func(*web.Request) (web.Response, error) { return web.Render("a.html", nil), nil }, &web.Options{
		Middleware: []web.Middleware{change},
		Templates:  web.NewGoTemplates(files{"a.html": "a", "b.html": "b {{.}}"}, nil),
	}, httptest.NewRequest("GET", "/", nil))
	if w.Body.String() != "b data!" {
		t.Errorf("got %s", w.Body)
	}
}
