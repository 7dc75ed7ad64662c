package python_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"net/http/httptest"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/asgi/python"
)

// faulty is a host of testdata/faults.py on a socket of its own.
type faulty struct {
	*python.Host
	url  string
	book *logBook
	gate *gate
}

func startFaulty(t testing.TB, opts python.Options) *faulty {
	t.Helper()
	return startFaultyAs(t, "faults:app", opts)
}

func startFaultyAs(t testing.TB, application string, opts python.Options) *faulty {
	t.Helper()
	f := &faulty{book: newLogBook(t), gate: newGate(t)}
	opts.Logger = slog.New(f.book)
	opts.Env = append(opts.Env, "GATE="+f.gate.path)
	f.Host = start(t, application, opts)
	f.url = serve(t, f.Host)
	return f
}

// ask sends a request in the background; the status of the response, or 0, comes out of the channel.
func (f *faulty) ask(path string) <-chan int {
	status := make(chan int, 1)
	go func() {
		resp, err := http.Get(f.url + path)
		if err != nil {
			status <- 0
			return
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			status <- 0
			return
		}
		status <- resp.StatusCode
	}()
	return status
}

func (f *faulty) pid(t testing.TB) string {
	t.Helper()
	status, body := get(t, f.url+"/pid")
	if status != 200 {
		t.Fatalf("got %d %s", status, body)
	}
	return body
}

func kill(t testing.TB, pid string, signal syscall.Signal) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err == nil {
		err = syscall.Kill(n, signal)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestKilled: the requests in a worker that is killed fail, those in others go on, one line tells of it,
// and another worker takes its place.
func TestKilled(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{Workers: 2})
	var asked [6]<-chan int
	var guests [6]*guest
	for i := range asked {
		asked[i] = f.ask("/hold")
		guests[i] = f.gate.wait(t, "hold")
	}
	victim := guests[0].pid
	kill(t, victim, syscall.SIGKILL)
	died := 0
	for i, status := range asked {
		if guests[i].pid == victim {
			died++
			if got := <-status; got != http.StatusBadGateway {
				t.Errorf("a request in the dead worker got %d", got)
			}
		}
	}
	ended := f.book.wait(t, "a Python worker has ended", 1)
	if ended.attrs["pid"] != victim || ended.attrs["requests"] != strconv.Itoa(died) || ended.attrs["exit"] != "signal: killed" || died == 0 || died == 6 {
		t.Errorf("%d were lost: %v", died, ended)
	}
	f.book.wait(t, "a Python worker has been started anew", 1)
	for i, status := range asked {
		if guests[i].pid != victim {
			guests[i].release()
			if got := <-status; got != 200 {
				t.Errorf("a request in another worker got %d", got)
			}
		}
	}
	if pid := f.pid(t); pid == victim {
		t.Error("the dead answer")
	}
	stats := f.Stats()
	if stats.Restarts != 1 || stats.Lost != int64(died) || stats.Failed != int64(died) || stats.Ready != 2 {
		t.Errorf("got %+v", stats)
	}
	for _, e := range f.book.all() {
		if e.level >= slog.LevelWarn && e.text != ended.text {
			t.Errorf("more is in the log: %v", e)
		}
	}
}

// TestDeaths: a worker that ends in whatever way is replaced, and the log tells the way.
func TestDeaths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, exit, says string }{
		{"/exit", "exit status 7", ""},
		{"/crash", "signal: segmentation fault", "in on_crash"},
	} {
		f := startFaulty(t, python.Options{})
		if status := <-f.ask(c.path); status != http.StatusBadGateway {
			t.Errorf("%s: got %d", c.path, status)
		}
		ended := f.book.wait(t, "a Python worker has ended", 1)
		if !strings.HasPrefix(ended.attrs["exit"], c.exit) || ended.attrs["requests"] != "1" || ended.attrs["worker"] != "1" {
			t.Errorf("%s: got %v", c.path, ended)
		}
		if c.says != "" {
			if said := f.book.wait(t, c.says, 1); said.level != slog.LevelError || !strings.HasPrefix(said.text, "Fatal Python error: ") {
				t.Errorf("%s: got %v", c.path, said)
			}
		}
		f.pid(t) // waits for the next one
	}
}

// TestSystemExit: sys.exit() in a request is its error, as with Uvicorn, and ends nothing else.
func TestSystemExit(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	pid := f.pid(t)
	for _, path := range []string{"/sysexit", "/raise"} {
		if status := <-f.ask(path); status != http.StatusInternalServerError {
			t.Errorf("%s: got %d", path, status)
		}
	}
	if again := f.pid(t); again != pid {
		t.Error("it is another worker")
	}
	// Each error is told once, by whom it happened to and where.
	found := f.book.find("an error of the application")
	if len(found) != 1 || found[0].attrs["path"] != "/raise" || found[0].attrs["method"] != "GET" || !strings.Contains(found[0].attrs["error"], "worker=1") {
		t.Errorf("got %v", found)
	}
	if len(found) > 0 && (!strings.Contains(found[0].attrs["error"], "in on_raise") || strings.Contains(found[0].attrs["error"], `File "nuages/`)) {
		t.Errorf("got %v", found[0].attrs["error"])
	}
}

// TestNoWorker: where no worker is ready requests wait, but not for ever.
func TestNoWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, err := python.New("hello:asgi", &python.Options{Logger: slog.New(newLogBook(t))})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
		if waited := time.Since(began); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || waited != 10*time.Second {
			t.Errorf("got %d %v after %v", w.Code, w.Header(), waited)
		}
	})
}

// TestTerminated: SIGTERM to a worker, as a service manager sends it to all processes, makes room for
// another one without an error.
func TestTerminated(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	held := f.ask("/hold")
	guest := f.gate.wait(t, "hold")
	life := f.gate.wait(t, "life", guest.pid)
	kill(t, guest.pid, syscall.SIGTERM)
	f.gate.wait(t, "life")
	for f.pid(t) == guest.pid {
	}
	guest.release()
	if status := <-held; status != 200 {
		t.Errorf("got %d", status)
	}
	if rest := life.rest(t); rest != "shutdown\n" {
		t.Errorf("the application heard %q", rest)
	}
}

// load has clients ask for the process's number until stop is called, which returns what went wrong.
func (f *faulty) load(t testing.TB, clients int) (stop func() []string) {
	ctx, cancel := context.WithCancel(context.Background())
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	client := &http.Client{Transport: transport}
	var asking sync.WaitGroup
	var mu sync.Mutex
	var wrong []string
	one := func() error {
		resp, err := client.Get(f.url + "/pid")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode == 200 {
			return err
		}
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	for range clients {
		asking.Go(func() {
			for ctx.Err() == nil {
				if err := one(); err != nil {
					mu.Lock()
					wrong = append(wrong, err.Error())
					mu.Unlock()
				}
			}
		})
	}
	return func() []string {
		cancel()
		asking.Wait()
		transport.CloseIdleConnections()
		return wrong
	}
}

// TestReload: no request fails for new workers, a response that has begun is finished, and WebSockets are
// closed with the code for which clients connect again.
func TestReload(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{Workers: 2})
	streaming := f.ask("/stream")
	guest := f.gate.wait(t, "stream")
	socket, _, err := websocket.Dial(t.Context(), f.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	stop := f.load(t, 8)
	for range 3 {
		if err := f.Reload(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if wrong := stop(); len(wrong) > 0 {
		t.Errorf("%d requests failed: %s", len(wrong), wrong[0])
	}
	if _, _, err := socket.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("the WebSocket got %v", err)
	}
	f.gate.wait(t, "closed-1012") // as the application sees it
	guest.release()
	if status := <-streaming; status != 200 {
		t.Errorf("the stream got %d", status)
	}
	for range 6 { // of eight workers
		life := f.gate.wait(t, "life")
		alive := false
		for _, w := range f.Stats().Workers {
			alive = alive || w.State == python.Ready && strconv.Itoa(w.PID) == life.pid
		}
		if alive {
			continue
		}
		if rest := life.rest(t); rest != "shutdown\n" {
			t.Errorf("an old worker's application heard %q", rest)
		}
	}
	if stats := f.Stats(); stats.Reloads != 3 || stats.Ready != 2 || stats.Failed != 0 {
		t.Errorf("got %+v", stats)
	}
}

// TestResize: no request fails where workers are added and taken away, those that are too many finish what
// they have, and the number stays over Reload.
func TestResize(t *testing.T) {
	t.Parallel()
	for _, application := range []string{"faults:app", "faults:wsgi"} {
		f := startFaultyAs(t, application, python.Options{Workers: 2})
		first, second := f.ask("/hold"), f.ask("/hold") // one in each
		guests := []*guest{f.gate.wait(t, "hold"), f.gate.wait(t, "hold")}
		stop := f.load(t, 6)
		for _, n := range []int{1, 3, 2} {
			if err := f.Resize(t.Context(), n); err != nil {
				t.Error(err)
			}
			if s := f.Stats(); s.Size != n || s.Ready != n {
				t.Errorf("%s: got %+v, want %d workers", application, s, n)
			}
		}
		if err := f.Reload(t.Context()); err != nil {
			t.Error(err)
		}
		if wrong := stop(); len(wrong) > 0 {
			t.Errorf("%s: %d requests failed: %s", application, len(wrong), wrong[0])
		}
		for _, guest := range guests {
			guest.release()
		}
		if a, b := <-first, <-second; a != 200 || b != 200 {
			t.Errorf("%s: what was under way got %d and %d", application, a, b)
		}
		if s := f.Stats(); s.Size != 2 || s.Ready != 2 || s.Restarts != 0 || s.Failed != 0 {
			t.Errorf("%s: got %+v", application, s)
		}
		if err := f.Resize(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "one is the least") {
			t.Errorf("got %v", err)
		}
	}
}

// TestRecycling: no request fails where workers are replaced after so many requests, or so much memory.
func TestRecycling(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{Workers: 2, MaxRequests: 40, MaxRequestsJitter: 20})
	stop := f.load(t, 4)
	for range 6 {
		f.gate.wait(t, "life")
	}
	if wrong := stop(); len(wrong) > 0 {
		t.Errorf("%d requests failed: %s", len(wrong), wrong[0])
	}
	if stats := f.Stats(); stats.Restarts < 3 {
		t.Errorf("got %+v", stats)
	}
}

// TestMaxMemory: a worker that has grown too much is replaced.
func TestMaxMemory(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{MaxMemory: 90 << 20, HealthTimeout: 3 * time.Second})
	first := f.gate.wait(t, "life")
	stop := f.load(t, 2)
	_, pid := get(t, f.url+"/hoard")
	if pid != first.pid {
		t.Fatalf("%s answered, not %s", pid, first.pid)
	}
	if rest := first.rest(t); rest != "shutdown\n" {
		t.Errorf("the application heard %q", rest)
	}
	if wrong := stop(); len(wrong) > 0 {
		t.Errorf("%d requests failed: %s", len(wrong), wrong[0])
	}
}

// TestLongLimits: a time that is too long for the worker's clock is no limit.
func TestLongLimits(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{30 * 24 * time.Hour, math.MaxInt64} {
		f := startFaulty(t, python.Options{StopTimeout: timeout, DisconnectTimeout: timeout})
		held := f.ask("/hold")
		guest := f.gate.wait(t, "hold")
		life := f.gate.wait(t, "life", guest.pid)
		socket, _, err := websocket.Dial(t.Context(), f.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer socket.CloseNow()
		if err := f.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := socket.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusServiceRestart { // it is to end
			t.Errorf("%v: the WebSocket got %v", timeout, err)
		}
		guest.release()
		if status := <-held; status != 200 {
			t.Errorf("%v: got %d", timeout, status)
		}
		if rest := life.rest(t); rest != "shutdown\n" {
			t.Errorf("%v: the application heard %q", timeout, rest)
		}
	}
}

// TestFailedReload: the old workers stay, and as many, when new ones can't start.
func TestFailedReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir+"/shop.py", helloText("old"))
	h := start(t, "shop:app", python.Options{Dir: dir, Workers: 2, Logger: slog.New(newLogBook(t))})
	url := serve(t, h)
	write(t, dir+"/shop.py", "raise ValueError('broken')\n")
	if err := h.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "ValueError: broken") {
		t.Errorf("got %v", err)
	}
	if _, body := get(t, url); body != "old" {
		t.Errorf("got %q", body)
	}
	if err := h.Resize(t.Context(), 3); err == nil || !strings.Contains(err.Error(), "ValueError: broken") {
		t.Errorf("got %v", err)
	}
	if s := h.Stats(); s.Size != 2 || s.Ready != 2 {
		t.Errorf("got %+v", s)
	}
	write(t, dir+"/shop.py", helloText("new"))
	if err := h.Reload(t.Context()); err != nil {
		t.Error(err)
	}
	if _, body := get(t, url); body != "new" {
		t.Errorf("got %q", body)
	}
}

// helloText is the source of an application that answers with text.
func helloText(text string) string {
	return fmt.Sprintf(`
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": %q.encode()})
`, text)
}

// TestRestartFails: a worker that has died is tried again and again, with one line for each try.
func TestRestartFails(t *testing.T) {
	t.Parallel()
	dir, book := t.TempDir(), newLogBook(t)
	write(t, dir+"/shop.py", helloText("old"))
	h := start(t, "shop:app", python.Options{Dir: dir, Logger: slog.New(book)})
	url := serve(t, h)
	write(t, dir+"/shop.py", "raise ValueError('broken')\n")
	kill(t, strconv.Itoa(h.Stats().Workers[0].PID), syscall.SIGKILL)
	for i, wait := range []string{"500ms", "1s"} {
		e := book.wait(t, "a Python worker can't be started", i+1)
		if e.level != slog.LevelError || e.attrs["again_in"] != wait || !strings.Contains(e.attrs["error"], "ValueError: broken") {
			t.Errorf("try %d: %v", i+1, e)
		}
	}
	if s := h.Stats(); s.Ready != 0 {
		t.Errorf("got %+v", s)
	}
	write(t, dir+"/shop.py", helloText("new"))
	book.wait(t, "a Python worker has been started anew", 1)
	if _, body := get(t, url); body != "new" {
		t.Errorf("got %q", body)
	}
}
