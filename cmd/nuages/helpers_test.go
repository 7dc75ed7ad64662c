package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the built command, which the tests start as a user does.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "nuages-*")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if err := os.Chmod(dir, 0o755); err != nil { // a test runs the program as another user
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		program = filepath.Join(dir, "nuages")
		if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", program, ".").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build nuages: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// outcome is how a command ended and what it wrote, to both streams.
type outcome struct {
	code int
	text string
}

// run runs a command in a folder, with more environment.
func run(t *testing.T, dir string, env []string, name string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return outcome{cmd.ProcessState.ExitCode(), string(out)}
}

// must is run for commands that have to succeed.
func must(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	got := run(t, dir, nil, name, args...)
	if got.code != 0 {
		t.Fatalf("%s %q: code %d\n%s", name, args, got.code, got.text)
	}
	return got.text
}

// startProject runs startproject, from the module cache where that has everything.
func startProject(t *testing.T, dir string, args ...string) string {
	t.Helper()
	args = append([]string{"startproject"}, args...)
	before := names(t, dir)
	got := run(t, dir, []string{"GOPROXY=off"}, program, args...)
	if got.code != 0 && (strings.Contains(got.text, "GOPROXY=off") || strings.Contains(got.text, "verifying module")) {
		for _, name := range names(t, dir) {
			if !slices.Contains(before, name) {
				os.RemoveAll(filepath.Join(dir, name))
			}
		}
		got = run(t, dir, nil, program, args...)
	}
	if got.code != 0 {
		t.Fatalf("nuages %q: code %d\n%s", args, got.code, got.text)
	}
	return got.text
}

// names lists a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, text string, parts ...string) {
	t.Helper()
	file := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// edit replaces a text that has to be in a file.
func edit(t *testing.T, file, old, replacement string) {
	t.Helper()
	text := read(t, file)
	if !strings.Contains(text, old) {
		t.Fatalf("%s does not hold %q:\n%s", file, old, text)
	}
	write(t, strings.Replace(text, old, replacement, 1), file)
}

// service is a program that serves.
type service struct {
	t    *testing.T
	cmd  *exec.Cmd
	done chan struct{}

	mu   sync.Mutex
	out  bytes.Buffer
	seen chan struct{} // gets a token with each write
}

// Write collects what the program writes.
func (s *service) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.seen <- struct{}{}:
	default:
	}
	return s.out.Write(b)
}

func (s *service) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// start starts a program with this environment alone, and waits until it has written what the
// expression matches, whose group it returns.
func start(t *testing.T, dir string, env []string, ready *regexp.Regexp, name string, args ...string) (*service, string) {
	t.Helper()
	s := &service{t: t, cmd: exec.Command(name, args...), done: make(chan struct{}), seen: make(chan struct{}, 1)}
	s.cmd.Dir, s.cmd.Env = dir, env
	s.cmd.Stdout, s.cmd.Stderr = s, s
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.done)
		_ = s.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.done
	})
	timeout := time.After(time.Minute)
	for {
		if m := ready.FindStringSubmatch(s.text()); m != nil {
			return s, m[1]
		}
		select {
		case <-s.seen:
		case <-s.done:
			t.Fatalf("%s %q ended with code %d:\n%s", name, args, s.cmd.ProcessState.ExitCode(), s.text())
		case <-timeout:
			t.Fatalf("%s %q did not begin to serve:\n%s", name, args, s.text())
		}
	}
}

// stop tells the program to end and returns its exit code.
func (s *service) stop() int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.done:
	case <-time.After(time.Minute):
		s.t.Fatalf("the program goes on after SIGTERM:\n%s", s.text())
	}
	return s.cmd.ProcessState.ExitCode()
}
