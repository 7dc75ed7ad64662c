package python_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// interpreter is the Python of Debian, whose packages the tests use.
const interpreter = "/usr/bin/python3"

// needPython leaves a test out, or fails it, where there is no Python.
func needPython(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(interpreter); err != nil {
		realdjango.Missing(t, interpreter)
	}
	if err := exec.Command(interpreter, "-c", "import sys; sys.exit(sys.version_info < (3, 8))").Run(); err != nil {
		realdjango.Missing(t, "Python 3.8")
	}
}

// start starts a host of an application in testdata, which ends with the test.
func start(t testing.TB, application string, opts python.Options) *python.Host {
	t.Helper()
	h, err := newHost(t, application, opts)
	if err == nil {
		err = h.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

func newHost(t testing.TB, application string, opts python.Options) (*python.Host, error) {
	needPython(t)
	opts.Interpreter = interpreter
	if opts.Dir == "" {
		opts.Dir = "testdata"
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	opts.Env = append(opts.Env, "PYTHONDONTWRITEBYTECODE=1")
	return python.New(application, &opts)
}

// serve serves a host on a socket of its own.
func serve(t testing.TB, h http.Handler) string {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func get(t testing.TB, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, resp)
}

func read(t testing.TB, resp *http.Response) (int, string) {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestHello(t *testing.T) {
	t.Parallel()
	url := serve(t, start(t, "hello:asgi", python.Options{}))
	if status, body := get(t, url); status != 200 || body != "Hello, World!" {
		t.Errorf("got %d %q", status, body)
	}
	for _, n := range []int{1, 1000, 64 << 10, 64<<10 + 1, 3 << 20} {
		sent := bytes.Repeat([]byte("x"), n)
		resp, err := http.Post(url, "text/plain", bytes.NewReader(sent))
		if err != nil {
			t.Fatal(err)
		}
		if status, body := read(t, resp); status != 200 || body != string(sent) {
			t.Errorf("%d bytes: got %d, %d bytes", n, status, len(body))
		}
	}
}

// TestServeASGIEnds: a call returns when the application has, after its client has left.
func TestServeASGIEnds(t *testing.T) {
	t.Parallel()
	h := start(t, "hello:asgi", python.Options{})
	for _, c := range []struct {
		scope asgi.Scope
		sent  []asgi.Event
	}{
		{&asgi.WebSocketScope{Scheme: "ws", Path: "/", HTTPVersion: "1.1"}, []asgi.Event{&asgi.WebSocketConnect{}, &asgi.WebSocketDisconnect{Code: 1001}}},
		{&asgi.HTTPScope{Scheme: "http", Path: "/", Method: "POST", HTTPVersion: "1.1"}, []asgi.Event{&asgi.HTTPRequest{Body: []byte("x"), MoreBody: true}, &asgi.HTTPDisconnect{}}},
	} {
		receive := func(ctx context.Context) (asgi.Event, error) {
			if len(c.sent) == 0 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			event := c.sent[0]
			c.sent = c.sent[1:]
			return event, nil
		}
		err := h.ServeASGI(t.Context(), c.scope, receive, func(context.Context, asgi.Event) error { return nil })
		if err != nil {
			t.Errorf("%s: %v", c.scope.Type(), err)
		}
	}
}
