package middleware_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

var hexID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestRequestID(t *testing.T) {
	t.Parallel()
	trust := &middleware.RequestIDOptions{Trust: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	tests := []struct {
		name string
		opts *middleware.RequestIDOptions
		peer string
		sent []string
		want string // "" for a new one
	}{
		{"none sent", trust, "10.0.0.1:1", nil, ""},
		{"from a trusted proxy", trust, "10.0.0.1:1", []string{"a-B_9.z"}, "a-B_9.z"},
		{"from a trusted proxy over mapped IPv6", trust, "[::ffff:10.0.0.1]:1", []string{"abc"}, "abc"},
		{"64 characters", trust, "10.0.0.1:1", []string{strings.Repeat("x", 64)}, strings.Repeat("x", 64)},
		{"from anybody", trust, "192.0.2.1:1", []string{"forged"}, ""},
		{"trusting nobody", nil, "10.0.0.1:1", []string{"forged"}, ""},
		{"65 characters", trust, "10.0.0.1:1", []string{strings.Repeat("x", 65)}, ""},
		{"empty", trust, "10.0.0.1:1", []string{""}, ""},
		{"two", trust, "10.0.0.1:1", []string{"a", "b"}, ""},
		{"line break", trust, "10.0.0.1:1", []string{"a\r\nSet-Cookie: b=c"}, ""},
		{"newline at the end", trust, "10.0.0.1:1", []string{"a\n"}, ""},
		{"NUL", trust, "10.0.0.1:1", []string{"a\x00"}, ""},
		{"space", trust, "10.0.0.1:1", []string{"a b"}, ""},
		{"not ASCII", trust, "10.0.0.1:1", []string{"é"}, ""},
		{"log syntax", trust, "10.0.0.1:1", []string{`a"} {"level":"x`}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inside := ""
			h := site(func(r *web.Request) (web.Response, error) {
				inside = middleware.RequestIDFrom(r.Context())
				return web.Text("ok"), nil
			}, middleware.RequestID(test.opts))
			headers := []string{"Peer", test.peer}
			for _, s := range test.sent {
				headers = append(headers, "X-Request-ID", s)
			}
			w := ask(h, "GET", "/", headers...)
			got := w.Header().Values("X-Request-ID")
			if len(got) != 1 || got[0] != inside {
				t.Fatalf("got headers %q and %q inside, want one of both", got, inside)
			}
			if test.want != "" && inside != test.want || test.want == "" && !hexID.MatchString(inside) {
				t.Errorf("got %q, want %q (empty: 32 hexadecimal digits)", inside, test.want)
			}
		})
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	t.Parallel()
	h := site(hello, middleware.RequestID(nil))
	seen := map[string]bool{}
	for range 1000 {
		seen[ask(h, "GET", "/").Header().Get("X-Request-ID")] = true
	}
	if len(seen) != 1000 {
		t.Errorf("got %d different IDs of 1000", len(seen))
	}
}

func TestRequestIDOnErrorPages(t *testing.T) {
	t.Parallel()
	h := site(func(*web.Request) (web.Response, error) { panic("boom") }, middleware.RequestID(nil))
	w := ask(h, "GET", "/")
	wantStatus(t, w, http.StatusInternalServerError)
	if !hexID.MatchString(w.Header().Get("X-Request-ID")) {
		t.Errorf("got %q, want an ID", w.Header().Get("X-Request-ID"))
	}
}

func TestLogRequestID(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(middleware.LogRequestID(slog.NewTextHandler(&log, nil)))
	h := site(func(r *web.Request) (web.Response, error) {
		logger.InfoContext(r.Context(), "view")
		logger.With("a", 1).InfoContext(r.Context(), "derived")
		logger.InfoContext(r.Context(), "named", "request_id", "own")
		logger.InfoContext(t.Context(), "outside")
		return web.Text("ok"), nil
	}, middleware.RequestID(nil))
	id := ask(h, "GET", "/").Header().Get("X-Request-ID")
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for i, want := range []string{"msg=view request_id=" + id, "msg=derived a=1 request_id=" + id, "msg=named request_id=own", "msg=outside"} {
		if !strings.HasSuffix(lines[i], want) {
			t.Errorf("line %d: got %q, want it to end in %q", i, lines[i], want)
		}
	}
}

func TestRequestIDFromNowhere(t *testing.T) {
	t.Parallel()
	if got := middleware.RequestIDFrom(t.Context()); got != "" {
		t.Errorf("got %q, want none", got)
	}
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration" {
			return slog.Attr{}
		}
		return a
	}}))
	view := func(r *web.Request) (web.Response, error) {
		r.SetMatch(&web.Match{Route: "shop/<slug:slug>/"})
		switch r.URL.Path {
		case "/missing":
			return web.Response{}, web.NotFound("")
		case "/stream":
			return web.Reader("text/plain", strings.NewReader("streamed")), nil
		case "/broken":
			panic("boom")
		}
		return web.Text("hello"), nil
	}
	h := site(view, middleware.RequestID(&middleware.RequestIDOptions{Trust: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}),
		middleware.AccessLog(&middleware.AccessLogOptions{Logger: logger, Query: true, Skip: func(r *web.Request) bool { return r.URL.Path == "/health" }}))
	tests := []struct{ name, target, want string }{
		{"plain", "/a", `level=INFO msg=request method=GET path=/a status=200 bytes=5 client=192.0.2.1 request_id=id route=shop/<slug:slug>/` + "\n"},
		{"query", "/a?b=c", `level=INFO msg=request method=GET path=/a status=200 bytes=5 client=192.0.2.1 request_id=id route=shop/<slug:slug>/ query="b=c"` + "\n"},
		{"stream", "/stream", `level=INFO msg=request method=GET path=/stream status=200 bytes=8 client=192.0.2.1 request_id=id route=shop/<slug:slug>/` + "\n"},
		{"skipped", "/health", ""},
		{"forged line", "/%0d%0alevel=INFO%20%E2%80%A8", `level=INFO msg=request method=GET path="/\\r\\nlevel=INFO \\u2028" status=200 bytes=5 client=192.0.2.1 request_id=id route=shop/<slug:slug>/` + "\n"},
	}
	for _, test := range tests { // one after the other: they share the log
		log.Reset()
		ask(h, "GET", test.target, "X-Request-ID", "id")
		if got := log.String(); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
	for target, level := range map[string]string{"/missing": "WARN", "/broken": "ERROR"} {
		log.Reset()
		ask(h, "GET", target)
		if !strings.HasPrefix(log.String(), "level="+level+" ") {
			t.Errorf("%s: got %q, want level %s", target, log.String(), level)
		}
	}
}

func TestAccessLogLines(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := site(hello, middleware.AccessLog(&middleware.AccessLogOptions{Lines: &log}))
	tests := []struct{ name, target, want string }{
		{"as runserver", "/shop/?page=2", `"GET /shop/?page=2 HTTP/1.1" 200 13` + "\n"},
		{"quotes", `/"%20200%205`, `"GET /\"%20200%205 HTTP/1.1" 200 13` + "\n"},
		{"escaped breaks stay escaped", "/%0d%0a", `"GET /%0d%0a HTTP/1.1" 200 13` + "\n"},
	}
	form := regexp.MustCompile(`^\[\d\d/[A-Z][a-z]{2}/\d{4} \d\d:\d\d:\d\d\] `)
	for _, test := range tests {
		log.Reset()
		ask(h, "GET", test.target)
		prefix := form.FindString(log.String())
		if got := strings.TrimPrefix(log.String(), prefix); prefix == "" || got != test.want {
			t.Errorf("%s: got %q, want a time and %q", test.name, log.String(), test.want)
		}
	}
}

func TestAccessLogAfterTheClientHasGone(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := site(func(r *web.Request) (web.Response, error) {
		return web.Send("text/plain", failing{}), nil
	}, middleware.AccessLog(&middleware.AccessLogOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))}))
	func() {
		defer func() {
			if v := recover(); v != http.ErrAbortHandler {
				t.Errorf("got panic %v, want the connection broken off", v)
			}
		}()
		ask(h, "GET", "/")
	}()
	if !strings.Contains(log.String(), "status=200 bytes=4") {
		t.Errorf("got %q, want an entry of 4 bytes", log.String())
	}
}

// failing breaks off after four bytes.
type failing struct{}

func (failing) Send(w http.ResponseWriter, _ *web.Request, _ int) error {
	_, _ = io.WriteString(w, "half")
	return io.ErrUnexpectedEOF
}
