package pythontest

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quic-go/quic-go/http3"
)

// How long a case waits for what must happen. A known deviation mostly shows in something that never
// happens, and patience makes none of them pass.
const (
	patience         = 60 * time.Second
	deviatesPatience = 500 * time.Millisecond
)

// check is what a case works with. It notes failures instead of reporting them, so that known deviations
// may fail.
type check struct {
	t        testing.TB
	suite    *suite
	key      string // of the case's run in Python
	patience time.Duration
	ctx      context.Context
	http     *http.Client // HTTP/1.1, for what goes beside the case

	mu       sync.Mutex
	failures []string
	cleanups []func()
}

var lastKey atomic.Int64

func (s *suite) newCheck(t testing.TB, deviates bool) *check {
	c := &check{t: t, suite: s, key: fmt.Sprint("key", lastKey.Add(1)), patience: patience}
	if deviates {
		c.patience = deviatesPatience
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.patience)
	c.ctx = ctx
	c.cleanup(cancel)
	c.http = c.client("1.1")
	return c
}

func (c *check) cleanup(f func()) { c.cleanups = append(c.cleanups, f) }

// end lets go of what the case has left.
func (c *check) end() {
	for i := len(c.cleanups) - 1; i >= 0; i-- {
		c.cleanups[i]()
	}
}

func (c *check) errorf(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = append(c.failures, fmt.Sprintf(format, args...))
}

// fatalf ends the case. Only its own goroutine may call it.
func (c *check) fatalf(format string, args ...any) {
	c.errorf(format, args...)
	runtime.Goexit()
}

// must ends the case for an error.
func (c *check) must(err error) {
	if err != nil {
		c.fatalf("client: %v", err)
	}
}

// equal compares what the client got with what it must be.
func equal[T any](c *check, what string, got, want T) {
	if diff := cmp.Diff(want, got); diff != "" {
		c.errorf("%s (-want +got):\n%s", what, diff)
	}
}

// client returns a client that speaks this version of HTTP alone.
func (c *check) client(version string) *http.Client {
	var transport http.RoundTripper
	if version == "3" {
		h3 := &http3.Transport{TLSClientConfig: c.suite.server.TLS.Clone(), DisableCompression: true}
		c.cleanup(func() { h3.Close() })
		transport = h3
	} else {
		h := &http.Transport{TLSClientConfig: c.suite.server.TLS.Clone(), Protocols: new(http.Protocols), DisableCompression: true}
		h.Protocols.SetHTTP1(version == "1.1")
		h.Protocols.SetHTTP2(version == "2")
		c.cleanup(h.CloseIdleConnections)
		transport = h
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// path returns the path of a case in Python, "CASE/TAIL?QUERY" of which the first alone is needed, with the
// key of this run.
func (c *check) path(target string) string {
	name, query, ok := strings.Cut(target, "?")
	name, tail, more := strings.Cut(name, "/")
	path := "/" + name + "/" + c.key
	if more {
		path += "/" + tail
	}
	if ok {
		path += "?" + query
	}
	return path
}

func (c *check) url(target string) string {
	scheme := "http://"
	if c.suite.server.TLS != nil {
		scheme = "https://"
	}
	return scheme + c.suite.addr + c.path(target)
}

// get asks beside the case and returns the body.
func (c *check) get(target string) string {
	r, err := http.NewRequestWithContext(c.ctx, "GET", c.url(target), nil)
	c.must(err)
	resp, err := c.http.Do(r)
	if err != nil {
		c.fatalf("client: %s: %v", target, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		c.fatalf("client: %s: status %d, %q (%v)", target, resp.StatusCode, text, err)
	}
	return string(text)
}

// notes compares what the case in Python has noted when it has ended.
func (c *check) notes(want ...string) {
	text := c.get(fmt.Sprintf("notes?%.1f", c.patience.Seconds()/2))
	var got []string
	if text != "" {
		got = strings.Split(text, "\n")
	}
	equal(c, "notes of the application", got, want)
}

// conn is a connection that is written byte by byte.
type conn struct {
	*check
	net.Conn
	r *bufio.Reader
}

// dial opens a connection that ends with the case.
func (c *check) dial() *conn {
	plain, err := net.Dial("tcp", c.suite.addr)
	c.must(err)
	_ = plain.SetDeadline(time.Now().Add(c.patience))
	nc := plain
	if c.suite.server.TLS != nil {
		config := c.suite.server.TLS.Clone()
		config.NextProtos = []string{"http/1.1"}
		nc = tls.Client(plain, config)
	}
	c.cleanup(func() { plain.Close() })
	return &conn{check: c, Conn: nc, r: bufio.NewReader(nc)}
}

// narrow keeps the buffer of the connection small, so that a transfer stalls early.
func (k *conn) narrow() { _ = k.tcp().SetReadBuffer(64 << 10) }

func (k *conn) tcp() *net.TCPConn {
	if t, ok := k.Conn.(*tls.Conn); ok {
		return t.NetConn().(*net.TCPConn)
	}
	return k.Conn.(*net.TCPConn)
}

// cut resets the connection, as a client that crashed.
func (k *conn) cut() {
	_ = k.tcp().SetLinger(0)
	k.tcp().Close()
}

func (k *conn) write(text string) {
	_, err := io.WriteString(k, text)
	k.must(err)
}

// ask writes a request; what follows the header is the caller's to write.
func (k *conn) ask(method, target string, fields ...string) {
	k.write(strings.Join(append([]string{method + " " + k.path(target) + " HTTP/1.1", "Host: asgi.example"}, fields...), "\r\n") + "\r\n\r\n")
}

// head reads the next response's header.
func (k *conn) head(method string) *http.Response {
	r, err := http.ReadResponse(k.r, &http.Request{Method: method})
	if err != nil {
		k.fatalf("client: read response: %v", err)
	}
	return r
}

// gets reads the next response, which must be whole and be this.
func (k *conn) gets(status int, text string) *http.Response {
	r := k.head("GET")
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != status || string(body) != text {
		k.errorf("client: status %d and body %.100q (%v), want %d and %.100q", r.StatusCode, body, err, status, text)
	}
	return r
}
