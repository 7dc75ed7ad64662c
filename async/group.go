package async

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// PanicError is what the functions of this package panic with when a function
// that they started has panicked: the stack that matters is that of the
// goroutine, which is gone by then.
type PanicError struct {
	Value any    // what the function panicked with
	Stack []byte // of its goroutine, as text
}

// Error shows the value and the goroutine's stack.
func (p *PanicError) Error() string {
	return fmt.Sprintf("panic in a concurrent function: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value of the panic where that is an error, so that
// errors.Is finds http.ErrAbortHandler and the like.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// errGoexit stands for the value of a panic when a function has ended its
// goroutine instead of returning.
var errGoexit = errors.New("the function called runtime.Goexit")

// group is a set of functions that are waited for together.
type group struct {
	cancel context.CancelCauseFunc
	done   sync.WaitGroup

	mu       sync.Mutex
	err      error // the first
	panicked *PanicError
}

func newGroup(ctx context.Context) (context.Context, *group) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &group{cancel: cancel}
}

func (g *group) start(ctx context.Context, f func(context.Context) error) {
	g.done.Go(func() {
		returned := false
		defer func() {
			if !returned {
				g.fail(nil, newPanicError(recover()))
			}
		}()
		err := f(ctx)
		returned = true
		if err != nil {
			g.fail(err, nil)
		}
	})
}

// newPanicError is called while the stack is still that of the panic.
func newPanicError(value any) *PanicError {
	if inner, ok := value.(*PanicError); ok {
		return inner // of a group in a group: its stack says more
	}
	if value == nil {
		value = errGoexit
	}
	return &PanicError{Value: value, Stack: debug.Stack()}
}

func (g *group) fail(err error, panicked *PanicError) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = err
	}
	if g.panicked == nil {
		g.panicked = panicked
	}
	if panicked != nil {
		err = panicked
	}
	// Only the first cause counts.
	g.cancel(err)
}

// wait returns when all functions have, with the first error.
func (g *group) wait() error {
	g.done.Wait()
	g.cancel(nil)
	if g.panicked != nil {
		panic(g.panicked)
	}
	return g.err
}
