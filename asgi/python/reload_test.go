package python_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/asgi/python"
)

// oneStarts is the source of a WSGI application of which one worker starts, and the others fail when it
// has. It leaves a file when it ends by itself.
const oneStarts = `
import atexit, os, threading, time

try:
    os.mkdir("first")
except FileExistsError:
    open("ready").read()
    raise ValueError("broken")

def wait():
    while not any(thread.name.startswith("wsgi-") for thread in threading.enumerate()):
        time.sleep(0.01)
    open("ready", "w").close()

threading.Thread(target=wait, daemon=True).start()
atexit.register(os.mkdir, "ended")

def app(environ, start_response):
    start_response("200 OK", [])
    return [b"new"]
`

// TestHalfAReload: where one new WSGI worker can't start, those that can end by themselves, and the old
// ones, of ASGI, go on.
func TestHalfAReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "ready"), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/shop.py", helloText("old"))
	h := start(t, "shop:app", python.Options{Dir: dir, Workers: 2, Logger: slog.New(newLogBook(t))})
	url := serve(t, h)
	write(t, dir+"/shop.py", oneStarts)
	if err := h.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "ValueError: broken") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ended")); err != nil {
		t.Errorf("the worker that had started was killed: %v", err)
	}
	if status, body := get(t, url); status != 200 || body != "old" {
		t.Errorf("got %d %q", status, body)
	}
}
