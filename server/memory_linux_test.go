package server_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

// browser is the handshake of one, with what it sends of headers.
const browser = "GET /live/?room=1 HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36\r\n" +
	"Upgrade: websocket\r\nOrigin: http://shop.example\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n" +
	"Accept-Language: de-DE,de;q=0.9,en;q=0.8\r\nCookie: sessionid=0123456789abcdef0123456789abcdef\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"

// idleSockets opens n sockets that have had a message echoed and are idle now, and returns how many
// bytes of heap and stacks one holds.
func idleSockets(t testing.TB, n int) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	h := web.ToHTTP(echoView, &web.Options{Logger: slog.New(slog.DiscardHandler)})
	go func() {
		ended <- server.Serve(ctx, ln, h, &server.Options{Grace: -1, Logger: slog.New(slog.DiscardHandler)})
	}()
	defer func() {
		stop()
		<-ended
	}()
	addr := netip.MustParseAddrPort(ln.Addr().String())
	fds := make([]int, 0, n+1)
	defer func() {
		for _, fd := range fds {
			syscall.Close(fd)
		}
	}()
	fds = append(fds, openSocket(t, addr)) // for what is made once
	before := inUse()
	for range n {
		fds = append(fds, openSocket(t, addr))
	}
	return (inUse() - before) / n
}

func inUse() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools held
	runtime.ReadMemStats(&m)
	return int(m.HeapInuse + m.StackInuse)
}

// openSocket is a client whose end takes no memory of this process: a bare file descriptor.
func openSocket(t testing.TB, addr netip.AddrPort) (fd int) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}); err != nil {
		t.Fatal(err)
	}
	conn := file(fd)
	if _, err := io.WriteString(conn, browser); err != nil {
		t.Fatal(err)
	}
	var b []byte
	for !strings.HasSuffix(string(b), "\r\n\r\n") {
		b = append(b, 0)
		if _, err := io.ReadFull(conn, b[len(b)-1:]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(conn, "\x81\x82\x00\x00\x00\x00hi"); err != nil {
		t.Fatal(err)
	}
	var echo [4]byte
	if _, err := io.ReadFull(conn, echo[:]); err != nil || string(echo[:]) != "\x81\x02hi" {
		t.Fatalf("%q, %v", echo, err)
	}
	return fd
}

type file int

func (f file) Read(b []byte) (int, error) {
	n, err := syscall.Read(int(f), b)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return max(n, 0), err
}

func (f file) Write(b []byte) (int, error) { return syscall.Write(int(f), b) }

// TestIdleWebSocketMemory keeps an idle socket, with the request that it came from, below 12 KB.
func TestIdleWebSocketMemory(t *testing.T) { // not parallel: it measures the process
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	if n := idleSockets(t, 1000); n > 12<<10 {
		t.Errorf("an idle socket holds %d bytes", n)
	}
}

// BenchmarkIdleWebSockets reports the same of 5,000 sockets.
func BenchmarkIdleWebSockets(b *testing.B) {
	n := 0
	for b.Loop() {
		n = idleSockets(b, 5000)
	}
	b.ReportMetric(float64(n), "bytes/conn")
}
