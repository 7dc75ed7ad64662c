package asgi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

func dial(t *testing.T, url string, opts *websocket.DialOptions) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	conn, resp, err := websocket.Dial(testContext(t), "ws"+strings.TrimPrefix(url, "http"), opts)
	if err == nil {
		t.Cleanup(func() { conn.CloseNow() })
	}
	return conn, resp, err
}

// echo accepts and sends back every message, until the client leaves.
func echo(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	for {
		event, err := receive(ctx)
		if err != nil {
			return err
		}
		switch e := event.(type) {
		case *asgi.WebSocketConnect:
			accept := &asgi.WebSocketAccept{Headers: asgi.Headers{{"x-echo", "1"}, {"set-cookie", "a=b"}}}
			if offered := scope.(*asgi.WebSocketScope).Subprotocols; len(offered) > 0 {
				accept.Subprotocol = offered[len(offered)-1]
			}
			err = send(ctx, accept)
		case *asgi.WebSocketReceive:
			err = send(ctx, &asgi.WebSocketSend{Bytes: e.Bytes, Text: e.Text})
		case *asgi.WebSocketDisconnect:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// echoHandler is echo as an http.Handler that hijacks the connection.
func echoHandler(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Echo", "1")
	w.Header().Set("Set-Cookie", "a=b")
	opts := &websocket.AcceptOptions{InsecureSkipVerify: true}
	if offered := r.Header.Get("Sec-WebSocket-Protocol"); offered != "" {
		opts.Subprotocols = []string{"second"}
	}
	conn, err := websocket.Accept(w, r, opts)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	for {
		kind, data, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		if conn.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}

// TestWebSocketEcho runs the same client against every way to serve one.
func TestWebSocketEcho(t *testing.T) {
	t.Parallel()
	fromHandler := asgi.FromHandler(http.HandlerFunc(echoHandler))
	handlers := map[string]http.Handler{
		"app":                      asgi.Handler(asgi.AppFunc(echo)),
		"router":                   asgi.Handler(asgi.ProtocolRouter{WebSocket: asgi.AppFunc(echo)}),
		"router of handler":        asgi.Handler(asgi.ProtocolRouter{WebSocket: fromHandler}),
		"handler, fast path":       asgi.Handler(fromHandler),
		"handler, events":          asgi.Handler(through(fromHandler)),
		"handler, events, 2 times": asgi.Handler(through(asgi.FromHandler(asgi.Handler(through(fromHandler))))),
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, handler)
			conn, resp, err := dial(t, server.URL+"/chat?x=1", &websocket.DialOptions{
				Subprotocols: []string{"first", "second"},
				HTTPHeader:   http.Header{"Origin": {"http://elsewhere.example"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if conn.Subprotocol() != "second" || resp.Header.Get("X-Echo") != "1" || resp.Header.Get("Set-Cookie") != "a=b" {
				t.Errorf("subprotocol %q, header %v", conn.Subprotocol(), resp.Header)
			}
			ctx := testContext(t)
			for _, text := range []string{"hello", "", "é", strings.Repeat("x", 20000)} {
				for _, kind := range []websocket.MessageType{websocket.MessageText, websocket.MessageBinary} {
					if err := conn.Write(ctx, kind, []byte(text)); err != nil {
						t.Fatal(err)
					}
					gotKind, got, err := conn.Read(ctx)
					if err != nil || gotKind != kind || string(got) != text {
						t.Fatalf("sent %v %.20q, got %v %.20q (%v)", kind, text, gotKind, got, err)
					}
				}
			}
			if err := conn.Close(websocket.StatusNormalClosure, "bye"); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
}

func TestWebSocketScope(t *testing.T) {
	t.Parallel()
	scopes := make(chan *asgi.WebSocketScope, 1)
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		scopes <- scope.(*asgi.WebSocketScope)
		return echo(ctx, scope, receive, send)
	})
	server := newServer(t, http.StripPrefix("/ws", asgi.NewHandler(app, &asgi.Options{State: asgi.State{"a": 1}})))
	_, _, err := dial(t, server.URL+"/ws/r%C3%B6om?x=%20", &websocket.DialOptions{
		Subprotocols: []string{"one", "two"}, HTTPHeader: http.Header{"Origin": {"http://o.example"}, "Cookie": {"k=v"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := wait(t, "scope", scopes)
	if got.Scheme != "ws" || got.HTTPVersion != "1.1" || got.RootPath != "/ws" || got.Path != "/ws/röom" || got.RawPath != "/ws/r%C3%B6om" ||
		got.QueryString != "x=%20" || got.State["a"] != 1 || !got.Extensions.WebSocketDenial || got.Client.Port == 0 || got.Server.Port == 0 {
		t.Errorf("scope %+v", got)
	}
	if diff := cmp.Diff([]string{"one", "two"}, got.Subprotocols); diff != "" {
		t.Error(diff)
	}
	if got.Headers.Value("origin") != "http://o.example" || got.Headers.Value("cookie") != "k=v" || got.Headers.Value("Host") == "" {
		t.Errorf("headers %v", got.Headers)
	}
}

func TestWebSocketRefusal(t *testing.T) {
	t.Parallel()
	after := func(events ...asgi.Event) asgi.AppFunc {
		return func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
			if event, err := receive(ctx); err != nil || event.Type() != "websocket.connect" {
				return fmt.Errorf("receive: %v, %w", event, err)
			}
			return sendAll(ctx, send, events...)
		}
	}
	redirect := asgi.FromHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/login")
		w.WriteHeader(302)
		io.WriteString(w, strings.Repeat("x", 900))
	}))
	cases := []struct {
		name   string
		app    asgi.App
		status int
		body   string
		header http.Header
	}{
		{"close", after(&asgi.WebSocketClose{Code: 4000}), 403, "Forbidden\n", nil},
		{"response", after(&asgi.WebSocketHTTPResponseStart{Status: 401, Headers: asgi.Headers{{"www-authenticate", "Basic"}}},
			&asgi.WebSocketHTTPResponseBody{Body: []byte("who "), MoreBody: true}, &asgi.WebSocketHTTPResponseBody{Body: []byte("are you")}),
			401, "who are you", http.Header{"Www-Authenticate": {"Basic"}}},
		{"no answer", after(), 500, "Internal Server Error\n", nil},
		{"error", asgi.AppFunc(func(context.Context, asgi.Scope, asgi.Receive, asgi.Send) error { return errors.New("x") }), 500, "Internal Server Error\n", nil},
		{"handler", redirect, 302, strings.Repeat("x", 900), http.Header{"Location": {"/login"}}},
		{"handler through events", through(redirect), 302, strings.Repeat("x", 900), http.Header{"Location": {"/login"}}},
		{"not routed", asgi.ProtocolRouter{}, 403, "Forbidden: no WebSocket application is served here.\n", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, asgi.NewHandler(c.app, quiet()))
			_, resp, err := dial(t, server.URL, &websocket.DialOptions{HTTPClient: &http.Client{
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}})
			if err == nil || resp == nil {
				t.Fatalf("dial: %v, response %v", err, resp)
			}
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != c.status || string(body) != c.body {
				t.Errorf("status %d body %q, want %d %q", resp.StatusCode, body, c.status, c.body)
			}
			for name, values := range c.header {
				if diff := cmp.Diff(values, resp.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

func TestWebSocketBadHandshake(t *testing.T) {
	t.Parallel()
	server := newServer(t, asgi.Handler(asgi.AppFunc(func(_ context.Context, scope asgi.Scope, _ asgi.Receive, _ asgi.Send) error {
		t.Errorf("the application was asked: %v", scope)
		return nil
	})))
	good := http.Header{"Connection": {"keep-alive, Upgrade"}, "Upgrade": {"WebSocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
	cases := []struct {
		name, field string
		values      []string
		status      int
	}{
		{"no version", "Sec-Websocket-Version", nil, 426},
		{"old version", "Sec-Websocket-Version", []string{"8"}, 426},
		{"no key", "Sec-Websocket-Key", nil, 400},
		{"short key", "Sec-Websocket-Key", []string{"aGk="}, 400},
		{"bad key", "Sec-Websocket-Key", []string{"???"}, 400},
		{"two keys", "Sec-Websocket-Key", []string{"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="}, 400},
	}
	for _, c := range cases {
		header := good.Clone()
		header[c.field] = c.values
		resp, _ := fetch(t, "GET", server.URL, nil, header)
		if resp.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", c.name, resp.StatusCode, c.status)
		}
		if c.status == 426 && resp.Header.Get("Sec-WebSocket-Version") != "13" {
			t.Errorf("%s: header %v", c.name, resp.Header)
		}
	}
}

func TestWebSocketProtocol(t *testing.T) {
	t.Parallel()
	accept := &asgi.WebSocketAccept{}
	response := &asgi.WebSocketHTTPResponseStart{Status: 401}
	cases := []struct {
		name   string
		events []asgi.Event // the last must be refused
	}{
		{"send before accept", []asgi.Event{&asgi.WebSocketSend{Text: "x"}}},
		{"second accept", []asgi.Event{accept, accept}},
		{"response after accept", []asgi.Event{accept, response}},
		{"accept after response", []asgi.Event{response, accept}},
		{"close in response", []asgi.Event{response, &asgi.WebSocketClose{}}},
		{"body before response", []asgi.Event{&asgi.WebSocketHTTPResponseBody{}}},
		{"after refusal", []asgi.Event{&asgi.WebSocketClose{}, accept}},
		{"after response", []asgi.Event{response, &asgi.WebSocketHTTPResponseBody{}, &asgi.WebSocketHTTPResponseBody{}}},
		{"send after close", []asgi.Event{accept, &asgi.WebSocketClose{}, &asgi.WebSocketSend{Text: "x"}}},
		{"second close", []asgi.Event{accept, &asgi.WebSocketClose{}, &asgi.WebSocketClose{}}},
		{"bytes and text", []asgi.Event{accept, &asgi.WebSocketSend{Text: "x", Bytes: []byte("y")}}},
		{"text not UTF-8", []asgi.Event{accept, &asgi.WebSocketSend{Text: "\xff"}}},
		{"code 1005", []asgi.Event{accept, &asgi.WebSocketClose{Code: 1005}}},
		{"code 99", []asgi.Event{accept, &asgi.WebSocketClose{Code: 99}}},
		{"code 5000", []asgi.Event{accept, &asgi.WebSocketClose{Code: 5000}}},
		{"long reason", []asgi.Event{accept, &asgi.WebSocketClose{Reason: strings.Repeat("x", 124)}}},
		{"subprotocol not offered", []asgi.Event{&asgi.WebSocketAccept{Subprotocol: "other"}}},
		{"injection", []asgi.Event{&asgi.WebSocketAccept{Headers: asgi.Headers{{"x-a", "1\r\nset-cookie: a=b"}}}}},
		{"header of the handshake", []asgi.Event{&asgi.WebSocketAccept{Headers: asgi.Headers{{"sec-websocket-protocol", "x"}}}}},
		{"event of another protocol", []asgi.Event{&asgi.HTTPResponseStart{Status: 200}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			errs := make(chan error, len(c.events))
			server := newServer(t, asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
				if _, err := receive(ctx); err != nil {
					return err
				}
				for _, event := range c.events {
					errs <- send(ctx, event)
				}
				return nil
			}), quiet()))
			if conn, _, err := dial(t, server.URL, &websocket.DialOptions{Subprotocols: []string{"mine"}}); err == nil {
				_, _, _ = conn.Read(testContext(t)) // answers the close
			}
			for i := range c.events {
				err := wait(t, "send", errs)
				var wrong *asgi.ProtocolError
				if last := i == len(c.events)-1; last != errors.As(err, &wrong) || !last && err != nil {
					t.Errorf("send %d: %v", i, err)
				}
			}
		})
	}
}

// TestWebSocketEnd: how each side learns of the end.
func TestWebSocketEnd(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		client func(t *testing.T, conn *websocket.Conn)
		server func(ctx context.Context, send asgi.Send) error
		opts   asgi.Options
		want   asgi.WebSocketDisconnect // what the application receives
		code   websocket.StatusCode     // what the client sees
	}{
		{name: "client closes", client: func(_ *testing.T, conn *websocket.Conn) { conn.Close(4001, "enough") },
			want: asgi.WebSocketDisconnect{Code: 4001, Reason: "enough"}, code: -1},
		{name: "client closes without code", client: func(_ *testing.T, conn *websocket.Conn) { conn.Close(websocket.StatusNoStatusRcvd, "") },
			want: asgi.WebSocketDisconnect{Code: 1005}, code: -1},
		{name: "client is lost", client: func(_ *testing.T, conn *websocket.Conn) { conn.CloseNow() },
			want: asgi.WebSocketDisconnect{Code: 1006}, code: -1},
		{name: "application closes", server: func(ctx context.Context, send asgi.Send) error {
			return send(ctx, &asgi.WebSocketClose{Code: 3000, Reason: "done"})
		}, want: asgi.WebSocketDisconnect{Code: 3000, Reason: "done"}, code: 3000},
		{name: "text not UTF-8", client: func(t *testing.T, conn *websocket.Conn) {
			conn.Write(testContext(t), websocket.MessageText, []byte("\xff"))
		}, want: asgi.WebSocketDisconnect{Code: 1007}, code: 1007},
		{name: "message too long", opts: asgi.Options{MaxMessageBytes: 10}, client: func(t *testing.T, conn *websocket.Conn) {
			conn.Write(testContext(t), websocket.MessageText, []byte("12345678901"))
		}, want: asgi.WebSocketDisconnect{Code: 1009}, code: 1009},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan asgi.Event, 2)
			late := make(chan error, 1)
			server := newServer(t, asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
				if _, err := receive(ctx); err != nil {
					return err
				}
				if err := send(ctx, &asgi.WebSocketAccept{}); err != nil {
					return err
				}
				if c.server != nil {
					if err := c.server(ctx, send); err != nil {
						return err
					}
				}
				for range 2 { // the end is told again and again
					event, err := receive(ctx)
					if err != nil {
						return err
					}
					ended <- event
				}
				if c.server == nil {
					<-ctx.Done()
				}
				late <- send(context.WithoutCancel(ctx), &asgi.WebSocketSend{Text: "x"})
				return nil
			}), &c.opts))
			conn, _, err := dial(t, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.client != nil {
				c.client(t, conn)
			}
			if _, _, err := conn.Read(testContext(t)); err == nil || websocket.CloseStatus(err) != c.code && c.code != -1 {
				t.Errorf("client: %v, want code %d", err, c.code)
			}
			for range 2 {
				if diff := cmp.Diff(asgi.Event(&c.want), wait(t, "disconnect", ended)); diff != "" {
					t.Errorf("disconnect (-want +got):\n%s", diff)
				}
			}
			err = wait(t, "late send", late)
			if c.server == nil && !errors.Is(err, asgi.ErrDisconnected) || c.server != nil && !errors.As(err, new(*asgi.ProtocolError)) {
				t.Errorf("send after the end: %v", err)
			}
		})
	}
}

// TestWebSocketReturn: what a return of the application means to the client.
func TestWebSocketReturn(t *testing.T) {
	t.Parallel()
	for code, result := range map[websocket.StatusCode]error{1000: nil, 1011: errors.New("broken")} {
		server := newServer(t, asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
			_, err := receive(ctx)
			return errors.Join(err, send(ctx, &asgi.WebSocketAccept{}), result)
		}), quiet()))
		conn, _, err := dial(t, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := conn.Read(testContext(t)); websocket.CloseStatus(err) != code {
			t.Errorf("application returned %v: client got %v, want %d", result, err, code)
		}
	}
}

// TestWebSocketBackPressure: messages that the application does not take are
// not read from the connection.
func TestWebSocketBackPressure(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	const size, count = 64 << 10, 2000
	received := make(chan int, 1)
	server := newServer(t, asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil {
			return err
		}
		if err := send(ctx, &asgi.WebSocketAccept{}); err != nil {
			return err
		}
		<-proceed
		n := 0
		for {
			event, err := receive(ctx)
			if err != nil {
				return err
			}
			if _, ok := event.(*asgi.WebSocketReceive); !ok {
				received <- n
				return nil
			}
			n++
		}
	}), nil))
	conn, _, err := dial(t, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan int, 1)
	stalled := make(chan struct{})
	progress := make(chan struct{}, count)
	go func() {
		n := 0
		for ; n < count; n++ {
			if conn.Write(testContext(t), websocket.MessageBinary, make([]byte, size)) != nil {
				break
			}
			progress <- struct{}{}
		}
		conn.Close(1000, "")
		written <- n
	}()
	go func() {
		defer close(stalled)
		for {
			select {
			case <-progress:
			case <-afterStall():
				return
			}
		}
	}()
	<-stalled
	select {
	case n := <-written:
		t.Errorf("all %d messages were taken from the client", n)
	default:
	}
	close(proceed)
	if sent, got := wait(t, "the client", written), wait(t, "the application", received); sent != count || got != count {
		t.Errorf("sent %d, received %d, want %d", sent, got, count)
	}
}

// TestWebSocketConnectTimeout: an application that does not answer the handshake is not waited for.
func TestWebSocketConnectTimeout(t *testing.T) {
	t.Parallel()
	told := make(chan asgi.Event, 1)
	server := newServer(t, asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil {
			return err
		}
		<-ctx.Done()
		event, err := receive(context.WithoutCancel(ctx))
		told <- event
		return errors.Join(err, send(ctx, &asgi.WebSocketAccept{}))
	}), &asgi.Options{ConnectTimeout: time.Millisecond, Logger: quiet().Logger}))
	_, resp, err := dial(t, server.URL, nil)
	if err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %v, %v", resp, err)
	}
	if diff := cmp.Diff(asgi.Event(&asgi.WebSocketDisconnect{Code: 1006}), wait(t, "disconnect", told)); diff != "" {
		t.Error(diff)
	}
}

// TestWebSocketPing: a client that answers no ping is lost.
func TestWebSocketPing(t *testing.T) {
	t.Parallel()
	told := make(chan asgi.Event, 1)
	server := newServer(t, asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil {
			return err
		}
		if err := send(ctx, &asgi.WebSocketAccept{}); err != nil {
			return err
		}
		event, err := receive(context.WithoutCancel(ctx))
		told <- event
		return err
	}), &asgi.Options{Ping: time.Millisecond}))
	if _, _, err := dial(t, server.URL, nil); err != nil { // and never reads, so sends no pong
		t.Fatal(err)
	}
	if diff := cmp.Diff(asgi.Event(&asgi.WebSocketDisconnect{Code: 1006}), wait(t, "disconnect", told)); diff != "" {
		t.Error(diff)
	}
}
