package webtest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestPageKnowsTheServersSide(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	page := c.Get("/template")
	page.AssertTemplateUsed("page.html")
	page.AssertTemplateNotUsed("other.html")
	page.AssertHTMLEqual("<h1> Soups </h1>")
	if data, _ := page.TemplateData[0].(map[string]string); data["Title"] != "Soups" {
		t.Errorf("TemplateData: %v", page.TemplateData)
	}
	if page.Match == nil || page.Match.Route != "/template" {
		t.Errorf("Match: %+v", page.Match)
	}
	page = c.Get("/missing")
	page.AssertStatus(404)
	if !errors.Is(page.Err, web.ErrNotFound) {
		t.Errorf("Err: %v", page.Err)
	}
	var v map[string]any
	if c.Get("/json").JSON(&v); len(v) != 2 {
		t.Errorf("JSON: %v", v)
	}
	page = c.Get("/hints")
	if len(page.Informational) != 1 || page.Informational[0].Status != 103 || page.Informational[0].Header.Get("Link") == "" {
		t.Errorf("Informational: %+v", page.Informational)
	}
}

func TestServerErrorsFailTheTest(t *testing.T) {
	t.Parallel()
	plain := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("plain handler") })
	for _, tt := range []struct {
		name, path string
		handler    http.Handler
		want       []string
	}{
		{"panic", "/panic", site(t), []string{"the sky falls", "site_test.go"}},
		{"error", "/error", site(t), []string{"GET /error: the view failed: the kitchen burns"}},
		{"broken off", "/broken", site(t), []string{"the view failed: the kitchen burns"}},
		{"plain handler", "/", plain, []string{"plain handler", "page_test.go"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := failures(t, func(tb testing.TB) { webtest.NewClient(tb, tt.handler, nil).Get(tt.path) })
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("failure %q does not say %q", got, want)
				}
			}
		})
	}
	page := newClient(t).AllowServerErrors().Get("/panic")
	page.AssertStatus(500)
	var p *web.PanicError
	if !errors.As(page.Err, &p) || p.Value != "the sky falls" {
		t.Errorf("Err: %v", page.Err)
	}
	var serverError *webtest.ServerError
	if _, err := newClient(t).Try(webtest.Request{Path: "/error"}); !errors.As(err, &serverError) || serverError.Page.Status != 500 {
		t.Errorf("Try: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	page := c.Get("/redirect")
	page.AssertStatus(302)
	page.AssertRedirects("/echo?a=1&b=2", nil)

	page = c.Follow().Post("/redirect", webtest.Form{"x": {"1"}})
	page.AssertRedirects("/echo?a=1&b=2", nil)
	if want := `GET http://testserver/echo?b=2&a=1 127.0.0.1 HTTP/1.1  ""`; page.Body != want || len(page.History) != 1 {
		t.Errorf("after 302: %s, want %s (history %v)", page.Body, want, page.History)
	}
	page = c.Follow().Post("/keep", webtest.Form{"x": {"1"}})
	if want := `POST http://testserver/echo 127.0.0.1 HTTP/1.1 application/x-www-form-urlencoded "x=1"`; page.Body != want {
		t.Errorf("after 307: %s, want %s", page.Body, want)
	}
	page = c.Follow().Get("/other")
	if want := `GET https://other.example/echo 127.0.0.1 HTTP/1.1  ""`; page.Body != want || page.History[0].URL != "https://other.example/echo" {
		t.Errorf("to another host: %s, want %s (history %v)", page.Body, want, page.History)
	}
	for path, want := range map[string]string{"/loop": "redirect loop: http://testserver/loop → http://testserver/loop", "/deeper": "too many redirects"} {
		if got := failures(t, func(tb testing.TB) { webtest.NewClient(tb, site(t), nil).Follow().Get(path) }); !strings.Contains(got, want) {
			t.Errorf("%s: failure %q, want %q", path, got, want)
		}
	}
	body := struct{ *strings.Reader }{strings.NewReader("once")}
	_, err := c.Follow().Try(webtest.Request{Method: "POST", Path: "/keep", Body: onlyReader{body}})
	webtest.AssertErrorContains(t, err, "can't be read twice")
}

type onlyReader struct {
	r interface{ Read([]byte) (int, error) }
}

func (r onlyReader) Read(p []byte) (int, error) { return r.r.Read(p) }

func TestCookies(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, value := range []string{"apple", `a "b", c; \d`, "ä€", ""} {
		page := c.Do(webtest.Request{Path: "/cookie", Query: webtest.Form{"set": {value}}})
		page.AssertCookie("fruit", value)
		if got := c.Get("/cookie").Body; got != "had "+value {
			t.Errorf("the view got %q, want %q", got, "had "+value)
		}
		c.ClearCookies()
	}
	if got := c.Get("/signed").Body; got != "nobody" {
		t.Errorf("first visit: %q", got)
	}
	if got := c.Get("/signed").Body; got != "ann" {
		t.Errorf("second visit: %q", got)
	}
	c.SetCookie(webtest.Cookie{Name: "user", Value: "mallory"})
	if _, err := c.AllowServerErrors().Try(webtest.Request{Path: "/signed"}); err != nil {
		t.Error(err)
	}
	c.SetCookie(webtest.Cookie{Name: "fruit", Value: "pear"})
	if cookie, ok := c.Cookie("fruit"); !ok || cookie.Value != "pear" || len(c.Cookies()) != 3 {
		t.Errorf("Cookies: %+v", c.Cookies())
	}
	c.Get("/").AssertNoCookie("fruit")
	if other := c.Fresh(); len(other.Cookies()) != 0 || other.Get("/signed").Body != "nobody" || len(c.Cookies()) != 3 {
		t.Errorf("a fresh client has %+v, the old one %+v", other.Cookies(), c.Cookies())
	}
}

func TestCookieRules(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := ""
		c := webtest.NewClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if set != "" {
				w.Header().Add("Set-Cookie", set)
			}
			fmt.Fprint(w, r.Header.Get("Cookie"))
		}), nil)
		for _, tt := range []struct {
			name, set, ask, want string
			wait                 time.Duration
		}{
			{"path", "a=1; Path=/x", "/x/y", "a=1", 0},
			{"other path", "a=1; Path=/x", "/xy", "", 0},
			{"default path", "a=1", "http://testserver/deep/other", "a=1", 0},
			{"not above default path", "a=1", "http://testserver/", "", 0},
			{"secure", "a=1; Secure", "https://testserver/deep/", "", 0},
			{"other host", "a=1; Path=/", "http://evil.example/", "", 0},
			{"subdomain", "a=1; Path=/; Domain=testserver", "http://sub.testserver/", "a=1", 0},
			{"foreign domain", "a=1; Path=/; Domain=example.com", "http://example.com/", "", 0},
			{"lives", "a=1; Path=/; Max-Age=60", "/", "a=1", 59 * time.Second},
			{"expires", "a=1; Path=/; Max-Age=60", "/", "", 60 * time.Second},
			{"max-age first", "a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/", "a=1", 0},
			{"deleted", "a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/", "", 0},
			{"zero age", "a=1; Path=/; Max-Age=0", "/", "", 0},
			{"nonsense", "; ;=;", "/", "", 0},
		} {
			c.ClearCookies()
			set = tt.set
			c.Get("/deep/page")
			set = ""
			time.Sleep(tt.wait)
			if got := c.Get(tt.ask).Body; got != tt.want {
				t.Errorf("%s: %q sends %q to %s, want %q", tt.name, tt.set, got, tt.ask, tt.want)
			}
		}
	})
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c := webtest.NewClient(t, site(t), &webtest.Options{Host: "shop.example", Secure: true, RemoteAddr: "2001:db8::1", HTTP2: true,
		FollowRedirects: true, Header: http.Header{"X-Say": {"first"}}})
	page := c.Get("/redirect")
	if want := `GET https://shop.example/echo?b=2&a=1 2001:db8::1 HTTP/2.0  ""`; page.Body != want {
		t.Errorf("got %s, want %s", page.Body, want)
	}
	page.AssertHeader("x-echo", "first")
	c.With(http.Header{"x-say": {"second"}}).Get("/echo").AssertHeader("X-Echo", "second")
	c.Get("/echo").AssertHeader("X-Echo", "first")
}

func TestPlainServeMux(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /soup/{name}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.PathValue("name"), r.UserAgent()) })
	mux.HandleFunc("/abort", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	c := webtest.NewClient(t, mux, nil)
	if got := c.Get("/soup/leek").Body; got != "leek" {
		t.Errorf("body %q", got)
	}
	c.Delete("/soup/leek").AssertStatus(405)
	if _, err := c.Try(webtest.Request{Path: "/abort"}); err == nil {
		t.Error("a response that was broken off gave no error")
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	page := c.Get("/file")
	page.AssertContains("0123456789", nil)
	part := c.Do(webtest.Request{Path: "/file", Header: http.Header{"Range": {"bytes=2-4"}}})
	part.AssertStatus(206)
	part.AssertHeader("Content-Range", "bytes 2-4/10")
	if part.Body != "234" {
		t.Errorf("range: %q", part.Body)
	}
	c.With(http.Header{"If-None-Match": {page.Header.Get("Etag")}}).Get("/file").AssertStatus(304)
	c.Head("/file").AssertHeader("Content-Length", "10")
}

func TestUpload(t *testing.T) {
	t.Parallel()
	page := newClient(t).PostMultipart("/upload", webtest.Form{"title": {"Soup"}}, webtest.File{Field: "cover", Name: `a"b.png`, ContentType: "image/png", Data: []byte("PNG")})
	if want := "title=[\"Soup\"]\ncover: a\"b.png (image/png) \"PNG\"\n"; page.Body != want && !strings.Contains(page.Body, "image/png") {
		t.Errorf("got %q, want %q", page.Body, want)
	}
}

func TestFakeTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		webtest.NoGoroutineLeak(t)
		c := newClient(t)
		start := time.Now()
		c.Get("/poll").AssertStatus(204)
		if d := time.Since(start); d != 20*time.Second {
			t.Errorf("the poll took %v, want 20s", d)
		}
		quick := webtest.NewClient(t, site(t), &webtest.Options{Timeout: 5 * time.Second})
		_, err := quick.Try(webtest.Request{Path: "/poll"})
		webtest.AssertErrorContains(t, err, "no whole answer within 5s")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = c.Try(webtest.Request{Path: "/poll", Context: ctx})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a request whose context ends: %v", err)
		}
	})
}

func TestThousandAtOnce(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c := newClient(t)
	errs := make(chan error)
	const n = 1000
	for i := range n {
		go func() {
			page, err := c.Try(webtest.Request{Path: fmt.Sprintf("/echo?i=%d", i), HTTP2: i%2 == 0})
			if err == nil && !strings.Contains(page.Body, fmt.Sprintf("i=%d ", i)) {
				err = fmt.Errorf("request %d got %q", i, page.Body)
			}
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestForSubtest(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	got := failures(t, func(tb testing.TB) {
		page := c.For(tb).Get("/login")
		page.AssertStatus(404)
		page.Form("").Submit("").AssertStatus(403)
		c.For(tb).Follow().Get("/loop")
	})
	for _, want := range []string{"want 404", "want 403", "redirect loop"} {
		if !strings.Contains(got, want) {
			t.Errorf("failures %q, want %q", got, want)
		}
	}
}

func TestViewThatStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stays := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			fmt.Fprint(w, "ok")
			_ = http.NewResponseController(w).Flush()
			<-release // whatever its context says
		})
		tb := &cleaner{catcher: catcher{TB: t}}
		c := webtest.NewClient(tb, stays, &webtest.Options{Timeout: time.Minute})
		_, err := c.Try(webtest.Request{Path: "/"})
		webtest.AssertErrorContains(t, err, "the view has not returned within 1m0s")
		for _, f := range tb.cleanups {
			f()
		}
		if got := strings.Join(tb.failures, ""); !strings.Contains(got, "a view still runs 10s after its client has left") || !strings.Contains(got, "TestViewThatStays") {
			t.Errorf("failure %.200q", got)
		}
		close(release)
	})
}

func TestTryRefuses(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, path := range []string{"http://[::1", "ftp://x/", "/%zz"} {
		if _, err := c.Try(webtest.Request{Path: path}); err == nil {
			t.Errorf("%q was sent", path)
		}
	}
}
