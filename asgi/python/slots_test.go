package python

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// TestQueueWithoutWorkers: requests that wait for a thread when the last worker goes do not wait for ever.
func TestQueueWithoutWorkers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		var s slots
		team := newTeam(&worker{}, []net.Conn{ours})
		s.add(team)
		// Not from the pool, which has channels of other tests.
		first, second := &call{given: make(chan struct{}, 1)}, &call{given: make(chan struct{}, 1)}
		first.b, second.b = appendHeader(nil, kindRequest, 0, 0), appendHeader(nil, kindRequest, 0, 0)
		if err := s.submit(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		waited := make(chan error)
		began := time.Now()
		go func() { waited <- s.submit(t.Context(), second) }()
		synctest.Wait()
		s.remove(team)
		s.finish(first.slot)
		if err := <-waited; !errors.Is(err, errNoWorker) || time.Since(began) != waitForWorker {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}
