package commands_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A load sends requests from several clients on kept connections, and tries none again.
type load struct {
	t       *testing.T
	sent    atomic.Int64
	stopped atomic.Bool
	clients sync.WaitGroup
	mu      sync.Mutex
	errs    []error
	workers map[int]int // answers of each
	failed  chan struct{}
}

func startLoad(t *testing.T, url string, clients int) *load {
	l := &load{t: t, workers: map[int]int{}, failed: make(chan struct{})}
	addr := strings.TrimPrefix(url, "http://")
	for range clients {
		l.clients.Go(func() {
			for !l.stopped.Load() {
				if err := l.connection(addr); err != nil {
					l.mu.Lock()
					l.errs = append(l.errs, err)
					if len(l.errs) == 1 {
						close(l.failed)
					}
					l.mu.Unlock()
					return
				}
			}
		})
	}
	t.Cleanup(func() { l.stopped.Store(true); l.clients.Wait() })
	return l
}

// connection asks on one connection until the server says that it closes.
func (l *load) connection(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(2 * patience))
	in := bufio.NewReader(c)
	for n := 0; !l.stopped.Load(); n++ {
		if _, err := io.WriteString(c, "GET /load HTTP/1.1\r\nHost: shop\r\n\r\n"); err != nil {
			return fmt.Errorf("request %d of a connection: %w", n, err)
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return fmt.Errorf("answer %d of a connection: %w", n, err)
		}
		var v told
		body, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = errors.New(resp.Status)
		}
		if err == nil {
			err = json.Unmarshal(body, &v)
		}
		if err != nil {
			return fmt.Errorf("answer %d of a connection: %w: %s", n, err, body)
		}
		l.mu.Lock()
		l.workers[v.PID]++
		l.mu.Unlock()
		l.sent.Add(1)
		if resp.Close {
			return nil
		}
	}
	return nil
}

// until waits until done, or a request has failed.
func (l *load) until(done func() bool) {
	l.t.Helper()
	late := time.After(patience)
	for !done() {
		select {
		case <-l.failed:
			l.end()
			l.t.FailNow()
		case <-late:
			l.t.Fatal("too slow")
		case <-time.After(time.Millisecond):
		}
	}
}

// more waits for n more requests.
func (l *load) more(n int64) {
	l.t.Helper()
	from := l.sent.Load()
	l.until(func() bool { return l.sent.Load() >= from+n })
}

// end stops the clients, and returns how many workers have answered.
func (l *load) end() int {
	l.t.Helper()
	l.stopped.Store(true)
	l.clients.Wait()
	for _, err := range l.errs {
		l.t.Error(err)
	}
	l.t.Logf("%d requests, %d failed, %d workers", l.sent.Load(), len(l.errs), len(l.workers))
	return len(l.workers)
}

// TestReloadUnderLoad replaces the workers by SIGHUP while clients send requests.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := serve(t, apps, nil, "plain", "--port", "0", "--workers", "2", "--no-access-log")
	l := startLoad(t, p.url(), 8)
	const reloads = 4
	for range reloads {
		l.more(300)
		p.signal(syscall.SIGHUP)
		p.wait("the workers are replaced")
	}
	l.more(300)
	if n := l.end(); n != 2*(reloads+1) {
		t.Errorf("%d workers have answered, want %d", n, 2*(reloads+1))
	}
}

// TestResizeUnderLoad adds workers and takes them away by signals while clients send requests.
func TestResizeUnderLoad(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := serve(t, apps, nil, "plain", "--port", "0", "--no-access-log")
	l := startLoad(t, p.url(), 4)
	for _, step := range []struct {
		signal syscall.Signal
		says   string
	}{
		{syscall.SIGTTOU, "the last worker stays"},
		{syscall.SIGTTIN, "the number of workers has changed.* workers=2"},
		{syscall.SIGTTOU, "the number of workers has changed.* workers=1"},
		{syscall.SIGTTIN, "the number of workers has changed.* workers=2"},
	} {
		l.more(200)
		p.signal(step.signal)
		p.wait(step.says)
	}
	l.more(200)
	if n := l.end(); n != 3 {
		t.Errorf("%d workers have answered, want 3", n)
	}
}

// TestMaxRequestsUnderLoad has each worker replaced after some hundred requests.
func TestMaxRequestsUnderLoad(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := serve(t, apps, nil, "plain", "--port", "0", "--workers", "2", "--limit-max-requests", "200", "--limit-max-requests-jitter", "50", "--no-access-log")
	l := startLoad(t, p.url(), 8)
	l.until(func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.workers) >= 6
	})
	l.end()
}

// TestRestartUnderLoad puts another process in the place of the running one, by the control socket and
// by SIGUSR2.
func TestRestartUnderLoad(t *testing.T) {
	t.Parallel()
	needPython(t)
	control := filepath.Join(t.TempDir(), "control")
	p := serve(t, apps, nil, "plain", "--port", "0", "--no-access-log", "--control-socket", control)
	l := startLoad(t, p.url(), 4)
	l.more(200)
	code, stdout, stderr := run(t, apps, nil, "restart", "--control-socket", control)
	if code != 0 || !strings.Contains(stdout, "serves now") {
		t.Fatalf("restart: code %d\n%s%s", code, stdout, stderr)
	}
	l.more(200)
	if code := p.end(); code != 0 {
		t.Errorf("the first process ends with code %d", code)
	}
	if n := l.end(); n != 2 {
		t.Errorf("%d workers have answered, want 2", n)
	}
	var pid int
	if _, err := fmt.Sscanf(stdout, "Process %d", &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitForEnd(t, pid)
}

// waitForEnd waits until a process that is not ours to wait for has ended.
func waitForEnd(t testing.TB, pid int) {
	t.Helper()
	late := time.After(patience)
	for syscall.Kill(pid, 0) == nil {
		select {
		case <-late:
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("process %d goes on", pid)
		case <-time.After(time.Millisecond):
		}
	}
}
