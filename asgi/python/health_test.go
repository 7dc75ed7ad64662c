package python_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestBlockedLoop: a worker whose event loop hangs is killed and replaced, and the log shows where it hung.
func TestBlockedLoop(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, says string }{
		{"/block", "in on_block"},
		{"/spin", "in on_spin"},
	} {
		f := startFaulty(t, python.Options{HealthTimeout: time.Second})
		status := f.ask(c.path)
		f.gate.wait(t, "blocked")
		if got := <-status; got != http.StatusBadGateway {
			t.Errorf("%s: got %d", c.path, got)
		}
		f.pid(t) // of the next one
		if e := f.book.wait(t, "does not answer, and is killed", 1); e.level != slog.LevelError {
			t.Errorf("%s: got %v", c.path, e)
		}
		if e := f.book.wait(t, c.says, 1); strings.Contains(e.text, `File "nuages/`) || e.level != slog.LevelError {
			t.Errorf("%s: got %v", c.path, e)
		}
	}
}

// TestResponseTimeout: the client gets 504, and the application learns that nobody waits any more. A
// response that has begun may take longer, and so may the client's request.
func TestResponseTimeout(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{ResponseTimeout: time.Second})
	streaming := f.ask("/stream")
	guest := f.gate.wait(t, "stream")
	if status := <-f.ask("/left"); status != http.StatusGatewayTimeout {
		t.Errorf("got %d", status)
	}
	f.gate.wait(t, "left")
	// The client takes longer than a second for its request.
	body, writer := io.Pipe()
	status := make(chan int, 1)
	go func() {
		resp, err := http.Post(f.url+"/upload", "text/plain", body)
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	for range 2 {
		if _, err := writer.Write([]byte("part")); err != nil {
			t.Fatal(err)
		}
		if status := <-f.ask("/left"); status != http.StatusGatewayTimeout {
			t.Errorf("got %d", status)
		}
	}
	writer.Close()
	guest.release()
	if status := <-streaming; status != 200 {
		t.Errorf("the stream got %d", status)
	}
	if got := <-status; got != 200 {
		t.Errorf("the upload got %d", got)
	}
}

// TestClientsLeave: the application learns that its client has gone, and is cancelled when it does not mind.
func TestClientsLeave(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{DisconnectTimeout: time.Second})
	for _, c := range []struct{ path, then string }{{"/left", "left"}, {"/obstinate", "cancelled"}} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET "+c.path+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		f.gate.wait(t, "arrived")
		conn.Close()
		f.gate.wait(t, c.then)
	}
	if stats := f.Stats(); stats.Failed != 0 {
		t.Errorf("got %+v", stats)
	}
}

// TestMaxConcurrency: more requests than that are answered with 503.
func TestMaxConcurrency(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{MaxConcurrency: 2})
	first, second := f.ask("/hold"), f.ask("/hold")
	guests := []*guest{f.gate.wait(t, "hold"), f.gate.wait(t, "hold")}
	resp, err := http.Get(f.url + "/pid")
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := read(t, resp); status != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("got %d %v", status, resp.Header)
	}
	for _, guest := range guests {
		guest.release()
	}
	if a, b := <-first, <-second; a != 200 || b != 200 {
		t.Errorf("got %d and %d", a, b)
	}
	f.pid(t)
}

// TestInside: what a worker has of this process. Its command line tells no secret, it has no descriptors
// but its own, and nobody can connect to it.
func TestInside(t *testing.T) {
	t.Parallel()
	file, err := os.Open("python_test.go")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	f := startFaulty(t, python.Options{Env: []string{"SECRET=a very secret word"}, Interface: python.ASGI})
	_, body := get(t, f.url+"/inside")
	var inside struct {
		Command, Directory, Secret string
		Files                      map[string]string
	}
	if err := json.Unmarshal([]byte(body), &inside); err != nil {
		t.Fatal(err)
	}
	if inside.Secret != "a very secret word" || strings.Contains(inside.Command, "secret") || !strings.Contains(inside.Command, "\x00nuages\x00faults:app\x00worker 1\x00") {
		t.Errorf("the command line is %q", inside.Command)
	}
	if dir, err := filepath.Abs("testdata"); err != nil || inside.Directory != dir {
		t.Errorf("it runs in %s", inside.Directory)
	}
	ours := openFiles(t)
	for fd, name := range inside.Files {
		if n, err := strconv.Atoi(fd); err != nil || n > 3 && slices.Contains(ours, name) && !strings.HasPrefix(name, "/dev/") && !strings.HasPrefix(name, "anon_inode:") {
			t.Errorf("descriptor %s is %s", fd, name)
		}
	}
	pid := f.Stats().Workers[0].PID
	for _, table := range []string{"tcp", "tcp6"} {
		if found := listening(t, pid, table, inside.Files); found != "" {
			t.Errorf("it listens: %s", found)
		}
	}
	for _, e := range f.book.find("a very secret word") {
		t.Errorf("the log tells: %v", e)
	}
}

// listening returns the line of a table of sockets that is one of the process's that listens, or "".
func listening(t testing.TB, pid int, table string, files map[string]string) string {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "net", table))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 10 || fields[3] != "0A" {
			continue
		}
		for _, name := range files {
			if name == "socket:["+fields[9]+"]" {
				return line
			}
		}
	}
	return ""
}

// TestPrinted: what an application prints is in the log, each thing once, with its level.
func TestPrinted(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	get(t, f.url+"/print")
	for _, c := range []struct {
		says  string
		level slog.Level
	}{
		{"to stdout", slog.LevelInfo},
		{"ERROR:shop:to stderr", slog.LevelError},
		{"\uFFFD garbage \x00", slog.LevelWarn},
		{"KeyError: 'lost'", slog.LevelError},
	} {
		e := f.book.wait(t, c.says, 1)
		if e.level != c.level || e.attrs["worker"] != "1" || e.attrs["pid"] == "" {
			t.Errorf("%s: got %v", c.says, e)
		}
	}
	if e := f.book.wait(t, "KeyError", 1); !strings.Contains(e.text, "The handler failed\nTraceback (most recent call last):\n  File ") {
		t.Errorf("got %q", e.text)
	}
}

// TestStats: the figures of a host and its workers.
func TestStats(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{Workers: 2, HealthTimeout: 300 * time.Millisecond})
	<-f.ask("/raise")
	held := f.ask("/hold")
	guest := f.gate.wait(t, "hold")
	for {
		s := f.Stats()
		if s.Ready != 2 || s.Open != 1 || s.Served < 2 || s.Failed != 1 || s.Lost != 0 || s.Restarts != 0 || s.Reloads != 0 {
			t.Fatalf("got %+v", s)
		}
		measured := 0
		for i, w := range s.Workers {
			if w.Number != i+1 || w.State != python.Ready || !strings.HasPrefix(w.Python, "3.") || w.Interface != python.ASGI || w.Loop == "" || w.Started.IsZero() {
				t.Fatalf("got %+v", w)
			}
			if strconv.Itoa(w.PID) == guest.pid != (w.Open == 1) {
				t.Fatalf("got %+v", w)
			}
			if w.Memory > 1<<20 && w.CPU > 0 && w.Lag > 0 && w.Threads >= 1 {
				measured++
			}
		}
		if measured == 2 {
			break
		}
		f.pid(t) // takes its time
	}
	guest.release()
	<-held
}

// TestOldWorker: a worker that has used more processor time than 32 bits of milliseconds, which are 25 days,
// is as alive as others.
func TestOldWorker(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "old.py"), `
import os

class Times:
    user, system = 3e6, 1.0

os.times = lambda: Times
`+helloText("old"))
	h := start(t, "old:app", python.Options{Dir: dir, HealthTimeout: 6 * time.Second})
	url := serve(t, h)
	for {
		if _, body := get(t, url); body != "old" {
			t.Fatalf("got %q", body)
		}
		s := h.Stats()
		if s.Restarts > 0 {
			t.Fatal("it was killed")
		}
		if len(s.Workers) == 1 && s.Workers[0].CPU > 0 {
			if s.Workers[0].CPU != 3000001*time.Second {
				t.Errorf("got %v", s.Workers[0].CPU)
			}
			return
		}
	}
}
