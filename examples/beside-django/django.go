package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/settings"
)

// django is the shop's Django side.
type django struct {
	python   string // the interpreter
	dir      string // the folder of manage.py
	database string // the file that both sides open
	debug    bool
	hosts    []string
	key      settings.Secret

	library string // the folder of the package django
	host    *python.Host
}

// open finds Python and Django, and makes the host, which starts with the project.
func (d *django) open() error {
	if err := d.find(); err != nil {
		return err
	}
	file, err := filepath.Abs(d.database) // manage.py runs in another folder
	if err != nil {
		return err
	}
	d.database = file
	d.host, err = python.New("mysite.asgi:application", &python.Options{
		Interpreter: d.python,
		Dir:         d.dir,
		Env:         d.env(),
		Reload:      d.debug,
		Debug:       d.debug,
	})
	return err
}

// find takes the interpreter that was named, or the first of the usual ones that has Django.
func (d *django) find() error {
	dir, err := filepath.Abs(d.dir) // Python runs in it, and may be named from here
	if err != nil {
		return err
	}
	d.dir = dir
	candidates := []string{d.python}
	if d.python == "" {
		candidates = []string{filepath.Join(d.dir, ".venv", "bin", "python"), "python3", "/usr/bin/python3"}
		if venv := os.Getenv("VIRTUAL_ENV"); venv != "" {
			candidates = append([]string{filepath.Join(venv, "bin", "python")}, candidates...)
		}
	}
	for _, python := range candidates {
		cmd := exec.Command(python, "-c", "import django; print(django.__path__[0])")
		cmd.Dir = d.dir
		if out, err := cmd.Output(); err == nil {
			d.python, d.library = python, strings.TrimSpace(string(out))
			return nil
		}
	}
	return cli.Hint(errors.New("no Python with Django: asked "+strings.Join(candidates, ", ")),
		"Install it with apt-get install python3-django, or python3 -m venv .venv && .venv/bin/pip install django, and name the interpreter with PYTHON.")
}

// env is what mysite/settings.py reads, so that both sides have the same settings.
func (d *django) env() []string {
	return []string{
		"DATABASE_PATH=" + d.database,
		"SECRET_KEY=" + d.key.Reveal(),
		"DEBUG=" + strconv.FormatBool(d.debug),
		"ALLOWED_HOSTS=" + strings.Join(d.hosts, " "),
	}
}

// static is the folder of the project's static files.
func (d *django) static() fs.FS { return os.DirFS(filepath.Join(d.dir, "static")) }

// app starts and stops Django with the project.
func (d *django) app() nuages.App {
	return nuages.App{
		Name:   "shop",
		Models: Models,
		Start: func(ctx context.Context) error {
			if err := d.prepare(ctx); err != nil {
				return err
			}
			return d.host.Start(ctx)
		},
		Stop: d.host.Stop,
	}
}

// prepare applies Django's migrations, and fills a shop without records to have something to show.
func (d *django) prepare(ctx context.Context) error {
	if err := d.manage(ctx, "migrate", "--noinput"); err != nil {
		return err
	}
	switch n, err := Records.Count(ctx); {
	case err != nil:
		return err
	case n > 0 || !d.debug:
		return nil
	}
	slog.InfoContext(ctx, "a new shop: log in at /admin/ as admin with the password recordshop")
	if err := d.manage(ctx, "loaddata", "demo"); err != nil {
		return err
	}
	return d.manage(ctx, "createsuperuser", "--noinput", "--username=admin", "--email=admin@example.com")
}

// manage runs a command of manage.py.
func (d *django) manage(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, d.python, append([]string{"manage.py"}, args...)...)
	cmd.Dir = d.dir
	cmd.Env = append(append(os.Environ(), d.env()...), "DJANGO_SUPERUSER_PASSWORD=recordshop")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("manage.py %s: %w\n%s", args[0], err, bytes.TrimSpace(out))
	}
	return nil
}
