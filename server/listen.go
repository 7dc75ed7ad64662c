package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Listen opens a socket:
//
//	127.0.0.1:8000, [::1]:8000, :8000    TCP
//	unix:/run/shop.sock                  a Unix socket
//	systemd                              the one that systemd passed to this process
//	systemd:https                        the one of that FileDescriptorName
//	fd:3                                 a file descriptor that the parent process left open
//
// The variables that tell of systemd's sockets (sd_listen_fds(3)) are removed from the environment,
// so that processes started later don't take them for theirs. A Unix socket left behind by a process
// that no longer listens is replaced; who may connect to a new one depends on the process's umask
// and on its folder.
func Listen(addr string) (net.Listener, error) { return new(systemdSockets).listen(addr) }

func (s *systemdSockets) listen(addr string) (net.Listener, error) {
	if addr == "" {
		return nil, errors.New("listen on an address: it is missing, as in 127.0.0.1:8000") // net would take any port
	}
	if name, ok := strings.CutPrefix(addr, "systemd"); ok && (name == "" || name[0] == ':') {
		return s.take(strings.TrimPrefix(name, ":"))
	}
	if n, ok := strings.CutPrefix(addr, "fd:"); ok {
		return listenFD(n)
	}
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return listenUnix(path)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return ln, nil
}

func listenUnix(path string) (net.Listener, error) {
	if path == "" {
		return nil, errors.New("listen on a Unix socket: its path is missing, as in unix:/run/shop.sock")
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		c, err := net.Dial("unix", path)
		if err == nil {
			c.Close()
			return nil, fmt.Errorf("listen on %s: another process listens there", path)
		}
		if errors.Is(err, syscall.ECONNREFUSED) { // not when the other one is merely overloaded
			os.Remove(path)
		}
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	return ln, nil
}

func listenFD(number string) (net.Listener, error) {
	fd, err := strconv.Atoi(number)
	if err != nil || fd < firstFD {
		return nil, fmt.Errorf("listen on fd:%s: a file descriptor is a number from %d on", number, firstFD)
	}
	return fileListener(uintptr(fd), "fd:"+number)
}

// fileListener makes a listener of a descriptor, which it closes: the listener has a copy, closed on
// exec.
func fileListener(fd uintptr, name string) (net.Listener, error) {
	f := os.NewFile(fd, name)
	if f == nil {
		return nil, fmt.Errorf("listen on %s: there is no such file descriptor", name)
	}
	defer f.Close()
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", name, err)
	}
	return ln, nil
}

// firstFD is SD_LISTEN_FDS_START.
const firstFD = 3

// systemdSockets are the sockets that systemd passed, read from the environment when the first is
// asked for.
type systemdSockets struct {
	read  bool
	names []string // of those not taken yet, from firstFD on; "-" for one that is taken
}

const takenName = "\x00"

func (s *systemdSockets) environment() {
	if s.read {
		return
	}
	s.read = true
	pid, _ := strconv.Atoi(os.Getenv("LISTEN_PID"))
	n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	names := strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	if pid != os.Getpid() || n < 1 {
		return
	}
	for i := range n {
		name := "unknown" // sd_listen_fds_with_names(3)
		if i < len(names) && names[i] != "" {
			name = names[i]
		}
		s.names = append(s.names, name)
	}
}

// take returns the one socket of a name, or with "" the only one.
func (s *systemdSockets) take(name string) (net.Listener, error) {
	s.environment()
	if len(s.names) == 0 {
		return nil, errors.New("listen on systemd's socket: none was passed to this process; start it through its .socket unit")
	}
	i := slices.Index(s.names, name)
	switch {
	case name == "" && len(s.names) > 1:
		return nil, fmt.Errorf("listen on systemd's socket: %d were passed, but one is meant; name them with FileDescriptorName= and listen on systemd:NAME for each", len(s.names))
	case name == "":
		i = 0
	case i < 0:
		return nil, fmt.Errorf("listen on systemd's socket %q: none of that name was passed; its .socket unit needs FileDescriptorName=%s", name, name)
	}
	if s.names[i] == takenName {
		return nil, errors.New("listen on systemd's socket: it is listened on already")
	}
	s.names[i] = takenName
	return fileListener(uintptr(firstFD+i), "systemd")
}
