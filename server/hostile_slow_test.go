package server_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"
	"golang.org/x/net/http2"

	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

// hasty are options with times that a test can wait for.
func hasty() server.Options {
	const d = 300 * time.Millisecond
	return server.Options{
		Addresses: []string{"http://127.0.0.1:0", "https://127.0.0.1:0"}, TLS: serverTLS(), HTTP3: true,
		ReadHeaderTimeout: d, ReadTimeout: d, WriteTimeout: d, IdleTimeout: d, Logger: quiet(),
	}
}

// TestSlowHeads opens connections that never get to the end of a head: the server ends each.
func TestSlowHeads(t *testing.T) {
	t.Parallel()
	s := start(t, newRecorder(), hasty())
	hello := clientHello(t)
	for _, test := range []struct {
		name, send string
		drip       bool // sends the last byte again and again
		secure     bool
	}{
		{name: "nothing"},
		{name: "one byte", send: "G"},
		{name: "half a request line", send: "GET / HT"},
		{name: "half a head", send: "GET / HTTP/1.1\r\nHost: loc"},
		{name: "a head that drips", send: "GET / HTTP/1.1\r\nHost: localhost\r\nX: y", drip: true},
		{name: "lines that drip", send: "GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n", drip: true},
		{name: "half a preface", send: http2.ClientPreface[:20]},
		{name: "a preface alone", send: http2.ClientPreface},
		{name: "a head behind a request", send: request + "GET / HTTP/1.1\r\nX: y", drip: true},
		{name: "nothing behind a request", send: request},
		{name: "half a frame", send: http2.ClientPreface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x20\x01\x05\x00\x00\x00\x01abc"},
		{name: "HEADERS without an end", send: http2.ClientPreface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x01\x01\x00\x00\x00\x00\x01\x82"},
		{name: "nothing for TLS", secure: true},
		{name: "half a hello", send: hello[:20], secure: true},
		{name: "a hello alone", send: hello, secure: true},
		{name: "a hello that drips", send: "\x16\x03\x01\xff\xff\x00", drip: true, secure: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			addr := s.addr
			if test.secure {
				addr = s.Addrs()[1].String()
			}
			c := dial(t, addr, test.send)
			if test.drip {
				go drip(c, test.send[len(test.send)-1:])
			}
			if _, err := io.Copy(io.Discard, c); err != nil && !isReset(err) {
				t.Errorf("the connection goes on: %v", err)
			}
		})
	}
}

// clientHello is the first flight of a handshake.
func clientHello(t *testing.T) string {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	go func() { _ = tls.Client(far, clientTLS()).Handshake() }()
	b := make([]byte, 16<<10)
	n, err := near.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

// A bodyReader is an application that reads the body and tells what it ended with, or doesn't read.
type bodyReader struct {
	err chan error
}

func (b *bodyReader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/unread" {
		return
	}
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		b.err <- err
		http.Error(w, err.Error(), http.StatusRequestTimeout)
		return
	}
	w.Header().Set("X-Seen", strconv.FormatInt(n, 10))
	b.err <- nil
}

func (b *bodyReader) is408(t *testing.T) {
	t.Helper()
	var e *web.Error
	select {
	case err := <-b.err:
		if !errors.As(err, &e) || e.Status != http.StatusRequestTimeout {
			t.Errorf("reading the body ended with %v, want a 408", err)
		}
	case <-time.After(patience):
		t.Fatal("the body is waited for")
	}
}

// TestSlowBodies announces bodies that don't come.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, send string
		drip       bool
		rate       int
		want       string // answers
	}{
		{name: "nothing", send: post("Content-Length: 10", ""), want: "408"},
		{name: "half", send: post("Content-Length: 10", "abcde"), want: "408"},
		{name: "nothing in chunks", send: post(chunked, ""), want: "408"},
		{name: "half a chunk", send: post(chunked, "5\r\nabc"), want: "408"},
		{name: "half a chunk's size", send: post(chunked, "5"), want: "408"},
		{name: "no last chunk", send: post(chunked, "3\r\nabc\r\n"), want: "408"},
		{name: "no end of the trailers", send: post(chunked, "0\r\nX: y\r\n"), want: "408"},
		{name: "drops, slower than allowed", send: post("Content-Length: 9000000", "x"), drip: true, rate: 1 << 20, want: "408"},
		{name: "drops of a chunk's extension", send: post(chunked, "5;x"), drip: true, rate: 1 << 20, want: "408"},
		{name: "100-continue", send: post("Expect: 100-continue\r\nContent-Length: 10", ""), want: "100 408"},
		{name: "of a request that is not read", send: strings.Replace(post("Content-Length: 10", ""), "/", "/unread", 1), want: "200 of the server"},
		{name: "in chunks, not read", send: strings.Replace(post(chunked, "5\r\nabc"), "/", "/unread", 1), want: "200 of the server"},
		{name: "drops, not read", send: strings.Replace(post("Content-Length: 9000", "x"), "/", "/unread", 1), drip: true, want: "200 of the server"},
		{name: "100-continue, not read", send: strings.Replace(post("Expect: 100-continue\r\nContent-Length: 10", ""), "/", "/unread", 1), want: "200 of the server"},
		{name: "of a request that is refused", send: requestTo("BREW / HTTP/1.1", "Content-Length: 10"), want: "501"},
		{name: "of a request about the server", send: requestTo("OPTIONS * HTTP/1.1", "Content-Length: 10"), want: "204"},
		{name: "of an expectation that is refused", send: post("Expect: x\r\nContent-Length: 10", ""), want: "417"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			app := &bodyReader{make(chan error, 1)}
			o := hasty()
			o.MinRate = test.rate
			s := start(t, app, o)
			c := dial(t, s.addr, test.send)
			if test.drip {
				go drip(c, "x")
			}
			if got := strings.Join(answersOf(t, c), " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if strings.HasSuffix(test.want, "408") && !strings.HasSuffix(test.name, "trailers") { // which net/http takes for malformed
				app.is408(t)
			}
		})
	}
}

// drip is a client that sends a byte now and then, until the connection is closed.
func drip(c net.Conn, text string) {
	for range time.Tick(10 * time.Millisecond) {
		if _, err := io.WriteString(c, text); err != nil {
			return
		}
	}
}

// TestSlowStreamBodies does so through HTTP/2 and HTTP/3.
func TestSlowStreamBodies(t *testing.T) {
	t.Parallel()
	app := &bodyReader{make(chan error, 2)}
	o := hasty()
	o.ReadTimeout = 2 * time.Second // also that of pings, which a busy machine may answer late
	o.IdleTimeout = patience        // of QUIC itself: a client without a word is gone
	s := start(t, app, o)
	for name, transport := range transports() {
		if name == "HTTP/1.1" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			body, w := io.Pipe()
			defer w.Close()
			go io.WriteString(w, "abc")
			resp, err := transport.RoundTrip(newRequest(t, "POST", "https://"+s.Addrs()[1].String()+"/", body))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusRequestTimeout {
				t.Errorf("got %s", resp.Status)
			}
			app.is408(t)
		})
	}
}

// transports are clients of all protocols, each for one request.
func transports() map[string]http.RoundTripper {
	http1 := clientTLS()
	http1.NextProtos = []string{"http/1.1"}
	return map[string]http.RoundTripper{
		"HTTP/1.1": &http.Transport{TLSClientConfig: http1, DisableKeepAlives: true},
		"HTTP/2":   &http.Transport{TLSClientConfig: clientTLS(), ForceAttemptHTTP2: true, DisableKeepAlives: true},
		"HTTP/3":   &http3.Transport{TLSClientConfig: clientTLS()},
	}
}

func newRequest(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
