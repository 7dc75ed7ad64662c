package wsconn

import (
	"errors"
	"time"

	"github.com/gobwas/ws"
)

// A pinger finds peers that are gone although their connections look alive. It is a timer, not a
// goroutine.
type pinger struct {
	timer   *time.Timer
	waiting bool  // for a sign of life
	reads   int64 // as of the ping
}

func (p *pinger) stop() {
	if p.timer != nil {
		p.timer.Stop()
	}
}

var errNoPong = errors.New("the peer doesn't answer pings")

// tick pings the peer, or gives it up. While nobody reads a pong would not be seen, and while
// something is being written there is no need to ask: both are left to the next time.
func (c *Conn) tick() {
	reads := c.reads.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &c.pinger
	switch asked := p.waiting; {
	case c.ended != nil:
		return
	case asked && reads == p.reads && !c.heard.Load():
		c.mu.Unlock()
		c.end(&CloseError{Code: 1006, Err: errNoPong})
		c.mu.Lock()
		return
	case asked && c.opts.PongTimeout < c.opts.Ping:
		p.waiting = false
		p.timer.Reset(c.opts.Ping - c.opts.PongTimeout)
		return
	}
	p.waiting = false
	if reads%2 == 0 || c.writing || c.closing {
		p.timer.Reset(c.opts.Ping)
		return
	}
	if c.opts.PongTimeout > 0 {
		p.waiting, p.reads = true, reads
		c.heard.Store(false)
		p.timer.Reset(c.opts.PongTimeout)
	} else {
		p.timer.Reset(c.opts.Ping)
	}
	_ = c.putAndFlush([]byte{finBit | byte(ws.OpPing), 0}, nil)
}
