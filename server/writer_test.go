package server_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/server"
)

// pattern is n bytes of which none looks like its neighbours.
func pattern(n int) []byte {
	b := make([]byte, 0, n+8)
	for i := 0; len(b) < n; i++ {
		b = strconv.AppendInt(b, int64(i), 36)
	}
	return b[:n]
}

// answers are ways to write the body that a request asks for, with ?n= bytes.
var answers = map[string]func(w http.ResponseWriter, body []byte){
	"write": func(w http.ResponseWriter, body []byte) { _, _ = w.Write(body) },
	"length": func(w http.ResponseWriter, body []byte) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	},
	"string": func(w http.ResponseWriter, body []byte) { _, _ = w.(io.StringWriter).WriteString(string(body)) },
	"copy":   func(w http.ResponseWriter, body []byte) { _, _ = io.Copy(w, bytes.NewReader(body)) },
	"again": func(w http.ResponseWriter, body []byte) { // a buffer that is used again, as that of a compressor
		buf := make([]byte, 3000)
		for r := bytes.NewReader(body); ; {
			n, err := r.Read(buf)
			_, _ = w.Write(buf[:n])
			if err != nil {
				return
			}
		}
	},
	"flush": func(w http.ResponseWriter, body []byte) {
		_, _ = w.Write(body[:len(body)/2])
		w.(http.Flusher).Flush()
		_, _ = w.Write(body[len(body)/2:])
		_ = http.NewResponseController(w).Flush()
	},
	"parts": func(w http.ResponseWriter, body []byte) {
		third := len(body) / 3
		parts := [][]byte{body[:third], body[third : 2*third], body[2*third:]}
		if b, ok := w.(interface {
			WriteBuffers([][]byte) (int64, error)
		}); ok {
			if n, err := b.WriteBuffers(parts); n != int64(len(body)) || err != nil {
				panic(fmt.Sprint(n, err))
			}
			return
		}
		for _, part := range parts {
			_, _ = w.Write(part)
		}
	},
	"tooLong": func(w http.ResponseWriter, body []byte) {
		w.Header().Set("Content-Length", "5000")
		n, err := w.Write(body)
		if len(body) > 5000 && (n != 0 || !errors.Is(err, http.ErrContentLength)) {
			panic(fmt.Sprint(n, err))
		}
	},
	"empty": func(w http.ResponseWriter, body []byte) {
		w.WriteHeader(http.StatusNoContent)
		if _, err := w.Write(body); len(body) > 0 && !errors.Is(err, http.ErrBodyNotAllowed) {
			panic(err)
		}
	},
	"close": func(w http.ResponseWriter, body []byte) {
		w.Header().Set("Connection", "close")
		_, _ = w.Write(body)
	},
	"hijack": func(w http.ResponseWriter, body []byte) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = rw.WriteString("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
		_, _ = rw.Write(body)
		_ = rw.Flush()
	},
}

var dateLine = regexp.MustCompile(`\r\nDate: [^\r]*`)

// TestAnswersAsNetHTTP compares the bytes of answers, around the sizes of net/http's buffers, with those of
// net/http alone.
func TestAnswersAsNetHTTP(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.FormValue("n"))
		if err != nil {
			panic(err)
		}
		answers[strings.Trim(r.URL.Path, "/")](w, pattern(n))
	})
	ours := start(t, handler, server.Options{}).addr
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	theirs := &http.Server{Handler: handler}
	go func() { _ = theirs.Serve(ln) }()
	t.Cleanup(func() { theirs.Close() })
	for name := range answers {
		for _, head := range []string{"GET /%s/?n=%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET /%s/?n=%d HTTP/1.0\r\n\r\n", "HEAD /%s/?n=%d HTTP/1.0\r\n\r\n"} {
			for _, n := range []int{0, 1, 2047, 2048, 2049, 3900, 3950, 3960, 3970, 3980, 3990, 4000, 4050, 4095, 4096, 4097, 5000, 6100, 8192, 12300, 300_000} {
				request := fmt.Sprintf(head, name, n)
				if diff := cmp.Diff(exchange(t, ln.Addr().String(), request), exchange(t, ours, request)); diff != "" {
					t.Errorf("%.60q (-net/http, +ours):\n%.2000s", request, diff)
				}
			}
		}
	}
}

// exchange sends a request, and returns all of the answer without its date.
func exchange(t testing.TB, addr, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return dateLine.ReplaceAllString(string(answer), "")
}

// TestFileAnswer: a file goes around the program, also with our writer in front.
func TestFileAnswer(t *testing.T) {
	t.Parallel()
	body := pattern(200_000)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := w.(io.ReaderFrom); !ok {
			t.Error("the writer takes no files")
		}
		http.ServeFile(w, r, path)
	}), server.Options{})
	resp, err := http.Get("http://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || !bytes.Equal(got, body) {
		t.Errorf("got %d bytes: %v", len(got), err)
	}
}

// BenchmarkAnswer sends answers over one connection.
func BenchmarkAnswer(b *testing.B) {
	for _, n := range []int{13, 8 << 10, 64 << 10} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			body := pattern(n)
			s := start(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(n))
				_, _ = w.Write(body)
			}), server.Options{MaxRequestsPerConn: -1})
			conn, err := net.Dial("tcp", s.addr)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			reader := bufio.NewReader(conn)
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
					b.Fatal(err)
				}
				for line := []byte("head"); len(line) > len("\r\n"); {
					if line, err = reader.ReadSlice('\n'); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := reader.Discard(n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
