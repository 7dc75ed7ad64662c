//go:build unix

package devserver_test

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// These tests look at what is left in the process and in the folder for temporary files: nothing
// runs beside them.

func TestStop(t *testing.T) {
	watchLeftovers(t)
	s := supervise(t, nil)
	pid := s.get(t, "/pid")
	s.events(t, "")
	slow := make(chan string, 1)
	go func() { slow <- s.get(t, "/slow") }()
	s.stdout.wait(t, "slow began", 1)
	began := time.Now()
	if err := s.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the stop took %v", took)
	}
	if got := <-slow; got != "v1" {
		t.Errorf("the request that was under way got %q", got)
	}
	isGone(t, pid)
	if c, err := net.Dial("tcp", s.addr); err == nil {
		c.Close()
		t.Error("the port is still open")
	}
}

func TestStopStubbornProgram(t *testing.T) {
	watchLeftovers(t)
	s := supervise(t, map[string]string{
		"start.go": "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"os/signal\"\n\t\"syscall\"\n)\n\nfunc atStart() {\n" +
			"\tch := make(chan os.Signal, 1)\n\tsignal.Notify(ch, syscall.SIGTERM)\n\tgo func() {\n\t\t<-ch\n\t\tfmt.Println(\"no\")\n\t}()\n}\n",
	})
	pid := s.get(t, "/pid")
	hang := make(chan string, 1)
	go func() { hang <- s.get(t, "/hang") }()
	s.stdout.wait(t, "hang began", 1)
	if err := s.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	s.stdout.wait(t, "no", 1)
	isGone(t, pid)
	if got := <-hang; !strings.Contains(got, "has been stopped") {
		t.Errorf("the request that was under way got %q", got)
	}
}

func TestStopWhileBuilding(t *testing.T) {
	watchLeftovers(t)
	s := supervise(t, nil)
	answer := make(chan string, 1)
	go func() { answer <- s.get(t, "/version") }()
	if !awaitBuild(t, 0, func() bool { return len(answer) > 0 }) {
		t.Fatal("the build was over before it was seen")
	}
	if err := s.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if got := <-answer; !strings.Contains(got, "has been stopped") {
		t.Errorf("the request that waited for the build got %q", got)
	}
	if got := s.stderr.String(); got != "" {
		t.Errorf("the stop is noisy: %s", got)
	}
}

func TestStopWhileStarting(t *testing.T) {
	watchLeftovers(t)
	s := supervise(t, map[string]string{
		"start.go": "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc atStart() {\n\tfmt.Println(\"pid\", os.Getpid(), \".\")\n\tselect {}\n}\n",
	})
	s.stdout.wait(t, ".", 1)
	if err := s.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	isGone(t, strings.Fields(s.stdout.String())[1])
	if got := s.stderr.String(); got != "" {
		t.Errorf("the stop is noisy: %s", got)
	}
}

// TestInterrupted ends the program first, as Ctrl-C in a terminal may do.
func TestInterrupted(t *testing.T) {
	watchLeftovers(t)
	s := supervise(t, nil)
	pid, err := strconv.Atoi(s.get(t, "/pid"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := s.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if got := s.stderr.String(); got != "" {
		t.Errorf("the stop is noisy: %s", got)
	}
}

// watchLeftovers gives the test a folder for temporary files of its own, and compares at the end.
func watchLeftovers(t *testing.T) {
	t.Helper()
	tmp, err := os.MkdirTemp("", "t")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOTMPDIR", tmp)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
			t.Errorf("files are left: %v", left)
		}
		os.RemoveAll(tmp)
		poll(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
	})
}

// poll looks again and again until done, for what gives no signal.
func poll(t *testing.T, what string, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(patience); !done(); <-ticker.C {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("waited in vain for %s\n%s", what, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// isGone checks that there is no such process any more, not even as a zombie.
func isGone(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(n, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is still there: %v", n, err)
	}
}
