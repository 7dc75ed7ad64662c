// Package django finds out what a Django project consists of, and keeps the plan of moving it to Go:
//
//	p, err := django.Inspect(ctx, "mysite", nil)
//	…
//	for _, r := range p.Routes {
//		fmt.Println(r.Pattern, r.View)
//	}
//	err = os.WriteFile("migration.tsv", django.Plan(p.Routes).Format(nil), 0o644)
//
// It asks Django itself: the project's own interpreter loads the settings, the apps and the routes, as
// manage.py check does. Nothing is written and no view is called.
package django

import (
	"encoding/json"

	"github.com/nuages-web/nuages/settings"
)

// A Project is what Inspect found. Its secrets don't show themselves when it is printed.
type Project struct {
	Dir         string // the folder with manage.py, absolute
	Interpreter string // the Python that was run, absolute
	Python      string // its version: "3.11.2"
	Django      string // Django's version: "3.2.19"
	Module      string // of the settings: "mysite.settings"
	ModuleFrom  string // what named it: "manage.py"
	// Application is what serves the project, as asgi/python names it: "mysite.asgi:application"; ""
	// if there is none. Interface is "asgi" or "wsgi".
	Application, Interface string

	Settings           Settings
	SecretKey          settings.Secret
	SecretKeyFallbacks []settings.Secret
	Databases          []Database
	Apps               []App
	Routes             []Route // in the order in which Django tries them
	Converters         []Converter
	// StaticDirs are the folders that the staticfiles app serves in development, absolute.
	StaticDirs []string
	// MigrationsProblem says why the apps' migrations were not counted. "" if they were.
	MigrationsProblem string
	// Output is what the project printed meanwhile, at most its last 64 KiB.
	Output string
}

// Settings are Django's by their names. Those that may hold a password are left out; of CACHES,
// CHANNEL_LAYERS and STORAGES there are the names of the backends by alias.
type Settings struct {
	Values  map[string]any `json:"values"`  // as encoding/json reads them
	Changed []string       `json:"changed"` // names of those that are not Django's defaults, sorted
}

// Bool returns a setting that is true or false.
func (s Settings) Bool(name string) bool { v, _ := s.Values[name].(bool); return v }

// Text returns a setting that is a text; "" for any other.
func (s Settings) Text(name string) string { v, _ := s.Values[name].(string); return v }

// Number returns a setting that is a number; 0 for any other.
func (s Settings) Number(name string) float64 { v, _ := s.Values[name].(float64); return v }

// List returns the texts of a setting that is a list or a tuple.
func (s Settings) List(name string) []string {
	var texts []string
	values, _ := s.Values[name].([]any)
	for _, v := range values {
		if text, ok := v.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// Map returns a setting that is a dict of texts.
func (s Settings) Map(name string) map[string]string {
	texts := map[string]string{}
	values, _ := s.Values[name].(map[string]any)
	for k, v := range values {
		if text, ok := v.(string); ok {
			texts[k] = text
		}
	}
	return texts
}

// An App is one of INSTALLED_APPS.
type App struct {
	Label     string   `json:"label"`     // "shop"
	Name      string   `json:"name"`      // "mysite.shop"
	Own       bool     `json:"own"`       // its code lies in the project's folder
	Models    int      `json:"models"`    // how many it has
	Applied   int      `json:"applied"`   // migrations that the default database has had
	Unapplied int      `json:"unapplied"` // and those it has not
	Commands  []string `json:"commands"`  // of manage.py, without those of Django's own apps
}

// A Route is one line of the project's URL patterns, its includes in front.
type Route struct {
	// Pattern is the route as Django writes it in ResolverMatch.route.
	Pattern string `json:"pattern"`
	// Kind is "path" if all its parts are path(), else "regexp".
	Kind string `json:"kind"`
	// Regexp is the whole pattern as a regular expression of Python, for the path without its first
	// slash, without names of groups.
	Regexp string `json:"regexp"`
	// Named is Regexp with the names of its groups; "" where two groups have one name. A plan does not
	// keep it, nor App.
	Named string `json:"named"`
	// Name is the route's name with its namespaces, "" without one.
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// App are the application namespaces (app_name) that go with those in Namespace, "api:v1".
	App string `json:"app"`
	// View is the dotted name of the view, of its class where as_view() made it.
	View  string `json:"view"`
	Class bool   `json:"class"`
	Async bool   `json:"async"`
	// Methods are those that the view is known to answer. nil: not known.
	Methods    []string `json:"methods"`
	CSRFExempt bool     `json:"csrf_exempt"`
	// Converters are the classes of its converters, sorted.
	Converters []string `json:"converters"`
	// Sample is a path that Django gives to this route and to no earlier one. "": none was found.
	Sample string `json:"sample"`
}

// A Converter is a path converter of the project's own.
type Converter struct {
	Name   string `json:"name"`
	Class  string `json:"class"`
	Regexp string `json:"regexp"`
}

// answer is what the script prints.
type answer struct {
	Problem *struct {
		Kind      string `json:"kind"`
		Message   string `json:"message"`
		Traceback string `json:"traceback"`
	} `json:"problem"`

	Python             string          `json:"python"`
	Django             string          `json:"django"`
	Module             string          `json:"module"`
	Application        string          `json:"application"`
	Interface          string          `json:"interface"`
	Settings           Settings        `json:"settings"`
	SecretKey          string          `json:"secret_key"`
	SecretKeyFallbacks []string        `json:"secret_key_fallbacks"`
	Databases          []databaseEntry `json:"databases"`
	StaticDirs         []string        `json:"static_dirs"`
	Apps               []App           `json:"apps"`
	MigrationsProblem  string          `json:"migrations_problem"`
	Routes             []Route         `json:"routes"`
	Converters         []Converter     `json:"converters"`
}

func parseAnswer(b []byte) (*answer, error) {
	a := &answer{}
	if err := json.Unmarshal(b, a); err != nil {
		return nil, err
	}
	return a, nil
}

// fill puts an answer into the project.
func (p *Project) fill(a *answer) {
	p.Python, p.Django, p.Module = a.Python, a.Django, a.Module
	p.Application, p.Interface = a.Application, a.Interface
	p.Settings, p.SecretKey = a.Settings, settings.SecretOf(a.SecretKey)
	for _, key := range a.SecretKeyFallbacks {
		p.SecretKeyFallbacks = append(p.SecretKeyFallbacks, settings.SecretOf(key))
	}
	for _, d := range a.Databases {
		p.Databases = append(p.Databases, d.database(p.Dir))
	}
	p.StaticDirs, p.Apps, p.MigrationsProblem = a.StaticDirs, a.Apps, a.MigrationsProblem
	p.Routes, p.Converters = a.Routes, a.Converters
}
