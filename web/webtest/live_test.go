package webtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestStream(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c := newClient(t)
	s := c.Stream("GET", "/stream")
	s.AssertStatus(200)
	if got := s.Next(); got != "part 0\n" && !strings.HasPrefix(got, "part 0\npart 1") {
		t.Errorf("first part: %q", got)
	}
	s.Rest()
	if s.Trailer.Get("X-Sum") != "42" {
		t.Errorf("trailer: %v", s.Trailer)
	}
	if page := c.Get("/stream"); page.Trailer.Get("X-Sum") != "42" || page.Body != "part 0\npart 1\npart 2\n" {
		t.Errorf("page: %q, trailer %v", page.Body, page.Trailer)
	}
	got := failures(t, func(tb testing.TB) { webtest.NewClient(tb, site(t), nil).Stream("GET", "/broken").Rest() })
	if !strings.Contains(got, "the kitchen burns") {
		t.Errorf("a stream that breaks off: %q", got)
	}
}

func TestStreamLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		webtest.NoGoroutineLeak(t)
		c := newClient(t)
		s := c.Stream("GET", "/stream?forever")
		for got := ""; got != "part 0\npart 1\npart 2\n"; {
			got += s.Next()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := s.TryNext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a stream that waits: %v", err)
		}
		s.Close()
		s.Wait()
		if _, err := s.TryNext(t.Context()); err == nil {
			t.Error("a stream that was closed can be read")
		}
	})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		webtest.NoGoroutineLeak(t)
		c := newClient(t)
		events := c.Events("/ticker", "41")
		if e := events.Next(); e != (webtest.Event{Name: "last", ID: "41", Data: "41"}) {
			t.Errorf("first event: %+v", e)
		}
		start := time.Now()
		if e := events.Next(); e != (webtest.Event{Name: "message", ID: "1", Data: "tick\n1"}) {
			t.Errorf("second event: %+v", e)
		}
		if d := time.Since(start); d != time.Second {
			t.Errorf("it took %v, want 1s", d)
		}
		events.Next()
		events.Next()
		if _, err := events.TryNext(t.Context()); err != io.EOF {
			t.Errorf("after the last event: %v", err)
		}
		if r := events.Retry(); r != 1500*time.Millisecond {
			t.Errorf("Retry: %v", r)
		}
		left := c.Events("/ticker", "")
		left.Next()
		left.Close()
		left.Wait()
	})
	got := failures(t, func(tb testing.TB) { webtest.NewClient(tb, site(t), nil).Events("/", "") })
	if !strings.Contains(got, "is no event stream") {
		t.Errorf("a page that is no stream: %q", got)
	}
}

func TestEventSyntax(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, src string
		want      []webtest.Event
	}{
		{"line ends", "data: a\r\rdata: b\r\n\r\ndata: c\n\n", []webtest.Event{{"message", "", "a"}, {"message", "", "b"}, {"message", "", "c"}}},
		{"comment", ": hello\ndata:x\n\n", []webtest.Event{{"message", "", "x"}}},
		{"bom", "\ufeffdata: x\n\n", []webtest.Event{{"message", "", "x"}}},
		{"id stays", "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", []webtest.Event{{"message", "1", "a"}, {"message", "1", "b"}, {"message", "", "c"}}},
		{"name without data", "event: x\n\ndata: a\n\n", []webtest.Event{{"message", "", "a"}}},
		{"two spaces", "data:  a\ndata\n\n", []webtest.Event{{"message", "", " a\n"}}},
		{"unfinished", "data: a\n\ndata: b\n", []webtest.Event{{"message", "", "a"}}},
		{"nul id", "id: a\x00b\ndata: x\n\n", []webtest.Event{{"message", "", "x"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := webtest.NewClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, tt.src)
			}), nil)
			events := c.Events("/", "")
			for _, want := range tt.want {
				if got := events.Next(); got != want {
					t.Errorf("got %+v, want %+v", got, want)
				}
			}
			if e, err := events.TryNext(t.Context()); err != io.EOF {
				t.Errorf("at the end: %+v, %v", e, err)
			}
		})
	}
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		webtest.NoGoroutineLeak(t)
		c := newClient(t)
		ws := c.WebSocket("/ws", &webtest.WebSocketOptions{Subprotocols: []string{"x", "chat"}})
		ws.AssertStatus(101)
		if ws.Subprotocol() != "chat" || ws.Refused() {
			t.Errorf("subprotocol %q, refused %v", ws.Subprotocol(), ws.Refused())
		}
		ws.WriteText("one")
		ws.WriteText("two") // before one was read: there are buffers between
		if a, b := ws.ReadText(), ws.ReadText(); a != "one" || b != "two" {
			t.Errorf("read %q, %q", a, b)
		}
		ws.WriteBinary([]byte{0, 1})
		if b := ws.ReadBinary(); string(b) != "\x00\x01" {
			t.Errorf("binary: %q", b)
		}
		ws.WriteJSON(map[string]int{"a": 1})
		var v map[string]int
		if ws.ReadJSON(&v); v["a"] != 1 {
			t.Errorf("JSON: %v", v)
		}
		time.Sleep(5 * time.Minute) // the server's pings are answered
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := ws.TryRead(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("TryRead: %v", err)
		}
		ws.WriteText("bye")
		if ws.CloseCode() != 4001 || ws.CloseReason() != "so long" {
			t.Errorf("closed with %d %q", ws.CloseCode(), ws.CloseReason())
		}
		ws.Wait()
	})
}

func TestWebSocketEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		webtest.NoGoroutineLeak(t)
		c := newClient(t)
		ws := c.WebSocket("/ws", nil)
		ws.Close(1000, "")
		ws.Wait()
		ws = c.WebSocket("/ws", nil)
		ws.Leave()
		ws.Wait()
		c.WebSocket("/ws", nil) // open to the end of the test
	})
}

func TestWebSocketRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	ws := c.WebSocket("/refuse", nil)
	ws.AssertContains("Members only", &webtest.ContainsOptions{Status: 403})
	if !ws.Refused() || !errors.Is(ws.Err, web.ErrForbidden) {
		t.Errorf("refused %v, error %v", ws.Refused(), ws.Err)
	}
	c.WebSocket("/ws", &webtest.WebSocketOptions{Origin: "https://evil.example"}).AssertStatus(403)
	c.WebSocket("/redirect", nil).AssertStatus(302)
	c.WebSocket("/", nil).AssertStatus(200)
	for _, tt := range []struct {
		name, path, want string
		use              func(ws *webtest.WebSocket)
	}{
		{"panic", "/panic", "the sky falls", nil},
		{"read", "/refuse", "the WebSocket handshake was refused: GET http://testserver/refuse: 403 Forbidden", func(ws *webtest.WebSocket) { ws.ReadText() }},
		{"write", "/refuse", "refused", func(ws *webtest.WebSocket) { ws.WriteText("x") }},
		{"panic on the socket", "/wspanic", "the view failed: panic: the socket burns", func(ws *webtest.WebSocket) { ws.ReadText() }},
		{"kind", "/ws", "other kind", func(ws *webtest.WebSocket) { ws.WriteText("x"); ws.ReadBinary() }},
	} {
		got := failures(t, func(tb testing.TB) {
			ws := webtest.NewClient(tb, site(t), nil).WebSocket(tt.path, nil)
			tt.use(ws)
		})
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: failure %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestRaw(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, raw, want string }{
		{"good", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "hello"},
		{"two", "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /json HTTP/1.1\r\nHost: x\r\n\r\n", `{"a":null`},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request"},
		{"nonsense", "\x00\x01\x02\r\n\r\n", "400 Bad Request"},
		{"smuggled", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: gzip\r\n\r\nx", "501"},
		{"body too short", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx", "400 Bad Request"},
		{"nothing", "", ""},
		{"view that waits", "GET /poll HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "204 No Content"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if got := webtest.Raw(t, site(t), tt.raw); !strings.Contains(got, tt.want) {
					t.Errorf("%q gave %q, want %q", tt.raw, got, tt.want)
				}
			})
		})
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		opts  *webtest.ServerOptions
		proto string
	}{
		{"plain", nil, "HTTP/1.1"},
		{"tls", &webtest.ServerOptions{TLS: true}, "HTTP/2.0"},
		{"address", &webtest.ServerOptions{Addr: "localhost:0"}, "HTTP/1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			webtest.NoGoroutineLeak(t)
			s := webtest.NewServer(t, site(t), tt.opts)
			resp, err := s.Client().Get(s.URL + "/json")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != 200 || resp.Proto != tt.proto {
				t.Errorf("%s %s, want 200 %s", resp.Status, resp.Proto, tt.proto)
			}
			if tt.opts == nil {
				if got := s.Raw("GET / HTTP/1.0\r\n\r\n"); !strings.HasSuffix(got, "hello") {
					t.Errorf("Raw: %q", got)
				}
			}
			open, err := s.Client().Get(s.URL + "/stream?forever") // still open when the server is stopped
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { open.Body.Close() })
		})
	}
}

// cleaner is a catcher whose cleanups are run by hand.
type cleaner struct {
	catcher
	cleanups []func()
}

func (c *cleaner) Cleanup(f func()) { c.cleanups = append(c.cleanups, f) }

func TestLeakIsFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cleaner{catcher: catcher{TB: t}}
		webtest.NoGoroutineLeak(c)
		stop := make(chan struct{})
		go leaky(stop)
		for _, f := range c.cleanups {
			f()
		}
		if got := strings.Join(c.failures, "\n"); !strings.Contains(got, "webtest_test.leaky") {
			t.Errorf("the failure does not show the goroutine: %q", got)
		}
		close(stop)
	})
}

func leaky(stop chan struct{}) { <-stop }
