// Command beside-django is the record shop of an existing Django project with Go in front of it: some
// pages are Go's by now, all others are Django's as before, on one database, with one set of templates
// and one command to start both. It needs Python with Django 3.2 or later.
//
//	go run ./examples/beside-django            serve it on http://127.0.0.1:8000
//	go run ./examples/beside-django listurls   see whose pages are whose
//
// The Django project in the folder django knows nothing of Go: python3 manage.py runserver still runs it
// alone.
package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/template"
)

func main() { nuages.Main(project) }

// project puts both sides together. What they have in common is set once, for the Go program, which
// hands it on: see django.env and mysite/settings.py.
func project(env *settings.Env) (*nuages.Project, error) {
	key := env.Secret("SECRET_KEY", "nuages-insecure-beside-django-for-trying-out-only")
	d := &django{
		python:   env.String("PYTHON", ""),
		dir:      env.String("DJANGO_DIR", filepath.Join(sourceDir(), "django")),
		database: env.String("DATABASE_PATH", "beside-django.sqlite3"),
		debug:    env.Bool("DEBUG", true),
		hosts:    env.List("ALLOWED_HOSTS", ""),
		key:      key,
	}
	if err := env.Err(); err != nil {
		return nil, err
	}
	if err := d.open(); err != nil {
		return nil, err
	}
	s := nuages.Settings{
		Name:         "beside-django",
		Debug:        d.debug,
		SecretKey:    key,
		AllowedHosts: d.hosts,
		Databases: map[string]nuages.Database{"default": {
			URL:     "sqlite:///" + d.database,
			Drivers: []orm.Driver{sqlite.Driver(nil)},
		}},
		Templates:       os.DirFS(filepath.Join(d.dir, "templates")),
		TemplateOptions: template.Options{StaticFiles: []fs.FS{d.static()}},
		Fallback:        d.host, // all that routes doesn't have
	}
	return nuages.New(s, routes(d), d.app())
}

// sourceDir is the folder of this file: the Django project is used where it lies.
func sourceDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}
