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
