package server_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/quic-go/quic-go/http3"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/server"
)

// tell answers with what the handler knows of the connection.
func tell(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	fmt.Fprintf(w, "%s %s tls=%t body=%d,%v", r.Method, r.Proto, r.TLS != nil && r.TLS.HandshakeComplete, n, err)
}

func TestProtocols(t *testing.T) {
	t.Parallel()
	s := start(t, http.HandlerFunc(tell), server.Options{
		Addresses: []string{"https://127.0.0.1:0", "http://127.0.0.1:0"}, TLS: serverTLS(), HTTP3: true,
	})
	secure, plain := "https://"+s.addr+"/", "http://"+s.Addrs()[1].String()+"/"
	h2c := new(http.Protocols)
	h2c.SetUnencryptedHTTP2(true)
	for _, test := range []struct {
		name, url string
		client    http.RoundTripper
		want      string
	}{
		{"HTTP/1.1", plain, &http.Transport{}, "POST HTTP/1.1 tls=false body=3,<nil>"},
		{"HTTP/1.1 over TLS", secure, &http.Transport{TLSClientConfig: clientTLS()}, "POST HTTP/1.1 tls=true body=3,<nil>"},
		{"HTTP/2", secure, &http.Transport{TLSClientConfig: clientTLS(), ForceAttemptHTTP2: true}, "POST HTTP/2.0 tls=true body=3,<nil>"},
		{"HTTP/2 in the clear", plain, &http.Transport{Protocols: h2c}, "POST HTTP/2.0 tls=false body=3,<nil>"},
		{"HTTP/3", secure, &http3.Transport{TLSClientConfig: clientTLS()}, "POST HTTP/3.0 tls=true body=3,<nil>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := &http.Client{Transport: test.client}
			resp, err := client.Post(test.url, "text/plain", strings.NewReader("abc"))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if body, err := io.ReadAll(resp.Body); string(body) != test.want || err != nil {
				t.Errorf("got %q, %v, want %q", body, err, test.want)
			}
			wantAlt := ""
			if resp.TLS != nil && resp.ProtoMajor < 3 {
				wantAlt = `h3=":` + s.addr[strings.LastIndexByte(s.addr, ':')+1:] + `"; ma=86400`
			}
			if alt := resp.Header.Get("Alt-Svc"); alt != wantAlt {
				t.Errorf("Alt-Svc: got %q, want %q", alt, wantAlt)
			}
			if c, ok := test.client.(io.Closer); ok {
				c.Close()
			}
			client.CloseIdleConnections()
		})
	}
}

// TestCurl asks with another client than Go's.
func TestCurl(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		realdjango.Missing(t, "curl")
	}
	s := start(t, http.HandlerFunc(tell), server.Options{
		Addresses: []string{"https://127.0.0.1:0", "http://127.0.0.1:0"}, TLS: serverTLS(),
	})
	secure, plain, ca := "https://"+s.addr+"/", "http://"+s.Addrs()[1].String()+"/", certFile(t)
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"HTTP/1.0", []string{"--http1.0", plain}, "GET HTTP/1.0 tls=false body=0,<nil>"},
		{"HTTP/1.1", []string{"--http1.1", plain}, "GET HTTP/1.1 tls=false body=0,<nil>"},
		{"an upgrade that is not taken", []string{"--http2", plain}, "GET HTTP/1.1 tls=false body=0,<nil>"},
		{"HTTP/2 in the clear", []string{"--http2-prior-knowledge", "--data", "abc", plain}, "POST HTTP/2.0 tls=false body=3,<nil>"},
		{"HTTP/1.1 over TLS", []string{"--http1.1", "--cacert", ca, secure}, "GET HTTP/1.1 tls=true body=0,<nil>"},
		{"HTTP/2", []string{"--http2", "--cacert", ca, "--data", "abc", secure}, "POST HTTP/2.0 tls=true body=3,<nil>"},
		{"TLS 1.2", []string{"--tls-max", "1.2", "--cacert", ca, secure}, "GET HTTP/2.0 tls=true body=0,<nil>"},
		{"HTTP on the port of HTTPS", []string{"http://" + s.addr + "/"}, "This port speaks HTTPS. Use an address that begins with https://\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), curl, append([]string{"--silent", "--show-error", "--max-time", "30"}, test.args...)...).CombinedOutput()
			if string(out) != test.want || err != nil {
				t.Errorf("got %q, %v, want %q", out, err, test.want)
			}
		})
	}
}

func TestOldTLSRefused(t *testing.T) {
	t.Parallel()
	s := start(t, http.HandlerFunc(tell), server.Options{TLS: serverTLS()})
	c := clientTLS()
	c.MaxVersion, c.MinVersion = tls.VersionTLS11, tls.VersionTLS10
	if conn, err := tls.Dial("tcp", s.addr, c); err == nil {
		t.Errorf("TLS 1.1: got %x", conn.ConnectionState().Version)
	}
	if n := s.Stats().HandshakeErrors; n != 1 {
		t.Errorf("handshake errors: got %d, want 1", n)
	}
}

func TestNewFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, want string
		opts       server.Options
	}{
		{"TLS without a certificate", "there is no certificate; set TLS", server.Options{Addresses: []string{"https://127.0.0.1:0"}}},
		{"HTTP/3 without TLS", "HTTP/3 needs a TCP socket with TLS", server.Options{Addresses: []string{"127.0.0.1:0"}, HTTP3: true}},
		{"an address that is none", "listen on nowhere", server.Options{Addresses: []string{"nowhere"}}},
		{"a descriptor that is none", "a file descriptor is a number from 3 on", server.Options{Addresses: []string{"fd:x"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := server.New(http.NotFoundHandler(), &test.opts)
			if err == nil {
				s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
