package python_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestWSGIDeaths: what TestKilled and TestTerminated say of ASGI workers holds for WSGI ones.
func TestWSGIDeaths(t *testing.T) {
	t.Parallel()
	f := startFaultyAs(t, "faults:wsgi", python.Options{Threads: 3})
	held := f.ask("/hold")
	guest := f.gate.wait(t, "hold")
	life := f.gate.wait(t, "life", guest.pid)
	kill(t, guest.pid, syscall.SIGTERM)
	next := f.gate.wait(t, "life")
	for f.pid(t) != next.pid {
	}
	guest.release()
	if status := <-held; status != 200 {
		t.Errorf("after SIGTERM: got %d", status)
	}
	if rest := life.rest(t); rest != "" {
		t.Errorf("the application heard %q", rest)
	}

	first, second := f.ask("/hold"), f.ask("/hold")
	f.gate.wait(t, "hold")
	f.gate.wait(t, "hold")
	kill(t, next.pid, syscall.SIGKILL)
	if a, b := <-first, <-second; a != http.StatusBadGateway || b != http.StatusBadGateway {
		t.Errorf("after SIGKILL: got %d and %d", a, b)
	}
	if e := f.book.wait(t, "a Python worker has ended", 1); e.attrs["requests"] != "2" {
		t.Errorf("got %v", e)
	}
	f.pid(t)
	if status := <-f.ask("/raise"); status != http.StatusInternalServerError {
		t.Errorf("got %d", status)
	}
	if found := f.book.find("an error of the application"); len(found) != 1 || !strings.Contains(found[0].attrs["error"], "worker=1") || strings.Contains(found[0].attrs["error"], `File "nuages/`) {
		t.Errorf("got %v", found)
	}
	if s := f.Stats(); s.Lost != 2 || s.Failed != 3 || s.Restarts != 2 || s.Workers[0].Interface != python.WSGI {
		t.Errorf("got %+v", s)
	}
}

// TestWSGIStopTimeout: a thread that does not come back is ended with its worker.
func TestWSGIStopTimeout(t *testing.T) {
	t.Parallel()
	f := startFaultyAs(t, "faults:wsgi", python.Options{StopTimeout: time.Second})
	held := f.ask("/hold")
	f.gate.wait(t, "hold")
	if err := f.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	if status := <-held; status != http.StatusBadGateway {
		t.Errorf("got %d", status)
	}
}

// TestBlockedThreads: a worker none of whose threads comes back is replaced, and the log shows where they
// are; one whose threads wait for their clients goes on.
func TestBlockedThreads(t *testing.T) {
	t.Parallel()
	slow := startFaultyAs(t, "faults:wsgi", python.Options{Threads: 1, ThreadTimeout: time.Second})
	body, writer := io.Pipe()
	uploaded := make(chan int, 1)
	go func() {
		resp, err := http.Post(slow.url+"/upload", "text/plain", body)
		if err != nil {
			t.Error(err)
			uploaded <- 0
			return
		}
		resp.Body.Close()
		uploaded <- resp.StatusCode
	}()
	if _, err := writer.Write(make([]byte, 100<<10)); err != nil { // more than is read before a thread is taken
		t.Fatal(err)
	}
	slow.gate.wait(t, "uploading")

	f := startFaultyAs(t, "faults:wsgi", python.Options{Threads: 2, ThreadTimeout: time.Second})
	for n := 1; n <= 2; n++ { // meanwhile the upload goes on
		first := f.ask("/wait")
		f.gate.wait(t, "waits")
		f.pid(t) // one thread is left
		second := f.ask("/wait")
		f.gate.wait(t, "waits")
		if a, b := <-first, <-second; a != http.StatusBadGateway || b != http.StatusBadGateway {
			t.Errorf("got %d and %d", a, b)
		}
		if e := f.book.wait(t, "all threads of a Python worker are blocked", n); e.level != slog.LevelError || e.attrs["silent"] != "1s" {
			t.Errorf("got %v", e)
		}
		if e := f.book.wait(t, "in wait_for_ever", n); strings.Count(e.text, "in wait_for_ever") != 2 {
			t.Errorf("got %v", e)
		}
	}
	f.pid(t)
	writer.Close()
	if status := <-uploaded; status != 200 {
		t.Errorf("the upload got %d", status)
	}
	if s := slow.Stats(); s.Restarts != 0 {
		t.Errorf("got %+v", s)
	}
}
