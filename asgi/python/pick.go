package python

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"
)

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
	w.state.Store(Ready)
	h.wsgi.Store(w.team != nil)
	h.known.Store(true)
	h.change(func(list []*worker) []*worker { return append(list, w) })
	if w.team != nil {
		h.slots.add(w.team)
	}
	w.log(slog.LevelDebug, "a Python worker is ready")
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
	var w *worker
	err := h.wait(ctx, func() bool {
		w = h.leastBusy()
		return w != nil
	})
	return w, err
}

// wait waits until a change of the workers makes found true.
func (h *Host) wait(ctx context.Context, found func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, waitForWorker, errNoWorker)
	defer cancel()
	for {
		h.mu.Lock()
		changed := h.changed
		h.mu.Unlock()
		if found() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// speaksWSGI tells what the application speaks, which with Auto its first worker says.
func (h *Host) speaksWSGI(ctx context.Context) (bool, error) {
	if !h.known.Load() {
		h.open.Add(1)
		defer h.open.Add(-1)
		if err := h.wait(ctx, h.known.Load); err != nil {
			return false, err
		}
	}
	return h.wsgi.Load(), nil
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
	if best == nil || best.link.isDone() || best.team != nil { // it has begun to speak WSGI
		return nil
	}
	best.begin()
	return best
}
