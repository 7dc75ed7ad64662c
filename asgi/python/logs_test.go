package python_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen.
const patience = 2 * time.Minute

// A logBook is a slog.Handler that keeps what it is given, and shows it where the test fails.
type logBook struct {
	mu      sync.Mutex
	entries []entry
	changed chan struct{}
}

type entry struct {
	level slog.Level
	text  string
	attrs map[string]string
}

func (e entry) String() string { return fmt.Sprint(e.level, " ", e.text, " ", e.attrs) }

func newLogBook(t testing.TB) *logBook {
	l := &logBook{changed: make(chan struct{})}
	t.Cleanup(func() {
		if t.Failed() {
			for _, e := range l.all() {
				t.Log(e)
			}
		}
	})
	return l
}

func (l *logBook) Enabled(context.Context, slog.Level) bool { return true }
func (l *logBook) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *logBook) WithGroup(string) slog.Handler            { return l }

func (l *logBook) Handle(_ context.Context, r slog.Record) error {
	e := entry{level: r.Level, text: r.Message, attrs: map[string]string{}}
	r.Attrs(func(a slog.Attr) bool {
		e.attrs[a.Key] = a.Value.Resolve().String()
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	close(l.changed)
	l.changed = make(chan struct{})
	return nil
}

func (l *logBook) all() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]entry(nil), l.entries...)
}

// find returns the entries whose text or attributes have part in them.
func (l *logBook) find(part string) []entry {
	var found []entry
	for _, e := range l.all() {
		if strings.Contains(e.String(), part) {
			found = append(found, e)
		}
	}
	return found
}

// wait returns the n-th entry, from 1, with part in it, as soon as there is one.
func (l *logBook) wait(t testing.TB, part string, n int) entry {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		l.mu.Lock()
		changed := l.changed
		l.mu.Unlock()
		if found := l.find(part); len(found) >= n {
			return found[n-1]
		}
		select {
		case <-changed:
		case <-timer.C:
			t.Fatalf("nothing in the log of %q (%d)", part, n)
		}
	}
}

// A gate is where an application connects to tell how far it is, and waits until it may go on.
type gate struct {
	path   string
	mu     sync.Mutex
	guests []*guest
	came   chan struct{}
}

type guest struct {
	what, pid string
	conn      net.Conn
	lines     *bufio.Reader
}

func newGate(t testing.TB) *gate {
	dir, err := os.MkdirTemp("", "gate") // short: the path of a socket has a hundred bytes
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{path: filepath.Join(dir, "s"), came: make(chan struct{})}
	ln, err := net.Listen("unix", g.path)
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { g.admit(conn) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		serving.Wait()
		for _, guest := range g.guests {
			guest.conn.Close()
		}
		os.RemoveAll(dir)
	})
	return g
}

func (g *gate) admit(conn net.Conn) {
	r := bufio.NewReader(conn)
	line, err := r.ReadString('\n')
	if err != nil {
		conn.Close()
		return
	}
	what, pid, _ := strings.Cut(strings.TrimSpace(line), " ")
	g.mu.Lock()
	defer g.mu.Unlock()
	g.guests = append(g.guests, &guest{what: what, pid: pid, conn: conn, lines: r})
	close(g.came)
	g.came = make(chan struct{})
}

// wait returns the next guest that tells of what, or of what in that process; each is returned once.
func (g *gate) wait(t testing.TB, what string, pid ...string) *guest {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		g.mu.Lock()
		came := g.came
		for _, guest := range g.guests {
			if guest.what == what && (len(pid) == 0 || guest.pid == pid[0]) {
				guest.what = ""
				g.mu.Unlock()
				return guest
			}
		}
		g.mu.Unlock()
		select {
		case <-came:
		case <-timer.C:
			t.Fatalf("nobody has come to the gate with %q", what)
		}
	}
}

// release lets a guest go on.
func (g *guest) release() { g.conn.Close() }

// rest returns all that a guest still says, when it has ended.
func (g *guest) rest(t testing.TB) string {
	t.Helper()
	_ = g.conn.SetReadDeadline(time.Now().Add(patience))
	text, err := io.ReadAll(g.lines)
	if err != nil {
		t.Fatalf("process %s does not end: %v", g.pid, err)
	}
	return string(text)
}
