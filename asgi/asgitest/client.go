package asgitest

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// client is a connection to the server that is written byte by byte.
type client struct {
	*check
	net.Conn
	r *bufio.Reader
}

// dial opens a connection that ends with the case.
func (c *check) dial() *client {
	conn, err := net.Dial("tcp", c.addr)
	if err != nil {
		c.fatalf("dial: %v", err)
	}
	_ = conn.SetDeadline(time.Now().Add(c.patience))
	if c.suite.server.TLS != nil {
		config := c.suite.server.TLS.Clone()
		config.NextProtos = []string{"http/1.1"}
		if config.ServerName == "" {
			config.ServerName, _, _ = net.SplitHostPort(c.addr)
		}
		conn = tls.Client(conn, config)
	}
	c.cleanup(func() { conn.Close() })
	return &client{check: c, Conn: conn, r: bufio.NewReader(conn)}
}

// tcp returns the TCP connection, below TLS.
func (cl *client) tcp() *net.TCPConn {
	conn := cl.Conn
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	return conn.(*net.TCPConn)
}

func (cl *client) write(text string) {
	if _, err := io.WriteString(cl, text); err != nil {
		cl.fatalf("client: write: %v", err)
	}
}

// ask writes a request of HTTP/1.1 that leads to this case. fields are lines
// of its header; what follows the header is the caller's to write.
func (cl *client) ask(method, target string, fields ...string) {
	lines := append([]string{method + " " + target + " HTTP/1.1", "Host: asgi.example", "X-Case: " + cl.id}, fields...)
	cl.write(strings.Join(lines, "\r\n") + "\r\n\r\n")
}

// get opens a connection and asks for target.
func (c *check) get(target string, fields ...string) *client {
	cl := c.dial()
	cl.ask("GET", target, fields...)
	return cl
}

// post opens a connection and sends body with its length.
func (c *check) post(target, body string, fields ...string) *client {
	cl := c.dial()
	cl.ask("POST", target, append(fields, "Content-Length: "+strconv.Itoa(len(body)))...)
	cl.write(body)
	return cl
}

// answer is a response as far as it came.
type answer struct {
	*http.Response
	text string
	err  error // why it ended before its end
}

// head reads the next response's header.
func (cl *client) head(method string) *http.Response {
	r, err := http.ReadResponse(cl.r, &http.Request{Method: method})
	if err != nil {
		cl.fatalf("client: read response: %v", err)
	}
	return r
}

// answer reads the next response as far as it goes.
func (cl *client) answer(method string) answer {
	r := cl.head(method)
	text, err := io.ReadAll(r.Body)
	cl.inTime(err)
	return answer{r, string(text), err}
}

// rest reads what comes until the connection ends.
func (cl *client) rest() string {
	text, err := io.ReadAll(cl.r)
	cl.inTime(err)
	return string(text)
}

// inTime checks that err is not that the server kept the client waiting.
func (cl *client) inTime(err error) {
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		cl.errorf("client: waited in vain for the end of the response or the connection")
	}
}

// narrow keeps the buffers of the connection small, so that a transfer stalls
// early.
func (cl *client) narrow() {
	_ = cl.tcp().SetReadBuffer(64 << 10)
	_ = cl.tcp().SetWriteBuffer(64 << 10)
}

// gets reads the next response, which must be whole and be this.
func (cl *client) gets(status int, text string) answer {
	a := cl.answer("GET")
	if a.err != nil || a.StatusCode != status || a.text != text {
		cl.errorf("client: status %d and body %.100q (%v), want %d and %.100q", a.StatusCode, a.text, a.err, status, text)
	}
	return a
}

// closed checks that the server closes the connection without a further byte.
func (cl *client) closed() {
	if rest := cl.rest(); rest != "" {
		cl.errorf("client: read %.200q, want the end of the connection", rest)
	}
}

// cut resets the connection, as a client that crashed.
func (cl *client) cut() {
	_ = cl.tcp().SetLinger(0)
	cl.tcp().Close()
}

// works checks that the connection serves a further request.
func (cl *client) works() {
	cl.ask("GET", "/again")
	call := cl.call()
	call.respond(200, "again")
	cl.gets(200, "again")
	call.end(nil)
}

// flow counts the bytes of a transfer that may be held up.
type flow struct {
	*check
	moved atomic.Int64
	done  chan error
}

// flow runs step, which moves n bytes, over and over until it fails or total
// is reached.
func (c *check) flow(total, n int64, step func() error) *flow {
	f := &flow{check: c, done: make(chan error, 1)}
	go func() {
		var err error
		for f.moved.Load() < total && err == nil {
			if err = step(); err == nil {
				f.moved.Add(n)
			}
		}
		f.done <- err
	}()
	return f
}

// stalls waits until nothing moves any more, which must be before the end.
func (f *flow) stalls() {
	timeout := time.After(f.patience)
	for {
		before := f.moved.Load()
		select {
		case err := <-f.done:
			f.fatalf("%d bytes were taken (%v), and nobody reads them", f.moved.Load(), err)
		case <-timeout:
			f.fatalf("the transfer does not stop")
		case <-time.After(stalled):
			if f.moved.Load() == before {
				return
			}
		}
	}
}

// ends waits for the transfer's end.
func (f *flow) ends() error { return await(f.check, "the end of the transfer", f.done) }

// web returns a client of net/http for HTTP/2 or HTTP/1.1.
func (c *check) web(http2 bool) *http.Client {
	transport := &http.Transport{TLSClientConfig: c.suite.server.TLS.Clone(), Protocols: new(http.Protocols), DisableCompression: true}
	switch {
	case !http2:
		transport.Protocols.SetHTTP1(true)
	case c.suite.server.TLS != nil:
		transport.Protocols.SetHTTP2(true)
	default:
		transport.Protocols.SetUnencryptedHTTP2(true)
	}
	c.cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// url returns the address of target on the server.
func (c *check) url(target string) string {
	if c.suite.server.TLS != nil {
		return "https://" + c.addr + target
	}
	return "http://" + c.addr + target
}

// context ends with the case's patience.
func (c *check) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), c.patience)
	c.cleanup(cancel)
	return ctx
}

// doing sends a request with a client of net/http and reads the whole answer.
func (c *check) doing(web *http.Client, r *http.Request) <-chan answer {
	ch := make(chan answer, 1)
	r.Header.Set("X-Case", c.id)
	go func() {
		resp, err := web.Do(r)
		if err != nil {
			ch <- answer{err: err}
			return
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		ch <- answer{resp, string(text), err}
	}()
	return ch
}

// request returns a request that ends with the case.
func (c *check) request(ctx context.Context, method, target string, body io.Reader) *http.Request {
	r, err := http.NewRequestWithContext(ctx, method, c.url(target), body)
	if err != nil {
		c.fatalf("client: %v", err)
	}
	return r
}
