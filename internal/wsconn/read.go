package wsconn

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// Read returns the next message, which belongs to the caller and is never nil; text is valid UTF-8.
// It waits until one is there, the peer closes the connection or ctx ends, which breaks it. Its
// errors are *[CloseError], and ctx's if that ended while another Read had the connection. Pings are
// answered while it waits.
func (c *Conn) Read(ctx context.Context) (Kind, []byte, error) {
	select {
	case c.reading <- struct{}{}:
	case <-ctx.Done():
		if ended := c.state(); ended != nil {
			return 0, nil, ended
		}
		return 0, nil, ctx.Err()
	}
	defer func() { <-c.reading }()
	c.reads.Add(1)
	defer c.reads.Add(1)
	defer c.watch(ctx)()
	for {
		if ended := c.state(); ended != nil {
			return 0, nil, ended
		}
		m, err := c.next()
		if err != nil {
			return 0, nil, err
		}
		if !c.isClosing() { // the peer may send on until it sees the close
			return m.kind, m.data, nil
		}
	}
}

// An incoming message is put together of its frames.
type incoming struct {
	kind       Kind // 0 before the first frame
	compressed bool
	data       []byte
	check      textCheck
}

// next reads frames up to the end of a message. It ends the connection when the peer closes it, or
// breaks a rule.
func (c *Conn) next() (*incoming, *CloseError) {
	m := &incoming{}
	for {
		c.in.idle()
		h, err := ws.ReadHeaderBuffer(&c.in, c.header[:])
		if errors.Is(err, ws.ErrHeaderLengthMSB) {
			return nil, c.fail(1002, err.Error())
		}
		if err != nil {
			return nil, c.broken(err)
		}
		c.heard.Store(true)
		if err := c.checkHeader(h, m); err != nil {
			return nil, c.fail(1002, err.Error())
		}
		if h.OpCode.IsControl() {
			if ended := c.control(h); ended != nil {
				return nil, ended
			}
			continue
		}
		if m.kind == 0 {
			m.kind, m.compressed = Kind(h.OpCode), h.Rsv1()
		}
		if ended := c.payload(h, m); ended != nil {
			return nil, ended
		}
		if h.Fin {
			return m, c.finish(m)
		}
	}
}

func (c *Conn) broken(err error) *CloseError { return c.end(&CloseError{Code: 1006, Err: err}) }

// checkHeader checks what can be said of a frame before its payload (RFC 6455, sections 5.2 and 5.4).
func (c *Conn) checkHeader(h ws.Header, m *incoming) error {
	state := ws.StateServerSide
	if m.kind != 0 {
		state = state.Set(ws.StateFragmented)
	}
	if c.window > 0 && (h.OpCode == ws.OpText || h.OpCode == ws.OpBinary) {
		h.Rsv &^= ws.Rsv(true, false, false) // RFC 7692, section 6: on the first frame of a message
	}
	return ws.CheckHeader(h, state)
}

// firstPiece bounds what is set aside for a frame before anything of it has come.
const firstPiece = 64 << 10

// payload appends the payload of a frame to the message.
func (c *Conn) payload(h ws.Header, m *incoming) *CloseError {
	limit := c.opts.MaxMessage
	if m.compressed && limit >= 0 {
		limit += limit>>8 + 256 // what doesn't get shorter gets a little longer
	}
	if limit >= 0 && h.Length > limit-int64(len(m.data)) || c.opts.MaxFrame > 0 && h.Length > c.opts.MaxFrame {
		return c.fail(1009, "the message is too long")
	}
	for done := int64(0); done < h.Length; {
		left := h.Length - done
		c.in.within(left)
		old := len(m.data)
		m.data = slices.Grow(m.data, int(min(left, int64(max(firstPiece, old)))))
		p := m.data[old:min(cap(m.data), old+int(min(left, 1<<30)))]
		n, err := c.in.Read(p)
		if err != nil {
			return c.broken(noEOF(err))
		}
		c.heard.Store(true)
		ws.Cipher(p[:n], h.Mask, int(done&3))
		if m.kind == Text && !m.compressed && !m.check.add(p[:n]) {
			return c.fail(1007, "text is not valid UTF-8")
		}
		m.data = m.data[:old+n]
		done += int64(n)
	}
	return nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// finish decompresses a message and checks its end.
func (c *Conn) finish(m *incoming) *CloseError {
	if m.compressed {
		data, err := inflate(m.data, c.opts.MaxMessage)
		if errors.Is(err, errTooLong) {
			return c.fail(1009, "the message is too long")
		}
		if err != nil {
			return c.fail(1007, "the message is not what deflate makes")
		}
		m.data = data
		if m.kind == Text && !m.check.add(data) {
			return c.fail(1007, "text is not valid UTF-8")
		}
	}
	if !m.check.complete() {
		return c.fail(1007, "text is not valid UTF-8")
	}
	if m.data == nil {
		m.data = []byte{}
	}
	return nil
}

// control handles a control frame. It returns how the connection ended if it was a close.
func (c *Conn) control(h ws.Header) *CloseError {
	frame := make([]byte, 2+h.Length) // with room for the header of a pong
	payload := frame[2:]
	if _, err := io.ReadFull(&c.in, payload); err != nil {
		return c.broken(noEOF(err))
	}
	ws.Cipher(payload, h.Mask, 0)
	switch h.OpCode {
	case ws.OpPing:
		frame[0], frame[1] = finBit|byte(ws.OpPong), byte(h.Length)
		c.sendPong(frame)
	case ws.OpClose:
		return c.peerClosed(payload)
	}
	return nil
}

// peerClosed answers a close frame and ends the connection, as section 7.1.1 asks of a server.
func (c *Conn) peerClosed(payload []byte) *CloseError {
	e := &CloseError{Code: 1005}
	if len(payload) == 1 {
		return c.fail(1002, "a close frame of one byte")
	}
	if len(payload) > 1 {
		e.Code, e.Reason = int(binary.BigEndian.Uint16(payload)), string(payload[2:])
		if !ValidCode(e.Code) {
			return c.fail(1002, "a status that must not be sent")
		}
		if !utf8.ValidString(e.Reason) {
			return c.fail(1007, "the reason is not valid UTF-8")
		}
		payload = payload[:2]
	}
	_ = c.sendClose(payload)
	return c.end(e)
}
