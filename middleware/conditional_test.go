package middleware_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestConditionalGet(t *testing.T) {
	t.Parallel()
	first := ask(site(hello, middleware.ConditionalGet()), "GET", "/").Header().Get("Etag")
	if again := ask(site(hello, middleware.ConditionalGet()), "GET", "/").Header().Get("Etag"); len(first) != 18 || again != first {
		t.Fatalf("got ETags %q and %q, want the same", first, again)
	}
	const modified = "Sun, 06 Nov 1994 08:49:37 GMT"
	dated := answer(web.Text("").WithHeader("Last-Modified", modified))
	tests := []struct {
		name, method string
		view         web.Handler
		headers      []string
		status       int
		etag         string
	}{
		{"tag added", "GET", hello, nil, 200, first},
		{"tag on HEAD", "HEAD", hello, nil, 200, first},
		{"none on POST", "POST", hello, nil, 200, ""},
		{"the client has it", "GET", hello, []string{"If-None-Match", first}, 304, first},
		{"the client has it compressed", "GET", hello, []string{"If-None-Match", "W/" + first}, 304, first},
		{"the client has any", "GET", hello, []string{"If-None-Match", "*"}, 304, first},
		{"in the second line", "GET", hello, []string{"If-None-Match", `"x"`, "If-None-Match", first}, 304, first},
		{"the client has another", "GET", hello, []string{"If-None-Match", `"x"`}, 200, first},
		{"If-Match of another", "GET", hello, []string{"If-Match", `"x"`}, 412, ""},
		{"POST is too late", "POST", hello, []string{"If-Match", `"x"`}, 200, ""},
		{"own tag", "GET", answer(web.Text("x").WithHeader("ETag", `"own"`)), []string{"If-None-Match", `"own"`}, 304, `"own"`},
		{"not to be stored", "GET", answer(web.Text("x").WithHeader("Cache-Control", "private, No-Store")), nil, 200, ""},
		{"empty", "GET", answer(web.Text("")), nil, 200, ""},
		{"created", "GET", answer(web.Text("x").WithStatus(201)), nil, 201, ""},
		{"not found", "GET", answer(web.Text("x").WithStatus(404)), []string{"If-None-Match", "*"}, 404, ""},
		{"not modified since", "GET", dated, []string{"If-Modified-Since", modified}, 304, ""},
		{"modified since", "GET", dated, []string{"If-Modified-Since", "Sat, 05 Nov 1994 08:49:37 GMT"}, 200, ""},
		{"bad date", "GET", dated, []string{"If-Modified-Since", "yesterday"}, 200, ""},
		{"streamed", "GET", func(*web.Request) (web.Response, error) {
			return web.Stream("text/plain", func(_ context.Context, w *web.StreamWriter) error { _, err := w.WriteString("x"); return err }), nil
		}, []string{"If-None-Match", "*"}, 200, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(site(test.view, middleware.ConditionalGet()), test.method, "/", test.headers...)
			wantStatus(t, w, test.status)
			wantHeader(t, w, "Etag", test.etag)
			if test.status == 304 && w.Body.Len() > 0 {
				t.Errorf("304 with %d bytes", w.Body.Len())
			}
		})
	}
}

func TestNotModifiedKeepsHeadersAndCookies(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) {
		return web.Text("x").WithHeader("Cache-Control", "max-age=5").WithHeader("Vary", "Cookie").WithHeader("ETag", `"a"`).
			WithHeader("X-Other", "y").WithHeader("Expires", "e").WithCookie(web.Cookie{Name: "n", Value: "v"}), nil
	}
	w := ask(site(view, middleware.Compress(nil), middleware.ConditionalGet()), "GET", "/", "If-None-Match", `"a"`)
	wantStatus(t, w, 304)
	want := http.Header{"Cache-Control": {"max-age=5"}, "Vary": {"Cookie, Accept-Encoding"}, "Etag": {`"a"`}, "Expires": {"e"},
		"Set-Cookie": {"n=v; HttpOnly; Path=/; SameSite=Lax"}}
	if diff := cmp.Diff(want, w.Header()); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestTheTagOfACompressedPageComesBack(t *testing.T) {
	t.Parallel()
	h := site(answer(web.HTML(page)), middleware.Compress(nil), middleware.ConditionalGet())
	weak := ask(h, "GET", "/", "Accept-Encoding", "br").Header().Get("Etag")
	if weak[:3] != `W/"` {
		t.Fatalf("got %s, want a weak tag", weak)
	}
	w := ask(h, "GET", "/", "Accept-Encoding", "br", "If-None-Match", weak)
	wantStatus(t, w, 304)
	wantHeader(t, w, "Etag", weak)
}

func TestCondition(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)
	const date = "Fri, 02 Jan 2026 03:04:05 GMT"
	validator := func(etag string, modified time.Time) middleware.Validator {
		return func(*web.Request) (string, time.Time, error) { return etag, modified, nil }
	}
	tests := []struct {
		name, method string
		validator    middleware.Validator
		headers      []string
		status       int
		etag, date   string
		ran          bool
	}{
		{"first visit", "GET", validator("v1", at), nil, 200, `"v1"`, date, true},
		{"HEAD", "HEAD", validator(`W/"v1"`, time.Time{}), nil, 200, `W/"v1"`, "", true},
		{"nothing known", "GET", validator("", time.Time{}), []string{"If-None-Match", `"v1"`}, 200, "", "", true},
		{"has it", "GET", validator("v1", at), []string{"If-None-Match", `"v1"`}, 304, `"v1"`, date, false},
		{"has it since", "GET", validator("", at), []string{"If-Modified-Since", date}, 304, "", date, false},
		{"changes what it has seen", "PUT", validator("v1", at), []string{"If-Match", `"v1"`}, 200, "", "", true},
		{"changes what it has not seen", "PUT", validator("v2", at), []string{"If-Match", `"v1"`}, 412, "", "", false},
		{"creates what is there", "PUT", validator("v1", at), []string{"If-None-Match", `*`}, 412, "", "", false},
		{"creates what is not there", "PUT", validator("", time.Time{}), []string{"If-None-Match", `*`}, 200, "", "", true},
		{"changes what was changed", "DELETE", validator("", at), []string{"If-Unmodified-Since", "Thu, 01 Jan 2026 00:00:00 GMT"}, 412, "", "", false},
		{"the validator fails", "GET", func(*web.Request) (string, time.Time, error) { return "", at, errors.New("no database") }, nil, 500, "", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ran := false
			view := middleware.Condition(test.validator)(func(*web.Request) (web.Response, error) {
				ran = true
				return web.Text("ok"), nil
			})
			w := ask(site(view), test.method, "/", test.headers...)
			wantStatus(t, w, test.status)
			wantHeader(t, w, "Etag", test.etag)
			wantHeader(t, w, "Last-Modified", test.date)
			if ran != test.ran {
				t.Errorf("the view ran: %v, want %v", ran, test.ran)
			}
		})
	}
}

func TestCacheDecorators(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		wrap func(web.Handler) web.Handler
		want http.Header
	}{
		{"control", middleware.CacheControl("private", "max-age=60"), http.Header{"Cache-Control": {"private, max-age=60"}}},
		{"never", middleware.NeverCache, http.Header{"Cache-Control": {"max-age=0, no-cache, no-store, must-revalidate, private"}, "Expires": nil}},
		{"no transform", middleware.NoTransform, http.Header{"Cache-Control": {"no-transform"}}},
		{"vary", middleware.VaryOn("Accept-Language", "X-Theme"), http.Header{"Vary": {"Accept-Language, X-Theme"}}},
		{"cookie", middleware.VaryOnCookie, http.Header{"Vary": {"Cookie"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ask(site(hello, layer(test.wrap)), "GET", "/").Header()
			delete(got, "Content-Type")
			if e := got.Get("Expires"); e != "" {
				if at, err := middleware.ParseHTTPDate(e); err != nil || time.Since(at) > time.Minute {
					t.Errorf("got Expires %q, want now", e)
				}
				got["Expires"] = nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMaxAgeAndVary(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	middleware.SetMaxAge(h, 90*time.Second+time.Millisecond)
	if age, ok := middleware.MaxAge(h); age != 90*time.Second || !ok {
		t.Errorf("got %v, %v, want 90 s", age, ok)
	}
	middleware.SetMaxAge(h, -time.Second)
	if age, ok := middleware.MaxAge(h); age != 0 || !ok {
		t.Errorf("got %v, %v, want 0", age, ok)
	}
	if age, ok := middleware.MaxAge(http.Header{"Cache-Control": {"max-age=9223372036854775807"}}); age <= 0 || !ok {
		t.Errorf("got %v, %v, want the longest time", age, ok)
	}
	vary := http.Header{"Vary": {"Cookie ,accept-LANGUAGE", "X"}}
	for name, want := range map[string]bool{"cookie": true, " Accept-Language": true, "x": true, "Accept": false} {
		if got := middleware.VariesOn(vary, name); got != want {
			t.Errorf("VariesOn(%q): got %v, want %v", name, got, want)
		}
	}
}

func TestRequireMethods(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method string
		wrap         func(web.Handler) web.Handler
		status       int
		allow        string
	}{
		{"GET", "GET", middleware.RequireGET, 200, ""},
		{"GET is not HEAD", "HEAD", middleware.RequireGET, 405, "GET"},
		{"POST", "POST", middleware.RequirePOST, 200, ""},
		{"GET for POST", "GET", middleware.RequirePOST, 405, "POST"},
		{"safe HEAD", "HEAD", middleware.RequireSafe, 200, ""},
		{"safe POST", "POST", middleware.RequireSafe, 405, "GET, HEAD"},
		{"list", "PUT", middleware.RequireMethods("PUT", "PATCH"), 200, ""},
		{"not in the list", "DELETE", middleware.RequireMethods("PUT", "PATCH"), 405, "PUT, PATCH"},
	}
	for _, test := range tests {
		w := ask(site(test.wrap(hello)), test.method, "/")
		if w.Code != test.status || w.Header().Get("Allow") != test.allow {
			t.Errorf("%s: got %d, Allow %q, want %d, %q", test.name, w.Code, w.Header().Get("Allow"), test.status, test.allow)
		}
	}
}

func FuzzETagsAndDates(f *testing.F) {
	for _, s := range []string{`"a", W/"b"`, "*", `"`, `W/`, "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, tag := range middleware.ParseETags(s) {
			if tag != "*" && middleware.QuoteETag(tag) != tag {
				t.Errorf("%q: tag %q has no quotes", s, tag)
			}
		}
		if at, err := middleware.ParseHTTPDate(s); err == nil {
			if again, err := middleware.ParseHTTPDate(middleware.FormatHTTPDate(at)); err != nil || !again.Equal(at) {
				t.Errorf("%q: read as %v, which comes back as %v, %v", s, at, again, err)
			}
		}
		h := http.Header{"Cache-Control": {s}}
		middleware.SetCacheControl(h, "private", "max-age=5")
		if age, ok := middleware.MaxAge(h); ok && age > 5*time.Second {
			t.Errorf("%q: got max-age %v after 5 s was asked for", s, age)
		}
	})
}
