package python_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestUnusual: what applications may do, and few do.
func TestUnusual(t *testing.T) {
	t.Parallel()
	for _, loop := range []string{"auto", "asyncio"} {
		t.Run(loop, func(t *testing.T) {
			t.Parallel()
			f := startFaultyAs(t, "unusual:app", python.Options{Loop: loop, Debug: true})
			for _, c := range []struct {
				path   string
				status int
				want   string
				logs   string
			}{
				{"/behind", 200, "answered", "ValueError: behind the response"},
				{"/delegating", 500, "Delegating: ", "in http_delegating"},
				{"/terminated", 200, "15", ""},
				{"/interrupted", 200, "-2", ""},
				{"/inherited", 200, "0\n1\n2\n3\n", ""}, // the last one is its own
			} {
				status, body := get(t, f.url+c.path)
				if status != c.status || !answers(status, body, c.want) || strings.Contains(body, "File \"nuages/") {
					t.Errorf("%s: got %d %q, want %d with %q", c.path, status, body, c.status, c.want)
				}
				if c.logs != "" {
					if e := f.book.wait(t, c.logs, 1); e.level != slog.LevelError {
						t.Errorf("%s: got %v", c.path, e)
					}
				}
			}
			if _, body := get(t, f.url+"/polls"); len(body) > 2 {
				t.Errorf("a thousand calls of receive that were cancelled have left %s futures", body)
			}
			if s := f.Stats(); s.Restarts != 0 || len(s.Workers) != 1 {
				t.Errorf("got %+v", s)
			}
			if err := f.Stop(t.Context()); err != nil {
				t.Error(err)
			}
			f.book.wait(t, "KeyError: 'lost at the end'", 1)
		})
	}
}

// TestGivesUp: a response whose end the application does not wait for is broken off.
func TestGivesUp(t *testing.T) {
	t.Parallel()
	f := startFaultyAs(t, "unusual:app", python.Options{})
	resp, err := http.Get(f.url + "/gives-up")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	f.gate.wait(t, "sending").release()
	if n, err := io.Copy(io.Discard, resp.Body); err == nil {
		t.Errorf("got %d bytes, and the end", n)
	}
}

// TestStartsBadly: what an application raises that has begun to start is in the log, though it goes on.
func TestStartsBadly(t *testing.T) {
	t.Parallel()
	for app, want := range map[string]int{"unusual:starts_badly": 1, "unusual:knows_no_lifespan": 0} {
		f := startFaultyAs(t, app, python.Options{})
		if _, body := get(t, f.url); body != "goes on" {
			t.Errorf("%s: got %q", app, body)
		}
		if err := f.Stop(t.Context()); err != nil { // all that it has printed is in the log then
			t.Error(err)
		}
		if found := f.book.find("LookupError: no "); len(found) != want || want > 0 && found[0].level != slog.LevelError {
			t.Errorf("%s: the log has %v", app, found)
		}
	}
}

// TestUnusualSockets: texts of other than ASCII characters take no more of the window than they are given
// back for, and what can be said of a socket before it is one.
func TestUnusualSockets(t *testing.T) {
	t.Parallel()
	f := startFaultyAs(t, "unusual:app", python.Options{})
	url := "ws" + strings.TrimPrefix(f.url, "http")
	for path, status := range map[string]int{"/rejects": 403, "/unprintable": 500} {
		if _, resp, err := websocket.Dial(t.Context(), url+path, nil); err == nil || resp == nil || resp.StatusCode != status {
			t.Errorf("%s: got %+v, %v, want %d", path, resp, err, status)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, url+"/counts", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	for _, text := range append(slices.Repeat([]string{strings.Repeat("雲", 10000)}, 100), "end") {
		if err := ws.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if _, text, err := ws.Read(ctx); string(text) != "1000000" {
		t.Errorf("got %q, %v", text, err)
	}
}

// TestUnusualWSGI is TestUnusual for WSGI, whose application may be a class, too.
func TestUnusualWSGI(t *testing.T) {
	t.Parallel()
	f := startFaultyAs(t, "unusual:wsgi", python.Options{Debug: true})
	_, pid := get(t, f.url+"/")
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{"/loop", 202, pid},
		{"/delegating", 500, "Delegating: "},
		{"/terminated", 200, "15"},
		{"/interrupted", 200, "-2"},
		{"/inherited", 200, "0\n1\n2\n3\n"},
		{"/freed", 200, pid},
	} {
		if status, body := get(t, f.url+c.path); status != c.status || !answers(status, body, c.want) {
			t.Errorf("%s: got %d %q, want %d with %q", c.path, status, body, c.status, c.want)
		}
	}
	f.book.wait(t, "freed", 1) // before the thread has another request
	if resp, _ := do(t, "GET", f.url+"/headers"); resp.Header.Get("X-Own") != "1" {
		t.Errorf("of headers that can be read once these were sent: %v", resp.Header)
	}
	if _, body := get(t, f.url+"/"); body != pid || f.Stats().Restarts != 0 {
		t.Errorf("process %s has taken the place of %s", body, pid)
	}
	if status, _ := get(t, f.url+"/orphans"); status != 502 {
		t.Errorf("got %d from a worker that died and left a process behind", status)
	}
	f.gate.wait(t, "orphan")
	if _, body := get(t, serve(t, start(t, "unusual:Class", python.Options{}))); body != "a class" {
		t.Errorf("got %q", body)
	}
}

// TestSurroundings: files that are called like modules of Python, and what is opened before the worker runs.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"signal", "token", "select", "types"} {
		write(t, filepath.Join(dir, name+".py"), "raise ImportError('not this one')\n")
	}
	write(t, filepath.Join(dir, "shop.py"), "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'open']\n")
	if _, body := get(t, serve(t, start(t, "shop:app", python.Options{Dir: dir}))); body != "open" {
		t.Errorf("got %q", body)
	}
	site := t.TempDir()
	write(t, filepath.Join(site, "sitecustomize.py"), "import os\nfile = open(__file__)\nos.environ['OPENED'] = str(file.fileno())\n")
	f := startFaultyAs(t, "unusual:app", python.Options{Env: []string{"PYTHONPATH=" + site}})
	if status, body := get(t, f.url+"/descriptor"); body != "open" {
		t.Errorf("got %d %q", status, body)
	}
	f = startFaultyAs(t, "unusual:app", python.Options{Lifespan: python.LifespanOff})
	if status, body := get(t, f.url+"/state"); body != "{}" {
		t.Errorf("got %d %q", status, body)
	}
}

// answers tells whether a body is what it must be, or has that in it where it is an error's.
func answers(status int, body, want string) bool {
	return body == want || status >= 500 && strings.Contains(body, want)
}
