package python_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/python"
)

// TestWSGIChangedHeaders: headers that the application makes something else of are its error, and the
// thread takes the next request.
func TestWSGIChangedHeaders(t *testing.T) {
	t.Parallel()
	book := newLogBook(t)
	url := serve(t, start(t, "wsgiapp:application", python.Options{Threads: 1, ResponseTimeout: 10 * time.Second, Logger: slog.New(book)}))
	if resp, _ := do(t, "GET", url+"/changes_headers"); resp.StatusCode != 500 {
		t.Errorf("got %v", resp.Status)
	}
	if found := book.find("changed its headers"); len(found) != 1 || !strings.Contains(found[0].attrs["error"], "worker=1") {
		t.Errorf("got %v", found)
	}
	if resp, body := do(t, "GET", url+"/hello"); resp.StatusCode != 200 {
		t.Errorf("the next one: got %d %q", resp.StatusCode, body)
	}
}

// TestWSGILateStream: an application that begins an endless response after its time learns that nobody
// reads it.
func TestWSGILateStream(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 2, ResponseTimeout: 500 * time.Millisecond})
	if resp, _ := do(t, "GET", url+"/late_endless"); resp.StatusCode != 504 {
		t.Errorf("got %v", resp.Status)
	}
	do(t, "GET", url+"/set_event?begin")
	for {
		if _, got := do(t, "GET", url+"/wait?late%20endless%20closed"); got == "yes" {
			break
		}
	}
}

// TestWSGIAnswersEarly: a client that leaves while the application has read a part of its request, and
// sends a long response, gives the thread back.
func TestWSGIAnswersEarly(t *testing.T) {
	t.Parallel()
	h := start(t, "wsgiapp:application", python.Options{Threads: 2, StopTimeout: time.Second})
	url := serve(t, h)
	left := errors.New("the client has left")
	err := h.ServeASGI(t.Context(), &asgi.HTTPScope{Scheme: "http", Method: "POST", Path: "/answers_early", HTTPVersion: "1.1"},
		func(ctx context.Context) (asgi.Event, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return &asgi.HTTPRequest{Body: make([]byte, 32<<20), MoreBody: true}, nil
		},
		func(_ context.Context, event asgi.Event) error {
			if _, ok := event.(*asgi.HTTPResponseBody); !ok {
				return nil
			}
			do(t, "GET", url+"/wait?sending")
			return left
		})
	if !errors.Is(err, left) {
		t.Errorf("got %v", err)
	}
	waited := make(chan string, 1)
	go func() {
		_, got := do(t, "GET", url+"/wait?both")
		waited <- got
	}()
	do(t, "GET", url+"/set_event?both")
	if got := <-waited; got != "yes" {
		t.Error("there is one thread only")
	}
}

// A keeper is a response of HTTP/2 whose client leaves: what was written last may still be read.
type keeper struct {
	nowhere
	kept, then []byte
}

func (k *keeper) Write(p []byte) (int, error) {
	if len(p) < 32<<10 {
		return len(p), nil
	}
	k.kept, k.then = p, bytes.Clone(p)
	return 0, errors.New("the client has left")
}

// TestWSGIKeptBuffer: what was passed to a writer that has failed is not written over.
func TestWSGIKeptBuffer(t *testing.T) {
	t.Parallel()
	h := start(t, "wsgiapp:application", python.Options{Threads: 1})
	url := serve(t, h)
	get(t, url+"/hello")
	k := &keeper{nowhere: nowhere{header: http.Header{}}}
	r := httptest.NewRequest("GET", "/numbers", nil)
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/2.0", 2, 0
	func() {
		defer func() {
			if value := recover(); value != http.ErrAbortHandler {
				t.Errorf("got %v", value)
			}
		}()
		h.ServeHTTP(k, r)
	}()
	get(t, url+"/hello") // the thread has done with the other one
	if !bytes.Equal(k.kept, k.then) || len(k.kept) == 0 {
		t.Errorf("the %d bytes are others now", len(k.kept))
	}
}

// TestWSGIOrphans: the requests of a worker that dies fail, though processes that it has forked hold its
// sockets open.
func TestWSGIOrphans(t *testing.T) {
	t.Parallel()
	f := startFaultyAs(t, "faults:wsgi", python.Options{ResponseTimeout: 20 * time.Second})
	asked := f.ask("/orphan")
	defer f.gate.wait(t, "orphan").release()
	if status := <-asked; status != http.StatusBadGateway {
		t.Errorf("got %d", status)
	}
	f.pid(t)
}

// TestWSGIBeforeStart: a request that comes before the workers is answered by them, whatever they speak.
func TestWSGIBeforeStart(t *testing.T) {
	t.Parallel()
	h, err := newHost(t, "wsgiapp:application", python.Options{ResponseTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan struct{})
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(came)
		h.ServeHTTP(w, r)
	}))
	answered := make(chan int, 1)
	go func() {
		resp, err := http.Get(url + "/hello")
		if err != nil {
			answered <- 0
			return
		}
		resp.Body.Close()
		answered <- resp.StatusCode
	}()
	<-came
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer h.Stop(context.Background())
	if status := <-answered; status != 200 {
		t.Errorf("got %d", status)
	}
}
