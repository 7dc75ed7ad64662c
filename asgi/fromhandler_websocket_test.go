package asgi_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
)

func TestFromHandlerWebSocket(t *testing.T) {
	t.Parallel()
	requests, ended := make(chan *http.Request, 1), make(chan error, 1)
	app := asgi.FromHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests <- r
		w.Header().Set("X-Accepted", "1")
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"b"}})
		if err != nil {
			return
		}
		defer conn.CloseNow()
		for {
			kind, data, err := conn.Read(r.Context())
			if err != nil {
				ended <- err
				return
			}
			if string(data) == "leave" {
				conn.Close(4002, "as told")
				return
			}
			conn.Write(r.Context(), kind, data)
		}
	}))
	newScope := func() *asgi.WebSocketScope {
		return &asgi.WebSocketScope{
			Scheme: "wss", Path: "/root/a b", RootPath: "/root", QueryString: "x=1", Subprotocols: []string{"a", "b"},
			Headers: asgi.Headers{{"host", "h.example"}, {"cookie", "k=v"}, {"sec-websocket-key", "theirs"}, {"connection", "Upgrade"}},
			Client:  asgi.Addr{Host: "192.0.2.1", Port: 7}, Server: asgi.Addr{Host: "192.0.2.2", Port: 443},
		}
	}
	t.Run("client leaves", func(t *testing.T) {
		c := asgitest.NewCommunicator(t, app, newScope())
		c.SendInput(&asgi.WebSocketConnect{})
		accept := asgitest.Next[*asgi.WebSocketAccept](c)
		if diff := cmp.Diff(&asgi.WebSocketAccept{Subprotocol: "b", Headers: asgi.Headers{{"x-accepted", "1"}}}, accept); diff != "" {
			t.Errorf("accept (-want +got):\n%s", diff)
		}
		r := <-requests
		if r.URL.String() != "/a%20b?x=1" || r.RequestURI != "/root/a%20b?x=1" || r.Host != "h.example" || r.Header.Get("Cookie") != "k=v" ||
			r.RemoteAddr != "192.0.2.1:7" || r.TLS == nil {
			t.Errorf("request %v %v %v %v %v %v", r.URL, r.RequestURI, r.Host, r.Header, r.RemoteAddr, r.TLS)
		}
		for _, message := range []*asgi.WebSocketReceive{{Text: "é"}, {}, {Bytes: []byte{}}, {Bytes: []byte{0, 255}}} {
			c.SendInput(message)
			if got := asgitest.Next[*asgi.WebSocketSend](c); got.Text != message.Text || string(got.Bytes) != string(message.Bytes) || (got.Bytes == nil) != (message.Bytes == nil) {
				t.Errorf("sent %+v, got %+v", message, got)
			}
		}
		c.SendInput(&asgi.WebSocketDisconnect{Code: 4001, Reason: "tired"})
		var closed websocket.CloseError
		if err := wait(t, "the handler", ended); !errors.As(err, &closed) || closed.Code != 4001 || closed.Reason != "tired" {
			t.Errorf("handler: %v", err)
		}
	})
	t.Run("client is lost", func(t *testing.T) {
		c := asgitest.NewCommunicator(t, app, newScope())
		c.SendInput(&asgi.WebSocketConnect{})
		asgitest.Next[*asgi.WebSocketAccept](c)
		<-requests
		c.SendInput(&asgi.WebSocketDisconnect{Code: 1006})
		if err := wait(t, "the handler", ended); err == nil || websocket.CloseStatus(err) != -1 {
			t.Errorf("handler: %v", err)
		}
	})
	t.Run("handler leaves", func(t *testing.T) {
		c := asgitest.NewCommunicator(t, app, newScope())
		c.SendInput(&asgi.WebSocketConnect{})
		asgitest.Next[*asgi.WebSocketAccept](c)
		<-requests
		c.SendInput(&asgi.WebSocketReceive{Text: "leave"})
		if diff := cmp.Diff(&asgi.WebSocketClose{Code: 4002, Reason: "as told"}, asgitest.Next[*asgi.WebSocketClose](c)); diff != "" {
			t.Error(diff)
		}
		if err := c.Wait(patience); err != nil {
			t.Errorf("return: %v", err)
		}
	})
	t.Run("client gives up", func(t *testing.T) {
		c := asgitest.NewCommunicator(t, app, newScope())
		c.SendInput(&asgi.WebSocketDisconnect{Code: 1006})
		if err := c.Wait(patience); err != nil {
			t.Errorf("return: %v", err)
		}
	})
}

func TestFromHandlerWebSocketRefusal(t *testing.T) {
	t.Parallel()
	app := asgi.FromHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/long")
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, strings.Repeat("0123456789", 10_000))
	}))
	c := asgitest.NewCommunicator(t, app, &asgi.WebSocketScope{Path: "/", Extensions: asgi.Extensions{WebSocketDenial: true}})
	c.SendInput(&asgi.WebSocketConnect{})
	if start := asgitest.Next[*asgi.WebSocketHTTPResponseStart](c); start.Status != 418 || start.Headers.Value("content-type") != "text/long" {
		t.Errorf("start %+v", start)
	}
	length := 0
	for {
		body := asgitest.Next[*asgi.WebSocketHTTPResponseBody](c)
		length += len(body.Body)
		if !body.MoreBody {
			break
		}
	}
	if length != 100_000 {
		t.Errorf("%d bytes of the refusal, want 100000", length)
	}
	c = asgitest.NewCommunicator(t, app, &asgi.WebSocketScope{Path: "/"})
	c.SendInput(&asgi.WebSocketConnect{})
	asgitest.Next[*asgi.WebSocketClose](c)
}

func TestFromHandlerPush(t *testing.T) {
	t.Parallel()
	app := asgi.FromHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		err := w.(http.Pusher).Push("/a.css", &http.PushOptions{Header: http.Header{"Accept": {"text/css"}}})
		if err != nil {
			io.WriteString(w, err.Error())
		}
	}))
	c := asgitest.NewCommunicator(t, app, &asgi.HTTPScope{Method: "GET", Path: "/", Extensions: asgi.Extensions{Push: true}})
	asgitest.Next[*asgi.HTTPResponseStart](c)
	asgitest.Next[*asgi.HTTPResponseBody](c)
	want := &asgi.HTTPResponsePush{Path: "/a.css", Headers: asgi.Headers{{"accept", "text/css"}}}
	if diff := cmp.Diff(want, asgitest.Next[*asgi.HTTPResponsePush](c)); diff != "" {
		t.Error(diff)
	}
	c = asgitest.NewCommunicator(t, app, &asgi.HTTPScope{Method: "GET", Path: "/"})
	asgitest.Next[*asgi.HTTPResponseStart](c)
	if body := asgitest.Next[*asgi.HTTPResponseBody](c); string(body.Body) != http.ErrNotSupported.Error() {
		t.Errorf("push without the extension: %q", body.Body)
	}
}
