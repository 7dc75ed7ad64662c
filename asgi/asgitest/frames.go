package asgitest

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"

	"github.com/nuages-web/nuages/asgi"
)

// The opcodes of WebSocket frames (RFC 6455, section 11.8).
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

// socket is a client's end of a WebSocket, written frame by frame.
type socket struct {
	*client
	// response answers the handshake.
	response *http.Response
}

// upgrade opens a connection and asks for a WebSocket.
func (c *check) upgrade(target string, fields ...string) *socket {
	cl := c.dial()
	cl.ask("GET", target, append([]string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}, fields...)...)
	return &socket{client: cl}
}

// opened reads the answer to the handshake, which must accept it.
func (s *socket) opened() {
	s.response = s.head("GET")
	if s.response.StatusCode != 101 {
		s.fatalf("client: status of the handshake is %d, want 101", s.response.StatusCode)
	}
	// The answer to the key of RFC 6455, section 1.3.
	equal(s.check, "sec-websocket-accept", s.response.Header.Get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
}

// connect opens a WebSocket that the application accepts.
func (c *check) connect() (*socket, *call) {
	s := c.upgrade("/ws")
	call := c.call()
	next[*asgi.WebSocketConnect](call)
	call.send(&asgi.WebSocketAccept{})
	s.opened()
	return s, call
}

// frame makes a frame of a client. Its mask is zero, so that it shows what it
// says.
func frame(final bool, opcode byte, payload string) []byte {
	head := []byte{opcode, 0x80}
	if final {
		head[0] |= 0x80
	}
	switch n := len(payload); {
	case n < 126:
		head[1] |= byte(n)
	case n < 1<<16:
		head[1] |= 126
		head = binary.BigEndian.AppendUint16(head, uint16(n))
	default:
		head[1] |= 127
		head = binary.BigEndian.AppendUint64(head, uint64(n))
	}
	head = append(head, 0, 0, 0, 0)
	return append(head, payload...)
}

func (s *socket) sendFrame(final bool, opcode byte, payload string) {
	s.write(string(frame(final, opcode, payload)))
}

// closeWith sends a close frame.
func (s *socket) closeWith(code int, reason string) {
	s.sendFrame(true, opClose, string(binary.BigEndian.AppendUint16(nil, uint16(code)))+reason)
}

// readFrame reads one frame.
func (s *socket) readFrame() (final bool, opcode byte, payload string, err error) {
	var head [2]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return false, 0, "", err
	}
	if head[1]&0x80 != 0 || head[0]&0x70 != 0 {
		return false, 0, "", fmt.Errorf("frame begins with %x: masked, or with an extension that was not agreed", head)
	}
	n := uint64(head[1])
	if n >= 126 {
		long := make([]byte, map[uint64]int{126: 2, 127: 8}[n])
		if _, err := io.ReadFull(s.r, long); err != nil {
			return false, 0, "", err
		}
		n = 0
		for _, b := range long {
			n = n<<8 | uint64(b)
		}
	}
	if n > 64<<20 {
		return false, 0, "", fmt.Errorf("frame of %d bytes", n)
	}
	data := make([]byte, n)
	_, err = io.ReadFull(s.r, data)
	return head[0]&0x80 != 0, head[0] & 0xf, string(data), err
}

// message reads the next message, frames joined; pings are passed over. A
// close frame is a message too.
func (s *socket) message() (opcode byte, text string) {
	for {
		final, op, part, err := s.readFrame()
		if err != nil {
			s.fatalf("client: read frame: %v", err)
		}
		switch {
		case op == opPing:
			continue
		case op >= opClose:
			return op, part
		case op != opContinuation:
			opcode = op
		}
		if text += part; final {
			return opcode, text
		}
	}
}

// says reads the next message, which must be this.
func (s *socket) says(opcode byte, text string) {
	if op, got := s.message(); op != opcode || got != text {
		s.errorf("client: message with opcode %d and content %.100q, want %d and %.100q", op, got, opcode, text)
	}
}

// leaves waits for the server to close the connection, and closes it too.
func (s *socket) leaves() {
	s.closed()
	s.Close()
}

// closes reads the server's close frame, answers it and waits for the end.
func (s *socket) closes(code int, reason string) {
	op, text := s.message()
	if op != opClose {
		s.fatalf("client: message with opcode %d and content %.100q, want a close frame", op, text)
	}
	got, why := 1005, ""
	if len(text) >= 2 {
		got, why = int(binary.BigEndian.Uint16([]byte(text))), text[2:]
	}
	if got != code || why != reason {
		s.errorf("client: closed with %d %q, want %d %q", got, why, code, reason)
	}
	s.closeWith(code, "")
	s.leaves()
}
