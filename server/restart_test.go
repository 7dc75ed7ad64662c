//go:build unix

package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// askUntil sends requests on kept connections until done, and reconnects only where the server said
// that it closes. No request is tried again.
func askUntil(addr string, done func() bool) error {
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		err = askOn(c, done)
		c.Close()
		if err != nil || done() {
			return err
		}
	}
}

func askOn(c net.Conn, done func() bool) error {
	_ = c.SetDeadline(time.Now().Add(5 * patience))
	in := bufio.NewReader(c)
	for n := 0; !done(); n++ {
		if _, err := io.WriteString(c, request); err != nil {
			return fmt.Errorf("request %d of a connection: %w", n, err)
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return fmt.Errorf("answer %d of a connection: %w", n, err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			return fmt.Errorf("answer %d of a connection: %s, %w", n, resp.Status, err)
		}
		if resp.Close {
			return nil
		}
	}
	return nil
}

const restarts = 10

// TestRestartUnderLoad restarts while clients send 100,000 requests.
func TestRestartUnderLoad(t *testing.T) {
	t.Parallel()
	r := startService(t)
	const clients, requests = 64, 100_000
	var sent atomic.Int64
	var restarted atomic.Bool
	done := func() bool { return sent.Add(1) > requests && restarted.Load() }
	errs := make(chan error, clients)
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() { errs <- askUntil(r.addr, done) })
	}
	ended := make(chan struct{})
	go func() {
		wg.Wait()
		close(ended)
	}()
	for n := range int64(restarts) {
		for sent.Load() < n*requests/restarts { // so that each comes amid requests
			select {
			case <-ended:
				t.Fatalf("the clients have ended after %d requests: %v", sent.Load(), <-errs)
			case <-time.After(time.Millisecond):
			}
		}
		r.restart()
	}
	restarted.Store(true)
	<-ended
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d requests", sent.Load())
}

// TestRestartUnderStreams restarts while clients hold WebSockets and event streams, which each end
// in a way that their clients come back on.
func TestRestartUnderStreams(t *testing.T) {
	t.Parallel()
	r := startService(t)
	const each = 500
	var stopped atomic.Bool
	var sockets, streams atomic.Int64 // how often they were opened
	var wg sync.WaitGroup
	errs := make(chan error, 2*each)
	for range each {
		wg.Go(func() {
			for !stopped.Load() {
				if err := holdSocket(t.Context(), r.addr, &sockets, &stopped); err != nil {
					errs <- err
					return
				}
			}
		})
		wg.Go(func() {
			for !stopped.Load() {
				if err := holdEvents(r.addr, &streams); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	for n := int64(1); n <= restarts; n++ {
		// All have come (back) before they are sent away again.
		for deadline := time.Now().Add(2 * patience); sockets.Load() < n*each || streams.Load() < n*each; {
			if time.Now().After(deadline) {
				t.Fatalf("after %d restarts: %d sockets and %d streams were opened, want %d", n-1, sockets.Load(), streams.Load(), n*each)
			}
			select {
			case err := <-errs:
				t.Fatal(err)
			case <-time.After(time.Millisecond):
			}
		}
		if n == restarts {
			stopped.Store(true)
		}
		r.restart()
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
}

// holdSocket opens a WebSocket and waits until the server says goodbye.
func holdSocket(ctx context.Context, addr string, opened *atomic.Int64, stopped *atomic.Bool) error {
	ctx, cancel := context.WithTimeout(ctx, 5*patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws://"+addr+"/socket", nil)
	for errors.Is(err, io.EOF) && ctx.Err() == nil {
		// On a machine with no time to read a new connection before the pause of the stop
		// is over, it is closed unanswered, and the client comes again.
		c, _, err = websocket.Dial(ctx, "ws://"+addr+"/socket", nil)
	}
	if err != nil {
		return fmt.Errorf("open a WebSocket: %w", err)
	}
	defer c.CloseNow()
	opened.Add(1)
	_, _, err = c.Read(ctx)
	if code := websocket.CloseStatus(err); code != websocket.StatusGoingAway {
		return fmt.Errorf("a WebSocket ended with %w, want 1001", err)
	}
	return nil
}

// holdEvents opens an event stream and waits for its end, which has to be clean.
func holdEvents(addr string, opened *atomic.Int64) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * patience))
	if _, err := io.WriteString(c, "GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return fmt.Errorf("open an event stream: %w", err)
	}
	first := make([]byte, len("data: "))
	if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "data: " {
		return fmt.Errorf("first event: %q, %w", first, err)
	}
	opened.Add(1)
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("an event stream ended with: %w", err)
	}
	return nil
}

// TestRestartFails has the new process fail: the old one goes on, and a later attempt succeeds.
func TestRestartFails(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "broken")
	r := startService(t, brokenEnv+"="+broken)
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(r.pid, syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	want := "failed restart: the new process has ended before it was ready (exit status 1); this one goes on"
	if line := r.wait("failed "); line != want {
		t.Errorf("got %q, want %q", line, want)
	}
	if got := get(t, r.addr); got != strconv.Itoa(r.pid) {
		t.Errorf("answered by %s, want %d", got, r.pid)
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	r.restart()
	if got := get(t, r.addr); got != strconv.Itoa(r.pid) {
		t.Errorf("answered by %s, want %d", got, r.pid)
	}
}

// TestRestartUnix hands a Unix socket over. Its file stays while a process listens, also where a new
// one fails after it has taken the socket, and goes with the last.
func TestRestartUnix(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "sock") // t.TempDir's names may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path, broken := filepath.Join(dir, "s"), filepath.Join(dir, "broken")
	r := startService(t, serviceEnv+"=unix:"+path, lateEnv+"="+broken)
	ask := func() string {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(patience))
		_, _ = io.WriteString(c, request)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(r.pid, syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	r.wait("failed ")
	if got, want := ask(), strconv.Itoa(r.pid); got != want {
		t.Errorf("after a restart that failed: answered by %s, want %s", got, want)
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	r.restart()
	if got, want := ask(), strconv.Itoa(r.pid); got != want {
		t.Errorf("answered by %s, want %s", got, want)
	}
	r.stop()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket's file is left behind: %v", err)
	}
}

// get asks on a connection of its own.
func get(t *testing.T, addr string) string {
	t.Helper()
	c := dial(t, addr, request)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
