package metrics_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

func wantLines(t *testing.T, m *metrics.Metrics, lines ...string) {
	t.Helper()
	text := scrape(t, m)
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("got\n%s\nwant %s", requestLines(text), line)
		}
	}
	if name := "http_server_request_duration_seconds_count"; strings.Contains(text, name) && !strings.Contains(text, name+`{method="GET",route="unmatched"} 0`) {
		t.Errorf("got\n%s\nwant no durations of streams", requestLines(text))
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	m := metrics.New(nil)
	c := webtest.NewClient(t, site(m, func(*web.Request) (web.Response, error) {
		return web.SSE(func(ctx context.Context, events *web.EventStream) error {
			if err := events.Send(web.Event{Data: "one"}); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}, nil), nil
	}), nil)
	events := c.Events("/", "")
	events.Next()
	wantLines(t, m, `http_server_streams_open{kind="sse"} 1`, `http_server_streams_total{kind="sse"} 1`, "http_server_requests_in_flight 0")
	events.Close()
	events.Wait()
	wantLines(t, m, `http_server_streams_open{kind="sse"} 0`, `http_server_streams_total{kind="sse"} 1`, "http_server_requests_in_flight 0",
		`http_server_requests_total{code="200",method="GET",route="unmatched"} 1`)
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	m := metrics.New(nil)
	c := webtest.NewClient(t, site(m, func(*web.Request) (web.Response, error) {
		return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
			text, err := ws.ReadText(ctx)
			if err != nil {
				return err
			}
			return ws.WriteText(ctx, text)
		}, nil), nil
	}), nil)
	ws := c.WebSocket("/", nil)
	ws.AssertStatus(http.StatusSwitchingProtocols)
	wantLines(t, m, `http_server_streams_open{kind="websocket"} 1`, "http_server_requests_in_flight 0")
	ws.WriteText("hello")
	ws.ReadText()
	ws.Wait()
	wantLines(t, m, `http_server_streams_open{kind="websocket"} 0`, `http_server_streams_total{kind="websocket"} 1`,
		"http_server_requests_in_flight 0", `http_server_requests_total{code="101",method="GET",route="unmatched"} 1`)
}

// TestHTTPWebSocket has sockets that a handler of net/http makes, and one that it refuses.
func TestHTTPWebSocket(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	m := metrics.New(nil)
	c := webtest.NewClient(t, site(m, web.FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		_, _, err = ws.Read(r.Context())
		if closed := (websocket.CloseError{}); !errors.As(err, &closed) {
			t.Error(err)
		}
	}))), nil)
	ws := c.WebSocket("/", nil)
	wantLines(t, m, "http_server_requests_in_flight 0", `http_server_streams_open{kind="websocket"} 1`, `http_server_streams_total{kind="websocket"} 0`)
	ws.Close(1000, "")
	ws.Wait()
	wantLines(t, m, `http_server_streams_open{kind="websocket"} 0`, `http_server_streams_total{kind="websocket"} 1`, "http_server_requests_in_flight 0")
	if refused := c.WebSocket("/refused", nil); refused.Status != http.StatusForbidden {
		t.Errorf("got status %d, want 403", refused.Status)
	}
	if text := scrape(t, m); !strings.Contains(text, `http_server_request_duration_seconds_count{method="GET",route="unmatched"} 1`+"\n") ||
		!strings.Contains(text, `http_server_streams_total{kind="websocket"} 1`+"\n") || !strings.Contains(text, `http_server_streams_open{kind="websocket"} 0`+"\n") {
		t.Errorf("got\n%s\nwant the refusal as a request", requestLines(text))
	}
}

// TestHTTPEvents has an event stream that a handler of net/http writes.
func TestHTTPEvents(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	m := metrics.New(nil)
	c := webtest.NewClient(t, site(m, web.FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: one\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))), nil)
	events := c.Events("/", "")
	events.Next()
	wantLines(t, m, `http_server_streams_open{kind="sse"} 1`, "http_server_requests_in_flight 0")
	events.Close()
	events.Wait()
	wantLines(t, m, `http_server_streams_open{kind="sse"} 0`, `http_server_streams_total{kind="sse"} 1`, "http_server_requests_in_flight 0")
}
