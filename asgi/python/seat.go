package python

import (
	"context"
	"log/slog"
	"time"
)

// A seat keeps one worker running: its goroutine replaces the worker when that ends, until it is
// dismissed.
type seat struct {
	host *Host
	ctx  context.Context // ends with stop
	stop context.CancelFunc
	done chan struct{} // closed when the worker gets no more requests
}

// sit gives a worker its seat.
func (h *Host) sit(ctx context.Context, w *worker) *seat {
	s := &seat{host: h, done: make(chan struct{})}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(s.done)
		s.run(w)
	}()
	return s
}

// dismiss has workers end, each after what it has under way, which is not waited for.
func dismiss(seats []*seat) {
	for _, s := range seats {
		s.stop()
	}
	for _, s := range seats {
		<-s.done
	}
}

// run keeps a worker running until the seat is dismissed.
func (s *seat) run(w *worker) {
	var waits backoff
	for w != nil {
		switch s.watch(w) {
		case outcomeDismissed:
			s.host.letGo(w)
			return
		case outcomeRetired:
			w = s.succeed(w, &waits)
		case outcomeDied:
			s.host.bury(w)
			w = s.replace(w, &waits)
		}
	}
}

// letGo ends a worker after what it has under way, which is not waited for.
func (h *Host) letGo(w *worker) {
	h.remove(w)
	w.state.Store(Draining)
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
func (s *seat) watch(w *worker) outcome {
	every, timeout, blocked := pingEvery, s.host.opts.HealthTimeout, newVigil(w.team, s.host.opts.ThreadTimeout)
	for _, limit := range []time.Duration{timeout, blocked.limit} {
		if limit > 0 {
			every = max(min(every, limit/3), 1)
		}
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	// Ticks are counted, not time: a system that sleeps, or this process where it gets no processor, has
	// not asked meanwhile.
	silent, answers := time.Duration(0), w.pongs.Load()
	w.ping()
	for {
		select {
		case <-s.ctx.Done():
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
			if blocked.tick(every) {
				return s.condemn(w, "all threads of a Python worker are blocked, and it is killed", blocked.limit)
			}
			if n := w.pongs.Load(); n != answers {
				silent, answers = 0, n
				w.ping()
				continue
			}
			if silent += every; timeout > 0 && silent >= timeout {
				return s.condemn(w, "a Python worker does not answer, and is killed", silent)
			}
		}
	}
}

// condemn gives a worker up that gets nowhere, and shows where its threads are.
func (s *seat) condemn(w *worker, why string, silent time.Duration) outcome {
	s.host.remove(w)
	w.log(slog.LevelError, why, slog.Duration("silent", silent))
	w.showThreads()
	return outcomeDied
}

// succeed starts a worker in the place of one that goes on meanwhile.
func (s *seat) succeed(old *worker, waits *backoff) *worker {
	h := s.host
	next, err := h.spawn(s.ctx, old.number)
	if err != nil {
		if s.ctx.Err() == nil {
			wait := max(waits.next(0), backoffFirst)
			old.stays = time.Now().Add(wait)
			old.log(slog.LevelError, "a Python worker can't be replaced, and goes on", slog.Duration("again_in", wait), slog.Any("error", reveal(err)))
		}
		return old
	}
	h.restarted(old.number)
	h.add(next)
	select {
	case <-old.broken:
		h.bury(old)
	default:
		h.letGo(old)
	}
	return next
}

// replace starts a worker in the place of one that has ended, however often that takes, until the seat
// is dismissed. It waits longer each time.
func (s *seat) replace(old *worker, waits *backoff) *worker {
	h := s.host
	wait := waits.next(time.Since(old.started))
	for {
		select {
		case <-time.After(wait):
		case <-s.ctx.Done():
			return nil
		}
		w, err := h.spawn(s.ctx, old.number)
		if err == nil {
			w.log(slog.LevelInfo, "a Python worker has been started anew")
			h.restarted(old.number)
			h.add(w)
			return w
		}
		if s.ctx.Err() != nil {
			return nil
		}
		wait = waits.next(0)
		h.log.LogAttrs(s.ctx, slog.LevelError, "a Python worker can't be started", slog.Int("worker", old.number),
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
