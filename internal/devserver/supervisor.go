package devserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/nuages-web/nuages/async"
)

// Options says what a supervisor supervises.
type Options struct {
	Listener net.Listener // where the clients come; Run closes it
	TLS      *tls.Config  // spoken with the clients; nil for none
	Dir      string       // working directory; "" is the process's own
	Package  string       // import path of the program, seen from Dir
	Args     []string     // the program's arguments
	URL      string       // where the clients come, for the program to print
	Stdout   io.Writer    // of the program
	Stderr   io.Writer    // of the program, and for the supervisor's own lines
}

// supervisor is the state of Run.
type supervisor struct {
	Options
	module  string // its folder
	tmp     string // binaries and sockets
	changes chan change
	conns   sync.WaitGroup // connections, and handlers that have taken theirs over
	viewers viewers

	// What follows is the loop's own.
	flags   []string // of go build
	bin     string   // the last good build, "" before it
	stale   bool     // the source is newer than bin
	builds  int
	runs    int
	program *program // the one that runs, nil for none

	mu  sync.Mutex
	now *moment
}

// moment is what the supervisor does with requests: hold them until settled is closed, then show
// err or pass them on to the program.
type moment struct {
	settled chan struct{}
	err     error
	program *program
}

func newMoment() *moment { return &moment{settled: make(chan struct{})} }

// Run supervises until ctx ends. Then it stops the program and lets the requests that it answers
// finish.
func Run(ctx context.Context, opts Options) error {
	defer opts.Listener.Close()
	dir, err := moduleDir(ctx, opts.Dir, opts.Package)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(os.Getenv("GOTMPDIR"), "nuages-")
	if err != nil {
		return fmt.Errorf("make a folder for the build: %w", err)
	}
	defer os.RemoveAll(tmp)
	opts.Stderr = &lockedWriter{w: opts.Stderr}
	s := &supervisor{Options: opts, module: dir, tmp: tmp, changes: make(chan change, 1), now: newMoment()}
	s.viewers.open()
	s.itself()
	return s.run(ctx)
}

// itself looks at the running program. If it is the one to be served, its build flags are used
// again, and if `go run` has just built it, it serves as the first build, which saves a second.
func (s *supervisor) itself() {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Path != s.Package {
		return
	}
	s.flags = buildFlags(info)
	if exe, err := os.Executable(); err == nil && strings.Contains(exe, "go-build") {
		s.bin = exe
	}
}

// lastWait is how long clients may take to read the last answers after the program has ended.
const lastWait = 500 * time.Millisecond

func (s *supervisor) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	web := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(s.Stderr, "", 0), ConnState: s.connState}
	var serving, working sync.WaitGroup
	failed := make(chan error, 1)
	serving.Go(func() {
		if s.TLS != nil {
			web.TLSConfig = s.TLS
			failed <- web.ServeTLS(s.Listener, "", "")
			return
		}
		failed <- web.Serve(s.Listener)
	})
	working.Go(func() {
		if err := watch(ctx, s.module, s.report); err != nil {
			fmt.Fprintf(s.Stderr, "Changes are not seen: %v\n", err)
		}
	})
	working.Go(func() { s.loop(ctx) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("accept connections: %w", err)
	}
	cancel()
	s.Listener.Close()
	serving.Wait()
	web.SetKeepAlivesEnabled(false)
	s.viewers.close()
	working.Wait() // the program ends, and with it the requests that it answers
	timer := time.AfterFunc(lastWait, func() { web.Close() })
	defer timer.Stop()
	s.conns.Wait()
	web.Close()
	return err
}

func (s *supervisor) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.conns.Done()
	}
}

// report notes a change for the loop; several become the strongest of them.
func (s *supervisor) report(c change) {
	for {
		select {
		case s.changes <- c:
			return
		case old := <-s.changes:
			c = max(c, old)
		}
	}
}

// loop builds and starts the program, first and after each change.
func (s *supervisor) loop(ctx context.Context) {
	defer s.end()
	s.stale = s.bin == ""
	s.cycle(ctx, changeNone)
	for ctx.Err() == nil {
		var ended <-chan struct{}
		if s.program != nil {
			ended = s.program.done
		}
		select {
		case <-ctx.Done():
		case <-ended:
			s.crashed(ctx)
		case c := <-s.changes:
			s.changed(ctx, c)
		}
	}
}

var errStopped = errors.New("the development server has been stopped")

func (s *supervisor) end() {
	s.enter(newMoment())
	if s.program != nil {
		s.program.stop()
	}
	s.settle(nil, errStopped)
}

// interrupted is how much later than the program the supervisor may learn of a Ctrl-C, which goes
// to both.
const interrupted = 200 * time.Millisecond

// crashed sees to a program that ended without being asked to.
func (s *supervisor) crashed(ctx context.Context) {
	p := s.program
	if s.current().program == p { // and not a BuildError's page
		s.enter(newMoment())
	}
	if async.Sleep(ctx, interrupted) != nil {
		return
	}
	p.stop()
	s.program = nil
	exit := p.exited()
	fmt.Fprintf(s.Stderr, "%s; it is started again when its source changes.\n", capitalize(exit.Error()))
	if m := s.current(); m.err == nil {
		s.settle(nil, exit)
	}
}

// changed does what changed files ask for.
func (s *supervisor) changed(ctx context.Context, c change) {
	if c == changeReload {
		c = max(c, s.quiet(ctx))
	}
	var exit *ExitError
	if c > changeReload || errors.As(s.current().err, &exit) { // a template may keep a program from starting
		s.cycle(ctx, c)
	} else {
		s.viewers.next()
	}
	s.viewers.tell()
}

// settled is how long the files have to be quiet before a change counts: editors and git write
// several at once.
const settled = 80 * time.Millisecond

// quiet waits until no file has changed for a while, and returns the strongest change until then.
func (s *supervisor) quiet(ctx context.Context) change {
	strongest := changeNone
	for {
		timer := time.NewTimer(settled)
		select {
		case <-timer.C:
			return strongest
		case <-ctx.Done():
			timer.Stop()
			return strongest
		case c := <-s.changes:
			timer.Stop()
			strongest = max(strongest, c)
		}
	}
}

// cycle replaces the program. Requests wait from its start to its end. When the source changes
// meanwhile it begins anew, so that they are answered by the newest.
func (s *supervisor) cycle(ctx context.Context, c change) {
	began := time.Now()
	s.enter(newMoment())
	for {
		if c != changeNone {
			c = max(c, s.quiet(ctx))
		}
		s.stale = s.stale || c == changeBuild
		newer, err := s.attempt(ctx)
		switch {
		case newer != changeNone:
			c = newer
			continue
		case ctx.Err() != nil:
			return // end answers those who wait
		case err != nil:
			fmt.Fprintf(s.Stderr, "%v\n", err)
		case s.runs > 1:
			fmt.Fprintf(s.Stderr, "Restarted in %s.\n", time.Since(began).Round(10*time.Millisecond))
		}
		s.viewers.next()
		s.settle(s.program, err)
		return
	}
}

// attempt replaces the program, or breaks that off when the source changes.
func (s *supervisor) attempt(ctx context.Context) (newer change, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.replace(ctx) }()
	for {
		select {
		case err := <-done:
			return changeNone, err
		case c := <-s.changes:
			if c > changeReload { // the others may be files that the program writes at its start
				cancel()
				<-done
				return c, nil
			}
		}
	}
}

// replace builds the program if that is needed, stops the old process and starts a new one.
func (s *supervisor) replace(ctx context.Context) error {
	if s.stale {
		if err := s.build(ctx); err != nil {
			return err
		}
	}
	if s.program != nil {
		s.program.answered(ctx)
		s.program.stop()
		s.program = nil
	}
	s.runs++
	p, err := s.start(ctx)
	if err != nil {
		return err
	}
	s.program = newProgram(p)
	return nil
}

func (s *supervisor) current() *moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// enter begins a new moment; requests that wait for the one before go on waiting for this one.
func (s *supervisor) enter(m *moment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.now
	s.now = m
	select {
	case <-old.settled:
	default:
		close(old.settled)
	}
}

// settle ends the waiting of the current moment.
func (s *supervisor) settle(p *program, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.err, s.now.program = err, p
	close(s.now.settled)
}

// wait returns the moment when it is settled, nil when the client has gone first. A program in it
// counts the request as not answered yet.
func (s *supervisor) wait(ctx context.Context) *moment {
	for {
		m := s.current()
		select {
		case <-m.settled:
		case <-ctx.Done():
			return nil
		}
		s.mu.Lock()
		if s.now == m {
			if m.err == nil {
				m.program.pending.Add(1)
			}
			s.mu.Unlock()
			return m
		}
		s.mu.Unlock()
	}
}

// lockedWriter lets the program and the supervisor write to one place.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
