package mysql

import "sync"

// users counts who holds a connection, so that Close can wait for them. The zero
// value is ready.
type users struct {
	mu     sync.Mutex
	n      int
	closed bool
	none   chan struct{} // closed when n has become 0 after close
}

// enter reports whether there may be one more.
func (u *users) enter() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return false
	}
	u.n++
	return true
}

func (u *users) leave() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.n--
	if u.n == 0 && u.none != nil {
		close(u.none)
		u.none = nil
	}
}

// close waits for the last one to leave and lets no more in.
func (u *users) close() {
	u.mu.Lock()
	u.closed = true
	if u.n > 0 && u.none == nil {
		u.none = make(chan struct{})
	}
	none := u.none
	u.mu.Unlock()
	if none != nil {
		<-none
	}
}
