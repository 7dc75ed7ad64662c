package python

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// A crew is a set of workers that were started together. Each has a seat: a goroutine that replaces it
// when it ends.
type crew struct {
	host  *Host
	seats sync.WaitGroup
	stop  context.CancelFunc
	ctx   context.Context // ends with stop
}

// Start starts the workers and returns when all of them are ready. Its error is a *[StartError] when the
// application can't be loaded or refuses to start: it holds what Python said.
func (h *Host) Start(ctx context.Context) error {
	h.changes.Lock()
	defer h.changes.Unlock()
	if h.crew != nil {
		return errors.New("python: the host has been started already")
	}
	c, err := h.hire(ctx)
	if err != nil {
		return err
	}
	h.crew = c
	return nil
}

// Stop lets the workers finish what is under way, ends them, and returns when they have ended. Those
// that are not ready when ctx ends, or Options.StopTimeout is over, are killed.
func (h *Host) Stop(ctx context.Context) error {
	h.changes.Lock()
	defer h.changes.Unlock()
	if h.crew == nil {
		return nil
	}
	defer context.AfterFunc(ctx, func() {
		for _, w := range *h.ready.Load() {
			w.kill()
		}
	})()
	h.crew.dismiss()
	h.crew = nil
	return nil
}

// Reload replaces the workers by new ones, which are ready before the old ones get their last request.
// When one of them can't start, the old ones stay, and the error says why.
func (h *Host) Reload(ctx context.Context) error {
	h.changes.Lock()
	defer h.changes.Unlock()
	if h.crew == nil {
		return errors.New("python: the host has not been started")
	}
	c, err := h.hire(ctx)
	if err != nil {
		return err
	}
	old := h.crew
	h.crew = c
	old.dismiss()
	return nil
}

// hire starts a crew.
func (h *Host) hire(ctx context.Context) (*crew, error) {
	workers := make([]*worker, h.opts.Workers)
	errs := make([]error, len(workers))
	var starting sync.WaitGroup
	starts, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range workers {
		starting.Go(func() {
			workers[i], errs[i] = h.spawn(starts, i+1)
			if errs[i] != nil {
				cancel() // one that can't start is enough
			}
		})
	}
	starting.Wait()
	if err := firstReal(errs); err != nil {
		for _, w := range workers {
			if w != nil {
				w.kill()
				<-w.exited
				<-w.broken
			}
		}
		return nil, err
	}
	c := &crew{host: h}
	c.ctx, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	for _, w := range workers {
		h.add(w)
		c.seats.Go(func() { c.seat(w) })
	}
	return c, nil
}

// firstReal returns the error that tells most: not one of those that were cancelled for it.
func firstReal(errs []error) error {
	var first error
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}

// dismiss ends the workers, each after what it has under way.
func (c *crew) dismiss() {
	c.stop()
	c.seats.Wait()
}

// seat keeps one worker running until the crew is dismissed.
func (c *crew) seat(w *worker) {
	h := c.host
	for w != nil {
		switch c.watch(w) {
		case outcomeDismissed:
			h.remove(w)
			w.end()
			return
		case outcomeRetired:
			next, err := h.spawn(c.ctx, w.number)
			if err != nil && c.ctx.Err() == nil {
				h.log.Error("a Python worker could not be replaced; it goes on", "worker", w.number, "error", err)
				w.limit += w.served.Load() + int64(h.opts.MaxRequests)
				continue
			}
			if next != nil {
				h.add(next)
			}
			h.remove(w)
			w.end()
			w = next
		case outcomeDied:
			h.remove(w)
			w.kill()
			<-w.exited
			h.log.Error("a Python worker has ended", "worker", w.number, "pid", w.cmd.Process.Pid, "exit", w.exitText(), "requests", w.open.Load())
			w = c.replace(w)
		}
	}
}

type outcome int

const (
	outcomeDismissed outcome = iota
	outcomeRetired
	outcomeDied
)

// watch waits until something is to be done about a worker, and asks it now and then whether it lives.
func (c *crew) watch(w *worker) outcome {
	every := 10 * time.Second
	timeout := c.host.opts.HealthTimeout
	if timeout > 0 {
		every = min(every, timeout/3+1)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return outcomeDismissed
		case <-w.retire:
			return outcomeRetired
		case <-w.broken:
			return outcomeDied
		case <-ticker.C:
			silent := time.Since(time.Unix(0, w.pong.Load()))
			if timeout > 0 && silent > timeout {
				c.host.log.Error("a Python worker does not answer, and is killed", "worker", w.number, "pid", w.cmd.Process.Pid, "silent", silent)
				return outcomeDied
			}
			w.ping()
		}
	}
}

// replace starts a worker in the place of one that has ended, however often that takes, until the crew
// is dismissed. It waits longer each time.
func (c *crew) replace(old *worker) *worker {
	wait := time.Duration(0)
	if time.Since(old.started) < 10*time.Second {
		wait = 500 * time.Millisecond // it may end again and again
	}
	for {
		select {
		case <-time.After(wait):
		case <-c.ctx.Done():
			return nil
		}
		w, err := c.host.spawn(c.ctx, old.number)
		if err == nil {
			c.host.log.Info("a Python worker has been started anew", "worker", w.number, "pid", w.cmd.Process.Pid)
			c.host.add(w)
			return w
		}
		if c.ctx.Err() != nil {
			return nil
		}
		wait = min(max(2*wait, 500*time.Millisecond), 30*time.Second)
		c.host.log.Error("a Python worker can't be started", "worker", old.number, "again_in", wait, "error", err)
	}
}

// end tells a worker to finish, and waits until it has, or its time is over.
func (w *worker) end() {
	w.link.drain()
	if timeout := w.host.opts.StopTimeout; timeout > 0 {
		defer time.AfterFunc(2*timeout, w.kill).Stop()
	}
	<-w.exited
	<-w.broken
	if w.team != nil {
		<-w.team.done
	}
}

func (w *worker) exitText() string {
	if w.exit == nil {
		return "exit status 0"
	}
	return w.exit.Error()
}

// requestLimit returns after how many requests a new worker retires.
func (h *Host) requestLimit() int64 {
	if h.opts.MaxRequests <= 0 {
		return 0
	}
	limit := int64(h.opts.MaxRequests)
	if h.opts.MaxRequestsJitter > 0 {
		limit += rand.Int64N(int64(h.opts.MaxRequestsJitter) + 1)
	}
	return limit
}

// add lets a worker have requests.
func (h *Host) add(w *worker) {
	h.change(func(list []*worker) []*worker { return append(list, w) })
	if w.team != nil {
		h.slots.add(w.team)
	}
	h.log.LogAttrs(context.Background(), slog.LevelDebug, "a Python worker is ready", slog.Int("worker", w.number), slog.Int("pid", w.cmd.Process.Pid))
}

// remove keeps a worker from getting requests.
func (h *Host) remove(w *worker) {
	if w.team != nil {
		h.slots.remove(w.team)
	}
	h.change(func(list []*worker) []*worker {
		return slices.DeleteFunc(list, func(o *worker) bool { return o == w })
	})
}

func (h *Host) change(f func([]*worker) []*worker) {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := f(slices.Clone(*h.ready.Load()))
	h.ready.Store(&list)
	close(h.changed)
	h.changed = make(chan struct{})
}

// waitForWorker is how long a request waits where all workers are being replaced.
const waitForWorker = 10 * time.Second

var errNoWorker = errors.New("no Python worker is ready")

// pick returns the worker with the least to do, and counts a request for it; release ends that.
func (h *Host) pick(ctx context.Context) (*worker, error) {
	if w := h.leastBusy(); w != nil {
		return w, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, waitForWorker, errNoWorker)
	defer cancel()
	for {
		h.mu.Lock()
		changed := h.changed
		h.mu.Unlock()
		if w := h.leastBusy(); w != nil {
			return w, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (h *Host) leastBusy() *worker {
	list := *h.ready.Load()
	var best *worker
	if len(list) == 1 {
		best = list[0]
	} else {
		start := int(h.next.Add(1) % uint32(max(len(list), 1)))
		for i := range list {
			if w := list[(start+i)%len(list)]; best == nil || best.link.isDone() || w.open.Load() < best.open.Load() && !w.link.isDone() {
				best = w
			}
		}
	}
	if best == nil || best.link.isDone() {
		return nil
	}
	best.begin()
	return best
}

// begin counts a request.
func (w *worker) begin() {
	w.open.Add(1)
	if n := w.served.Add(1); w.limit > 0 && n >= w.limit {
		w.askToRetire()
	}
}

func (w *worker) release() { w.open.Add(-1) }
