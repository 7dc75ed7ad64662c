package views_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/views"
	"github.com/nuages-web/nuages/web"
)

var quiet = slog.New(slog.DiscardHandler)

func ok(context.Context) error { return nil }

// ask sends one request to a view.
func ask(view web.Handler, opts *web.Options, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://127.0.0.1:8000/readyz", nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	web.ToHTTP(view, opts).ServeHTTP(w, r)
	return w
}

func wantAnswer(t *testing.T, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if w.Code != status || w.Body.String() != body {
		t.Errorf("got %d %s\nwant %d %s", w.Code, w.Body, status, body)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("got Cache-Control %q, want no-store", got)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	accept := func(types string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Accept", types) }
	}
	for _, change := range []func(*http.Request){nil, accept("*/*"), accept("text/html, */*;q=0.8")} {
		wantAnswer(t, ask(views.Health, nil, change), 200, "ok\n")
	}
	wantAnswer(t, ask(views.Health, nil, accept("application/json")), 200, `{"status":"ok"}`)
	wantAnswer(t, ask(views.Health, nil, func(r *http.Request) { r.Method = "HEAD" }), 200, "")
	for name, view := range map[string]web.Handler{"Health": views.Health, "Ready": views.Ready(nil, nil)} {
		w := ask(view, &web.Options{Logger: quiet}, func(r *http.Request) { r.Method = "POST" })
		if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: POST got %d %v, want 405", name, w.Code, w.Header())
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	away := func(context.Context) error { return errors.New("dial tcp 10.0.0.9:6379: password for admin refused") }
	local := func(r *http.Request) { r.RemoteAddr = "127.0.0.1:1" }
	failed := []views.ReadyCheck{{Name: "database", Check: ok}, {Name: "cache", Check: away}}
	tests := []struct {
		name   string
		checks []views.ReadyCheck
		opts   *web.Options
		change func(*http.Request)
		status int
		want   string
	}{
		{"no checks", nil, nil, nil, 200, `{"status":"ok"}`},
		{"all well", []views.ReadyCheck{{Name: "database", Check: ok}}, nil, nil, 200, `{"status":"ok","checks":[{"name":"database","ok":true}]}`},
		{"one fails", failed, nil, local, 503, `{"status":"unavailable","checks":[{"name":"database","ok":true},{"name":"cache","ok":false}]}`},
		{"one fails in debug", failed, &web.Options{Debug: true}, local, 503,
			`{"status":"unavailable","checks":[{"name":"database","ok":true},{"name":"cache","ok":false,"error":"dial tcp 10.0.0.9:6379: password for admin refused"}]}`},
		{"one fails in debug, for others", failed, &web.Options{Debug: true}, nil, 503, `{"status":"unavailable","checks":[{"name":"database","ok":true},{"name":"cache","ok":false}]}`},
		{"one panics", []views.ReadyCheck{{Name: "a", Check: func(context.Context) error { panic("boom") }}}, &web.Options{Debug: true}, local, 503,
			`{"status":"unavailable","checks":[{"name":"a","ok":false,"error":"panic: boom"}]}`},
		{"one ends its goroutine", []views.ReadyCheck{{Name: "a", Check: func(context.Context) error { runtime.Goexit(); return nil }}}, nil, nil, 503,
			`{"status":"unavailable","checks":[{"name":"a","ok":false}]}`},
		{"HEAD", failed, nil, func(r *http.Request) { r.Method = "HEAD" }, 503, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantAnswer(t, ask(views.Ready(test.checks, &views.ReadyOptions{Logger: quiet}), test.opts, test.change), test.status, test.want)
		})
	}
}

func TestReadyDrains(t *testing.T) {
	t.Parallel()
	drain, stop := context.WithCancel(t.Context())
	var asked atomic.Int32
	view := views.Ready([]views.ReadyCheck{{Name: "a", Check: func(context.Context) error { asked.Add(1); return nil }}}, nil)
	served := func(r *http.Request) {
		*r = *r.WithContext(web.ContextWithServer(r.Context(), &web.Server{Drain: drain}))
	}
	wantAnswer(t, ask(view, nil, served), 200, `{"status":"ok","checks":[{"name":"a","ok":true}]}`)
	stop()
	wantAnswer(t, ask(view, nil, served), 503, `{"status":"draining"}`)
	wantAnswer(t, ask(views.Health, nil, served), 200, "ok\n")
	if got := asked.Load(); got != 1 {
		t.Errorf("the check was asked %d times, want 1: nobody needs to know by then", got)
	}
}

// TestReadyAtOnce has checks that wait for one another, asked by many.
func TestReadyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, two := make(chan struct{}), make(chan struct{})
		var calls atomic.Int32
		view := views.Ready([]views.ReadyCheck{
			{Name: "one", Check: func(context.Context) error { calls.Add(1); close(one); <-two; return nil }},
			{Name: "two", Check: func(context.Context) error { calls.Add(1); <-one; time.Sleep(time.Second); close(two); return nil }},
		}, nil)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				wantAnswer(t, ask(view, nil, nil), 200, `{"status":"ok","checks":[{"name":"one","ok":true},{"name":"two","ok":true}]}`)
			})
		}
		all.Wait()
		if calls.Load() != 2 {
			t.Errorf("got %d calls, want one for each check", calls.Load())
		}
	})
}

func TestReadyTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		release := make(chan struct{})
		var calls atomic.Int32
		view := views.Ready([]views.ReadyCheck{
			{Name: "heeds", Check: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
			{Name: "heeds not", Timeout: time.Second, Check: func(context.Context) error { calls.Add(1); <-release; return nil }},
		}, &views.ReadyOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		const want = `{"status":"unavailable","checks":[{"name":"heeds","ok":false},{"name":"heeds not","ok":false}]}`
		for range 3 {
			began := time.Now()
			wantAnswer(t, ask(view, nil, nil), 503, want)
			if took := time.Since(began); took != 2*time.Second { // the default, in the bubble's time
				t.Errorf("took %v, want 2s", took)
			}
		}
		if got := calls.Load(); got != 1 {
			t.Errorf("got %d calls of a check that hangs, want 1", got)
		}
		close(release)
		synctest.Wait()
		wantAnswer(t, ask(view, nil, nil), 503, strings.Replace(want, `"heeds not","ok":false`, `"heeds not","ok":true`, 1))
		for line, times := range map[string]int{
			`level=ERROR msg="a readiness check fails" check=heeds error="context deadline exceeded"`:                                   1,
			`level=ERROR msg="a readiness check fails" check="heeds not" error="the check has not returned, although its time is over"`: 1,
			`level=INFO msg="a readiness check is well again" check="heeds not"`:                                                        1,
		} {
			if got := strings.Count(log.String(), line); got != times {
				t.Errorf("got %q %d times, want %d; log:\n%s", line, got, times, &log)
			}
		}
	})
}

// TestProbes has health checks behind the layers of a site in production, which refuse everything
// else that names an IP address or speaks no TLS.
func TestProbes(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var route string
	stack := append([]web.Middleware{views.Probes(map[string]web.Handler{
		"healthz": views.Health,
		"readyz":  func(r *web.Request) (web.Response, error) { route = r.Match().Route; return web.Text("ready"), nil },
		"broken/": func(*web.Request) (web.Response, error) { return web.Response{}, web.NotFound("") },
	})}, middleware.Default(&middleware.DefaultOptions{
		Hosts: []string{"example.com"}, AccessLog: &middleware.AccessLogOptions{Lines: &log},
		Security: &middleware.SecurityOptions{TLSRedirect: true},
	})...)
	opts := &web.Options{Middleware: stack, Logger: quiet}
	get := func(url string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		web.ToHTTP(func(*web.Request) (web.Response, error) { return web.Text("page"), nil }, opts).ServeHTTP(w, httptest.NewRequest("GET", url, nil))
		return w
	}
	wantAnswer(t, get("http://10.0.0.7:8000/healthz"), 200, "ok\n")
	if w := get("http://10.0.0.7:8000/readyz"); w.Code != 200 || w.Body.String() != "ready" || route != "readyz" {
		t.Errorf("got %d %s of route %q", w.Code, w.Body, route)
	}
	if w := get("http://10.0.0.7:8000/broken/"); w.Code != 404 {
		t.Errorf("got %d, want the view's 404", w.Code)
	}
	if log.Len() > 0 {
		t.Errorf("got the log %s, want probes left out", &log)
	}
	for path, status := range map[string]int{"http://10.0.0.7:8000/healthz/": 400, "http://10.0.0.7:8000/": 400, "http://example.com/": 301} {
		if w := get(path); w.Code != status {
			t.Errorf("%s: got %d, want %d", path, w.Code, status)
		}
	}
}

func ExampleReady() {
	ping := func(context.Context) error { return errors.New("connection refused") }
	view := views.Ready([]views.ReadyCheck{{Name: "database", Check: ping}}, &views.ReadyOptions{Logger: quiet})
	w := ask(view, nil, nil)
	fmt.Println(w.Code, w.Body)
	// Output: 503 {"status":"unavailable","checks":[{"name":"database","ok":false}]}
}
