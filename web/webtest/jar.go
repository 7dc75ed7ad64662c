package webtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nuages-web/nuages/web"
)

// A Cookie is one that the client holds or that a response has set. Unlike http.Cookie it keeps
// every value that browsers keep, as those in quotes that Django writes.
type Cookie struct {
	Name  string
	Value string // without the quotes and escapes of Django and Python
	Raw   string // the value as sent
	Path  string // "/" where the response named none that counts
	// Domain is the host, or with HostOnly false the domain, that it is sent to.
	Domain   string
	HostOnly bool
	// Expires is the end of its life, zero for the end of the session. A time in the past deletes.
	Expires     time.Time
	MaxAge      time.Duration // as named by the response, 0 for none
	SameSite    string        // "Lax", "Strict", "None", "" for none
	Secure      bool
	HTTPOnly    bool
	Partitioned bool
}

// jar holds the cookies of a client and its copies by the rules of RFC 6265, section 5.3.
type jar struct {
	mu   sync.Mutex
	list []Cookie
}

// unquote reads a cookie's value as the server will.
func unquote(name, raw string) string {
	r := &http.Request{Header: http.Header{"Cookie": {name + "=" + raw}}, URL: emptyURL()}
	req, err := web.NewRequest(r, nil)
	if err != nil {
		return raw
	}
	if v, ok := req.Cookie(name); ok {
		return v
	}
	return raw
}

// parseSetCookie is RFC 6265, section 5.2; it takes what browsers take.
func parseSetCookie(line string, now time.Time) (Cookie, bool) {
	pair, attributes, _ := strings.Cut(line, ";")
	name, value, found := strings.Cut(pair, "=")
	c := Cookie{Name: strings.TrimSpace(name), Raw: strings.TrimSpace(value)}
	if !found || c.Name == "" {
		return c, false
	}
	c.Value = unquote(c.Name, c.Raw)
	for attribute := range strings.SplitSeq(attributes, ";") {
		key, value, _ := strings.Cut(attribute, "=")
		c.attribute(strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value), now)
	}
	return c, true
}

func (c *Cookie) attribute(key, value string, now time.Time) {
	switch key {
	case "path":
		c.Path = value
	case "domain":
		c.Domain = strings.ToLower(strings.TrimPrefix(value, "."))
	case "secure":
		c.Secure = true
	case "httponly":
		c.HTTPOnly = true
	case "partitioned":
		c.Partitioned = true
	case "samesite":
		c.SameSite = value
	case "expires":
		if t, err := http.ParseTime(value); err == nil && c.MaxAge == 0 {
			c.Expires = t
		}
	case "max-age":
		seconds, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return
		}
		c.MaxAge = time.Duration(max(seconds, -1)) * time.Second
		c.Expires = now.Add(c.MaxAge)
		if seconds <= 0 {
			c.MaxAge, c.Expires = -time.Second, time.Unix(0, 0)
		}
	}
}

// parseCookies returns the cookies that a response sets.
func parseCookies(h http.Header) []Cookie {
	var list []Cookie
	for _, line := range h["Set-Cookie"] {
		if c, ok := parseSetCookie(line, time.Now()); ok {
			list = append(list, c)
		}
	}
	return list
}

// update takes the cookies of a response from host to a request for path.
func (j *jar) update(h http.Header, host, path string, secure bool) {
	domain, _ := web.SplitDomainPort(host)
	for _, c := range parseCookies(h) {
		if c.Secure && !secure || c.Domain != "" && c.Domain != domain && !strings.HasSuffix(domain, "."+c.Domain) {
			continue
		}
		if c.Domain == "" {
			c.Domain, c.HostOnly = domain, true
		}
		if !strings.HasPrefix(c.Path, "/") {
			c.Path = defaultPath(path)
		}
		j.set(c)
	}
}

// defaultPath is RFC 6265, section 5.1.4.
func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

func (j *jar) set(c Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	same := func(old Cookie) bool { return old.Name == c.Name && old.Domain == c.Domain && old.Path == c.Path }
	expired := !c.Expires.IsZero() && !c.Expires.After(time.Now())
	i := slices.IndexFunc(j.list, same)
	switch {
	case i >= 0 && expired:
		j.list = slices.Delete(j.list, i, i+1)
	case i >= 0:
		j.list[i] = c
	case !expired:
		j.list = append(j.list, c)
	}
}

// all returns the cookies that still live.
func (j *jar) all() []Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	j.list = slices.DeleteFunc(j.list, func(c Cookie) bool { return !c.Expires.IsZero() && !c.Expires.After(now) })
	return slices.Clone(j.list)
}

func (j *jar) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.list = nil
}

// header returns the Cookie header of a request, "" for none: longer paths first.
func (j *jar) header(host, path string, secure bool) string {
	domain, _ := web.SplitDomainPort(host)
	var send []Cookie
	for _, c := range j.all() {
		atHome := c.Domain == "" || c.Domain == domain || !c.HostOnly && strings.HasSuffix(domain, "."+c.Domain)
		if atHome && (secure || !c.Secure) && pathMatches(path, c.Path) {
			send = append(send, c)
		}
	}
	slices.SortStableFunc(send, func(a, b Cookie) int { return len(b.Path) - len(a.Path) })
	pairs := make([]string, len(send))
	for i, c := range send {
		pairs[i] = c.Name + "=" + c.Raw
	}
	return strings.Join(pairs, "; ")
}

// pathMatches is RFC 6265, section 5.1.4.
func pathMatches(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(prefix, "/"))
}
