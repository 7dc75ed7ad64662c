package python

import (
	"context"
	"errors"
	"log/slog"
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
	if h.opts.Reload {
		h.startWatching(context.WithoutCancel(ctx))
	}
	return nil
}

// Stop lets the workers finish what is under way, ends them, and returns when they have ended.
//
// Requests have Options.StopTimeout for it; then those that go on are cut off, and the application's
// shutdown has as long again before its worker is killed. WebSockets are closed at once with code 1012
// (service restart). All workers are killed when ctx ends.
func (h *Host) Stop(ctx context.Context) error {
	h.stopWatching()
	h.changes.Lock()
	defer h.changes.Unlock()
	defer context.AfterFunc(ctx, func() {
		for _, w := range h.employed() {
			w.kill()
		}
	})()
	if h.crew != nil {
		h.crew.dismiss()
		h.crew = nil
	}
	h.leaving.Wait()
	return nil
}

// Reload replaces the workers by new ones, which are ready before the old ones get their last request.
// When one of them can't start, the old ones stay, and the error says why.
//
// It returns when the new workers have taken over. The old ones finish what they have under way behind
// that, as with Stop: no request fails for it that ends within Options.StopTimeout.
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
	h.reloads.Add(1)
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
		var ending sync.WaitGroup
		for _, w := range workers {
			if w != nil {
				ending.Go(w.finish)
			}
		}
		ending.Wait()
		return nil, reveal(err)
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

// dismiss has the workers end, each after what it has under way, which is not waited for.
func (c *crew) dismiss() {
	c.stop()
	c.seats.Wait()
}

// seat keeps one worker running until the crew is dismissed.
func (c *crew) seat(w *worker) {
	var waits backoff
	for w != nil {
		switch c.watch(w) {
		case outcomeDismissed:
			c.host.letGo(w)
			return
		case outcomeRetired:
			w = c.succeed(w, &waits)
		case outcomeDied:
			c.host.bury(w)
			w = c.replace(w, &waits)
		}
	}
}

// letGo ends a worker after what it has under way, which is not waited for.
func (h *Host) letGo(w *worker) {
	h.remove(w)
	h.leaving.Go(w.finish)
}

// bury collects a worker that has ended, or is to end now.
func (h *Host) bury(w *worker) {
	h.remove(w)
	w.kill()
	w.settle()
	w.log(slog.LevelError, "a Python worker has ended", slog.String("exit", w.exitText()),
		slog.Int64("requests", w.lost.Load()), slog.Duration("after", time.Since(w.started).Round(time.Millisecond)))
}

type outcome int

const (
	outcomeDismissed outcome = iota
	outcomeRetired
	outcomeDied
)

// pingEvery is how often a worker is asked whether it lives. That costs it some 50 µs.
const pingEvery = 5 * time.Second

// watch waits until something is to be done about a worker, and asks it now and then whether it lives.
func (c *crew) watch(w *worker) outcome {
	every, timeout := pingEvery, c.host.opts.HealthTimeout
	if timeout > 0 {
		every = max(min(every, timeout/3), 1)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	// Ticks are counted, not time: a system that sleeps, or this process where it gets no processor, has
	// not asked meanwhile.
	silent, answers := time.Duration(0), w.pongs.Load()
	w.ping()
	for {
		select {
		case <-c.ctx.Done():
			return outcomeDismissed
		case <-w.retire:
			if time.Now().After(w.stays) {
				return outcomeRetired
			}
		case <-w.broken:
			return outcomeDied
		case <-w.exited:
			return outcomeDied
		case <-ticker.C:
			if n := w.pongs.Load(); n != answers {
				silent, answers = 0, n
				w.ping()
				continue
			}
			if silent += every; timeout > 0 && silent >= timeout {
				c.host.remove(w)
				w.log(slog.LevelError, "a Python worker does not answer, and is killed", slog.Duration("silent", silent))
				w.showThreads()
				return outcomeDied
			}
		}
	}
}

// succeed starts a worker in the place of one that goes on meanwhile.
func (c *crew) succeed(old *worker, waits *backoff) *worker {
	h := c.host
	next, err := h.spawn(c.ctx, old.number)
	if err != nil {
		if c.ctx.Err() == nil {
			wait := max(waits.next(0), backoffFirst)
			old.stays = time.Now().Add(wait)
			old.log(slog.LevelError, "a Python worker can't be replaced, and goes on", slog.Duration("again_in", wait), slog.Any("error", reveal(err)))
		}
		return old
	}
	h.restarts[old.number-1].Add(1)
	h.add(next)
	select {
	case <-old.broken:
		h.bury(old)
	default:
		h.letGo(old)
	}
	return next
}

// replace starts a worker in the place of one that has ended, however often that takes, until the crew
// is dismissed. It waits longer each time.
func (c *crew) replace(old *worker, waits *backoff) *worker {
	h := c.host
	wait := waits.next(time.Since(old.started))
	for {
		select {
		case <-time.After(wait):
		case <-c.ctx.Done():
			return nil
		}
		w, err := h.spawn(c.ctx, old.number)
		if err == nil {
			w.log(slog.LevelInfo, "a Python worker has been started anew")
			h.restarts[old.number-1].Add(1)
			h.add(w)
			return w
		}
		if c.ctx.Err() != nil {
			return nil
		}
		wait = waits.next(0)
		h.log.LogAttrs(c.ctx, slog.LevelError, "a Python worker can't be started", slog.Int("worker", old.number),
			slog.Duration("again_in", wait), slog.Any("error", reveal(err)))
	}
}

const (
	backoffFirst = 500 * time.Millisecond
	backoffLast  = 30 * time.Second
	// steady is how long a worker must have lived for its end to count as the first one.
	steady = 10 * time.Second
)

// A backoff tells how long to wait until a worker is started again: not at all, then longer each time.
type backoff struct{ wait time.Duration }

// next returns how long to wait after the end of a worker that has lived so long.
func (b *backoff) next(lived time.Duration) time.Duration {
	if lived >= steady {
		b.wait = 0
	}
	wait := b.wait
	b.wait = min(max(2*wait, backoffFirst), backoffLast)
	return wait
}
