package asgitest

import (
	"net/http"
	"slices"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

// The scope and handshake of WebSockets: HTTP & WebSocket format, "Websocket
// Connection Scope", "Connect" and "Accept", and the denial extension.
var handshakeCases = []testCase{
	{"websocket/scope/fields", socketScope},
	{"websocket/scope/path-and-query", socketTarget},
	{"websocket/scope/headers", socketHeaders},
	{"websocket/scope/subprotocols", socketSubprotocols},
	{"websocket/scope/no-subprotocols", socketNoSubprotocols},
	{"websocket/handshake/waits-for-accept", socketWaits},
	{"websocket/handshake/accept-with-headers", socketAcceptHeaders},
	{"websocket/handshake/accept-with-subprotocol", socketAcceptSubprotocol},
	{"websocket/handshake/accept-errors", socketAcceptErrors},
	{"websocket/handshake/accept-twice", socketAcceptTwice},
	{"websocket/handshake/accept-before-connect-received", socketAcceptEarly},
	{"websocket/handshake/close-refuses", socketCloseRefuses},
	{"websocket/handshake/send-before-accept", socketSendEarly},
	{"websocket/handshake/fails", socketEndsEarly(errPrivate)},
	{"websocket/handshake/returns", socketEndsEarly(nil)},
	{"websocket/handshake/client-leaves", socketLeavesEarly},
	{"websocket/handshake/bad-version", socketBadHandshake("Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")},
	{"websocket/handshake/bad-key", socketBadHandshake("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: short")},
	{"websocket/denial/response", denialResponse},
	{"websocket/denial/errors", denialErrors},
	{"websocket/denial/ends-in-response", denialEnds},
	{"websocket/http-beside", socketBesideHTTP},
}

func socketScope(c *check) {
	s := c.upgrade("/fields?x=1")
	scope := c.call().websocket()
	equal(c, "type", scope.Type(), "websocket")
	equal(c, "asgi version", scope.ASGI.Version, "3.0")
	if !slices.Contains([]string{"2.0", "2.1", "2.2", "2.3", "2.4", "2.5"}, scope.ASGI.SpecVersion) {
		c.errorf("spec version %q is none of 2.0 to 2.5", scope.ASGI.SpecVersion)
	}
	equal(c, "http version", scope.HTTPVersion, "1.1")
	equal(c, "scheme", scope.Scheme, map[bool]string{false: "ws", true: "wss"}[c.suite.server.TLS != nil])
	equal(c, "root path", scope.RootPath, "")
	equal(c, "client", scope.Client, addrOf(s.LocalAddr()))
	equal(c, "server", scope.Server, addrOf(s.RemoteAddr()))
	equal(c, "tls extension present", scope.Extensions.TLS != nil, c.suite.server.TLS != nil)
}

func socketTarget(c *check) {
	c.upgrade("/r%C3%B6om/a%2Fb?x=%20&y=1")
	scope := c.call().websocket()
	equal(c, "path", scope.Path, "/röom/a/b")
	if scope.RawPath != "" {
		equal(c, "raw path", scope.RawPath, "/r%C3%B6om/a%2Fb")
	}
	equal(c, "query string", scope.QueryString, "x=%20&y=1")
}

// socketHeaders: the origin is the application's to judge.
func socketHeaders(c *check) {
	s := c.upgrade("/", "Origin: https://elsewhere.example", "Cookie: a=b", "X-Many: 2", "x-many: 1")
	call := c.call()
	for name, want := range map[string][]string{"origin": {"https://elsewhere.example"}, "cookie": {"a=b"}, "x-many": {"2", "1"},
		"host": {"asgi.example"}, "upgrade": {"websocket"}, "sec-websocket-version": {"13"}} {
		if diff := cmp.Diff(want, call.websocket().Headers.Values(name)); diff != "" {
			c.errorf("values of %s (-want +got):\n%s", name, diff)
		}
	}
	next[*asgi.WebSocketConnect](call)
	call.send(&asgi.WebSocketAccept{})
	s.opened()
}

func socketSubprotocols(c *check) {
	c.upgrade("/", "Sec-WebSocket-Protocol: one, two", "Sec-WebSocket-Protocol: three")
	if diff := cmp.Diff([]string{"one", "two", "three"}, c.call().websocket().Subprotocols); diff != "" {
		c.errorf("subprotocols (-want +got):\n%s", diff)
	}
}

func socketNoSubprotocols(c *check) {
	c.upgrade("/")
	equal(c, "number of subprotocols", len(c.call().websocket().Subprotocols), 0)
}

// socketWaits: the handshake is not complete before the application says so.
func socketWaits(c *check) {
	s := c.upgrade("/")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	waiting := call.receiving()
	select {
	case got := <-waiting:
		c.fatalf("receive returned %s, %v before the accept", show(got.event), got.err)
	default:
	}
	equal(c, "bytes for the client before the accept", s.r.Buffered(), 0)
	call.send(&asgi.WebSocketAccept{})
	s.opened()
	equal(c, "subprotocol", s.response.Header.Get("Sec-WebSocket-Protocol"), "")
	s.sendFrame(true, opText, "hello")
	equal(c, "text", expect[*asgi.WebSocketReceive](call, await(c, "a message", waiting)).Text, "hello")
}

func socketAcceptHeaders(c *check) {
	s := c.upgrade("/")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	call.send(&asgi.WebSocketAccept{Headers: asgi.Headers{{Name: "set-cookie", Value: "a=1"}, {Name: "x-here", Value: "1"}, {Name: "set-cookie", Value: "b=2"}}})
	s.opened()
	if diff := cmp.Diff([]string{"a=1", "b=2"}, s.response.Header["Set-Cookie"]); diff != "" {
		c.errorf("set-cookie (-want +got):\n%s", diff)
	}
	equal(c, "x-here", s.response.Header.Get("X-Here"), "1")
}

func socketAcceptSubprotocol(c *check) {
	dialed := make(chan *websocket.Conn, 1)
	ctx := c.context()
	go func() {
		conn, _, err := websocket.Dial(ctx, c.url("/"), &websocket.DialOptions{HTTPClient: c.web(false),
			HTTPHeader: http.Header{"X-Case": {c.id}}, Subprotocols: []string{"one", "two"}})
		if err != nil {
			c.errorf("client: %v", err)
		}
		dialed <- conn
	}()
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	call.send(&asgi.WebSocketAccept{Subprotocol: "two"})
	conn := await(c, "the handshake", dialed)
	if conn == nil {
		return
	}
	c.cleanup(func() { conn.CloseNow() })
	equal(c, "subprotocol", conn.Subprotocol(), "two")
	call.send(&asgi.WebSocketSend{Text: "hello"})
	kind, text, err := conn.Read(ctx)
	if err != nil || kind != websocket.MessageText || string(text) != "hello" {
		c.errorf("client: read %v %q (%v), want the text hello", kind, text, err)
	}
	if err := conn.Write(ctx, websocket.MessageBinary, []byte{0, 1}); err != nil {
		c.errorf("client: %v", err)
	}
	equal(c, "bytes", string(next[*asgi.WebSocketReceive](call).Bytes), "\x00\x01")
}

func socketAcceptErrors(c *check) {
	s := c.upgrade("/", "Sec-WebSocket-Protocol: one")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	for _, header := range []asgi.Header{{Name: "x\r\ny", Value: ""}, {Name: "x", Value: "a\r\ny: 1"}, {Name: "sec-websocket-protocol", Value: "one"}} {
		call.refuses(&asgi.WebSocketAccept{Headers: asgi.Headers{header}})
	}
	call.refuses(&asgi.WebSocketAccept{Subprotocol: "not-offered"})
	call.refuses(&asgi.HTTPResponseStart{Status: 200})
	call.send(&asgi.WebSocketAccept{Subprotocol: "one"})
	s.opened()
	equal(c, "subprotocol", s.response.Header.Get("Sec-WebSocket-Protocol"), "one")
}

func socketAcceptTwice(c *check) {
	s, call := c.connect()
	call.refuses(&asgi.WebSocketAccept{})
	call.send(&asgi.WebSocketSend{Text: "still open"})
	s.says(opText, "still open")
}

// socketAcceptEarly: the order of receive and accept is the application's.
func socketAcceptEarly(c *check) {
	s := c.upgrade("/")
	call := c.call()
	call.send(&asgi.WebSocketAccept{})
	s.opened()
	next[*asgi.WebSocketConnect](call)
	s.sendFrame(true, opText, "hello")
	equal(c, "text", next[*asgi.WebSocketReceive](call).Text, "hello")
}

func socketCloseRefuses(c *check) {
	s := c.upgrade("/")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	call.send(&asgi.WebSocketClose{Code: 4000, Reason: "no"})
	equal(c, "status", s.answer("GET").StatusCode, 403)
	next[*asgi.WebSocketDisconnect](call)
	call.end(nil)
}

func socketSendEarly(c *check) {
	s := c.upgrade("/")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	call.refuses(&asgi.WebSocketSend{Text: "early"})
	call.send(&asgi.WebSocketAccept{})
	s.opened()
	call.send(&asgi.WebSocketSend{Text: "in time"})
	s.says(opText, "in time")
}

// socketEndsEarly ends the application before it has answered.
func socketEndsEarly(err error) func(*check) {
	return func(c *check) {
		s := c.upgrade("/")
		call := c.call()
		next[*asgi.WebSocketConnect](call)
		call.end(err)
		equal(c, "status", s.answer("GET").StatusCode, 500)
	}
}

func socketLeavesEarly(c *check) {
	s := c.upgrade("/")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	waiting := call.receiving()
	s.Close()
	gone := expect[*asgi.WebSocketDisconnect](call, await(c, "websocket.disconnect", waiting))
	equal(c, "code", gone.Code, 1006)
	call.lost(&asgi.WebSocketAccept{})
}

// socketBadHandshake: what can never be accepted does not reach the
// application as a WebSocket.
func socketBadHandshake(fields ...string) func(*check) {
	return func(c *check) {
		cl := c.get("/", append(fields, "Connection: Upgrade", "Upgrade: websocket")...)
		if a := cl.answer("GET"); a.StatusCode < 400 || a.StatusCode > 499 {
			c.errorf("client: status %d, want 4xx", a.StatusCode)
		}
		select {
		case call := <-c.hub.calls(c.id):
			call.giveBack(nil)
			c.errorf("the application was called with %T", call.scope)
		default:
		}
	}
}

// denied waits for the call, and ends the case where the scope does not claim
// the extension, after a check that it is refused.
func denied(c *check) (*socket, *call) {
	s := c.upgrade("/")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	if !call.websocket().Extensions.WebSocketDenial {
		call.refuses(&asgi.WebSocketHTTPResponseStart{Status: 401})
		c.endf("the scope does not claim websocket.http.response, and it is refused")
	}
	return s, call
}

func denialResponse(c *check) {
	s, call := denied(c)
	call.send(&asgi.WebSocketHTTPResponseStart{Status: 401, Headers: asgi.Headers{{Name: "www-authenticate", Value: "Basic"}}},
		&asgi.WebSocketHTTPResponseBody{Body: []byte("who "), MoreBody: true}, &asgi.WebSocketHTTPResponseBody{Body: []byte("are you")})
	a := s.gets(401, "who are you")
	equal(c, "www-authenticate", a.Header.Get("WWW-Authenticate"), "Basic")
	next[*asgi.WebSocketDisconnect](call)
	call.end(nil)
}

func denialErrors(c *check) {
	s, call := denied(c)
	call.refuses(&asgi.WebSocketHTTPResponseBody{Body: []byte("early")})
	call.refuses(&asgi.WebSocketHTTPResponseStart{Status: 401, Headers: asgi.Headers{{Name: "x", Value: "a\r\nb: c"}}})
	call.refuses(&asgi.WebSocketHTTPResponseStart{Status: 101})
	call.send(&asgi.WebSocketHTTPResponseStart{Status: 401})
	call.refuses(&asgi.WebSocketHTTPResponseStart{Status: 403})
	call.refuses(&asgi.WebSocketAccept{})
	call.refuses(&asgi.WebSocketSend{Text: "x"})
	call.send(&asgi.WebSocketHTTPResponseBody{Body: []byte("no")})
	s.gets(401, "no")
	call.end(nil)
}

func denialEnds(c *check) {
	s, call := denied(c)
	call.send(&asgi.WebSocketHTTPResponseStart{Status: 401}, &asgi.WebSocketHTTPResponseBody{Body: []byte("half"), MoreBody: true})
	call.giveBack(errPrivate)
	if a := s.answer("GET"); a.text != "half" || a.err == nil {
		c.errorf("client: body %q (%v), want half of it and an error", a.text, a.err)
	}
}

// socketBesideHTTP: one server serves both, and a request that does not ask
// for a WebSocket is none.
func socketBesideHTTP(c *check) {
	s, socketCall := c.connect()
	c.dial().works()
	cl := c.get("/", "Connection: Upgrade", "Upgrade: other")
	call := c.call()
	call.http()
	call.respond(200, "http")
	cl.gets(200, "http")
	s.sendFrame(true, opText, "socket")
	equal(c, "text", next[*asgi.WebSocketReceive](socketCall).Text, "socket")
}
