package server_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// endless sends a text again and again until the server closes.
func endless(c net.Conn, begin, again string) {
	again = strings.Repeat(again, max(1, 4096/len(again)))
	for _, err := io.WriteString(c, begin); err == nil; {
		_, err = io.WriteString(c, again)
	}
}

// TestFloodsHTTP1 has many clients of HTTP/1.1 and of TLS that do what costs the server more than
// them, until it closes their connections. Meanwhile others are served, and memory does not grow.
func TestFloodsHTTP1(t *testing.T) {
	// Not parallel: it looks at the memory of the whole process.
	for _, f := range []struct {
		name    string
		clients int
		attack  func(c net.Conn)
	}{
		{"silence", 400, func(net.Conn) {}},
		{"half a head", 400, func(c net.Conn) {
			io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("y", 3000))
		}},
		{"heads that drip", 100, func(c net.Conn) { drip(c, "G") }},
		{"connections that are reset", 400, func(c net.Conn) {
			io.WriteString(c, request)
			_ = c.(*net.TCPConn).SetLinger(0)
			c.Close()
		}},
		{"lines without end", 20, func(c net.Conn) { endless(c, "GET / HTTP/1.1\r\nHost: localhost\r\n", "X: y\r\n") }},
		{"a line without end", 20, func(c net.Conn) { endless(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ", "y") }},
		{"a folded line without end", 20, func(c net.Conn) { endless(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX: y", "\r\n z") }},
		{"a URI without end", 20, func(c net.Conn) { endless(c, "GET /", "x") }},
		{"a method without end", 20, func(c net.Conn) { endless(c, "", "G") }},
		{"empty lines without end", 20, func(c net.Conn) { endless(c, "", "\r\n") }},
		{"refused requests without end", 20, func(c net.Conn) { endless(c, "", strings.Replace(request, "GET", "BREW", 1)) }},
		{"chunks without end", 4, func(c net.Conn) { endless(c, post(chunked, ""), "1\r\nx\r\n") }},
		{"chunk extensions without end", 20, func(c net.Conn) { endless(c, post(chunked, "1;"), "x") }},
		{"trailers without end", 20, func(c net.Conn) { endless(c, post(chunked, "0\r\n"), "X: y\r\n") }},
		{"a handshake without end", 20, func(c net.Conn) { endless(c, "\x16\x03\x01\x40\x00\x01\xff\xff\xff", "\x00") }},
	} {
		t.Run(f.name, func(t *testing.T) {
			o := hasty()
			o.HTTP3 = false
			o.ReadHeaderTimeout = 1500 * time.Millisecond // the probe, too, has to keep within it
			o.MaxBody = 1 << 20
			s := start(t, &crowd{}, o)
			addr := s.addr
			if strings.Contains(f.name, "handshake") {
				addr = s.Addrs()[1].String()
			}
			before := heap()
			for range f.clients {
				c := dial(t, addr, "")
				go f.attack(c)
			}
			probe(t, s.addr)
			if grown := int64(heap()) - int64(before); grown > 24<<20 {
				t.Errorf("the memory has grown by %d KiB", grown>>10)
			}
			closed(t, s.Server)
			if n := s.Stats().Accepted; n != int64(f.clients)+1 {
				t.Errorf("accepted: got %d, want %d", n, f.clients+1)
			}
		})
	}
}
