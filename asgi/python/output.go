package python

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// tailLines is how many lines of a worker's output are kept for the error of its start.
	tailLines = 200
	// heldRecords is how many records are held back until a worker is ready.
	heldRecords = 500
	// holdTime is how long they are; then somebody who waits for the start wants to see them.
	holdTime = 5 * time.Second
	// groupTime is how long a record of several lines waits for the next one.
	groupTime = 200 * time.Millisecond
	// restTime is how long what comes after the end of its process is read.
	restTime = time.Second
)

// An output passes on what a worker prints to the log, and keeps the last lines. What it prints before it
// is ready is held back: when it can't start, that is told once and not by each worker.
type output struct {
	w       *worker
	readers [2]*os.File // of stdout and stderr
	writers [2]*os.File
	done    sync.WaitGroup
	traced  chan struct{} // gets a value when the places of the threads have been printed
	hold    *time.Timer

	mu      sync.Mutex
	ends    time.Time // when reading ends; zero while the process lives
	last    []string
	held    []record
	holding bool
}

// A record is one entry of the log.
type record struct {
	level slog.Level
	text  string
}

func newOutput(w *worker) (*output, error) {
	o := &output{w: w, traced: make(chan struct{}, 1), holding: true}
	for i := range o.readers {
		r, wr, err := os.Pipe()
		if err != nil {
			o.close()
			return o, err
		}
		o.readers[i], o.writers[i] = r, wr
	}
	w.cmd.Stdout, w.cmd.Stderr = o.writers[0], o.writers[1]
	return o, nil
}

// close gives up what was not started.
func (o *output) close() {
	for i := range o.readers {
		if o.readers[i] != nil {
			o.readers[i].Close()
			o.writers[i].Close()
		}
	}
}

// start begins to read, once the process has its ends.
func (o *output) start() {
	o.hold = time.AfterFunc(holdTime, o.release)
	for i, r := range o.readers {
		o.writers[i].Close()
		o.done.Go(func() { o.read(r, i == 1) })
	}
}

// wait returns when all that an ended worker has printed was read. What it has left running may go on to
// print: nobody reads that.
func (o *output) wait() {
	o.mu.Lock()
	o.ends = time.Now().Add(restTime)
	for _, r := range o.readers {
		_ = r.SetReadDeadline(time.Now())
	}
	o.mu.Unlock()
	o.done.Wait()
	o.hold.Stop()
}

// read passes on what comes out of one pipe.
func (o *output) read(r *os.File, isError bool) {
	defer r.Close()
	g := &grouper{stderr: isError, emit: o.emit, traced: o.traced}
	lines := &splitter{emit: func(text string) {
		o.keep(text)
		g.line(text)
	}}
	buf := make([]byte, 16<<10)
	for o.wants(r, g) {
		n, err := r.Read(buf)
		lines.write(buf[:n])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			g.flush()
		case err != nil:
			lines.flush()
			g.flush()
			return
		}
	}
	lines.flush()
	g.flush()
}

// wants sets how long the next read may take, and tells whether there is to be one.
func (o *output) wants(r *os.File, g *grouper) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	var deadline time.Time
	now := time.Now()
	switch {
	case !o.ends.IsZero():
		if now.After(o.ends) {
			return false
		}
		deadline = now.Add(groupTime) // the pipe is empty then, and only others could fill it
	case g.pending():
		deadline = now.Add(groupTime)
	}
	_ = r.SetReadDeadline(deadline)
	return true
}

// keep keeps a line for the error of the start.
func (o *output) keep(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.last) == tailLines {
		o.last = append(o.last[:0], o.last[1:]...)
	}
	o.last = append(o.last, text)
}

// emit logs a record, or holds it back.
func (o *output) emit(level slog.Level, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.holding {
		o.log(record{level, text})
		return
	}
	o.held = append(o.held, record{level, text})
	if len(o.held) >= heldRecords {
		o.releaseHeld()
	}
}

func (o *output) log(r record) {
	o.w.host.log.LogAttrs(context.Background(), r.level, r.text, o.w.attrs()...)
}

// release logs what was held back.
func (o *output) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.releaseHeld()
}

func (o *output) releaseHeld() {
	for _, r := range o.held {
		o.log(r)
	}
	o.held, o.holding = nil, false
}

// tail returns the last lines.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.TrimSpace(strings.Join(cutFrames(o.last), "\n"))
}
