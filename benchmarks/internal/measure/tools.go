package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// A Count is what a tool says it did.
type Count struct {
	Operations float64
	Seconds    float64
	P50, P99   float64 // how long one took, in milliseconds; 0 if the tool does not tell
}

// A Load says what a tool does.
type Load struct {
	Conns   int      // connections
	Seconds int      // how long it lasts
	Script  string   // of wrk: a file, for other than GET
	Headers []string // of wrk: "Name: value"
}

// WRK loads with GET, or as a script says.
func WRK(ctx context.Context, url string, l *Load) (Count, error) {
	args := []string{"-t1", "-c" + strconv.Itoa(l.Conns), "-d" + strconv.Itoa(l.Seconds) + "s", "--timeout", "10s", "--latency"}
	if l.Script != "" {
		args = append(args, "-s", l.Script)
	}
	for _, h := range l.Headers {
		args = append(args, "-H", h)
	}
	out, err := output(ctx, l.Seconds, "wrk", append(args, url)...)
	if err != nil {
		return Count{}, err
	}
	return wrkCount(out)
}

var (
	wrkDone   = regexp.MustCompile(`(\d+) requests in ([\d.]+)s`)
	wrkErrors = regexp.MustCompile(`(?m)^\s*(Non-2xx.*|Socket errors.*)$`)
	wrkTime   = regexp.MustCompile(`(?m)^\s*(50|99)%\s+([\d.]+)(us|ms|s)$`)
)

func wrkCount(out []byte) (Count, error) {
	m := wrkDone.FindSubmatch(out)
	if m == nil || wrkErrors.Match(out) {
		return Count{}, fmt.Errorf("wrk printed:\n%s", out)
	}
	c, err := countOf(m[1], m[2])
	for _, line := range wrkTime.FindAllSubmatch(out, 2) {
		took, err := time.ParseDuration(string(line[2]) + string(line[3]))
		if err != nil {
			return Count{}, err
		}
		ms := float64(took.Microseconds()) / 1e3
		if string(line[1]) == "50" {
			c.P50 = ms
		} else {
			c.P99 = ms
		}
	}
	return c, err
}

// H2Load loads over HTTP/2: with prior knowledge, or as agreed on by ALPN.
func H2Load(ctx context.Context, url string, l *Load) (Count, error) {
	const streams = "4" // at once on a connection, on which our server takes 10,000 requests
	out, err := output(ctx, l.Seconds, "h2load", "-t1", "-c"+strconv.Itoa(l.Conns), "-m"+streams, "-D"+strconv.Itoa(l.Seconds), url)
	if err != nil {
		return Count{}, err
	}
	return h2loadCount(out)
}

var (
	h2loadTime = regexp.MustCompile(`finished in ([\d.]+)s`)
	h2loadDone = regexp.MustCompile(`(\d+) succeeded, 0 failed, 0 errored, 0 timeout\n.* \d+ 2xx, 0 3xx, 0 4xx, 0 5xx`)
)

func h2loadCount(out []byte) (Count, error) {
	n, s := h2loadDone.FindSubmatch(out), h2loadTime.FindSubmatch(out)
	if n == nil || s == nil {
		return Count{}, fmt.Errorf("h2load printed:\n%s", out)
	}
	return countOf(n[1], s[1])
}

func countOf(operations, seconds []byte) (c Count, err error) {
	if c.Operations, err = strconv.ParseFloat(string(operations), 64); err != nil {
		return Count{}, err
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

// A Loader is cmd/load with its connections up.
type Loader struct{ *Process }

// StartLoader starts cmd/load, the program of that name, for the operation; args are more flags.
func StartLoader(ctx context.Context, program, addr, operation string, l *Load, args ...string) (*Loader, error) {
	args = append(args, "-addr", addr, "-n", strconv.Itoa(l.Conns), "-time", strconv.Itoa(l.Seconds)+"s", operation)
	p, err := Start(ctx, program, args...)
	if err != nil {
		return nil, err
	}
	if line, err := p.Line(); err != nil || line != "ready" {
		p.Stop()
		return nil, fmt.Errorf("load printed %q: %w", line, err)
	}
	return &Loader{p}, nil
}

// Run lets the loader do its work.
func (l *Loader) Run() (Count, error) {
	if _, err := l.stdin.Write([]byte("go\n")); err != nil {
		return Count{}, err
	}
	line, err := l.Line()
	if err != nil {
		return Count{}, err
	}
	var c Count
	return c, json.Unmarshal([]byte(line), &c)
}
