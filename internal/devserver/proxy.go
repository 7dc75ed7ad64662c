package devserver

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
)

const (
	scriptPath = "/__nuages__/reload.js"
	eventsPath = "/__nuages__/events"
)

// reloadScript makes a page reload when the program has been built anew, also after the supervisor
// itself was away.
const reloadScript = `(() => {
  let lost = false;
  const events = new EventSource("` + eventsPath + `");
  events.addEventListener("reload", () => location.reload());
  events.onerror = () => { lost = true; };
  events.onopen = () => { if (lost) location.reload(); };
  addEventListener("pagehide", () => events.close());
})();
`

// program is a running process and the way to it.
type program struct {
	*process
	transport *http.Transport
	proxy     *httputil.ReverseProxy
}

func newProgram(p *process) *program {
	t := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", p.socket)
	}, DisableCompression: true, MaxIdleConnsPerHost: 64}
	g := &program{process: p, transport: t}
	g.proxy = &httputil.ReverseProxy{
		Rewrite: rewrite, Transport: t, ModifyResponse: inject,
		ErrorLog:     log.New(io.Discard, "", 0),
		ErrorHandler: g.failed,
	}
	return g
}

func (g *program) stop() {
	g.process.stop()
	g.transport.CloseIdleConnections()
}

// failed answers for a program that didn't.
func (g *program) failed(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return
	}
	if exit := g.exited(); exit != nil {
		errorPage(w, r, exit)
		return
	}
	errorPage(w, r, fmt.Errorf("the program gave no answer: %w", err))
}

// rewrite passes the request on as it came, with the client's address beside it.
func rewrite(p *httputil.ProxyRequest) {
	in, out := p.In, p.Out
	out.URL = &url.URL{Scheme: "http", Host: "program", Path: in.URL.Path, RawPath: in.URL.RawPath, RawQuery: in.URL.RawQuery}
	out.Host = in.Host
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if v := in.Header[name]; v != nil {
			out.Header[name] = v
		}
	}
	out.Header.Set(clientHeader, in.RemoteAddr)
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
func inject(resp *http.Response) error {
	if !isNavigation(resp.Request) || resp.Request.Method == http.MethodHead || resp.Header.Get("Content-Encoding") != "" ||
		!strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || resp.StatusCode == http.StatusNotModified || resp.StatusCode == http.StatusPartialContent {
		return nil
	}
	nonce := ""
	if m := nonceSource.FindStringSubmatch(resp.Header.Get("Content-Security-Policy")); m != nil {
		nonce = ` nonce="` + m[1] + `"`
	}
	tag := "\n<script src=\"" + scriptPath + "\"" + nonce + "></script>\n"
	resp.Body = &appended{Reader: io.MultiReader(resp.Body, strings.NewReader(tag)), Closer: resp.Body}
	resp.Header.Del("Content-Length")
	resp.Header.Del("Etag") // the page with the script is another one
	resp.ContentLength = -1
	return nil
}

type appended struct {
	io.Reader
	io.Closer
}

// ServeHTTP holds requests while the program is built and passes them on to it.
func (s *supervisor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case scriptPath:
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		io.WriteString(w, reloadScript)
		return
	case eventsPath:
		s.events(w, r)
		return
	}
	m := s.wait(r.Context())
	switch {
	case m == nil:
	case m.err != nil:
		errorPage(w, r, m.err)
	default:
		m.program.proxy.ServeHTTP(w, r)
	}
}

// events tells a browser when to reload.
func (s *supervisor) events(w http.ResponseWriter, r *http.Request) {
	ch := make(chan string, 1)
	s.mu.Lock()
	if s.clients == nil {
		s.mu.Unlock()
		http.Error(w, "The server stops.", http.StatusServiceUnavailable)
		return
	}
	s.clients[ch] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.clients, ch)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	rc := http.NewResponseController(w)
	io.WriteString(w, "retry: 500\n\n")
	rc.Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case event, ok := <-ch:
			if !ok {
				return
			}
			fmt.Fprintf(w, "event: %s\ndata:\n\n", event)
			if rc.Flush() != nil {
				return
			}
		}
	}
}

// broadcast tells all browsers; one that has not taken the last event yet needs no second.
func (s *supervisor) broadcast(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ch := range s.clients {
		select {
		case ch <- event:
		default:
		}
	}
}

func (s *supervisor) closeClients() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ch := range s.clients {
		close(ch)
	}
	s.clients = nil
}
