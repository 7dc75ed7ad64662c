package main

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/web/webtest"
)

// load is the project as main has it, with a database of its own.
func load(t *testing.T, more ...string) (*nuages.Project, error) {
	t.Helper()
	env, err := settings.Load(&settings.Options{Files: []string{}, Environ: append([]string{
		"DATABASE_PATH=" + filepath.Join(t.TempDir(), "shop.sqlite3"),
		"ALLOWED_HOSTS=testserver,127.0.0.1",
	}, more...)})
	if err != nil {
		t.Fatal(err)
	}
	return project(env)
}

// serve starts both sides on a new database.
func serve(t *testing.T) *nuages.Project {
	t.Helper()
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	p, err := load(t)
	if err != nil {
		realdjango.Missing(t, err.Error())
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// TestBothSides is one test, as starting Django takes a second; and its environment is set, so that it
// can't be parallel to others.
func TestBothSides(t *testing.T) {
	p := serve(t)
	c := webtest.NewClient(t, p.Handler(), nil)

	t.Run("checks", func(t *testing.T) {
		report, err := checks.Run(t.Context(), p.Checks(), nil)
		if err != nil || len(report.Messages) > 0 {
			t.Errorf("got %v, %v", report.Messages, err)
		}
	})

	t.Run("moved pages are the same", func(t *testing.T) {
		django := webtest.NewClient(t, p.Settings().Fallback, nil)
		for _, path := range []string{"/", "/records/nuages/", "/records/selected-ambient-works/"} {
			moved, before := c.Get(path), django.Get(path)
			if moved.Match == nil || before.Match != nil {
				t.Errorf("%s: answered by another side than thought", path)
			}
			if diff := cmp.Diff(before.Body, moved.Body); diff != "" {
				t.Errorf("%s: Go's page differs from Django's: %s", path, diff)
			}
		}
		c.Get("/records/unknown/").AssertStatus(404)
		django.Get("/records/unknown/").AssertStatus(404)
	})

	t.Run("static files", func(t *testing.T) {
		c.Get("/static/shop/shop.css").AssertHeader("Content-Type", "text/css; charset=utf-8")
		c.Get("/static/admin/css/base.css").AssertStatus(200)
	})

	t.Run("an order", func(t *testing.T) {
		live := listen(t, p.Handler())
		live.await(`"nuages","stock":12}`)
		shop := c.Follow()
		login := shop.Get("/records/nuages/").Click("Order")
		login.AssertContains("<h1>Log in</h1>", nil)
		order := login.FormAt(0).Set("username", "admin").Set("password", "recordshop").Submit("Log in")
		order.AssertContains("<h1>Order Nuages</h1>", nil)
		order.FormAt(0).Set("quantity", "20").Submit("Order").AssertContains("We have not so many.", nil)
		orders := order.FormAt(0).Set("quantity", "3").Submit("Order")
		orders.AssertContains("Nuages is on its way.", nil)
		orders.AssertContains("3 ×", nil)
		live.await(`"nuages","stock":9}`) // Django sold, Go tells
		shop.Get("/records/nuages/").AssertContains(`<b data-stock="nuages">9</b>`, nil)
	})

	t.Run("the administration", func(t *testing.T) {
		admin := webtest.NewClient(t, p.Handler(), nil).Follow()
		login := admin.Get("/admin/")
		index := login.FormAt(0).Set("username", "admin").Set("password", "recordshop").Submit("Log in")
		index.AssertContains("Record shop", nil)
		admin.Get("/admin/shop/record/").AssertContains("Blue Train", nil)
	})
}

// TestVirtualEnvironment takes the one of a Django project whose folder is named from the working directory,
// which is why it can't be parallel to others.
func TestVirtualEnvironment(t *testing.T) {
	realdjango.Version(t)
	t.Setenv("VIRTUAL_ENV", "")
	t.Chdir(t.TempDir())
	bin := filepath.Join("site", ".venv", "bin")
	if err := errors.Join(os.MkdirAll(bin, 0o700), os.Symlink(realdjango.Python, filepath.Join(bin, "python"))); err != nil {
		t.Fatal(err)
	}
	d := &django{dir: "site"}
	if err := d.find(); err != nil || !filepath.IsAbs(d.python) || !strings.HasSuffix(d.python, filepath.Join(bin, "python")) {
		t.Errorf("got %s, %v", d.python, err)
	}
}

// TestWithoutDjango has an interpreter that lacks it.
func TestWithoutDjango(t *testing.T) {
	t.Parallel()
	_, err := load(t, "PYTHON=/bin/false")
	if err == nil || !strings.Contains(err.Error(), "no Python with Django: asked /bin/false") {
		t.Errorf("got %v", err)
	}
}

// listener reads the data of an event stream.
type listener struct {
	t     *testing.T
	lines *bufio.Scanner
}

func listen(t *testing.T, h http.Handler) *listener {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	ctx, leave := context.WithCancel(t.Context())
	t.Cleanup(leave) // before the server is closed
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/live/stock/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return &listener{t, bufio.NewScanner(resp.Body)}
}

// await reads until an event holds the text.
func (l *listener) await(text string) {
	l.t.Helper()
	for l.lines.Scan() {
		if strings.Contains(l.lines.Text(), text) {
			return
		}
	}
	l.t.Fatalf("the stream ended before %s: %v", text, l.lines.Err())
}
