package python

import (
	"cmp"
	"net"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/asgi"
)

// environ appends the environ of a WSGI application (PEP 3333), but for what is the same for all requests
// and the worker adds. Text is the bytes of the wire as Latin-1. uri is the target as it was sent, "" where
// it is not known; length is that of the body, -1 where it is not known.
func (e *encoder) environ(s *asgi.HTTPScope, uri string, length int64) {
	if uri == "" {
		uri = rawURI(s)
	}
	e.dict()
	e.entry("REQUEST_METHOD", s.Method)
	e.entry("SCRIPT_NAME", s.RootPath)
	path := strings.TrimPrefix(s.Path, s.RootPath)
	if path == "*" { // OPTIONS *: a path must begin with a slash
		path = "/"
	}
	e.entry("PATH_INFO", path)
	e.entry("QUERY_STRING", s.QueryString)
	e.entry("RAW_URI", uri) // as Gunicorn's and mod_wsgi's
	e.entry("REQUEST_URI", uri)
	e.entry("SERVER_PROTOCOL", serverProtocol(s.HTTPVersion))
	e.entry("wsgi.url_scheme", s.Scheme)
	e.entry("REMOTE_ADDR", remoteAddr(s.Client))
	if s.Client.Port > 0 {
		e.entry("REMOTE_PORT", strconv.Itoa(s.Client.Port))
	}
	name, port := serverName(s)
	e.entry("SERVER_NAME", name)
	e.entry("SERVER_PORT", port)
	if length >= 0 && (length > 0 || s.Headers.Value("content-length") != "") {
		e.entry("CONTENT_LENGTH", strconv.FormatInt(length, 10))
	}
	e.environHeaders(s.Headers)
	e.end()
}

// entry appends a key of a dict that comes in each, and its value.
func (e *encoder) entry(key, value string) {
	e.key(key)
	e.latin1(value)
}

// environHeaders appends the headers, of which those of one name stand together.
func (e *encoder) environHeaders(headers asgi.Headers) {
	for i := 0; i < len(headers); {
		name, value := headers[i].Name, headers[i].Value
		separator := ","
		if name == "cookie" {
			separator = "; "
		}
		for i++; i < len(headers) && headers[i].Name == name; i++ {
			value += separator + headers[i].Value
		}
		switch name {
		case "content-length":
			continue
		case "content-type":
			e.entry("CONTENT_TYPE", value)
			continue
		}
		if key, ok := environNames[name]; ok {
			e.entry(key, value)
			continue
		}
		e.ascii(environName(name))
		e.latin1(value)
	}
}

// environName returns the key of a header in an environ.
func environName(header string) string {
	return "HTTP_" + strings.ReplaceAll(strings.ToUpper(header), "-", "_")
}

// environNames has the keys of common headers.
var environNames = namesOf("accept", "accept-encoding", "accept-language", "authorization", "cache-control",
	"cookie", "dnt", "host", "if-modified-since", "if-none-match", "origin", "pragma", "priority", "range",
	"referer", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode",
	"sec-fetch-site", "sec-fetch-user", "upgrade-insecure-requests", "user-agent", "x-csrftoken",
	"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-requested-with")

func namesOf(headers ...string) map[string]string {
	names := map[string]string{}
	for _, header := range headers {
		names[header] = environName(header)
	}
	return names
}

func rawURI(s *asgi.HTTPScope) string {
	if s.QueryString == "" {
		return s.RawPath
	}
	return s.RawPath + "?" + s.QueryString
}

func serverProtocol(version string) string {
	switch version {
	case "1.1":
		return "HTTP/1.1"
	case "1.0":
		return "HTTP/1.0"
	}
	return "HTTP/" + version + ".0" // "HTTP-Version" of RFC 3875 has both numbers
}

// remoteAddr is "" for a Unix socket's peer, which has none.
func remoteAddr(client asgi.Addr) string {
	if client.Port == 0 && (client.Host == "" || client.Host[0] == '/' || client.Host[0] == '@') {
		return ""
	}
	return client.Host
}

// serverName returns the address that the request came to. A Unix socket has none: then it is what the
// client calls it, for both must be set.
func serverName(s *asgi.HTTPScope) (name, port string) {
	if s.Server.Port > 0 {
		return s.Server.Host, strconv.Itoa(s.Server.Port)
	}
	port = "80"
	if s.Scheme == "https" {
		port = "443"
	}
	host := s.Headers.Value("host")
	if host == "" {
		return "localhost", port
	}
	if h, p, err := net.SplitHostPort(host); err == nil {
		return cmp.Or(h, "localhost"), cmp.Or(p, port)
	}
	return host, port
}
