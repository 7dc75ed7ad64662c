//go:build unix

package devserver_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/devserver"
)

// patience is how long a test waits for anything before it gives up.
const patience = time.Minute

// output collects what is written, and lets tests wait for a text in it.
type output struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	written chan struct{} // closed and replaced by each write
}

func newOutput() *output { return &output{written: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.written)
	o.written = make(chan struct{})
	return o.buf.Write(p)
}

func (o *output) snapshot() (string, chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String(), o.written
}

func (o *output) String() string {
	text, _ := o.snapshot()
	return text
}

// wait waits until the text has been written n times.
func (o *output) wait(t *testing.T, text string, n int) {
	t.Helper()
	deadline := time.After(patience)
	for {
		all, written := o.snapshot()
		if strings.Count(all, text) >= n {
			return
		}
		select {
		case <-written:
		case <-deadline:
			t.Fatalf("%q was not written %d times, but:\n%s", text, n, all)
		}
	}
}

// supervised is a supervisor that runs for a test.
type supervised struct {
	dir, url       string
	addr           string
	stdout, stderr *output
	stop           func() error // waits for Run's end
}

// supervise writes the program with the changed files to a folder and supervises it.
func supervise(t *testing.T, changed map[string]string) *supervised {
	t.Helper()
	return superviseTLS(t, changed, nil)
}

func superviseTLS(t *testing.T, changed map[string]string, config *tls.Config) *supervised {
	t.Helper()
	s := &supervised{dir: t.TempDir(), stdout: newOutput(), stderr: newOutput()}
	for name, text := range childSource {
		s.write(t, name, text)
	}
	for name, text := range changed {
		s.write(t, name, text)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	if s.url = "http://" + s.addr; config != nil {
		s.url = "https://" + s.addr
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- devserver.Run(ctx, devserver.Options{
			Listener: ln, TLS: config, Dir: s.dir, Package: "example.org/child", URL: s.url, Stdout: s.stdout, Stderr: s.stderr,
		})
	}()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if t.Failed() {
			t.Logf("standard error:\n%s", s.stderr)
		}
	})
	return s
}

// write writes a file as most programs do, into place.
func (s *supervised) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// do sends a request and returns the answer with its body.
func (s *supervised) do(t *testing.T, method, path string, header http.Header, body io.Reader) (*http.Response, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: read: %v", method, path, err)
	}
	return resp, string(b)
}

// get returns the body of a page.
func (s *supervised) get(t *testing.T, path string) string {
	t.Helper()
	_, body := s.do(t, "GET", path, nil, nil)
	return body
}

// navigation is what a browser sends with a page's request.
var navigation = http.Header{"Sec-Fetch-Dest": {"document"}, "Accept": {"text/html,*/*;q=0.8"}, "Accept-Encoding": {"gzip"}}

// edit makes a change and waits until browsers are told to reload. query is that of the events.
func (s *supervised) edit(t *testing.T, change func()) {
	t.Helper()
	told := s.events(t, "")
	change()
	told()
}

// events listens as a page does; the function that it returns waits for the reload.
func (s *supervised) events(t *testing.T, query string) func() {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	req, err := http.NewRequestWithContext(ctx, "GET", s.url+"/__nuages__/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("events have the type %q", got)
	}
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != "retry: 500" {
		t.Fatalf("events begin with %q, %v", lines.Text(), lines.Err())
	}
	return func() {
		t.Helper()
		defer transport.CloseIdleConnections()
		defer cancel()
		defer resp.Body.Close()
		for lines.Scan() {
			if lines.Text() == "event: reload" {
				return
			}
		}
		t.Fatalf("the events ended without a reload: %v", lines.Err())
	}
}
