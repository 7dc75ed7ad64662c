package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

// A Renderer renders templates by name. The context is the request's, for engines that look up
// what every page needs (context processors).
type Renderer interface {
	Render(ctx context.Context, w io.Writer, name string, data any) error
}

// A TemplateBody is a body that isn't rendered yet: middleware may change its name and data
// through [Response.Template] (Django's TemplateResponse).
type TemplateBody struct {
	Name string
	Data any
}

// Render answers with a template of [Options].Templates, rendered late: when middleware asks for
// the content, or at the edge. An error of the template is a 500.
func Render(name string, data any) Response {
	return Response{contentType: typeHTML, sender: &TemplateBody{name, data}}
}

// render runs the template into memory, so that an error in its middle can still be a 500.
func (t *TemplateBody) render(r *Request) ([]byte, error) { return t.renderIn(r.ctx, r) }

func (t *TemplateBody) renderIn(ctx context.Context, r *Request) ([]byte, error) {
	engine := r.s.site.Templates
	if engine == nil {
		return nil, fmt.Errorf("render %q: no template engine; set Options.Templates", t.Name)
	}
	var buf bytes.Buffer
	if err := engine.Render(ctx, &buf, t.Name, t.Data); err != nil {
		return nil, fmt.Errorf("render %q: %w", t.Name, err)
	}
	if o := r.s.observer; o != nil && o.Rendered != nil {
		o.Rendered(r, t.Name, t.Data)
	}
	return buf.Bytes(), nil
}

// Send is not used: a template is rendered into memory first.
func (t *TemplateBody) Send(w http.ResponseWriter, r *Request, status int) error {
	b, err := t.render(r)
	if err != nil {
		return err
	}
	w.WriteHeader(status)
	_, err = w.Write(b)
	return err
}

// RenderString renders a template of the site whose request the context is of: a part of an answer, a
// mail (Django's render_to_string). It is an error where the context has no request.
func RenderString(ctx context.Context, name string, data any) (string, error) {
	r, ok := FromContext(ctx)
	if !ok {
		return "", fmt.Errorf("render %q: the context has no request", name)
	}
	b, err := (&TemplateBody{name, data}).renderIn(ctx, r)
	return string(b), err
}

// RenderStream answers with a template that is sent while it renders, in pieces: at its {% flush %}
// tags and whenever enough is ready. An error after the first piece breaks the connection off, so that
// the client can tell that the page is not whole. The engine must have a method Stream like that of
// template.Engine.
func RenderStream(name string, data any) Response {
	return Stream(typeHTML, func(ctx context.Context, w *StreamWriter) error {
		r, ok := FromContext(ctx)
		if !ok {
			return fmt.Errorf("render %q: the context has no request", name)
		}
		engine, ok := r.s.site.Templates.(interface {
			Stream(ctx context.Context, w io.Writer, name string, data any) error
		})
		if !ok {
			return fmt.Errorf("render %q: the template engine can't stream", name)
		}
		return engine.Stream(ctx, w, name, data)
	})
}

// GoTemplates renders files of Go's html/template. Each page is parsed together with the files
// whose names start with "_" or that lie in a folder "layouts", which therefore can define what
// pages share.
type GoTemplates struct {
	fsys  fs.FS
	opts  GoTemplatesOptions
	mu    sync.Mutex
	cache map[string]*template.Template
}

// GoTemplatesOptions configures [NewGoTemplates].
type GoTemplatesOptions struct {
	// Funcs are functions for the templates.
	Funcs template.FuncMap
	// Reload parses the files anew for each page, so that changes show at once. Default false.
	Reload bool
}

// NewGoTemplates returns a Renderer for the *.html files of a file system: os.DirFS while
// developing, an embed.FS in the binary.
func NewGoTemplates(fsys fs.FS, opts *GoTemplatesOptions) *GoTemplates {
	g := &GoTemplates{fsys: fsys, cache: map[string]*template.Template{}}
	if opts != nil {
		g.opts = *opts
	}
	return g
}

// Render implements [Renderer]. The name is the file's path in the file system.
func (g *GoTemplates) Render(_ context.Context, w io.Writer, name string, data any) error {
	t, err := g.template(name)
	if err != nil {
		return err
	}
	return t.Execute(w, data)
}

func (g *GoTemplates) template(name string) (*template.Template, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.cache[name]; t != nil && !g.opts.Reload {
		return t, nil
	}
	t, err := g.parse(name)
	if err == nil {
		g.cache[name] = t
	}
	return t, err
}

func (g *GoTemplates) parse(name string) (*template.Template, error) {
	t := template.New(name).Funcs(g.opts.Funcs)
	shared, err := g.shared()
	if err != nil {
		return nil, err
	}
	for _, file := range append(shared, name) {
		b, err := fs.ReadFile(g.fsys, file)
		if err != nil {
			return nil, err
		}
		part := t
		if file != name {
			part = t.New(file)
		}
		if _, err := part.Parse(string(b)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// shared lists the files that are parsed with every page.
func (g *GoTemplates) shared() ([]string, error) {
	var names []string
	err := fs.WalkDir(g.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".html" {
			return err
		}
		if strings.HasPrefix(path.Base(p), "_") || path.Base(path.Dir(p)) == "layouts" {
			names = append(names, p)
		}
		return nil
	})
	return names, err
}

// Check parses every template and returns the first error, for system checks.
func (g *GoTemplates) Check() error {
	return fs.WalkDir(g.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".html" {
			return err
		}
		_, err = g.template(p)
		return err
	})
}
