package orm

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
)

// commitHook is a function that waits for the end of its transaction.
type commitHook struct {
	f      func(context.Context) error
	robust bool
}

// OnCommitOptions refine [OnCommitWith]. The zero value, like nil, is all defaults.
type OnCommitOptions struct {
	// Using is the alias of the database. Default "default".
	Using string
	// Robust: an error or panic of the function goes to the log ([slog.Default]),
	// and the other functions run all the same.
	Robust bool
}

// HookError is the error of a function of [OnCommit]. The changes of the Atomic
// that returns it are in the database.
type HookError struct{ Err error }

// Error says that the transaction stands.
func (e *HookError) Error() string {
	return fmt.Sprintf("after the transaction was committed: %v", e.Err)
}

// Unwrap returns the function's error.
func (e *HookError) Unwrap() error { return e.Err }

// OnCommit calls f once the transaction of ctx on the default database has been
// committed, with the context around it; outside of a transaction it calls f at
// once. Functions run in the order in which they were given, after the outermost
// Atomic; those given in a block that is rolled back never do. The first error
// keeps the rest from running, and the Atomic returns it as a [*HookError].
func OnCommit(ctx context.Context, f func(ctx context.Context) error) error {
	return OnCommitWith(ctx, nil, f)
}

// OnCommitWith is [OnCommit] with options.
func OnCommitWith(ctx context.Context, opts *OnCommitOptions, f func(ctx context.Context) error) error {
	if opts == nil {
		opts = &OnCommitOptions{}
	}
	s := dbStateOf(ctx)
	if s.db == nil {
		return ErrNoDatabase
	}
	d, err := s.db.named(opts.Using)
	if err != nil {
		return err
	}
	hook := commitHook{f, opts.Robust}
	b := s.blockOf(d)
	if b == nil || b.test {
		if s.captured != nil {
			s.captured.add([]commitHook{hook})
			return nil
		}
		return hook.run(ctx)
	}
	b.tx.mu.Lock()
	defer b.tx.mu.Unlock()
	if err := b.usable(); err != nil {
		return err
	}
	b.hooks = append(b.hooks, hook)
	return nil
}

// runHooks calls the functions of a transaction that has been committed.
func runHooks(ctx context.Context, hooks []commitHook) error {
	if captured := dbStateOf(ctx).captured; captured != nil {
		captured.add(hooks)
		return nil
	}
	for _, h := range hooks {
		if err := h.run(ctx); err != nil {
			return &HookError{err}
		}
	}
	return nil
}

func (h commitHook) run(ctx context.Context) error {
	if !h.robust {
		return h.f(ctx)
	}
	defer func() {
		if r := recover(); r != nil {
			slog.ErrorContext(ctx, "a function of OnCommit panicked", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	if err := h.f(ctx); err != nil {
		slog.ErrorContext(ctx, "a function of OnCommit failed", "error", err)
	}
	return nil
}

// CapturedHooks holds functions of [OnCommit] that would have run; see
// [CaptureOnCommit]. It is safe for concurrent use.
type CapturedHooks struct {
	mu    sync.Mutex
	hooks []commitHook
}

// CaptureOnCommit returns a context with which functions of [OnCommit] are
// collected instead of called when their transaction is committed, for tests
// (captureOnCommitCallbacks).
func CaptureOnCommit(ctx context.Context) (context.Context, *CapturedHooks) {
	c := &CapturedHooks{}
	return dbStateOf(ctx).with(ctx, func(s *dbState) { s.captured = c }), c
}

func (c *CapturedHooks) add(hooks []commitHook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks = append(c.hooks, hooks...)
}

// Len returns how many functions there are.
func (c *CapturedHooks) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.hooks)
}

// Run takes the functions out and calls them in their order, until one fails.
func (c *CapturedHooks) Run(ctx context.Context) error {
	c.mu.Lock()
	hooks := c.hooks
	c.hooks = nil
	c.mu.Unlock()
	for _, h := range hooks {
		if err := h.run(ctx); err != nil {
			return err
		}
	}
	return nil
}
