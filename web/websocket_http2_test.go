package web_test

//lint:file-ignore SA1019 net/http's own Transport takes no header :protocol (RFC 8441)

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"golang.org/x/net/http2"

	"github.com/nuages-web/nuages/internal/autobahn"
	"github.com/nuages-web/nuages/web"
)

// listenHTTP2 serves a site over TLS and HTTP/2.
func listenHTTP2(t *testing.T, view web.Handler, opts *web.Options, drain context.Context) (*httptest.Server, *http2.Transport, *journal) {
	t.Helper()
	h, j := site(view, opts)
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Config.BaseContext = func(net.Listener) context.Context {
		return web.ContextWithServer(context.Background(), &web.Server{Drain: drain})
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	tr := &http2.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(tr.CloseIdleConnections)
	return srv, tr, j
}

func TestWebSocketHTTP2(t *testing.T) {
	t.Parallel()
	if !autobahn.ExtendedConnect(t) {
		return
	}
	drain, stop := context.WithCancel(context.Background())
	defer stop()
	seen := make(chan *web.Request, 1)
	srv, tr, j := listenHTTP2(t, func(r *web.Request) (web.Response, error) {
		if r.PathInfo() == "/denied" {
			return web.Response{}, web.NewError(401, "Who are you?", nil)
		}
		seen <- r
		return web.WebSocket(echo, &web.WebSocketOptions{Subprotocols: []string{"chat"}}), nil
	}, nil, drain)
	open := func(path string, header http.Header) (net.Conn, *http.Response) {
		t.Helper()
		conn, resp, err := autobahn.Connect(t.Context(), tr, srv.URL+path, header, "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn, resp
	}
	conn, resp := open("/a?b=c", http.Header{"Sec-Websocket-Protocol": {"v1, chat"}, "Origin": {srv.URL}})
	r := <-seen
	if r.Method != "GET" || !r.IsWebSocket() || r.Header[":protocol"] != nil || r.FullPath() != "/a?b=c" || r.HTTP().Method != "GET" {
		t.Errorf("the view sees %s %s %v", r.Method, r.FullPath(), r.Header)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Sec-WebSocket-Protocol") != "chat" || resp.Header.Get("Sec-WebSocket-Accept") != "" ||
		resp.Header.Get("Upgrade") != "" {
		t.Errorf("answered with %s %v", resp.Status, resp.Header)
	}
	if err := ws.WriteFrame(conn, ws.MaskFrame(ws.NewTextFrame([]byte("hä?")))); err != nil {
		t.Fatal(err)
	}
	if f := readFrame(t, conn); string(f.Payload) != "hä?" {
		t.Errorf("got %+v %q", f.Header, f.Payload)
	}
	conn.Close() // as a browser's tab that is closed
	if out := <-j.finished; out.Status != 200 || out.Err != nil {
		t.Errorf("outcome %+v", out)
	}
	for _, test := range []struct {
		path   string
		header http.Header
		status int
		body   string
	}{
		{"/", http.Header{"Origin": {"https://evil.example"}}, 403, "may not connect"},
		{"/denied", nil, 401, "Who are you?"},
		{"/", http.Header{":protocol": {"connect-udp"}}, 400, "no proxy"},
	} {
		conn, resp := open(test.path, test.header)
		if len(seen) > 0 {
			<-seen
		}
		body, err := io.ReadAll(conn)
		if resp.StatusCode != test.status || !strings.Contains(string(body), test.body) || err != nil {
			t.Errorf("%s: got %s %q, %v", test.path, resp.Status, body, err)
		}
		<-j.finished
	}
	conn, _ = open("/", nil)
	stop()
	f := readFrame(t, conn)
	if f.Header.OpCode != ws.OpClose || string(f.Payload) != "\x03\xe9" {
		t.Errorf("the drain says %+v %q, want 1001", f.Header, f.Payload)
	}
	_ = ws.WriteFrame(conn, ws.MaskFrame(f))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the stream ends with %v", err)
	}
	<-j.finished
	if strings.Contains(j.String(), "level=ERROR") {
		t.Errorf("log:\n%s", j)
	}
}

func readFrame(t *testing.T, conn net.Conn) ws.Frame {
	t.Helper()
	h, err := ws.ReadHeader(conn)
	if err != nil {
		t.Fatal(err)
	}
	f := ws.Frame{Header: h, Payload: make([]byte, h.Length)}
	if _, err := io.ReadFull(conn, f.Payload); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestAutobahnHTTP2 runs the cases of the Autobahn suite over HTTP/2.
func TestAutobahnHTTP2(t *testing.T) {
	t.Parallel()
	if !autobahn.ExtendedConnect(t) {
		return
	}
	srv, tr, _ := listenHTTP2(t, socketView(echo, &web.WebSocketOptions{MaxMessage: 16 << 20, Compress: true}), nil, nil)
	to := &autobahn.Target{Open: autobahn.HTTP2(tr, srv.URL, nil), Messages: 1}
	for _, c := range autobahn.Cases() {
		if strings.HasPrefix(c.ID, "13.") {
			continue // compression is the same as over HTTP/1.1; group 12 shows that it is agreed on
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if got := c.Run(ctx, to); got.Err != nil || got.NonStrict != "" {
			t.Errorf("%s (%s): %v %s", c.ID, c.Title, got.Err, got.NonStrict)
		}
		cancel()
	}
}
