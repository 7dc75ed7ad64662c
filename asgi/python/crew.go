package python

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Start starts the workers and returns when all of them are ready. Its error is a *[StartError] when the
// application can't be loaded or refuses to start: it holds what Python said.
func (h *Host) Start(ctx context.Context) error {
	h.changes.Lock()
	defer h.changes.Unlock()
	if h.crew != nil {
		return errors.New("python: the host has been started already")
	}
	crew, err := h.hire(ctx, 1, h.size())
	if err != nil {
		return err
	}
	h.crew = crew
	if h.opts.Reload {
		h.startWatching(context.WithoutCancel(ctx))
	}
	return nil
}

// Stop lets the workers finish what is under way, ends them, and returns when they have ended.
//
// Requests have Options.StopTimeout for it; then those that go on are cut off, and the application's
// shutdown has as long again before its worker is killed. WebSockets are closed at once with code 1012
// (service restart). All workers are killed when ctx ends, those of a Start or Reload among them, which
// Stop waits for.
func (h *Host) Stop(ctx context.Context) error {
	defer context.AfterFunc(ctx, h.killAll)()
	h.stopWatching()
	defer h.stopWatching() // of a Start that was under way
	h.changes.Lock()
	defer h.changes.Unlock()
	dismiss(h.crew)
	h.crew = nil
	if ctx.Err() != nil {
		h.killAll() // some may have come since
	}
	h.leaving.Wait()
	return nil
}

func (h *Host) killAll() {
	for _, w := range h.employed() {
		w.kill()
	}
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
		return errNotStarted
	}
	crew, err := h.hire(ctx, 1, h.size())
	if err != nil {
		return err
	}
	old := h.crew
	h.crew = crew
	dismiss(old)
	h.reloads.Add(1)
	return nil
}

var errNotStarted = errors.New("python: the host has not been started")

// Resize changes the number of workers, which was Options.Workers, to n, 1 at least. It stays over Reload.
//
// Workers that are added are ready when it returns; if one of them can't start, the number stays as it
// was, and the error says why. Those that are too many, the ones with the highest numbers, get no more
// requests, and finish what they have under way behind that, as with Reload. What wsgi.multiprocess says in
// the others stays as it is until they are replaced.
func (h *Host) Resize(ctx context.Context, n int) error {
	if n < 1 {
		return fmt.Errorf("python: resize to %d workers: one is the least", n)
	}
	h.changes.Lock()
	defer h.changes.Unlock()
	if h.crew == nil {
		return errNotStarted
	}
	was := len(h.crew)
	h.wanted.Store(int64(n)) // before they start: workers are told
	if n > was {
		more, err := h.hire(ctx, was+1, n)
		if err != nil {
			h.wanted.Store(int64(was))
			return err
		}
		h.crew = append(h.crew, more...)
		return nil
	}
	dismiss(h.crew[n:])
	h.crew = h.crew[:n:n]
	return nil
}

// size returns how many workers there shall be.
func (h *Host) size() int { return int(h.wanted.Load()) }

// hire starts workers, which get the numbers from first to last, and takes them on when all are ready.
func (h *Host) hire(ctx context.Context, first, last int) ([]*seat, error) {
	workers := make([]*worker, last-first+1)
	errs := make([]error, len(workers))
	var starting sync.WaitGroup
	starts, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range workers {
		starting.Go(func() {
			workers[i], errs[i] = h.spawn(starts, first+i)
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
				closeAll(w.conns[1:]) // the threads of a WSGI worker end with them
				ending.Go(w.finish)
			}
		}
		ending.Wait()
		return nil, reveal(err)
	}
	crew := make([]*seat, len(workers))
	for i, w := range workers {
		h.add(w)
		crew[i] = h.sit(ctx, w)
	}
	return crew, nil
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
