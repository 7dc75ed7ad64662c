package template

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nuages-web/nuages/i18n"
)

// Options configures [New].
type Options struct {
	// Loaders find templates by name, in this order. Default: none; then only Parse works.
	Loaders []Loader
	// Libraries are what {% load name %} loads, by name, besides the built-in i18n, l10n, tz, static
	// and cache.
	Libraries map[string]*Library
	// Builtins are libraries whose tags and filters every template has.
	Builtins []*Library
	// Processors are variables that every template has, by name (Django's context processors): each
	// function is called at most once a render, when a template first asks for its variable.
	Processors map[string]func(context.Context) (any, error)
	// NoAutoescape shows variables as they are. Default false: they are escaped for HTML.
	NoAutoescape bool
	// StringIfInvalid is shown for missing variables; %s in it is the variable. Default "".
	StringIfInvalid string
	// Reload loads and compiles a template each time anew. Default false: once.
	Reload bool
	// Debug makes {% debug %} speak. Default false.
	Debug bool
	// Locale is the language where the context has none (i18n.FromContext). Default English.
	Locale *i18n.Locale
	// Locales finds a language for {% language %} and the like. Default: only English.
	Locales func(language string) (*i18n.Locale, bool)
	// Languages are the languages of {% get_available_languages %}, as pairs of code and name.
	Languages [][2]string
	// Zone is the time zone in which moments are shown where the context has none (i18n.WithZone).
	// Default nil: each in its own.
	Zone *time.Location
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// URLs makes the addresses of {% url %}. Default: the tag is an error.
	URLs URLs
	// Static makes the address of a static file. Default: StaticURL and the path.
	Static func(ctx context.Context, path string) (string, error)
	// StaticFiles are the folders of static files; [Engine.Check] looks there for those that
	// {% static %} names. Default none: they are not looked for.
	StaticFiles []fs.FS
	// StaticURL and MediaURL are the prefixes of static and uploaded files. Default "/static/" and
	// "/media/".
	StaticURL, MediaURL string
	// UrlizeAssumeHTTPS makes https links of addresses without a scheme in the filters urlize and
	// urlizetrunc (Django's URLIZE_ASSUME_HTTPS). Default false: http.
	UrlizeAssumeHTTPS bool
	// Types are values of the types that templates may declare for their data, {# type: shop.Page #}:
	// []any{shop.Page{}}. Their variables are then verified by [Engine.Check].
	Types []any
	// Caches keep what {% cache %} renders, by name; "template_fragments", then "default", is used
	// where the tag names none. Default: nothing is kept.
	Caches map[string]FragmentCache
}

// URLs makes addresses from the names of routes.
type URLs interface {
	// ReverseURL returns the address of a route with positional or named arguments. The namespace of
	// the current request is the context's.
	ReverseURL(ctx context.Context, name string, args []any, kwargs map[string]any) (string, error)
	// HasURL tells whether there is a route of this name, for checks.
	HasURL(name string) bool
}

// FragmentCache keeps pieces of pages for {% cache %}, under keys as of [FragmentKey]. It must be safe
// for use by several goroutines. An error stops the render.
type FragmentCache interface {
	GetFragment(ctx context.Context, key string) (html string, ok bool, err error)
	// SetFragment keeps a piece for ttl, which is positive, or negative for ever.
	SetFragment(ctx context.Context, key, html string, ttl time.Duration) error
}

// An Engine finds, compiles and renders templates. It is safe for use by several goroutines; any
// number of engines may stand side by side.
type Engine struct {
	opts      Options
	builtins  []*library
	libraries map[string]*library
	templates sync.Map // name → *Template
	zones     sync.Map // name → *time.Location, of those that templates have named
}

// New makes an engine. The errors are those of libraries: a filter whose function has a signature
// that can't be called.
func New(opts *Options) (*Engine, error) {
	e := &Engine{libraries: map[string]*library{}}
	if opts != nil {
		e.opts = *opts
	}
	if e.opts.StaticURL == "" {
		e.opts.StaticURL = "/static/"
	}
	if e.opts.MediaURL == "" {
		e.opts.MediaURL = "/media/"
	}
	if e.opts.Now == nil {
		e.opts.Now = time.Now
	}
	libraries := maps.Clone(standardLibraries())
	maps.Copy(libraries, e.opts.Libraries)
	for _, name := range sortedNames(libraries) {
		l, err := libraries[name].prepare(name)
		if err != nil {
			return nil, fmt.Errorf("make template engine: %w", err)
		}
		e.libraries[name] = l
	}
	for i, lib := range slices.Concat(builtinLibraries(), e.opts.Builtins) {
		l, err := lib.prepare(fmt.Sprintf("builtin %d", i))
		if err != nil {
			return nil, fmt.Errorf("make template engine: %w", err)
		}
		e.builtins = append(e.builtins, l)
	}
	return e, nil
}

func (e *Engine) now() time.Time { return e.opts.Now() }

func (e *Engine) localeOf(ctx context.Context) *i18n.Locale {
	if l, ok := i18n.FromContext(ctx); ok {
		return l
	}
	return e.opts.Locale
}

func (e *Engine) zoneOf(ctx context.Context) *time.Location {
	if z := i18n.ActiveZone(ctx); z != nil {
		return z
	}
	return e.opts.Zone
}

// Parse compiles a template from its source. The name is for messages and relative paths, and may be
// "". Errors are of type *[Error].
func (e *Engine) Parse(name, text string) (*Template, error) {
	return e.compile(&source{name: name, text: text})
}

// Get returns a template by its name, or a part of one: "page.html#card" is the partial or, where
// there is none of that name, the block card of page.html. The error is a *[NotFoundError] or an
// *[Error].
func (e *Engine) Get(name string) (*Template, error) {
	if e.opts.Reload {
		return e.load(name, nil)
	}
	if t, ok := e.templates.Load(name); ok {
		return t.(*Template), nil
	}
	t, err := e.load(name, nil)
	if err != nil {
		return nil, err
	}
	known, _ := e.templates.LoadOrStore(name, t)
	return known.(*Template), nil
}

// Select returns the first template that exists (Django's select_template).
func (e *Engine) Select(names ...string) (*Template, error) {
	var missing []string
	var tried []Tried
	for _, name := range names {
		t, err := e.Get(name)
		var none *NotFoundError
		if !errors.As(err, &none) || none.Name != name {
			return t, err
		}
		missing, tried = append(missing, name), append(tried, none.Tried...)
	}
	return nil, &NotFoundError{Name: strings.Join(missing, ", "), Tried: tried}
}

// Reset forgets the compiled templates.
func (e *Engine) Reset() {
	e.templates.Clear()
}

// Render renders a template by its name. Data is a map or a struct whose keys or fields are the
// variables, a pointer to one, or nil. What is written is whole: nothing is if there is an error.
func (e *Engine) Render(ctx context.Context, w io.Writer, name string, data any) error {
	t, err := e.Get(name)
	if err != nil {
		return err
	}
	return t.Render(ctx, w, data)
}

// RenderString renders a template by its name into a string (Django's render_to_string).
func (e *Engine) RenderString(ctx context.Context, name string, data any) (string, error) {
	t, err := e.Get(name)
	if err != nil {
		return "", err
	}
	return t.RenderString(ctx, data)
}

// Stream renders a template by its name in pieces. See [Template.Stream].
func (e *Engine) Stream(ctx context.Context, w io.Writer, name string, data any) error {
	t, err := e.Get(name)
	if err != nil {
		return err
	}
	return t.Stream(ctx, w, data)
}

func (e *Engine) libraryOfTag(name string) string {
	for _, lib := range sortedNames(e.libraries) {
		if _, ok := e.libraries[lib].tags[name]; ok {
			return lib
		}
	}
	return ""
}

func (e *Engine) libraryOfFilter(name string) string {
	for _, lib := range sortedNames(e.libraries) {
		if _, ok := e.libraries[lib].filters[name]; ok {
			return lib
		}
	}
	return ""
}
