package python_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestStop: a request that is under way is answered, and the application's shutdown waited for.
func TestStop(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{Workers: 2})
	held := f.ask("/hold")
	guest := f.gate.wait(t, "hold")
	busy, other := f.gate.wait(t, "life", guest.pid), f.gate.wait(t, "life")
	stopped := make(chan error, 1)
	go func() { stopped <- f.Stop(context.Background()) }()
	if rest := other.rest(t); rest != "shutdown\n" {
		t.Errorf("the application heard %q", rest)
	}
	guest.release()
	if status := <-held; status != 200 {
		t.Errorf("got %d", status)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if rest := busy.rest(t); rest != "shutdown\n" {
		t.Errorf("the application heard %q", rest)
	}
	if stats := f.Stats(); len(stats.Workers) > 0 || stats.Failed > 0 || stats.Open > 0 {
		t.Errorf("got %+v", stats)
	}
	if err := f.Start(t.Context()); err != nil { // once more
		t.Fatal(err)
	}
	f.pid(t)
}

// TestStopTimeout: a request that goes on for too long is cut off, the application's shutdown is not.
func TestStopTimeout(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{StopTimeout: time.Second})
	held, streaming := f.ask("/hold"), f.ask("/stream")
	f.gate.wait(t, "hold")
	f.gate.wait(t, "stream")
	life := f.gate.wait(t, "life")
	if err := f.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	if status := <-held; status != http.StatusBadGateway {
		t.Errorf("got %d", status)
	}
	if status := <-streaming; status != 0 {
		t.Errorf("the stream got %d", status)
	}
	if rest := life.rest(t); rest != "shutdown\n" {
		t.Errorf("the application heard %q", rest)
	}
	if e := f.book.wait(t, "was stopped before it had answered all requests", 1); e.attrs["requests"] != "2" {
		t.Errorf("got %v", e)
	}
}

// TestStopHung: a worker that hears nothing is killed, at the latest when the context of Stop ends.
func TestStopHung(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{time.Second, -1} {
		f := startFaulty(t, python.Options{StopTimeout: timeout})
		blocked := f.ask("/block")
		f.gate.wait(t, "blocked")
		ctx, cancel := context.WithCancel(t.Context())
		if timeout < 0 {
			cancel()
		}
		if err := f.Stop(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		if status := <-blocked; status != http.StatusBadGateway {
			t.Errorf("got %d", status)
		}
	}
}

// TestStopStarting: Stop does not wait for what starts when its context has ended.
func TestStopStarting(t *testing.T) {
	t.Parallel()
	h, err := newHost(t, "hangs:app", python.Options{Dir: "testdata/broken", StartTimeout: 15 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan error, 1)
	go func() { started <- h.Start(t.Context()) }()
	for len(h.Stats().Workers) == 0 {
		runtime.Gosched()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Stop(ctx); err != nil {
		t.Error(err)
	}
	var failed *python.StartError
	if err := <-started; !errors.As(err, &failed) || failed.Stage != "exit" {
		t.Errorf("got %v", err)
	}
}

// TestRun: Run ends with its context.
func TestRun(t *testing.T) {
	t.Parallel()
	gate := newGate(t)
	h, err := newHost(t, "faults:app", python.Options{Env: []string{"GATE=" + gate.path}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	life := gate.wait(t, "life")
	url := serve(t, h)
	get(t, url+"/pid") // it is ready
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if rest := life.rest(t); rest != "shutdown\n" {
		t.Errorf("the application heard %q", rest)
	}
}

// parentGate tells TestParent to be a process that is killed.
const parentGate = "NUAGES_TEST_PARENT_GATE"

// TestParent is the process of TestParentKilled.
func TestParent(t *testing.T) {
	path := os.Getenv(parentGate)
	if path == "" {
		return // TestParentKilled runs it
	}
	h := start(t, "faults:app", python.Options{Workers: 2, Env: []string{"GATE=" + path}})
	url := serve(t, h)
	go http.Get(url + "/hold")
	http.Get(url + "/block")
}

// TestParentKilled: workers whose parent was killed end by themselves: those that can tell the
// application, those that hang some seconds later.
func TestParentKilled(t *testing.T) {
	t.Parallel()
	needPython(t)
	gate := newGate(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestParent$", "-test.count=1")
	cmd.Env = append(os.Environ(), parentGate+"="+gate.path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hung := gate.wait(t, "blocked").pid
	held := gate.wait(t, "hold").pid
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if held != hung {
		if rest := gate.wait(t, "life", held).rest(t); rest != "shutdown\n" {
			t.Errorf("the application heard %q", rest)
		}
	}
	if rest := gate.wait(t, "life", hung).rest(t); rest != "" {
		t.Errorf("the application that hangs heard %q", rest)
	}
}

// TestNothingIsLeft: no process, descriptor or goroutine outlives a host. It is not parallel, since it
// counts those of this process.
func TestNothingIsLeft(t *testing.T) {
	gate := newGate(t)
	once := func() {
		h, err := newHost(t, "faults:app", python.Options{Workers: 2, Reload: true, Dir: "testdata", Logger: slog.New(newLogBook(t)), Env: []string{"GATE=" + gate.path}})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := h.Reload(t.Context()); err != nil {
			t.Error(err)
		}
		if err := h.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		for range 4 {
			if pid, err := strconv.Atoi(gate.wait(t, "life").pid); err != nil || syscall.Kill(pid, 0) != syscall.ESRCH {
				t.Errorf("process %d is still there", pid)
			}
		}
		broken, err := newHost(t, "exits:app", python.Options{Dir: "testdata/broken", Logger: slog.New(newLogBook(t))})
		if err != nil {
			t.Fatal(err)
		}
		if broken.Start(t.Context()) == nil {
			t.Error("it has started")
		}
	}
	once() // what is made once for all stays
	files := openFiles(t)
	once()
	runtime.GC() // shared memory goes with its last user
	for _, name := range openFiles(t) {
		found := false
		for _, before := range files {
			found = found || name == before
		}
		if !found && !strings.HasPrefix(name, "socket:") { // those of the gate
			t.Errorf("open: %s", name)
		}
	}
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
		t.Fatal(err)
	}
	for stack := range strings.SplitSeq(stacks.String(), "\n\n") {
		collected := strings.Contains(stack, "runtime.runCleanups") // the shared memory, by the garbage collector
		if strings.Contains(stack, "asgi/python.") && !strings.Contains(stack, "_test.") && !collected {
			t.Errorf("running: %s", stack)
		}
	}
}

func openFiles(t testing.TB) []string {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if name, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			names = append(names, name)
		}
	}
	return names
}
