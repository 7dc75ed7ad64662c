package asgitest

import (
	"context"
	"errors"
	"strings"

	"github.com/nuages-web/nuages/asgi"
)

// Messages of WebSockets: HTTP & WebSocket format, "Receive" and "Send".
var messageCases = []testCase{
	{"websocket/receive/text", receivesText},
	{"websocket/receive/binary", receivesBinary},
	{"websocket/receive/empty", receivesEmpty},
	{"websocket/receive/large", receivesLarge},
	{"websocket/receive/order", receivesInOrder},
	{"websocket/receive/fragments-joined", receivesFragments},
	{"websocket/receive/with-handshake", receivesEarly},
	{"websocket/receive/ping-answered", receivesPing},
	{"websocket/receive/pong-ignored", receivesPong},
	{"websocket/receive/invalid-utf-8", receivesInvalid},
	{"websocket/receive/protocol-error", receivesGarbage},
	{"websocket/receive/back-pressure", receivesSlowly},
	{"websocket/send/text-and-binary", sendsBoth},
	{"websocket/send/empty", sendsEmpty},
	{"websocket/send/large", sendsLarge},
	{"websocket/send/order", sendsInOrder},
	{"websocket/send/errors", sendsWrong},
	{"websocket/send/back-pressure", sendsSlowly},
	{"websocket/contract/receive-cancelled", socketReceiveCancelled},
	{"websocket/contract/sends-at-the-same-time", socketSendsAtOnce},
}

func receivesText(c *check) {
	s, call := c.connect()
	s.sendFrame(true, opText, "héllo")
	event := next[*asgi.WebSocketReceive](call)
	equal(c, "text", event.Text, "héllo")
	equal(c, "bytes absent", event.Bytes == nil, true)
}

func receivesBinary(c *check) {
	s, call := c.connect()
	s.sendFrame(true, opBinary, "\x00\xff")
	event := next[*asgi.WebSocketReceive](call)
	equal(c, "bytes", string(event.Bytes), "\x00\xff")
	equal(c, "text", event.Text, "")
}

// receivesEmpty: an empty message is one, and keeps its kind.
func receivesEmpty(c *check) {
	s, call := c.connect()
	s.sendFrame(true, opText, "")
	equal(c, "bytes of an empty text absent", next[*asgi.WebSocketReceive](call).Bytes == nil, true)
	s.sendFrame(true, opBinary, "")
	event := next[*asgi.WebSocketReceive](call)
	equal(c, "bytes of an empty binary message present", event.Bytes != nil, true)
	equal(c, "length", len(event.Bytes), 0)
}

// receivesLarge stays below the smallest limit that a server should have.
func receivesLarge(c *check) {
	s, call := c.connect()
	text := strings.Repeat("0123456789abcdef", 1<<14)
	go func() { _, _ = s.Write(frame(true, opText, text)) }()
	equal(c, "large text as sent", next[*asgi.WebSocketReceive](call).Text == text, true)
}

func receivesInOrder(c *check) {
	s, call := c.connect()
	var frames strings.Builder
	for i := range 100 {
		frames.Write(frame(true, opText, string(rune('a'+i%26))))
	}
	s.write(frames.String())
	for i := range 100 {
		equal(c, "text", next[*asgi.WebSocketReceive](call).Text, string(rune('a'+i%26)))
	}
}

// receivesFragments: control frames may come between the fragments.
func receivesFragments(c *check) {
	s, call := c.connect()
	s.sendFrame(false, opText, "one ")
	s.sendFrame(false, opContinuation, "t\xc3") // half a character
	s.sendFrame(true, opPing, "between")
	s.sendFrame(true, opContinuation, "\xb6o")
	equal(c, "text", next[*asgi.WebSocketReceive](call).Text, "one töo")
	s.says(opPong, "between")
}

// receivesEarly: a client may send before it has read the answer.
func receivesEarly(c *check) {
	s := c.upgrade("/")
	s.sendFrame(true, opText, "early")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	call.send(&asgi.WebSocketAccept{})
	s.opened()
	equal(c, "text", next[*asgi.WebSocketReceive](call).Text, "early")
}

// receivesPing: the server answers although the application does not receive.
func receivesPing(c *check) {
	s, _ := c.connect()
	s.sendFrame(true, opPing, "are you there")
	s.says(opPong, "are you there")
}

func receivesPong(c *check) {
	s, call := c.connect()
	s.sendFrame(true, opPong, "unasked")
	s.sendFrame(true, opText, "hello")
	equal(c, "text", next[*asgi.WebSocketReceive](call).Text, "hello")
}

func receivesInvalid(c *check) {
	s, call := c.connect()
	s.sendFrame(true, opText, "\xff")
	op, text := s.message()
	equal(c, "opcode", op, opClose)
	equal(c, "code for the client", strings.HasPrefix(text, "\x03\xef"), true)
	s.Close()
	equal(c, "code", next[*asgi.WebSocketDisconnect](call).Code, 1007)
}

func receivesGarbage(c *check) {
	s, call := c.connect()
	s.sendFrame(true, 3, "an opcode that there is not")
	op, text := s.message()
	equal(c, "opcode", op, opClose)
	equal(c, "code for the client", strings.HasPrefix(text, "\x03\xea"), true)
	s.Close()
	if code := next[*asgi.WebSocketDisconnect](call).Code; code != 1002 && code != 1006 {
		c.errorf("code is %d, want 1002 or 1006", code)
	}
}

// receivesSlowly: messages that the application does not receive stay with the
// client.
func receivesSlowly(c *check) {
	const total, part = 16 << 20, 64 << 10
	s, call := c.connect()
	s.narrow()
	message := frame(true, opBinary, strings.Repeat("x", part))
	f := c.flow(total, part, func() error { _, err := s.Write(message); return err })
	f.stalls()
	for range total / part {
		if n := len(next[*asgi.WebSocketReceive](call).Bytes); n != part {
			c.fatalf("message of %d bytes, want %d", n, part)
		}
	}
	if err := f.ends(); err != nil {
		c.errorf("client: %v", err)
	}
}

func sendsBoth(c *check) {
	s, call := c.connect()
	call.send(&asgi.WebSocketSend{Text: "héllo"}, &asgi.WebSocketSend{Bytes: []byte{0, 255}})
	s.says(opText, "héllo")
	s.says(opBinary, "\x00\xff")
}

func sendsEmpty(c *check) {
	s, call := c.connect()
	call.send(&asgi.WebSocketSend{}, &asgi.WebSocketSend{Bytes: []byte{}})
	s.says(opText, "")
	s.says(opBinary, "")
}

func sendsLarge(c *check) {
	s, call := c.connect()
	text := strings.Repeat("0123456789abcdef", 1<<16)
	sent := call.sending(&asgi.WebSocketSend{Text: text})
	op, got := s.message()
	equal(c, "opcode", op, opText)
	equal(c, "large text as sent", got == text, true)
	if err := await(c, "send", sent); err != nil {
		c.errorf("send: %v", err)
	}
}

func sendsInOrder(c *check) {
	s, call := c.connect()
	for i := range 100 {
		call.send(&asgi.WebSocketSend{Text: string(rune('a' + i%26))})
	}
	for i := range 100 {
		s.says(opText, string(rune('a'+i%26)))
	}
}

// sendsWrong: none of it reaches the client, and the connection goes on.
func sendsWrong(c *check) {
	s, call := c.connect()
	call.refuses(&asgi.WebSocketSend{Text: "both", Bytes: []byte("both")})
	call.refuses(&asgi.WebSocketSend{Text: "\xff"})
	call.refuses(&asgi.HTTPResponseBody{Body: []byte("x")})
	call.refuses(&asgi.WebSocketHTTPResponseStart{Status: 200})
	call.refuses(&asgi.WebSocketReceive{Text: "x"})
	call.send(&asgi.WebSocketSend{Text: "right"})
	s.says(opText, "right")
}

// sendsSlowly: send waits for a client that does not read.
func sendsSlowly(c *check) {
	const total, part = 16 << 20, 64 << 10
	s, call := c.connect()
	s.narrow()
	data := make([]byte, part)
	f := c.flow(total, part, func() error { return call.sender(call.ctx, &asgi.WebSocketSend{Bytes: data}) })
	f.stalls()
	for range total / part {
		if _, text := s.message(); len(text) != part {
			c.fatalf("client: message of %d bytes, want %d", len(text), part)
		}
	}
	if err := f.ends(); err != nil {
		c.errorf("send: %v", err)
	}
}

// socketReceiveCancelled: a receive that is given up loses nothing.
func socketReceiveCancelled(c *check) {
	s, call := c.connect()
	for range 3 {
		ctx, cancel := context.WithCancel(call.ctx)
		given := make(chan received, 1)
		go func() {
			event, err := call.receiver(ctx)
			given <- received{event, err}
		}()
		cancel()
		if got := await(c, "the end of a cancelled receive", given); !errors.Is(got.err, context.Canceled) {
			c.errorf("cancelled receive: %s, %v, want context.Canceled", show(got.event), got.err)
		}
	}
	s.sendFrame(true, opText, "kept")
	equal(c, "text", next[*asgi.WebSocketReceive](call).Text, "kept")
}

func socketSendsAtOnce(c *check) {
	s, call := c.connect()
	const n = 50
	text := strings.Repeat("x", 10_000)
	var sent []<-chan error
	for range n {
		sent = append(sent, call.sending(&asgi.WebSocketSend{Text: text}))
	}
	for range n {
		s.says(opText, text)
	}
	for _, ch := range sent {
		if err := await(c, "send", ch); err != nil {
			c.errorf("send: %v", err)
		}
	}
}
