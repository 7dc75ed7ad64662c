package pythontest_test

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/pythontest"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// frameworks are applications of testdata, and the groups of clients.py that ask them.
var frameworks = []struct{ group, app string }{
	{"starlette", "web_starlette:app"}, {"fastapi", "web_fastapi:app"}, {"django", "web_django:application"}, {"channels", "web_django:channels"},
	{"quart", "web_quart:app"},
}

// TestFrameworks: Starlette, FastAPI, Django, Channels and Quart answer through a Host as through Uvicorn.
func TestFrameworks(t *testing.T) {
	t.Parallel()
	pythontest.NeedUvicorn(t)
	pythontest.Need(t, "frameworks of Python and clients (Debian packages python3-starlette, python3-fastapi, python3-django, python3-django-channels, python3-quart, python3-httpx)",
		"starlette", "fastapi", "django", "channels", "quart", "httpx", "websockets")
	for _, f := range frameworks {
		t.Run(f.group, func(t *testing.T) {
			t.Parallel()
			t.Run("host", func(t *testing.T) {
				t.Parallel()
				askClients(t, startHost(nil), f.group, f.app, true)
			})
			t.Run("Uvicorn", func(t *testing.T) {
				t.Parallel()
				// Uvicorn 0.17 has no state, lets applications send to clients that have gone, passes names
				// with underscores on, and closes connections behind errors that come after a response.
				askClients(t, pythontest.UvicornFast, f.group, f.app, false, "state", "clients_that_leave", "--underscores", "--closes")
			})
		})
	}
}

// askClients serves an application and runs the clients of a group, which must all be content.
func askClients(t *testing.T, start pythontest.Start, group, app string, state bool, skip ...string) {
	a := pythontest.App{Name: app, Dir: pythontest.Files(t)}
	if state {
		a.Env = []string{"SUITE_STATE=1"}
	}
	running, err := start(t, a)
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{filepath.Join(a.Dir, "clients.py"), "http://" + running.Addr, group}, skip...)
	out, err := exec.CommandContext(t.Context(), realdjango.Python, args...).CombinedOutput()
	checks := 0
	for line := range strings.Lines(string(out)) {
		checks++
		if strings.HasPrefix(line, "ok ") {
			continue
		}
		name, why, _ := strings.Cut(line, ": ")
		if text, err := strconv.Unquote(strings.TrimSpace(why)); err == nil {
			why = text
		}
		t.Errorf("%s: %s", name, why)
	}
	if err != nil || checks == 0 {
		t.Errorf("clients: %d checks, %v", checks, err)
	}
	if err := running.Stop(); err != nil {
		t.Errorf("stop the server: %v", err)
	}
}
