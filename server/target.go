package server

import (
	"net/http"
	"strings"
)

// validTarget tells whether the target of a request has one of the forms of RFC 9112, section 3.2,
// that a server of its own gets: the origin form, the absolute form in HTTP/1, or for OPTIONS the
// asterisk. A fragment or a space in it would be understood differently by others.
func validTarget(r *http.Request) bool {
	if strings.ContainsAny(r.RequestURI, "# ") {
		return false
	}
	switch {
	case strings.HasPrefix(r.RequestURI, "/"):
		return true
	case r.RequestURI == "*":
		return r.Method == http.MethodOptions
	case r.ProtoMajor > 1:
		return false
	}
	u := r.URL
	return (u.Scheme == "http" || u.Scheme == "https") && u.Opaque == "" && u.User == nil && u.Host != ""
}

// validHost tells whether a host is one that everybody reads alike: a name or an address with
// perhaps a port.
func validHost(host string) bool {
	name, port := host, ""
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return false
		}
		name, port = host[1:end], host[end+1:]
		if strings.Trim(name, "0123456789abcdefABCDEF:.") != "" {
			return false
		}
	} else if i := strings.IndexByte(host, ':'); i >= 0 {
		name, port = host[:i], host[i:]
	}
	if port != "" && (port[0] != ':' || len(port) > len(":65535") || strings.Trim(port[1:], "0123456789") != "") {
		return false
	}
	for i := range len(name) {
		if !hostByte[name[i]] {
			return false
		}
	}
	return name != ""
}

// hostByte holds the bytes of names and addresses in RFC 3986, section 3.2.2: unreserved, sub-delims,
// "%", and the colons within brackets.
var hostByte = func() (is [256]bool) {
	for c := range 256 {
		is[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			strings.ContainsRune("-._~!$&'()*+,;=%:", rune(c))
	}
	return is
}()
