package server

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// tracker knows which handlers run, also those on connections that they have taken over, such as
// WebSockets, which http.Server forgets.
type tracker struct {
	handler http.Handler

	mu       sync.Mutex
	running  int
	hijacked map[net.Conn]bool // whose handlers still run
	detached map[net.Conn]bool // those of them whose handlers are functions given to detach
	changed  chan struct{}     // closed when running becomes 0; nil while nobody waits
}

func newTracker(h http.Handler) *tracker {
	return &tracker{handler: h, hijacked: map[net.Conn]bool{}, detached: map[net.Conn]bool{}}
}

type connKey struct{}

func connContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connState notes connections that are taken over; it is called before Hijack returns.
func (t *tracker) connState(c net.Conn, state http.ConnState) {
	if state == http.StateHijacked {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.hijacked[c] = true
	}
}

// ServeHTTP counts the handler.
func (t *tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	t.running++
	t.mu.Unlock()
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	defer t.done(conn)
	t.handler.ServeHTTP(w, r)
}

// detach runs f, on a connection that has been taken over, in a goroutine that counts as a handler.
func (t *tracker) detach(ctx context.Context, f func()) {
	conn, _ := ctx.Value(connKey{}).(net.Conn)
	t.mu.Lock()
	t.detached[conn] = true
	t.running++
	t.mu.Unlock()
	go func() {
		defer func() {
			t.mu.Lock()
			delete(t.detached, conn)
			t.mu.Unlock()
			t.done(conn)
		}()
		f()
	}()
}

func (t *tracker) done(conn net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.detached[conn] {
		delete(t.hijacked, conn)
	}
	t.running--
	if t.running == 0 && t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

// wait returns when no handler runs, or with the context's error.
func (t *tracker) wait(ctx context.Context) error {
	t.mu.Lock()
	if t.running == 0 {
		t.mu.Unlock()
		return nil
	}
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	changed := t.changed
	t.mu.Unlock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close breaks off the connections that handlers have taken over.
func (t *tracker) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.hijacked {
		c.Close()
	}
}
