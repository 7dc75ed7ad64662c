package web_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/web"
)

// debugGet asks a debugging site, from the loopback interface unless change says otherwise.
func debugGet(t *testing.T, view web.Handler, change func(*http.Request)) *http.Response {
	t.Helper()
	return debugAsk(t, view, &web.Options{Debug: true}, change)
}

func debugAsk(t *testing.T, view web.Handler, opts *web.Options, change func(*http.Request)) *http.Response {
	t.Helper()
	opts.Logger = slog.New(slog.DiscardHandler)
	raw := httptest.NewRequest("GET", "http://localhost/shop/", nil)
	raw.RemoteAddr = "127.0.0.1:4242"
	raw.Header.Set("Accept", "text/html")
	if change != nil {
		change(raw)
	}
	w := httptest.NewRecorder()
	web.ToHTTP(view, opts).ServeHTTP(w, raw)
	return w.Result()
}

// debugBody returns the text of a response.
func debugBody(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func holds(t *testing.T, body string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(body, s) {
			_, main, _ := strings.Cut(body, "<body>")
			t.Errorf("the page does not hold %q:\n%s", s, main)
		}
	}
}

func lacks(t *testing.T, body string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if i := strings.Index(body, s); i >= 0 {
			t.Errorf("the page holds %q: …%s…", s, body[max(0, i-80):min(len(body), i+80)])
		}
	}
}

type priceList struct{ prices map[string]int }

func (p *priceList) set(name string) { p.prices[name] = 1 } // panics: the map is nil

func panicView(*web.Request) (web.Response, error) {
	new(priceList).set("x")
	return web.Response{}, nil
}

func TestDebugPageOfPanic(t *testing.T) {
	t.Parallel()
	resp := debugGet(t, panicView, nil)
	body := debugBody(t, resp)
	if resp.StatusCode != 500 || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" || resp.Header.Get("Vary") != "Accept" ||
		resp.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("answer %d with %v", resp.StatusCode, resp.Header)
	}
	holds(t, body,
		"500 Internal Server Error", "GET /shop/", "panic: assignment to entry in nil map", "runtime.",
		"(*priceList).set", "p.prices[name] = 1", `class="here"`, "web_test.panicView", "framework", "standard library",
		"You see this page because", "go1.")
	lacks(t, body, "runtime/debug.Stack", "mapassign", "site).recovered")
	if before, after := strings.Index(body, "(*priceList).set"), strings.Index(body, "web_test.panicView"); before > after {
		t.Error("the stack does not start with the call that panicked")
	}
}

func TestDebugPageOfPanicInGoroutine(t *testing.T) {
	t.Parallel()
	body := debugBody(t, debugGet(t, func(r *web.Request) (web.Response, error) {
		_, err := async.Map(r.Context(), []int{1}, 1, func(context.Context, int) (int, error) {
			new(priceList).set("x")
			return 0, nil
		})
		return web.Response{}, err
	}, nil))
	holds(t, body, "Stack of the goroutine that panicked", "(*priceList).set", "panic: assignment to entry in nil map")
	if strings.Contains(body[:strings.Index(body, "<main>")], "goroutine ") {
		t.Error("the heading holds the stack")
	}
}

type fault struct{ inner error }

func (f *fault) Error() string { return "fault" }
func (f *fault) Unwrap() error { return f.inner }

func TestDebugPageOfErrors(t *testing.T) {
	t.Parallel()
	_, missing := os.Open("/nonexistent/price")
	for _, test := range []struct {
		name string
		view web.Handler
		want []string
	}{
		{"wrapped", func(*web.Request) (web.Response, error) { return web.Response{}, fmt.Errorf("load price: %w", missing) },
			[]string{"<h1>load price: open /nonexistent/price", "*fmt.wrapError", "*fs.PathError", "syscall.Errno"}},
		{"joined", func(*web.Request) (web.Response, error) {
			return web.Response{}, errors.Join(&fault{errors.New("deep")}, fmt.Errorf("both: %w, %w", fs.ErrExist, fs.ErrClosed))
		}, []string{"*errors.joinError", "*web_test.fault", ">deep<", "*fmt.wrapErrors", "file already exists", "margin-left: 2rem"}},
		{"made by NewError", func(*web.Request) (web.Response, error) {
			return web.Response{}, web.NewError(500, "No prices today.", missing)
		}, []string{"<h1>No prices today.</h1>", "*web.Error", "the error was made here", "web.NewError(500, &#34;No prices today.&#34;", "*fs.PathError"}},
		{"panic with an error", func(*web.Request) (web.Response, error) { panic(&fault{fs.ErrClosed}) },
			[]string{"panic: fault", "*web_test.fault", "file already closed"}},
		{"panic with a struct", func(*web.Request) (web.Response, error) {
			panic(struct{ Name, Password string }{"eve", "hunter2"})
		}, []string{"panic: map[Name:eve Password:****"}},
		{"broken Error method", func(*web.Request) (web.Response, error) { panic((*brokenError)(nil)) }, []string{"*web_test.brokenError"}},
		{"late template", func(*web.Request) (web.Response, error) { return web.Render("x.html", nil), nil }, []string{"no template engine"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			resp := debugGet(t, test.view, nil)
			body := debugBody(t, resp)
			if resp.StatusCode != 500 {
				t.Errorf("status %d, want 500", resp.StatusCode)
			}
			holds(t, body, test.want...)
			lacks(t, body, "hunter2</", "Password:hunter2")
		})
	}
}

type brokenError struct{ text string }

func (b *brokenError) Error() string { return b.text }

// routeless is what a router tells of a path that no route matches.
type routeless []string

func (routeless) Error() string     { return "no route matches" }
func (routeless) HTTPStatus() int   { return 404 }
func (r routeless) Tried() []string { return r }

func TestDebugPageOfMissingRoute(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) {
		return web.Response{}, fmt.Errorf("route: %w", routeless{"records/", "records/<slug:slug>/ [name='record']"})
	}
	resp := debugGet(t, view, nil)
	body := debugBody(t, resp)
	if resp.StatusCode != 404 {
		t.Errorf("status %d, want 404", resp.StatusCode)
	}
	holds(t, body, "Nuages tried these routes, in this order", "<code>records/</code>", "records/&lt;slug:slug&gt;/", "<code>Debug</code> is on")

	many := func(*web.Request) (web.Response, error) { return web.Response{}, make(routeless, 700) }
	holds(t, debugBody(t, debugGet(t, many, nil)), "and 200 more")
	none := func(*web.Request) (web.Response, error) { return web.Response{}, routeless(nil) }
	holds(t, debugBody(t, debugGet(t, none, nil)), "There are no routes yet")
	own := func(*web.Request) (web.Response, error) { return web.Response{}, web.NotFound("No such record.") }
	body = debugBody(t, debugGet(t, own, nil))
	holds(t, body, "<h1>No such record.</h1>", "the error was made here")
	lacks(t, body, `id="tried"`)
}

func TestDebugPageShowsRequest(t *testing.T) {
	t.Parallel()
	view := func(r *web.Request) (web.Response, error) {
		r.SetMatch(&web.Match{
			Route: "reset/<token>/<int:id>/", Name: "reset", Namespaces: []string{"accounts"}, View: "shop/accounts.Reset", Site: "routes.go:12",
			Values: []web.PathValue{{Name: "token", Raw: "tok-in-path"}, {Name: "id", Raw: "77"}},
			Extra:  map[string]any{"tab": "first", "api_key": "extra-secret"},
		})
		if _, err := r.Form(); err != nil {
			return web.Response{}, err
		}
		return web.Response{}, errors.New("dial redis://:url-password@localhost: refused")
	}
	resp := debugAsk(t, view, &web.Options{Debug: true, Middleware: []web.Middleware{{Name: "shop.Timing", Wrap: func(next web.Handler) web.Handler { return next }}}}, func(raw *http.Request) {
		raw.Method, raw.URL.Path, raw.URL.RawQuery = "POST", "/reset/tok-in-path/77/", "page=2&page=3&access_token=query-secret"
		raw.Body = io.NopCloser(strings.NewReader("name=Ada&password=form-secret&csrfmiddlewaretoken=form-token"))
		raw.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		raw.Header.Set("Cookie", "theme=dark; sessionid=session-secret; sid=a-very-long-value-of-some-session; csrftoken=cookie-token")
		raw.Header.Set("Authorization", "Bearer header-secret")
		raw.Header.Set("X-Api-Key", "header-key")
		raw.Header.Set("Referer", "http://localhost/x?a=1&token=referer-secret")
		raw.Header.Set("User-Agent", "tester/1.0")
		raw.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256}
	})
	body := debugBody(t, resp)
	holds(t, body,
		"reset/&lt;token&gt;/&lt;int:id&gt;/", "accounts:reset", "shop/accounts.Reset", "routes.go:12", "POST /reset/********/77/", "<td>77</td>", "<td>first</td>",
		"<td>2</td>", "<td>3</td>", "<td>Ada</td>", "<td>dark</td>", "tester/1.0", "a=1&amp;token=********", "127.0.0.1", "TLS 1.3", "TLS_AES_128_GCM_SHA256",
		"shop.Timing", "2.5 MiB")
	lacks(t, body, "tok-in-path", "extra-secret", "query-secret", "form-secret", "form-token", "session-secret", "a-very-long-value",
		"cookie-token", "header-secret", "header-key", "referer-secret", "url-password")
}

func TestDebugPageHidesEnvironment(t *testing.T) {
	mark := "environment" + "-mark"       // in two parts, as the page shows this source
	t.Setenv("NUAGES_TEST"+"_NAME", mark) // so not parallel
	lacks(t, debugBody(t, debugGet(t, panicView, nil)), mark, "NUAGES_TEST"+"_NAME")
}

func TestDebugPageEscapes(t *testing.T) {
	t.Parallel()
	const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`
	view := func(r *web.Request) (web.Response, error) {
		r.SetMatch(&web.Match{Route: attack, Name: attack, View: attack, Site: attack + ":1", Values: []web.PathValue{{Name: attack, Raw: attack}}, Extra: map[string]any{attack: attack}})
		_, _ = r.Form()
		return web.Response{}, errors.Join(errors.New(attack), &web.PanicError{Value: attack, Stack: []byte(attack + "()\n\t/" + attack + ".go:1\n")}, routeless{attack})
	}
	for _, status := range []int{500, 404} {
		resp := debugGet(t, func(r *web.Request) (web.Response, error) {
			resp, err := view(r)
			return resp, web.NewError(status, attack, err)
		}, func(raw *http.Request) {
			raw.Method = "POST"
			raw.URL.Path, raw.URL.RawQuery = "/"+attack, "q="+strings.ReplaceAll(attack, "&", "")+"&"+attack+"=1"
			raw.Body = io.NopCloser(strings.NewReader("f=" + attack))
			raw.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			raw.Header.Set("X-"+attack, attack)
			raw.Header.Set("Cookie", "c="+attack)
		})
		body := debugBody(t, resp)
		holds(t, body, "&lt;script&gt;alert(1)&lt;/script&gt;")
		doc, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			switch n.Data {
			case "script", "img", "iframe", "link", "a", "form":
				t.Errorf("the page for %d has an element %s", status, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") && a.Key != "on" || a.Key == "src" || a.Key == "href" {
					t.Errorf("the page for %d has an attribute %s=%q", status, a.Key, a.Val)
				}
			}
		}
	}
}

func TestDebugPageForms(t *testing.T) {
	t.Parallel()
	accept := func(types string) func(*http.Request) {
		return func(raw *http.Request) { raw.Header.Set("Accept", types) }
	}
	resp := debugGet(t, panicView, accept("application/json"))
	var problem struct {
		Status                   int
		Title, Detail, Exception string
		Causes                   []struct{ Type, Text string }
		Stack                    []struct {
			Function, File, Kind string
			Line                 int
		}
	}
	if err := json.Unmarshal([]byte(debugBody(t, resp)), &problem); err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Content-Type") != "application/problem+json" || resp.StatusCode != 500 || problem.Status != 500 ||
		problem.Detail != "assignment to entry in nil map" || problem.Causes == nil || len(problem.Stack) < 3 ||
		problem.Stack[0].Function != "web_test.(*priceList).set" || problem.Stack[0].Kind != "app" || problem.Stack[0].Line == 0 {
		t.Errorf("%s %+v", resp.Header.Get("Content-Type"), problem)
	}

	resp = debugGet(t, func(*web.Request) (web.Response, error) {
		return web.Response{}, fmt.Errorf("bad \x1b[2J thing: %w", routeless{"records/"})
	}, accept("text/plain"))
	body := debugBody(t, resp)
	if resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" || resp.StatusCode != 404 {
		t.Errorf("answer %d with %v", resp.StatusCode, resp.Header)
	}
	holds(t, body, "404 Not Found\nGET /shop/\n", "bad \uFFFD[2J thing", "Causes\n", "  1. records/\n", "Debug is on")
	lacks(t, body, "\x1b", "<")
}

func TestDebugPageIsForDevelopers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*http.Request){
		"another client": func(raw *http.Request) { raw.RemoteAddr = "192.0.2.1:5" },
		"another host":   func(raw *http.Request) { raw.Host = "evil.example" },
	} {
		resp := debugGet(t, panicView, change)
		body := debugBody(t, resp)
		if resp.StatusCode != 500 {
			t.Errorf("%s: status %d, want 500", name, resp.StatusCode)
		}
		lacks(t, body, "priceList", "nil map", "Debug")
	}
	lacks(t, debugBody(t, debugAsk(t, panicView, &web.Options{}, nil)), "priceList", "nil map", "Debug")
}

func TestErrorPageIsSmallAndWhole(t *testing.T) {
	t.Parallel()
	resp := debugAsk(t, func(*web.Request) (web.Response, error) {
		return web.Response{}, web.NewError(404, `No <b>"record"</b> here.`, errors.New("private"))
	}, &web.Options{}, nil)
	body := debugBody(t, resp)
	holds(t, body, "<!doctype html>", `<html lang="en">`, "width=device-width", ">404<", "<h1>Not Found</h1>", "No &lt;b&gt;&#34;record&#34;&lt;/b&gt; here.", "prefers-color-scheme:dark")
	lacks(t, body, "private", "http", "<script", "<link", "<img")
	if len(body) > 2048 {
		t.Errorf("the page is %d bytes long, want at most 2 KiB", len(body))
	}
}
