package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// inheritEnv names the variable that tells a new process what its descriptors are: a handedFile each,
// as JSON.
const inheritEnv = "NUAGES_INHERIT"

// A handedFile says what a descriptor is that one process leaves to the next.
type handedFile struct {
	Kind string // "tcp" for listeners, "udp" for HTTP/3, or a pipe: "ready", "released"
	Name string // of the socket
}

// An Inherited is what the process that served before this one left to it, by [Server.Restart].
type Inherited struct {
	mu    sync.Mutex
	files map[handedFile]*os.File
}

// InheritedFromEnvironment returns what the process before left to this one, nil if there is none,
// and removes the word of it from the environment. A program calls it once, at its start, and gives
// the result to [New].
func InheritedFromEnvironment() (*Inherited, error) {
	text := os.Getenv(inheritEnv)
	if text == "" {
		return nil, nil
	}
	os.Unsetenv(inheritEnv)
	var list []handedFile
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("take over sockets: %s: %w", inheritEnv, err)
	}
	h := &Inherited{files: map[handedFile]*os.File{}}
	for i, f := range list {
		closeOnExec(firstFD + i)
		h.files[f] = os.NewFile(uintptr(firstFD+i), f.Kind+" "+f.Name)
	}
	return h, nil
}

func (h *Inherited) take(kind, name string) *os.File {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	key := handedFile{kind, name}
	f := h.files[key]
	delete(h.files, key)
	return f
}

// listener returns the listener of a name, nil if there is none.
func (h *Inherited) listener(name string) net.Listener {
	f := h.take("tcp", name)
	if f == nil {
		return nil
	}
	defer f.Close()
	ln, err := net.FileListener(f)
	if err != nil {
		return nil // is opened anew then
	}
	return ln
}

func (h *Inherited) packet(name string) net.PacketConn {
	f := h.take("udp", name)
	if f == nil {
		return nil
	}
	defer f.Close()
	c, err := net.FilePacketConn(f)
	if err != nil {
		return nil
	}
	return c
}

// ready tells the process before that this one accepts, and closes the sockets that nobody took.
func (h *Inherited) ready() error {
	f := h.take("ready", "")
	if f == nil {
		return nil
	}
	_, err := f.Write([]byte(readyWord))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("tell the process before this one that it may go: %w", err)
	}
	return nil
}

const readyWord = "ready\n"

// released returns a channel that is closed when the process before reads no UDP socket any more.
func (h *Inherited) released() <-chan struct{} {
	done := make(chan struct{})
	f := h.take("released", "")
	if f == nil {
		close(done)
		return done
	}
	go func() { // ends with the process before, at the latest
		defer close(done)
		defer f.Close()
		_, _ = io.Copy(io.Discard, f)
	}()
	return done
}

func (h *Inherited) close() {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, f := range h.files {
		f.Close()
		delete(h.files, key)
	}
}

// RestartOptions configures [Server.Restart].
type RestartOptions struct {
	// Command is the program and its arguments. Default: this program's own, looked up anew by
	// name and from the working directory that it was started in, so that a new version is found.
	Command []string
	// Env is its environment. Default: this process's.
	Env []string
	// ReadyTimeout is how long it may take until it accepts. Default 1 min.
	ReadyTimeout time.Duration
}

// ErrRestarting is returned by [Server.Restart] while another one is under way, or when the server
// is stopping.
var ErrRestarting = errors.New("a restart is under way already, or the server is stopping")

// Restart starts a new process, hands the listening sockets to it, and waits until it accepts. Then
// Run, which has to be under way, stops serving here, without a connection lost: the sockets were open all the time. If the new
// process fails, or isn't ready in time, this one goes on as if nothing had been, and the error says
// why. The new process takes the sockets with [InheritedFromEnvironment].
func (s *Server) Restart(ctx context.Context, opts *RestartOptions) (pid int, err error) {
	var o RestartOptions
	if opts != nil {
		o = *opts
	}
	orDefault(&o.ReadyTimeout, time.Minute)
	select {
	case <-s.restart:
	default:
		return 0, ErrRestarting
	}
	defer func() {
		if err != nil {
			s.restart <- struct{}{}
		}
	}()
	if s.draining() {
		return 0, ErrRestarting
	}
	cmd, err := s.command(o)
	if err != nil {
		return 0, fmt.Errorf("restart: %w", err)
	}
	if err := s.launch(ctx, cmd, o.ReadyTimeout); err != nil {
		return 0, fmt.Errorf("restart: %w", err)
	}
	notify("MAINPID=" + strconv.Itoa(cmd.Process.Pid))
	s.handedOver.Store(true)
	s.startDrain()
	select {
	case <-s.closedDoor: // from here on the new process answers whoever comes
	case <-ctx.Done():
	}
	return cmd.Process.Pid, nil
}

// workingDir returns the working directory as the environment names it: a link to the newest version
// is followed again for the next process.
func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}

func (s *Server) command(o RestartOptions) (*exec.Cmd, error) {
	args := o.Command
	if len(args) == 0 {
		args = os.Args
	}
	path := args[0]
	if strings.ContainsRune(path, filepath.Separator) && !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	path, err := exec.LookPath(path)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Args[0] = args[0]
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, os.Stdout, os.Stderr
	if cmd.Env = o.Env; cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	return cmd, nil
}

// launch starts the process and waits until it is ready.
func (s *Server) launch(ctx context.Context, cmd *exec.Cmd, timeout time.Duration) error {
	ready, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ready.Close()
	err = s.handOver(cmd, theirs)
	if err == nil {
		err = cmd.Start()
	}
	for _, f := range cmd.ExtraFiles {
		f.Close()
	}
	if err != nil {
		return err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }() // ends with the process, which may outlive this one
	timer := time.AfterFunc(timeout, func() { ready.Close() })
	defer timer.Stop()
	defer context.AfterFunc(ctx, func() { ready.Close() })()
	said, err := io.ReadAll(io.LimitReader(ready, int64(len(readyWord))))
	if string(said) == readyWord {
		return nil
	}
	if err == nil { // it has closed its end, most likely by ending
		select {
		case err := <-exited:
			return fmt.Errorf("the new process has ended before it was ready (%w); this one goes on", exitStatus(err))
		case <-time.After(lastWait):
		}
	}
	_ = cmd.Process.Kill()
	<-exited
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the new process was not ready after %s and has been killed; this one goes on", timeout)
}

func exitStatus(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// handOver puts copies of the sockets' descriptors into the command.
func (s *Server) handOver(cmd *exec.Cmd, ready *os.File) error {
	var list []handedFile
	add := func(f *os.File, kind, name string) {
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
		list = append(list, handedFile{kind, name})
	}
	add(ready, "ready", "")
	for _, k := range s.sockets {
		f, err := file(k.ln, k.name)
		if err != nil {
			return err
		}
		add(f, "tcp", k.name)
		if k.packet == nil {
			continue
		}
		if f, err = file(k.packet, k.name); err != nil {
			return err
		}
		add(f, "udp", k.name)
	}
	if s.http3 != nil {
		theirs, ours, err := os.Pipe()
		if err != nil {
			return err
		}
		add(theirs, "released", "")
		s.setRelease(ours)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	cmd.Env = append(cmd.Env, inheritEnv+"="+string(text))
	return nil
}

// setRelease keeps the pipe whose closing tells the next process that the UDP sockets are free.
func (s *Server) setRelease(f *os.File) {
	if s.release != nil { // of an attempt that failed
		s.release.Close()
	}
	s.release = f
}

// releasePackets lets go of the UDP sockets. It is called once no Restart is under way.
func (s *Server) releasePackets() {
	for _, k := range s.sockets {
		if k.packet != nil {
			_ = k.packet.Close()
		}
	}
	if s.handedOver.Load() && s.release != nil {
		s.release.Close()
	}
}
