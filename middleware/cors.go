package middleware

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/web"
)

// CORSOptions configures [CORS].
type CORSOptions struct {
	// Methods are those that pages of other sites may use. Default GET, HEAD and POST.
	Methods []string
	// Headers are the request headers that they may send beside the harmless ones: "Content-Type",
	// "Authorization". "*" is any, but with Credentials. Default none.
	Headers []string
	// Expose are the response headers that their scripts may read beside the harmless ones.
	Expose []string
	// Credentials lets them send cookies and read what comes back. It holds for origins that are
	// named, exactly or by a suffix, never for those that only "*" lets in. Default false.
	Credentials bool
	// MaxAge is how long browsers remember the answer to a preflight, in whole seconds. Default 0:
	// not said, which browsers take for 5 seconds; negative: not at all.
	MaxAge time.Duration
	// PrivateNetwork lets pages of public sites ask a server in a private network. Default false.
	PrivateNetwork bool
}

// CORSSettings is the Settings of [CORS], for checks.
type CORSSettings struct {
	Origins []string
	CORSOptions
}

// CORS lets scripts of other sites read responses (the Fetch standard, section 3.3). Origins are
// those sites: "https://app.example.com" is one, "https://*.example.com" all below a domain, "*"
// everybody, without cookies. Preflights are answered here with 204, so it belongs outside of what
// asks for logins.
func CORS(origins []string, opts *CORSOptions) web.Middleware {
	c := &cors{}
	if opts != nil {
		c.CORSOptions = *opts
	}
	c.prepare(origins)
	return web.Middleware{
		Name: "middleware.CORS", Settings: CORSSettings{c.origins, c.CORSOptions},
		After: []string{"middleware.AllowedHosts", "middleware.Security"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) { return c.serve(r, next) }
		},
	}
}

type cors struct {
	CORSOptions
	origins []string // in lower case, without "*"
	any     bool
	// Values that all responses share.
	methods, headers, expose, maxAge []string
}

func (c *cors) prepare(origins []string) {
	for _, o := range origins {
		c.origins = append(c.origins, strings.ToLower(o))
	}
	c.any = slices.Contains(c.origins, "*")
	if c.Methods == nil {
		c.Methods = []string{http.MethodGet, http.MethodHead, http.MethodPost}
	}
	c.methods = []string{strings.Join(c.Methods, ", ")}
	if len(c.Headers) > 0 {
		c.headers = []string{strings.Join(c.Headers, ", ")}
	}
	if len(c.Expose) > 0 {
		c.expose = []string{strings.Join(c.Expose, ", ")}
	}
	switch {
	case c.MaxAge < 0:
		c.maxAge = []string{"-1"}
	case c.MaxAge > 0:
		c.maxAge = []string{strconv.FormatInt(int64(c.MaxAge/time.Second), 10)}
	}
}

// named tells whether an origin is one of the list, not counting "*".
func (c *cors) named(origin string) bool {
	for _, pattern := range c.origins {
		if pattern == origin && pattern != "*" {
			return true
		}
		scheme, suffix, ok := strings.Cut(pattern, "*.")
		if !ok || !strings.HasSuffix(scheme, "://") {
			continue
		}
		host, ok := strings.CutPrefix(origin, scheme)
		sub, cut := strings.CutSuffix(host, "."+suffix)
		if ok && cut && isDomain(sub) {
			return true
		}
	}
	return false
}

// isDomain keeps user names, ports and paths out of what a star stands for.
func isDomain(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) && s[i] != '-' && s[i] != '.' {
			return false
		}
	}
	return s != ""
}

func (c *cors) serve(r *web.Request, next web.Handler) (web.Response, error) {
	preflight := r.Method == http.MethodOptions && len(r.Header["Origin"]) > 0 && len(r.Header["Access-Control-Request-Method"]) > 0
	var resp web.Response
	var err error
	if preflight {
		resp = web.NoContent()
	} else if resp, err = next(r); err != nil {
		return resp, err
	}
	h := resp.Header()
	if !c.any || len(c.origins) > 1 {
		web.AddVary(h, "Origin")
	}
	origin := r.Header.Get("Origin")
	named := origin != "" && c.named(strings.ToLower(origin))
	if preflight {
		web.AddVary(h, "Access-Control-Request-Method", "Access-Control-Request-Headers")
	}
	if !named && (!c.any || origin == "") {
		return resp, nil
	}
	if named {
		h["Access-Control-Allow-Origin"] = []string{origin}
	} else {
		h["Access-Control-Allow-Origin"] = []string{"*"}
	}
	credentials := named && c.Credentials
	if credentials {
		h["Access-Control-Allow-Credentials"] = []string{"true"}
	}
	if preflight {
		c.permit(r, h, credentials)
	} else if c.expose != nil {
		h["Access-Control-Expose-Headers"] = c.expose
	}
	return resp, nil
}

// permit answers what a preflight asks.
func (c *cors) permit(r *web.Request, h http.Header, credentials bool) {
	h["Access-Control-Allow-Methods"] = c.methods
	switch {
	case c.headers == nil:
	case credentials && slices.Contains(c.Headers, "*"):
		// With cookies browsers take the star for a name.
		if named := slices.DeleteFunc(slices.Clone(c.Headers), func(s string) bool { return s == "*" }); len(named) > 0 {
			h["Access-Control-Allow-Headers"] = []string{strings.Join(named, ", ")}
		}
	default:
		h["Access-Control-Allow-Headers"] = c.headers
	}
	if c.maxAge != nil {
		h["Access-Control-Max-Age"] = c.maxAge
	}
	if c.PrivateNetwork && r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h["Access-Control-Allow-Private-Network"] = []string{"true"}
	}
}
