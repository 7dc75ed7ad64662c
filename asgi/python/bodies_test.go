package python_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

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
