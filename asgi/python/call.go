package python

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
)

// A call is one request to a slot. Its buffer holds the frame of the request, and afterwards what comes
// back.
type call struct {
	encoder
	slot  *slot         // that has the request
	given chan struct{} // gets a value when the queue has come to it
	read  int           // how much of the buffer has been used
}

var calls = sync.Pool{New: func() any {
	return &call{encoder: encoder{b: make([]byte, 0, 8<<10)}, given: make(chan struct{}, 1)}
}}

// newCall returns a call whose buffer holds the head of the frame.
func newCall(flags uint8) *call {
	c := calls.Get().(*call)
	c.b = appendHeader(c.b[:0], kindRequest, flags, 0)
	c.slot, c.read = nil, 0
	return c
}

// free gives the buffer back.
func (c *call) free() {
	if cap(c.b) <= chunkSize {
		calls.Put(c)
	}
}

// begin is called when the request has been written.
func (c *call) begin(sl *slot) {
	c.slot = sl
	c.b = c.b[:0]
}

// leave gives the buffer up to whoever may still read from it.
func (c *call) leave() {
	c.b, c.read = append([]byte(nil), c.b[c.read:]...), 0
}

// buffered returns how many bytes have been read and not used.
func (c *call) buffered() int { return len(c.b) - c.read }

// fill reads until n bytes are there.
func (c *call) fill(n int) error {
	if c.buffered() == 0 {
		c.b, c.read = c.b[:0], 0
	}
	for c.buffered() < n {
		if cap(c.b)-c.read < n {
			c.b = append(c.b[:0], c.b[c.read:]...)
			c.read = 0
			c.b = slices.Grow(c.b, n-len(c.b))
		}
		c.slot.reads.Add(1)
		k, err := c.slot.conn.Read(c.b[len(c.b):cap(c.b)])
		c.slot.reads.Add(1)
		c.b = c.b[:len(c.b)+k]
		if c.buffered() >= n {
			return nil
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return errLate
		}
		if err != nil {
			return fmt.Errorf("%w: %v", errWorkerGone, err) // which is not the client's end of file
		}
	}
	return nil
}

// head reads the head of a frame, and the length of what follows.
func (c *call) head() (frame, int, error) {
	if err := c.fill(headerLen); err != nil {
		return frame{}, 0, err
	}
	h := c.b[c.read : c.read+headerLen]
	c.read += headerLen
	f := frame{kind: frameKind(h[4]), flags: h[5], stream: binary.LittleEndian.Uint32(h[8:])}
	if f.stream != c.slot.serial {
		return f, 0, fmt.Errorf("%w: request %d is answered for request %d", errMarshal, f.stream, c.slot.serial)
	}
	n := int(binary.LittleEndian.Uint32(h))
	if n < 0 { // where an int has 32 bits
		return f, 0, fmt.Errorf("%w: a frame is too long", errMarshal)
	}
	return f, n, nil
}

// payload reads what follows a head as a whole. It is good until the next read.
func (c *call) payload(n int) ([]byte, error) {
	if n > maxFrame {
		return nil, fmt.Errorf("%w: %d bytes", errMarshal, n)
	}
	if err := c.fill(n); err != nil {
		return nil, err
	}
	c.read += n
	return c.b[c.read-n : c.read : c.read], nil
}

// chunkSize is the length of the parts in which a long body is passed on, in bytes.
const chunkSize = 256 << 10

// chunk reads up to n bytes, at least one. They are good until the next read.
func (c *call) chunk(n int) ([]byte, error) {
	if c.buffered() == 0 {
		c.b, c.read = c.b[:0], 0
		if want := min(n, chunkSize); cap(c.b) < want {
			c.b = make([]byte, 0, want)
		}
		if err := c.fill(1); err != nil {
			return nil, err
		}
	}
	n = min(n, c.buffered())
	c.read += n
	return c.b[c.read-n : c.read : c.read], nil
}
