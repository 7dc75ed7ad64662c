package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// discard is a ResponseWriter that keeps nothing.
type discard struct{ h http.Header }

func (d *discard) Header() http.Header               { return d.h }
func (d *discard) WriteHeader(int)                   {}
func (d *discard) Write(b []byte) (int, error)       { return len(b), nil }
func (d *discard) WriteString(s string) (int, error) { return len(s), nil }

func bench(b *testing.B, view web.Handler, opts *web.Options, method, target, body string, header ...string) {
	h := web.ToHTTP(view, opts)
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	src := strings.NewReader(body)
	if body != "" {
		r.Body, r.ContentLength = readCloser{src}, int64(len(body))
	}
	w := &discard{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		src.Reset(body)
		clear(w.h)
		h.ServeHTTP(w, r)
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func BenchmarkText(b *testing.B) {
	bench(b, func(*web.Request) (web.Response, error) { return web.Text("Hello, World!"), nil }, nil, "GET", "/", "")
}

func BenchmarkJSON(b *testing.B) {
	type message struct {
		Message string `json:"message"`
	}
	bench(b, func(*web.Request) (web.Response, error) { return web.JSON(message{"Hello, World!"}), nil }, nil, "GET", "/", "")
}

func BenchmarkQueryAndCookies(b *testing.B) {
	bench(b, func(r *web.Request) (web.Response, error) {
		session, _ := r.Cookie("sessionid")
		return web.Text(r.Query().Get("page") + session), nil
	}, nil, "GET", "/?page=2&q=caf%C3%A9&sort=-date", "", "Cookie", "csrftoken=abcdefghijklmnop; sessionid=qrstuvwxyz0123456789")
}

func BenchmarkForm(b *testing.B) {
	bench(b, func(r *web.Request) (web.Response, error) {
		form, err := r.Form()
		if err != nil {
			return web.Response{}, err
		}
		return web.Text(form.Get("name")), nil
	}, nil, "POST", "/", "name=Zo%C3%AB&email=zoe%40example.com&text=a+few+words+of+text", "Content-Type", "application/x-www-form-urlencoded")
}

func BenchmarkMultipart(b *testing.B) {
	bench(b, func(r *web.Request) (web.Response, error) {
		form, err := r.Form()
		if err != nil {
			return web.Response{}, err
		}
		return web.Text(form.Get("a")), nil
	}, nil, "POST", "/", part(`form-data; name="a"`, "1")+part(`form-data; name="f"; filename="x"`, "2")+"--b--\r\n", "Content-Type", "multipart/form-data; boundary=b")
}

func BenchmarkSixLayers(b *testing.B) {
	var layers []web.Middleware
	for _, name := range []string{"X-A", "X-B", "X-C", "X-D", "X-E", "X-F"} {
		value := []string{"1"}
		layers = append(layers, web.Middleware{Name: name, Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				resp, err := next(r)
				resp.Header()[name] = value
				return resp, err
			}
		}})
	}
	bench(b, func(*web.Request) (web.Response, error) { return web.Text("Hello, World!"), nil },
		&web.Options{Middleware: layers}, "GET", "/", "")
}

func BenchmarkRedirect(b *testing.B) {
	bench(b, func(*web.Request) (web.Response, error) { return web.Redirect("/next/?a=b"), nil }, nil, "GET", "/", "")
}

func BenchmarkParseValues(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		web.ParseValues("page=2&q=caf%C3%A9&sort=-date")
	}
}

// Allocations of the hot paths, so that a change that adds some is noticed. Not parallel: others
// would be counted in.
func TestAllocations(t *testing.T) {
	for _, test := range []struct {
		name string
		view web.Handler
		most float64
	}{
		{"text", func(*web.Request) (web.Response, error) { return web.Text("Hello, World!"), nil }, 2},
		{"JSON", func(*web.Request) (web.Response, error) { return web.JSON("Hello, World!"), nil }, 3},
	} {
		h := web.ToHTTP(test.view, nil)
		r, w := httptest.NewRequest("GET", "/", nil), &discard{http.Header{}}
		if got := testing.AllocsPerRun(100, func() { h.ServeHTTP(w, r) }); got > test.most && !raceDetector {
			t.Errorf("%s: %v allocations, want at most %v", test.name, got, test.most)
		}
	}
}
