package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// A count is what a tool says it did.
type count struct {
	Operations float64
	Seconds    float64
}

// wrk loads with GET, or as a script says.
func wrk(ctx context.Context, url, script string, conns, seconds int) (count, error) {
	args := []string{"-t1", "-c" + strconv.Itoa(conns), "-d" + strconv.Itoa(seconds) + "s", "--timeout", "10s"}
	if script != "" {
		args = append(args, "-s", script)
	}
	out, err := output(ctx, seconds, "wrk", append(args, url)...)
	if err != nil {
		return count{}, err
	}
	return wrkCount(out)
}

var (
	wrkDone   = regexp.MustCompile(`(\d+) requests in ([\d.]+)s`)
	wrkErrors = regexp.MustCompile(`(?m)^\s*(Non-2xx.*|Socket errors.*)$`)
)

func wrkCount(out []byte) (count, error) {
	m := wrkDone.FindSubmatch(out)
	if m == nil || wrkErrors.Match(out) {
		return count{}, fmt.Errorf("wrk printed:\n%s", out)
	}
	return countOf(m[1], m[2])
}

// h2load loads over HTTP/2: with prior knowledge, or as agreed on by ALPN.
func h2load(ctx context.Context, url string, conns, seconds int) (count, error) {
	const streams = "4" // at once on a connection, on which our server takes 10,000 requests
	out, err := output(ctx, seconds, "h2load", "-t1", "-c"+strconv.Itoa(conns), "-m"+streams, "-D"+strconv.Itoa(seconds), url)
	if err != nil {
		return count{}, err
	}
	return h2loadCount(out)
}

var (
	h2loadTime = regexp.MustCompile(`finished in ([\d.]+)s`)
	h2loadDone = regexp.MustCompile(`(\d+) succeeded, 0 failed, 0 errored, 0 timeout\n.* \d+ 2xx, 0 3xx, 0 4xx, 0 5xx`)
)

func h2loadCount(out []byte) (count, error) {
	n, s := h2loadDone.FindSubmatch(out), h2loadTime.FindSubmatch(out)
	if n == nil || s == nil {
		return count{}, fmt.Errorf("h2load printed:\n%s", out)
	}
	return countOf(n[1], s[1])
}

func countOf(operations, seconds []byte) (c count, err error) {
	if c.Operations, err = strconv.ParseFloat(string(operations), 64); err != nil {
		return count{}, err
	}
	c.Seconds, err = strconv.ParseFloat(string(seconds), 64)
	return c, err
}

// output runs a tool that has so many seconds to do.
func output(ctx context.Context, seconds int, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(seconds)*time.Second+patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return out, nil
}

// A loader is cmd/load with its connections up.
type loader struct{ *process }

func (b *bench) startLoader(ctx context.Context, w workload, addr string) (*loader, error) {
	p, err := start(ctx, b.load, "-addr", addr, "-cert", b.cert, "-n", strconv.Itoa(w.conns),
		"-time", strconv.Itoa(b.seconds)+"s", w.tool)
	if err != nil {
		return nil, err
	}
	if line, err := p.line(); err != nil || line != "ready" {
		p.stop()
		return nil, fmt.Errorf("load printed %q: %w", line, err)
	}
	return &loader{p}, nil
}

// run lets the loader do its work.
func (l *loader) run() (count, error) {
	if _, err := l.stdin.Write([]byte("go\n")); err != nil {
		return count{}, err
	}
	line, err := l.line()
	if err != nil {
		return count{}, err
	}
	var c count
	return c, json.Unmarshal([]byte(line), &c)
}
