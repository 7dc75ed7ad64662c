package asgi_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

const patience = 30 * time.Second

// syncBuffer is a log destination that goroutines share.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// signalWriter tells that something was written.
type signalWriter chan struct{}

func (w signalWriter) Write(p []byte) (int, error) {
	select {
	case w <- struct{}{}:
	default:
	}
	return len(p), nil
}

func quiet() *asgi.Options {
	return &asgi.Options{Logger: slog.New(slog.DiscardHandler)}
}

func newServer(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func fetch(t *testing.T, method, url string, body io.Reader, header http.Header) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(testContext(t), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	// A connection of its own: one that the server is about to close would fail the next request.
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: read body: %v", method, url, err)
	}
	return resp, string(text)
}

// sendAll sends events until one fails.
func sendAll(ctx context.Context, send asgi.Send, events ...asgi.Event) error {
	for _, event := range events {
		if err := send(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

func readBody(ctx context.Context, receive asgi.Receive) ([]byte, error) {
	var body []byte
	for {
		event, err := receive(ctx)
		if err != nil {
			return body, err
		}
		request, ok := event.(*asgi.HTTPRequest)
		if !ok {
			return body, asgi.ErrDisconnected
		}
		body = append(body, request.Body...)
		if !request.MoreBody {
			return body, nil
		}
	}
}

func respond(ctx context.Context, send asgi.Send, status int, body string) error {
	return sendAll(ctx, send,
		&asgi.HTTPResponseStart{Status: status, Headers: asgi.Headers{{Name: "content-type", Value: "text/plain"}}},
		&asgi.HTTPResponseBody{Body: []byte(body)})
}

func wait[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// through hides an application from the fast path.
func through(app asgi.App) asgi.App {
	return asgi.AppFunc(app.ServeASGI)
}

// afterStall fires when nothing moved for so long that nothing will.
func afterStall() <-chan time.Time { return time.After(300 * time.Millisecond) }
