package nuages_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/urls"
)

// echoApp is a Python application that says where it is, and echoes on WebSockets.
const echoApp = `
async def app(scope, receive, send):
    assert scope["type"] in ("http", "websocket")
    where = "%s|%s" % (scope["root_path"], scope["path"])
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-request-id", b"of-python")]})
        await send({"type": "http.response.body", "body": where.encode()})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        event = await receive()
        if event["type"] == "websocket.disconnect":
            return
        await send({"type": "websocket.send", "text": where + " " + event["text"]})
`

// TestFallbackPython has a real Python application as the fallback, and below a prefix: requests and
// sockets get to it, and it knows where it is mounted.
func TestFallbackPython(t *testing.T) {
	t.Parallel()
	const interpreter = "/usr/bin/python3"
	if _, err := os.Stat(interpreter); err != nil {
		realdjango.Missing(t, interpreter)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "echo.py"), []byte(echoApp), 0o600); err != nil {
		t.Fatal(err)
	}
	host, err := python.New("echo:app", &python.Options{Interpreter: interpreter, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	p := newProject(t, func(s *nuages.Settings) {
		s.Fallback = host
		s.AllowedHosts = []string{"*"}
	}, []urls.Route{urls.Path("go/", text("go")), urls.Mount("legacy/", host)},
		nuages.App{Name: "python", Start: host.Start, Stop: host.Stop})
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(p.Handler())
	defer func() {
		srv.Close()
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	for path, want := range map[string]string{"/go/": "go", "/a/b?c": "|/a/b", "/legacy/a%20b/": "/legacy|/legacy/a b/"} {
		resp, err := http.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != want || len(resp.Header["X-Request-Id"]) != 1 {
			t.Errorf("%s: got %s %v %q, %v, want %q", path, resp.Status, resp.Header, body, err, want)
		}
	}
	for path, want := range map[string]string{"/chat": "|/chat hä?", "/legacy/chat": "/legacy|/legacy/chat hä?"} {
		conn, _, err := websocket.Dial(t.Context(), srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Write(t.Context(), websocket.MessageText, []byte("hä?")); err != nil {
			t.Fatal(err)
		}
		if _, got, err := conn.Read(t.Context()); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", path, got, err, want)
		}
		if err := conn.Close(websocket.StatusNormalClosure, ""); err != nil {
			t.Error(err)
		}
	}
}
