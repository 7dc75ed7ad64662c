package templatetest

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/urls"
)

// Options change what New makes. The zero value has no catalogues but those of
// this package.
type Options struct {
	// Locale are folders of catalogues after those of this package: Django's own,
	// see DjangoLocale.
	Locale []fs.FS
}

// Runner runs cases. It may be used by several goroutines.
type Runner struct {
	opts   Options
	locale []fs.FS
	router *urls.Router   // of Django's template tests
	none   *urls.Router   // without routes
	zone   *time.Location // of Django's tests
	plain  *i18n.Catalogs // for cases without settings
	cache  cache          // of fragments: cases of one test of Django go on with what those before have put there
}

//go:embed locale
var catalogues embed.FS

// testZone is TIME_ZONE of Django's own tests.
const testZone = "America/Chicago"

// New makes a Runner. It is an error when a catalogue can't be read.
func New(opts *Options) (*Runner, error) {
	r := &Runner{}
	if opts != nil {
		r.opts = *opts
	}
	own, err := fs.Sub(catalogues, "locale")
	if err != nil {
		return nil, err
	}
	r.locale = append([]fs.FS{own}, r.opts.Locale...)
	if r.zone, err = time.LoadLocation(testZone); err != nil {
		return nil, err
	}
	if r.router, err = urls.New(routes(), nil); err != nil {
		return nil, err
	}
	if r.none, err = urls.New(nil, nil); err != nil {
		return nil, err
	}
	r.plain, err = i18n.New(r.locale, &i18n.Options{LanguageCode: "en", TimeZone: r.zone})
	return r, err
}

// Run renders or parses the templates of a case. What can't be run, such as a
// setting that is unknown here, is an answer of class "NotRun".
func (r *Runner) Run(ctx context.Context, c *Case) Answer {
	text, err := r.run(ctx, c)
	answer := Answer{Name: c.Name}
	switch {
	case err != nil:
		answer.Class, answer.Message = Class(err), err.Error()
	case c.Kind != Compile:
		answer.Text = &text
	}
	return answer
}

// notRun is a case that says what this package knows nothing of.
type notRun struct{ error }

func (r *Runner) run(ctx context.Context, c *Case) (string, error) {
	if c.Kind == Filter {
		return "", notRun{errors.New("a filter is called without a template")}
	}
	zone := r.zone
	if c.Timezone != "" {
		var err error
		if zone, err = time.LoadLocation(c.Timezone); err != nil {
			return "", notRun{err}
		}
		ctx = i18n.WithZone(ctx, zone)
	}
	data, err := Context(c.Context)
	if err != nil {
		return "", notRun{err}
	}
	opts, ctx, err := r.engineOptions(ctx, c, zone)
	if err != nil {
		return "", notRun{err}
	}
	engine, err := template.New(opts)
	if err != nil {
		return "", notRun{err}
	}
	t, err := compile(engine, c)
	if err != nil || c.Kind == Compile {
		return "", err
	}
	return t.RenderString(ctx, data)
}

func compile(engine *template.Engine, c *Case) (*template.Template, error) {
	if c.Main == "__main__" {
		return engine.Parse("", c.Templates[c.Main])
	}
	return engine.Get(c.Main)
}

func (r *Runner) engineOptions(ctx context.Context, c *Case, zone *time.Location) (*template.Options, context.Context, error) {
	opts := &template.Options{
		Loaders:         []template.Loader{template.Map(c.Templates)},
		NoAutoescape:    c.Autoescape != nil && !*c.Autoescape,
		StringIfInvalid: c.StringIfInvalid,
		URLs:            reverser{r.none},
		Caches:          map[string]template.FragmentCache{"default": &r.cache},
		// A case does not say what was asked for: a request without a query.
		Processors: map[string]func(context.Context) (any, error){"request": func(context.Context) (any, error) {
			return &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}}, nil
		}},
	}
	var err error
	if opts.Libraries, err = libraries(c.Libraries); err != nil {
		return nil, nil, err
	}
	if c.Clock != "" {
		now, err := time.ParseInLocation("2006-01-02T15:04:05.999999999", c.Clock, zone)
		if err != nil {
			return nil, nil, err
		}
		opts.Now = func() time.Time { return now }
	}
	formats := &i18n.Options{LanguageCode: "en", TimeZone: zone}
	plain := zone == r.zone
	for name, value := range c.Settings {
		known, err := r.setting(opts, formats, name, value)
		if err != nil {
			return nil, nil, fmt.Errorf("setting %s: %w", name, err)
		}
		plain = plain && known == ofEngine
	}
	catalogs := r.plain
	if !plain {
		if catalogs, err = i18n.New(r.locale, formats); err != nil {
			return nil, nil, err
		}
	}
	return opts, r.localized(ctx, opts, catalogs, c.Language), nil
}

// concern says what a setting changes.
type concern int

const (
	ofEngine concern = iota
	ofFormats
)

func (r *Runner) setting(opts *template.Options, formats *i18n.Options, name string, value json.RawMessage) (concern, error) {
	switch name {
	case "INSTALLED_APPS": // none of the cases' templates are of apps
		return ofEngine, nil
	case "ROOT_URLCONF":
		var module string
		if err := json.Unmarshal(value, &module); err != nil || module != urlconf {
			return ofEngine, fmt.Errorf("unknown module %s", value)
		}
		opts.URLs = reverser{r.router}
		return ofEngine, nil
	case "STATIC_URL":
		return ofEngine, json.Unmarshal(value, &opts.StaticURL)
	case "MEDIA_URL":
		return ofEngine, json.Unmarshal(value, &opts.MediaURL)
	case "CACHES":
		var caches map[string]json.RawMessage
		err := json.Unmarshal(value, &caches)
		opts.Caches = map[string]template.FragmentCache{}
		for alias := range caches {
			opts.Caches[alias] = &cache{}
		}
		return ofEngine, err
	case "URLIZE_ASSUME_HTTPS":
		return ofEngine, json.Unmarshal(value, &opts.UrlizeAssumeHTTPS)
	case "USE_THOUSAND_SEPARATOR":
		return ofFormats, json.Unmarshal(value, &formats.UseThousandSeparator)
	case "THOUSAND_SEPARATOR":
		var separator string
		err := json.Unmarshal(value, &separator)
		formats.Formats.ThousandSeparator = &separator
		return ofFormats, err
	case "DECIMAL_SEPARATOR":
		return ofFormats, json.Unmarshal(value, &formats.Formats.DecimalSeparator)
	case "NUMBER_GROUPING":
		var n int
		err := json.Unmarshal(value, &n)
		formats.Formats.NumberGrouping = []int{n}
		return ofFormats, err
	}
	return ofEngine, errors.New("unknown")
}

// localized puts the language of the case in force.
func (r *Runner) localized(ctx context.Context, opts *template.Options, catalogs *i18n.Catalogs, language string) context.Context {
	if language == "" {
		language = "en"
	}
	locale := catalogs.Locale(language)
	opts.Locale = locale
	opts.Locales = func(language string) (*i18n.Locale, bool) {
		return catalogs.Locale(language), true
	}
	return i18n.NewContext(ctx, locale)
}

// The classes of errors: those of Django, and Error for all others, for which
// Python has many (ValueError, TypeError, …).
const (
	ClassSyntax   = "TemplateSyntaxError"
	ClassMissing  = "TemplateDoesNotExist"
	ClassVariable = "VariableDoesNotExist"
	ClassReverse  = "NoReverseMatch"
	ClassOther    = "Exception"
	ClassNotRun   = "NotRun"
)

// Class returns the class of an error of package template.
func Class(err error) string {
	for ; err != nil; err = errors.Unwrap(err) {
		switch err.(type) {
		case notRun:
			return ClassNotRun
		case *template.SyntaxError:
			return ClassSyntax
		case *template.NotFoundError:
			return ClassMissing
		case *template.VariableError:
			return ClassVariable
		case *urls.NoReverseError:
			return ClassReverse
		}
	}
	return ClassOther
}

// Equal tells whether two answers are the same: the same text, or errors of the
// same class, where all classes that are not Django's own are one.
func (a Answer) Equal(b Answer) bool {
	if a.Class != "" || b.Class != "" {
		return classOf(a.Class) == classOf(b.Class)
	}
	return a.Text == nil && b.Text == nil || a.Text != nil && b.Text != nil && *a.Text == *b.Text
}

func classOf(class string) string {
	switch class {
	case "", ClassSyntax, ClassMissing, ClassVariable, ClassReverse, ClassNotRun:
		return class
	}
	return ClassOther
}
