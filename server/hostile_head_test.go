package server_test

import (
	"strings"
	"testing"

	"github.com/nuages-web/nuages/server"
)

// ask writes a request for a target, with some header lines behind Host.
func ask(target, headers string) string { return requestTo("GET "+target+" HTTP/1.1", headers) }

func requestTo(requestLine, headers string) string {
	if headers != "" {
		headers += "\r\n"
	}
	return requestLine + "\r\nHost: localhost\r\n" + headers + "\r\n"
}

// hosted writes a request with other lines in the place of Host.
func hosted(headers string) string { return "GET / HTTP/1.1\r\n" + headers + "\r\n\r\n" }

// headRows are heads that are wrong, or understood differently by others.
var headRows = []row{
	{"TRACE", requestTo("TRACE / HTTP/1.1", "Cookie: secret"), "405", ""},
	{"TRACK", requestTo("TRACK / HTTP/1.1", ""), "501", ""},
	{"CONNECT", requestTo("CONNECT evil.example:443 HTTP/1.1", ""), "405", ""},
	{"CONNECT to a path", requestTo("CONNECT /x HTTP/1.1", ""), "405", ""},
	{"method in lower case", requestTo("get / HTTP/1.1", ""), "501", ""},
	{"method that is unknown", requestTo("BREW / HTTP/1.1", ""), "501", ""},
	{"method that is allowed", requestTo("PROPFIND / HTTP/1.1", ""), "200 kept", "PROPFIND /"},
	{"method that is refused, body that is a request", requestTo("BREW / HTTP/1.1", "Content-Length: "+lenSmuggled) + smuggled, "501", ""},
	{"method that is long", requestTo(strings.Repeat("A", 1000)+" / HTTP/1.1", ""), "501", ""},
	{"method with a tab", requestTo("GE\tT / HTTP/1.1", ""), "400", ""},
	{"method with a NUL", requestTo("GET\x00 / HTTP/1.1", ""), "400", ""},
	{"no method", requestTo(" / HTTP/1.1", ""), "400", ""},
	{"tab behind the method", requestTo("GET\t/ HTTP/1.1", ""), "400", ""},
	{"two spaces behind the method", requestTo("GET  / HTTP/1.1", ""), "400", ""},
	{"HTTP/0.9", "GET /\r\n", "400", ""},
	{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "200", "GET / host="},
	{"HTTP/1.0, kept", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200 kept", `GET / host= Connection="keep-alive"`},
	{"HTTP/1.2", requestTo("GET / HTTP/1.2", ""), "200 kept", "GET /"},
	{"HTTP/2.0 in text", requestTo("GET / HTTP/2.0", ""), "505", ""},
	{"HTTP/3.0 in text", requestTo("GET / HTTP/3.0", ""), "505", ""},
	{"HTTP/1.10", requestTo("GET / HTTP/1.10", ""), "400", ""},
	{"HTTP/01.1", requestTo("GET / HTTP/01.1", ""), "400", ""},
	{"http/1.1", requestTo("GET / http/1.1", ""), "400", ""},
	{"HTTPS/1.1", requestTo("GET / HTTPS/1.1", ""), "400", ""},
	{"space behind the version", requestTo("GET / HTTP/1.1 ", ""), "400", ""},
	{"PRI behind another request", smuggled + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "200 501", "GET /smuggled"},
	{"PRI with headers", "PRI * HTTP/2.0\r\nHost: localhost\r\n\r\n", "501", ""},
	{"empty lines before", "\r\n\r\n" + ask("/", ""), "400", ""},
	{"garbage", "\x00\x01\x02\x03\r\n\r\n", "400", ""},
	{"SSH", "SSH-2.0-OpenSSH_9.2\r\n", "400", ""},
	{"TLS", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n\r\n", "400", ""},
	{"PROXY line without the option", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + ask("/", ""), "400", ""},
	{"PROXY header of version 2 without the option", "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00" + ask("/", ""), "400", ""},
	{"byte by byte", strings.Join(strings.Split(ask("/", "X: y"), ""), "¦"), "200 kept", `GET / X="y"`},
	{"cut in the request line", "GET / HT¶", "400", ""},
	{"cut in the headers", "GET / HTTP/1.1\r\nHost: loc¶", "400", ""},
	{"cut before the empty line", "GET / HTTP/1.1\r\nHost: localhost\r\n¶", "400", ""},
	{"nothing", "¶", "", ""},

	{"target of a fragment", ask("/a#b", ""), "400", ""},
	{"target with a space", ask("/a b", ""), "400", ""},
	{"target with a tab", ask("/a\tb", ""), "400", ""},
	{"target with a NUL", ask("/a\x00b", ""), "400", ""},
	{"target with a bare CR", ask("/a\rb", ""), "400", ""},
	{"target with DEL", ask("/a\x7fb", ""), "400", ""},
	{"target beyond ASCII", ask("/ü", ""), "200 kept", "GET /ü"},
	{"target with an encoded NUL", ask("/%00", ""), "200 kept", "GET /%00"},
	{"target with an encoded slash", ask("/a%2fb", ""), "200 kept", "GET /a%2fb"},
	{"target with a broken escape", ask("/%zz", ""), "400", ""},
	{"target with dots", ask("/../../etc/passwd", ""), "200 kept", "GET /../../etc/passwd"},
	{"target with encoded dots", ask("/%2e%2e/etc/passwd", ""), "200 kept", "GET /%2e%2e/etc/passwd"},
	{"target of two slashes", ask("//evil.example/", ""), "200 kept", "GET //evil.example/"},
	{"target with backslashes", ask(`/\evil.example`, ""), "200 kept", `GET /\evil.example`},
	{"target of a backslash", ask(`\evil.example`, ""), "400", ""},
	{"target of a name", ask("evil.example", ""), "400", ""},
	{"target without", ask("", ""), "400", ""},
	{"target of a query", ask("?a=b", ""), "400", ""},
	{"target in authority form", ask("localhost:80", ""), "400", ""},
	{"asterisk", requestTo("OPTIONS * HTTP/1.1", ""), "204 kept", ""},
	{"asterisk, CL.TE", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60\r\n" + chunked + "\r\n\r\n" + noChunks + smuggled, "204", ""},
	{"asterisk of a GET", ask("*", ""), "400", ""},
	{"absolute form", ask("http://localhost/x", ""), "200 kept", "GET http://localhost/x"},
	{"absolute form, twice", ask("http://localhost/x", "") + ask("http://localhost/y", ""), "200 200 kept", "GET http://localhost/x; GET http://localhost/y"},
	{"absolute form of https", ask("https://localhost/", ""), "200 kept", "GET https://localhost/"},
	{"absolute form in capitals", ask("HTTP://LOCALHOST/", ""), "200 kept", "GET HTTP://LOCALHOST/ host=LOCALHOST"},
	{"absolute form of another host", ask("http://evil.example/", ""), "400", ""},
	{"absolute form of another host behind a request", smuggled + "¦" + ask("http://evil.example/", ""), "200 400", "GET /smuggled"},
	{"absolute form of another port", ask("http://localhost:81/", ""), "400", ""},
	{"absolute form of another host, byte by byte", strings.Join(strings.Split(ask("http://evil.example/", ""), ""), "¦"), "400", ""},
	{"absolute form with a user", ask("http://u:p@localhost/", ""), "400", ""},
	{"absolute form without a host", ask("http:///x", ""), "400", ""},
	{"absolute form without slashes", ask("http:x", ""), "400", ""},
	{"absolute form with a fragment", ask("http://localhost/#x", ""), "400", ""},
	{"absolute form with an encoded host", ask("http://%6cocalhost/", ""), "400", ""},
	{"absolute form of a file", ask("file:///etc/passwd", ""), "400", ""},
	{"absolute form of ftp", ask("ftp://localhost/", ""), "400", ""},
	{"absolute form of a script", ask("javascript:alert(1)", ""), "400", ""},
	{"absolute form without Host", "GET http://localhost/ HTTP/1.1\r\n\r\n", "400", ""},

	{"no Host", hosted("X: y"), "400", ""},
	{"Host twice", hosted("Host: localhost\r\nHost: localhost"), "400", ""},
	{"two Hosts", hosted("Host: localhost\r\nHost: evil.example"), "400", ""},
	{"two Hosts, one folded", hosted("Host: localhost\r\n Host: evil.example"), "400", ""},
	{"Host empty", hosted("Host:"), "400", ""},
	{"Host with a user", hosted("Host: localhost@evil.example"), "400", ""},
	{"Host with a path", hosted("Host: localhost/evil"), "400", ""},
	{"Host with a space", hosted("Host: localhost evil"), "400", ""},
	{"Host with a comma", hosted("Host: localhost, evil.example"), "400", ""},
	{"Host with a query", hosted("Host: localhost?x"), "400", ""},
	{"Host with a backslash", hosted(`Host: localhost\evil`), "400", ""},
	{"Host with a port", hosted("Host: localhost:8000"), "200 kept", "GET / host=localhost:8000"},
	{"Host with a port of letters", hosted("Host: localhost:x"), "400", ""},
	{"Host with a port too long", hosted("Host: localhost:123456"), "400", ""},
	{"Host with two ports", hosted("Host: localhost:1:2"), "400", ""},
	{"Host with a scheme", hosted("Host: http://localhost"), "400", ""},
	{"Host of IPv6", hosted("Host: [::1]:80"), "200 kept", "GET / host=[::1]:80"},
	{"Host of IPv6 with a zone", hosted("Host: [fe80::1%25eth0]"), "400", ""},
	{"Host of IPv6 that goes on", hosted("Host: [::1]evil.example"), "400", ""},
	{"Host of IPv6 without an end", hosted("Host: [::1"), "400", ""},
	{"Host beyond ASCII", hosted("Host: lücalhost"), "400", ""},
	{"Host with a NUL", hosted("Host: local\x00host"), "400", ""},
	{"Host, space before the colon", hosted("Host : localhost"), "400", ""},

	{"name with a space", ask("/", "X y: z"), "400", ""},
	{"name that is empty", ask("/", ": z"), "400", ""},
	{"name beyond ASCII", ask("/", "Xü: z"), "400", ""},
	{"name with a NUL", ask("/", "X\x00: z"), "400", ""},
	{"name with a bare CR", ask("/", "X\r: z"), "400", ""},
	{"name in quotes", ask("/", `"X": z`), "400", ""},
	{"no colon", ask("/", "X"), "400", ""},
	{"value with a NUL", ask("/", "X: a\x00b"), "400", ""},
	{"value with a bare CR", ask("/", "X: a\rb"), "400", ""},
	{"value with a bare CR at the end", ask("/", "X: a\r"), "400", ""},
	{"value with a bare LF", ask("/", "X: a\nY: b"), "200 kept", `GET / X="a" Y="b"`},
	{"value with a bell", ask("/", "X: a\ab"), "400", ""},
	{"value with DEL", ask("/", "X: a\x7fb"), "400", ""},
	{"value beyond ASCII", ask("/", "X: ü"), "200 kept", `GET / X="ü"`},
	{"value folded", ask("/", "X: a\r\n\tb"), "200 kept", `GET / X="a b"`},
	{"first line folded", "GET / HTTP/1.1\r\n X: y\r\nHost: localhost\r\n\r\n", "400", ""},
	{"line of spaces", ask("/", "X: a\r\n  "), "200 kept", `GET / X="a "`},
	{"names with underscores", ask("/", "X_Forwarded_For: 1.2.3.4\r\nX-Forwarded_For: 1.2.3.4\r\nX_User: evil"), "200 kept", "GET /"},
	{"Connection that names Host", ask("/", "Connection: Host, X-Forwarded-For, keep-alive"), "200 kept", `GET / Connection="Host, X-Forwarded-For, keep-alive"`},
	{"Connection close twice", ask("/", "Connection: keep-alive, close"), "200", `GET / Connection="keep-alive, close"`},
	{"Expect of something else", post("Expect: 200-ok\r\nContent-Length: 3", "abc"), "417", ""},
	{"Expect 100-continue", post("Expect: 100-continue\r\nContent-Length: 3", "abc"), "100 200 kept", `POST / Content-Length="3" Expect="100-continue" "abc"`},
	{"Expect 100-continue, body too long", post("Expect: 100-continue\r\nContent-Length: 999999999", ""), "413", ""},
	{"Expect 100-continue without a body", ask("/", "Expect: 100-continue"), "200 kept", `GET / Expect="100-continue"`},
	{"Upgrade to h2c", ask("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), "200 kept", `GET / Connection="Upgrade, HTTP2-Settings" Http2-Settings="AAMAAABkAARAAAAAAAIAAAAA" Upgrade="h2c"`},
	{"Upgrade to h2c with a body that is a request", post("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: "+lenSmuggled, smuggled), "200 kept", `POST / Connection="Upgrade, HTTP2-Settings" Content-Length="43" Http2-Settings="AAMAAABkAARAAAAAAAIAAAAA" Upgrade="h2c" "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"`},
	{"Upgrade to TLS", ask("/", "Connection: Upgrade\r\nUpgrade: TLS/1.0"), "200 kept", `GET / Connection="Upgrade" Upgrade="TLS/1.0"`},
	{"refused, with another behind", requestTo("TRACE / HTTP/1.1", "") + smuggled, "405", ""},
}

// TestHeads sends them in the clear, and over TLS.
func TestHeads(t *testing.T) {
	t.Parallel()
	app := newRecorder()
	s := start(t, app, server.Options{Addresses: []string{"http://127.0.0.1:0", "https://127.0.0.1:0"}, TLS: serverTLS(), Methods: []string{"PROPFIND"}, Logger: quiet()})
	for _, r := range headRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.check(t, s.addr, app, false)
			r.check(t, s.Addrs()[1].String(), app, true)
		})
	}
}
