package python

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// An output passes on what a worker prints to the log, and keeps the last lines.
type output struct {
	w       *worker
	readers [2]*os.File // of stdout and stderr
	writers [2]*os.File
	done    sync.WaitGroup

	mu   sync.Mutex
	last []string
}

func newOutput(w *worker) (*output, error) {
	o := &output{w: w}
	for i := range o.readers {
		r, wr, err := os.Pipe()
		if err != nil {
			o.close()
			return nil, err
		}
		o.readers[i], o.writers[i] = r, wr
	}
	w.cmd.Stdout, w.cmd.Stderr = o.writers[0], o.writers[1]
	return o, nil
}

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
	for i, r := range o.readers {
		o.writers[i].Close()
		o.done.Go(func() { o.read(r, i == 1) })
	}
}

// wait returns when all that an ended worker has printed was read. What it has started may go on to print:
// nobody reads that.
func (o *output) wait() {
	for _, r := range o.readers {
		_ = r.SetReadDeadline(time.Now().Add(time.Second))
	}
	o.done.Wait()
}

func (o *output) read(r *os.File, isError bool) {
	defer r.Close()
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if text := strings.TrimRight(string(line), "\r\n"); text != "" {
			o.line(text, isError)
		}
		if err != nil && err != bufio.ErrBufferFull {
			_, _ = io.Copy(io.Discard, r)
			return
		}
	}
}

func (o *output) line(text string, isError bool) {
	o.mu.Lock()
	if len(o.last) == tailLines {
		o.last = append(o.last[:0], o.last[1:]...)
	}
	o.last = append(o.last, text)
	o.mu.Unlock()
	level := slog.LevelInfo
	if isError {
		level = slog.LevelWarn
	}
	o.w.host.log.LogAttrs(context.Background(), level, text, slog.Int("worker", o.w.number), slog.Int("pid", o.w.cmd.Process.Pid))
}

// tail returns the last lines.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.last, "\n")
}
