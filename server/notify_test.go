//go:build unix

package server_test

import (
	"net"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// A notifySocket is systemd's end of sd_notify(3).
type notifySocket struct {
	t *testing.T
	c *net.UnixConn
}

func listenNotify(t *testing.T) (*notifySocket, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "n") // short: the paths of sockets are bounded
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &notifySocket{t, c}, path
}

// next returns the next state that a process tells.
func (n *notifySocket) next() string {
	n.t.Helper()
	_ = n.c.SetReadDeadline(time.Now().Add(patience))
	buf := make([]byte, 256)
	size, err := n.c.Read(buf)
	if err != nil {
		n.t.Fatalf("nothing is told: %v", err)
	}
	return string(buf[:size])
}

// TestNotify follows a service as a unit of Type=notify would: its start, a hand-over, by which the
// main process becomes another one, and its stop.
func TestNotify(t *testing.T) {
	t.Parallel()
	systemd, path := listenNotify(t)
	r := startService(t, "NOTIFY_SOCKET="+path)
	if got := systemd.next(); got != "READY=1" {
		t.Errorf("at the start: got %q", got)
	}
	r.restart()
	// The new process and the old one speak at the same time.
	told := map[string]bool{systemd.next(): true, systemd.next(): true}
	if !told["READY=1"] || !told["MAINPID="+strconv.Itoa(r.pid)] {
		t.Errorf("at the hand-over to %d: got %v", r.pid, told)
	}
	if err := syscall.Kill(r.pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := systemd.next(); got != "STOPPING=1" { // nor has the old process said so
		t.Errorf("at the stop: got %q", got)
	}
}
