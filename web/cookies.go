package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nuages-web/nuages/signing"
)

// A Cookie is one that a response sets. The zero value of each field is the safe choice: for the
// whole site, hidden from scripts, not sent along by other sites' forms, and Secure when the
// request came over TLS.
type Cookie struct {
	Name, Value string
	// MaxAge is how long the browser keeps the cookie, in whole seconds. 0: until it is closed.
	// Negative: it is deleted.
	MaxAge time.Duration
	// Expires is the absolute form of MaxAge, for old clients; set from MaxAge when zero.
	Expires time.Time
	// Path is the prefix of the paths that the cookie is sent for. Default "/".
	Path string
	// Domain widens the cookie to subdomains. Default: this host only.
	Domain string
	// SameSite is the cookie's cross-site rule. Default Lax.
	SameSite SameSite
	// Secure sends the cookie over TLS only. Default: if this request came over TLS.
	Secure bool
	// ScriptReadable lets scripts of the page read the cookie (no HttpOnly).
	ScriptReadable bool
	// Partitioned keeps the cookie apart for each top-level site (CHIPS); it needs Secure.
	Partitioned bool
}

// SameSite is a cookie's cross-site rule.
type SameSite string

// The rules of RFC 6265bis, section 4.1.2.7.
const (
	SameSiteLax    SameSite = ""       // sent with top-level navigation from other sites
	SameSiteStrict SameSite = "Strict" // never sent from other sites
	SameSiteNone   SameSite = "None"   // sent from everywhere; makes the cookie Secure
	SameSiteUnset  SameSite = "-"      // no attribute: the browser decides
)

// A CookieSigner makes and verifies the values of signed cookies; *signing.CookieSigner is one.
type CookieSigner interface {
	// Sign returns the signed value, bound to the cookie's name and salt.
	Sign(c signing.Cookie, value string) string
	// Unsign verifies a value and returns what was signed.
	Unsign(c signing.Cookie, signed string, maxAge time.Duration) (string, error)
}

// validToken checks names of cookies and headers: a token of RFC 9110, section 5.6.2.
func validToken(name string) bool {
	for i := 0; i < len(name); i++ {
		if !tokenBytes[name[i]] {
			return false
		}
	}
	return name != ""
}

// tokenBytes tells which bytes a token may have: a table, since each header's name is checked.
var tokenBytes = func() (table [256]bool) {
	for c := range table {
		table[c] = isAlphanumeric(byte(c)) || c < utf8.RuneSelf && strings.IndexByte("!#$%&'*+-.^_`|~", byte(c)) >= 0
	}
	return table
}()

// header returns the Set-Cookie value, in the form of Python's http.cookies, so that Django reads
// back what it would have written itself.
func (c Cookie) header(secure bool, now time.Time) (string, error) {
	if !validToken(c.Name) {
		return "", BadRequest("A cookie of this response has a name that is not valid.")
	}
	switch c.SameSite {
	case SameSiteLax, SameSiteStrict, SameSiteNone, SameSiteUnset:
	default:
		return "", fmt.Errorf("cookie %s: no such SameSite rule: %q", c.Name, c.SameSite)
	}
	if hasControl(c.Domain) || hasControl(c.Path) || strings.ContainsAny(c.Domain+c.Path, ";,") {
		return "", BadRequest("A cookie of this response has a path or domain that is not valid.")
	}
	var b strings.Builder
	b.WriteString(c.Name + "=" + quoteCookieValue(c.Value))
	if c.Domain != "" {
		b.WriteString("; Domain=" + c.Domain)
	}
	c.writeAge(&b, now)
	if !c.ScriptReadable {
		b.WriteString("; HttpOnly")
	}
	if c.MaxAge != 0 {
		b.WriteString("; Max-Age=" + strconv.FormatInt(max(0, int64(c.MaxAge/time.Second)), 10))
	}
	if c.Partitioned {
		b.WriteString("; Partitioned")
	}
	b.WriteString("; Path=" + defaultString(c.Path, "/"))
	switch c.SameSite {
	case SameSiteLax:
		b.WriteString("; SameSite=Lax")
	case SameSiteUnset:
	default:
		b.WriteString("; SameSite=" + string(c.SameSite))
	}
	if secure || c.Secure || c.SameSite == SameSiteNone || c.Partitioned ||
		strings.HasPrefix(c.Name, "__Secure-") || strings.HasPrefix(c.Name, "__Host-") {
		b.WriteString("; Secure")
	}
	return b.String(), nil
}

// writeAge writes expires, which very old clients know instead of Max-Age.
func (c Cookie) writeAge(b *strings.Builder, now time.Time) {
	expires := c.Expires
	switch {
	case c.MaxAge < 0 && expires.IsZero():
		expires = time.Unix(0, 0)
	case c.MaxAge > 0 && expires.IsZero():
		expires = now.Add(c.MaxAge.Truncate(time.Second))
	}
	if !expires.IsZero() {
		b.WriteString("; expires=" + expires.UTC().Format(http.TimeFormat))
	}
}

// quoteCookieValue is http.cookies' _quote: legal values as they are, others in quotes with
// backslash escapes.
func quoteCookieValue(v string) string {
	legal := v != ""
	for i := 0; i < len(v) && legal; i++ {
		legal = isAlphanumeric(v[i]) || strings.IndexByte("!#$%&'*+-.^_`|~:", v[i]) >= 0
	}
	if legal {
		return v
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range v {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c < ' ' || c > '~' && c <= 0xff || c == ';' || c == ',':
			b.WriteByte('\\')
			b.WriteByte('0' + byte(c)>>6)
			b.WriteByte('0' + byte(c)>>3&7)
			b.WriteByte('0' + byte(c)&7)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// unquoteCookieValue is http.cookies' _unquote.
func unquoteCookieValue(v string) string {
	if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
		return v
	}
	v = v[1 : len(v)-1]
	if strings.IndexByte(v, '\\') < 0 {
		return v
	}
	b := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] != '\\' || i+1 == len(v):
			b = append(b, v[i])
		case i+3 < len(v) && v[i+1] <= '3' && isOctal(v[i+1]) && isOctal(v[i+2]) && isOctal(v[i+3]):
			// an octal escape names a code point, not a byte
			b = utf8.AppendRune(b, rune(v[i+1]-'0')<<6|rune(v[i+2]-'0')<<3|rune(v[i+3]-'0'))
			i += 3
		default:
			b = append(b, v[i+1])
			i++
		}
	}
	return string(b)
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

type cookiePair struct{ name, value string }

// parseCookies reads a Cookie header as leniently as browsers write it (Django's parse_cookie):
// the last of several cookies of a name wins.
func parseCookies(dst []cookiePair, header string) []cookiePair {
	for len(header) > 0 {
		var chunk string
		chunk, header, _ = strings.Cut(header, ";")
		name, value, found := strings.Cut(chunk, "=")
		if !found {
			name, value = "", chunk
		}
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if name != "" || value != "" {
			dst = append(dst, cookiePair{name, value})
		}
	}
	return dst
}

func (r *Request) parsedCookies() []cookiePair {
	in := r.s.input()
	if !in.cookied {
		in.cookied = true
		for _, line := range r.Header["Cookie"] {
			in.cookies = parseCookies(in.cookies, line)
			if exceeds(len(in.cookies), r.s.limits.Cookies) {
				in.cookies = nil // the request is refused; its middleware has to live without
				break
			}
		}
	}
	return in.cookies
}

// Cookie returns the value of a cookie and whether the client sent it.
func (r *Request) Cookie(name string) (string, bool) {
	cookies := r.parsedCookies()
	for i := len(cookies) - 1; i >= 0; i-- {
		if cookies[i].name == name {
			return unquoteCookieValue(cookies[i].value), true
		}
	}
	return "", false
}

// Cookies returns all cookies of the request by name.
func (r *Request) Cookies() map[string]string {
	m := make(map[string]string)
	for _, c := range r.parsedCookies() {
		m[c.name] = unquoteCookieValue(c.value)
	}
	return m
}

// ErrNoCookie is returned by [Request.SignedCookie] when the client sent no such cookie.
var ErrNoCookie = errors.New("no such cookie")

// ErrNoCookieSigner is returned for signed cookies when [Options].Cookies is nil.
var ErrNoCookieSigner = errors.New("signed cookies need a secret key: set Options.Cookies, or SecretKey in the settings")

// SignedCookie returns what [Response.WithSignedCookie] signed, in Django's format. A value that
// was tampered with, or is older than maxAge (0: any age), is an error, as is a missing cookie:
// [ErrNoCookie]. The salt has to be the one that it was signed with, "" for none.
func (r *Request) SignedCookie(name, salt string, maxAge time.Duration) (string, error) {
	signer := r.s.site.Cookies
	if signer == nil {
		return "", ErrNoCookieSigner
	}
	signed, ok := r.Cookie(name)
	if !ok {
		return "", ErrNoCookie
	}
	if maxAge == 0 {
		maxAge = signing.AnyAge
	}
	return signer.Unsign(signing.Cookie{Name: name, Salt: salt}, signed, maxAge)
}

func defaultString(s, d string) string {
	if s == "" {
		return d
	}
	return s
}

// hasControl tells whether s holds a control character.
func hasControl(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}
