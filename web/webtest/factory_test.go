package webtest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestRun(t *testing.T) {
	t.Parallel()
	r := webtest.NewRequest(t, "POST", "/shop?x=1", &webtest.RequestOptions{
		Request: webtest.Request{Body: strings.NewReader("b"), Host: "a.example", RemoteAddr: "192.0.2.7", Secure: true, Header: http.Header{"x-say": {"hi"}}},
		Match:   &web.Match{Name: "shop"},
	})
	page := webtest.Run(echo, r)
	if want := `POST https://a.example/shop?x=1 192.0.2.7 HTTP/1.1  "b"`; page.Body != want || page.Match.Name != "shop" || page.URL.String() != "https://a.example/shop?x=1" {
		t.Errorf("got %s (match %+v, URL %s), want %s", page.Body, page.Match, page.URL, want)
	}
	page.AssertHeader("X-Echo", "hi")

	page = webtest.Run(func(*web.Request) (web.Response, error) { panic("the sky falls") }, webtest.NewRequest(t, "GET", "/", nil))
	page.AssertStatus(500)
	var p *web.PanicError
	if !errors.As(page.Err, &p) {
		t.Errorf("Err: %v", page.Err)
	}
	page = webtest.Run(brokenView, webtest.NewRequest(t, "GET", "/", nil))
	if !errors.Is(page.Err, errKitchen) || page.Body != "begin" {
		t.Errorf("a stream that breaks off: %q, %v", page.Body, page.Err)
	}
	files := fstest.MapFS{"a.html": {Data: []byte("<p>{{.}}</p>")}}
	r = webtest.NewRequest(t, "GET", "/", &webtest.RequestOptions{Web: &web.Options{Templates: web.NewGoTemplates(files, nil)}})
	page = webtest.Run(func(*web.Request) (web.Response, error) { return web.Render("a.html", "x"), nil }, r)
	page.AssertTemplateUsed("a.html")
	page.AssertHTMLEqual("<p>x</p>")
	if got := failures(t, func(tb testing.TB) {
		webtest.Run(func(*web.Request) (web.Response, error) { return web.HTML(loginForm), nil }, webtest.NewRequest(tb, "GET", "/", nil)).Form("").Submit("")
	}); !strings.Contains(got, "has no client") {
		t.Errorf("a form without a client: %q", got)
	}
}

func TestNewRequestRefuses(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/%00", "ftp://x/", "/" + strings.Repeat("x", 9000)} {
		if got := failures(t, func(tb testing.TB) { webtest.NewRequest(tb, "GET", path, nil) }); got == "" {
			t.Errorf("%.20q was taken", path)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	c := newClient(b)
	b.ReportAllocs()
	for b.Loop() {
		c.Get("/")
	}
}

func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	r := webtest.NewRequest(b, "GET", "/", nil)
	for b.Loop() {
		webtest.Run(echo, r)
	}
}

// exampleTB stands in for the *testing.T that a test gets.
type exampleTB struct {
	testing.TB
	cleanups []func()
}

func (e *exampleTB) Helper()                           {}
func (e *exampleTB) Cleanup(f func())                  { e.cleanups = append(e.cleanups, f) }
func (e *exampleTB) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (e *exampleTB) end() {
	for _, f := range e.cleanups {
		f()
	}
}

func Example() {
	t := &exampleTB{} // in a test: its *testing.T
	defer t.end()

	greet := func(r *web.Request) (web.Response, error) {
		form, err := r.Form()
		if err != nil || r.Method == http.MethodGet {
			return web.HTML(`<form method="post"><label>Name: <input name="who"></label><button>Greet</button></form>`), err
		}
		return web.HTML("<h1>Hello, " + form.Get("who") + "!</h1>"), nil
	}
	c := webtest.NewClient(t, web.ToHTTP(greet, nil), nil)

	page := c.Get("/").Form("Greet").Set("Name", "Ann").Submit("Greet")
	page.AssertContains("Hello, Ann", nil)
	fmt.Println(page, page.Find("h1").Text())
	// Output: POST http://testserver/: 200 OK Hello, Ann!
}

func ExampleClient_WebSocket() {
	t := &exampleTB{} // in a test: its *testing.T
	defer t.end()

	echo := func(r *web.Request) (web.Response, error) { return web.WebSocket(echoSocket, nil), nil }
	ws := webtest.NewClient(t, web.ToHTTP(echo, nil), nil).WebSocket("/", nil)
	ws.WriteText("hello")
	fmt.Println(ws.ReadText())
	ws.WriteText("bye")
	fmt.Println(ws.CloseCode(), ws.CloseReason())
	// Output:
	// hello
	// 4001 so long
}
