package devserver

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"regexp"
	"strings"
	"sync"
	"time"
)

// program is a running process and the way to it.
type program struct {
	*process
	transport *http.Transport
	pending   sync.WaitGroup // requests without an answer; see supervisor.wait
}

func newProgram(p *process) *program {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", p.socket)
	}
	return &program{process: p, transport: &http.Transport{
		DialContext: dial, DisableCompression: true, MaxIdleConnsPerHost: 64,
		ExpectContinueTimeout: 10 * time.Second, // the program's word on an upload, not ours
	}}
}

// arrival is how long the program gets to begin answering before it is asked to end. A request that
// it has by then it finishes; one that is still on the way would be lost.
const arrival = 300 * time.Millisecond

// answered waits, for a while, until all requests have got the head of their answer.
func (g *program) answered(ctx context.Context) {
	all := make(chan struct{})
	go func() { // ends with the program's requests, which don't outlive it
		g.pending.Wait()
		close(all)
	}()
	timer := time.NewTimer(arrival)
	defer timer.Stop()
	select {
	case <-all:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (g *program) stop() {
	g.process.stop()
	g.transport.CloseIdleConnections()
}

// ServeHTTP holds requests while the program is built and passes them on to it.
func (s *supervisor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case scriptPath:
		s.viewers.serveScript(w, r)
		return
	case eventsPath:
		s.viewers.serveEvents(w, r)
		return
	}
	s.conns.Add(1) // the connection's own count ends when a WebSocket takes it over
	defer s.conns.Done()
	m := s.wait(r.Context())
	switch {
	case m == nil:
	case m.err != nil:
		s.errorPage(w, r, m.err)
	default:
		s.pass(m.program, w, r)
	}
}

// pass hands a request to the program, which counts it as pending.
func (s *supervisor) pass(g *program, w http.ResponseWriter, r *http.Request) {
	answered := sync.OnceFunc(g.pending.Done)
	defer answered()
	proxy := httputil.ReverseProxy{
		Rewrite:   rewrite,
		Transport: g.transport,
		ErrorLog:  log.New(io.Discard, "", 0),
		ModifyResponse: func(resp *http.Response) error {
			answered()
			s.inject(resp)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			answered()
			s.failed(g, w, r, err)
		},
	}
	proxy.ServeHTTP(w, r)
}

// failed answers for a program that didn't.
func (s *supervisor) failed(g *program, w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case r.Context().Err() != nil:
	case g.stopping.Load() && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		s.ServeHTTP(w, r) // it was too slow for its end: ask the next program
	case g.stopping.Load():
		s.errorPage(w, r, fmt.Errorf("it was replaced by a newer one before it had answered: %w", err))
	default:
		// A connection breaks a little before the process is known to have ended.
		select {
		case <-g.done:
			s.errorPage(w, r, g.exited())
		case <-time.After(interrupted):
			s.errorPage(w, r, fmt.Errorf("it gave no answer: %w", err))
		}
	}
}

// rewrite passes the request on as it came, with the client's address beside it.
func rewrite(p *httputil.ProxyRequest) {
	in, out := p.In, p.Out
	target := *in.URL
	target.Scheme, target.Host, target.User = "http", "program", nil
	out.URL, out.Host = &target, in.Host
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if v := in.Header[name]; v != nil {
			out.Header[name] = v
		}
	}
	out.Header.Set(clientHeader, in.RemoteAddr)
	if out.Header.Del(secureHeader); in.TLS != nil {
		out.Header.Set(secureHeader, "1")
	}
	if isNavigation(in) {
		out.Header.Del("Accept-Encoding") // the script is added to plain HTML
	}
}

// isNavigation tells whether a browser asks for a page to show, as against an API's client.
func isNavigation(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest == "document" || dest == "iframe"
}

var nonceSource = regexp.MustCompile(`'nonce-([A-Za-z0-9+/=_-]+)'`)

// inject appends the script to pages.
func (s *supervisor) inject(resp *http.Response) {
	if !isPage(resp) {
		return
	}
	nonce := ""
	if m := nonceSource.FindStringSubmatch(resp.Header.Get("Content-Security-Policy")); m != nil {
		nonce = ` nonce="` + m[1] + `"`
	}
	tag := "\n<script src=\"" + s.viewers.script() + "\"" + nonce + "></script>\n"
	resp.Body = &appended{Reader: io.MultiReader(resp.Body, strings.NewReader(tag)), Closer: resp.Body}
	resp.Header.Del("Content-Length")
	resp.Header.Del("Etag") // the page with the script is another one
	resp.ContentLength = -1
}

// isPage tells whether the answer is a whole page of HTML that the browser shows.
func isPage(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusSwitchingProtocols, http.StatusNoContent, http.StatusNotModified, http.StatusPartialContent:
		return false
	}
	h := resp.Header
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return isNavigation(resp.Request) && resp.Request.Method != http.MethodHead &&
		strings.EqualFold(strings.TrimSpace(kind), "text/html") && h.Get("Content-Encoding") == "" &&
		!strings.HasPrefix(strings.ToLower(h.Get("Content-Disposition")), "attachment")
}

type appended struct {
	io.Reader
	io.Closer
}
