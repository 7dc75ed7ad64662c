package python

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

//go:embed worker/*.py
var workerSource embed.FS

// workerFiles are the files of the worker, in the order in which they are executed.
var workerFiles = []string{"base.py", "asgi.py", "wsgi.py", "slots.py", "main.py"}

// A worker is one process of the application.
type worker struct {
	host    *Host
	number  int // its seat, from 1
	cmd     *exec.Cmd
	conns   []net.Conn // of the link, and of each thread of a WSGI worker
	link    *link      // nil before it is ready
	blocks  *blocks
	team    *team // the threads of a WSGI worker, else nil
	hello   hello
	started time.Time
	output  *output
	exited  chan struct{} // closed when the process has ended, its output was read, and exit is set
	exit    error
	broken  chan struct{} // closed when the link has ended

	state  atomic.Value // WorkerState
	open   atomic.Int64 // requests and sockets
	served atomic.Int64
	failed atomic.Int64
	lost   atomic.Int64  // of those that failed, how many did for its end
	idle   chan struct{} // gets a value when nothing is open any more, once it has ended
	limit  int64         // after how many requests it retires, 0 for never
	stays  time.Time     // until when it does not, since it could not be replaced; its seat's
	retire chan struct{} // asks its seat to replace it
	pinged atomic.Int64  // when it was last asked whether it lives, in ns since it was started
	pongs  atomic.Int64  // how often it has answered
	stats  atomic.Pointer[figures]
}

// spawn starts a worker and waits until it is ready.
func (h *Host) spawn(ctx context.Context, number int) (*worker, error) {
	w, err := h.launch(number)
	if err != nil {
		return nil, err
	}
	if err := w.greet(ctx, w.conns[0]); err != nil {
		closeAll(w.conns)
		w.kill()
		<-w.exited
		h.strike(w)
		return nil, &spawnError{w, err}
	}
	if w.hello.iface == WSGI {
		w.team = newTeam(w, w.conns[1:])
	} else {
		closeAll(w.conns[1:])
	}
	w.link = newLink(w.conns[0], w.blocks, w.control)
	w.output.release()
	go w.serve()
	return w, nil
}

// A spawnError is the error of a worker whose output was held back so far.
type spawnError struct {
	worker *worker
	err    error
}

func (e *spawnError) Error() string { return e.err.Error() }
func (e *spawnError) Unwrap() error { return e.err }

// reveal returns the error for users, and logs the output of its worker where that has more to say.
func reveal(err error) error {
	failed, ok := err.(*spawnError)
	if !ok {
		return err
	}
	var start *StartError
	if !errors.As(err, &start) || start.Stage == stageImport || start.Stage == stageLifespan {
		failed.worker.output.release()
	}
	return failed.err
}

// launch starts the process of a worker.
func (h *Host) launch(number int) (*worker, error) {
	interpreter, err := h.opts.interpreter()
	if err == nil {
		err = h.opts.checkDir()
	}
	if err != nil {
		return nil, err
	}
	ours, theirs, err := socketPairs(1 + h.threads())
	if err != nil {
		return nil, fmt.Errorf("python: start a worker: %w", err)
	}
	defer closeAll(theirs)
	memory, err := newBlocks()
	if err != nil {
		closeAll(ours)
		return nil, fmt.Errorf("python: share memory with a worker: %w", err)
	}
	defer memory.file.Close()
	w := &worker{
		host: h, conns: ours, blocks: memory, number: number, started: time.Now(), limit: h.requestLimit(),
		exited: make(chan struct{}), broken: make(chan struct{}), retire: make(chan struct{}, 1), idle: make(chan struct{}, 1),
	}
	w.state.Store(Starting)
	w.stats.Store(&figures{})
	w.cmd = exec.Command(interpreter, "-u", "-c", bootstrap, "nuages", h.app, "worker "+strconv.Itoa(number))
	w.cmd.Dir = h.opts.Dir
	w.cmd.Env, _ = h.opts.environment()
	w.cmd.ExtraFiles = slices.Insert(slices.Clone(theirs), 1, memory.file)
	w.cmd.SysProcAttr = ownGroup()
	if w.output, err = newOutput(w); err == nil {
		err = w.cmd.Start()
	}
	if err != nil {
		closeAll(ours)
		w.output.close()
		return nil, fmt.Errorf("python: start %s: %w", interpreter, err)
	}
	w.output.start()
	h.enrol(w)
	go w.wait()
	return w, nil
}

// threads returns how many threads a worker may have.
func (h *Host) threads() int {
	if h.opts.Interface == ASGI {
		return 0
	}
	return h.opts.Threads
}

// wait collects the process.
func (w *worker) wait() {
	w.exit = w.cmd.Wait()
	// What it has sent is read to its end. Processes that it has left behind may keep the sockets open.
	_ = w.conns[0].SetReadDeadline(time.Now().Add(restTime))
	w.output.wait()
	for _, conn := range w.conns[1:] {
		if socket, ok := conn.(*net.UnixConn); ok {
			_ = socket.CloseRead() // the end comes behind what is there
		}
	}
	close(w.exited)
}

// serve runs the link to its end.
func (w *worker) serve() {
	_ = w.link.run() // the end of the process says more
	close(w.broken)
}

func (w *worker) kill() { _ = w.cmd.Process.Kill() }

// attrs tell in the log which worker it is.
func (w *worker) attrs(more ...slog.Attr) []slog.Attr {
	return append([]slog.Attr{slog.Int("worker", w.number), slog.Int("pid", w.cmd.Process.Pid)}, more...)
}

func (w *worker) log(level slog.Level, message string, more ...slog.Attr) {
	w.host.log.LogAttrs(context.Background(), level, message, w.attrs(more...)...)
}

// finish tells a worker to end, and waits until it has, or its time is over.
func (w *worker) finish() {
	w.state.Store(Draining)
	w.link.drain()
	if timeout := w.host.opts.StopTimeout; timeout > 0 {
		if w.team == nil {
			timeout *= 2 // after the first half an ASGI worker gives its requests up, and goes on to its shutdown
		}
		defer time.AfterFunc(timeout, w.kill).Stop()
	}
	w.settle()
	if lost := w.lost.Load(); lost > 0 {
		w.log(slog.LevelWarn, "a Python worker was stopped before it had answered all requests", slog.Int64("requests", lost))
	}
}

// settle waits until a worker has ended, and its requests know that, so that the lost ones can be
// counted. Those that are busy with a slow client are not waited for.
func (w *worker) settle() {
	<-w.exited
	<-w.broken
	w.state.Store(ended)
	defer w.host.strike(w)
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	for w.open.Load() > 0 {
		select {
		case <-w.idle:
		case <-timer.C:
			return
		}
	}
}

// begin counts a request.
func (w *worker) begin() {
	w.open.Add(1)
	if n := w.served.Add(1); w.limit > 0 && n >= w.limit {
		w.askToRetire()
	}
}

// release ends a request.
func (w *worker) release() {
	if w.open.Add(-1) == 0 && w.state.Load() == ended {
		select {
		case w.idle <- struct{}{}:
		default:
		}
	}
}

// count takes the error of a request into the figures.
func (w *worker) count(err error) {
	switch {
	case errors.Is(err, errWorkerGone):
		w.lost.Add(1)
		w.host.lost.Add(1)
	case !errors.As(err, new(*ApplicationError)):
		return
	}
	w.failed.Add(1)
	w.host.failed.Add(1)
}

func (w *worker) exitText() string {
	if w.exit == nil {
		return "exit status 0"
	}
	return w.exit.Error()
}

// showThreads asks Python to print where its threads are, which ends a process that has not come to
// Python yet, and waits until it has.
func (w *worker) showThreads() {
	if w.cmd.Process.Signal(traceSignal) != nil {
		return
	}
	select {
	case <-w.output.traced:
	case <-w.exited:
	case <-time.After(time.Second):
	}
}

// control takes what the worker says of itself.
func (w *worker) control(f frame) {
	if f.kind != kindPong {
		return
	}
	d := decoder{b: f.payload}
	values := d.dict()
	if values["retire"] != nil {
		w.askToRetire()
		return
	}
	w.pongs.Add(1) // it is alive, whatever it says
	if d.end() != nil {
		return
	}
	rss, _ := values["rss"].(int)
	text, _ := values["cpu_ms"].(string)
	cpu, _ := strconv.ParseInt(text, 10, 64)
	threads, _ := values["threads"].(int)
	w.stats.Store(&figures{
		memory: int64(rss) << 10, cpu: time.Duration(cpu) * time.Millisecond, threads: threads,
		lag: time.Since(w.started) - time.Duration(w.pinged.Load()),
	})
	if limit := w.host.opts.MaxMemory; limit > 0 && int64(rss)<<10 > limit {
		w.askToRetire()
	}
}

// figures are what a worker has last said of itself.
type figures struct {
	memory  int64 // bytes
	cpu     time.Duration
	lag     time.Duration // how long it took to answer
	threads int
}

func (w *worker) askToRetire() {
	select {
	case w.retire <- struct{}{}:
	default:
	}
}

// ping asks whether the worker is alive.
func (w *worker) ping() {
	w.pinged.Store(int64(time.Since(w.started)))
	_ = w.link.send(appendFrame(nil, kindPing, 0, 0, nil))
}
