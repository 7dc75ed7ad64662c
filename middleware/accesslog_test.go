package middleware_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

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

// TestAccessLogForms has the forms of lines, with headers that try to forge one.
func TestAccessLogForms(t *testing.T) {
	t.Parallel()
	const (
		common = `192.0.2.1 - - [TIME] "GET /a?b=c HTTP/1.1" 200 13`
		forged = "x\"\n192.0.2.9 - - [21/Nov/2026:09:36:38 +0100] \"GET /admin/ HTTP/1.1\" 200 1 \x1b[31m\u2028\xff"
		shown  = `x\"\n192.0.2.9 - - [21/Nov/2026:09:36:38 +0100] \"GET /admin/ HTTP/1.1\" 200 1 \x1b[31m\u2028\xff`
	)
	tests := []struct {
		name    string
		form    middleware.LineForm
		headers []string
		want    string
	}{
		{"common", middleware.CommonLines, []string{"User-Agent", "curl/8.5.0"}, common},
		{"common over a Unix socket", middleware.CommonLines, []string{"Peer", "@"}, strings.Replace(common, "192.0.2.1", "-", 1)},
		{"common over IPv6", middleware.CommonLines, []string{"Peer", "[fe80::1%eth0\n]:1"}, strings.Replace(common, "192.0.2.1", "fe80::1", 1)},
		{"combined", middleware.CombinedLines, []string{"User-Agent", "curl/8.5.0", "Referer", "https://example.com/?q=1"}, common + ` "https://example.com/?q=1" "curl/8.5.0"`},
		{"combined without headers", middleware.CombinedLines, nil, common + ` "-" "-"`},
		{"combined with forged headers", middleware.CombinedLines, []string{"User-Agent", forged, "Referer", forged}, common + ` "` + shown + `" "` + shown + `"`},
	}
	form := regexp.MustCompile(`\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]`)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			h := site(hello, middleware.AccessLog(&middleware.AccessLogOptions{Lines: &log, Form: test.form}))
			ask(h, "GET", "/a?b=c", test.headers...)
			got := log.String()
			if at := form.FindStringIndex(got); at != nil { // of the line, which comes first
				got = got[:at[0]] + "[TIME]" + got[at[1]:]
			}
			if got != test.want+"\n" {
				t.Errorf("got  %q\nwant %q", got, test.want+"\n")
			}
		})
	}
}

func TestAccessLogJSON(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := site(hello, middleware.AccessLog(&middleware.AccessLogOptions{Logger: slog.New(slog.NewJSONHandler(&log, nil)), Query: true}))
	ask(h, "GET", "/%22%7D%0a%7B%22status%22:200%7D?a=%22%0a")
	var entry map[string]any
	if err := json.Unmarshal(log.Bytes(), &entry); err != nil || strings.Count(log.String(), "\n") != 1 {
		t.Fatalf("got %q, %v, want one line of JSON", &log, err)
	}
	delete(entry, "time")
	delete(entry, "duration")
	want := map[string]any{"level": "INFO", "msg": "request", "method": "GET", "path": `/\"}\n{\"status\":200}`, "status": 200.0, "bytes": 13.0,
		"client": "192.0.2.1", "query": "a=%22%0a"}
	if diff := cmp.Diff(want, entry); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}

// TestAccessLogOfStreams has streams, whose entry comes when they end.
func TestAccessLogOfStreams(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	var log bytes.Buffer
	view := func(r *web.Request) (web.Response, error) {
		if r.IsWebSocket() {
			return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
				_, err := ws.ReadText(ctx)
				return err
			}, nil), nil
		}
		return web.SSE(func(ctx context.Context, events *web.EventStream) error {
			if err := events.Send(web.Event{Data: "one"}); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}, nil), nil
	}
	c := webtest.NewClient(t, site(view, middleware.AccessLog(&middleware.AccessLogOptions{Lines: &log, Form: middleware.CommonLines})), nil)
	events := c.Events("/events", "")
	events.Next()
	ws := c.WebSocket("/socket", nil)
	ws.AssertStatus(http.StatusSwitchingProtocols)
	if log.Len() > 0 {
		t.Errorf("got %q while the streams are open, want nothing", &log)
	}
	events.Close()
	events.Wait()
	ws.WriteText("bye")
	ws.Wait()
	lines := strings.Split(log.String(), "\n")
	for i, want := range []string{`"GET /events HTTP/1.1" 200 11`, `"GET /socket HTTP/1.1" 101 0`} {
		if !strings.HasSuffix(lines[i], want) {
			t.Errorf("got %q, want it to end in %s", lines[i], want)
		}
	}
}

// FuzzAccessLogLines has clients that write what they like: it stays within the quotes of one line.
func FuzzAccessLogLines(f *testing.F) {
	f.Add("/a?b=c", "curl/8.5.0", "https://example.com/")
	f.Add("/\"", "\\\" 200 5 \"", "\n\r\x00\x1b[2J\u0085\u202e\u2028\xff")
	line := regexp.MustCompile(`^192\.0\.2\.1 - - \[[^]]{26}\] ("(?:[^"\\]|\\.)*") 200 13 ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*")\n$`)
	f.Fuzz(func(t *testing.T, target, agent, referer string) {
		var log bytes.Buffer
		h := site(hello, middleware.AccessLog(&middleware.AccessLogOptions{Lines: &log, Form: middleware.CombinedLines}))
		r := httptest.NewRequest("GET", "/", nil)
		r.RequestURI, r.Header = target, http.Header{"User-Agent": {agent}, "Referer": {referer}}
		h.ServeHTTP(httptest.NewRecorder(), r)
		parts := line.FindStringSubmatch(log.String())
		if parts == nil {
			t.Fatalf("got %q, want one line in the combined form", &log)
		}
		for _, c := range log.String()[:log.Len()-1] {
			if !strconv.IsPrint(c) {
				t.Errorf("got %q, which holds %q", &log, c)
			}
		}
		for i, want := range []string{target, referer, agent} {
			got, err := strconv.Unquote(parts[i+1])
			if i == 0 && want != "" { // else the path is written
				want = "GET " + want + " HTTP/1.1"
			}
			if i > 0 && want == "" {
				want = "-"
			}
			if err != nil || want != "" && got != want {
				t.Errorf("got %q, %v back, want %q", got, err, want)
			}
		}
	})
}
