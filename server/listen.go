package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Listen opens a socket: "host:port", ":port", "unix:/path", or "systemd" for the one socket that
// systemd passed to this process (sd_listen_fds(3)); the variables that tell of it are removed from
// the environment, so that processes started later don't take it for theirs. A Unix socket left
// behind by a process that no longer listens is replaced; who may connect to a new one depends on
// the process's umask and on its folder.
func Listen(addr string) (net.Listener, error) {
	switch addr {
	case "":
		return nil, errors.New("listen on an address: it is missing, as in 127.0.0.1:8000") // net would take any port
	case "systemd":
		return inherited()
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

// firstFD is SD_LISTEN_FDS_START.
const firstFD = 3

func inherited() (net.Listener, error) {
	pid, _ := strconv.Atoi(os.Getenv("LISTEN_PID"))
	n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	switch {
	case pid != os.Getpid() || n < 1:
		return nil, errors.New("listen on systemd's socket: none was passed to this process; start it through its .socket unit")
	case n > 1:
		return nil, fmt.Errorf("listen on systemd's socket: %d were passed, but one is served: keep one Listen… line in the .socket unit", n)
	}
	f := os.NewFile(firstFD, "systemd")
	defer f.Close() // the listener has a copy, which is closed on exec
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("listen on systemd's socket: %w", err)
	}
	return ln, nil
}
