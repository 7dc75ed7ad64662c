package server

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// A readDeadline is what the reads of a connection keep to. net/http sets a deadline six times a request, and looks
// out beside each handler whether the client has gone: it reads a byte, and breaks that off when the handler
// returns. Most of this comes to nothing. So the socket hears of a deadline only when a read would wait beyond it,
// and the look-out waits a little before it asks the socket.
type readDeadline struct {
	socket net.Conn

	mu      sync.Mutex
	want    time.Time
	has     time.Time // what the socket has
	reads   int       // how many are under way
	lookout lookout
}

// lookoutDelay is how long a handler runs before its client is looked out for.
const lookoutDelay = 10 * time.Millisecond

// longAgo is the deadline that breaks off what is under way.
var longAgo = time.Unix(1, 0)

// set sets the deadline, also of a read that is under way.
func (d *readDeadline) set(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.want = t
	d.endLookout()
	if d.reads > 0 {
		return d.apply()
	}
	return nil
}

// apply tells the socket of the deadline, if it would wait longer, or has given up waiting. One that is too early
// read corrects when it is reached. The caller holds mu.
func (d *readDeadline) apply() error {
	if !d.has.Equal(longAgo) && (d.want.IsZero() || !d.has.IsZero() && !d.want.Before(d.has)) {
		return nil
	}
	d.has = d.want
	return d.socket.SetReadDeadline(d.want)
}

// read reads from the stream over the socket.
func (d *readDeadline) read(stream io.Reader, b []byte) (int, error) {
	for {
		d.mu.Lock()
		if d.want.Equal(longAgo) {
			d.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		}
		_ = d.apply() // of a closed socket; reading tells
		d.reads++
		d.mu.Unlock()
		n, err := stream.Read(b)
		d.mu.Lock()
		d.reads--
		early := n == 0 && err != nil && errors.Is(err, os.ErrDeadlineExceeded) && (d.want.IsZero() || time.Now().Before(d.want))
		if early {
			d.has = longAgo
		}
		d.mu.Unlock()
		if !early {
			return n, err
		}
	}
}

// A lookout waits before a client is watched.
type lookout struct {
	timer   *time.Timer
	ended   chan struct{} // has room for one
	waiting bool
}

// wait returns after lookoutDelay, or when a deadline is set or the connection is closed.
func (d *readDeadline) wait() {
	d.mu.Lock()
	if d.want.Equal(longAgo) {
		d.mu.Unlock()
		return
	}
	l := &d.lookout
	if l.timer == nil {
		l.timer, l.ended = time.NewTimer(lookoutDelay), make(chan struct{}, 1)
	} else {
		l.timer.Reset(lookoutDelay)
	}
	l.waiting = true
	d.mu.Unlock()
	select {
	case <-l.ended:
		l.timer.Stop()
	case <-l.timer.C:
		d.mu.Lock()
		if d.endLookout(); len(l.ended) > 0 {
			<-l.ended
		}
		d.mu.Unlock()
	}
}

// end lets nobody wait any more: the connection is closed.
func (d *readDeadline) end() {
	d.mu.Lock()
	d.endLookout()
	d.mu.Unlock()
}

// endLookout ends wait. The caller holds mu.
func (d *readDeadline) endLookout() {
	if d.lookout.waiting {
		d.lookout.waiting = false
		d.lookout.ended <- struct{}{}
	}
}
