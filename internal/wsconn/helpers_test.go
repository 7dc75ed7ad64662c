package wsconn_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/gobwas/ws"

	"github.com/nuages-web/nuages/internal/wsconn"
)

// handover is a response whose connection can be taken over.
type handover struct {
	header http.Header
	status int
	conn   net.Conn
}

func (h *handover) Header() http.Header         { return h.header }
func (h *handover) Write(b []byte) (int, error) { return len(b), nil }
func (h *handover) WriteHeader(status int)      { h.status = status }
func (h *handover) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// handshake is a request whose key is that of RFC 6455, section 1.3.
func handshake() *http.Request {
	return &http.Request{Method: http.MethodGet, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}}
}

// piped accepts a connection over a pipe, whose writes wait until they are read.
func piped(t testing.TB, opts *wsconn.Options) (*wsconn.Conn, *client) {
	here, there := net.Pipe()
	return accept(t, here, there, opts)
}

// dialed accepts a connection over TCP.
func dialed(t testing.TB, opts *wsconn.Options) (*wsconn.Conn, *client) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	there, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	here, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return accept(t, here, there, opts)
}

func accept(t testing.TB, here, there net.Conn, opts *wsconn.Options) (*wsconn.Conn, *client) {
	t.Helper()
	r := handshake()
	if opts != nil && opts.Compress {
		r.Header["Sec-Websocket-Extensions"] = []string{"permessage-deflate"}
	}
	c, _, err := wsconn.Accept(t.Context(), &handover{header: http.Header{}, conn: here}, r, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		there.Close()
		c.CloseNow()
	})
	return c, &client{Conn: there, t: t, in: bufio.NewReader(there)}
}

// A client sends and reads frames, whatever they are.
type client struct {
	net.Conn
	t  testing.TB
	in *bufio.Reader
}

// upgrade makes the handshake and passes over its answer.
func (c *client) upgrade() {
	c.t.Helper()
	var b bytes.Buffer
	b.WriteString("GET / HTTP/1.1\r\nHost: x\r\n")
	_ = handshake().Header.Write(&b)
	b.WriteString("\r\n")
	if _, err := c.Write(b.Bytes()); err != nil {
		c.t.Fatal(err)
	}
	c.in = bufio.NewReader(c.Conn)
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		c.t.Fatalf("handshake: %v, %v", resp, err)
	}
}

// send sends frames, masked. That the server closes meanwhile is no matter here.
func (c *client) send(frames ...ws.Frame) {
	for _, f := range frames {
		_ = ws.WriteFrame(c.Conn, ws.MaskFrame(f))
	}
}

// next reads a frame; its opcode is 0xff at the end of the connection.
func (c *client) next() ws.Frame {
	h, err := ws.ReadHeader(c.in)
	if err != nil {
		return ws.Frame{Header: ws.Header{OpCode: 0xff}}
	}
	f := ws.Frame{Header: h, Payload: make([]byte, h.Length)}
	if _, err := io.ReadFull(c.in, f.Payload); err != nil {
		return ws.Frame{Header: ws.Header{OpCode: 0xff}}
	}
	return f
}

// closeCode reads to the end and returns the status of the close frame, 0 for none.
func (c *client) closeCode() int {
	code := 0
	for {
		f := c.next()
		switch {
		case f.Header.OpCode == 0xff:
			return code
		case f.Header.OpCode == ws.OpClose && len(f.Payload) >= 2:
			code = int(binary.BigEndian.Uint16(f.Payload))
		}
	}
}

func text(s string) ws.Frame { return ws.NewTextFrame([]byte(s)) }

// part is a frame of a message with more to come.
func part(op ws.OpCode, s string) ws.Frame { return ws.NewFrame(op, false, []byte(s)) }

func closing(code ws.StatusCode, reason string) ws.Frame {
	return ws.NewCloseFrame(ws.NewCloseFrameBody(code, reason))
}

// readCode reads until the connection ends and returns how.
func readCode(t testing.TB, c *wsconn.Conn) *wsconn.CloseError {
	t.Helper()
	for {
		_, _, err := c.Read(context.Background())
		if err == nil {
			continue
		}
		var closed *wsconn.CloseError
		if !errors.As(err, &closed) {
			t.Fatalf("Read gives %v, no *CloseError", err)
		}
		return closed
	}
}
