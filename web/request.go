package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/internal/wsconn"
)

// A Request is what a client asked for. It wraps an *http.Request, whose parsing it replaces where
// net/http is silent about bad input: query, form and cookies are bounded and checked.
//
// A Request belongs to the goroutine that serves it, as an *http.Request does; copies made by
// WithContext share what has been parsed. It is no longer valid when the response has been sent.
type Request struct {
	// Method is the request's method in upper case: "GET".
	Method string
	// URL is the target; its Path is decoded and starts with a slash, below the ScriptName.
	URL *url.URL
	// Header holds the request's headers.
	Header http.Header

	ctx context.Context
	s   *state
}

// state is shared by the copies of a request.
type state struct {
	raw     *http.Request
	w       http.ResponseWriter
	site    *site
	limits  *Limits
	invalid error // why the request is refused before the view

	id           string
	host, scheme string // as a trusted proxy told them, else empty
	remote       netip.Addr
	match        *Match
	err          error  // what an error page is about
	routed       any    // see SetRouted
	fresh        bool   // w's headers are this chain's alone: see adopt
	within       bool   // middleware of net/http waits for the answer
	rest         func() // what is left to do when the handler has returned: see leave

	in *input // nil until something is parsed

	start    time.Time
	finish   []func(Outcome)
	outcome  Outcome
	observer *Observer
}

// input is what has been parsed of a request.
type input struct {
	query     Values
	queryDone bool
	cookies   []cookiePair
	cookied   bool
	form      *Form
	formErr   error
	body      []byte
	bodyErr   error
	bodyState bodyState
	counted   countedBody
}

// input returns what has been parsed, to read and to add to.
func (s *state) input() *input {
	if s.in == nil {
		s.in = &input{}
	}
	return s.in
}

// requestBlock holds a request, its state and its context in one allocation.
type requestBlock struct {
	Request
	state
	context requestContext
}

// requestContext is a request's context: net/http's, and it knows the request.
type requestContext struct {
	context.Context
	r *Request
}

// Value returns the request for its key, and otherwise what net/http's context holds.
func (c *requestContext) Value(key any) any {
	if key == (requestKey{}) {
		return c.r
	}
	return c.Context.Value(key)
}

// NewRequest makes a Request of an *http.Request outside a site: for tests, and for code that runs
// views by hand. It returns the error that [ToHTTP] would answer with when the request breaks
// limits.
func NewRequest(raw *http.Request, opts *Options) (*Request, error) {
	s := &site{}
	if opts != nil {
		s.Options = *opts
	}
	s.Limits = s.Limits.withDefaults()
	r := s.newRequest(nil, raw)
	return r, r.s.invalid
}

func (s *site) newRequest(w http.ResponseWriter, raw *http.Request) *Request {
	raw = wsconn.AsGet(raw)
	b := &requestBlock{
		Request: Request{Method: raw.Method, URL: raw.URL, Header: raw.Header},
		state:   state{raw: raw, w: w, site: s, limits: &s.Limits, start: time.Now()},
	}
	r := &b.Request
	r.s = &b.state
	b.context = requestContext{raw.Context(), r}
	if s.Context != nil {
		b.context.Context = s.Context(b.context.Context)
	}
	r.ctx = &b.context
	r.s.observer, _ = raw.Context().Value(observerKey{}).(*Observer)
	r.s.fresh = w != nil && len(w.Header()) == 0
	if s.ScriptName != "" {
		r.stripScriptName(s.ScriptName)
	}
	r.s.invalid = r.check()
	return r
}

// stripScriptName removes the mount prefix from the path, if it is there.
func (r *Request) stripScriptName(prefix string) {
	rest, ok := strings.CutPrefix(r.URL.Path, prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return
	}
	if rest == "" {
		rest = "/"
	}
	u := *r.URL
	u.Path, u.RawPath = rest, ""
	r.URL = &u
}

// FromContext returns the request that ctx belongs to: a view's, that of a handler mounted with
// [FromHTTP], or one made of them. Its own context is ctx.
func FromContext(ctx context.Context) (*Request, bool) {
	r, ok := ctx.Value(requestKey{}).(*Request)
	if ok && r.ctx != ctx {
		r = r.WithContext(ctx)
	}
	return r, ok
}

type requestKey struct{}

// Context returns the request's context. It ends when the client goes away, when a deadline passes
// or when the server drains.
func (r *Request) Context() context.Context { return r.ctx }

// WithContext returns a copy of the request with another context, for middleware that passes
// values inwards.
func (r *Request) WithContext(ctx context.Context) *Request {
	c := *r
	c.ctx = ctx
	return &c
}

// HTTP returns a copy of the request as net/http knows it, with r's context.
func (r *Request) HTTP() *http.Request {
	raw := r.s.raw.WithContext(r.ctx)
	raw.URL = r.URL
	return raw
}

// withHTTP returns a copy of the request over another *http.Request, which middleware of net/http
// passed on.
func (r *Request) withHTTP(raw *http.Request) *Request {
	c := *r
	c.Method, c.URL, c.Header, c.ctx = raw.Method, raw.URL, raw.Header, raw.Context()
	c.s.raw = raw
	return &c
}

// Path returns the whole path, decoded, with the prefix that the application is mounted under.
func (r *Request) Path() string { return r.s.site.ScriptName + r.PathInfo() }

// PathInfo returns the decoded path below the mount prefix: what routes are matched with.
func (r *Request) PathInfo() string {
	if r.URL.Path == "" {
		return "/"
	}
	return r.URL.Path
}

// ScriptName returns the prefix that the application is mounted under, "" for none.
func (r *Request) ScriptName() string { return r.s.site.ScriptName }

// FullPath returns path and query, escaped so that it can stand in a Location header or a link.
// Two leading slashes, which browsers take for another host, come back as /%2F.
func (r *Request) FullPath() string {
	p := escapeLeadingSlashes(EscapePath(r.Path()))
	if r.URL.RawQuery != "" {
		p += "?" + IRIToURI(r.URL.RawQuery)
	}
	return p
}

// Limits returns what this request may hold.
func (r *Request) Limits() Limits { return *r.s.limits }

// SetLimits changes what the rest of this request may hold: body and form for views that take more
// (or less) than others. Zero fields take their defaults. What has been read already stays.
func (r *Request) SetLimits(l Limits) {
	l = l.withDefaults()
	r.s.limits = &l
}

// Match returns the route that was chosen, nil before routing. The router sets it. For a path without
// a route it holds the Router alone, so that error pages can make addresses.
func (r *Request) Match() *Match { return r.s.match }

// SetMatch records the route that was chosen.
func (r *Request) SetMatch(m *Match) { r.s.match = m }

// Routed returns what SetRouted kept, nil without.
func (r *Request) Routed() any { return r.s.routed }

// SetRouted keeps what a router has found for a request ahead of the middleware, for when the request
// gets to it.
func (r *Request) SetRouted(v any) { r.s.routed = v }

// Err returns the error that an error page is made for, nil elsewhere.
func (r *Request) Err() error { return r.s.err }

// Debug tells whether debug pages may be shown for this request: debugging is on, the client is on
// the loopback interface or in InternalIPs, and the Host is among DebugHosts.
func (r *Request) Debug() bool { return r.s.site.Debug && r.s.site.mayDebug(r) }

// OnFinish calls f after the response has been sent, or failed to be, in the reverse order of
// registration: the last word of access logs, metrics and resources of the request.
func (r *Request) OnFinish(f func(Outcome)) { r.s.finish = append(r.s.finish, f) }

// ID returns the request's ID, "" where no middleware gave it one.
func (r *Request) ID() string { return r.s.id }

// SetID gives the request an ID, for logs. Middleware does.
func (r *Request) SetID(id string) { r.s.id = id }

// Started returns the time of the first look at the request.
func (r *Request) Started() time.Time { return r.s.start }

// EarlyHints sends a 103 response with Link headers (RFC 8297) while the view still works:
// `</site.css>; rel=preload; as=style`. It does nothing outside a server, and leaves out links that
// hold control characters.
func (r *Request) EarlyHints(links ...string) {
	links = slices.DeleteFunc(slices.Clone(links), func(l string) bool { return !validHeaderValue(l) })
	if r.s.w == nil || !r.s.raw.ProtoAtLeast(1, 1) || len(links) == 0 {
		return
	}
	h := r.s.w.Header()
	before := h["Link"]
	h["Link"] = links
	r.s.w.WriteHeader(http.StatusEarlyHints)
	if h["Link"] = before; before == nil {
		delete(h, "Link")
	}
}

// close runs what was registered with OnFinish and removes temporary files.
func (r *Request) close() {
	s := r.s
	if s.in != nil && s.in.form != nil {
		s.in.form.remove()
	}
	if len(s.finish) > 0 {
		s.outcome.Duration = time.Since(s.start)
		if s.in != nil {
			s.outcome.Read = s.in.counted.n.Load()
		}
		for i := len(s.finish) - 1; i >= 0; i-- {
			s.finish[i](s.outcome)
		}
	}
}

// An Observer sees what a site does with a request: for test clients and tools. Any of its
// functions may be nil. Put one into a request's context with [ContextWithObserver].
type Observer struct {
	// Error is called with the request and the cause of each error page.
	Error func(*Request, error)
	// Response is called with what the chain returned, before it is written.
	Response func(*Request, Response)
	// Rendered is called for each template that [Render] rendered.
	Rendered func(r *Request, name string, data any)
}

type observerKey struct{}

// ContextWithObserver returns a context whose requests o sees.
func ContextWithObserver(ctx context.Context, o *Observer) context.Context {
	return context.WithValue(ctx, observerKey{}, o)
}

// A Match is a resolved route (Django's ResolverMatch).
type Match struct {
	// Route is the pattern as declared, prefixes of includes in front: "shop/<slug:slug>/".
	Route string
	// Name is the route's name, without namespaces.
	Name string
	// Namespaces are the instance namespaces, outermost first; AppNames the application ones.
	Namespaces, AppNames []string
	// Values are what the route captured, in the order of the pattern.
	Values []PathValue
	// Extra holds the fixed values given with the route or its includes.
	Extra map[string]any
	// Router is what made the match, for reversing names.
	Router Reverser
	// View is the function name of the view, and Site the file and line that declared the route.
	View, Site string
}

// A PathValue is one captured part of a path.
type PathValue struct {
	Name string // "" for a positional group of a regular expression
	Raw  string // as matched, decoded
	// Value is what a custom converter made of Raw; nil for the built-in converters, whose values
	// are made when asked for.
	Value any
}

// A Reverser builds paths from route names; the router of package urls is one.
type Reverser interface {
	Reverse(name string, args ...any) (string, error)
}

// ViewName returns the route's name with its namespaces: "shop:product".
func (m *Match) ViewName() string {
	if len(m.Namespaces) == 0 {
		return m.Name
	}
	return strings.Join(m.Namespaces, ":") + ":" + m.Name
}

// Lookup returns the captured value of a name.
func (m *Match) Lookup(name string) (PathValue, bool) {
	if m != nil {
		for _, v := range m.Values {
			if v.Name == name {
				return v, true
			}
		}
	}
	return PathValue{}, false
}

// PathValue returns the text that the route captured under name, "" if there is none. Typed values
// come from package urls: urls.Int(r, "id").
func (r *Request) PathValue(name string) string {
	v, _ := r.s.match.Lookup(name)
	return v.Raw
}
