package web_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// journal collects log entries and outcomes of a site.
type journal struct {
	mu       sync.Mutex
	text     bytes.Buffer
	finished chan web.Outcome
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

// String returns the log so far.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "stack" {
			return slog.Attr{}
		}
		return a
	}}))
}

// entries returns the number of lines of the log.
func (j *journal) entries() int { return strings.Count(j.String(), "\n") }

// site is ToHTTP with a log that the test can read and a word at the end of each request.
func site(view web.Handler, opts *web.Options) (http.Handler, *journal) {
	j := &journal{finished: make(chan web.Outcome, 100)}
	var o web.Options
	if opts != nil {
		o = *opts
	}
	o.Logger = j.logger()
	o.Middleware = append([]web.Middleware{{Name: "journal", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			r.OnFinish(func(o web.Outcome) {
				select {
				case j.finished <- o:
				default: // a test of so many requests does not look at them
				}
			})
			return next(r)
		}
	}}}, o.Middleware...)
	return web.ToHTTP(view, &o), j
}

// serve runs one request without a socket.
func serve(t testing.TB, view web.Handler, opts *web.Options, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	h, _ := site(view, opts)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// listen starts a real server for a view.
func listen(t testing.TB, view web.Handler, opts *web.Options) (*httptest.Server, *journal) {
	t.Helper()
	h, j := site(view, opts)
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv, j
}

// raw sends bytes to a server and returns all that it answers until it closes the connection.
func raw(t testing.TB, srv *httptest.Server, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go io.WriteString(conn, request) // a server may answer before it has read everything
	b, err := io.ReadAll(conn)
	if len(b) == 0 && err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// get fetches a URL and returns response and body.
func get(t testing.TB, url string, header ...string) (*http.Response, string) {
	t.Helper()
	return do(t, http.MethodGet, url, "", header...)
}

// do sends a request without following redirects.
func do(t testing.TB, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// pipes is a listener of in-memory connections, for servers in a synctest bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return pipeAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// bubble serves a view over pipes and returns a client for it. To be called inside synctest.Test.
func bubble(t *testing.T, view web.Handler, opts *web.Options, drain context.Context) (*http.Client, *journal) {
	h, j := site(view, opts)
	p := newPipes()
	srv := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	if drain != nil {
		srv.BaseContext = func(net.Listener) context.Context {
			return web.ContextWithServer(context.Background(), &web.Server{Drain: drain})
		}
	}
	var running sync.WaitGroup
	running.Go(func() { _ = srv.Serve(p) })
	tr := &http.Transport{DialContext: p.dial, DisableKeepAlives: true}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		_ = srv.Close()
		running.Wait()
	})
	return &http.Client{Transport: tr}, j
}

// lines reads lines until an empty one, without their ends.
func lines(t *testing.T, r *bufio.Reader) []string {
	t.Helper()
	var list []string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("after %q: %v", list, err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return list
		}
		list = append(list, line)
	}
}

// parseTarget parses a request target as net/http does.
func parseTarget(target string) (*url.URL, error) { return url.ParseRequestURI(target) }

// emptyFS is a folder of the system's without any file.
type emptyFS struct{}

func (emptyFS) Open(name string) (fs.File, error) {
	return os.DirFS(os.TempDir() + "/no-such-folder").Open(name)
}
