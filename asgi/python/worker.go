package python

import (
	"context"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

//go:embed worker/*.py
var workerSource embed.FS

// workerFiles are the files of the worker, in the order in which they are executed.
var workerFiles = []string{"base.py", "asgi.py", "wsgi.py", "main.py"}

// bootstrap reads the worker's source from the socket that everything else comes through, too: nothing
// but the name of the application is to be seen on the command line, and nothing lies on disk.
const bootstrap = `import marshal,socket,sys,types
control=socket.socket(fileno=3);wait=socket.MSG_WAITALL
worker=types.ModuleType("nuages_worker");sys.modules[worker.__name__]=worker;worker.control=control
for name,source in marshal.loads(control.recv(int.from_bytes(control.recv(4,wait),"little"),wait)):
    exec(compile(source,name,"exec"),worker.__dict__)`

// A worker is one process of the application.
type worker struct {
	host    *Host
	number  int // its seat, from 1
	cmd     *exec.Cmd
	link    *link
	blocks  *blocks
	team    *team // the threads of a WSGI worker, else nil
	hello   hello
	started time.Time
	output  *output
	exited  chan struct{} // closed when the process has ended, and exit is set
	exit    error
	broken  chan struct{} // closed when the link has ended

	open   atomic.Int64 // requests and sockets
	served atomic.Int64
	limit  int64         // after how many requests it retires, 0 for never
	retire chan struct{} // asks the crew to replace it
	pong   atomic.Int64  // when it last answered, in ns of the epoch
	stats  atomic.Pointer[figures]
}

// hello is what a worker says when it is ready.
type hello struct {
	python, loop string
	iface        Interface
	lifespan     bool
}

// A StartError says why the application could not be started.
type StartError struct {
	// Application is its name.
	Application string
	// Interpreter is the Python that ran.
	Interpreter string
	// Stage is "import", "lifespan" or "exit", when the process just ended.
	Stage string
	// Output is what Python said: a traceback, the application's own words, or its last lines.
	Output string
}

// Error tells all of it, over several lines.
func (e *StartError) Error() string {
	what := map[string]string{
		"import":   "can't be imported",
		"lifespan": "refused to start",
		"exit":     "ended before it was ready",
	}[e.Stage]
	return fmt.Sprintf("python: application %s %s (%s)\n%s", e.Application, what, e.Interpreter, e.Output)
}

// spawn starts a worker and waits until it is ready.
func (h *Host) spawn(ctx context.Context, number int) (*worker, error) {
	interpreter, err := h.opts.interpreter()
	if err != nil {
		return nil, err
	}
	ours, theirs, err := socketPairs(1 + h.threads())
	if err != nil {
		return nil, fmt.Errorf("python: start a worker: %w", err)
	}
	memory, err := newBlocks()
	if err != nil {
		closeAll(ours)
		closeAll(theirs)
		return nil, fmt.Errorf("python: share memory with a worker: %w", err)
	}
	defer memory.file.Close()
	w := &worker{
		host: h, blocks: memory, number: number, started: time.Now(), limit: h.requestLimit(),
		exited: make(chan struct{}), broken: make(chan struct{}), retire: make(chan struct{}, 1),
	}
	w.cmd = exec.Command(interpreter, "-u", "-c", bootstrap, "nuages", h.app, "worker "+strconv.Itoa(number))
	w.cmd.Dir = h.opts.Dir
	w.cmd.Env = append(os.Environ(), h.opts.Env...)
	w.cmd.ExtraFiles = slices.Insert(slices.Clone(theirs), 1, w.blocks.file)
	w.cmd.SysProcAttr = ownGroup()
	w.output, err = newOutput(w)
	if err == nil {
		err = w.cmd.Start()
	}
	closeAll(theirs)
	if err != nil {
		closeAll(ours)
		return nil, fmt.Errorf("python: start %s: %w", interpreter, err)
	}
	w.output.start()
	go w.wait()
	if err := w.greet(ctx, ours[0], interpreter); err != nil {
		closeAll(ours)
		w.kill()
		<-w.exited
		return nil, err
	}
	if h.wsgi.Store(w.hello.iface == WSGI); w.hello.iface == WSGI {
		w.team = newTeam(w, ours[1:])
	} else {
		closeAll(ours[1:])
	}
	w.link = newLink(ours[0], w.blocks, w.control)
	w.pong.Store(time.Now().UnixNano())
	go w.serve()
	return w, nil
}

// threads returns how many threads a worker may have.
func (h *Host) threads() int {
	if h.opts.Interface == ASGI {
		return 0
	}
	return h.opts.Threads
}

// socketPairs returns the ends of n pairs: ours, and those to leave to a process.
func socketPairs(n int) (ours []net.Conn, theirs []*os.File, err error) {
	for range n {
		a, b, err := socketPair()
		if err != nil {
			closeAll(ours)
			closeAll(theirs)
			return nil, nil, err
		}
		ours, theirs = append(ours, a), append(theirs, b)
	}
	return ours, theirs, nil
}

func closeAll[T io.Closer](list []T) {
	for _, c := range list {
		c.Close()
	}
}

// wait collects the process.
func (w *worker) wait() {
	w.exit = w.cmd.Wait()
	w.output.wait()
	close(w.exited)
}

// serve runs the link to its end.
func (w *worker) serve() {
	_ = w.link.run() // the end of the process says more
	close(w.broken)
}

func (w *worker) kill() { _ = w.cmd.Process.Kill() }

// greet sends the worker its program and configuration, and waits until it is ready.
func (w *worker) greet(ctx context.Context, conn net.Conn, interpreter string) error {
	if timeout := w.host.opts.StartTimeout; timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, fmt.Errorf("not ready within %v", timeout))
		defer cancel()
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	f, err := w.exchangeGreetings(conn)
	if !stop() {
		return fmt.Errorf("python: start application %s: %w", w.host.app, context.Cause(ctx))
	}
	failure := &StartError{Application: w.host.app, Interpreter: interpreter, Stage: "exit"}
	switch {
	case err != nil: // the process has ended, or can't be spoken to
		w.kill()
		<-w.exited
		if failure.Output = w.output.tail(); failure.Output == "" {
			failure.Output = fmt.Sprint(w.exit)
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
	e.key("factory")
	e.bool(o.Factory)
	if o.DisconnectTimeout > 0 {
		e.key("disconnect_timeout")
		e.int(int(max(o.DisconnectTimeout/time.Second, 1)))
	}
	e.key("memory") // the descriptor after the socket's
	e.tuple(3)
	e.int(4)
	e.int(blockSize)
	e.int(blockCount)
	e.key("workers")
	e.int(o.Workers)
	e.key("slots") // the descriptors of the sockets behind those
	e.list(h.threads())
	for i := range h.threads() {
		e.int(5 + i)
	}
	e.end()
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

// FindInterpreter returns the Python that a host with these options runs. Nil options mean all defaults.
func FindInterpreter(opts *Options) (string, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
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

// control takes what the worker says of itself.
func (w *worker) control(f frame) {
	if f.kind != kindPong {
		return
	}
	w.pong.Store(time.Now().UnixNano())
	d := decoder{b: f.payload}
	values := d.dict()
	if d.end() != nil {
		return
	}
	rss, _ := values["rss"].(int)
	cpu, _ := values["cpu_ms"].(int)
	w.stats.Store(&figures{memory: int64(rss) << 10, cpu: time.Duration(cpu) * time.Millisecond})
	if limit := w.host.opts.MaxMemory; limit > 0 && int64(rss)<<10 > limit {
		w.askToRetire()
	}
}

type figures struct {
	memory int64 // bytes
	cpu    time.Duration
}

func (w *worker) askToRetire() {
	select {
	case w.retire <- struct{}{}:
	default:
	}
}

// ping asks whether the worker is alive.
func (w *worker) ping() { _ = w.link.send(appendFrame(nil, kindPing, 0, 0, nil)) }

// maxLine is the length up to which a line of output is logged as one, in bytes.
const maxLine = 64 << 10

// tailLines is how many lines of a worker's output are kept for the error of its start.
const tailLines = 50
