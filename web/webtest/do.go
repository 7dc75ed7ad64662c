package webtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/textproto"
	"strings"
	"time"
)

const defaultRemote = "127.0.0.1:50000"

func withPort(addr string) string {
	if addr == "" {
		return defaultRemote
	}
	if ip, err := netip.ParseAddr(addr); err == nil {
		return net.JoinHostPort(ip.String(), "50000")
	}
	return addr
}

// A ServerError is the error of [Client.Try] when a view failed unexpectedly: it panicked, or
// returned an error that is answered with 500.
type ServerError struct {
	Page   *Page  // as it was answered, nil when the connection was broken off
	Detail string // the error, with the stack of a panic
}

// Error tells what went wrong on the server's side.
func (e *ServerError) Error() string { return "the view failed: " + e.Detail }

// maxRedirects is how many redirects are followed, as in Django and browsers.
const maxRedirects = 20

// Try is [Client.Do] for other goroutines than the test's, and for tests that expect errors: it
// returns them instead of failing the test. An unexpected error of a view is a *[ServerError].
func (c *Client) Try(r Request) (*Page, error) {
	page, err := c.once(r)
	if err != nil || !c.opts.FollowRedirects {
		return page, err
	}
	var history []Redirect
	for {
		next, ok := page.redirectRequest(r)
		if !ok {
			page.History = history
			return page, nil
		}
		hop := Redirect{URL: next.Path, Status: page.Status, From: page.URL.String()}
		for _, old := range history {
			if old.URL == hop.URL && old.Status == hop.Status {
				return nil, fmt.Errorf("redirect loop: %s", chain(append(history, hop)))
			}
		}
		if history = append(history, hop); len(history) > maxRedirects {
			return nil, fmt.Errorf("too many redirects: %s", chain(history))
		}
		if err := next.rewind(); err != nil {
			return nil, err
		}
		r = next
		if page, err = c.once(r); err != nil {
			return page, fmt.Errorf("after redirect to %s: %w", hop.URL, err)
		}
	}
}

func chain(history []Redirect) string {
	urls := []string{history[0].From}
	for _, h := range history {
		urls = append(urls, h.URL)
	}
	return strings.Join(urls, " → ")
}

// redirectRequest returns the request that a browser sends next, if the page is a redirect.
func (p *Page) redirectRequest(r Request) (Request, bool) {
	location := p.Header.Get("Location")
	if location == "" {
		return r, false
	}
	keep := p.Status == http.StatusTemporaryRedirect || p.Status == http.StatusPermanentRedirect
	if !keep && p.Status != 301 && p.Status != 302 && p.Status != 303 {
		return r, false
	}
	u, err := p.URL.Parse(location)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return r, false
	}
	next := r
	next.Path, next.Query, next.Host = u.String(), nil, ""
	if keep {
		return next, true
	}
	if !strings.EqualFold(r.Method, http.MethodHead) {
		next.Method = http.MethodGet
	}
	next.Body = nil
	next.Header = r.Header.Clone()
	next.Header.Del("Content-Type")
	next.Header.Del("Content-Length")
	next.Header.Del("Origin")
	return next, true
}

// rewind makes the body readable once more.
func (r *Request) rewind() error {
	if r.Body == nil {
		return nil
	}
	s, ok := r.Body.(io.Seeker)
	if !ok {
		return errors.New("a redirect asks for the body again, which can't be read twice")
	}
	_, err := s.Seek(0, io.SeekStart)
	return err
}

// once sends one request and reads its page.
func (c *Client) once(r Request) (*Page, error) {
	o, err := c.open(r, c.opts.Timeout)
	if err != nil {
		return nil, err
	}
	defer o.close()
	page := o.page
	page.Body, err = readAll(o.resp.Body)
	page.Trailer = o.resp.Trailer
	if err != nil {
		return nil, o.explain(err)
	}
	if !o.x.wait(o.ctx) {
		return nil, fmt.Errorf("the whole response has come, but the view has not returned within %v", c.opts.Timeout)
	}
	o.x.saw.fill(page)
	if fault := o.x.saw.fault(); fault != "" && !c.opts.AllowServerErrors {
		return page, &ServerError{page, fault}
	}
	return page, nil
}

// opened is a request whose response has begun.
type opened struct {
	c      *Client
	x      *exchange
	ctx    context.Context
	cancel context.CancelFunc
	tr     *http.Transport
	resp   *http.Response
	page   *Page
}

// start prepares a request up to its sending. It ends after the timeout, if that is positive.
func (c *Client) start(r Request, timeout time.Duration) (*opened, *http.Request, error) {
	u, err := r.target(&c.opts)
	if err != nil {
		return nil, nil, err
	}
	o := &opened{c: c, x: &exchange{e: c.e, secure: u.Scheme == "https", remote: r.remoteAddr(&c.opts)}}
	parent := r.Context
	if parent == nil {
		parent = context.Background()
	}
	if timeout > 0 {
		o.ctx, o.cancel = context.WithTimeoutCause(parent, timeout, fmt.Errorf("no whole answer within %v", timeout))
	} else {
		o.ctx, o.cancel = context.WithCancel(parent)
	}
	o.page = &Page{t: c.t, client: c, URL: u}
	ctx := httptrace.WithClientTrace(o.ctx, &httptrace.ClientTrace{Got1xxResponse: o.page.informed})
	raw, err := r.build(ctx, c, u)
	if err != nil {
		o.cancel()
		return nil, nil, err
	}
	o.page.Method = raw.Method
	o.tr = o.x.transport(c.opts.HTTP2 || r.HTTP2)
	return o, raw, nil
}

// open sends a request and waits for the header of its response.
func (c *Client) open(r Request, timeout time.Duration) (*opened, error) {
	o, raw, err := c.start(r, timeout)
	if err != nil {
		return nil, err
	}
	if o.resp, err = o.tr.RoundTrip(raw); err != nil {
		err = o.explain(err)
		o.close()
		return nil, err
	}
	o.began()
	return o, nil
}

// began fills the page from the response's header.
func (o *opened) began() {
	p := o.page
	p.Status, p.Header, p.Proto = o.resp.StatusCode, o.resp.Header, o.resp.Proto
	u := p.URL
	o.c.jar.update(p.Header, u.Host, cookiePath(u), u.Scheme == "https")
}

// close leaves the connection.
func (o *opened) close() {
	o.x.leave()
	if o.resp != nil && o.resp.Body != nil { // it is nil after an upgrade
		o.resp.Body.Close()
	}
	o.tr.CloseIdleConnections()
	o.cancel()
}

// explain says what a transport error came from: the view, if it broke off.
func (o *opened) explain(err error) error {
	if o.ctx.Err() != nil {
		return context.Cause(o.ctx)
	}
	ctx, cancel := o.c.waiting()
	defer cancel()
	o.x.wait(ctx)
	if fault := o.x.saw.fault(); fault != "" && !o.c.opts.AllowServerErrors {
		return &ServerError{nil, fault}
	}
	return err
}

// informed keeps a 1xx response.
func (p *Page) informed(status int, header textproto.MIMEHeader) error {
	p.Informational = append(p.Informational, Informational{status, http.Header(header)})
	return nil
}

// A Redirect is one that was followed.
type Redirect struct {
	URL    string // where it led to, absolute
	Status int    // 301, 302, 303, 307 or 308
	From   string // the URL that answered with it
}

// Informational is a response before the final one, as 103 Early Hints.
type Informational struct {
	Status int
	Header http.Header
}
