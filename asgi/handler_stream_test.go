package asgi_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

func TestHandlerDuplex(t *testing.T) {
	t.Parallel()
	app := asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if err := sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{MoreBody: true}); err != nil {
			return err
		}
		for {
			event, err := receive(ctx)
			if err != nil {
				return err
			}
			request, ok := event.(*asgi.HTTPRequest)
			if !ok {
				return asgi.ErrDisconnected
			}
			if err := send(ctx, &asgi.HTTPResponseBody{Body: bytes.ToUpper(request.Body), MoreBody: request.MoreBody}); err != nil {
				return err
			}
			if !request.MoreBody {
				return nil
			}
		}
	})
	for _, h2 := range []bool{false, true} {
		server := httptest.NewUnstartedServer(asgi.Handler(app))
		server.EnableHTTP2 = h2
		server.StartTLS()
		t.Cleanup(server.Close)
		body, input := io.Pipe()
		r, _ := http.NewRequestWithContext(testContext(t), "POST", server.URL, body)
		resp, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		output := bufio.NewReader(resp.Body)
		for _, line := range []string{"one\n", "two\n", "three\n"} {
			io.WriteString(input, line)
			if got, err := output.ReadString('\n'); got != strings.ToUpper(line) {
				t.Fatalf("http2 %v: sent %q, got %q (%v)", h2, line, got, err)
			}
		}
		input.Close()
		if rest, err := io.ReadAll(output); len(rest) != 0 || err != nil {
			t.Errorf("rest %q (%v)", rest, err)
		}
		resp.Body.Close()
	}
}

func TestHandlerDisconnect(t *testing.T) {
	t.Parallel()
	type result struct {
		event        asgi.Event
		err, ctxErr  error
		sendErr      error
		secondIsSame bool
	}
	cases := []struct {
		name    string
		request string
		read    int // events to receive before the client leaves
	}{
		{"after the body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", 1},
		{"without body", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1},
		{"in the body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\nhi", 1},
		{"in a chunked body", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ready, results := make(chan struct{}), make(chan result, 1)
			server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
				for range c.read {
					if _, err := receive(ctx); err != nil {
						return err
					}
				}
				close(ready)
				var got result
				got.event, got.err = receive(ctx)
				again, _ := receive(context.Background())
				got.secondIsSame = again != nil && again.Type() == "http.disconnect"
				<-ctx.Done()
				got.ctxErr = ctx.Err()
				got.sendErr = send(context.Background(), &asgi.HTTPResponseStart{Status: 200})
				results <- got
				return got.sendErr
			})))
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(conn, c.request)
			wait(t, "the body", ready)
			conn.Close()
			got := wait(t, "the disconnect", results)
			if _, ok := got.event.(*asgi.HTTPDisconnect); !ok || got.err != nil || !got.secondIsSame {
				t.Errorf("receive: %v, %v, again: %v", got.event, got.err, got.secondIsSame)
			}
			if !errors.Is(got.ctxErr, context.Canceled) || !errors.Is(got.sendErr, asgi.ErrDisconnected) {
				t.Errorf("context %v, send %v", got.ctxErr, got.sendErr)
			}
		})
	}
}

func TestHandlerDisconnectAfterResponse(t *testing.T) {
	t.Parallel()
	events := make(chan asgi.Event, 1)
	server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		waiting := make(chan struct{})
		go func() {
			event, _ := receive(ctx) // the empty body
			if _, ok := event.(*asgi.HTTPRequest); ok {
				close(waiting)
				event, _ = receive(ctx)
			}
			events <- event
		}()
		<-waiting
		return respond(ctx, send, 200, "x")
	})))
	fetch(t, "GET", server.URL, nil, nil)
	if _, ok := wait(t, "http.disconnect", events).(*asgi.HTTPDisconnect); !ok {
		t.Error("no http.disconnect after the response")
	}
}

// TestHandlerReceiveTimeout: a receive that its caller gave up loses nothing.
func TestHandlerReceiveTimeout(t *testing.T) {
	t.Parallel()
	gaveUp := make(chan struct{}, 1)
	server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil {
			return err
		}
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if event, err := receive(short); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("receive: %v, %v", event, err)
		}
		gaveUp <- struct{}{}
		body, err := readBody(ctx, receive)
		if err != nil {
			return err
		}
		return respond(ctx, send, 200, string(body))
	})))
	body, input := io.Pipe()
	go func() {
		io.WriteString(input, "first")
		<-gaveUp
		io.WriteString(input, "second")
		input.Close()
	}()
	resp, text := fetch(t, "POST", server.URL, body, nil)
	if resp.StatusCode != 200 || text != "second" {
		t.Errorf("status %d body %q", resp.StatusCode, text)
	}
}

// TestHandlerAbandonedReceive: a receive left behind does not outlive the
// response, and the server stays usable.
func TestHandlerAbandonedReceive(t *testing.T) {
	t.Parallel()
	server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		_, _ = receive(short)
		return respond(ctx, send, 200, "early")
	})))
	for range 3 {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") // and nothing more
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(resp.Body); resp.StatusCode != 200 || string(text) != "early" || err != nil {
			t.Fatalf("status %d body %q, %v", resp.StatusCode, text, err)
		}
	}
}

// TestHandlerBackPressure: a client that does not read makes send block, and
// the end of the context given to send gets it loose.
func TestHandlerBackPressure(t *testing.T) {
	t.Parallel()
	const part = 64 << 10
	sent, stuck := make(chan int, 1), make(chan error, 1)
	server := newServer(t, asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		if err := send(ctx, &asgi.HTTPResponseStart{Status: 200}); err != nil {
			return err
		}
		body := make([]byte, part)
		for n := 0; ; n++ {
			limited, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
			err := send(limited, &asgi.HTTPResponseBody{Body: body, MoreBody: true})
			cancel()
			if err != nil {
				sent <- n
				stuck <- err
				return err
			}
		}
	}), quiet()))
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if n := wait(t, "send to block", sent); n*part > 64<<20 {
		t.Errorf("%d bytes went out to a client that does not read", n*part)
	}
	if err := <-stuck; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("blocked send: %v", err)
	}
}

func TestHandlerDisconnectHTTP2(t *testing.T) {
	t.Parallel()
	ready, events := make(chan struct{}), make(chan asgi.Event, 1)
	server := httptest.NewUnstartedServer(asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if err := sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{MoreBody: true}); err != nil {
			return err
		}
		close(ready)
		for {
			event, err := receive(ctx)
			if err != nil {
				return err
			}
			if _, ok := event.(*asgi.HTTPRequest); !ok {
				events <- event
				return nil
			}
		}
	})))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(testContext(t))
	r, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	wait(t, "the response", ready)
	cancel()
	if event := wait(t, "the disconnect", events); event.Type() != "http.disconnect" {
		t.Errorf("received %s", event.Type())
	}
}

// TestHandlerDeadline: a deadline from around the handler is not taken for a
// client that has gone, and the application can still answer.
func TestHandlerDeadline(t *testing.T) {
	t.Parallel()
	inner := asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) { // a loaded machine is late
			return err
		}
		if event, err := receive(ctx); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("receive: %v, %v", event, err)
		}
		if err := send(ctx, &asgi.HTTPResponseStart{Status: 503}); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("send: %v", err)
		}
		return respond(context.WithoutCancel(ctx), send, 503, "too slow")
	}))
	server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Millisecond)
		defer cancel()
		inner.ServeHTTP(w, r.WithContext(ctx))
	}))
	if resp, body := fetch(t, "GET", server.URL, nil, nil); resp.StatusCode != 503 || body != "too slow" {
		t.Errorf("status %d body %q", resp.StatusCode, body)
	}
}
