package django

import (
	"bytes"
	"cmp"
	"context"
	_ "embed" // the script
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

//go:embed inspect.py
var script string

// Options configure Inspect. Nil means all defaults.
type Options struct {
	// Settings is the module of the settings, "mysite.settings". Default: what DJANGO_SETTINGS_MODULE
	// names, or else manage.py, or a wsgi.py or asgi.py.
	Settings string
	// Interpreter is the Python to run. Default: the one of the virtual environment that VIRTUAL_ENV
	// names, or that lies in the project's folder as .venv or venv, or else python3 of the PATH.
	Interpreter string
	// Timeout is how long the project may take to load. Default 2 minutes.
	Timeout time.Duration
}

// An Error says why a project could not be inspected.
type Error struct {
	Message   string
	Hint      string // what to do about it
	Traceback string // Python's; "" where the project's code has not raised
	Output    string // what the project printed meanwhile
}

// Error is the message, and below it the traceback.
func (e *Error) Error() string {
	if e.Traceback == "" {
		return e.Message
	}
	return e.Message + "\n" + strings.TrimRight(e.Traceback, "\n")
}

const (
	maxOutput = 64 << 10 // of what the project prints
	maxAnswer = 64 << 20
)

// Inspect runs the interpreter of the project in a folder, which loads the project, and returns what
// it consists of. What the project is to blame for is an *Error.
func Inspect(ctx context.Context, dir string, opts *Options) (*Project, error) {
	if opts == nil {
		opts = &Options{}
	}
	dir, err := projectDir(dir)
	if err != nil {
		return nil, err
	}
	p := &Project{Dir: dir, Module: opts.Settings, ModuleFrom: "--settings"}
	if p.Module == "" {
		if p.Module, p.ModuleFrom, err = findSettings(dir); err != nil {
			return nil, err
		}
	}
	if p.Interpreter, err = findInterpreter(dir, opts.Interpreter); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(opts.Timeout, 2*time.Minute))
	defer cancel()
	a, err := p.run(ctx)
	if err != nil {
		return nil, err
	}
	if a.Problem != nil {
		return nil, p.problem(a)
	}
	p.fill(a)
	return p, nil
}

// projectDir makes the folder absolute, and says where the project may be if it isn't there.
func projectDir(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &Error{Message: "there is no folder " + dir, Hint: "Name the folder of the Django project: the one that holds manage.py."}
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", &Error{Message: dir + " is not a folder", Hint: "Name the folder of the Django project: the one that holds manage.py."}
	}
	return dir, nil
}

// run runs the script. Its answer comes through a pipe of its own, so that nothing the project prints
// gets into it.
func (p *Project) run(ctx context.Context) (*answer, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	const pipe = "3" // the first of ExtraFiles
	cmd := exec.CommandContext(ctx, p.Interpreter, "-c", script, pipe, p.Module, p.Dir)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1", "PYTHONWARNINGS=ignore")
	cmd.ExtraFiles = []*os.File{w}
	cmd.WaitDelay = time.Second
	output := &tail{}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		w.Close()
		if ctx.Err() != nil {
			return nil, late(ctx, "")
		}
		return nil, &Error{Message: fmt.Sprintf("run %s: %v", p.Interpreter, err), Hint: "Name the project's interpreter with --python, as in --python ./venv/bin/python."}
	}
	w.Close()
	stop := context.AfterFunc(ctx, func() { r.Close() }) // what the project has started may hold the other end
	defer stop()
	b, readErr := io.ReadAll(io.LimitReader(r, maxAnswer))
	err = cmd.Wait()
	p.Output = output.String()
	switch {
	case ctx.Err() != nil:
		return nil, late(ctx, p.Output)
	case readErr != nil:
		return nil, readErr
	case len(bytes.TrimSpace(b)) == 0:
		return nil, &Error{Message: fmt.Sprintf("%s ended without an answer (%v)", p.Interpreter, err),
			Hint: "It has to be Python 3.8 or later, and the project must not end the process when it is loaded.", Traceback: p.Output}
	}
	a, err := parseAnswer(b)
	if err != nil {
		return nil, fmt.Errorf("read what Python found: %w", err)
	}
	return a, nil
}

// late is the error for a context that has ended.
func late(ctx context.Context, output string) error {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	return &Error{Message: "the project did not load in time", Hint: "See what its settings, apps and URLconf wait for when they are imported.", Output: output}
}

// problem is the error for what the script reports.
func (p *Project) problem(a *answer) error {
	e := &Error{Message: a.Problem.Message, Traceback: a.Problem.Traceback, Output: p.Output}
	switch a.Problem.Kind {
	case "python", "version":
		e.Hint = "Python 3.8 and Django 2.2 are the oldest that are known. Name another interpreter with --python."
	case "django":
		e.Hint = "Name the project's own interpreter, as in --python ./venv/bin/python, or install what the project needs."
	case "module":
		e.Message += fmt.Sprintf(" below %s (named by %s)", p.Dir, p.ModuleFrom)
		e.Hint = "Name the settings as in --settings mysite.settings, and the folder that holds manage.py."
	case "syntax":
		e.Message = "the project has a mistake that Python can't read: " + e.Message
		e.Hint = "Mend it, or name the Python that the project is written for with --python."
	case "settings":
		e.Message = fmt.Sprintf("the settings %s raise %s", p.Module, e.Message)
		e.Hint = "Set what they need in the environment, with what manage.py sets, or name others, as in --settings mysite.settings.dev."
	case "setup":
		e.Message = "the apps can't be loaded: " + e.Message
		e.Hint = mendHint
	case "urls":
		e.Message = "the URL patterns can't be loaded: " + e.Message
		e.Hint = mendHint
	}
	if strings.HasPrefix(a.Problem.Message, "ModuleNotFoundError: ") {
		e.Hint = "Name the project's own interpreter, as in --python ./venv/bin/python, install what is missing, or set PYTHONPATH where manage.py changes sys.path."
	}
	return e
}

const mendHint = "manage.py check should tell the same: mend it first. If it doesn't, set in the environment what manage.py sets."

// tail keeps the end of what is written.
type tail struct{ b []byte }

// Write takes all.
func (t *tail) Write(b []byte) (int, error) {
	t.b = append(t.b, b...)
	if over := len(t.b) - maxOutput; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string { return string(t.b) }
