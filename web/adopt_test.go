package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// A header that would split the response is gone from the error page that takes its place; what
// middleware has set beside it stays.
func TestBadHeaderLeavesThePage(t *testing.T) {
	t.Parallel()
	layer := web.Middleware{Name: "layer", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			resp, err := next(r)
			resp.Header().Set("X-Kept", "yes")
			return resp, err
		}
	}}
	view := func(*web.Request) (web.Response, error) {
		return web.Text("x").WithHeader("X-Bad", "a\r\nX-Evil: 1"), nil
	}
	rec := httptest.NewRecorder()
	web.ToHTTP(view, &web.Options{Middleware: []web.Middleware{layer}, Logger: slog.New(slog.DiscardHandler)}).ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if rec.Code != http.StatusBadRequest || rec.Header().Get("X-Kept") != "yes" || rec.Header()["X-Bad"] != nil {
		t.Errorf("got %d %v", rec.Code, rec.Header())
	}
}

// A layer that panics after the view has answered leaves nothing of that answer on the error page.
func TestPanicLeavesNoHeaders(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) {
		return web.Text("x").WithHeader("Cache-Control", "public, max-age=3600").WithHeader("Etag", `"1"`).WithHeader("X-View", "1"), nil
	}
	panics := web.Middleware{Name: "panics", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			if _, err := next(r); err != nil {
				return web.Response{}, err
			}
			panic("after the view")
		}
	}}
	outer := web.Middleware{Name: "outer", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) { return next(r) }
	}}
	for name, layers := range map[string][]web.Middleware{"outermost": {panics}, "inner": {outer, panics}} {
		rec := httptest.NewRecorder()
		web.ToHTTP(view, &web.Options{Middleware: layers, Logger: slog.New(slog.DiscardHandler)}).ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
		for _, header := range []string{"Cache-Control", "Etag", "X-View"} {
			if got := rec.Header().Get(header); rec.Code != http.StatusInternalServerError || got != "" {
				t.Errorf("%s: %d with %s: %s", name, rec.Code, header, got)
			}
		}
	}
}
