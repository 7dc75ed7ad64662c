package web

import (
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrUnsafeRedirect is the cause of the 400 for a redirect to another host or with a scheme like
// javascript: (Django's DisallowedRedirect).
var ErrUnsafeRedirect = errors.New("redirect to a place that is not allowed")

// The longest URLs, in bytes: judged by URLPolicy (Django's MAX_URL_LENGTH), and redirected to
// (MAX_URL_REDIRECT_LENGTH).
const (
	maxURL      = 2048
	maxRedirect = 16384
)

// redirect is where a response leads, to be checked with the request.
type redirect struct {
	to    string
	hosts []string // beside the request's own
	any   bool
}

// Redirect answers 302 to a path, or to a URL of the host that was asked. Anything else, as other
// hosts and javascript:, is answered with a 400. Use WithStatus for a permanent redirect (301) or
// one that keeps the method and body (307, 308).
func Redirect(to string) Response { return newRedirect(redirect{to: to}) }

// RedirectToHost is Redirect to a path or to a URL of one of these hosts, as "accounts.example.com"
// or "localhost:8001".
func RedirectToHost(to string, hosts ...string) Response {
	return newRedirect(redirect{to: to, hosts: hosts})
}

// InsecureRedirect is Redirect to any host, by http, https or ftp. The target must not come from
// the request: that would make the site a tool of phishers.
func InsecureRedirect(to string) Response { return newRedirect(redirect{to: to, any: true}) }

func newRedirect(d redirect) Response {
	return Response{Status: http.StatusFound, more: &responseMore{redirect: &d}}
}

// settleRedirect checks the target and makes a Location header of it.
func (p *Response) settleRedirect(r *Request) error {
	d := p.extra().redirect
	if !d.allowed(r) {
		return &Error{Status: http.StatusBadRequest, Message: "This redirect leads to a place that is not allowed.", Cause: &redirectError{d.to}}
	}
	p.Header()["Location"] = []string{IRIToURI(d.to)}
	p.edit().redirect = nil
	return nil
}

func (d *redirect) allowed(r *Request) bool {
	to := strings.TrimFunc(d.to, unicode.IsSpace)
	if to == "" || len(to) > maxRedirect || hasControl(d.to) {
		return false
	}
	if d.any {
		u, ok := splitURL(to)
		return ok && (u.scheme == "" || u.scheme == "http" || u.scheme == "https" || u.scheme == "ftp") && (u.scheme == "" || u.netloc != "")
	}
	p := URLPolicy{Hosts: append(d.hosts[:len(d.hosts):len(d.hosts)], r.Host())}
	return p.allows(to) && p.allows(strings.ReplaceAll(to, `\`, "/"))
}

// Location returns the target of a redirect, "" for other responses.
func (p *Response) Location() string {
	d := p.extra().redirect
	switch {
	case d != nil:
		return IRIToURI(d.to)
	case p.header == nil:
		return ""
	}
	return p.header.Get("Location")
}

type redirectError struct{ to string }

func (e *redirectError) Error() string { return ErrUnsafeRedirect.Error() + ": " + quoteShort(e.to) }
func (e *redirectError) Unwrap() error { return ErrUnsafeRedirect }

// A URLPolicy says which URLs from outside may be redirected or linked to.
type URLPolicy struct {
	// Hosts are the hosts that absolute URLs may name, with port where it isn't the scheme's.
	Hosts []string
	// RequireHTTPS refuses http.
	RequireHTTPS bool
}

// Allows tells whether a URL is a path, or names one of the hosts by http or https, also in the
// eyes of browsers that take backslashes for slashes (Django's url_has_allowed_host_and_scheme).
func (p URLPolicy) Allows(u string) bool {
	u = strings.TrimFunc(u, unicode.IsSpace)
	if u == "" || len(u) > maxURL {
		return false
	}
	return p.allows(u) && p.allows(strings.ReplaceAll(u, `\`, "/"))
}

func (p URLPolicy) allows(u string) bool {
	if strings.HasPrefix(u, "///") {
		return false // browsers take what follows for a host
	}
	parts, ok := splitURL(u)
	if !ok || parts.netloc == "" && parts.scheme != "" {
		return false
	}
	if c, _ := utf8.DecodeRuneInString(u); unicode.Is(unicode.C, c) {
		return false
	}
	scheme := parts.scheme
	if scheme == "" && parts.netloc != "" {
		scheme = "http"
	}
	if parts.netloc != "" && !contains(p.Hosts, parts.netloc) {
		return false
	}
	return scheme == "" || scheme == "https" || scheme == "http" && !p.RequireHTTPS
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

type urlParts struct{ scheme, netloc string }

// splitURL finds scheme and host of a URL as browsers and Python's urlsplit do: control characters
// and spaces in front, and tabs and line breaks anywhere, don't count.
func splitURL(u string) (urlParts, bool) {
	u = strings.TrimLeftFunc(u, func(r rune) bool { return r <= ' ' })
	u = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, u)
	var parts urlParts
	if i := strings.IndexByte(u, ':'); i > 0 && isScheme(u[:i]) {
		parts.scheme, u = strings.ToLower(u[:i]), u[i+1:]
	}
	if rest, ok := strings.CutPrefix(u, "//"); ok {
		parts.netloc = rest
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			parts.netloc = rest[:i]
		}
	}
	open, shut := strings.IndexByte(parts.netloc, '['), strings.IndexByte(parts.netloc, ']')
	if (open < 0) != (shut < 0) {
		return parts, false
	}
	return parts, open < 0 || validHost(parts.netloc[strings.IndexByte(parts.netloc, '@')+1:])
}

func isScheme(s string) bool {
	if c := s[0] | 0x20; c < 'a' || c > 'z' {
		return false
	}
	return allOf(s, func(c byte) bool { return isAlphanumeric(c) || c == '+' || c == '-' || c == '.' })
}

// Next returns where to go on to: the parameter name of the form or query, if the URL is one of
// this host's, else the fallback. It is the safe way to read a "next" parameter.
func (r *Request) Next(name, fallback string) string {
	next := ""
	if form, err := r.Form(); err == nil {
		next = form.Get(name)
	}
	if next == "" {
		next = r.Query().Get(name)
	}
	if (URLPolicy{Hosts: []string{r.Host()}, RequireHTTPS: r.IsSecure()}).Allows(next) && !hasControl(next) {
		return next
	}
	return fallback
}
