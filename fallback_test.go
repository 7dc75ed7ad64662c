package nuages_test

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// other is an application of another framework.
type other struct{ http.Handler }

func (other) String() string { return "python mysite.asgi:application" }

func echoRequest(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, "other "+r.Method+" "+r.RequestURI+" "+r.URL.Path+" "+string(body))
}

// TestFallback shows which requests are the routes' and which the fallback's, and that the latter come
// as they were sent: no check of hosts, forms or limits has a say.
func TestFallback(t *testing.T) {
	t.Parallel()
	var refused int
	p := newProject(t, func(s *nuages.Settings) {
		s.Fallback = other{http.HandlerFunc(echoRequest)}
		s.Limits.Body = 4
		s.Middleware = append(s.DefaultMiddleware(), web.Middleware{Name: "count", Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				refused++
				return next(r)
			}
		}})
	}, []urls.Route{
		urls.Path("go/", text("go")).Methods("GET"),
		urls.Path("go/<int:id>/", func(r *web.Request) (web.Response, error) { return web.Text("go " + r.PathValue("id")), nil }),
		urls.Host("<tenant>.testserver", urls.Path("tenant/", text("tenant"))),
	})
	tests := []struct {
		method, target, body, host string
		status                     int
		want                       string
	}{
		{"GET", "/go/", "", "", 200, "go"},
		{"HEAD", "/go/", "", "", 200, ""},
		{"GET", "/go/7/", "", "", 200, "go 7"},
		{"GET", "/tenant/", "", "a.testserver", 400, "served under that name"}, // a route's, so hosts are checked
		{"GET", "/tenant/", "", "", 200, "other GET /tenant/"},
		{"GET", "/go", "", "", 301, ""},
		{"GET", "/go/7", "", "", 301, ""},
		{"DELETE", "/go/", "", "", 405, ""},
		{"OPTIONS", "/go/", "", "", 204, ""},
		{"GET", "/go/", "", "elsewhere.example", 400, "served under that name"},
		{"GET", "/", "", "", 200, "other GET / / "},
		{"GET", "/go/x/", "", "", 200, "other GET /go/x/ /go/x/ "},
		{"GET", "/python", "", "", 200, "other GET /python /python "},
		{"POST", "/caf%C3%A9/%2F?q=%00", "a body", "elsewhere.example", 200, "other POST /caf%C3%A9/%2F?q=%00 /café// a body"},
		{"PROPFIND", "/a%00", "", "", 200, "other PROPFIND /a%00 /a\x00 "},
	}
	for _, test := range tests {
		r := httptest.NewRequest(test.method, test.target, strings.NewReader(test.body))
		r.Host = "testserver"
		if test.host != "" {
			r.Host = test.host
		}
		r.Header.Set("Origin", "https://evil.example")
		if !strings.HasPrefix(test.want, "other") {
			r.Header.Del("Origin")
		}
		before := refused
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, r)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s %s: got %d %q, want %d %q", test.method, test.target, w.Code, w.Body, test.status, test.want)
		}
		if isOther := strings.HasPrefix(test.want, "other"); isOther && (refused != before || w.Header().Get("X-Frame-Options") != "") {
			t.Errorf("%s %s: the middleware of the routes ran: %v", test.method, test.target, w.Header())
		}
	}
}

// TestFallbackLog shows what is around the fallback all the same: the log, the request's ID, what a
// proxy has told, the error page for a panic.
func TestFallbackLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p := newProject(t, func(s *nuages.Settings) {
		s.Logger = slog.New(slog.NewTextHandler(&log, nil))
		s.Fallback = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/broken" {
				panic("python has gone")
			}
			q, ok := web.FromContext(r.Context())
			_, _ = io.WriteString(w, "fine")
			if !ok || middleware.RequestIDFrom(r.Context()) == "" || q.Match().Route != web.FallbackRoute {
				t.Errorf("the handler's context has no request, or it has no ID or route")
			}
		})
	}, nil)
	for path, want := range map[string]string{"/fine": "fine", "/broken": "Server Error"} {
		w := httptest.NewRecorder()
		log.Reset()
		p.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if !strings.Contains(w.Body.String(), want) || w.Header().Get("X-Request-Id") == "" {
			t.Errorf("%s: got %d %v %s", path, w.Code, w.Header(), w.Body)
		}
		if got := log.String(); strings.Count(got, "msg=request ") != 1 || !strings.Contains(got, "path="+path) || !strings.Contains(got, `route=(fallback)`) ||
			strings.Contains(got, "python has gone") != (path == "/broken") {
			t.Errorf("%s: logged\n%s", path, got)
		}
	}
}

// TestFallbackConnection shows that the connection is the fallback's: it flushes, reads while it writes,
// and takes the connection over.
func TestFallbackConnection(t *testing.T) {
	t.Parallel()
	p := newProject(t, func(s *nuages.Settings) {
		s.Fallback = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := http.NewResponseController(w)
			if r.URL.Path == "/hijack" {
				conn, rw, err := c.Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
				line, _ := rw.ReadString('\n')
				_, _ = rw.WriteString(line)
				_ = rw.Flush()
				return
			}
			if err := c.EnableFullDuplex(); err != nil {
				t.Error(err)
			}
			lines := bufio.NewReader(r.Body)
			for {
				line, err := lines.ReadString('\n')
				if err != nil {
					return
				}
				_, _ = io.WriteString(w, strings.ToUpper(line))
				if err := c.Flush(); err != nil {
					t.Error(err)
				}
			}
		})
	}, nil)
	srv := httptest.NewServer(p.Handler())
	defer srv.Close()

	t.Run("hijack", func(t *testing.T) {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET /hijack HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello\n")
		all, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(all), "HTTP/1.1 101 ") || !strings.HasSuffix(string(all), "hello\n") {
			t.Errorf("got %v %q", err, all)
		}
	})
	t.Run("duplex", func(t *testing.T) {
		out, in := io.Pipe()
		req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/duplex", out)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(in, "one\n") }()
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		got := bufio.NewReader(resp.Body)
		for _, line := range []string{"ONE\n", "TWO\n"} { // the second is sent when the first has come
			if s, err := got.ReadString('\n'); err != nil || s != line {
				t.Fatalf("got %q, %v", s, err)
			}
			if line == "ONE\n" {
				_, _ = io.WriteString(in, "two\n")
			}
		}
		in.Close()
		if _, err := got.ReadByte(); err != io.EOF {
			t.Errorf("got %v after the end", err)
		}
	})
}

// TestFallbackShown shows the fallback in listurls, that the start page makes way for it, and the check
// for a route that leaves it nothing.
func TestFallbackShown(t *testing.T) {
	t.Parallel()
	with := func(s *nuages.Settings) { s.Fallback = other{http.HandlerFunc(echoRequest)} }
	run(t, shop(with), "listurls").expect(t, 0, "/…", web.FallbackRoute, "python mysite.asgi:application")
	run(t, shop(with), "listurls", "--json").expect(t, 0, `"view": "python mysite.asgi:application"`)

	p := newProject(t, func(s *nuages.Settings) { with(s); s.Debug = true }, nil)
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if got := w.Body.String(); !strings.HasPrefix(got, "other GET") {
		t.Errorf("got %s", got)
	}

	for pattern, want := range map[string]int{"<path:rest>": 1, "legacy/<path:rest>": 0} {
		p := newProject(t, with, []urls.Route{urls.Path(pattern, text("go"))})
		var found []string
		for _, c := range p.Checks() {
			if c.Name == "fallback" {
				for _, m := range c.Run(t.Context()) {
					found = append(found, m.ID)
				}
			}
		}
		if len(found) != want {
			t.Errorf("%s: found %v", pattern, found)
		}
	}
}

// TestMountBesideRoutes mounts a handler below a prefix: within the middleware, and without the prefix.
func TestMountBesideRoutes(t *testing.T) {
	t.Parallel()
	p := newProject(t, nil, []urls.Route{urls.Mount("legacy/", http.HandlerFunc(echoRequest))})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/legacy/shop/a%2Fb/?q=1", strings.NewReader("body"))
	r.Host = "testserver"
	p.Handler().ServeHTTP(w, r)
	if diff := cmp.Diff("other POST /legacy/shop/a%2Fb/?q=1 /shop/a/b/ body", w.Body.String()); diff != "" {
		t.Error(diff)
	}
	if w.Header().Get("X-Frame-Options") == "" {
		t.Errorf("no middleware ran: %v", w.Header())
	}
}

// BenchmarkFallback is a routed request with and without a fallback, for what the decision costs.
func BenchmarkFallback(b *testing.B) {
	for name, fallback := range map[string]http.Handler{"without": nil, "with": http.NotFoundHandler()} {
		p, err := nuages.New(nuages.Settings{SecretKey: secret, AllowedHosts: []string{"testserver"}, Logger: slog.New(slog.DiscardHandler), Fallback: fallback},
			[]urls.Route{urls.Path("about/", text("")), urls.Path("shop/<slug:slug>/", text("go"))})
		if err != nil {
			b.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/shop/a-record/", nil)
		r.Host = "testserver"
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				if p.Handler().ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
