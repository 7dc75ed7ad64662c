package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web"
)

type teapot struct{}

func (teapot) Error() string   { return "secret detail" }
func (teapot) HTTPStatus() int { return 418 }

func TestErrors(t *testing.T) {
	t.Parallel()
	fails := func(err error) web.Handler {
		return func(*web.Request) (web.Response, error) { return web.Response{}, err }
	}
	for _, test := range []struct {
		name   string
		view   web.Handler
		status int
		shown  string // in the page
		log    string // in the log
	}{
		{"any", fails(errors.New("secret")), 500, "Something went wrong", "level=ERROR"},
		{"not found", fails(web.NotFound("No such <b>product</b>.")), 404, "No such &lt;b&gt;product", "level=WARN"},
		{"wrapped", fails(fmt.Errorf("load secret: %w", web.Forbidden("Not yours."))), 403, "Not yours.", "load secret"},
		{"cause", fails(web.NewError(409, "Somebody else was faster.", errors.New("secret"))), 409, "Somebody else", "secret"},
		{"own type", fails(teapot{}), 418, "teapot", "secret detail"},
		{"deadline", fails(fmt.Errorf("secret: %w", context.DeadlineExceeded)), 503, "took too long", "secret"},
		{"no status", fails(&web.Error{Message: "Half made."}), 500, "Half made.", "level=ERROR"},
		{"status of success", fails(web.NewError(200, "Odd.", nil)), 500, "Odd.", "level=ERROR"},
		{"panic", func(*web.Request) (web.Response, error) { panic("secret") }, 500, "Something went wrong", "panic: secret"},
		{"panic with an error", func(*web.Request) (web.Response, error) { panic(web.Gone("Sold out.")) }, 410, "Sold out.", "Sold out."},
		{"nil error of a type", fails((*web.Error)(nil)), 500, "Something went wrong", "level=ERROR"},
		{"method", fails(web.MethodNotAllowed("GET", "HEAD")), 405, "used that way", "level=WARN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h, j := site(test.view, nil)
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept", "text/html")
			h.ServeHTTP(w, r)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.shown) || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("got %d:\n%s", w.Code, w.Body)
			}
			if j.entries() != 1 || !strings.Contains(j.String(), test.log) {
				t.Errorf("want one log entry with %q:\n%s", test.log, j)
			}
			if test.status == 405 && w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("headers %v", w.Header())
			}
			if out := <-j.finished; out.Status != test.status || out.Err == nil {
				t.Errorf("outcome %+v", out)
			}
		})
	}
}

func TestErrorPagesByAccept(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) { return web.Response{}, web.NotFound("No <such> page.") }
	for accept, want := range map[string]string{
		"text/html,*/*;q=0.1":              "text/html; charset=utf-8",
		"application/json":                 "application/problem+json",
		"application/problem+json":         "application/problem+json",
		"text/plain":                       "text/plain; charset=utf-8",
		"image/png":                        "text/plain; charset=utf-8",
		"*/*":                              "text/html; charset=utf-8",
		"text/html;q=0.5,application/json": "application/problem+json",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", accept)
		w := serve(t, view, nil, r)
		if got := w.Header().Get("Content-Type"); w.Code != 404 || got != want || w.Header().Get("Vary") != "Accept" {
			t.Errorf("%s: got %d %s %v", accept, w.Code, got, w.Header())
		}
		if strings.Contains(want, "json") {
			var p struct {
				Title, Detail string
				Status        int
			}
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != 404 || p.Detail != "No <such> page." || p.Title != "Not Found" {
				t.Errorf("%s: %v %s", accept, err, w.Body)
			}
		}
	}
}

func TestOwnErrorPages(t *testing.T) {
	t.Parallel()
	opts := &web.Options{ErrorPages: map[int]web.Handler{
		400: func(*web.Request) (web.Response, error) { return web.Text("bad").WithHeader("X-A", "a\nb"), nil },
		401: func(*web.Request) (web.Response, error) { return web.Redirect("/login/"), nil },
		403: func(*web.Request) (web.Response, error) { panic("in the page") },
		404: func(r *web.Request) (web.Response, error) { return web.Text("ours: " + r.Err().Error()), nil },
		409: func(*web.Request) (web.Response, error) { return web.Response{}, errors.New("in the page") },
		410: func(*web.Request) (web.Response, error) { return web.Render("none.html", nil), nil },
		500: func(*web.Request) (web.Response, error) { return web.Redirect("//evil.com"), nil },
	}}
	for _, test := range []struct {
		status, want int
		body         string
		entries      int
	}{
		{400, 400, "400 Bad Request", 2}, // the page's own header is not valid
		{401, 302, "", 1},
		{403, 403, "403 Forbidden", 2},
		{404, 404, "ours: 404 Not Found: gone", 1},
		{409, 409, "409 Conflict", 2},
		{410, 410, "410 Gone", 2},
		{500, 500, "500 Internal Server Error", 2},
	} {
		t.Run(fmt.Sprint(test.status), func(t *testing.T) {
			t.Parallel()
			h, j := site(func(*web.Request) (web.Response, error) {
				return web.Response{}, web.NewError(test.status, "gone", nil)
			}, opts)
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept", "text/plain")
			h.ServeHTTP(w, r)
			if w.Code != test.want || !strings.HasPrefix(w.Body.String(), test.body) {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Body, test.want, test.body)
			}
			if j.entries() != test.entries {
				t.Errorf("want %d log entries:\n%s", test.entries, j)
			}
		})
	}
}

// Each layer sees the response that an error became further in, and its cause.
func TestMiddlewareSeesErrorsAsResponses(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	var seen []string
	layer := func(name string, fail bool) web.Middleware {
		return web.Middleware{Name: name, Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				resp, err := next(r)
				seen = append(seen, fmt.Sprintf("%s: %d %v %v", name, resp.StatusCode(), resp.Err(), err))
				if fail {
					panic("in " + name)
				}
				resp.Header().Set("X-"+name, "1")
				return resp, err
			}
		}}
	}
	h, j := site(func(*web.Request) (web.Response, error) { return web.Response{}, web.NewError(404, "", cause) },
		&web.Options{Middleware: []web.Middleware{layer("outer", false), layer("middle", true), layer("inner", false)}})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	want := []string{"inner: 404 404 Not Found: cause <nil>", "middle: 404 404 Not Found: cause <nil>", "outer: 500 panic: in middle <nil>"}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", seen, want)
	}
	if w.Code != 500 || w.Header().Get("X-outer") != "1" || w.Header().Get("X-inner") != "" {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	if j.entries() != 2 {
		t.Errorf("log:\n%s", j)
	}
}

func TestPanicsThatPass(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		value any
		opts  web.Options
	}{
		"abort":     {http.ErrAbortHandler, web.Options{}},
		"propagate": {"oops", web.Options{PropagatePanics: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, j := site(func(*web.Request) (web.Response, error) { panic(test.value) }, &test.opts)
			defer func() {
				if v := recover(); v != test.value {
					t.Errorf("recovered %v", v)
				}
				<-j.finished // OnFinish runs all the same
			}()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
			t.Error("the panic did not pass")
		})
	}
}

func TestObserver(t *testing.T) {
	t.Parallel()
	var seen []string
	o := &web.Observer{
		Error: func(_ *web.Request, err error) { seen = append(seen, "error "+err.Error()) },
		Response: func(_ *web.Request, resp web.Response) {
			seen = append(seen, fmt.Sprint("response ", resp.StatusCode()))
		},
		Rendered: func(_ *web.Request, name string, data any) { seen = append(seen, fmt.Sprint("rendered ", name, data)) },
	}
	view := func(r *web.Request) (web.Response, error) {
		if r.PathInfo() == "/" {
			return web.Render("a.html", 1), nil
		}
		return web.Response{}, web.NotFound("")
	}
	opts := &web.Options{Templates: web.NewGoTemplates(files{"a.html": "x"}, nil)}
	for _, path := range []string{"/", "/b"} {
		r := httptest.NewRequest("GET", path, nil)
		serve(t, view, opts, r.WithContext(web.ContextWithObserver(r.Context(), o)))
	}
	if got := strings.Join(seen, ", "); got != "rendered a.html1, response 200, error 404 Not Found, response 404" {
		t.Errorf("got %s", got)
	}
}
