package devserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// stopGrace is how long a program may take to end before it is killed.
const stopGrace = 3 * time.Second

// A process is one run of the program.
type process struct {
	cmd    *exec.Cmd
	socket string
	output *tail
	done   chan struct{} // closed when the process has ended
	err    error         // of its end; read after done

	stopping atomic.Bool // it was asked to end
}

// outputWait is how long the output of a process is read after its end: a process that it started
// may hold it open for ever.
const outputWait = 500 * time.Millisecond

// start runs the program and waits until it is ready. One that ends before is an *ExitError. It
// stays in the supervisor's process group: it may read the terminal, and ends with it.
func (s *supervisor) start(ctx context.Context) (*process, error) {
	socket, err := socketPath(s.tmp, s.runs)
	if err != nil {
		return nil, err
	}
	file, err := listenFile(socket)
	if err != nil {
		return nil, fmt.Errorf("open a socket for the program: %w", err)
	}
	defer file.Close()
	ready, readyW, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open a pipe for the program: %w", err)
	}
	defer ready.Close()
	p := &process{socket: socket, output: &tail{}, done: make(chan struct{})}
	p.cmd = exec.Command(s.bin, s.Args...)
	p.cmd.Args[0] = os.Args[0] // programs tell their name from it
	p.cmd.Dir = s.Dir
	p.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", childEnv, s.runs, s.URL))
	p.cmd.ExtraFiles = []*os.File{file, readyW}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = os.Stdin, s.Stdout, io.MultiWriter(s.Stderr, p.output)
	p.cmd.WaitDelay = outputWait
	err = p.cmd.Start()
	readyW.Close()
	if err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		os.Remove(socket)
		close(p.done)
	}()
	if err := p.waitReady(ctx, ready); err != nil {
		return nil, err
	}
	return p, nil
}

// listenFile opens a Unix socket to be handed over.
func listenFile(path string) (*os.File, error) {
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	ln.SetUnlinkOnClose(false)
	return ln.File()
}

// waitReady waits for the program's word, its end, or ctx, which ends it.
func (p *process) waitReady(ctx context.Context, ready *os.File) error {
	stop := context.AfterFunc(ctx, func() { ready.SetReadDeadline(time.Now()) })
	defer stop()
	if n, _ := ready.Read(make([]byte, 16)); n > 0 {
		return nil
	}
	select {
	case <-p.done:
		return p.exited()
	case <-ctx.Done():
		p.stop()
		return ctx.Err()
	}
}

// stop asks the program to end, and kills it when it doesn't.
func (p *process) stop() {
	p.stopping.Store(true)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(stopGrace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// exited returns how the program ended, nil while it runs.
func (p *process) exited() *ExitError {
	select {
	case <-p.done:
		return &ExitError{Err: p.err, Output: p.output.String()}
	default:
		return nil
	}
}

// An ExitError is a program that ended without being asked to.
type ExitError struct {
	Err    error  // how it ended; nil for status 0
	Output string // the end of what it wrote to standard error
}

// Error tells how the program ended.
func (e *ExitError) Error() string { return "the program ended with " + e.status() }

func (e *ExitError) status() string {
	if e.Err == nil {
		return "exit status 0"
	}
	return e.Err.Error()
}

// Unwrap returns how the program ended.
func (e *ExitError) Unwrap() error { return e.Err }

// tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - tailSize; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}

// socketPath returns a path for the n-th run's socket that fits into a socket address.
func socketPath(dir string, n int) (string, error) {
	path := filepath.Join(dir, fmt.Sprintf("%d.sock", n))
	if len(path) > 100 {
		return "", errors.New("the folder for temporary files has too long a path for a socket: set TMPDIR to a shorter one")
	}
	return path, nil
}
