package pythontest_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/pythontest"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/server"
)

// TestStarletteLifespan runs tests of Starlette that watch a start-up and a shutdown, each with a Host whose
// own they are.
func TestStarletteLifespan(t *testing.T) {
	t.Parallel()
	archive := pythontest.NeedStarletteTests(t)
	for test, failure := range map[string]string{ // what the start says, if it is to fail
		"test_applications.py::test_app_async_cm_lifespan": "",
		"test_routing.py::test_lifespan_state_async_cm":    "",
		"test_routing.py::test_lifespan_state_unsupported": `RuntimeError: The server does not support "state" in the lifespan scope.`,
		"test_routing.py::test_lifespan_sync":              "",
		"test_routing.py::test_raise_on_shutdown":          "",
		"test_routing.py::test_raise_on_startup":           "RuntimeError",
		"test_testclient.py::test_exception_in_middleware": "MiddlewareException",
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			text, err := runLifespan(t, archive, test)
			failed := (*python.StartError)(nil)
			switch {
			case errors.As(err, &failed) && failed.Stage == "lifespan" && failure != "" && strings.Contains(failed.Output, failure):
			case err != nil || failure != "":
				t.Errorf("start: %v, want %q", err, failure)
			case text != "":
				t.Error(text)
			}
		})
	}
}

// runLifespan runs one test, and returns why it has failed, or the error of the start.
func runLifespan(t *testing.T, archive, test string) (string, error) {
	ready, stop := make(chan struct{}), make(chan struct{}, 2)
	var host *python.Host
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		<-ready
		host.ServeHTTP(w, r)
	})
	mux.HandleFunc("/-/stop", func(http.ResponseWriter, *http.Request) { stop <- struct{}{} })
	logger := slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := server.New(mux, &server.Options{Addresses: []string{"127.0.0.1:0"}, Linger: -1, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		end()
		<-ended
	})
	result := filepath.Join(t.TempDir(), "result.json")
	order, err := json.Marshal(map[string]any{
		"archive": archive, "folder": t.TempDir(), "tests": []string{test}, "result": result, "addresses": map[string]string{"http": s.Addrs()[0].String()},
	})
	if err != nil {
		t.Fatal(err)
	}
	host, err = python.New("starlette_lifespan:app", &python.Options{
		Interpreter: realdjango.Python, Dir: pythontest.Files(t), Lifespan: python.LifespanOn, Logger: logger,
		Env: []string{"PYTHONDONTWRITEBYTECODE=1", "STARLETTE_ORDER=" + string(order)},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = host.Start(t.Context())
	close(ready)
	if err != nil {
		return "", err
	}
	<-stop
	if err := host.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	return readLifespan(t, result), nil
}

// readLifespan reads what came of a test.
func readLifespan(t *testing.T, path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	var lines []struct{ Test, Outcome, Text string }
	if err := json.Unmarshal(data, &lines); err != nil || len(lines) != 1 {
		t.Fatalf("%v: %s", err, data)
	}
	if lines[0].Outcome != "passed" {
		return lines[0].Outcome + ": " + lines[0].Text
	}
	return ""
}
