package webtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// A Client asks an http.Handler as a browser asks a server. Requests go through the server code of
// net/http, over a connection in memory that each has to itself, so that streams, upgrades, trailers
// and early hints are the real thing; no socket is opened.
//
// A transport error, and an unexpected error of a view, fails the test at once (with t.Fatal). The
// methods are therefore called from the test's goroutine; others use [Client.Try]. When a method
// returns a page, the view and everything around it has returned.
type Client struct {
	t    testing.TB
	e    *engine
	jar  *jar
	opts Options
}

// Options configures [NewClient].
type Options struct {
	// Host is the host that is asked. Default "testserver", as in Django.
	Host string
	// Secure asks by https: views see a TLS connection. Nothing is encrypted. Default false.
	Secure bool
	// HTTP2 speaks HTTP/2 instead of HTTP/1.1. Default false.
	HTTP2 bool
	// RemoteAddr is the client's address, an IP address with or without port.
	// Default "127.0.0.1:50000".
	RemoteAddr string
	// Header is sent with every request.
	Header http.Header
	// FollowRedirects follows redirects to their end. Default false.
	FollowRedirects bool
	// AllowServerErrors returns the page of an unexpected error of a view instead of failing the
	// test with it (Django's raise_request_exception=False).
	AllowServerErrors bool
	// Timeout bounds each request, and each wait for a message of a stream, an event source or a
	// socket. Default 1 minute; negative: none. The test fails when it is over.
	Timeout time.Duration
}

// NewClient returns a client of h, which is stopped at the end of the test. It leaves no goroutine
// behind; a view that is still running 10 s after its client has left fails the test. Inside a
// bubble of testing/synctest it waits in fake time.
func NewClient(t testing.TB, h http.Handler, opts *Options) *Client {
	t.Helper()
	c := &Client{t: t, jar: &jar{}, e: startEngine(t, h)}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.Host == "" {
		c.opts.Host = "testserver"
	}
	if c.opts.Timeout == 0 {
		c.opts.Timeout = time.Minute
	}
	c.opts.Header = c.opts.Header.Clone()
	return c
}

// clone returns a copy that shares the server and the cookies.
func (c *Client) clone() *Client {
	d := *c
	d.opts.Header = c.opts.Header.Clone()
	if d.opts.Header == nil {
		d.opts.Header = http.Header{}
	}
	return &d
}

// Follow returns a client that follows redirects, with the same cookies. More than 20 of them, or
// one that was followed before, fails the test.
func (c *Client) Follow() *Client {
	d := c.clone()
	d.opts.FollowRedirects = true
	return d
}

// With returns a client that sends these headers with every request, with the same cookies.
func (c *Client) With(header http.Header) *Client {
	d := c.clone()
	for k, v := range header {
		d.opts.Header[http.CanonicalHeaderKey(k)] = slices.Clone(v)
	}
	return d
}

// For returns a client that reports to another test, with the same server and cookies: for subtests,
// which may not fail in the name of the test around them.
func (c *Client) For(t testing.TB) *Client {
	d := c.clone()
	d.t = t
	return d
}

// Fresh returns a client of the same server with cookies of its own, none yet: another browser.
func (c *Client) Fresh() *Client {
	d := c.clone()
	d.jar = &jar{}
	return d
}

// Secure returns a client that asks by https, with the same cookies.
func (c *Client) Secure() *Client {
	d := c.clone()
	d.opts.Secure = true
	return d
}

// AllowServerErrors returns a client that shows error pages instead of failing the test, with the
// same cookies.
func (c *Client) AllowServerErrors() *Client {
	d := c.clone()
	d.opts.AllowServerErrors = true
	return d
}

// Form is the data of a form or a query: names with their values.
type Form = url.Values

// Get asks for a path, which may have a query, or for a URL of any host of the handler.
func (c *Client) Get(path string) *Page {
	c.t.Helper()
	return c.Do(Request{Path: path})
}

// Head asks for the headers of a path.
func (c *Client) Head(path string) *Page {
	c.t.Helper()
	return c.Do(Request{Method: http.MethodHead, Path: path})
}

// Options asks what may be done with a path.
func (c *Client) Options(path string) *Page {
	c.t.Helper()
	return c.Do(Request{Method: http.MethodOptions, Path: path})
}

// Trace sends a TRACE.
func (c *Client) Trace(path string) *Page {
	c.t.Helper()
	return c.Do(Request{Method: http.MethodTrace, Path: path})
}

// Delete sends a DELETE without a body.
func (c *Client) Delete(path string) *Page {
	c.t.Helper()
	return c.Do(Request{Method: http.MethodDelete, Path: path})
}

// Post sends a form, URL-encoded.
func (c *Client) Post(path string, form Form) *Page {
	c.t.Helper()
	return c.Do(FormRequest(http.MethodPost, path, form))
}

// PostMultipart sends a form with files, as multipart/form-data.
func (c *Client) PostMultipart(path string, form Form, files ...File) *Page {
	c.t.Helper()
	return c.Do(MultipartRequest(http.MethodPost, path, form, files...))
}

// PostJSON sends v as JSON.
func (c *Client) PostJSON(path string, v any) *Page {
	c.t.Helper()
	return c.sendJSON(http.MethodPost, path, v)
}

// PutJSON sends v as JSON with PUT.
func (c *Client) PutJSON(path string, v any) *Page {
	c.t.Helper()
	return c.sendJSON(http.MethodPut, path, v)
}

// PatchJSON sends v as JSON with PATCH.
func (c *Client) PatchJSON(path string, v any) *Page {
	c.t.Helper()
	return c.sendJSON(http.MethodPatch, path, v)
}

func (c *Client) sendJSON(method, path string, v any) *Page {
	c.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		c.t.Fatalf("%s %s: encode JSON: %v", method, path, err)
	}
	return c.Do(bodyRequest(method, path, "application/json", body))
}

// Put sends a body with PUT.
func (c *Client) Put(path, contentType string, body []byte) *Page {
	c.t.Helper()
	return c.Do(bodyRequest(http.MethodPut, path, contentType, body))
}

// Patch sends a body with PATCH.
func (c *Client) Patch(path, contentType string, body []byte) *Page {
	c.t.Helper()
	return c.Do(bodyRequest(http.MethodPatch, path, contentType, body))
}

// PostBody sends a body with POST.
func (c *Client) PostBody(path, contentType string, body []byte) *Page {
	c.t.Helper()
	return c.Do(bodyRequest(http.MethodPost, path, contentType, body))
}

func bodyRequest(method, path, contentType string, body []byte) Request {
	return Request{Method: method, Path: path, Header: http.Header{"Content-Type": {contentType}}, Body: bytes.NewReader(body)}
}

// SetCookie gives the client a cookie, as if the host had set it. Only the name is needed; the value
// is sent as Raw, or where that is empty as Value.
func (c *Client) SetCookie(cookie Cookie) {
	if cookie.Raw == "" {
		cookie.Raw = cookie.Value
	}
	if cookie.Path == "" {
		cookie.Path = "/"
	}
	c.jar.set(cookie)
}

// Cookies returns the cookies that the client holds and that have not expired, oldest first.
func (c *Client) Cookies() []Cookie { return c.jar.all() }

// Cookie returns the client's cookie of a name, and whether it has one.
func (c *Client) Cookie(name string) (Cookie, bool) {
	for _, cookie := range c.jar.all() {
		if cookie.Name == name {
			return cookie, true
		}
	}
	return Cookie{}, false
}

// ClearCookies forgets all cookies.
func (c *Client) ClearCookies() { c.jar.clear() }

// Do sends a request and returns its page; see [Client.Try].
func (c *Client) Do(r Request) *Page {
	c.t.Helper()
	page, err := c.Try(r)
	if err != nil {
		c.t.Fatalf("%s: %v", describe(r), err)
	}
	return page
}

func describe(r Request) string {
	if r.Method == "" {
		return "GET " + r.Path
	}
	return strings.ToUpper(r.Method) + " " + r.Path
}
