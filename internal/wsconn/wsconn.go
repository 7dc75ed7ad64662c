// Package wsconn is the server's end of a WebSocket (RFC 6455), over a connection of HTTP/1.1 that
// was taken over or over a stream of HTTP/2 or HTTP/3 (RFC 8441, RFC 9220).
//
//	c, ctx, err := wsconn.Accept(ctx, w, r, nil)
//	if err != nil {
//		return err
//	}
//	defer c.CloseNow()
//	for {
//		kind, data, err := c.Read(ctx)
//		if err != nil {
//			return err // a *CloseError
//		}
//		if err := c.Write(ctx, kind, data); err != nil {
//			return err
//		}
//	}
//
// An idle connection costs little: it has no goroutine of its own and no buffer but a few hundred
// bytes. Messages are read by whoever calls Read; what is written goes through a queue that is
// drained by whoever writes, or by a goroutine while [Conn.Send] has left something in it.
package wsconn

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A Kind tells text messages from binary ones. Its value is the opcode (RFC 6455, section 5.2).
type Kind byte

// The kinds of messages.
const (
	Text   Kind = 1
	Binary Kind = 2
)

// Options configures [Accept]. The zero value is ready for use.
type Options struct {
	// Subprotocols are those that are spoken, best first.
	Subprotocols []string
	// MaxMessage is the longest message that is read, in bytes, over all its fragments and after
	// decompression; a longer one closes the connection with 1009. Default 1 MiB; negative: no limit.
	MaxMessage int64
	// MaxFrame is the longest frame that is read, in bytes, likewise. Default and negative: as
	// MaxMessage says.
	MaxFrame int64
	// Queue is how many bytes may wait to be written, and 32 for each message. Default 1 MiB, also
	// for a negative value. A single message may be longer.
	Queue int
	// Ping is how often the peer is asked, while a Read waits, whether it is still there. Default
	// 30 s; negative: never.
	Ping time.Duration
	// PongTimeout is how long it may take to send anything after that before it is given up.
	// Default: as Ping; negative: for ever.
	PongTimeout time.Duration
	// WriteTimeout is how long the peer may take none of what is written before it is given up.
	// Default: what the server's WriteTimeout says, where package server serves HTTP/1.1, and else
	// 30 s; negative: for ever.
	WriteTimeout time.Duration
	// CloseTimeout is how long Close waits for the peer's answer. Default 5 s, also for a negative
	// value.
	CloseTimeout time.Duration
	// Compress agrees to permessage-deflate (RFC 7692) where the peer offers it, without a context
	// kept from one message to the next.
	Compress bool
}

const defaultWriteTimeout = 30 * time.Second

func (o *Options) withDefaults() Options {
	var c Options
	if o != nil {
		c = *o
	}
	if c.MaxMessage == 0 {
		c.MaxMessage = 1 << 20
	}
	if c.Queue <= 0 {
		c.Queue = 1 << 20
	}
	if c.Ping == 0 {
		c.Ping = 30 * time.Second
	}
	if c.PongTimeout == 0 {
		c.PongTimeout = c.Ping
	}
	if c.CloseTimeout <= 0 {
		c.CloseTimeout = 5 * time.Second
	}
	return c
}

// A Conn is an open WebSocket. All its methods may be called by several goroutines at once; a second
// Read waits for the first.
type Conn struct {
	s    stream
	opts Options
	agreement
	own     <-chan struct{} // Done of the connection's context
	cancel  context.CancelFunc
	unwatch func() bool   // stops watching the context given to Accept
	unleave func() bool   // and its drain
	left    chan struct{} // closed when that is over; nil without a drain

	reading chan struct{} // holds one value while somebody reads
	reads   atomic.Int64  // starts and ends of Read: odd while one waits
	heard   atomic.Bool   // the peer has sent something since the last ping
	header  [12]byte      // of the frame that is being read
	in      input

	mu        sync.Mutex
	queue     [][]byte // frames that wait to be written
	queued    int      // bytes of queue, and of what is being written
	put, sent uint64   // bytes that were ever queued, and ever written
	pong      []byte   // an answer that waits until the present write is done
	writing   bool     // somebody drains the queue
	progress  chan struct{}
	closing   bool // a close frame was queued: nothing comes after it
	ended     *CloseError
	pinger    pinger
}

// A CloseError tells how a connection ended.
type CloseError struct {
	// Code is the status (RFC 6455, section 7.4) that the peer closed with, 1005 for none; 1006 when
	// the connection broke; what the peer was told when it broke the protocol (1002, 1007) or a limit
	// (1009).
	Code int
	// Reason is the peer's, valid UTF-8 of at most 123 bytes.
	Reason string
	// Err is the cause where the peer has not closed.
	Err error
}

// Error tells the code, the reason and the cause.
func (e *CloseError) Error() string {
	s := fmt.Sprintf("websocket closed with status %d", e.Code)
	if e.Reason != "" {
		s += fmt.Sprintf(" %q", e.Reason)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *CloseError) Unwrap() error { return e.Err }

// Errors of writing.
var (
	// ErrQueueFull is the error of Send when the peer doesn't keep up.
	ErrQueueFull = errors.New("websocket: the queue is full")
	// ErrClosing is the error of writing after this side has closed.
	ErrClosing = errors.New("websocket: closed by this side")
	// ErrNotUTF8 is the error of writing text that is not valid UTF-8.
	ErrNotUTF8 = errors.New("websocket: text is not valid UTF-8")
)

// errGone is the cause of the end by CloseNow.
var errGone = errors.New("given up by this side")

// newConn makes a Conn and its context. early is what was read of the stream already.
func newConn(ctx context.Context, s stream, early []byte, opts Options, agreed agreement) (*Conn, context.Context) {
	c := &Conn{s: s, opts: opts, agreement: agreed, reading: make(chan struct{}, 1)}
	c.in = input{r: s, rest: early}
	c.mu.Lock() // what is started here waits for the rest
	defer c.mu.Unlock()
	c.unwatch = c.watch(ctx)
	c.leaveWith(ctx)
	ctx, c.cancel = context.WithCancel(ctx)
	c.own = ctx.Done()
	if opts.Ping > 0 {
		c.pinger.timer = time.AfterFunc(opts.Ping, c.tick)
	}
	return c, ctx
}

// watch breaks the connection when ctx ends, until the function that it returns is called. The
// connection's own context, with which most calls are made, ends with the connection anyway.
func (c *Conn) watch(ctx context.Context) (stop func() bool) {
	if done := ctx.Done(); done == nil || done == c.own {
		return func() bool { return true }
	}
	return context.AfterFunc(ctx, func() { c.end(&CloseError{Code: 1006, Err: context.Cause(ctx)}) })
}

// Subprotocol returns the one agreed on, "" for none.
func (c *Conn) Subprotocol() string { return c.protocol }

// Compressed tells whether permessage-deflate is agreed on.
func (c *Conn) Compressed() bool { return c.window > 0 }

// end records how the connection ended, if nobody has before, and closes the stream. It returns how
// it ended.
func (c *Conn) end(e *CloseError) *CloseError {
	c.mu.Lock()
	if c.ended != nil {
		defer c.mu.Unlock()
		return c.ended
	}
	c.ended = e
	writing := c.writing
	c.queue, c.pong = nil, nil
	c.pinger.stop()
	c.wake()
	c.mu.Unlock()
	c.unwatch()
	c.s.close(e.Code == 1006 || writing)
	c.cancel()
	return e
}

// state returns how the connection ended, nil while it is open.
func (c *Conn) state() *CloseError {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}
