package wsconn

import (
	"context"
	"encoding/binary"
	"sync"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

const (
	finBit  = 0x80
	rsv1Bit = 0x40
	// shortFrame is up to which length header and payload are joined: copying so little is cheaper
	// than a second element of the vector.
	shortFrame = 1024
	// maxBatch is how many pieces one writev takes. The runtime keeps its vector, of 16 bytes each,
	// as long as the connection lives.
	maxBatch = 64
)

var shortFrames = sync.Pool{New: func() any { return new([shortFrame]byte) }}

// appendHeader appends the header of an unmasked frame that is a whole message.
func appendHeader(b []byte, first byte, n int) []byte {
	switch {
	case n < 126:
		return append(b, first, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, first, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(b, first, 127), uint64(n))
}

// Write sends a message and returns when the system has taken it. While the queue is full it waits,
// and then ctx's end leaves the connection as it was; later it breaks it, as half of the message may
// be on its way. Its errors are ctx's, *[CloseError], [ErrClosing] and [ErrNotUTF8].
func (c *Conn) Write(ctx context.Context, kind Kind, data []byte) error {
	if kind == Text && !utf8.Valid(data) {
		return ErrNotUTF8
	}
	if c.window > 0 && len(data) >= compressFrom {
		data, err := deflate(data, c.window)
		if err != nil {
			return err
		}
		return c.write(ctx, appendHeader(nil, finBit|rsv1Bit|byte(kind), len(data)), data)
	}
	if len(data) > shortFrame-ws.MaxHeaderSize {
		return c.write(ctx, appendHeader(nil, finBit|byte(kind), len(data)), data)
	}
	array := shortFrames.Get().(*[shortFrame]byte)
	frame := append(appendHeader(array[:0], finBit|byte(kind), len(data)), data...)
	err := c.write(ctx, frame, nil)
	if err == nil {
		shortFrames.Put(array) // after an error somebody may still be writing it
	}
	return err
}

// WriteMessage is Write for a message that was encoded before.
func (c *Conn) WriteMessage(ctx context.Context, m *Message) error {
	frame, err := m.frame(c.window)
	if err != nil {
		return err
	}
	return c.write(ctx, frame, nil)
}

func (c *Conn) write(ctx context.Context, frame, rest []byte) error {
	n := len(frame) + len(rest)
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.writable() == nil && c.full(n) {
		if err := c.waitFor(ctx); err != nil {
			return err
		}
	}
	if err := c.writable(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	defer c.watch(ctx)()
	return c.putAndFlush(frame, rest)
}

// Send queues a message without waiting for anything; a goroutine writes it. The message is not
// copied. Its errors are [ErrQueueFull], after which the connection is as it was before, *[CloseError]
// and [ErrClosing].
func (c *Conn) Send(m *Message) error {
	frame, err := m.frame(c.window)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.writable(); err != nil {
		return err
	}
	if c.full(len(frame)) {
		return ErrQueueFull
	}
	c.append(frame, nil)
	if !c.writing {
		c.writing = true
		go c.drain()
	}
	return nil
}

// sendPong answers a ping. While a write is under way only the last answer is kept (RFC 6455, section
// 5.5.3), so a peer that asks and asks but reads nothing costs no memory.
func (c *Conn) sendPong(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writable() != nil {
		return
	}
	if c.writing {
		c.pong = frame
		return
	}
	_ = c.putAndFlush(frame, nil)
}

// What follows is called with mu held.

func (c *Conn) writable() error {
	switch {
	case c.ended != nil:
		return c.ended
	case c.closing:
		return ErrClosing
	}
	return nil
}

// frameCost is what a frame in the queue costs beside its bytes.
const frameCost = 32

// full tells whether n more bytes have to wait. An empty queue takes any message.
func (c *Conn) full(n int) bool {
	return c.queued > 0 && c.queued+n+frameCost*len(c.queue) > c.opts.Queue
}

func (c *Conn) append(frame, rest []byte) {
	c.queue = append(c.queue, frame)
	if rest != nil {
		c.queue = append(c.queue, rest)
	}
	n := len(frame) + len(rest)
	c.queued += n
	c.put += uint64(n)
}

// putAndFlush queues a frame and returns when it is written, by this goroutine if no other does.
func (c *Conn) putAndFlush(frame, rest []byte) error {
	c.append(frame, rest)
	mine := c.put
	if !c.writing {
		c.writing = true
		for c.sent < mine && c.ended == nil {
			c.flush()
		}
		switch {
		case c.ended == nil && c.pending():
			go c.drain() // of others, who don't wait for it
		default:
			c.writing = false
			c.wake()
		}
	}
	for c.sent < mine {
		if c.ended != nil {
			return c.ended
		}
		c.wait()
	}
	return nil
}

// drain writes until nothing is left. It takes the mutex itself.
func (c *Conn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.ended == nil && c.pending() {
		c.flush()
	}
	c.writing = false
	c.wake()
}

func (c *Conn) pending() bool { return len(c.queue) > 0 || c.pong != nil }

// flush writes a batch, without the mutex.
func (c *Conn) flush() {
	batch := c.queue
	if len(batch) > maxBatch {
		batch, c.queue = batch[:maxBatch:maxBatch], batch[maxBatch:]
	} else {
		c.queue = nil
	}
	n := 0
	for _, b := range batch {
		n += len(b)
	}
	if c.pong != nil {
		batch = append(batch, nil)
		copy(batch[1:], batch)
		batch[0], c.pong = c.pong, nil
	}
	c.mu.Unlock()
	err := c.s.write(batch)
	if err != nil {
		c.end(&CloseError{Code: 1006, Err: err})
	}
	c.mu.Lock()
	if err == nil {
		c.sent += uint64(n)
	}
	c.queued -= n
	if c.queue == nil && cap(batch) <= 8 { // the next frames need no new one
		clear(batch)
		c.queue = batch[:0]
	}
	c.wake()
}

// wake wakes who waits.
func (c *Conn) wake() {
	if c.progress != nil {
		close(c.progress)
		c.progress = nil
	}
}

// wait waits until something was written or the connection has ended.
func (c *Conn) wait() { _ = c.waitFor(context.Background()) }

func (c *Conn) waitFor(ctx context.Context) error {
	if c.progress == nil {
		c.progress = make(chan struct{})
	}
	progress := c.progress
	c.mu.Unlock()
	defer c.mu.Lock()
	select {
	case <-progress:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
