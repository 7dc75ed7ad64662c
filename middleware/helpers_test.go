package middleware_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// site serves a view behind layers, without a log.
func site(view web.Handler, layers ...web.Middleware) http.Handler {
	return web.ToHTTP(view, &web.Options{Middleware: layers, Logger: slog.New(slog.DiscardHandler)})
}

// ask sends a request of headers, names and values by turns. A target without a host is for
// example.com.
func ask(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		switch headers[i] {
		case "Peer":
			r.RemoteAddr = headers[i+1]
		case "Host":
			r.Host = headers[i+1]
		default:
			r.Header.Add(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// answer is a view that always answers the same.
func answer(resp web.Response) web.Handler {
	return func(*web.Request) (web.Response, error) { return resp, nil }
}

// layer makes a Middleware of a decorator.
func layer(wrap func(web.Handler) web.Handler) web.Middleware {
	return web.Middleware{Name: "test", Wrap: wrap}
}

func wantHeader(t *testing.T, w *httptest.ResponseRecorder, name, want string) {
	t.Helper()
	if got := w.Header().Get(name); got != want {
		t.Errorf("header %s: got %q, want %q", name, got, want)
	}
}

func wantStatus(t *testing.T, w *httptest.ResponseRecorder, want int) {
	t.Helper()
	if w.Code != want {
		t.Errorf("got status %d, want %d; body %.200q", w.Code, want, w.Body)
	}
}

func patterns(list ...string) []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, p := range list {
		out = append(out, regexp.MustCompile(p))
	}
	return out
}

var repeat = strings.Repeat
