package pythontest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// Need skips the test where a module of Python is missing, or fails it as realdjango.Missing says.
func Need(t testing.TB, what string, modules ...string) {
	t.Helper()
	if err := exec.Command(realdjango.Python, "-c", "import "+strings.Join(modules, ", ")).Run(); err != nil {
		realdjango.Missing(t, what)
	}
}

// NeedUvicorn is Need for Uvicorn with its protocols.
func NeedUvicorn(t testing.TB) {
	t.Helper()
	Need(t, "Uvicorn with its protocols (Debian packages python3-uvicorn, python3-httptools, python3-uvloop, python3-websockets, python3-wsproto)",
		"uvicorn", "httptools", "uvloop", "websockets", "wsproto", "h11")
}

// NeedDaphne is Need for Daphne.
func NeedDaphne(t testing.TB) {
	t.Helper()
	Need(t, "Daphne (Debian package daphne)", "daphne")
}

// UvicornFast starts real Uvicorn with its fast protocols.
func UvicornFast(_ testing.TB, app App) (*asgitest.Running, error) {
	return uvicorn(app, "--loop", "uvloop", "--http", "httptools", "--ws", "websockets")
}

// UvicornPure starts real Uvicorn with what is written in Python alone.
func UvicornPure(_ testing.TB, app App) (*asgitest.Running, error) {
	return uvicorn(app, "--loop", "asyncio", "--http", "h11", "--ws", "wsproto")
}

func uvicorn(app App, args ...string) (*asgitest.Running, error) {
	args = append([]string{"-m", "uvicorn", "--port", "0", "--app-dir", app.Dir, "--no-use-colors"}, args...)
	if app.Factory {
		args = append(args, "--factory")
	}
	if app.RootPath != "" {
		args = append(args, "--root-path", app.RootPath)
	}
	return startPython(app, syscall.SIGINT, append(args, app.Name))
}

// Daphne starts real Daphne. It is killed at its end: it has nothing to tell of it, and often does not come to
// it by itself.
func Daphne(_ testing.TB, app App) (*asgitest.Running, error) {
	if app.Factory {
		return nil, errors.New("Daphne calls no factories")
	}
	args := []string{"-m", "daphne", "-p", "0", "--ping-interval", "0"}
	if app.RootPath != "" {
		args = append(args, "--root-path", app.RootPath)
	}
	return startPython(app, syscall.SIGKILL, append(args, app.Name))
}

// pyLog collects what a server writes, and tells its address when it is ready and when its end is held up.
type pyLog struct {
	addr chan string
	held chan struct{}

	mu    sync.Mutex
	text  bytes.Buffer
	told  bool
	waits bool
}

// holdingUp is what Uvicorn says when it waits at its end for requests that go on.
const holdingUp = "(CTRL+C to force quit)"

var listening = regexp.MustCompile(`(?:Uvicorn running on http://|Listening on TCP address )(127\.0\.0\.1:\d+)`)

func (l *pyLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if m := listening.FindSubmatch(l.text.Bytes()); m != nil && !l.told {
		l.told = true
		l.addr <- string(m[1])
	}
	if !l.waits && bytes.Contains(l.text.Bytes(), []byte(holdingUp)) {
		l.waits = true
		close(l.held)
	}
	return len(p), nil
}

var lifespanFailure = regexp.MustCompile(`ERROR:\s+(.*)\nERROR:\s+Application (startup|shutdown) failed`)

// failure returns what the log says of the lifespan, or err.
func (l *pyLog) failure(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m := lifespanFailure.FindSubmatch(l.text.Bytes()); m != nil {
		return &asgi.LifespanError{Event: "lifespan." + string(m[2]) + ".failed", Message: string(m[1])}
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, &l.text)
	}
	return nil
}

// stopPatience is how long a server may take to end.
const stopPatience = 20 * time.Second

// startPython starts a server written in Python.
func startPython(app App, stop os.Signal, args []string) (*asgitest.Running, error) {
	log := &pyLog{addr: make(chan string, 1), held: make(chan struct{})}
	cmd := exec.Command(realdjango.Python, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "PYTHONPATH="+app.Dir, "PYTHONDONTWRITEBYTECODE=1")
	cmd.Env = append(cmd.Env, app.Env...)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return nil, log.failure(errors.Join(errors.New("the server has ended"), err))
	case addr := <-log.addr:
		return &asgitest.Running{Addr: addr, Stop: func() error {
			_ = cmd.Process.Signal(stop)
			timer := time.AfterFunc(stopPatience, func() { _ = cmd.Process.Kill() })
			defer timer.Stop()
			var err error
			select {
			case err = <-ended:
			case <-log.held:
				_ = cmd.Process.Signal(stop) // the second one ends it at once
				err = <-ended
			}
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
				err = nil // by the signal
			}
			return log.failure(err)
		}}, nil
	}
}
