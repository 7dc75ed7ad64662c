package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

// patience is how long a test waits for anything before it gives up.
const patience = 30 * time.Second

// running is a server that runs for a test.
type running struct {
	addr string
	stop context.CancelFunc // begins the stop
	end  func() error       // waits for Serve's end
}

func serve(t *testing.T, h http.Handler, opts *server.Options) *running {
	t.Helper()
	ln, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, ln, h, opts)
}

func serveOn(t *testing.T, ln net.Listener, h http.Handler, opts *server.Options) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, ln, h, opts) }()
	r := &running{addr: ln.Addr().String(), stop: stop, end: sync.OnceValue(func() error {
		select {
		case err := <-ended:
			return err
		case <-time.After(patience):
			return errors.New("Serve does not return")
		}
	})}
	t.Cleanup(func() {
		stop()
		_ = r.end()
	})
	return r
}

func site(view web.Handler) http.Handler { return web.ToHTTP(view, nil) }

// dial opens a connection and sends text on it.
func dial(t *testing.T, addr, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

func TestStopLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	began, finish := make(chan struct{}), make(chan struct{})
	ctxErr := make(chan error, 1)
	r := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-finish
		ctxErr <- r.Context().Err()
		io.WriteString(w, "done")
	}), nil)
	idle := dial(t, r.addr, "")
	c := dial(t, r.addr, request)
	<-began
	r.stop()
	for { // the listener is closed soon after
		late, err := net.Dial("tcp", r.addr)
		if err != nil {
			break
		}
		late.Close()
	}
	close(finish)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(resp.Body); string(b) != "done" || err != nil {
		t.Errorf("the request under way got %q, %v", b, err)
	}
	if err := <-ctxErr; err != nil {
		t.Errorf("its context has ended: %v", err)
	}
	idle.Close()
	if err := r.end(); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestStopEndsStreams(t *testing.T) {
	t.Parallel()
	cleaned := make(chan struct{})
	r := serve(t, site(func(*web.Request) (web.Response, error) {
		return web.SSE(func(ctx context.Context, events *web.EventStream) error {
			defer close(cleaned)
			if err := events.Send(web.Event{Data: "one"}); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}, nil), nil
	}), nil)
	c := dial(t, r.addr, request)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, len("data: one\n\n"))
	if _, err := io.ReadFull(resp.Body, first); err != nil {
		t.Fatal(err)
	}
	r.stop()
	if rest, err := io.ReadAll(resp.Body); err != nil {
		t.Errorf("the stream was broken off after %q: %v", rest, err)
	}
	<-cleaned
	if err := r.end(); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// TestStopWaitsForWebSockets has a view that tidies up after its socket's end: Serve must not return
// before it.
func TestStopWaitsForWebSockets(t *testing.T) {
	t.Parallel()
	tidy, tidied := make(chan struct{}), make(chan struct{})
	r := serve(t, site(func(*web.Request) (web.Response, error) {
		return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
			_, _, err := ws.Read(ctx)
			<-tidy
			close(tidied)
			return err
		}, nil), nil
	}), nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws://"+r.addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	r.stop()
	_, _, err = c.Read(ctx)
	if got := websocket.CloseStatus(err); got != websocket.StatusGoingAway {
		t.Errorf("the socket was closed with %v (%v), want 1001", got, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- r.end() }()
	select {
	case <-ended:
		t.Error("Serve has returned before the view")
	case <-time.After(50 * time.Millisecond):
	}
	close(tidy)
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	select {
	case <-tidied:
	default:
		t.Error("Serve has returned before the view")
	}
}

func TestGraceExceeded(t *testing.T) {
	t.Parallel()
	hijack := func(w http.ResponseWriter) net.Conn {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
		}
		return c
	}
	for name, handler := range map[string]func(w http.ResponseWriter, r *http.Request){
		"a request that waits for its context": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a connection taken over that is read": func(w http.ResponseWriter, _ *http.Request) {
			c := hijack(w)
			io.Copy(io.Discard, c)
		},
		"a connection taken over that waits for the context": func(w http.ResponseWriter, r *http.Request) {
			defer hijack(w).Close()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began, returned := make(chan struct{}), make(chan struct{})
			r := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(returned)
				close(began)
				handler(w, r)
			}), &server.Options{Grace: 20 * time.Millisecond})
			c := dial(t, r.addr, request)
			<-began
			r.stop()
			err := r.end()
			if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "stop: requests were still under way after 20ms and have been broken off") {
				t.Errorf("Serve: %v", err)
			}
			select {
			case <-returned:
			default:
				t.Error("Serve has returned before the handler")
			}
			if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the connection goes on: %v", err)
			}
		})
	}
}

// TestStubbornHandler has a handler that heeds nothing: it is given up.
func TestStubbornHandler(t *testing.T) {
	t.Parallel()
	began, finish := make(chan struct{}), make(chan struct{})
	defer close(finish)
	r := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(began)
		<-finish
	}), &server.Options{Grace: -1})
	dial(t, r.addr, request)
	<-began
	r.stop()
	if err := r.end(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Serve: %v", err)
	}
}

func TestListenerFails(t *testing.T) {
	t.Parallel()
	ln, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	err = server.Serve(t.Context(), ln, http.NotFoundHandler(), nil)
	if !errors.Is(err, net.ErrClosed) || !strings.HasPrefix(err.Error(), "serve on 127.0.0.1:") {
		t.Errorf("Serve on a closed listener: %v", err)
	}
}

func TestStoppedBeforeItBegan(t *testing.T) {
	t.Parallel()
	ln, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Serve(ctx, ln, http.NotFoundHandler(), nil); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is open: %v", err)
	}
}

func TestContextValues(t *testing.T) {
	t.Parallel()
	type key struct{}
	ln, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	ended := make(chan error, 1)
	go func() {
		ended <- server.Serve(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Context().Value(key{}))
		}), nil)
	}()
	resp, err := http.ReadResponse(bufio.NewReader(dial(t, ln.Addr().String(), request)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(resp.Body); string(b) != "value" {
		t.Errorf("the request's context has the value %s", b)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	r := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "fine")
	}), &server.Options{ReadHeaderTimeout: 50 * time.Millisecond, IdleTimeout: 50 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	t.Run("header timeout", func(t *testing.T) {
		t.Parallel()
		c := dial(t, r.addr, "GET / HTTP/1.1\r\nHost: localh")
		if b, err := io.ReadAll(c); err != nil || strings.Contains(string(b), "fine") {
			t.Errorf("a client that does not finish its headers got %q, %v", b, err)
		}
	})
	t.Run("idle timeout", func(t *testing.T) {
		t.Parallel()
		c := dial(t, r.addr, request)
		if b, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(b), "fine") {
			t.Errorf("a client that keeps its connection got %q, %v", b, err)
		}
	})
	for size, want := range map[int]string{60 << 10: "200 OK", 72 << 10: "431 Request Header Fields Too Large"} {
		t.Run(fmt.Sprint(size, " bytes of headers"), func(t *testing.T) {
			t.Parallel()
			c := dial(t, r.addr, "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: "+strings.Repeat("x", size)+"\r\n\r\n")
			status, err := bufio.NewReader(c).ReadString('\n')
			if err != nil || status != "HTTP/1.1 "+want+"\r\n" {
				t.Errorf("got %q, %v; want %s", status, err, want)
			}
		})
	}
}
