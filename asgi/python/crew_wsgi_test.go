package python_test

import (
	"context"
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
