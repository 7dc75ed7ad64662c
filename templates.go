package nuages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// openTemplates makes the template engine: of the project's folder first, then those of its apps.
func (p *Project) openTemplates() error {
	s := &p.settings
	opts := s.TemplateOptions
	if loader := p.templateFolders(); loader != nil {
		opts.Loaders = append(opts.Loaders, loader)
	}
	libraries := map[string]*template.Library{}
	for _, app := range p.apps {
		for name, l := range app.TemplateLibraries {
			if libraries[name] != nil {
				return fmt.Errorf("app %s: there are two template libraries %q", app.Name, name)
			}
			libraries[name] = l
		}
		opts.Types = append(slices.Clip(opts.Types), app.TemplateTypes...)
	}
	maps.Copy(libraries, opts.Libraries) // the project's take the place of an app's
	opts.Libraries = libraries
	opts.Reload = opts.Reload || s.Debug
	opts.Debug = opts.Debug || s.Debug
	if opts.URLs == nil {
		opts.URLs = templateURLs{p}
	}
	if opts.StaticURL == "" {
		opts.StaticURL = s.ScriptName + "/static/"
	}
	if opts.MediaURL == "" {
		opts.MediaURL = s.ScriptName + "/media/"
	}
	if opts.Zone == nil {
		opts.Zone = s.TimeZone
	}
	processors := p.contextProcessors(&opts)
	maps.Copy(processors, opts.Processors)
	opts.Processors = processors
	engine, err := template.New(&opts)
	if err != nil {
		return fmt.Errorf("settings: TemplateOptions: %w", err)
	}
	p.engine = engine
	return nil
}

// Templates returns the template engine, for what is rendered outside of a request: mails, files, the
// pieces of an event stream. Within a request there is [web.RenderString].
func (p *Project) Templates() *template.Engine { return p.engine }

// templateFolders returns a loader of the project's and the apps' folders, nil where there is none.
func (p *Project) templateFolders() template.Loader {
	var folders []fs.FS
	if p.settings.Templates != nil {
		folders = append(folders, p.settings.Templates)
	}
	for _, app := range p.apps {
		if app.Templates != nil {
			folders = append(folders, app.Templates)
		}
	}
	if len(folders) == 0 {
		return nil
	}
	return template.FS(folders...)
}

// contextProcessors are the variables that every template has: Django's context processors request,
// debug, i18n, static, media, tz and csp.
func (p *Project) contextProcessors(opts *template.Options) map[string]func(context.Context) (any, error) {
	request := func(ctx context.Context) (*web.Request, bool) { return web.FromContext(ctx) }
	constant := func(v any) func(context.Context) (any, error) {
		return func(context.Context) (any, error) { return v, nil }
	}
	locale := func(ctx context.Context) *i18n.Locale {
		if l, ok := i18n.FromContext(ctx); ok {
			return l
		}
		return opts.Locale
	}
	zone := "UTC"
	if opts.Zone != nil {
		zone = opts.Zone.String()
	}
	return map[string]func(context.Context) (any, error){
		"request": func(ctx context.Context) (any, error) {
			if r, ok := request(ctx); ok {
				return r, nil
			}
			return nil, nil
		},
		"debug": func(ctx context.Context) (any, error) {
			r, ok := request(ctx)
			return ok && r.Debug(), nil
		},
		"LANGUAGES":     constant(opts.Languages),
		"LANGUAGE_CODE": func(ctx context.Context) (any, error) { return locale(ctx).Language(), nil },
		"LANGUAGE_BIDI": func(ctx context.Context) (any, error) { return locale(ctx).Bidi(), nil },
		"csp_nonce":     func(ctx context.Context) (any, error) { return middleware.Nonce(ctx), nil },
		"STATIC_URL":    constant(opts.StaticURL),
		"MEDIA_URL":     constant(opts.MediaURL),
		"TIME_ZONE":     constant(zone),
	}
}

// templateURLs makes the addresses of {% url %}.
type templateURLs struct{ p *Project }

// ReverseURL implements [template.URLs]: under the prefix of the request and with its namespace.
func (u templateURLs) ReverseURL(ctx context.Context, name string, args []any, kwargs map[string]any) (string, error) {
	if len(kwargs) > 0 {
		args = append(args, urls.Args(kwargs))
	}
	if r, ok := web.FromContext(ctx); ok && r.Match() != nil && r.Match().Router != nil {
		return urls.Reverse(r, name, args...)
	}
	return u.p.router.URL(name).Args(args...).Under(u.p.settings.ScriptName).Build()
}

// HasURL implements [template.URLs].
func (u templateURLs) HasURL(name string) bool { return u.p.router.Has(name) }

// renderer returns what web.Render renders with: the engine, then the project's other renderers.
func (p *Project) renderer() web.Renderer {
	if len(p.settings.Renderers) == 0 {
		return p.engine
	}
	return renderers(append([]web.Renderer{p.engine}, p.settings.Renderers...))
}

// renderers are asked one after the other for a template.
type renderers []web.Renderer

// Render implements [web.Renderer].
func (list renderers) Render(ctx context.Context, w io.Writer, name string, data any) error {
	var missing []string
	for _, r := range list {
		err := r.Render(ctx, w, name, data)
		if !isMissing(err, name) {
			return err
		}
		missing = append(missing, err.Error())
	}
	return fmt.Errorf("no renderer has template %q: %s", name, strings.Join(missing, "; "))
}

// Stream implements what [web.RenderStream] asks for: templates of renderers that can't stream are sent
// whole.
func (list renderers) Stream(ctx context.Context, w io.Writer, name string, data any) error {
	for _, r := range list {
		engine, ok := r.(*template.Engine)
		if !ok {
			continue
		}
		if _, err := engine.Get(name); !isMissing(err, name) {
			return engine.Stream(ctx, w, name, data)
		}
	}
	return list.Render(ctx, w, name, data)
}

// isMissing tells whether a renderer has no such template.
func isMissing(err error, name string) bool {
	var none *template.NotFoundError
	if errors.As(err, &none) {
		return none.Name == name
	}
	return errors.Is(err, fs.ErrNotExist)
}

// NearURLs lists names that are spelled almost like one that is missing.
func (u templateURLs) NearURLs(name string) []string { return u.p.router.Near(name) }

// checkTemplates compiles every template, and verifies the names in it.
func (p *Project) checkTemplates(context.Context) []checks.Message { return p.engine.Check() }
