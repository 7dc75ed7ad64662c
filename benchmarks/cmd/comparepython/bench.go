package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/benchmarks/internal/measure"
)

// figures are what one measurement gave.
type figures struct {
	rate        float64 // operations a second
	p50, p99    float64 // how long one takes, in ms
	python, all float64 // processor time, in µs an operation
	memory      float64 // in MiB
}

// A bench holds what all measurements need.
type bench struct {
	options
	dir        string // of the files below, removed at the end
	host, load string // programs
}

func newBench(ctx context.Context, o options) (*bench, error) {
	dir, err := os.MkdirTemp("", "comparepython-")
	if err != nil {
		return nil, err
	}
	b := &bench{o, dir, filepath.Join(dir, "pythonhost"), filepath.Join(dir, "load")}
	for _, name := range []string{b.host, b.load} {
		out, err := exec.CommandContext(ctx, "go", "build", "-o", name, "./cmd/"+filepath.Base(name)).CombinedOutput()
		if err != nil {
			b.close()
			return nil, fmt.Errorf("build %s: %w\n%s", filepath.Base(name), err, out)
		}
	}
	return b, nil
}

func (b *bench) close() {
	if err := os.RemoveAll(b.dir); err != nil {
		log.Print(err)
	}
}

// measure starts a host, checks its answer, loads it, and checks its answer again.
func (b *bench) measure(ctx context.Context, w workload, host string) (f figures, err error) {
	server, err := b.start(ctx, w, host)
	if err != nil {
		return figures{}, err
	}
	defer func() {
		server.Stop()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, server.Said)
		}
	}()
	addr, err := server.Line()
	if err != nil {
		return figures{}, err
	}
	if err := w.check(ctx, addr); err != nil {
		return figures{}, err
	}
	run := b.wrk(ctx, w, addr)
	if w.want == "" {
		l, err := measure.StartLoader(ctx, b.load, addr, "echo", &measure.Load{Conns: w.load().Conns, Seconds: b.seconds})
		if err != nil {
			return figures{}, err
		}
		defer l.Stop()
		run = func(int) (measure.Count, error) { return l.Run() }
	} else if _, err := run(1); err != nil { // warm up
		return figures{}, err
	}
	before, err := server.CPU()
	if err != nil {
		return figures{}, err
	}
	c, err := run(b.seconds)
	if err != nil {
		return figures{}, err
	}
	after, err := server.CPU()
	if err != nil {
		return figures{}, err
	}
	memory, err := server.Memory()
	if err != nil {
		return figures{}, err
	}
	if c.Operations == 0 || c.Seconds == 0 {
		return figures{}, errors.New("nothing was done")
	}
	cost := after.Sub(before)
	us := 1e6 / c.Operations
	return figures{c.Operations / c.Seconds, c.P50, c.P99, cost.Python * us, cost.All * us, memory / 1024}, w.check(ctx, addr)
}

// start starts a host with the application of w.
func (b *bench) start(ctx context.Context, w workload, host string) (*measure.Process, error) {
	env := []string{"BENCH_MIDDLEWARE=" + w.middleware}
	app, workers := "hosted."+w.app, strconv.Itoa(b.workers)
	if host != "nuages" {
		return measure.StartWith(ctx, env, measure.Python, filepath.Join("python", "serve.py"), host, "--app", app, "--workers", workers)
	}
	args := []string{"-app", app, "-workers", workers}
	if b.profile != "" {
		if err := os.MkdirAll(b.profile, 0o755); err != nil {
			return nil, err
		}
		args = append(args, "-profile", filepath.Join(b.profile, w.name+".pprof"))
	}
	return measure.StartWith(ctx, env, b.host, args...)
}

func (w *workload) load() measure.Load {
	l := measure.Load{Conns: w.conns, Headers: w.headers}
	if l.Conns == 0 {
		l.Conns = 64
	}
	return l
}

// wrk returns what loads the server for so many seconds.
func (b *bench) wrk(ctx context.Context, w workload, addr string) func(seconds int) (measure.Count, error) {
	return func(seconds int) (measure.Count, error) {
		l := w.load()
		l.Seconds = seconds
		if w.body > 0 {
			l.Script = filepath.Join(b.dir, "upload.lua")
			text := fmt.Sprintf("wrk.method = 'POST'\nwrk.body = string.rep('x', %d)\n", w.body)
			if err := os.WriteFile(l.Script, []byte(text), 0o600); err != nil {
				return measure.Count{}, err
			}
		}
		return measure.WRK(ctx, "http://"+addr+w.path, &l)
	}
}

// check compares the host's answer with the one that is wanted. That of the WebSocket cmd/load checks.
func (w *workload) check(ctx context.Context, addr string) error {
	if w.want == "" {
		return nil
	}
	method := http.MethodGet
	if w.body > 0 {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+addr+w.path, strings.NewReader(strings.Repeat("x", w.body)))
	if err != nil {
		return err
	}
	req.Close = true
	for _, h := range w.headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || string(got) != w.want) {
		err = fmt.Errorf("answered %d %.80q, want 200 %.80q", resp.StatusCode, got, w.want)
	}
	return err
}
