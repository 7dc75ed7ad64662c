package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// An h2Client writes and reads single frames of HTTP/2, in the clear.
type h2Client struct {
	t *testing.T
	net.Conn
	*http2.Framer
	text bytes.Buffer // of enc
	enc  *hpack.Encoder
}

// dialH2 shakes hands with settings of the test's.
func dialH2(t *testing.T, addr string, settings ...http2.Setting) *h2Client {
	t.Helper()
	c := &h2Client{t: t, Conn: dial(t, addr, http2.ClientPreface)}
	c.Framer = http2.NewFramer(c.Conn, c.Conn)
	c.AllowIllegalWrites = true
	c.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	c.enc = hpack.NewEncoder(&c.text)
	c.must(c.WriteSettings(settings...))
	return c
}

// must fails on errors, but not where the server has closed the connection: answer tells of that.
func (c *h2Client) must(err error) {
	if err != nil && !isReset(err) {
		c.t.Helper()
		c.t.Fatal(err)
	}
}

// encode compresses names and values in turn.
func (c *h2Client) encode(fields ...string) []byte {
	c.text.Reset()
	for i := 0; i < len(fields); i += 2 {
		c.must(c.enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	return c.text.Bytes()
}

// request writes the frames of a request's headers, and perhaps ends the stream.
func (c *h2Client) request(stream uint32, end bool, fields ...string) error {
	const frame = 16 << 10
	block := c.encode(fields...)
	first := block[:min(len(block), frame)]
	block = block[len(first):]
	err := c.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: first, EndHeaders: len(block) == 0, EndStream: end})
	for len(block) > 0 && err == nil {
		next := block[:min(len(block), frame)]
		block = block[len(next):]
		err = c.WriteContinuation(stream, len(block) == 0, next)
	}
	return err
}

// pseudo are the fields of a request that is in order, then more.
func pseudo(more ...string) []string {
	return append([]string{":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", "/"}, more...)
}

// answer reads until a stream has been answered, and returns the status, or how it was refused:
// "reset CODE", "goaway CODE", or "closed".
func (c *h2Client) answer(stream uint32) string {
	c.t.Helper()
	status, goaway := "", "closed"
	for {
		f, err := c.ReadFrame()
		switch {
		case errors.Is(err, io.EOF) || err != nil && isReset(err):
			if status != "" {
				return status + " and closed"
			}
			return goaway
		case err != nil:
			c.t.Fatalf("stream %d, after %q: %v", stream, status, err)
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				c.must(c.WriteSettingsAck())
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				c.must(c.WritePing(true, f.Data))
			}
		case *http2.GoAwayFrame:
			goaway = fmt.Sprint("goaway ", f.ErrCode)
		case *http2.RSTStreamFrame:
			if f.StreamID == stream && status == "" {
				return fmt.Sprint("reset ", f.ErrCode)
			} else if f.StreamID == stream {
				return status
			}
		case *http2.MetaHeadersFrame:
			if f.StreamID == stream && status == "" {
				status = f.PseudoValue("status")
			}
			if f.StreamID == stream && f.StreamEnded() {
				return status
			}
		case *http2.DataFrame:
			if f.StreamID == stream && f.StreamEnded() {
				return status
			}
		}
	}
}
