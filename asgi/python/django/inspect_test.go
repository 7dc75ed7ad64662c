package django_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/internal/djangotest"
	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/internal/realdjango"
)

var withDjango = &django.Options{Interpreter: djangotest.Python}

func inspect(t *testing.T, dir string) *django.Project {
	t.Helper()
	p, err := django.Inspect(t.Context(), dir, withDjango)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestInspect looks at a project with all kinds of routes.
func TestInspect(t *testing.T) {
	t.Parallel()
	dir := djangotest.Project(t, &djangotest.Options{
		Migrate:  true,
		Settings: "SECRET_KEY = b'the-secret-key'\nTIME_ZONE = 'Europe/Paris'\n",
		Files:    map[string]string{"shop/management/commands/restock.py": "from django.core.management.base import BaseCommand\nclass Command(BaseCommand):\n    pass\n"},
	})
	p := inspect(t, dir)
	goldentest.Equal(t, "plan.tsv", django.Plan(p.Routes).Format(nil))
	want := map[string]string{
		"Dir": dir, "Module": "mysite.settings", "ModuleFrom": "manage.py", "Application": "mysite.asgi:application", "Interface": "asgi",
		"Interpreter": djangotest.Python, "Django": realdjango.Version(t), "MigrationsProblem": "", "SecretKey": "the-secret-key",
	}
	got := map[string]string{
		"Dir": p.Dir, "Module": p.Module, "ModuleFrom": p.ModuleFrom, "Application": p.Application, "Interface": p.Interface,
		"Interpreter": p.Interpreter, "Django": p.Django, "MigrationsProblem": p.MigrationsProblem, "SecretKey": p.SecretKey.Reveal(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("project (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(django.App{Label: "shop", Name: "shop", Own: true, Models: 2, Applied: 1, Commands: []string{"restock"}}, p.Apps[len(p.Apps)-1]); diff != "" {
		t.Errorf("app (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]django.Converter{{Name: "yyyy", Class: "shop.converters.FourDigitYear", Regexp: "[0-9]{4}"}}, p.Converters); diff != "" {
		t.Errorf("converters (-want +got):\n%s", diff)
	}
	if got := p.Databases[0].URL(); got != "sqlite:///"+filepath.Join(dir, "db.sqlite3") {
		t.Errorf("got database %s", got)
	}
	if s := p.Settings; s.Text("TIME_ZONE") != "Europe/Paris" || !s.Bool("DEBUG") || s.Number("SESSION_COOKIE_AGE") != 1209600 ||
		s.Map("CACHES")["default"] != "django.core.cache.backends.locmem.LocMemCache" || len(s.List("MIDDLEWARE")) != 7 {
		t.Errorf("got settings %v", s.Values)
	}
	if !strings.Contains(p.Output, "the project prints when it is loaded") {
		t.Errorf("got output %q", p.Output)
	}
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%s%v%+v%#v", b, p, p, p); strings.Contains(shown, "the-secret-key") {
		t.Error("the secret key shows itself")
	}
}

// TestInspectWritesNothing leaves a project as it was, without even a database.
func TestInspectWritesNothing(t *testing.T) {
	t.Parallel()
	dir := djangotest.Project(t, nil)
	list := func() (names []string) {
		err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			names = append(names, path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	before := list()
	if p := inspect(t, dir); !strings.Contains(p.MigrationsProblem, "db.sqlite3 is not there") {
		t.Errorf("got %q", p.MigrationsProblem)
	}
	if diff := cmp.Diff(before, list()); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
}

// TestApplication finds what serves a project.
func TestApplication(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts   djangotest.Options
		remove string
		module string
		want   string
	}{
		"Channels": {opts: djangotest.Options{
			Settings: "INSTALLED_APPS.append('channels')\nASGI_APPLICATION = 'mysite.routing.application'\n" +
				"CHANNEL_LAYERS = {'default': {'BACKEND': 'channels.layers.InMemoryChannelLayer', 'CONFIG': {'password': 'x'}}}\n"},
			want: "mysite.routing:application asgi"},
		"WSGI alone": {remove: "mysite/asgi.py", want: "mysite.wsgi:application wsgi"},
		"settings in a package": {opts: djangotest.Options{Files: map[string]string{
			"mysite/conf/__init__.py": "", "mysite/conf/dev.py": "from mysite.settings import *\n"}}, module: "mysite.conf.dev", want: "mysite.asgi:application asgi"},
		"WSGI not named": {opts: djangotest.Options{Settings: "WSGI_APPLICATION = None\n"}, remove: "mysite/asgi.py", want: "mysite.wsgi:application wsgi"},
		"none":           {opts: djangotest.Options{Settings: "WSGI_APPLICATION = None\n"}, remove: "mysite/asgi.py mysite/wsgi.py", want: " "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := djangotest.Project(t, &test.opts)
			for _, file := range strings.Fields(test.remove) {
				if err := os.Remove(filepath.Join(dir, file)); err != nil {
					t.Fatal(err)
				}
			}
			p, err := django.Inspect(t.Context(), dir, &django.Options{Interpreter: djangotest.Python, Settings: test.module})
			if name == "Channels" && err != nil && strings.Contains(err.Error(), "No module named 'channels'") {
				realdjango.Missing(t, "Channels (Debian package python3-django-channels)")
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Application + " " + p.Interface; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if name == "Channels" && p.Settings.Map("CHANNEL_LAYERS")["default"] != "channels.layers.InMemoryChannelLayer" {
				t.Errorf("got layers %v", p.Settings.Values["CHANNEL_LAYERS"])
			}
		})
	}
}

// TestProblems has what keeps a project from being looked at, each with what to do.
func TestProblems(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts      djangotest.Options
		inspect   django.Options
		dir       string // below the project's folder
		want      []string
		traceback string
		output    string
	}{
		"settings raise":         {opts: djangotest.Options{Settings: "import os\nos.write(1, b'once\\n')\nraise ValueError('no environment')\n"}, want: []string{"the settings mysite.settings raise ValueError: no environment", "environment"}, traceback: "settings.py", output: "once\n"},
		"settings end":           {opts: djangotest.Options{Settings: "import sys; sys.exit('no way')\n"}, want: []string{"raise SystemExit: no way"}, traceback: "settings.py"},
		"settings end at once":   {opts: djangotest.Options{Settings: "import os; print('bye', flush=True); os._exit(3)\n"}, want: []string{"without an answer (exit status 3)"}, traceback: "bye"},
		"settings miss a module": {opts: djangotest.Options{Settings: "import environ_of_nobody\n"}, want: []string{"No module named 'environ_of_nobody'", "--python"}, traceback: "settings.py"},
		"syntax error":           {opts: djangotest.Options{Files: map[string]string{"shop/views.py": "def f(:\n"}}, want: []string{"views.py, line 1: invalid syntax"}, traceback: "views.py"},
		"app is missing":         {opts: djangotest.Options{Settings: "INSTALLED_APPS.append('nowhere')\n"}, want: []string{"the apps can't be loaded", "No module named 'nowhere'", "PYTHONPATH"}, traceback: "nowhere"},
		"routes raise":           {opts: djangotest.Options{Files: map[string]string{"mysite/urls.py": "urlpatterns = [x]\n"}}, want: []string{"the URL patterns can't be loaded", "name 'x' is not defined", "manage.py check"}, traceback: "urls.py"},
		"no key":                 {opts: djangotest.Options{Settings: "SECRET_KEY = ''\n"}, want: []string{"SECRET_KEY setting must not be empty"}, traceback: "Improperly"},
		"other settings":         {inspect: django.Options{Settings: "mysite.nowhere"}, want: []string{"there is no module mysite.nowhere", "named by --settings", "--settings mysite.settings"}},
		"folder above":           {dir: "..", want: []string{"holds no Django project", "Did you mean"}},
		"folder below":           {dir: "mysite", want: []string{"holds no Django project", "manage.py"}},
		"no folder":              {dir: "nowhere", want: []string{"there is no folder"}},
		"a file":                 {dir: "manage.py", want: []string{"is not a folder"}},
		"no such Python":         {inspect: django.Options{Interpreter: "/nowhere/python"}, want: []string{"there is no Python /nowhere/python", "--python"}},
		"no Python at all":       {inspect: django.Options{Interpreter: "/bin/false"}, want: []string{"without an answer", "3.8"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(djangotest.Project(t, &test.opts), test.dir)
			if test.inspect.Interpreter == "" {
				test.inspect.Interpreter = djangotest.Python
			}
			_, err := django.Inspect(t.Context(), dir, &test.inspect)
			var problem *django.Error
			if !errors.As(err, &problem) || problem.Hint == "" {
				t.Fatalf("got %v, want an *Error with a hint", err)
			}
			for _, want := range test.want {
				if !strings.Contains(problem.Message+problem.Hint, want) {
					t.Errorf("got %q and %q, want %q in one", problem.Message, problem.Hint, want)
				}
			}
			if test.output != "" && problem.Output != test.output {
				t.Errorf("got output %q, want %q", problem.Output, test.output)
			}
			if !strings.Contains(problem.Traceback, test.traceback) || (test.traceback == "") != (problem.Traceback == "") {
				t.Errorf("got traceback %q, want %q in it", problem.Traceback, test.traceback)
			}
		})
	}
}

// TestNoDjango runs a Python that has no Django.
func TestNoDjango(t *testing.T) {
	t.Parallel()
	dir := djangotest.Project(t, nil)
	python := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(python, []byte("#!/bin/sh\nexec "+djangotest.Python+" -S -E \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := django.Inspect(t.Context(), dir, &django.Options{Interpreter: python})
	var problem *django.Error
	if !errors.As(err, &problem) || !strings.Contains(problem.Message, "there is no Django in") || !strings.Contains(problem.Hint, "--python") {
		t.Errorf("got %v", err)
	}
}

// TestEnvironment takes the virtual environment in the project's folder.
func TestEnvironment(t *testing.T) {
	if os.Getenv("VIRTUAL_ENV") != "" {
		t.Setenv("VIRTUAL_ENV", "") // and so not parallel
	}
	dir := djangotest.Project(t, nil)
	python := filepath.Join(dir, "venv", "bin", "python")
	if err := os.MkdirAll(filepath.Dir(python), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(djangotest.Python, python); err != nil {
		t.Fatal(err)
	}
	p, err := django.Inspect(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Interpreter != python {
		t.Errorf("got %s, want %s", p.Interpreter, python)
	}
}

// TestCancelled ends a project that does not come to an end by itself.
func TestCancelled(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := djangotest.Project(t, &djangotest.Options{Settings: fmt.Sprintf("open(%q).read()\n", pipe)})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		f, err := os.OpenFile(pipe, os.O_WRONLY, 0) // returns when the project reads
		if err != nil {
			t.Error(err)
			return
		}
		cancel()
		<-t.Context().Done()
		f.Close()
	}()
	if _, err := django.Inspect(ctx, dir, withDjango); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	var problem *django.Error
	if _, err := django.Inspect(t.Context(), dir, &django.Options{Interpreter: djangotest.Python, Timeout: 1}); !errors.As(err, &problem) || !strings.Contains(problem.Message, "in time") {
		t.Errorf("got %v", err)
	}
}

// TestDatabases makes addresses of Django's databases.
func TestDatabases(t *testing.T) {
	t.Parallel()
	const settings = `
DATABASES['pg'] = {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'ann', 'PASSWORD': 'p@ss/word', 'HOST': 'db', 'PORT': 5433,
    'OPTIONS': {'sslmode': 'require', 'cursor_factory': object}, 'ATOMIC_REQUESTS': True}
DATABASES['socket'] = {'ENGINE': 'django.contrib.gis.db.backends.postgis', 'NAME': 'shop', 'HOST': '/run/pg', 'PORT': '5433'}
DATABASES['local'] = {'ENGINE': 'django.db.backends.postgresql_psycopg2', 'NAME': 'shop'}
DATABASES['six'] = {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'HOST': '::1'}
DATABASES['my'] = {'ENGINE': 'django.db.backends.mysql', 'NAME': 'shop', 'USER': 'ann', 'HOST': '127.0.0.1'}
DATABASES['mytls'] = {'ENGINE': 'django.db.backends.mysql', 'NAME': 'shop', 'HOST': 'db', 'OPTIONS': {'ssl': {'ca': '/etc/ca.pem'}}}
DATABASES['mymode'] = {'ENGINE': 'django.db.backends.mysql', 'NAME': 'shop', 'HOST': 'db', 'OPTIONS': {'ssl_mode': 'REQUIRED'}}
DATABASES['myfile'] = {'ENGINE': 'django.db.backends.mysql', 'OPTIONS': {'read_default_file': '/etc/my.cnf'}}
DATABASES['nameless'] = {'ENGINE': 'django.db.backends.mysql', 'HOST': 'db'}
DATABASES['key'] = {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'ann', 'PASSWORD': 'x', 'HOST': 'db', 'OPTIONS': {'sslpassword': 'y'}}
DATABASES['mysocket'] = {'ENGINE': 'django_prometheus.db.backends.mysql', 'NAME': 'shop', 'HOST': '/run/my.sock'}
DATABASES['relative'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'a b?.db'}
DATABASES['memory'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}
DATABASES['oracle'] = {'ENGINE': 'django.db.backends.oracle', 'NAME': 'x'}
DATABASES['nothing'] = {}
`
	dir := djangotest.Project(t, &djangotest.Options{Settings: settings})
	want := map[string]string{
		"default":  "sqlite:///" + dir + "/db.sqlite3",
		"pg":       "postgres://ann:p%40ss%2Fword@db:5433/shop?sslmode=require",
		"socket":   "postgres:///shop?host=%2Frun%2Fpg&port=5433",
		"local":    "postgres:///shop",
		"six":      "postgres://[::1]/shop",
		"my":       "mysql://ann@127.0.0.1/shop",
		"mysocket": "mysql:///shop?unix_socket=%2Frun%2Fmy.sock",
		"mytls":    "mysql://db/shop?tls=true",
		"mymode":   "mysql://db/shop?tls=skip-verify",
		"myfile":   "its address is in /etc/my.cnf, which only MySQL's own client reads",
		"nameless": "names no database",
		"key":      "postgres://ann:x@db/shop?sslpassword=y",
		"relative": "sqlite:///" + dir + "/a%20b%3F.db",
		"memory":   "a database in memory is Python's alone",
		"oracle":   "there is no driver for django.db.backends.oracle",
		"nothing":  "names no engine",
	}
	got := map[string]string{}
	for _, d := range inspect(t, dir).Databases {
		if (d.Problem() == "") == (d.URL() == "") {
			t.Errorf("%s: got problem %q and URL %q", d.Alias, d.Problem(), d.URL())
		}
		got[d.Alias] = d.Problem() + d.URL()
		if d.Alias == "key" && d.PublicURL() != "postgres://ann@db/shop" {
			t.Errorf("got the public URL %s", d.PublicURL())
		}
		if d.Atomic != (d.Alias == "pg") {
			t.Errorf("%s: got ATOMIC_REQUESTS %v", d.Alias, d.Atomic)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("databases (-want +got):\n%s", diff)
	}
}
