package sqlite

import (
	"context"
	"errors"
	"sync"
	"time"
)

// pool lends connections, in the order in which they are asked for.
type pool struct {
	what    string        // for errors
	max     int           // how many connections there may be
	patient time.Duration // how long to wait for one
	dial    func() (*conn, error)

	mu      sync.Mutex
	idle    []*conn
	open    int
	waiters []chan *conn // the first has waited longest; nil: dial for yourself
	closed  bool
	empty   chan struct{} // closed when the pool is closed and nothing is lent
}

var errClosed = errors.New("sqlite: the database is closed")

// take lends a connection until put.
func (p *pool) take(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	if p.open < p.max {
		p.open++
		p.mu.Unlock()
		return p.connect()
	}
	turn := make(chan *conn, 1)
	p.waiters = append(p.waiters, turn)
	p.mu.Unlock()
	return p.await(ctx, turn)
}

// connect opens a connection that is counted already.
func (p *pool) connect() (*conn, error) {
	c, err := p.dial()
	if err != nil {
		p.put(nil)
		return nil, err
	}
	return c, nil
}

func (p *pool) await(ctx context.Context, turn chan *conn) (*conn, error) {
	late := time.NewTimer(p.patient)
	defer late.Stop()
	var err error
	select {
	case c := <-turn:
		return p.granted(c)
	case <-ctx.Done():
		err = ctx.Err()
	case <-late.C:
		err = operational("no %s was free for %v: are there long transactions, or rows that were not closed?", p.what, p.patient)
	}
	p.mu.Lock()
	for i, w := range p.waiters {
		if w == turn {
			p.waiters = append(p.waiters[:i], p.waiters[i+1:]...)
			p.mu.Unlock()
			return nil, err
		}
	}
	p.mu.Unlock()
	// It was our turn in the same moment.
	if c, granted := p.granted(<-turn); granted == nil {
		p.put(c)
	}
	return nil, err
}

func (p *pool) granted(c *conn) (*conn, error) {
	if c != nil {
		return c, nil
	}
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		p.put(nil)
		return nil, errClosed
	}
	return p.connect()
}

// put takes a connection back; nil is one that could not be opened.
func (p *pool) put(c *conn) {
	if c != nil && c.broken {
		c.close()
		c = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiters) > 0 {
		turn := p.waiters[0]
		p.waiters = p.waiters[1:]
		turn <- c
		return
	}
	if c == nil {
		p.open--
	} else {
		p.idle = append(p.idle, c)
	}
	p.settle()
}

// settle tells close that everything is back.
func (p *pool) settle() {
	if p.closed && len(p.idle) == p.open && p.empty != nil {
		close(p.empty)
		p.empty = nil
	}
}

// close waits for the connections that are lent and closes all. Those who wait
// for one still get it.
func (p *pool) close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	empty := make(chan struct{})
	p.empty = empty
	p.settle()
	p.mu.Unlock()
	<-empty
	var errs []error
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	p.idle, p.open = nil, 0
	return errors.Join(errs...)
}
