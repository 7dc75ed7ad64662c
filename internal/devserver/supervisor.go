package devserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options says what a supervisor supervises.
type Options struct {
	Listener net.Listener // where the clients come; Run closes it
	Package  string       // import path of the program, seen from the working directory
	Args     []string     // the program's arguments
	URL      string       // where the clients come, for the program to print
	Stdout   io.Writer    // of the program
	Stderr   io.Writer    // of the program, and for the supervisor's own lines
}

// supervisor is the state of Run.
type supervisor struct {
	Options
	dir     string // of the module
	tmp     string // binaries and sockets
	bin     string // the last good build, "" before it
	runs    int
	changes chan change

	mu      sync.Mutex
	now     *moment
	clients map[chan string]bool // browsers that wait for a reload
}

// moment is what the supervisor does with requests: hold them (settled is open), show err, or pass
// them on to the program.
type moment struct {
	settled chan struct{}
	err     error
	program *program
}

// Run supervises until ctx ends.
func Run(ctx context.Context, opts Options) error {
	dir, err := mainPackage(ctx, opts.Package)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "nuages-")
	if err != nil {
		return fmt.Errorf("make a folder for the build: %w", err)
	}
	defer os.RemoveAll(tmp)
	s := &supervisor{
		Options: opts, dir: dir, tmp: tmp, changes: make(chan change, 1),
		now: &moment{settled: make(chan struct{})}, clients: map[chan string]bool{},
	}
	return s.run(ctx)
}

func (s *supervisor) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	web := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	var wg sync.WaitGroup
	errs := make(chan error, 2)
	wg.Go(func() {
		if err := web.Serve(s.Listener); !errors.Is(err, http.ErrServerClosed) {
			errs <- err
		}
	})
	wg.Go(func() {
		if err := watch(ctx, s.dir, s.report); err != nil {
			fmt.Fprintf(s.Stderr, "Changes are not seen: %v\n", err)
		}
	})
	wg.Go(func() { s.loop(ctx) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-errs:
	}
	cancel()
	s.closeClients()
	web.Close()
	wg.Wait()
	return err
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
	s.first(ctx)
	for {
		select {
		case <-ctx.Done():
			if p := s.current().program; p != nil {
				p.stop()
			}
			return
		case c := <-s.changes:
			if c != changeReload {
				s.cycle(ctx, c)
			}
			s.broadcast("reload")
		}
	}
}

// first starts this very binary when `go run` has just built it, which saves a second.
func (s *supervisor) first(ctx context.Context) {
	if exe, err := os.Executable(); err == nil && strings.Contains(exe, "go-build") {
		s.bin = exe
		s.cycle(ctx, changeRestart)
		return
	}
	s.cycle(ctx, changeBuild)
}

// cycle replaces the program. Requests wait from its start to its end.
func (s *supervisor) cycle(ctx context.Context, c change) {
	old := s.current().program
	s.enter(&moment{settled: make(chan struct{}), program: old})
	began := time.Now()
	if c == changeBuild || s.bin == "" {
		if err := s.build(ctx); err != nil {
			s.fail(ctx, old, err)
			return
		}
	}
	if old != nil {
		old.stop()
	}
	s.runs++
	socket, err := socketPath(s.tmp, s.runs)
	if err != nil {
		s.fail(ctx, nil, err)
		return
	}
	mark := fmt.Sprintf("%d %s", s.runs, s.URL)
	p, err := start(ctx, s.bin, socket, mark, s.Args, s.Stdout, s.Stderr)
	if err != nil {
		s.fail(ctx, nil, err)
		return
	}
	if s.runs > 1 {
		fmt.Fprintf(s.Stderr, "Restarted in %s.\n", time.Since(began).Round(10*time.Millisecond))
	}
	s.settle(nil, newProgram(p))
}

func (s *supervisor) build(ctx context.Context) error {
	out := filepath.Join(s.tmp, fmt.Sprintf("program-%d", s.runs+1))
	if err := build(ctx, s.dir, s.Package, out); err != nil {
		return err
	}
	if strings.HasPrefix(s.bin, s.tmp) && s.bin != out {
		os.Remove(s.bin)
	}
	s.bin = out
	return nil
}

// fail shows an error until the next change.
func (s *supervisor) fail(ctx context.Context, old *program, err error) {
	if ctx.Err() == nil {
		fmt.Fprintf(s.Stderr, "%v\n", err)
	}
	s.settle(err, old)
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
func (s *supervisor) settle(err error, p *program) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.err, s.now.program = err, p
	close(s.now.settled)
}

// wait returns the moment when it is settled, nil when the client has gone first.
func (s *supervisor) wait(ctx context.Context) *moment {
	for {
		m := s.current()
		select {
		case <-m.settled:
		case <-ctx.Done():
			return nil
		}
		if s.current() == m {
			return m
		}
	}
}
