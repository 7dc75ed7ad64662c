package middleware

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/web"
)

// Omit, as the value of a header in [SecurityOptions], sends no such header.
const Omit = "-"

// SecurityOptions configures [Security].
type SecurityOptions struct {
	// HSTS is how long browsers shall come back by TLS only, in whole seconds, sent over TLS
	// (SECURE_HSTS_SECONDS). Default 0: not sent. It can't be taken back before its time: start with
	// an hour.
	HSTS time.Duration
	// HSTSSubdomains extends HSTS to all subdomains (SECURE_HSTS_INCLUDE_SUBDOMAINS). Default false.
	HSTSSubdomains bool
	// HSTSPreload allows browsers to list the site (SECURE_HSTS_PRELOAD). Default false.
	HSTSPreload bool
	// TLSRedirect answers requests that did not come by TLS with 301 to the same address by https
	// (SECURE_SSL_REDIRECT). Default false. Behind a proxy it needs [TrustedProxies].
	TLSRedirect bool
	// TLSHost is the host that TLSRedirect leads to (SECURE_SSL_HOST). Default the request's.
	TLSHost string
	// TLSExempt are paths that TLSRedirect leaves alone, matched without the leading slash
	// (SECURE_REDIRECT_EXEMPT).
	TLSExempt []*regexp.Regexp
	// InsecureSniffing leaves out X-Content-Type-Options: nosniff, which keeps browsers from taking
	// an upload for a script. Default false.
	InsecureSniffing bool
	// ReferrerPolicy is what browsers tell other sites, several values with commas between for old
	// browsers (SECURE_REFERRER_POLICY). Default "same-origin".
	ReferrerPolicy string
	// OpenerPolicy is the Cross-Origin-Opener-Policy (SECURE_CROSS_ORIGIN_OPENER_POLICY). Default
	// "same-origin".
	OpenerPolicy string
	// FrameOptions is the X-Frame-Options, "DENY" or "SAMEORIGIN" (X_FRAME_OPTIONS). Default "DENY".
	// [XFrameOptionsSameOrigin] and [XFrameOptionsExempt] change it for a view.
	FrameOptions string
	// PermissionsPolicy is the Permissions-Policy: "camera=(), geolocation=()". Default none.
	PermissionsPolicy string
}

// Security adds the headers that make browsers careful, and redirects to TLS (Django's
// SecurityMiddleware and XFrameOptionsMiddleware). Headers that a view has set are kept. It belongs
// inside of [AllowedHosts], whose word it takes for the host that it redirects to.
func Security(opts *SecurityOptions) web.Middleware {
	s := &security{}
	if opts != nil {
		s.SecurityOptions = *opts
	}
	s.prepare()
	return web.Middleware{
		Name: "middleware.Security", Settings: s.SecurityOptions,
		After: []string{"middleware.RequestID", "middleware.AccessLog", "middleware.TrustedProxies", "middleware.AllowedHosts"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) { return s.serve(r, next) }
		},
	}
}

// headerLine is a header whose value all responses share; nobody changes the slice.
type headerLine struct {
	name  string
	value []string
}

type security struct {
	SecurityOptions
	lines []headerLine
	hsts  []string
}

// prepare resolves the defaults and makes the values that all responses share.
func (s *security) prepare() {
	if !s.InsecureSniffing {
		s.add("X-Content-Type-Options", "nosniff", "")
	}
	s.add("Referrer-Policy", joinPolicy(s.ReferrerPolicy), "same-origin")
	s.add("Cross-Origin-Opener-Policy", s.OpenerPolicy, "same-origin")
	s.add("X-Frame-Options", strings.ToUpper(s.FrameOptions), "DENY")
	s.add("Permissions-Policy", s.PermissionsPolicy, Omit)
	if s.HSTS >= time.Second {
		v := "max-age=" + strconv.FormatInt(int64(s.HSTS/time.Second), 10)
		if s.HSTSSubdomains {
			v += "; includeSubDomains"
		}
		if s.HSTSPreload {
			v += "; preload"
		}
		s.hsts = []string{v}
	}
}

func (s *security) add(name, value, def string) {
	if value == "" {
		value = def
	}
	if value != Omit {
		s.lines = append(s.lines, headerLine{name, []string{value}})
	}
}

// joinPolicy writes a list with commas and no spaces, as Django does.
func joinPolicy(list string) string {
	parts := strings.Split(list, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, ",")
}

func (s *security) serve(r *web.Request, next web.Handler) (web.Response, error) {
	var resp web.Response
	var err error
	secure := (s.TLSRedirect || s.hsts != nil) && r.IsSecure()
	if s.TLSRedirect && !secure && !s.exempt(r) {
		resp, err = s.redirect(r, next)
	} else {
		resp, err = next(r)
	}
	if err != nil {
		return resp, err
	}
	h := resp.Header()
	if secure && s.hsts != nil {
		setDefault(h, "Strict-Transport-Security", s.hsts)
	}
	for i := range s.lines {
		setDefault(h, s.lines[i].name, s.lines[i].value)
	}
	return resp, nil
}

func setDefault(h http.Header, name string, value []string) {
	if _, ok := h[name]; !ok {
		h[name] = value
	}
}

func (s *security) exempt(r *web.Request) bool {
	path := strings.TrimLeft(r.Path(), "/")
	for _, re := range s.TLSExempt {
		if re.MatchString(path) {
			return true
		}
	}
	return false
}

// redirect leads to the same address by https. A request whose host is malformed or missing goes on,
// and is refused by package web.
func (s *security) redirect(r *web.Request, next web.Handler) (web.Response, error) {
	host := s.TLSHost
	if host == "" {
		if host = r.Host(); r.Hostname() == "" {
			return next(r)
		}
	}
	return web.InsecureRedirect("https://" + host + r.FullPath()).WithStatus(http.StatusMovedPermanently), nil
}

// XFrameOptionsDeny keeps a view out of all frames, whatever the options of [Security] say.
func XFrameOptionsDeny(next web.Handler) web.Handler { return frameOptions(next, []string{"DENY"}) }

// XFrameOptionsSameOrigin allows a view in frames of its own site.
func XFrameOptionsSameOrigin(next web.Handler) web.Handler {
	return frameOptions(next, []string{"SAMEORIGIN"})
}

// XFrameOptionsExempt sends a view without X-Frame-Options, for other sites' frames. A content
// security policy with frame-ancestors can name those sites.
func XFrameOptionsExempt(next web.Handler) web.Handler { return frameOptions(next, nil) }

func frameOptions(next web.Handler, value []string) web.Handler {
	return func(r *web.Request) (web.Response, error) {
		resp, err := next(r)
		if err == nil {
			setDefault(resp.Header(), "X-Frame-Options", value)
		}
		return resp, err
	}
}
