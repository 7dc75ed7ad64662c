//go:build unix

package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/server"
)

func TestListenTCP(t *testing.T) {
	t.Parallel()
	ln, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, addr := range []string{ln.Addr().String(), "8000", "localhost:port", "", "unix:"} {
		if ln, err := server.Listen(addr); err == nil || !strings.HasPrefix(err.Error(), "listen on ") {
			t.Errorf("Listen(%q) = %v, %v", addr, ln, err)
		}
	}
}

func TestListenUnix(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "sock") // t.TempDir's names may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()

	ln, err := server.Listen("unix:" + path)
	if err != nil {
		t.Fatalf("a socket that was left behind: %v", err)
	}
	if ln, err := server.Listen("unix:" + path); err == nil || !strings.HasSuffix(err.Error(), "another process listens there") {
		t.Errorf("a socket in use: %v, %v", ln, err)
	}
	r := serveOn(t, ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }), nil)
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, request)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(resp.Body); string(b) != "hello" || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
	r.stop()
	if err := r.end(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is left behind: %v", err)
	}

	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ln, err := server.Listen("unix:" + path); err == nil {
		t.Errorf("a file was replaced: %v", ln)
	}
	if b, err := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("the file holds %q, %v", b, err)
	}
}

// TestListenFD takes a socket over that somebody else has opened.
func TestListenFD(t *testing.T) {
	t.Parallel()
	ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	file, err := ln.File()
	ln.Close()
	if err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Dup(int(file.Fd())) // Listen closes the one that it takes
	file.Close()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, http.HandlerFunc(tell), server.Options{Addresses: []string{fmt.Sprint("fd:", fd)}})
	if s.addr != ln.Addr().String() {
		t.Errorf("got %s, want %s", s.addr, ln.Addr())
	}
	resp, err := http.ReadResponse(bufio.NewReader(dial(t, s.addr, request)), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("got %v, %v", resp, err)
	}
}

const systemdEnv = "NUAGES_TEST_SYSTEMD"

// TestListenSystemd runs this program again as systemd would: the shell puts its own process ID into
// LISTEN_PID and becomes the program.
func TestListenSystemd(t *testing.T) {
	t.Parallel()
	if os.Getenv(systemdEnv) != "" {
		systemdService(t)
		return
	}
	for _, test := range []struct{ name, env, want string }{
		{"one socket", "LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http", "served, left in the environment: none"},
		{"two sockets", "LISTEN_PID=$$ LISTEN_FDS=2", "2 were passed, but one is meant"},
		{"no socket", "LISTEN_PID=$$ LISTEN_FDS=0", "none was passed to this process"},
		{"another process's", "LISTEN_PID=1 LISTEN_FDS=1", "none was passed to this process"},
		{"not from systemd", "", "none was passed to this process"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			file, err := ln.File()
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `exec env `+test.env+` "$0" -test.run='^TestListenSystemd$'`, os.Args[0])
			cmd.Env = append(os.Environ(), systemdEnv+"="+ln.Addr().String())
			cmd.ExtraFiles = []*os.File{file}
			if out, err := cmd.CombinedOutput(); !strings.Contains(string(out), test.want) {
				t.Errorf("got %s (%v), want %q", out, err, test.want)
			}
		})
	}
}

// systemdService serves one request, which it sends itself.
func systemdService(t *testing.T) {
	ln, err := server.Listen("systemd")
	if err != nil {
		fmt.Println(err)
		return
	}
	r := serveOn(t, ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "served") }), nil)
	resp, err := http.Get("http://" + os.Getenv(systemdEnv))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	left := "none"
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "LISTEN_") {
			left = v
		}
	}
	r.stop()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s, left in the environment: %s\n", b, left)
}

// TestForeignUnixSocket stops a server on a socket that another program opened, as systemd does: its
// file stays.
func TestForeignUnixSocket(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "sock") // t.TempDir's names may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	f, err := ln.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd, err := syscall.Dup(int(f.Fd())) // for the server, which closes it
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, http.NotFoundHandler(), server.Options{Addresses: []string{"fd:" + strconv.Itoa(fd)}, Linger: -1})
	s.stop()
	if err := s.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the socket's file is gone: %v", err)
	}
}
