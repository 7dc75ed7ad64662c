package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// A gate is the handler in front of the application's: it refuses what no application should see.
type gate struct {
	s       *Server
	next    http.Handler
	methods []string
}

// ServeHTTP checks the request against the limits, passes it on, and counts it.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.s.running.add()
	defer g.s.running.done()
	if r.ProtoMajor == 3 {
		g.s.streams.add()
		defer g.s.streams.done()
	}
	g.s.stats.requests.Add(1)
	c, _ := r.Context().Value(connKey{}).(*conn)
	if c != nil {
		if r.TLS = c.tls; c.tls != nil && g.s.altSvc != "" {
			w.Header().Set("Alt-Svc", g.s.altSvc)
		}
		n := c.requests.Add(1)
		if g.s.draining() || g.s.o.MaxRequestsPerConn > 0 && n >= int64(g.s.o.MaxRequestsPerConn) {
			w.Header().Set("Connection", "close") // for HTTP/2 net/http makes a GOAWAY of it
		}
	}
	if status, why := g.refuse(c, w, r); status != 0 {
		g.s.stats.refused.Add(1)
		g.s.o.Logger.Info("request refused", "status", status, "reason", why, "client", r.RemoteAddr)
		refuse(w, r, status, why)
		return
	}
	switch {
	case r.RequestURI == "*": // about the server, not about anything of the application's
		w.Header().Set("Allow", allowed)
		w.WriteHeader(http.StatusNoContent)
		return
	case isTunnel(r):
	case r.Body != http.NoBody || r.ProtoMajor > 1:
		var done func()
		w, r, done = g.s.watch(c, w, r)
		defer done()
	}
	if c != nil && r.ProtoMajor == 1 {
		w = c.newWriter(w)
	}
	g.next.ServeHTTP(w, r)
}

const allowed = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

// isTunnel tells whether the request opens a WebSocket over HTTP/2 or 3 (RFC 8441, RFC 9220).
func isTunnel(r *http.Request) bool {
	return r.Method == http.MethodConnect && (r.ProtoMajor == 2 && r.Header.Get(":protocol") == "websocket" ||
		r.ProtoMajor == 3 && r.Proto == "websocket")
}

func refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.ProtoMajor < 3 { // which knows no such header
		h.Set("Connection", "close")
	}
	h.Set("Content-Length", strconv.Itoa(len(why)+1))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(why + "\n"))
}

// refuse returns the status and the text of a refusal, 0 for none, and mends what can be mended.
func (g *gate) refuse(c *conn, w http.ResponseWriter, r *http.Request) (int, string) {
	o := &g.s.o
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	case http.MethodConnect, http.MethodTrace:
		if !isTunnel(r) {
			w.Header().Set("Allow", allowed)
			return http.StatusMethodNotAllowed, "This server takes no requests of this method."
		}
	default:
		if !slices.Contains(g.methods, r.Method) {
			return http.StatusNotImplemented, "This server doesn't know this method."
		}
	}
	if o.MaxURI > 0 && len(r.RequestURI) > o.MaxURI {
		return http.StatusRequestURITooLong, "The address of this request is too long."
	}
	if !validTarget(r) {
		return http.StatusBadRequest, "The address of this request is malformed."
	}
	if !validHost(r.Host) && (r.Host != "" || r.ProtoAtLeast(1, 1)) {
		return http.StatusBadRequest, "The host of this request is malformed."
	}
	if status, why := c.ambiguous(w, r); status != 0 {
		return status, why
	}
	return g.headers(r)
}

// ambiguous looks for what two servers in a row might understand differently.
func (c *conn) ambiguous(w http.ResponseWriter, r *http.Request) (int, string) {
	const otherHost = "The address of this request and its header Host name different hosts."
	if r.ProtoMajor > 1 {
		// Host may stand beside :authority, which net/http takes for the host, if it says the same
		// (RFC 9113, section 8.3.1).
		for _, host := range r.Header["Host"] {
			if !strings.EqualFold(host, r.Host) {
				return http.StatusBadRequest, otherHost
			}
		}
		delete(r.Header, "Host")
		for _, length := range r.Header["Content-Length"] {
			if n, err := strconv.ParseUint(length, 10, 63); err != nil || int64(n) != r.ContentLength {
				return http.StatusBadRequest, "The length of this request's body is malformed."
			}
		}
		return 0, ""
	}
	if c.head.length && len(r.TransferEncoding) > 0 || c.head.encoding && !r.ProtoAtLeast(1, 1) {
		// net/http has read the body by Transfer-Encoding, or for HTTP/1.0 by Content-Length, as it
		// should; a proxy in front may not have (RFC 9112, section 6.1), so that what follows on this
		// connection is not to be trusted.
		w.Header().Set("Connection", "close")
	}
	if r.URL.Host != "" && !c.head.sameHost(r.URL.Host) {
		return http.StatusBadRequest, otherHost
	}
	return 0, ""
}

// headers counts header lines and cookies, and drops the names that a CGI or WSGI application
// could not tell from others (X_Forwarded_For, X-Forwarded-For).
func (g *gate) headers(r *http.Request) (int, string) {
	lines := 0
	for name, values := range r.Header {
		lines += len(values)
		if strings.IndexByte(name, '_') >= 0 {
			delete(r.Header, name)
		}
	}
	if o := &g.s.o; o.MaxHeaders > 0 && lines > o.MaxHeaders {
		return http.StatusRequestHeaderFieldsTooLarge, "This request has too many headers."
	}
	if limit := g.s.o.MaxCookies; limit > 0 {
		for _, line := range r.Header["Cookie"] {
			if limit -= strings.Count(line, ";") + 1; limit < 0 {
				return http.StatusRequestHeaderFieldsTooLarge, "This request has too many cookies."
			}
		}
	}
	if limit := g.s.o.MaxBody; limit > 0 && r.ContentLength > int64(limit) {
		return http.StatusRequestEntityTooLarge, "The body of this request is too long."
	}
	return 0, ""
}

// errTooSlow is what reading a body that does not come ends with.
var errTooSlow = web.NewError(http.StatusRequestTimeout, "The body of this request came too slowly.", nil)
