package guide_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/docs/examples/guide"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

func Example() {
	p, err := guide.Project()
	if err != nil {
		log.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://blue.example.com/", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 the shop of blue
}

func newClient(t *testing.T, opts *webtest.Options) *webtest.Client {
	t.Helper()
	p, err := guide.Project()
	if err != nil {
		t.Fatal(err)
	}
	if opts == nil {
		opts = &webtest.Options{Host: "example.com"}
	}
	return webtest.NewClient(t, p.Handler(), opts)
}

func TestRequests(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	c.Get("/requests/search/?q=a&q=blue&genre=jazz&genre=soul").
		AssertJSONEqual(`{"q": "blue", "sort": "title", "genres": ["jazz", "soul"], "page": 1}`)
	c.Get("/requests/search/?page=x").AssertStatus(400)
	c.Post("/requests/sign-up/", webtest.Form{"name": {"Ann"}, "mail": {"ann@example.com"}}).
		AssertRedirects("/requests/search/?q=Ann", nil)
	c.Post("/requests/sign-up/", nil).AssertStatus(400)
	c.PostJSON("/requests/orders/", map[string]any{"slug": "nuages", "copies": 2}).AssertStatus(201)
	c.PostJSON("/requests/orders/", map[string]any{"slug": "nuages"}).AssertStatus(400)
	c.PostBody("/requests/orders/", "text/plain", []byte("{}")).AssertStatus(415)
	c.Get("/requests/sign-out/?next=https://evil.example/").AssertRedirects("/requests/search/", nil)
	c.Get("/requests/sign-out/?next=/requests/terms/").AssertRedirects("/requests/terms/", nil)
	c.With(http.Header{"Accept": {"application/json"}}).Get("/requests/agree/").AssertJSONEqual(`{"agreed": true}`)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	png := webtest.File{Field: "photo", Name: `C:\pictures\me.png`, Data: []byte("\x89PNG\r\n\x1a\n")}
	c.PostMultipart("/requests/photos/", nil, png).
		AssertContains(`["me.png, 8 bytes"]`, &webtest.ContainsOptions{Status: 201})
	png.Data = []byte("<script>")
	c.PostMultipart("/requests/photos/", nil, png).AssertStatus(415)
}

func TestCookies(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	c.Get("/requests/theme/").AssertContains("light", nil)
	c.Follow().Get("/requests/theme/?set=dark").AssertContains("dark", nil)
	c.Get("/requests/basket/").AssertContains("1 in the basket", nil)
	c.Get("/requests/basket/").AssertContains("2 in the basket", nil)
	signed, _ := c.Cookie("basket")
	c.SetCookie(webtest.Cookie{Name: "basket", Raw: strings.Replace(signed.Raw, "2:", "9:", 1)})
	c.Get("/requests/basket/").AssertContains("1 in the basket", nil)
}

func TestFilesAndErrors(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil).AllowServerErrors()
	file := c.Get("/requests/terms/")
	file.AssertContains("Be kind", nil)
	file.AssertHeader("Content-Disposition", `attachment; filename="our terms.txt"`)
	c.Get("/requests/albums/1/").AssertContains("Nuages", nil)
	c.Get("/requests/albums/2/").AssertStatus(410)
	if page := c.Get("/requests/albums/3/"); page.Status != 500 || strings.Contains(page.Body, "disk") {
		t.Errorf("got %s %s, want a 500 without its cause", page, page.Body)
	}
	problem := c.With(http.Header{"Accept": {"application/json"}}).Get("/requests/albums/2/")
	problem.AssertHeader("Content-Type", "application/problem+json")
	c.Get("/nowhere/").AssertContains("There is no page at /nowhere/.", &webtest.ContainsOptions{Status: 404})
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	c.Get("/routes/").AssertJSONEqual(`["/routes/products/blue-train/", "/routes/api/products/blue-train/", "http://example.com/routes/products/blue-train/"]`)
	c.Get("/routes/archive/1958/").AssertContains("records of 1958", nil)
	c.Get("/routes/about/").AssertContains("page about", nil)
	c.Get("/routes/issues/7/").AssertContains("issue 7", nil)
	c.Put("/routes/products/x/", "text/plain", nil).AssertStatus(204)
	c.Delete("/routes/products/x/").AssertStatus(405)
	c.Get("/routes/about").AssertRedirects("/routes/about/", &webtest.RedirectOptions{Status: 301})
	c.Post("/routes/about", nil).AssertStatus(308)
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	page := c.Get("/middleware/scripted/")
	nonce := page.Find("script").Attr("nonce")
	if nonce == "" || !strings.Contains(page.Header.Get("Content-Security-Policy"), "'nonce-"+nonce+"'") {
		t.Errorf("nonce %q, policy %q", nonce, page.Header.Get("Content-Security-Policy"))
	}
	page.AssertHeader("X-Frame-Options", "DENY")
	if page.Header.Get("Server-Timing") == "" {
		t.Error("got no Server-Timing")
	}
	c.Get("/middleware/news/").AssertHeader("Cache-Control", "public, max-age=60")
	foreign := c.With(http.Header{"Sec-Fetch-Site": {"cross-site"}})
	foreign.Post("/requests/sign-up/", webtest.Form{"name": {"Ann"}, "mail": {"x"}}).AssertStatus(403)
	api := c.With(http.Header{"Origin": {"https://app.example.com"}})
	api.Get("/middleware/api/prices/").AssertHeader("Access-Control-Allow-Origin", "https://app.example.com")
	api.Get("/middleware/api/prices/").AssertStatus(200)
	api.Get("/middleware/api/prices/").AssertStatus(429)
	newClient(t, &webtest.Options{Host: "evil.example"}).Get("/routes/").AssertStatus(400)
}

func TestStreaming(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c := newClient(t, nil)
	if body := c.Get("/streaming/export/").Body; strings.Count(body, "\n") != 1000 {
		t.Errorf("got %d lines, want 1000", strings.Count(body, "\n"))
	}
	events := c.Events("/streaming/count/", "41")
	if e := events.Next(); e.Name != "count" || e.Data != "42" {
		t.Errorf("got %+v, want count 42", e)
	}
	events.Close()
	events.Wait()
	c.Get("/streaming/mail/").AssertJSONEqual(`"hello"`)
	c.Get("/streaming/mail/").AssertStatus(204)
	ws := c.WebSocket("/streaming/echo/", nil)
	ws.WriteText("hi")
	if got := ws.ReadText(); got != "you said: hi" {
		t.Errorf("got %q", got)
	}
	ws.Close(1000, "")
	ws.Wait()
}

func TestRoom(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c := newClient(t, nil)
	alice := c.WebSocket("/streaming/room/", &webtest.WebSocketOptions{Subprotocols: []string{"room.v1"}})
	alice.WriteText("anybody here?")
	alice.ReadText() // she is in
	bob := c.WebSocket("/streaming/room/", nil)
	bob.WriteText("me!")
	for _, ws := range []*webtest.WebSocket{alice, bob} {
		if got := ws.ReadText(); got != "me!" {
			t.Errorf("got %q", got)
		}
		ws.Close(1000, "")
		ws.Wait()
	}
	if got := c.WebSocket("/streaming/room/", &webtest.WebSocketOptions{Origin: "https://evil.example"}); !got.Refused() || got.Status != 403 {
		t.Errorf("a page of another site gets %d", got.Status)
	}
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	service := webtest.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/stock":
			fmt.Fprint(w, 3)
		case "/price":
			fmt.Fprint(w, `"€ 19.90"`)
		case "/flaky":
			if calls.Add(1) < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			fmt.Fprint(w, 7)
		default:
			fmt.Fprintf(w, "%q", strings.TrimPrefix(r.URL.Path, "/covers/"))
		}
	}), nil)
	pool := async.NewPool(nil)
	t.Cleanup(pool.Close)
	s := guide.Services{Client: service.Client(), URL: service.URL, Pool: pool}
	webtest.Run(s.Dashboard, webtest.NewRequest(t, "GET", "/", nil)).AssertJSONEqual(`{"stock": 3, "price": "€ 19.90"}`)
	webtest.Run(s.Thumbnail, webtest.NewRequest(t, "GET", "/", nil)).AssertHeader("Content-Type", "image/png")
	if got, err := s.Covers(t.Context(), []string{"a", "b", "c"}); err != nil || fmt.Sprint(got) != "[a b c]" {
		t.Errorf("covers: %v, %v", got, err)
	}
	if got, err := s.Patient(t.Context()); err != nil || got != 7 {
		t.Errorf("patient: %v, %v", got, err)
	}
}

func TestPriceCommand(t *testing.T) {
	t.Parallel()
	load := func(*settings.Env) (*nuages.Project, error) { return guide.Project() }
	var out, errs bytes.Buffer
	code := nuages.Run(t.Context(), load, []string{"price", "nuages", "--vat"}, nil, &out, &errs)
	if code != 0 || out.String() != "23.88\n" {
		t.Errorf("got code %d, %q, %q", code, &out, &errs)
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	p, err := guide.Project()
	if err != nil {
		t.Fatal(err)
	}
	report, err := checks.Run(t.Context(), p.Checks(), nil)
	if err != nil || len(report.Messages) > 0 {
		t.Errorf("got %v, %v", report, err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	env, err := settings.Load(&settings.Options{Files: []string{}, Environ: []string{"TIMEOUT=soon"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = guide.Load(env)
	webtest.AssertErrorContains(t, err, "SECRET_KEY is not set")
	webtest.AssertErrorContains(t, err, `TIMEOUT (from environment) is "soon"`)
}

func TestSigning(t *testing.T) {
	t.Parallel()
	key := settings.SecretOf("a key")
	token, err := guide.Invite(key, "ann@example.com", 7)
	if err != nil {
		t.Fatal(err)
	}
	if mail, team, err := guide.Accept(key, token); err != nil || mail != "ann@example.com" || team != 7 {
		t.Errorf("got %q, %d, %v", mail, team, err)
	}
	if _, _, err := guide.Accept(settings.SecretOf("another"), token); err == nil {
		t.Error("another key was accepted")
	}
}

func TestNetHTTP(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	c.Get("/nethttp/legacy/users/7").AssertContains("user 7", nil)
	c.Get("/nethttp/status/").AssertContains("up, example.com", nil)
	c.Get("/nethttp/static/terms.txt").AssertContains("Be kind", nil)
	p, err := guide.Project()
	if err != nil {
		t.Fatal(err)
	}
	mux := webtest.NewClient(t, guide.Mux(p), &webtest.Options{Host: "example.com"})
	mux.Get("/healthz").AssertContains("ok", nil)
	mux.Get("/hello").AssertContains("hello", nil)
	mux.Get("/routes/about/").AssertContains("page about", nil)
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	page := newClient(t, nil).Get("/templates/")
	page.AssertTemplateUsed("cover.html")
	page.AssertContains("<title>&lt;NUAGES&gt;</title>", nil)
	page.AssertContains(`<a href="/routes/products/nuages/">&lt;Nuages&gt;</a>`, nil)
}

func TestSignals(t *testing.T) {
	t.Parallel()
	p, err := guide.Project()
	if err != nil {
		t.Fatal(err)
	}
	failures := 0
	defer guide.CountFailures(p, func() { failures++ })()
	c := webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "example.com", AllowServerErrors: true})
	c.Get("/requests/albums/3/")
	c.Get("/requests/albums/1/")
	if failures != 1 {
		t.Errorf("got %d failures, want 1", failures)
	}
}

// doc:asgi

// greet is an application of the contract itself, without a project.
func greet(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	http, ok := scope.(*asgi.HTTPScope)
	if !ok {
		return asgi.ErrUnsupportedScope
	}
	start := &asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-type", Value: "text/plain"}}}
	if err := send(ctx, start); err != nil {
		return err
	}
	return send(ctx, &asgi.HTTPResponseBody{Body: []byte("hello from " + http.Path)})
}

func TestASGI(t *testing.T) {
	t.Parallel()
	p, err := guide.Project()
	if err != nil {
		t.Fatal(err)
	}
	// A project as an application, and an application as an http.Handler.
	project := webtest.NewClient(t, asgi.Handler(p.ASGI()), &webtest.Options{Host: "example.com"})
	project.Get("/routes/about/").AssertContains("page about", nil)
	greeting := webtest.NewClient(t, asgi.Handler(asgi.AppFunc(greet)), nil)
	greeting.Get("/here").AssertContains("hello from /here", nil)
}

// doc:end

func TestWithoutSite(t *testing.T) {
	t.Parallel()
	view := func(r *web.Request) (web.Response, error) {
		return web.Text("page " + r.Query().Default("page", "1")), nil
	}
	r := webtest.NewRequest(t, "GET", "/?page=2", nil)
	webtest.Run(view, r).AssertContains("page 2", nil)
}
