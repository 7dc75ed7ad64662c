package wsconn

import (
	"encoding/binary"
	"errors"
	"io"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// ValidCode tells whether a status may be sent (RFC 6455, section 7.4, and IANA's registry).
func ValidCode(code int) bool {
	return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999
}

// MaxReason is the length of the longest reason, in bytes.
const MaxReason = 123

// SendClose sends a close frame, after what is queued; after that nothing can be written, and Read
// only waits for the peer's answer. Later ones are not sent. A code of 1005 stands for none. A peer that doesn't take it within
// [Options.CloseTimeout] is given up.
func (c *Conn) SendClose(code int, reason string) error {
	if code != 1005 && !ValidCode(code) {
		return errors.New("websocket: a status that must not be sent")
	}
	if len(reason) > MaxReason || !utf8.ValidString(reason) || code == 1005 && reason != "" {
		return errors.New("websocket: the reason is longer than 123 bytes, not valid UTF-8, or has no status")
	}
	var payload []byte
	if code != 1005 {
		payload = ws.NewCloseFrameBody(ws.StatusCode(code), reason)
	}
	if err := c.sendClose(payload); err != nil && !errors.Is(err, ErrClosing) {
		return err
	}
	return nil
}

// Close closes the connection: it sends a close frame as SendClose does and waits for the peer's, for
// at most [Options.CloseTimeout] in all; then the connection has ended. One that is closed already
// gives no error, one that broke gives its *[CloseError].
func (c *Conn) Close(code int, reason string) error {
	timer := time.AfterFunc(c.opts.CloseTimeout, func() { c.s.close(true) })
	defer timer.Stop()
	if err := c.SendClose(code, reason); err != nil && c.state() == nil {
		return err
	}
	c.reading <- struct{}{}
	defer func() { <-c.reading }()
	for {
		ended := c.state()
		if ended == nil {
			_, ended = c.next()
		}
		switch {
		case ended == nil: // a message that nobody waits for
		case ended.Code == 1006:
			return ended
		default:
			return nil
		}
	}
}

// CloseNow breaks the connection if it is still open, and waits until nobody writes to it.
func (c *Conn) CloseNow() {
	ended := c.end(&CloseError{Code: 1006, Err: errGone})
	c.s.close(ended.Code == 1006) // a handler that returns after this may rely on it
	c.stay()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.writing {
		c.wait()
	}
}

func (c *Conn) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}

// sendClose writes a close frame, the last one.
func (c *Conn) sendClose(payload []byte) error {
	timer := time.AfterFunc(c.opts.CloseTimeout, func() { c.s.close(true) })
	defer timer.Stop()
	frame := append([]byte{finBit | byte(ws.OpClose), byte(len(payload))}, payload...)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.writable(); err != nil {
		return err
	}
	c.closing = true
	return c.putAndFlush(frame, nil)
}

const (
	lingerTime  = time.Second
	lingerBytes = 64 << 20
)

// fail ends the connection of a peer that broke a rule: it is told the status, and then what it
// still sends is thrown away for a moment, as closing at once would reset the connection and with it
// the status that is on its way.
func (c *Conn) fail(code int, text string) *CloseError {
	timer := time.AfterFunc(lingerTime, func() { c.s.close(true) })
	defer timer.Stop()
	payload := binary.BigEndian.AppendUint16(nil, uint16(code))
	err := c.sendClose(append(payload, text...))
	if (err == nil || errors.Is(err, ErrClosing)) && c.s.closeWrite() {
		_, _ = io.CopyN(io.Discard, c.in.r, lingerBytes)
	}
	return c.end(&CloseError{Code: code, Err: errors.New(text)})
}
