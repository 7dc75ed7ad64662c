// Package measure runs the programs that a comparison needs, peers and those that load them, and tells
// what they cost:
//
//	p, err := measure.Start(ctx, "./server", "-listen", "http")
//	addr, err := p.Line()
//	before, err := p.CPU()
//	done, err := measure.WRK(ctx, "http://"+addr+"/", &measure.Load{Conns: 64, Seconds: 2})
//	after, err := p.CPU()
//
// It is for Linux.
package measure

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Python is the distribution's interpreter, whose packages the Python peers are.
const Python = "/usr/bin/python3"

// patience bounds every wait for a program.
const patience = 60 * time.Second

// A Process is a program that was started here, with all that it starts itself.
type Process struct {
	// Said is the end of what it has printed to standard error.
	Said   fmt.Stringer
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
}

// Start starts a program in a process group of its own, with as many open files as are allowed. Stop
// has to be called.
func Start(ctx context.Context, name string, args ...string) (*Process, error) {
	return StartWith(ctx, nil, name, args...)
}

// StartWith is Start with variables, "NAME=value", beside those of this process's environment.
func StartWith(ctx context.Context, env []string, name string, args ...string) (*Process, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	said := &tail{}
	cmd.Stderr = said
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{said, cmd, stdin, bufio.NewReader(stdout)}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err == nil { // the load finds out if they are too few
		limit.Cur = limit.Max
		_ = unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil)
	}
	return p, nil
}

// Line reads a line that the program prints. One that prints none within a minute is killed.
func (p *Process) Line() (string, error) {
	timer := time.AfterFunc(patience, func() { _ = p.cmd.Cancel() })
	defer timer.Stop()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s printed no line: %w\n%s", filepath.Base(p.cmd.Path), err, p.Said)
	}
	return strings.TrimSpace(line), nil
}

// Signal sends the program a signal.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Stop asks the program to end, by the end of its input or, if it is Python, by SIGTERM, and ends what
// is left of its group after a while.
func (p *Process) Stop() {
	p.stdin.Close()
	if p.cmd.Path == Python {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	}
	timer := time.AfterFunc(3*time.Second, func() { _ = p.cmd.Cancel() })
	defer timer.Stop()
	_, _ = io.Copy(io.Discard, p.stdout)
	_ = p.cmd.Wait()
	_ = p.cmd.Cancel() // workers that have outlived it
}

// tree returns the process and its descendants.
func (p *Process) tree() ([]int, error) {
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended meanwhile
		}
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:])) // proc(5): state, ppid
		pid, err := strconv.Atoi(strings.Split(name, "/")[2])
		if err != nil || len(fields) < 2 {
			return nil, fmt.Errorf("%s holds %.80q", name, b)
		}
		parent, err := strconv.Atoi(fields[1])
		if err != nil {
			return nil, fmt.Errorf("%s holds %.80q", name, b)
		}
		children[parent] = append(children[parent], pid)
	}
	tree := []int{p.cmd.Process.Pid}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i]]...)
	}
	return tree, nil
}

// A CPUTime is processor time, in seconds.
type CPUTime struct {
	All    float64 // of the process and its descendants
	Python float64 // of those among them that are Python
}

// Sub returns the time that passed since before.
func (t CPUTime) Sub(before CPUTime) CPUTime {
	return CPUTime{t.All - before.All, t.Python - before.Python}
}

var interpreter = regexp.MustCompile(`^python[0-9.]*$`)

// CPU returns the processor time that the process and its descendants have used: that of their clocks
// (clock_getcpuclockid(3)), as /proc/PID/stat counts in hundredths.
func (p *Process) CPU() (CPUTime, error) {
	pids, err := p.tree()
	if err != nil {
		return CPUTime{}, err
	}
	var sum CPUTime
	for _, pid := range pids {
		const schedClock = 2 // CPUCLOCK_SCHED of linux/posix-timers.h
		var t unix.Timespec
		if err := unix.ClockGettime(int32(^pid<<3|schedClock), &t); err != nil {
			if errors.Is(err, unix.EINVAL) && pid != p.cmd.Process.Pid {
				continue // it has ended meanwhile
			}
			return CPUTime{}, fmt.Errorf("read the clock of process %d: %w", pid, err)
		}
		seconds := time.Duration(t.Nano()).Seconds()
		sum.All += seconds
		exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
		if err == nil && interpreter.MatchString(filepath.Base(exe)) {
			sum.Python += seconds
		}
	}
	return sum, nil
}

// Memory returns the memory of the process and its descendants in KiB, shared pages in proportion.
func (p *Process) Memory() (float64, error) {
	pids, err := p.tree()
	if err != nil {
		return 0, err
	}
	var sum float64
	for _, pid := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			return 0, err
		}
		_, rest, _ := strings.Cut(string(b), "\nPss:")
		line, _, _ := strings.Cut(rest, "kB")
		kb, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
		if err != nil {
			return 0, fmt.Errorf("smaps_rollup of process %d: %w", pid, err)
		}
		sum += kb
	}
	return sum, nil
}

// A tail keeps the end of what is written to it: load that breaks connections off makes servers talk.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write takes the text.
func (t *tail) Write(b []byte) (int, error) {
	const most = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-most):]
	return len(b), nil
}

// String returns the end of what was written.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
