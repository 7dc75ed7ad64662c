package python

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// bootstrap reads the worker's source from the socket that everything else comes through, too: nothing
// but the name of the application is to be seen on the command line, and nothing lies on disk. What it
// imports is Python's own, and not a file of that name in the working directory, which "-c" puts first.
const bootstrap = `import sys
if sys.version_info<(3,8): sys.exit("Python %d.%d is too old: the workers need 3.8 or later"%sys.version_info[:2])
if sys.path[:1]==[""]: del sys.path[0]
import marshal,socket,types
control=socket.socket(fileno=3);control.set_inheritable(False);wait=socket.MSG_WAITALL
worker=types.ModuleType("nuages_worker");sys.modules[worker.__name__]=worker;worker.control=control
for name,source in marshal.loads(control.recv(int.from_bytes(control.recv(4,wait),"little"),wait)):
    exec(compile(source,name,"exec"),worker.__dict__)`

// The stages of a StartError.
const (
	stageImport   = "import"
	stageLifespan = "lifespan"
	stageExit     = "exit"
	stageTimeout  = "timeout"
)

// A StartError says why the application could not be started.
type StartError struct {
	// Application is its name.
	Application string
	// Interpreter is the Python that ran.
	Interpreter string
	// Stage is "import", "lifespan", "exit", when the process just ended, or "timeout", when it was not
	// ready within Options.StartTimeout.
	Stage string
	// Output is what Python said: a traceback, the application's own words, or its last lines. Of a
	// worker that was not ready in time it shows where each thread was.
	Output string
}

// Error tells all of it, over several lines.
func (e *StartError) Error() string {
	what := map[string]string{
		stageImport:   "can't be imported",
		stageLifespan: "refused to start",
		stageExit:     "ended before it was ready",
		stageTimeout:  "was not ready in time",
	}[e.Stage]
	return fmt.Sprintf("python: application %s %s (%s)\n%s", e.Application, what, e.Interpreter, e.Output)
}

// FindInterpreter returns the Python that a host with these options runs. Nil options mean all defaults.
func FindInterpreter(opts *Options) (string, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return "", fmt.Errorf("python: find Options.Dir: %w", err)
	}
	o.Dir = dir
	return o.interpreter()
}

// interpreter returns the Python to run.
func (o *Options) interpreter() (string, error) {
	if o.Interpreter != "" {
		return o.Interpreter, nil
	}
	candidates := []string{filepath.Join(o.Dir, ".venv"), filepath.Join(o.Dir, "venv")}
	if env := os.Getenv("VIRTUAL_ENV"); env != "" {
		candidates = append([]string{env}, candidates...)
	}
	for _, dir := range candidates {
		path := filepath.Join(dir, "bin", "python")
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	path, err := exec.LookPath("python3")
	if err != nil {
		return "", errors.New("python: no python3 is on the PATH: install it, or set Options.Interpreter to that of a virtual environment")
	}
	return path, nil
}

// checkDir tells of a folder that is missing; the system's error would name the interpreter.
func (o *Options) checkDir() error {
	info, err := os.Stat(o.Dir)
	if err != nil {
		return fmt.Errorf("python: Options.Dir: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("python: Options.Dir: %s is not a folder", o.Dir)
	}
	return nil
}

var errSlowStart = errors.New("not ready in time")

// greet sends the worker its program and configuration, and waits until it is ready.
func (w *worker) greet(ctx context.Context, conn net.Conn) error {
	if timeout := w.host.opts.StartTimeout; timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, errSlowStart)
		defer cancel()
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	f, err := w.exchangeGreetings(conn)
	failure := &StartError{Application: w.host.app, Interpreter: w.cmd.Path, Stage: stageExit}
	switch {
	case !stop() && errors.Is(context.Cause(ctx), errSlowStart):
		w.showThreads()
		w.kill()
		<-w.exited
		failure.Stage, failure.Output = stageTimeout, w.output.tail()
		return failure
	case ctx.Err() != nil:
		return fmt.Errorf("python: start application %s: %w", w.host.app, context.Cause(ctx))
	case err != nil: // the process has ended, or can't be spoken to
		w.kill()
		<-w.exited
		if failure.Output = w.output.tail(); failure.Output == "" {
			failure.Output = w.exitText()
		}
		return failure
	case f.kind == kindHello:
		return w.hello.read(f.payload)
	case f.kind == kindFailed:
		d := decoder{b: f.payload}
		d.want(2)
		failure.Stage, failure.Output = string(d.data()), string(d.data())
		return failure
	}
	return fmt.Errorf("python: the worker greets with a frame of kind %d", f.kind)
}

func (w *worker) exchangeGreetings(conn net.Conn) (frame, error) {
	message := binary.LittleEndian.AppendUint32(nil, 0)
	e := encoder{message}
	if err := e.source(); err != nil {
		return frame{}, err
	}
	binary.LittleEndian.PutUint32(e.b, uint32(len(e.b)-4))
	start := len(e.b)
	e.b = appendHeader(e.b, kindConfig, 0, 0)
	w.host.config(&e)
	setLength(e.b, start)
	if _, err := conn.Write(e.b); err != nil {
		return frame{}, err
	}
	header := make([]byte, headerLen)
	if _, err := io.ReadFull(conn, header); err != nil {
		return frame{}, err
	}
	f := frame{kind: frameKind(header[4]), flags: header[5]}
	n := binary.LittleEndian.Uint32(header)
	if n > 1<<20 {
		return frame{}, errMarshal
	}
	f.payload = make([]byte, n)
	_, err := io.ReadFull(conn, f.payload)
	return f, err
}

// source appends the names and texts of the worker's files.
func (e *encoder) source() error {
	e.list(len(workerFiles))
	for _, name := range workerFiles {
		text, err := workerSource.ReadFile("worker/" + name)
		if err != nil {
			return err
		}
		e.tuple(2)
		e.str("nuages/" + name)
		e.bytes(string(text))
	}
	return nil
}

// config appends what the worker has to know.
func (h *Host) config(e *encoder) {
	o := &h.opts
	e.dict()
	for _, text := range [][2]string{
		{"app", h.app}, {"dir", o.Dir}, {"interface", string(o.Interface)}, {"lifespan", string(o.Lifespan)}, {"loop", o.Loop},
	} {
		e.key(text[0])
		e.str(text[1])
	}
	if o.LogConfig != "" {
		e.key("log")
		e.str(o.LogConfig)
	}
	e.key("factory")
	e.bool(o.Factory)
	if o.DisconnectTimeout > 0 {
		e.key("disconnect_timeout")
		e.int(int(max(o.DisconnectTimeout/time.Second, 1)))
	}
	if o.StopTimeout > 0 {
		e.key("stop_timeout_ms")
		e.int(int(max(o.StopTimeout.Milliseconds(), 1)))
	}
	e.key("memory") // the descriptor after the socket's
	e.tuple(3)
	e.int(4)
	e.int(blockSize)
	e.int(blockCount)
	e.key("workers")
	e.int(h.size())
	_, hidden := o.environment()
	e.key("hidden")
	e.list(len(hidden))
	for _, name := range hidden {
		e.str(name)
	}
	e.key("slots") // the descriptors of the sockets behind those
	e.list(h.threads())
	for i := range h.threads() {
		e.int(5 + i)
	}
	e.end()
}

// hello is what a worker says when it is ready.
type hello struct {
	python, loop string
	iface        Interface
	lifespan     bool
}

func (h *hello) read(payload []byte) error {
	d := decoder{b: payload}
	values := d.dict()
	if err := d.end(); err != nil {
		return err
	}
	if v, _ := values["version"].(int); v != 1 {
		return errors.New("python: the worker speaks another version")
	}
	h.python, _ = values["python"].(string)
	h.loop, _ = values["loop"].(string)
	iface, _ := values["interface"].(string)
	h.iface = Interface(iface)
	lifespan, _ := values["lifespan"].(int)
	h.lifespan = lifespan == 1
	return nil
}
