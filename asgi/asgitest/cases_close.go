package asgitest

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/nuages-web/nuages/asgi"
)

// The end of WebSockets: HTTP & WebSocket format, "Disconnect" and "Close".
var closeCases = []testCase{
	{"websocket/close/by-client", closedByClient},
	{"websocket/close/by-client-without-code", closedWithoutCode},
	{"websocket/close/by-client-lost", closedLost((*client).leave)},
	{"websocket/close/by-client-reset", closedLost((*client).cut)},
	{"websocket/close/in-the-middle-of-a-message", closedInMessage},
	{"websocket/close/while-sending", closedWhileSending},
	{"websocket/close/by-application", closedByApplication},
	{"websocket/close/by-application-default", closedByDefault},
	{"websocket/close/errors", closeErrors},
	{"websocket/close/application-returns", closedByReturn},
	{"websocket/close/application-fails", closedByFailure},
	{"websocket/close/messages-before-close-are-delivered", closedAfterMessages},
	{"websocket/contract/context-ends-with-client", socketContext},
	{"websocket/contract/send-after-return", socketLate},
}

func closedByClient(c *check) {
	s, call := c.connect()
	s.closeWith(3001, "enough")
	op, text := s.message()
	equal(c, "opcode of the answer", op, opClose)
	equal(c, "code of the answer", strings.HasPrefix(text, "\x0b\xb9"), true)
	s.leaves()
	gone := next[*asgi.WebSocketDisconnect](call)
	equal(c, "code", gone.Code, 3001)
	if gone.Reason != "" || call.websocket().ASGI.SpecVersion >= "2.5" {
		equal(c, "reason", gone.Reason, "enough")
	}
	next[*asgi.WebSocketDisconnect](call)
	call.lost(&asgi.WebSocketSend{Text: "late"})
}

func closedWithoutCode(c *check) {
	s, call := c.connect()
	s.sendFrame(true, opClose, "")
	op, _ := s.message()
	equal(c, "opcode of the answer", op, opClose)
	s.leaves()
	equal(c, "code", next[*asgi.WebSocketDisconnect](call).Code, 1005)
}

// closedLost ends the connection without a close frame.
func closedLost(leave func(*client)) func(*check) {
	return func(c *check) {
		s, call := c.connect()
		waiting := call.receiving()
		leave(s.client)
		gone := expect[*asgi.WebSocketDisconnect](call, await(c, "websocket.disconnect", waiting))
		equal(c, "code", gone.Code, 1006)
		call.lost(&asgi.WebSocketSend{Text: "late"})
	}
}

func closedInMessage(c *check) {
	s, call := c.connect()
	s.sendFrame(false, opText, "half a message")
	s.write(string(frame(true, opContinuation, "never whole")[:8]))
	waiting := call.receiving()
	s.Close()
	equal(c, "code", expect[*asgi.WebSocketDisconnect](call, await(c, "websocket.disconnect", waiting)).Code, 1006)
}

// closedWhileSending: a send that waits for the client ends with it.
func closedWhileSending(c *check) {
	const part = 64 << 10
	s, call := c.connect()
	s.narrow()
	data := make([]byte, part)
	f := c.flow(16<<20, part, func() error { return call.sender(call.ctx, &asgi.WebSocketSend{Bytes: data}) })
	f.stalls()
	s.cut()
	if err := f.ends(); !errors.Is(err, asgi.ErrDisconnected) {
		c.errorf("send: %v, want asgi.ErrDisconnected", err)
	}
	next[*asgi.WebSocketDisconnect](call)
}

func closedByApplication(c *check) {
	s, call := c.connect()
	call.send(&asgi.WebSocketSend{Text: "last"})
	closed := call.sending(&asgi.WebSocketClose{Code: 4001, Reason: "bye"})
	s.says(opText, "last")
	s.closes(4001, "bye")
	if err := await(c, "send of websocket.close", closed); err != nil {
		c.errorf("send: %v", err)
	}
	next[*asgi.WebSocketDisconnect](call)
	if err := call.try(&asgi.WebSocketSend{Text: "late"}); err == nil {
		c.errorf("send after websocket.close: no error")
	}
	if err := call.try(&asgi.WebSocketClose{}); err == nil {
		c.errorf("second websocket.close: no error")
	}
}

func closedByDefault(c *check) {
	s, call := c.connect()
	closed := call.sending(&asgi.WebSocketClose{})
	s.closes(1000, "")
	if err := await(c, "send of websocket.close", closed); err != nil {
		c.errorf("send: %v", err)
	}
}

// closeErrors: codes that must not be on the wire (RFC 6455, section 7.4) and
// reasons that do not fit there.
func closeErrors(c *check) {
	s, call := c.connect()
	for _, code := range []int{-1, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000} {
		call.refuses(&asgi.WebSocketClose{Code: code})
	}
	call.refuses(&asgi.WebSocketClose{Code: 1000, Reason: strings.Repeat("x", 124)})
	call.refuses(&asgi.WebSocketClose{Code: 1000, Reason: "\xff"})
	call.send(&asgi.WebSocketSend{Text: "still open"})
	s.says(opText, "still open")
}

func closedByReturn(c *check) {
	s, call := c.connect()
	call.giveBack(nil)
	s.closes(1000, "")
}

func closedByFailure(c *check) {
	s, call := c.connect()
	call.giveBack(errPrivate)
	s.closes(1011, "")
}

// closedAfterMessages: a close does not overtake what was sent before it.
func closedAfterMessages(c *check) {
	s, call := c.connect()
	for range 3 {
		s.sendFrame(true, opText, "before")
	}
	s.closeWith(1000, "")
	go func() {
		_, _ = io.Copy(io.Discard, s.r)
		s.Close()
	}()
	for range 3 {
		equal(c, "text", next[*asgi.WebSocketReceive](call).Text, "before")
	}
	equal(c, "code", next[*asgi.WebSocketDisconnect](call).Code, 1000)
}

func socketContext(c *check) {
	s, call := c.connect()
	if err := call.ctx.Err(); err != nil {
		c.fatalf("the context has ended: %v", err)
	}
	s.Close()
	await(c, "the end of the context", call.ctx.Done())
}

func socketLate(c *check) {
	s, call := c.connect()
	call.giveBack(nil)
	s.closes(1000, "")
	await(c, "the application's return", call.left)
	late := make(chan error, 1)
	go func() { late <- call.sender(context.Background(), &asgi.WebSocketSend{Text: "late"}) }()
	if err := await(c, "a late send", late); err == nil {
		c.errorf("send after the return: no error")
	}
}
