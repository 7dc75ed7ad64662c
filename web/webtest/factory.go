package webtest

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// RequestOptions configures [NewRequest].
type RequestOptions struct {
	// Request holds query, header, body, host, address and scheme; its Method and Path are not used.
	Request Request
	// Web are the options of the site that the request belongs to: limits, templates, cookies. Its
	// middleware is not run.
	Web *web.Options
	// Match is the route, for views that read values of the path.
	Match *web.Match
}

type factoryKey struct{}

// factory is what Run has to know of a request.
type factory struct {
	t    testing.TB
	opts *web.Options
	rec  *record
}

// NewRequest makes a request for calling a view directly, without routes and middleware (Django's
// RequestFactory). A request that package web refuses, as one over its limits, ends the test.
func NewRequest(t testing.TB, method, path string, opts *RequestOptions) *web.Request {
	t.Helper()
	var o RequestOptions
	if opts != nil {
		o = *opts
	}
	r := o.Request
	r.Method, r.Path = method, path
	defaults := Options{Host: "testserver"}
	u, err := r.target(&defaults)
	if err != nil {
		t.Fatalf("%s: %v", describe(r), err)
	}
	f := &factory{t: t, opts: o.Web, rec: &record{}}
	ctx := r.Context
	if ctx == nil {
		ctx = t.Context()
	}
	ctx = web.ContextWithObserver(context.WithValue(ctx, factoryKey{}, f), f.rec.observer())
	raw, err := r.build(ctx, &Client{jar: &jar{}, opts: defaults}, u)
	if err != nil {
		t.Fatalf("%s: %v", describe(r), err)
	}
	raw.Header.Del("User-Agent")
	if r.Header.Get("User-Agent") != "" {
		raw.Header.Set("User-Agent", r.Header.Get("User-Agent"))
	}
	raw.URL.Scheme, raw.URL.Host = "", ""
	raw.RequestURI = raw.URL.RequestURI()
	raw.RemoteAddr = r.remoteAddr(&defaults)
	if raw.Body == nil {
		raw.Body = http.NoBody
	}
	if u.Scheme == "https" {
		raw.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: u.Hostname()}
	}
	req, err := web.NewRequest(raw, o.Web)
	if err != nil {
		t.Fatalf("%s: %v", describe(r), err)
	}
	req.SetMatch(o.Match)
	return req
}

// Run calls a view with a request of [NewRequest] and returns what it answers, recorded as a page
// without a client: forms can't be submitted, and WebSockets not opened. Errors become error pages,
// as in a site, and never fail the test; they are the page's Err.
func Run(view web.Handler, r *web.Request) *Page {
	f, ok := r.Context().Value(factoryKey{}).(*factory)
	if !ok {
		panic("webtest.Run: the request was not made by webtest.NewRequest")
	}
	f.t.Helper()
	var opts web.Options
	if f.opts != nil {
		opts = *f.opts
	}
	opts.Middleware = nil
	if opts.Logger == nil {
		opts.Logger = quiet()
	}
	site := web.ToHTTP(func(outer *web.Request) (web.Response, error) {
		outer.SetMatch(r.Match())
		return view(r)
	}, &opts)
	rec := httptest.NewRecorder()
	f.serve(site, rec, r.HTTP())
	resp := rec.Result()
	u := *r.URL
	u.Path, u.Scheme, u.Host = r.Path(), r.Scheme(), r.Host()
	page := &Page{t: f.t, Method: r.Method, URL: &u, Proto: resp.Proto, Status: resp.StatusCode, Header: resp.Header, Trailer: resp.Trailer, Body: rec.Body.String()}
	f.rec.fill(page)
	return page
}

// serve runs the site. A response that breaks off ends as the server would end it: http.ErrAbortHandler
// goes no further.
func (f *factory) serve(site http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
	}()
	site.ServeHTTP(w, r)
}
