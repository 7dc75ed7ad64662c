package python

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
)

// slots gives requests to the threads of WSGI workers: of the worker with the fewest at work, to the
// thread that was free last. So few threads are kept busy, and they wait less for Python's lock. A request
// that finds all of them busy waits in a queue; when its client leaves it never reaches Python.
//
// The host adds the team of a worker when it is ready, and removes it when it is to end or has ended: the
// threads end with their sockets, each after the request that it has.
type slots struct {
	mu    sync.Mutex
	teams []*team
	queue []*call
}

// A team is the threads of one worker. What changes is guarded by slots.mu.
type team struct {
	worker  *worker
	all     []*slot
	idle    []*slot // the last one was free last
	busy    int
	removed bool
}

// A slot is the socket of one thread, which serves one request after the other.
type slot struct {
	team   *team
	number uint32 // in the team
	conn   net.Conn
	serial uint32 // of its last request, the stream of its frames

	// These count beginnings and ends: while one is odd, it is waited for.
	reads atomic.Uint32 // for what the thread says
	feeds atomic.Uint32 // for what its client sends
}

// write writes a frame without a payload.
func (sl *slot) write(kind frameKind, flags uint8) error {
	if _, err := sl.conn.Write(appendHeader(nil, kind, flags, sl.serial)); err != nil {
		return fmt.Errorf("%w: %v", errWorkerGone, err)
	}
	return nil
}

// gone returns a function that tells the worker that the client of the request at hand has left. The
// thread learns of it when it sends the next part.
func (sl *slot) gone() func() {
	request := binary.LittleEndian.AppendUint32(nil, sl.serial)
	message := appendFrame(nil, kindDisconnect, 0, sl.number, request)
	return func() { _ = sl.team.worker.link.send(message) }
}

func newTeam(w *worker, conns []net.Conn) *team {
	t := &team{worker: w}
	for i, conn := range conns {
		t.all = append(t.all, &slot{team: t, number: uint32(i), conn: conn})
	}
	return t
}

// add lets the threads of a worker have requests.
func (s *slots) add(t *team) {
	s.mu.Lock()
	s.teams = append(s.teams, t)
	t.busy = len(t.all)
	s.mu.Unlock()
	for _, sl := range slices.Backward(t.all) {
		s.release(sl)
	}
}

// remove keeps the threads of a worker from getting requests, and ends those that have none.
func (s *slots) remove(t *team) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.removed {
		return
	}
	s.teams = slices.DeleteFunc(s.teams, func(o *team) bool { return o == t })
	for _, sl := range t.idle {
		sl.conn.Close()
	}
	t.idle, t.removed = nil, true
	if len(s.teams) > 0 {
		return
	}
	for _, c := range s.queue { // they come again, and wait no longer than requests that come now
		c.given <- struct{}{}
	}
	s.queue = nil
}

// submit writes the frame of a request to a slot, as soon as one is free.
func (s *slots) submit(ctx context.Context, c *call) error {
	for {
		s.mu.Lock()
		sl := s.take()
		waiting := len(s.teams) > 0
		if sl == nil {
			s.queue = append(s.queue, c)
		}
		s.mu.Unlock()
		if sl != nil {
			s.give(sl, c)
		} else if err := s.wait(ctx, c, waiting); err != nil {
			return err
		}
		if c.slot != nil {
			return nil
		}
		// The worker had ended: another may take it.
	}
}

// take returns a thread that is free, or nil. The caller holds mu.
func (s *slots) take() *slot {
	var best *team
	for _, t := range s.teams {
		if len(t.idle) > 0 && (best == nil || t.busy < best.busy) {
			best = t
		}
	}
	if best == nil {
		return nil
	}
	last := len(best.idle) - 1
	sl := best.idle[last]
	best.idle = best.idle[:last]
	best.busy++
	return sl
}

// give writes the frame of a request, and sets its slot where that went well.
func (s *slots) give(sl *slot, c *call) {
	sl.serial++
	setStream(c.b, sl.serial)
	w := sl.team.worker
	w.begin() // before the worker may end for it
	if _, err := sl.conn.Write(c.b); err != nil {
		w.release()
		s.fail(sl)
		return
	}
	c.begin(sl)
}

// wait returns when the queue has come to a call, or ctx ends.
func (s *slots) wait(ctx context.Context, c *call, workers bool) error {
	if !workers { // all of them are being replaced
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, waitForWorker, errNoWorker)
		defer cancel()
	}
	select {
	case <-c.given:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	i := slices.Index(s.queue, c)
	if i >= 0 {
		s.queue = slices.Delete(s.queue, i, i+1)
	}
	s.mu.Unlock()
	if i >= 0 {
		return context.Cause(ctx)
	}
	<-c.given
	return nil
}

// finish ends a request on a slot, which takes the next one.
func (s *slots) finish(sl *slot) {
	sl.team.worker.release()
	s.release(sl)
}

func (s *slots) release(sl *slot) {
	t := sl.team
	s.mu.Lock()
	if !t.removed && len(s.queue) > 0 {
		c := s.queue[0]
		s.queue[0] = nil
		s.queue = s.queue[1:]
		s.mu.Unlock()
		// Written here, and not by the goroutine that waits: the thread is idle until it comes.
		s.give(sl, c)
		c.given <- struct{}{}
		return
	}
	defer s.mu.Unlock()
	t.busy--
	if !t.removed {
		t.idle = append(t.idle, sl)
		return
	}
	sl.conn.Close()
}

// fail takes a slot out that can't be spoken to, which ends its worker.
func (s *slots) fail(sl *slot) {
	sl.conn.Close()
	sl.team.worker.kill()
	s.mu.Lock()
	defer s.mu.Unlock()
	sl.team.busy--
}
