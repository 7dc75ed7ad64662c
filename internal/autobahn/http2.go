package autobahn

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// ExtendedConnect runs the test in a process of its own, as net/http offers extended CONNECT only if
// it is told so before it starts. It tells whether this is that process.
func ExtendedConnect(t *testing.T) bool {
	t.Helper()
	const setting = "http2xconnect=1"
	if strings.Contains(os.Getenv("GODEBUG"), setting) {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "GODEBUG="+setting)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// HTTP2 returns a [Target.Open] for a URL, https://host/path, over a transport that speaks extended
// CONNECT (RFC 8441), as that of golang.org/x/net/http2 does. Fields of header are sent besides, or
// instead.
func HTTP2(transport http.RoundTripper, url string, header http.Header) func(context.Context, string) (net.Conn, string, error) {
	return func(ctx context.Context, offer string) (net.Conn, string, error) {
		conn, resp, err := Connect(ctx, transport, url, header, offer)
		if err != nil {
			return nil, "", err
		}
		if resp.StatusCode != http.StatusOK {
			conn.Close()
			return nil, "", fmt.Errorf("status %s", resp.Status)
		}
		return conn, resp.Header.Get("Sec-WebSocket-Extensions"), nil
	}
}

// Connect asks for a socket over HTTP/2 and returns it with the response to the handshake, whose
// body, if it was refused, is what the socket reads.
func Connect(ctx context.Context, transport http.RoundTripper, url string, header http.Header, offer string) (net.Conn, *http.Response, error) {
	ctx, cancel := context.WithCancel(ctx)
	body, out := io.Pipe()
	r, err := http.NewRequestWithContext(ctx, http.MethodConnect, url, body)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	r.Header[":protocol"] = []string{"websocket"}
	r.Header.Set("Sec-WebSocket-Version", "13")
	if offer != "" {
		r.Header.Set("Sec-WebSocket-Extensions", offer)
	}
	maps.Copy(r.Header, header)
	resp, err := transport.RoundTrip(r)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return &http2Conn{resp.Body, out, cancel}, resp, nil
}

// http2Conn is a stream as a connection, without deadlines: the context of the case bounds it.
type http2Conn struct {
	in     io.ReadCloser
	out    *io.PipeWriter
	cancel func()
}

func (c *http2Conn) Read(b []byte) (int, error)  { return c.in.Read(b) }
func (c *http2Conn) Write(b []byte) (int, error) { return c.out.Write(b) }
func (c *http2Conn) Close() error {
	c.out.Close()
	c.cancel()
	return c.in.Close()
}
func (c *http2Conn) LocalAddr() net.Addr              { return nil }
func (c *http2Conn) RemoteAddr() net.Addr             { return nil }
func (c *http2Conn) SetDeadline(time.Time) error      { return nil }
func (c *http2Conn) SetReadDeadline(time.Time) error  { return nil }
func (c *http2Conn) SetWriteDeadline(time.Time) error { return nil }
