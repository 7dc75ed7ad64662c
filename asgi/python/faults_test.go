package python_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestKilledUnderLoad: of requests that never end to come, only those in the worker that is killed fail,
// as many as the log says.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	const clients = 8
	f := startFaulty(t, python.Options{Workers: 2})
	stop := f.load(t, clients)
	for i := range 3 {
		kill(t, f.pid(t), syscall.SIGKILL)
		f.book.wait(t, "a Python worker has been started anew", i+1)
	}
	wrong := stop()
	logged := 0
	for _, e := range f.book.find("a Python worker has ended") {
		n, err := strconv.Atoi(e.attrs["requests"])
		if err != nil {
			t.Fatal(err)
		}
		logged += n
	}
	if len(wrong) != logged || len(wrong) > 3*clients {
		t.Errorf("%d requests failed, the log says %d", len(wrong), logged)
	}
	for _, text := range wrong {
		if text != "status 502" {
			t.Errorf("got %s", text)
		}
	}
	if stats := f.Stats(); stats.Lost != int64(logged) || stats.Restarts != 3 {
		t.Errorf("got %+v", stats)
	}
}

// TestEndlessResponse: what an application sends to a client that does not read stays bounded, in this
// process as in the worker, and ends when the client leaves.
func TestEndlessResponse(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(64 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1<<20)); err != nil { // it is under way
		t.Fatal(err)
	}
	for range 200 { // others are served meanwhile, and it would have sent gigabytes
		f.pid(t)
	}
	f.bounded(t)
	conn.Close()
	f.gate.wait(t, "stopped")
}

// bounded fails the test where this process or a worker has taken much memory.
func (f *faulty) bounded(t testing.TB) {
	t.Helper()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	if memory.HeapInuse > 256<<20 {
		t.Errorf("the host has taken %d MB", memory.HeapInuse>>20)
	}
	for _, w := range f.Stats().Workers {
		statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", w.PID))
		if err != nil {
			t.Fatal(err)
		}
		pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
		if err != nil {
			t.Fatal(err)
		}
		if size := pages * os.Getpagesize(); size > 128<<20 {
			t.Errorf("the worker has taken %d MB", size>>20)
		}
	}
}

// endless is a body without an end, which counts what was taken of it.
type endless struct{ taken atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.taken.Add(int64(len(p)))
	return len(p), nil
}

// TestEndlessRequest: what a client sends to an application that does not read stays outside.
func TestEndlessRequest(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{MaxBody: -1})
	body := &endless{}
	status := make(chan int, 1)
	go func() {
		resp, err := http.Post(f.url+"/deaf", "text/plain", io.NopCloser(body))
		if err != nil {
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	guest := f.gate.wait(t, "deaf")
	for range 200 {
		f.pid(t)
	}
	if taken := body.taken.Load(); taken > 32<<20 {
		t.Errorf("%d MB were taken", taken>>20)
	}
	f.bounded(t)
	guest.release()
	if got := <-status; got != 200 && got != 0 { // 0 where the connection ended first
		t.Errorf("got %d", got)
	}
}

// TestSocketLeaves: the application learns with which code a WebSocket's client has left.
func TestSocketLeaves(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	for _, c := range []struct {
		leave func(*websocket.Conn) error
		then  string
	}{
		{func(c *websocket.Conn) error { return c.Close(websocket.StatusGoingAway, "") }, "closed-1001"},
		{func(c *websocket.Conn) error { return c.CloseNow() }, "closed-1006"},
	} {
		socket, _, err := websocket.Dial(t.Context(), f.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := socket.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
			t.Fatal(err)
		}
		if _, text, err := socket.Read(t.Context()); err != nil || string(text) != "hello" {
			t.Errorf("got %q, %v", text, err)
		}
		if err := c.leave(socket); err != nil {
			t.Error(err)
		}
		f.gate.wait(t, c.then)
	}
}

// TestSocketsOfTheDead: the client of a WebSocket whose worker dies is told to connect again.
func TestSocketsOfTheDead(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	socket, _, err := websocket.Dial(t.Context(), f.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	kill(t, f.pid(t), syscall.SIGKILL)
	if _, _, err := socket.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("got %v", err)
	}
}

// TestFloodedSocket: what an application sends to the client of a WebSocket that does not read stays
// bounded.
func TestFloodedSocket(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	socket, _, err := websocket.Dial(t.Context(), f.url+"/flood", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	if _, _, err := socket.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		f.pid(t)
	}
	f.bounded(t)
	socket.CloseNow()
	f.gate.wait(t, "flooded")
}

// TestDeafSocket: what a client sends to an application that does not receive waits with the client, and
// arrives when it does.
func TestDeafSocket(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	socket, _, err := websocket.Dial(t.Context(), f.url+"/deaf", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	guest := f.gate.wait(t, "deaf")
	const messages, size = 2000, 16 << 10
	var sent atomic.Int64
	written := make(chan error, 1)
	go func() {
		text := []byte(strings.Repeat("x", size))
		for range messages {
			if err := socket.Write(t.Context(), websocket.MessageText, text); err != nil {
				written <- err
				return
			}
			sent.Add(size)
		}
		written <- socket.Write(t.Context(), websocket.MessageText, []byte("end"))
	}()
	for range 100 {
		f.pid(t)
	}
	if n := sent.Load(); n > messages*size/2 {
		t.Errorf("%d MB were taken", n>>20)
	}
	f.bounded(t)
	guest.release()
	if err := <-written; err != nil {
		t.Error(err)
	}
	if _, text, err := socket.Read(t.Context()); err != nil || string(text) != strconv.Itoa(messages*size+len("end")) {
		t.Errorf("got %q, %v", text, err)
	}
}

// TestWrongHeader: the client gets an error, the log names the header, and the application is told when it
// sends again.
func TestWrongHeader(t *testing.T) {
	t.Parallel()
	f := startFaulty(t, python.Options{})
	if status := <-f.ask("/header"); status != http.StatusInternalServerError {
		t.Errorf("got %d", status)
	}
	const wrong = "http.response.start: invalid value of header x-shop: control character"
	if e := f.book.wait(t, "asgi: "+wrong, 1); e.attrs["path"] != "/header" {
		t.Errorf("got %v", e)
	}
	f.book.wait(t, "told: "+wrong, 1)
}
