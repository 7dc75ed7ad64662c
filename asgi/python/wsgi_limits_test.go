package python_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi/python"
)

// hold keeps a thread busy until release is called, which returns what came of the request.
func hold(t *testing.T, url string) (release func() string) {
	t.Helper()
	conn := dial(t, url)
	const length = 100000
	fmt.Fprintf(conn, "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", length)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body := bufio.NewReader(resp.Body)
	if line, err := body.ReadString('\n'); line != "begun\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	return func() string {
		_, _ = conn.Write(make([]byte, length))
		rest, err := io.ReadAll(body)
		if err != nil {
			return err.Error()
		}
		return string(rest)
	}
}

// A request for which no thread is free waits; more than may be open are refused, and one whose client
// leaves meanwhile never reaches Python.
func TestWSGIQueue(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 1, MaxConcurrency: 2})
	release := hold(t, url)

	ctx, cancel := context.WithCancel(t.Context())
	answers := make(chan *http.Response, 2)
	for range 2 {
		go func() {
			r, _ := http.NewRequestWithContext(ctx, "GET", url+"/set_event?never", nil)
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err == nil {
				resp.Body.Close()
			}
			answers <- resp
		}()
	}
	if refused := <-answers; refused == nil || refused.StatusCode != 503 || refused.Header.Get("Retry-After") != "1" {
		t.Errorf("one too many: got %+v, want 503 with Retry-After", refused)
	}
	cancel() // the other one is in the queue
	if resp := <-answers; resp != nil {
		t.Errorf("the request in the queue: got %v", resp.Status)
	}
	if got := release(); got != "ended" {
		t.Errorf("the first request: got %q", got)
	}
	if _, got := do(t, "GET", url+"/is_set?never"); got != "no" {
		t.Errorf("is_set: got %q; a request reached Python whose client had left", got)
	}
}

// A worker that dies fails the requests that it has; others wait for the one in its place.
func TestWSGIWorkerDies(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 2})
	release := hold(t, url)
	if resp, body := do(t, "GET", url+"/dies"); resp.StatusCode != 502 {
		t.Errorf("got %d %q, want 502", resp.StatusCode, body)
	}
	if got := release(); got == "ended" {
		t.Error("a response was completed without its worker")
	}
	if resp, body := do(t, "GET", url+"/hello"); resp.StatusCode != 200 {
		t.Errorf("afterwards: got %d %q", resp.StatusCode, body)
	}
}

// Workers are replaced while requests go on, and none fails.
func TestWSGIReload(t *testing.T) {
	t.Parallel()
	host := start(t, "wsgiapp:application", python.Options{Threads: 2, Workers: 2, MaxRequests: 50})
	url := serve(t, host)
	release := hold(t, url)
	done := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	for range 4 {
		go func() {
			for ctx.Err() == nil {
				resp, err := http.Get(url + "/hello")
				if err != nil {
					done <- err
					return
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if resp.StatusCode != 200 || string(body) != "Hello, World!" || err != nil {
					done <- fmt.Errorf("got %d %q, %v", resp.StatusCode, body, err)
					return
				}
			}
			done <- nil
		}()
	}
	reloaded := make(chan error)
	go func() { reloaded <- host.Reload(t.Context()) }()
	if got := release(); got != "ended" {
		t.Errorf("the request under way: got %q", got)
	}
	if err := <-reloaded; err != nil {
		t.Error(err)
	}
	cancel()
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// A response that does not begin in time is not waited for; its thread is busy until it has ended.
func TestWSGIResponseTimeout(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 2, ResponseTimeout: 500 * time.Millisecond, StopTimeout: 100 * time.Millisecond})
	for _, body := range []io.Reader{nil, bytes.NewReader(make([]byte, 100000))} {
		if resp, got := doBody(t, "POST", url+"/wait?timeout", body); resp.StatusCode != 504 {
			t.Errorf("got %d %q, want 504", resp.StatusCode, got)
		}
	}
	// Both threads are waiting: a request that comes in between waits in vain.
	if resp, got := do(t, "GET", url+"/hello"); resp.StatusCode != 504 {
		t.Errorf("in the queue: got %d %q, want 504", resp.StatusCode, got)
	}
}

// Large answers come whole, whether their length is known or not, and whoever reads slowly.
func TestWSGILargeAnswers(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{})
	for _, n := range []int{4096, 32 << 10, 32<<10 + 1, 1 << 20, 9_999_999} {
		want := strings.Repeat("0123456789abcdef", n/16) + strings.Repeat("x", n%16)
		if resp, got := do(t, "GET", fmt.Sprint(url, "/large?", n)); got != want || resp.ContentLength != int64(n) {
			t.Errorf("%d bytes: got %d, Content-Length %d", n, len(got), resp.ContentLength)
		}
	}
	if _, got := do(t, "GET", url+"/large_parts?20"); got != strings.Repeat("0123456789abcdef", 100000) {
		t.Errorf("parts: got %d bytes", len(got))
	}
}

// A client that leaves within a large answer does not disturb the next one on the same thread.
func TestWSGILeavesLargeAnswer(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 1})
	for _, path := range []string{"/large?20000000", "/large_parts?300", "/file?plain"} {
		conn := dial(t, url)
		_ = conn.(*net.TCPConn).SetReadBuffer(4096)
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
		if _, err := io.ReadFull(conn, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if _, got := do(t, "GET", url+"/hello"); got != "Hello, World!" {
			t.Errorf("after %s: got %q", path, got)
		}
	}
}

func TestWSGIFiles(t *testing.T) {
	t.Parallel()
	var data []byte
	for range 4096 {
		for i := range 256 {
			data = append(data, byte(i))
		}
	}
	for _, app := range []string{"application", "validated"} {
		url := serve(t, start(t, "wsgiapp:"+app, python.Options{Threads: 1}))
		for _, c := range []struct {
			how    string
			want   []byte
			length int64 // -1: not known; 0: known or not
		}{
			{"plain", data, int64(len(data))},
			{"raw", data, int64(len(data))},
			{"offset", data[1000:], int64(len(data) - 1000)},
			{"length", data[:5000], 5000},
			{"temporary", data, int64(len(data))},
			{"gzip", data, -1},
			{"bytes", data, -1},
			{"pipe", []byte("from a pipe"), 0},
		} {
			resp, got := do(t, "GET", url+"/file?"+c.how)
			if got != string(c.want) || c.length != 0 && resp.ContentLength != c.length && app == "application" {
				t.Errorf("%s/%s: got %d bytes, Content-Length %d, want %d, %d", app, c.how, len(got), resp.ContentLength, len(c.want), c.length)
			}
			if _, got := do(t, "GET", url+"/wait?file%20closed"); got != "yes" {
				t.Errorf("%s/%s: the file was not closed", app, c.how)
			}
			do(t, "GET", url+"/clear?file%20closed")
		}
		if resp, _ := do(t, "HEAD", url+"/file?plain"); resp.StatusCode != 200 {
			t.Errorf("HEAD: got %v", resp.Status)
		}
		if resp, _ := do(t, "GET", url+"/file?too%20long"); resp.StatusCode != 500 && app == "application" {
			t.Errorf("a file shorter than its Content-Length: got %v, want 500", resp.Status)
		}
		if _, got := do(t, "GET", url+"/hello"); got != "Hello, World!" {
			t.Errorf("afterwards: got %q", got)
		}
	}
}

// What an application does behind its response holds no other request up.
func TestWSGISlowClose(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 2})
	if _, got := do(t, "GET", url+"/slow_close"); got != "slow" {
		t.Errorf("got %q", got)
	}
	if _, got := do(t, "GET", url+"/is_set?slow%20close%20ended"); got != "no" {
		t.Errorf("another request waited for close()")
	}
	do(t, "GET", url+"/set_event?close%20goes%20on")
	if _, got := do(t, "GET", url+"/wait?slow%20close%20ended"); got != "yes" {
		t.Error("close() was not called")
	}
	if _, got := do(t, "GET", url+"/late_code"); got != "late" {
		t.Errorf("got %q", got)
	}
	if _, got := do(t, "GET", url+"/wait?late%20code"); got != "yes" {
		t.Error("a generator was not run to its end")
	}
}

// What an application keeps of a request is of no use after it.
func TestWSGIStrayWrite(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 1})
	for range 3 {
		if _, got := do(t, "GET", url+"/keeps_start_response"); got != "mine" {
			t.Errorf("got %q", got)
		}
	}
}

func TestWSGIDebug(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Debug: true})
	for _, body := range []io.Reader{nil, bytes.NewReader(make([]byte, 100000))} {
		resp, got := doBody(t, "POST", url+"/fails", body)
		if resp.StatusCode != 500 || !strings.Contains(got, "ValueError: from the application <&>") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("got %d %q %q", resp.StatusCode, resp.Header.Get("Content-Type"), got)
		}
	}
}

func TestWSGITooLong(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{MaxBody: 200000})
	for _, n := range []int{200000, 200001, 400000} {
		for _, chunked := range []bool{false, true} {
			var body io.Reader = bytes.NewReader(make([]byte, n))
			if chunked {
				body = io.MultiReader(body)
			}
			want := 200
			if n > 200000 {
				want = 413
			}
			if resp, got := doBody(t, "POST", url+"/count", body); resp.StatusCode != want || want == 200 && got != fmt.Sprint(n) {
				t.Errorf("%d bytes, chunked %v: got %d %q, want %d", n, chunked, resp.StatusCode, got, want)
			}
		}
	}
	// A length that nobody keeps costs nothing.
	conn := dial(t, startWSGI(t, python.Options{MaxBody: -1}))
	fmt.Fprintf(conn, "POST /ignore_body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n")
	if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || resp.StatusCode != 200 {
		t.Errorf("a body of a terabyte: got %+v, %v", resp, err)
	}
}

// Requests as attackers send them reach the application whole, or not at all.
func TestWSGIHostile(t *testing.T) {
	t.Parallel()
	url := serve(t, start(t, "wsgiapp:validated", python.Options{Threads: 1}))
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, "X-Own-%d: %d\r\n", i, i)
	}
	for _, c := range []struct{ name, head, key, want string }{
		{"long value", "X-Long: " + strings.Repeat("x", 900000) + "\r\n", "HTTP_X_LONG", strings.Repeat("x", 900000)},
		{"long name", "X-" + strings.Repeat("n", 1000) + ": 1\r\n", "HTTP_X_" + strings.Repeat("N", 1000), "1"},
		{"many", many.String(), "HTTP_X_OWN_4999", "4999"},
		{"one name often", strings.Repeat("X-Own: 1\r\n", 3), "HTTP_X_OWN", "1,1,1"},
		{"odd name", "!#$%&'*+.^`|~0: 1\r\n", "HTTP_!#$%&'*+.^`|~0", "1"},
		{"names of an environ", "Wsgi.Input: 1\r\nPath-Info: /x\r\nScript-Name: /y\r\nRemote-Addr: 1.1.1.1\r\nHttp-Host: b\r\n", "PATH_INFO", "/environ"},
	} {
		got := environ(t, url, "GET /environ HTTP/1.1\r\nHost: a\r\n"+c.head+"\r\n")
		if got[c.key] != c.want {
			t.Errorf("%s: got %.100q, want %.100q", c.name, got[c.key], c.want)
		}
		if got["SCRIPT_NAME"] != "" || got["REMOTE_ADDR"] != "127.0.0.1" || got["HTTP_HOST"] != "a" {
			t.Errorf("%s: got %q, %q, %q", c.name, got["SCRIPT_NAME"], got["REMOTE_ADDR"], got["HTTP_HOST"])
		}
	}
	// A client that stops within its body holds no thread up when the body is short, and the thread's
	// read fails when it leaves.
	slow := dial(t, url)
	fmt.Fprintf(slow, "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\nabc")
	if _, got := do(t, "GET", url+"/hello"); got != "Hello, World!" {
		t.Errorf("beside a slow client: got %q", got)
	}
	long := dial(t, url)
	fmt.Fprintf(long, "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\nabc")
	long.Close()
	if _, got := do(t, "GET", url+"/hello"); got != "Hello, World!" {
		t.Errorf("after a client that left: got %q", got)
	}
}
