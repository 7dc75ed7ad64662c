package webtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// pump carries what arrives on a connection to the test, so that waiting for it can be given up
// without harm to the connection.
type pump[T any] struct {
	o     *opened
	items chan T
	done  chan struct{} // closed when nothing more comes; err is set before
	stop  chan struct{}
	once  sync.Once
	err   error // io.EOF at the regular end
}

// startPump calls next until it fails. ahead is how many items are taken before the test asks.
func startPump[T any](o *opened, ahead int, next func() (T, error)) *pump[T] {
	p := &pump[T]{o: o, items: make(chan T, ahead), done: make(chan struct{}), stop: make(chan struct{})}
	go func() {
		defer close(p.done)
		for {
			item, err := next()
			if err != nil {
				p.err = err
				return
			}
			select {
			case p.items <- item:
			case <-p.stop:
				p.err = errLeft
				return
			}
		}
	}()
	o.c.t.Cleanup(p.close)
	return p
}

// take returns the next item. Items that came before the end come before it.
func (p *pump[T]) take(ctx context.Context) (item T, err error) {
	select {
	case item = <-p.items:
		return item, nil
	default:
	}
	select {
	case item = <-p.items:
		return item, nil
	case <-p.done:
		select {
		case item = <-p.items:
			return item, nil
		default:
			return item, p.err
		}
	case <-ctx.Done():
		return item, context.Cause(ctx)
	}
}

// next is take within the client's timeout.
func (p *pump[T]) next() (T, error) {
	ctx, cancel := p.o.c.waiting()
	defer cancel()
	return p.take(ctx)
}

// waiting returns the context of one wait.
func (c *Client) waiting() (context.Context, context.CancelFunc) {
	if c.opts.Timeout <= 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeoutCause(context.Background(), c.opts.Timeout, errWaited(c.opts.Timeout))
}

type errWaited time.Duration

func (e errWaited) Error() string { return fmt.Sprintf("nothing came within %v", time.Duration(e)) }

// close leaves the connection and waits for the pump.
func (p *pump[T]) close() {
	p.once.Do(func() {
		close(p.stop)
		p.o.close()
		<-p.done
	})
}

// wait waits until the view has returned.
func (p *pump[T]) wait() {
	p.o.c.t.Helper()
	ctx, cancel := p.o.c.waiting()
	defer cancel()
	if !p.o.x.wait(ctx) {
		p.o.c.t.Fatalf("%s: the view still runs after %v", p.o.page, p.o.c.opts.Timeout)
	}
}

// judge makes the error of a stream's end: what the view did wrong, if it did.
func (p *pump[T]) judge(err error) error {
	if err == io.EOF || errors.Is(err, errLeft) {
		return err
	}
	var waited errWaited
	if errors.As(err, &waited) {
		return err
	}
	return p.o.explain(err)
}

// A Stream is a response that is read while it is written.
type Stream struct {
	// Page holds status and header; its Body is empty.
	*Page
	p *pump[string]
}

// Stream sends a request and returns when the header of its response has come.
func (c *Client) Stream(method, path string) *Stream {
	c.t.Helper()
	return c.DoStream(Request{Method: method, Path: path})
}

// DoStream is Stream for any request.
func (c *Client) DoStream(r Request) *Stream {
	c.t.Helper()
	o, err := c.open(r, 0)
	if err != nil {
		c.t.Fatalf("%s: %v", describe(r), err)
	}
	buf := make([]byte, 64<<10)
	next := func() (string, error) {
		n, err := o.resp.Body.Read(buf)
		for n == 0 && err == nil {
			n, err = o.resp.Body.Read(buf)
		}
		if n > 0 {
			return string(buf[:n]), nil
		}
		return "", err
	}
	return &Stream{o.page, startPump(o, 0, next)}
}

// Next returns what comes next: at least one byte, as a rule what the view wrote between two
// flushes. At the end of the body the test fails.
func (s *Stream) Next() string {
	s.t.Helper()
	chunk, err := s.p.next()
	if err != nil {
		s.t.Fatalf("%s: read the stream: %v", s.Page, s.p.judge(err))
	}
	return chunk
}

// TryNext returns what comes next, or io.EOF at the end of the body. When the context ends first its
// error is returned, and the stream goes on.
func (s *Stream) TryNext(ctx context.Context) (string, error) {
	chunk, err := s.p.take(ctx)
	if err != nil && ctx.Err() == nil {
		err = s.p.judge(err)
	}
	return chunk, err
}

// Rest returns the body from here to its end, and fills the page's Trailer.
func (s *Stream) Rest() string {
	s.t.Helper()
	var all []byte
	for {
		chunk, err := s.p.next()
		if err == io.EOF {
			s.Trailer = s.p.o.resp.Trailer
			return string(all)
		}
		if err != nil {
			s.t.Fatalf("%s: read the stream: %v", s.Page, s.p.judge(err))
		}
		all = append(all, chunk...)
	}
}

// Close leaves, as a browser whose window is closed. It does not wait for the view to notice.
func (s *Stream) Close() { s.p.close() }

// Wait waits until the view has returned; after the client's timeout the test fails.
func (s *Stream) Wait() {
	s.t.Helper()
	s.p.wait()
}
