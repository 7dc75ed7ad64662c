package server_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/server"
)

// tellClient answers with the client's address.
func tellClient(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr) }

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// proxyHeader returns a header as a proxy sends it for a client.
func proxyHeader(t *testing.T, version byte, command proxyproto.ProtocolVersionAndCommand) []byte {
	t.Helper()
	var b bytes.Buffer
	h := &proxyproto.Header{
		Version: version, Command: command, TransportProtocol: proxyproto.TCPv4,
		SourceAddr:      &net.TCPAddr{IP: net.IPv4(198, 51, 100, 7), Port: 4711},
		DestinationAddr: &net.TCPAddr{IP: net.IPv4(203, 0, 113, 1), Port: 443},
	}
	if _, err := h.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestProxyProtocol(t *testing.T) {
	t.Parallel()
	const client = "198.51.100.7:4711"
	for _, test := range []struct {
		name    string
		trusted []netip.Prefix
		header  []byte
		want    string // "" if the connection is closed without an answer
	}{
		{"version 1", loopback, proxyHeader(t, 1, proxyproto.PROXY), client},
		{"version 2", loopback, proxyHeader(t, 2, proxyproto.PROXY), client},
		{"version 2, a check of the proxy's own", loopback, proxyHeader(t, 2, proxyproto.LOCAL), "127.0.0.1:"},
		{"none from a trusted proxy", loopback, nil, ""},
		{"half a header", loopback, []byte("PROXY TCP4 198.51.100.7\r\n"), ""},
		{"ports that are none", loopback, []byte("PROXY TCP4 198.51.100.7 203.0.113.1 x 443\r\n"), ""},
		{"an endless header", loopback, []byte("PROXY " + strings.Repeat("T", 10_000)), ""},
		{"a version that is none", loopback, []byte("\r\n\r\n\x00\r\nQUIT\n\x31\x11\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04"), ""},
		{"none from anybody else", nil, nil, "127.0.0.1:"},
		{"one from anybody else", nil, proxyHeader(t, 1, proxyproto.PROXY), "400 Bad Request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, http.HandlerFunc(tellClient), server.Options{ProxyProtocol: true, TrustedProxies: test.trusted})
			c := dial(t, s.addr, string(test.header)+"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
			got, _ := io.ReadAll(c) // the end may be a reset
			if test.want == "" && len(got) > 0 || !strings.Contains(string(got), test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestProxyProtocolBelowTLS(t *testing.T) {
	t.Parallel()
	s := start(t, http.HandlerFunc(tellClient), server.Options{ProxyProtocol: true, TrustedProxies: loopback, TLS: serverTLS()})
	c := tls.Client(dial(t, s.addr, string(proxyHeader(t, 2, proxyproto.PROXY))), clientTLS())
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(got), "198.51.100.7:4711") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestSlowProxyHeader has a proxy that connects and says nothing: others are served.
func TestSlowProxyHeader(t *testing.T) {
	t.Parallel()
	s := start(t, http.HandlerFunc(tellClient), server.Options{ProxyProtocol: true, TrustedProxies: loopback, ReadHeaderTimeout: 200 * time.Millisecond})
	silent := dial(t, s.addr, "")
	c := dial(t, s.addr, string(proxyHeader(t, 2, proxyproto.PROXY))+"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	if got, err := io.ReadAll(c); err != nil || !strings.Contains(string(got), "198.51.100.7") {
		t.Errorf("got %q, %v", got, err)
	}
	if got, _ := io.ReadAll(silent); len(got) > 0 {
		t.Errorf("a silent proxy got %q", got)
	}
}

// TestHAProxy puts the real HAProxy in front.
func TestHAProxy(t *testing.T) {
	t.Parallel()
	haproxy := findHAProxy(t)
	for _, send := range []string{"send-proxy", "send-proxy-v2"} {
		t.Run(send, func(t *testing.T) {
			t.Parallel()
			s := start(t, http.HandlerFunc(tellClient), server.Options{ProxyProtocol: true, TrustedProxies: loopback})
			front, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer front.Close()
			f, err := front.(*net.TCPListener).File()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			config := filepath.Join(t.TempDir(), "haproxy.cfg")
			text := "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n" +
				"listen shop\n  bind fd@3\n  server nuages " + s.addr + " " + send + "\n"
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(haproxy, "-db", "-f", config)
			cmd.ExtraFiles = []*os.File{f}
			var log syncBuffer
			cmd.Stdout, cmd.Stderr = &log, &log
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}()
			// The socket is open already: the connection waits until HAProxy takes it.
			c := dial(t, front.Addr().String(), "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
			got, err := io.ReadAll(c)
			if want := c.LocalAddr().String(); err != nil || !strings.HasSuffix(string(got), want) {
				t.Errorf("got %q, %v, want the address %s\n%s", got, err, want, log.String())
			}
		})
	}
}

func findHAProxy(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"haproxy", "/usr/sbin/haproxy"} {
		if path, err := exec.LookPath(path); err == nil {
			return path
		}
	}
	realdjango.Missing(t, "HAProxy (Debian package haproxy)")
	return ""
}
