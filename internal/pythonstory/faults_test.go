//go:build linux

package pythonstory_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/asgi/python"
)

// held is a request that is under way in a worker.
type held struct {
	pid  int
	body *bufio.Reader
}

// hold sends a request that goes on until the file is there.
func (p *protocol) hold(t *testing.T, file string) held {
	t.Helper()
	resp := p.do(t, "GET", "/wait?"+file, nil)
	body := bufio.NewReader(resp.Body)
	line, err := body.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return held{pid, body}
}

// TestKilledWorker kills one of two workers under load: what is under way in the other goes on to its
// end, and of all others only those fail, with 502, that were in the one that is gone.
func TestKilledWorker(t *testing.T) {
	t.Parallel()
	s := hosted(t, "faults:app", python.Options{Workers: 2})
	p := s.protocols()[0]
	file := filepath.Join(t.TempDir(), "go-on")
	first, second, lost := p.hold(t, file), held{}, 1
	for second = p.hold(t, file); second.pid == first.pid; second = p.hold(t, file) {
		lost++
	}
	const clients = 8
	var answered, failed atomic.Int64
	var load sync.WaitGroup
	enough, stop := context.WithCancel(t.Context())
	for range clients {
		load.Go(func() {
			for enough.Err() == nil {
				resp, err := p.client.Get(p.url + "/work")
				if err != nil {
					t.Error(err)
					return
				}
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				switch {
				case err != nil:
					t.Error(err)
				case resp.StatusCode == http.StatusOK:
					answered.Add(1)
				case resp.StatusCode == http.StatusBadGateway:
					failed.Add(1)
				default:
					t.Errorf("got %s", resp.Status)
				}
			}
		})
	}
	more := func(n int64) { // waits for n answers
		for end := answered.Load() + n; answered.Load() < end && enough.Err() == nil; {
			runtime.Gosched()
		}
	}
	more(100)
	if err := syscall.Kill(first.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(first.body); err == nil {
		t.Errorf("the answer of the killed worker ended well: %q", rest)
	}
	more(500)
	s.log.await(t, "started anew", 1)
	stop()
	load.Wait()
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(second.body); string(rest) != "done\n" || err != nil {
		t.Errorf("the answer of the other worker ended with %q, %v", rest, err)
	}
	if n := failed.Load(); n > clients {
		t.Errorf("%d requests failed, want at most the %d that were under way", n, clients)
	}
	want := fmt.Sprintf(`pid=%d exit="signal: killed" requests=%d `, first.pid, int64(lost)+failed.Load())
	if log := s.log.take(); strings.Count(log, "level=ERROR") != 1 || !strings.Contains(log, want) {
		t.Errorf("the log has\n%s\nwant one line with\n%s", log, want)
	}
	t.Logf("%d answered, %d failed", answered.Load(), failed.Load())
}

// TestClientLeaves: the application hears of a client that leaves.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	s := hosted(t, "faults:app", python.Options{})
	for _, p := range s.protocols() {
		ctx, leave := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/wait", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := p.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		left := time.Now()
		leave()
		resp.Body.Close()
		s.log.await(t, "has left", 1)
		t.Logf("%s: heard of it after %v", p.name, time.Since(left))
		if log := s.log.take(); strings.Contains(log, "level=ERROR") {
			t.Errorf("%s: the log has\n%s", p.name, log)
		}
	}
}

// TestEndless: an application that sends without end to a client that does not read is held up: neither
// process keeps what it sends.
func TestEndless(t *testing.T) {
	// not parallel: it looks at this process's memory
	s := hosted(t, "faults:app", python.Options{})
	protocols := s.protocols()
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/endless", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := p.client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			s.heldUp(t, &protocols[0])
			leave()
			resp.Body.Close()
			s.log.await(t, "has left", 1)
			s.log.take()
		})
	}
	t.Run("WebSocket", func(t *testing.T) {
		conn, _, err := websocket.Dial(t.Context(), "ws://"+s.plain+"/endless", nil)
		if err != nil {
			t.Fatal(err)
		}
		s.heldUp(t, &protocols[0])
		conn.CloseNow()
		s.log.await(t, "has left", 1)
	})
	t.Run("upload", func(t *testing.T) {
		var sent atomic.Int64
		file := filepath.Join(t.TempDir(), "go-on")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, protocols[0].url+"/unread?"+file, &endlessBody{&sent})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			resp, err := protocols[0].client.Do(r)
			if err == nil { // or it learns that nobody takes the rest
				resp.Body.Close()
			}
		}()
		s.steady(t, &protocols[0], func(string) int64 { return sent.Load() })
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		<-ended
	})
}

type endlessBody struct{ sent *atomic.Int64 }

func (b *endlessBody) Read(p []byte) (int, error) {
	b.sent.Add(int64(len(p)))
	return len(p), nil
}

// steady asks the application again and again until a figure does not change any more, and fails where
// it is greater than what windows and buffers of sockets may hold.
func (s *site) steady(t *testing.T, p *protocol, figure func(answer string) int64) (answer string) {
	t.Helper()
	var last int64
	for same := 0; same < 200; same++ {
		_, answer = p.get(t, "/")
		n := figure(answer)
		if n != last || n == 0 {
			same, last = 0, n
		}
		if n > 32<<20 {
			t.Fatalf("%d bytes were sent to nobody", n)
		}
	}
	t.Logf("%d KB were sent", last>>10)
	return answer
}

// heldUp waits until the application can't send any more, and looks at the memory of both processes.
func (s *site) heldUp(t *testing.T, p *protocol) {
	t.Helper()
	sent, pid := int64(0), 0
	s.steady(t, p, func(answer string) int64 {
		if _, err := fmt.Sscanf(answer, "%d %d", &sent, &pid); err != nil {
			t.Fatal(err)
		}
		return sent
	})
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	var size, resident, shared int64
	if _, err := fmt.Sscan(string(text), &size, &resident, &shared); err != nil {
		t.Fatal(err)
	}
	var own runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&own)
	t.Logf("Python has %d MB, Go %d MB", resident*int64(os.Getpagesize())>>20, own.HeapInuse>>20)
	if resident*int64(os.Getpagesize()) > 120<<20 || own.HeapInuse > 120<<20 {
		t.Errorf("Python has %d bytes, Go %d", resident*int64(os.Getpagesize()), own.HeapInuse)
	}
}
