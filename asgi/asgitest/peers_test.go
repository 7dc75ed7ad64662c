package asgitest_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// TestUvicorn runs the suite on real Uvicorn: what it does otherwise is listed
// with the reason.
func TestUvicorn(t *testing.T) {
	t.Parallel()
	needModule(t, "uvicorn", "Uvicorn with its protocols (Debian packages python3-uvicorn, python3-httptools, python3-uvloop, python3-websockets, python3-wsproto)",
		"uvicorn", "httptools", "uvloop", "websockets", "wsproto", "h11")
	for _, c := range []struct {
		name       string
		args       []string
		deviations map[string]string
	}{
		{"httptools and websockets", []string{"--loop", "uvloop", "--http", "httptools", "--ws", "websockets"}, websocketsDeviations},
		{"h11 and wsproto", []string{"--loop", "asyncio", "--http", "h11", "--ws", "wsproto"}, wsprotoDeviations},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deviations := maps.Clone(uvicornDeviations)
			maps.Copy(deviations, c.deviations)
			args := append([]string{"-m", "uvicorn", "--port", "0", "--app-dir", "testdata", "--no-use-colors"}, c.args...)
			asgitest.RunServer(t, &asgitest.Server{
				Start:      startPython(append(args, "bridge:app")...),
				WebSocket:  true,
				Lifespan:   true,
				Deviations: deviations,
				Unreliable: uvicornUnreliable,
			})
		})
	}
}

// TestDaphne runs the suite on real Daphne.
func TestDaphne(t *testing.T) {
	t.Parallel()
	needModule(t, "daphne", "Daphne (Debian package daphne)", "daphne")
	asgitest.RunServer(t, &asgitest.Server{
		Start:      startPython("-m", "daphne", "-p", "0", "--ping-interval", "0", "bridge:app"),
		WebSocket:  true,
		Deviations: daphneDeviations,
		Unreliable: daphneUnreliable,
	})
}

// needModule skips where a module of Python is missing.
func needModule(t *testing.T, name, what string, modules ...string) {
	t.Helper()
	if err := exec.Command(realdjango.Python, "-c", "import "+strings.Join(modules, ", ")).Run(); err != nil {
		realdjango.Missing(t, what)
	}
}

// pyLog collects what a server writes and tells its address when it is ready.
type pyLog struct {
	addr chan string

	mu   sync.Mutex
	text bytes.Buffer
	told bool
}

var listening = regexp.MustCompile(`(?:Uvicorn running on http://|Listening on TCP address )(127\.0\.0\.1:\d+)`)

func (l *pyLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if m := listening.FindSubmatch(l.text.Bytes()); m != nil && !l.told {
		l.told = true
		l.addr <- string(m[1])
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

// startPython starts a server written in Python.
func startPython(args ...string) func(testing.TB, asgi.App) (*asgitest.Running, error) {
	return func(t testing.TB, app asgi.App) (*asgitest.Running, error) {
		b, err := newBridge(app)
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { b.ln.Close() })
		log := &pyLog{addr: make(chan string, 1)}
		cmd := exec.Command(realdjango.Python, args...)
		cmd.Stdout, cmd.Stderr = log, log
		cmd.Env = append(os.Environ(), "ASGI_BRIDGE="+b.ln.Addr().String(), "PYTHONPATH=testdata", "PYTHONDONTWRITEBYTECODE=1")
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
				_ = cmd.Process.Signal(syscall.SIGINT)
				err := <-ended
				if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
					err = nil // by the signal
				}
				return log.failure(err)
			}}, nil
		}
	}
}
