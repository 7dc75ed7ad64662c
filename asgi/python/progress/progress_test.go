package progress_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/asgi/python/progress"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/djangotest"
	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// plan is a small project of Django's.
var plan = django.Plan{
	{Pattern: "", Kind: "path", View: "shop.views.home", Sample: "/", Regexp: `^\Z`},
	{Pattern: "shop/", Kind: "path", Name: "list", View: "shop.views.List", Methods: []string{"GET"}, Sample: "/shop/", Regexp: `^shop/\Z`},
	{Pattern: "shop/new/", Kind: "path", Name: "new", View: "shop.views.new", Methods: []string{"GET", "POST"}, Sample: "/shop/new/", Regexp: `^shop/new/\Z`},
	{Pattern: "shop/<slug:slug>/", Kind: "path", Name: "detail", View: "shop.views.Detail", Sample: "/shop/sample/", Regexp: `^shop/(?:[-a-zA-Z0-9_]+)/\Z`},
	{Pattern: "archive/<yyyy:year>/", Kind: "path", View: "shop.views.archive", Converters: []string{"Year"}, Sample: "/archive/2024/", Regexp: `^archive/(?:[0-9]{4})/\Z`},
	{Pattern: `^old/(?!x)(.*)$`, Kind: "regexp", View: "shop.views.old", Sample: "/old/a", Regexp: `^old/(?!x)(.*)$`},
	{Pattern: `^hidden/$`, Kind: "regexp", View: "shop.views.hidden", Regexp: `^hidden/$`},
}

func text(s string) web.Handler {
	return func(*web.Request) (web.Response, error) { return web.Text(s), nil }
}

// site is a project: routes of Go, and a fallback that stands for Python.
func site(t testing.TB, p *progress.Progress, routes ...urls.Route) (http.Handler, *urls.Router) {
	t.Helper()
	router, err := urls.New(routes, nil)
	if err != nil {
		t.Fatal(err)
	}
	python := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "Python") })
	return web.ToHTTP(router.Handle, &web.Options{Middleware: []web.Middleware{p.Middleware()}, Fallback: python, Claims: router.Claims}), router
}

func visit(h http.Handler, paths ...string) {
	for _, path := range paths {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
	}
}

var moved = []urls.Route{
	urls.Path("shop/", text("shop")).Name("list"),
	urls.Path("shop/<slug:slug>/", text("detail")).Methods("GET"),
	urls.Path("about/", text("about")),
	urls.Path("archive/<int:year>/", urls.Elsewhere),
}

// traffic has Python answer some requests, then Go some of them, and returns what the file and the routes
// tell.
func traffic(t *testing.T, opts progress.Options) (*progress.Progress, *urls.Router) {
	t.Helper()
	before := progress.New(plan, &opts)
	h, _ := site(t, before)
	visit(h, "/", "/", "/shop/", "/shop/a/", "/shop/b/", "/shop/new/", "/archive/2024/", "/archive/24/", "/old/a", "/nothing")
	if err := before.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := progress.New(plan, &opts)
	h, router := site(t, after, moved...)
	visit(h, "/", "/shop/", "/shop", "/shop/a/", "/shop/new/", "/about/", "/about/", "/archive/1999/")
	for range 2 { // the second has nothing to add
		if err := after.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	return after, router
}

// TestStatus counts for both, over a restart.
func TestStatus(t *testing.T) {
	t.Parallel()
	p, router := traffic(t, progress.Options{File: filepath.Join(t.TempDir(), "traffic.json")})
	got, err := p.Status(router)
	if err != nil {
		t.Fatal(err)
	}
	want := &progress.Status{
		Moved: 3, Python: 12, Go: 3, Unmatched: 3, Beside: 2,
		Rows: []progress.Row{
			{Pattern: "shop/new/", Name: "new", View: "shop.views.new", State: progress.Partly, Missing: []string{"POST"}, GoRoute: "shop/<slug:slug>/", Python: 1, Shared: true},
			{Pattern: "", View: "shop.views.home", State: progress.Python, Python: 3},
			{Pattern: "archive/<yyyy:year>/", View: "shop.views.archive", State: progress.Python, Python: 2},
			{Pattern: `^old/(?!x)(.*)$`, View: "shop.views.old", State: progress.Python, Uncounted: true},
			{Pattern: `^hidden/$`, View: "shop.views.hidden", State: progress.Unknown},
			{Pattern: "shop/<slug:slug>/", Name: "detail", View: "shop.views.Detail", State: progress.Go, GoRoute: "shop/<slug:slug>/", Python: 2, Go: 2},
			{Pattern: "shop/", Name: "list", View: "shop.views.List", State: progress.Go, GoRoute: "shop/", Python: 1, Go: 1},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(progress.Status{}, "Since")); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	if share := got.Share(); share != 0.2 || got.Since == nil {
		t.Errorf("got share %v since %v", share, got.Since)
	}
}

// command runs the command progress.
func command(t *testing.T, p *progress.Progress, router *urls.Router, args ...string) (cli.Output, error) {
	t.Helper()
	app, err := cli.New(&cli.Options{Name: "shop", Commands: []*cli.Command{p.Command(func() *urls.Router { return router })}})
	if err != nil {
		t.Fatal(err)
	}
	return app.Call(t.Context(), "progress", args...)
}

// TestCommand prints the status for people and for programs.
func TestCommand(t *testing.T) {
	t.Parallel()
	p, router := traffic(t, progress.Options{File: filepath.Join(t.TempDir(), "traffic.json")})
	out, err := command(t, p, router)
	if err != nil {
		t.Fatal(err)
	}
	goldentest.Equal(t, "progress.txt", strings.ReplaceAll(out.Stdout, time.Now().UTC().Format("2006-01-02"), "TODAY"))
	out, err = command(t, p, router, "--json")
	if err != nil {
		t.Fatal(err)
	}
	var got, want progress.Status
	if err := json.Unmarshal([]byte(out.Stdout), &got); err != nil {
		t.Fatal(err)
	}
	status, err := p.Status(router)
	if err != nil {
		t.Fatal(err)
	}
	want = *status
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}

	none := progress.New(plan, &progress.Options{File: filepath.Join(t.TempDir(), "traffic.json")})
	_, router = site(t, none)
	out, err = command(t, none, router)
	if err != nil || !strings.Contains(out.Stdout, "none yet") || strings.Count(out.Stdout, "\npython ") != 6 {
		t.Errorf("without traffic: got %v\n%s", err, out.Stdout)
	}
	if _, err := command(t, none, router, "--refresh"); err == nil || !strings.Contains(err.Error(), "where the Django project is") {
		t.Errorf("got %v", err)
	}
}

// TestRefresh looks at a real project again, and writes the plan with its states.
func TestRefresh(t *testing.T) {
	t.Parallel()
	dir := djangotest.Project(t, nil)
	opts := progress.Options{File: filepath.Join(t.TempDir(), "traffic.json"), PlanFile: filepath.Join(t.TempDir(), "migration.tsv"), Dir: dir,
		Django: django.Options{Interpreter: djangotest.Python}}
	before := opts.PlanFile + ".before"
	if err := errors.Join(os.WriteFile(opts.PlanFile, []byte("before"), 0o640), os.Link(opts.PlanFile, before)); err != nil {
		t.Fatal(err)
	}
	p := progress.New(plan, &opts)
	_, router := site(t, p, moved...)
	out, err := command(t, p, router, "--refresh")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.Stderr, "54 routes, 49 new, 2 gone") || !strings.Contains(out.Stdout, "Moved    3 of 54 routes by Go") {
		t.Errorf("got %s\n%s", out.Stderr, out.Stdout)
	}
	b, err := os.ReadFile(opts.PlanFile)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "\tgo\t/shop/sample/") && !strings.Contains(string(b), "\tpartly\t/shop/sample/") {
		t.Errorf("got\n%s", b)
	}
	if old, err := os.ReadFile(before); err != nil || string(old) != "before" {
		t.Errorf("the plan was written over, not replaced: %q, %v", old, err)
	}
	if info, err := os.Stat(opts.PlanFile); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("got %v, %v, want the mode that was", info, err)
	}
	if again, err := django.ParsePlan(string(b)); err != nil || len(again) != 54 {
		t.Errorf("got %d routes, %v", len(again), err)
	}
	opts.Dir = t.TempDir()
	if _, err := command(t, progress.New(plan, &opts), router, "--refresh"); !hasHint(err) {
		t.Errorf("got %v, want an error with a hint", err)
	}
}

func hasHint(err error) bool {
	var hinted *cli.Error
	return errors.As(err, &hinted) && hinted.Hint != ""
}

// TestTogether counts from many goroutines, while others flush: nothing is lost, nothing counted twice.
func TestTogether(t *testing.T) {
	t.Parallel()
	p := progress.New(plan, &progress.Options{File: filepath.Join(t.TempDir(), "traffic.json")})
	h, router := site(t, p, moved...)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				visit(h, "/", "/shop/", "/shop/a/", "/nothing")
			}
		})
		wg.Go(func() {
			for range 20 {
				if err := p.Flush(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := p.Flush(); err != nil {
		t.Fatal(err)
	}
	s, err := p.Status(router)
	if err != nil {
		t.Fatal(err)
	}
	if s.Python != 1600 || s.Go != 1600 || s.Unmatched != 800 {
		t.Errorf("got %d, %d, %d", s.Python, s.Go, s.Unmatched)
	}
}

// TestRun writes every few seconds, and goes on while the file can't be written, which it says once.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "there", "traffic.json")
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		p := progress.New(plan, &progress.Options{File: file, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		h, _ := site(t, p)
		done := make(chan error, 1)
		go func() { done <- p.Run(t.Context()) }()
		visit(h, "/")
		<-time.After(11 * time.Second) // the bubble's, not ours
		synctest.Wait()
		if got := strings.Count(log.String(), "can't be kept"); got != 1 {
			t.Errorf("logged %d times:\n%s", got, log.String())
		}
		if err := os.Mkdir(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		<-time.After(5 * time.Second)
		synctest.Wait()
		if b, err := os.ReadFile(file); err != nil || !strings.Contains(string(b), `"": 1`) {
			t.Errorf("got %s, %v", b, err)
		}
	})
	mine, err := os.Create(filepath.Join(dir, "mine"))
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	want, err := mine.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != want.Mode() {
		t.Errorf("got %v, %v, want the mode %v", info, err, want.Mode())
	}
	if names, err := os.ReadDir(filepath.Dir(file)); err != nil || len(names) != 1 {
		t.Errorf("got %v, %v, want the file alone", names, err)
	}
}

// TestBrokenFile is told, and not written over.
func TestBrokenFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "traffic.json")
	if err := os.WriteFile(file, []byte(`{"python": `), 0o666); err != nil {
		t.Fatal(err)
	}
	p := progress.New(plan, &progress.Options{File: file})
	h, router := site(t, p)
	visit(h, "/")
	if err := p.Flush(); err == nil || !strings.Contains(err.Error(), "remove the file") {
		t.Errorf("got %v", err)
	}
	if _, err := command(t, p, router); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != `{"python": ` {
		t.Errorf("got %s, %v", b, err)
	}
}

func ExampleNew() {
	plan, err := django.ParsePlan("pattern\tsample\tregexp\nshop/\t/shop/\t^shop/\\Z\nabout/\t/about/\t^about/\\Z\n")
	if err != nil {
		fmt.Println(err)
	}
	p := progress.New(plan, &progress.Options{File: filepath.Join(os.TempDir(), "no-such-folder", "traffic.json")})
	router, err := urls.New([]urls.Route{urls.Path("shop/", text("shop"))}, nil)
	if err != nil {
		fmt.Println(err)
	}
	status, err := p.Status(router)
	if err != nil {
		fmt.Println(err)
	}
	for _, row := range status.Rows {
		fmt.Println(row.State, row.Pattern)
	}
	// Output:
	// python about/
	// go shop/
}

// BenchmarkMiddleware is what the layer adds to a request that a route of Go answers.
func BenchmarkMiddleware(b *testing.B) {
	router, err := urls.New(moved, nil)
	if err != nil {
		b.Fatal(err)
	}
	raw := httptest.NewRequest("GET", "/shop/", nil)
	for name, layers := range map[string][]web.Middleware{"without": nil, "with": {progress.New(plan, nil).Middleware()}} {
		h := web.ToHTTP(router.Handle, &web.Options{Middleware: layers})
		w := httptest.NewRecorder()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w.Body.Reset()
				h.ServeHTTP(w, raw)
			}
		})
	}
}
