package asgi

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// LifespanError is what [Lifespan] returns when the application says that it
// could not start or clean up.
type LifespanError struct {
	// Event is "lifespan.startup.failed" or "lifespan.shutdown.failed".
	Event string
	// Message is the application's own; it may be empty.
	Message string
}

// Error returns the event and the message.
func (e *LifespanError) Error() string {
	if e.Message == "" {
		return "asgi: " + e.Event
	}
	return "asgi: " + e.Event + ": " + e.Message
}

// Lifespan drives the lifespan protocol of one application, for a server: it
// calls Startup before the first connection and Shutdown after the last.
//
// An application that returns or fails before it has answered the start-up
// does not support the protocol; the server goes on without, as the
// specification says. Startup and Shutdown may be called from any goroutine,
// one after the other.
type Lifespan struct {
	app    App
	state  State
	cancel context.CancelFunc
	done   chan struct{} // closed when the application has returned
	inbox  chan Event

	mu        sync.Mutex
	phase     lifespanPhase
	supported bool
	cause     error         // what the application returned; read after done
	answer    error         // what it answered in the present phase
	answered  chan struct{} // closed when it has answered
}

type lifespanPhase int

const (
	lifespanNew lifespanPhase = iota
	lifespanStarting
	lifespanRunning
	lifespanStopping
	lifespanStopped
)

// NewLifespan returns the driver for app. It does nothing yet.
func NewLifespan(app App) *Lifespan {
	return &Lifespan{app: app, state: State{}, done: make(chan struct{}), inbox: make(chan Event, 2)}
}

// State returns the map that the application fills at start-up, the same one
// before and after; give it to [Options].
func (l *Lifespan) State() State { return l.state }

// Startup runs the application's start-up and returns when it is ready. Its
// refusal is a [*LifespanError]; when ctx ends first, the application is
// cancelled and ctx's error returned. An application without support for the
// protocol is no error, see [Lifespan.Supported].
//
// The application goes on in a goroutine of its own, under the values of ctx
// but not its end, until Shutdown.
func (l *Lifespan) Startup(ctx context.Context) error {
	l.mu.Lock()
	if l.phase != lifespanNew {
		l.mu.Unlock()
		return errors.New("asgi: lifespan was started before")
	}
	answered := l.enter(lifespanStarting)
	l.mu.Unlock()
	appCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.cancel = cancel
	l.inbox <- &LifespanStartup{}
	go l.run(appCtx)
	select {
	case <-answered:
	case <-l.done:
	case <-ctx.Done():
		return l.giveUp("lifespan startup", ctx)
	}
	l.mu.Lock()
	phase, answer := l.phase, l.answer
	l.mu.Unlock()
	if phase != lifespanRunning {
		l.leave(ctx)
	}
	return answer
}

// Shutdown runs the application's clean-up and returns when it has ended. Its
// refusal is a [*LifespanError]; an application that fails instead of
// answering gives its own error; when ctx ends first, the application is
// cancelled and ctx's error returned. Without a successful Startup, and when
// called again, it does nothing.
func (l *Lifespan) Shutdown(ctx context.Context) error {
	l.mu.Lock()
	if l.phase != lifespanRunning {
		l.mu.Unlock()
		return nil
	}
	answered := l.enter(lifespanStopping)
	l.mu.Unlock()
	l.inbox <- &LifespanShutdown{}
	select {
	case <-answered:
	case <-l.done:
	case <-ctx.Done():
		return l.giveUp("lifespan shutdown", ctx)
	}
	l.mu.Lock()
	phase, answer := l.phase, l.answer
	l.mu.Unlock()
	l.leave(ctx)
	// Without an answer the application has returned, so cause may be read.
	if phase != lifespanStopped && l.cause != nil {
		return fmt.Errorf("lifespan shutdown: %w", l.cause)
	}
	return answer
}

// Supported reports whether the application speaks the protocol: it has
// answered the start-up.
func (l *Lifespan) Supported() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.supported
}

// Cause returns the error with which the application left the lifespan; nil
// while it runs and when it returned without one. For an application that does
// not support the protocol it says why.
func (l *Lifespan) Cause() error {
	select {
	case <-l.done:
		return l.cause
	default:
		return nil
	}
}

// enter begins a phase in which the application has something to answer. The
// caller holds mu.
func (l *Lifespan) enter(phase lifespanPhase) <-chan struct{} {
	l.phase, l.answer, l.answered = phase, nil, make(chan struct{})
	return l.answered
}

// leave ends the application, which has given its last answer or has
// returned, and waits for it as long as ctx allows.
func (l *Lifespan) leave(ctx context.Context) {
	l.cancel()
	select {
	case <-l.done:
	case <-ctx.Done():
	}
}

// giveUp ends an application that did not answer in time.
func (l *Lifespan) giveUp(doing string, ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.phase = lifespanStopped
	l.cancel()
	return fmt.Errorf("%s: %w", doing, ctx.Err())
}

func (l *Lifespan) run(ctx context.Context) {
	defer close(l.done)
	defer func() {
		// Like an exception in Python: a panic here means "not supported"
		// and must not end the server.
		if value := recover(); value != nil {
			l.cause = fmt.Errorf("asgi: application panicked in its lifespan: %v", value)
		}
	}()
	scope := &LifespanScope{ASGI: Versions{Version, LifespanSpecVersion}, State: l.state}
	l.cause = l.app.ServeASGI(ctx, scope, l.receive, l.send)
}

func (l *Lifespan) receive(ctx context.Context) (Event, error) {
	select {
	case event := <-l.inbox:
		return event, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *Lifespan) send(ctx context.Context, event Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	want, next := lifespanStarting, lifespanRunning
	var answer error
	switch e := event.(type) {
	case *LifespanStartupComplete:
	case *LifespanStartupFailed:
		answer, next = &LifespanError{e.Type(), e.Message}, lifespanStopped
	case *LifespanShutdownComplete:
		want, next = lifespanStopping, lifespanStopped
	case *LifespanShutdownFailed:
		answer = &LifespanError{e.Type(), e.Message}
		want, next = lifespanStopping, lifespanStopped
	default:
		return protocolError(event.Type(), "not an event of a lifespan")
	}
	if l.phase != want {
		return protocolError(event.Type(), "nothing of the kind was asked for")
	}
	l.phase, l.answer, l.supported = next, answer, true
	close(l.answered)
	return nil
}
