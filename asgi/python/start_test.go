package python_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestStartErrors: what Python says of an application that can't be started is in the error, once for all
// workers, and without the frames of the worker.
func TestStartErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "syntax.py"), "def app(scope, receive, send)\n    pass\n")
	for _, c := range []struct {
		app, dir, stage string
		says            []string
		opts            python.Options
	}{
		{app: "nowhere:app", stage: "import", says: []string{"No module named 'nowhere'"}},
		{app: "hello:missing", stage: "import", says: []string{"module 'hello' has no attribute 'missing'"}},
		{app: "syntax:app", dir: dir, stage: "import", says: []string{"syntax.py\", line 1\n    def app(scope, receive, send)\n", "SyntaxError: "}},
		{app: "imports:app", dir: "testdata/broken", stage: "import", says: []string{
			"Traceback (most recent call last):\n  File \"", "imports.py\", line 1, in <module>\n    import raises", "raises.py\", line 8, in <module>\n    connect()\n",
			"raise RuntimeError", "RuntimeError: no database at home"}, opts: python.Options{Env: []string{"WHERE=home"}}},
		{app: "refuses:app", dir: "testdata/broken", stage: "lifespan", says: []string{"The database is not there."}},
		{app: "hello:wsgi", stage: "lifespan", says: []string{"does not support the lifespan protocol", "TypeError"},
			opts: python.Options{Interface: python.ASGI, Lifespan: python.LifespanOn}},
		{app: "exits:app", dir: "testdata/broken", stage: "exit", says: []string{"the last words"}},
		{app: "hangs:app", dir: "testdata/broken", stage: "timeout", says: []string{"in wait_for_ever", "in <module>"}, opts: python.Options{StartTimeout: 3 * time.Second}},
	} {
		book := newLogBook(t)
		c.opts.Dir, c.opts.Workers, c.opts.Logger = c.dir, 3, slog.New(book)
		h, err := newHost(t, c.app, c.opts)
		if err != nil {
			t.Fatal(err)
		}
		var failed *python.StartError
		err = h.Start(t.Context())
		if !errors.As(err, &failed) || failed.Stage != c.stage || failed.Interpreter != interpreter || failed.Application != c.app {
			t.Errorf("%s: got %v", c.app, err)
			continue
		}
		for _, says := range c.says {
			if !strings.Contains(failed.Output, says) {
				t.Errorf("%s: %q is not in\n%s", c.app, says, failed.Output)
			}
		}
		for _, own := range []string{`File "nuages/`, "importlib", "<string>"} {
			if strings.Contains(failed.Output, own) {
				t.Errorf("%s: %q is in\n%s", c.app, own, failed.Output)
			}
		}
		for _, e := range book.all() {
			if strings.Contains(e.text, c.says[0]) {
				t.Errorf("%s: the error is in the log, too: %v", c.app, e)
			}
		}
		if stats := h.Stats(); len(stats.Workers) > 0 {
			t.Errorf("%s: processes are left: %+v", c.app, stats)
		}
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestStartLog: what an application that refuses to start has logged is shown once.
func TestStartLog(t *testing.T) {
	t.Parallel()
	book := newLogBook(t)
	h, err := newHost(t, "refuses:app", python.Options{Dir: "testdata/broken", Workers: 3, Logger: slog.New(book)})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(t.Context()); err == nil {
		t.Fatal("it has started")
	}
	if found := book.find("looking for the database"); len(found) != 1 || found[0].level != slog.LevelInfo {
		t.Errorf("got %v", found)
	}
}

// TestInterpreters: the wrong one gives an error that says so, and that of a virtual environment is found.
func TestInterpreters(t *testing.T) {
	t.Parallel()
	needPython(t)
	dir := t.TempDir()
	old := filepath.Join(dir, "old-python")
	write(t, old, "#!/bin/sh\nexec "+interpreter+` -c 'import sys; sys.version_info = (3, 7, 2); exec(sys.argv[3])' "$@"`+"\n")
	venv := filepath.Join(dir, ".venv", "bin", "python")
	if err := errors.Join(os.Chmod(old, 0o777), os.MkdirAll(filepath.Dir(venv), 0o777), os.Symlink(interpreter, venv)); err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(workingDirectory(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := python.FindInterpreter(&python.Options{Dir: relative}); err != nil || found != venv {
		t.Errorf("in %s: got %s, %v, want %s", relative, found, err, venv)
	}
	for _, c := range []struct {
		opts python.Options
		want string
	}{
		{python.Options{Interpreter: "/nowhere/python3"}, "/nowhere/python3: no such file or directory"},
		{python.Options{Interpreter: "python9.9"}, "python9.9"},
		{python.Options{Interpreter: "/bin/false"}, "ended before it was ready (/bin/false)\nexit status 1"},
		{python.Options{Interpreter: old}, "Python 3.7 is too old: the workers need 3.8 or later"},
		{python.Options{Interpreter: interpreter, Dir: "/nowhere"}, "python: Options.Dir: stat /nowhere: no such file or directory"},
		{python.Options{Interpreter: interpreter, Dir: "start_test.go"}, "is not a folder"},
		{python.Options{Dir: dir}, filepath.Join(".venv", "bin", "python") + ")\nModuleNotFoundError: No module named 'nowhere'"},
	} {
		c.opts.Logger = slog.New(newLogBook(t))
		h, err := python.New("nowhere:app", &c.opts)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Start(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v", c.opts, err)
		}
	}
}

func workingDirectory(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestStartCancelled: a start that is given up leaves nothing behind.
func TestStartCancelled(t *testing.T) {
	t.Parallel()
	h, err := newHost(t, "hangs:app", python.Options{Dir: "testdata/broken", Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if stats := h.Stats(); len(stats.Workers) > 0 {
		t.Errorf("processes are left: %+v", stats)
	}
}
