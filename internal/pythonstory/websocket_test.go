package pythonstory_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"golang.org/x/net/http2"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/autobahn"
)

//lint:file-ignore SA1019 net/http's own Transport takes no header :protocol (RFC 8441)

// handshake opens a socket over HTTP/2 or 3.
type handshake func(ctx context.Context, path string) (io.ReadWriteCloser, *http.Response, error)

func overHTTP2(t *testing.T, s *site) handshake {
	transport := &http2.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	return func(ctx context.Context, path string) (io.ReadWriteCloser, *http.Response, error) {
		return autobahn.Connect(ctx, transport, "https://"+s.secure+path, nil, "")
	}
}

func overHTTP3(t *testing.T, s *site) handshake {
	conn, err := quic.DialAddr(t.Context(), s.secure, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{http3.NextProtoH3}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := new(http3.Transport)
	t.Cleanup(func() {
		conn.CloseWithError(0, "")
		transport.Close()
	})
	client := transport.NewClientConn(conn)
	return func(ctx context.Context, path string) (io.ReadWriteCloser, *http.Response, error) {
		stream, err := client.OpenRequestStream(ctx)
		if err != nil {
			return nil, nil, err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodConnect, "https://"+s.secure+path, nil)
		if err != nil {
			return nil, nil, err
		}
		r.Proto = "websocket"
		r.Header.Set("Sec-WebSocket-Version", "13")
		if err := stream.SendRequestHeader(r); err != nil {
			return nil, nil, err
		}
		resp, err := stream.ReadResponse()
		return stream, resp, err
	}
}

// TestDjangoRefusesWebSockets: Django alone raises ValueError at a WebSocket. The client gets a status,
// and the log one line without a traceback.
func TestDjangoRefusesWebSockets(t *testing.T) {
	t.Parallel()
	if !autobahn.ExtendedConnect(t) {
		return
	}
	s := django(t, "asgi:application", python.Options{})
	check := func(name string, status int) {
		t.Helper()
		if status != http.StatusForbidden {
			t.Errorf("%s: got status %d", name, status)
		}
		if log := s.log.take(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "path=/ws/chat/") || !strings.Contains(log, "WebSocket") || strings.Contains(log, "Traceback") {
			t.Errorf("%s: the log has\n%s", name, log)
		}
	}
	_, resp, err := websocket.Dial(t.Context(), "ws://"+s.plain+"/ws/chat/", nil)
	if err == nil || resp == nil {
		t.Fatalf("got %v, %v", resp, err)
	}
	check("HTTP/1.1", resp.StatusCode)
	for name, open := range map[string]handshake{"HTTP/2": overHTTP2(t, s), "HTTP/3": overHTTP3(t, s)} {
		conn, resp, err := open(t.Context(), "/ws/chat/")
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		check(name, resp.StatusCode)
	}
}

// TestChannels: with Channels in the project the WebSockets work, over all protocols, and they know who
// is logged in.
func TestChannels(t *testing.T) {
	t.Parallel()
	if !autobahn.ExtendedConnect(t) {
		return
	}
	need(t, "channels")
	s := django(t, "channels_asgi:application", python.Options{})
	if log := s.log.take(); log != "" {
		t.Errorf("the start wrote\n%s", log)
	}
	t.Run("echo", func(t *testing.T) {
		conn, resp, err := websocket.Dial(t.Context(), "ws://"+s.plain+"/ws/echo/", &websocket.DialOptions{Subprotocols: []string{"v2", "chat"}})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.CloseNow()
		if got := resp.Header.Get("Sec-WebSocket-Protocol"); got != "chat" {
			t.Errorf("got the subprotocol %q", got)
		}
		for _, m := range []struct {
			kind websocket.MessageType
			text string
		}{{websocket.MessageText, "hä?"}, {websocket.MessageBinary, "\x00\xff"}, {websocket.MessageText, strings.Repeat("long ", 5000)}} {
			if err := conn.Write(t.Context(), m.kind, []byte(m.text)); err != nil {
				t.Fatal(err)
			}
			if kind, data, err := conn.Read(t.Context()); kind != m.kind || string(data) != m.text || err != nil {
				t.Errorf("got %v %q, %v", kind, data, err)
			}
		}
		if err := conn.Write(t.Context(), websocket.MessageText, []byte("leave")); err != nil {
			t.Fatal(err)
		}
		if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != 4001 {
			t.Errorf("got %v, want 4001", err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		_, resp, err := websocket.Dial(t.Context(), "ws://"+s.plain+"/ws/hello/nobody/", nil)
		if err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("got %v, %v", resp, err)
		}
	})
	for version, open := range map[string]handshake{"2": overHTTP2(t, s), "3": overHTTP3(t, s)} {
		t.Run("HTTP/"+version, func(t *testing.T) {
			conn, resp, err := open(t.Context(), "/ws/hello/Ada/")
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("got %v, %v", resp, err)
			}
			defer conn.Close()
			body := io.ReadCloser(resp.Body)
			if version == "2" {
				body = conn
			}
			frame, err := ws.ReadFrame(body)
			want := `{"hello": "Ada", "user": "AnonymousUser", "version": "` + version + `", "scheme": "wss"}`
			if err != nil || string(frame.Payload) != want {
				t.Errorf("got %s, %v, want %s", frame.Payload, err, want)
			}
			if err := ws.WriteFrame(conn, ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(1000, "")))); err != nil {
				t.Error(err)
			}
			if frame, err = ws.ReadFrame(body); err != nil || frame.Header.OpCode != ws.OpClose {
				t.Errorf("got %+v, %v", frame, err)
			}
		})
	}
	if log := s.log.take(); strings.Contains(log, "level=ERROR") {
		t.Errorf("the log has\n%s", log)
	}
}

// TestWebSocketClientLeaves: a consumer's client that is gone leaves no line in the log.
func TestWebSocketClientLeaves(t *testing.T) {
	t.Parallel()
	need(t, "channels")
	s := django(t, "channels_asgi:application", python.Options{})
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.plain+"/ws/hello/Ada/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn.CloseNow()
	if err := s.host.Stop(t.Context()); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if log := s.log.take(); strings.Contains(log, "Traceback") || strings.Contains(log, "level=ERROR") {
		t.Errorf("the log has\n%s", log)
	}
}
