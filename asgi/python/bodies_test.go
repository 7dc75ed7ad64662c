package python_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi/python"
)

// blob returns n bytes as blob of testdata/bodies.py.
func blob(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		k := i % 4099
		b[i] = byte(k * k / 7 % 251)
	}
	return b
}

// post sends a body, with its length or in chunks.
func post(t testing.TB, url string, body []byte, chunked bool) *http.Response {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	if chunked {
		r = io.MultiReader(r) // hides the length
	}
	resp, err := http.Post(url, "application/octet-stream", r)
	if err != nil {
		t.Error(err)
		return nil
	}
	return resp
}

// TestBodies sends and gets bodies of lengths around those from which on they pass by another way.
func TestBodies(t *testing.T) {
	t.Parallel()
	url := serve(t, start(t, "bodies:app", python.Options{}))
	for _, n := range []int{0, 1, 4096, 4097, 16<<10 - 1, 16 << 10, 16<<10 + 1, 128 << 10, 128<<10 + 1, 3 << 20} {
		body := blob(n)
		sum := sha256.Sum256(body)
		for _, chunked := range []bool{false, true} {
			status, got := read(t, post(t, url+"/digest", body, chunked))
			if want := hex.EncodeToString(sum[:]); status != 200 || got != want {
				t.Errorf("digest of %d bytes, chunked %t: got %d %s, want %s", n, chunked, status, got, want)
			}
			status, got = read(t, post(t, url+"/echo", body, chunked))
			if status != 200 || got != string(body) {
				t.Errorf("echo of %d bytes, chunked %t: got %d, %d bytes", n, chunked, status, len(got))
			}
		}
		if status, got := get(t, fmt.Sprint(url, "/blob/", n)); status != 200 || got != string(body) {
			t.Errorf("%d bytes: got %d, %d bytes", n, status, len(got))
		}
	}
}

// TestManyBodies has more bodies under way than there are blocks of shared memory.
func TestManyBodies(t *testing.T) {
	t.Parallel()
	url := serve(t, start(t, "bodies:app", python.Options{}))
	var clients sync.WaitGroup
	for i := range 100 {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(i)))
			for range 4 {
				body := blob(1 + random.IntN(1<<20))
				if resp := post(t, url+"/echo", body, random.IntN(2) == 0); resp != nil {
					if status, got := read(t, resp); status != 200 || got != string(body) {
						t.Errorf("%d bytes: got %d, %d bytes", len(body), status, len(got))
					}
				}
			}
		})
	}
	clients.Wait()
}

// TestBodyTooLong: a body of unknown length is cut off at the limit.
func TestBodyTooLong(t *testing.T) {
	t.Parallel()
	url := serve(t, start(t, "bodies:app", python.Options{MaxBody: 200 << 10}))
	for _, c := range []struct {
		n       int
		chunked bool
		want    int
	}{
		{200 << 10, false, 200},
		{200 << 10, true, 200},
		{200<<10 + 1, false, 413},
		{200<<10 + 1, true, 413},
	} {
		if status, text := read(t, post(t, url+"/digest", blob(c.n), c.chunked)); status != c.want {
			t.Errorf("%d bytes, chunked %t: got %d %q, want %d", c.n, c.chunked, status, text, c.want)
		}
	}
}

// TestEarlyAnswer: the client gets the answer of an application that does not read the body, which has
// not all been sent, and the connection ends.
func TestEarlyAnswer(t *testing.T) {
	t.Parallel()
	url := serve(t, start(t, "bodies:app", python.Options{}))
	body, sent := io.Pipe()
	defer sent.Close()
	go func() { _, _ = sent.Write(blob(300 << 10)) }()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/early", body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1 << 20
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if status, text := read(t, resp); status != 200 || text != "early" || !resp.Close {
		t.Errorf("got %d %q, close %t", status, text, resp.Close)
	}
}

// TestClientLeavesWithinBody: the application is told.
func TestClientLeavesWithinBody(t *testing.T) {
	t.Parallel()
	url := serve(t, start(t, "bodies:app", python.Options{}))
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "POST /leave HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%s", blob(300<<10)); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if status, text := get(t, url+"/left"); status != 200 || text != "http.disconnect" {
		t.Errorf("got %d %q", status, text)
	}
}

// TestClientLeavesWithinAnswer: an application whose whole answer is one message, of which the client takes the
// beginning, is told, too.
func TestClientLeavesWithinAnswer(t *testing.T) {
	t.Parallel()
	h := start(t, "bodies:app", python.Options{})
	url := serve(t, h)
	resp, err := http.Get(url + "/whole")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, resp.Body, 1000); err != nil {
		t.Error(err)
	}
	resp.Body.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", url+"/left", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err = http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	}
	if _, told := read(t, resp); told != "client disconnected" {
		t.Errorf("the application was told %q", told)
	}
}

// TestExpect: a client that waits to be asked for its body is asked when the application first receives,
// and not at all where that answers without.
func TestExpect(t *testing.T) {
	t.Parallel()
	h := start(t, "bodies:app", python.Options{})
	conn, second := dial(t, serve(t, h)), serveHTTP2(t, h)
	in := bufio.NewReader(conn)
	sum := sha256.Sum256([]byte("0123456789"))
	digest := hex.EncodeToString(sum[:])
	fmt.Fprintf(conn, "POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	if line, _ := in.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("got %q", line)
	}
	_, _ = in.ReadString('\n')
	io.WriteString(conn, "0123456789")
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := read(t, resp); status != 200 || body != digest {
		t.Errorf("got %d %q", status, body)
	}
	fmt.Fprintf(conn, "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	resp, err = http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, body := read(t, resp); resp.StatusCode != 200 || !resp.Close {
		t.Errorf("got %v %q, want an answer after which the connection is closed", resp, body)
	}

	// net/http does not tell that a client of HTTP/2 waits: it is asked at once.
	asked := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { asked = true }})
	req, err := http.NewRequestWithContext(ctx, "POST", second.URL+"/digest", strings.NewReader("0123456789"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Expect", "100-continue")
	if resp, err = second.Client().Do(req); err != nil {
		t.Fatal(err)
	}
	if status, body := read(t, resp); resp.ProtoMajor != 2 || status != 200 || !asked || body != digest {
		t.Errorf("over HTTP/%d: got %d %q, asked for the body: %t", resp.ProtoMajor, status, body, asked)
	}
}

// serveHTTP2 serves a host over TLS, to a client that speaks HTTP/2 and does not send a body unasked that
// it shall ask for.
func serveHTTP2(t testing.TB, h http.Handler) *httptest.Server {
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	srv.Client().Transport.(*http.Transport).ExpectContinueTimeout = time.Hour
	return srv
}

// TestBodyErrors: what is wrong with a client's body is its mistake, and not in the log as the application's.
func TestBodyErrors(t *testing.T) {
	t.Parallel()
	for _, application := range []string{"bodies:app", "wsgiapp:application"} {
		chunked := 408
		if application == "bodies:app" {
			chunked = 0 // the application reads what has come: it is told that the client has gone, and the connection ends
		}
		book := newLogBook(t)
		srv := httptest.NewUnstartedServer(start(t, application, python.Options{MaxBody: 1 << 20, Logger: slog.New(book)}))
		srv.Config.ReadTimeout = 500 * time.Millisecond
		srv.Start()
		t.Cleanup(srv.Close)
		var clients sync.WaitGroup
		for _, c := range []struct {
			request string
			want    int // 0: the connection ends
		}{
			{"Content-Length: 100\r\n\r\nabc", 408},
			{"Content-Length: 60000\r\n\r\nabc", 408},
			{"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", chunked},
			{"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
			{"Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 16) + "1\r\nx\r\n", 413},
		} {
			conn := dial(t, srv.URL)
			clients.Go(func() {
				status, err := 0, error(nil)
				if _, err = io.WriteString(conn, "POST /count HTTP/1.1\r\nHost: x\r\n"+c.request); err == nil {
					var resp *http.Response
					if resp, err = http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
						status = resp.StatusCode
						resp.Body.Close()
					}
				}
				if status != c.want {
					t.Errorf("%s: %.50q: got %d, %v, want %d", application, c.request, status, err, c.want)
				}
			})
		}
		clients.Wait()
		for _, e := range book.all() {
			if e.level >= slog.LevelError {
				t.Errorf("%s: it is in the log: %v", application, e)
			}
		}
	}
}

// TestErrorHeaders: an answer in the place of the application's keeps what handlers around it have set.
func TestErrorHeaders(t *testing.T) {
	t.Parallel()
	h := start(t, "wsgiapp:application", python.Options{})
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Around", "yes")
		h.ServeHTTP(w, r)
	}))
	resp, body := do(t, "GET", url+"/fails")
	if resp.StatusCode != 500 || resp.Header.Get("X-Around") != "yes" {
		t.Errorf("got %d %v %q", resp.StatusCode, resp.Header, body)
	}
}

// TestPipeAsFile: what is no file is an error where the application sends it.
func TestPipeAsFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		return // files are not sent from here
	}
	url := serve(t, start(t, "bodies:app", python.Options{}))
	if status, text := get(t, url+"/pipe"); status != 200 || text != "'file' is not a regular file." {
		t.Errorf("got %d %q", status, text)
	}
}

// A slowBody is one that a server has given up, as package server does.
type slowBody struct{}

func (slowBody) Error() string              { return "too slow" }
func (slowBody) HTTPStatus() int            { return http.StatusRequestTimeout }
func (b slowBody) Read([]byte) (int, error) { return 0, b }
func (slowBody) Close() error               { return nil }

// TestBodyStatus: the status of an error of the body is the server's.
func TestBodyStatus(t *testing.T) {
	t.Parallel()
	for _, application := range []string{"bodies:app", "wsgiapp:application"} {
		h := start(t, application, python.Options{})
		for _, length := range []int64{10, 60000, -1} {
			r := httptest.NewRequest("POST", "/count", slowBody{})
			r.ContentLength = length
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != http.StatusRequestTimeout {
				t.Errorf("%s, %d bytes: got %d", application, length, w.Code)
			}
		}
	}
}
