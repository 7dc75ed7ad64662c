package server

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// draining tells whether the stop has begun.
func (s *Server) draining() bool { return s.drain.Err() != nil }

// detach runs f, on a connection that has been taken over, in a goroutine that counts as a handler.
func (s *Server) detach(_ context.Context, f func()) {
	s.running.add()
	go func() {
		defer s.running.done()
		f()
	}()
}

// lastWait is how long handlers may take to return after they have been broken off.
const lastWait = time.Second

// stop ends the serving. Its steps let nothing fall between them:
//
//  1. The listening sockets are closed (another process may have copies of them), streams are told
//     to end, and each answer from now on is its connection's last.
//  2. After Linger, connections that wait for a request are closed, and those that come to wait.
//     http.Server.Shutdown is not called before: it drops a request that has just been read.
//  3. When none is left, but those of HTTP/2, Shutdown says goodbye to these (GOAWAY).
//  4. After Grace, what is left is broken off.
func (s *Server) stop(ctx context.Context, breakOff func()) error {
	notifyStopping(s.handedOver.Load())
	s.startDrain()
	s.closeListeners()
	close(s.closedDoor)
	grace, cancel := context.WithTimeout(ctx, max(s.o.Grace, 0))
	defer cancel()
	quic := make(chan error, 1)
	go func() { quic <- s.stopHTTP3(grace) }()
	s.closeIdle(grace)
	err := errors.Join(s.http.Shutdown(grace), <-quic)
	if err == nil {
		err = s.running.wait(grace) // Shutdown doesn't know of connections that were taken over
	}
	if err == nil {
		return nil
	}
	s.http.Close()
	s.closeConns()
	breakOff()
	last, cancel := context.WithTimeout(ctx, lastWait)
	defer cancel()
	_ = s.running.wait(last) // a handler that heeds neither its context nor its connection is given up
	return fmt.Errorf("stop: requests were still under way after %s and have been broken off: %w", max(s.o.Grace, 0), err)
}

// closeIdle returns when no connection of HTTP/1 is left that net/http has, shortly before the grace
// time is over, or at once if there is none.
func (s *Server) closeIdle(grace context.Context) {
	began := time.Now()
	margin := min(time.Second, s.o.Grace/4) // for the goodbyes of HTTP/2
	end, _ := grace.Deadline()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		now := time.Now()
		linger := s.o.Linger
		if now.Sub(began) < linger {
			linger = 1 << 62 // all may still send
		}
		if s.sweep(now, max(linger, 0)) == 0 || now.After(end.Add(-margin)) {
			return
		}
		select {
		case <-ticker.C:
		case <-grace.Done():
			return
		}
	}
}

// sweep closes the connections of HTTP/1 that have waited for a request for longer than linger,
// and returns how many others there are.
func (s *Server) sweep(now time.Time, linger time.Duration) int {
	var idle []*conn
	left := 0
	s.mu.Lock()
	for c := range s.conns {
		switch waits := c.idleFor(now); {
		case c.http2.Load() || c.hijacked():
		case waits > linger:
			idle = append(idle, c)
		default:
			left++
		}
	}
	s.mu.Unlock()
	for _, c := range idle {
		c.Close()
	}
	return left
}

// closeConns breaks off all connections.
func (s *Server) closeConns() {
	s.mu.Lock()
	conns := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
}
