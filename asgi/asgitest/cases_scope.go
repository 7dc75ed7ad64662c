package asgitest

import (
	"net"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

// The scope of HTTP requests: HTTP & WebSocket format, "HTTP Connection Scope".
var scopeCases = []testCase{
	{"http/scope/fields", scopeFields},
	{"http/scope/addresses", scopeAddresses},
	{"http/scope/method", scopeMethod},
	{"http/scope/http-1.0", scopeOld},
	{"http/scope/path-escapes", targetCase("/caf%C3%A9/a%2Fb%20c%25", "/café/a/b c%", "/caf%C3%A9/a%2Fb%20c%25", "")},
	{"http/scope/path-raw-bytes", targetCase("/café", "/café", "/café", "")},
	{"http/scope/path-not-cleaned", targetCase("/a//b/../c/.", "/a//b/../c/.", "/a//b/../c/.", "")},
	{"http/scope/path-plus", targetCase("/a+b", "/a+b", "/a+b", "")},
	{"http/scope/path-empty", targetCase("http://asgi.example", "/", "", "")},
	{"http/scope/path-absolute-form", targetCase("http://asgi.example/abs/%41?x=1", "/abs/A", "/abs/%41", "x=1")},
	{"http/scope/query", targetCase("/q?a=%20+&b=?&c=/d", "/q", "/q", "a=%20+&b=?&c=/d")},
	{"http/scope/query-empty", targetCase("/q?", "/q", "/q", "")},
	{"http/scope/headers", scopeHeaders},
	{"http/scope/headers-repeated", scopeHeadersRepeated},
	{"http/scope/headers-bytes", scopeHeadersBytes},
	{"http/scope/headers-framing", scopeHeadersFraming},
	{"http/scope/one-for-each-request", scopeEach},
}

func scopeFields(c *check) {
	cl := c.get("/fields?x=1")
	call := c.call()
	scope := call.http()
	equal(c, "asgi version", scope.ASGI.Version, "3.0")
	if !slices.Contains([]string{"2.0", "2.1", "2.2", "2.3", "2.4", "2.5"}, scope.ASGI.SpecVersion) {
		c.errorf("spec version %q is none of 2.0 to 2.5", scope.ASGI.SpecVersion)
	}
	equal(c, "type", scope.Type(), "http")
	equal(c, "http version", scope.HTTPVersion, "1.1")
	equal(c, "method", scope.Method, "GET")
	equal(c, "scheme", scope.Scheme, map[bool]string{false: "http", true: "https"}[c.suite.server.TLS != nil])
	equal(c, "path", scope.Path, "/fields")
	equal(c, "query string", scope.QueryString, "x=1")
	equal(c, "root path", scope.RootPath, "")
	equal(c, "tls extension present", scope.Extensions.TLS != nil, c.suite.server.TLS != nil)
	call.respond(200, "ok")
	cl.gets(200, "ok")
}

func scopeAddresses(c *check) {
	cl := c.get("/")
	call := c.call()
	equal(c, "client", call.http().Client, addrOf(cl.LocalAddr()))
	equal(c, "server", call.http().Server, addrOf(cl.RemoteAddr()))
}

func addrOf(addr net.Addr) asgi.Addr {
	tcp := addr.(*net.TCPAddr)
	return asgi.Addr{Host: tcp.IP.String(), Port: tcp.Port}
}

func scopeMethod(c *check) {
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		cl := c.dial()
		cl.ask(method, "/", "Content-Length: 0")
		call := c.call()
		equal(c, "method", call.http().Method, method)
		call.respond(204, "")
		cl.answer(method)
	}
}

func scopeOld(c *check) {
	cl := c.dial()
	cl.write("GET /old HTTP/1.0\r\nX-Case: " + c.id + "\r\n\r\n")
	call := c.call()
	equal(c, "http version", call.http().HTTPVersion, "1.0")
	equal(c, "path", call.http().Path, "/old")
	if host := call.http().Headers.Values("host"); len(host) > 0 {
		c.errorf("headers have host %q, and the client sent none", host)
	}
	call.send(&asgi.HTTPResponseStart{Status: 200},
		&asgi.HTTPResponseBody{Body: []byte("no "), MoreBody: true}, &asgi.HTTPResponseBody{Body: []byte("chunks")})
	a := cl.gets(200, "no chunks")
	if len(a.TransferEncoding) > 0 {
		c.errorf("transfer-encoding %v in an answer to HTTP/1.0", a.TransferEncoding)
	}
	cl.closed()
}

// targetCase asks for target and compares the scope. RawPath may be empty:
// the specification makes it optional.
func targetCase(target, path, raw, query string) func(*check) {
	return func(c *check) {
		c.get(target)
		call := c.call()
		equal(c, "path", call.http().Path, path)
		equal(c, "query string", call.http().QueryString, query)
		if got := call.http().RawPath; got != "" && raw != "" {
			equal(c, "raw path", got, raw)
		}
	}
}

func scopeHeaders(c *check) {
	c.get("/", "X-Mixed-CASE: Value With CASE", "X-Empty:", "X-Spaces: \t in  between \t")
	headers := c.call().http().Headers
	for _, header := range headers {
		equal(c, "name of a header", header.Name, strings.ToLower(header.Name))
	}
	for name, want := range map[string]string{"host": "asgi.example", "x-case": c.id, "x-mixed-case": "Value With CASE", "x-empty": "", "x-spaces": "in  between"} {
		if diff := cmp.Diff([]string{want}, headers.Values(name)); diff != "" {
			c.errorf("values of %s (-want +got):\n%s", name, diff)
		}
	}
}

func scopeHeadersRepeated(c *check) {
	c.get("/", "X-Many: 1", "Cookie: a=b", "X-Other: x", "x-many: 2, 3", "X-MANY: 1", "Cookie: c=d")
	headers := c.call().http().Headers
	for name, want := range map[string][]string{"x-many": {"1", "2, 3", "1"}, "cookie": {"a=b", "c=d"}} {
		if diff := cmp.Diff(want, headers.Values(name)); diff != "" {
			c.errorf("values of %s (-want +got):\n%s", name, diff)
		}
	}
}

func scopeHeadersBytes(c *check) {
	c.get("/", "X-Latin: caf\xe9", "X-Utf8: café")
	headers := c.call().http().Headers
	equal(c, "latin-1 value", headers.Value("x-latin"), "caf\xe9")
	equal(c, "UTF-8 value", headers.Value("x-utf8"), "café")
}

// scopeHeadersFraming: the fields of the message's framing are part of it.
func scopeHeadersFraming(c *check) {
	c.post("/", "12345", "Connection: close")
	headers := c.call().http().Headers
	equal(c, "content-length", headers.Value("content-length"), "5")
	equal(c, "connection", headers.Value("connection"), "close")
	c.dial().ask("POST", "/", "Transfer-Encoding: chunked")
	equal(c, "transfer-encoding", c.call().http().Headers.Value("transfer-encoding"), "chunked")
}

func scopeEach(c *check) {
	cl := c.dial()
	for _, path := range []string{"/one", "/two"} {
		cl.ask("GET", path)
		call := c.call()
		equal(c, "path", call.http().Path, path)
		call.respond(200, path)
		cl.gets(200, path)
		call.end(nil)
	}
}
