package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// server is one server with its folder.
type server struct {
	folder string
	// halt is the signal that stops it at once.
	halt syscall.Signal
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
}

func newServer(folder, name string) *server {
	return &server{folder: filepath.Join(folder, name), halt: syscall.SIGKILL}
}

func (s *server) path(name string) string { return filepath.Join(s.folder, name) }

// prepare makes the server's folder, for the account if there is one.
func (s *server) prepare(a *account) error {
	if err := os.Mkdir(s.folder, 0o700); err != nil {
		return err
	}
	if a == nil {
		return nil
	}
	return os.Chown(s.folder, a.uid, a.gid)
}

// write makes a file that the account can read, and nobody else.
func (s *server) write(name string, text []byte, a *account) error {
	if err := os.WriteFile(s.path(name), text, 0o600); err != nil {
		return err
	}
	if a == nil {
		return nil
	}
	return os.Chown(s.path(name), a.uid, a.gid)
}

// exec runs a program of the server's to its end.
func (s *server) exec(ctx context.Context, a *account, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), "TMPDIR="+s.folder) // another may be closed to the account
	cmd.SysProcAttr = ownGroup(a)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s%s", filepath.Base(program), err, out, stderr.Bytes())
	}
	return out, nil
}

// launch starts the server itself, which logs to the file "log".
func (s *server) launch(a *account, program string, args ...string) error {
	log, err := os.Create(s.path("log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), "TMPDIR="+s.folder) // another may be closed to the account
	cmd.SysProcAttr = ownGroup(a)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.done = cmd, make(chan struct{})
	go func() { cmd.Wait(); close(s.done) }()
	return nil
}

// wait tries connect until it succeeds, the server ends or the context does.
func (s *server) wait(ctx context.Context, connect func(ctx context.Context) error) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := connect(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.done:
			return fmt.Errorf("the server ended: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		}
	}
}

// stop ends the server, if it runs, and waits for it.
func (s *server) stop() {
	if s.cmd == nil {
		return
	}
	signalGroup(s.cmd.Process, s.halt)
	select {
	case <-s.done:
	case <-time.After(10 * time.Second):
		signalGroup(s.cmd.Process, syscall.SIGKILL)
		<-s.done
	}
}

// log returns what the server has written, for a message.
func (s *server) log() string {
	text, err := os.ReadFile(s.path("log"))
	if err != nil {
		return ""
	}
	return string(text)
}

// freePort returns a port of 127.0.0.1 that nothing listens on at this moment.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// password keeps other users of the machine out.
func password() string { return rand.Text() }

// quoted puts the value of "NAME=value" into quotation marks for a shell. Our
// values have none.
func quoted(line string) string {
	name, value, _ := strings.Cut(line, "=")
	return name + "='" + value + "'"
}
