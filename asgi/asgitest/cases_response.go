package asgitest

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

// Responses: HTTP & WebSocket format, "Response Start" and "Response Body".
var responseCases = []testCase{
	{"http/response/one-part", responseOne},
	{"http/response/parts-are-flushed", responseParts},
	{"http/response/empty", responseEmpty},
	{"http/response/large", responseLarge},
	{"http/response/status", responseStatus},
	{"http/response/headers", responseHeaders},
	{"http/response/no-content-type-guessed", responseNoGuess},
	{"http/response/head", responseHead},
	{"http/response/without-body", responseWithoutBody},
	{"http/response/content-length", responseLength},
	{"http/response/transfer-encoding-ignored", responseTransferEncoding},
	{"http/response/connection-close", responseConnectionClose},
	{"http/response/client-wants-close", responseClientClose},
	{"http/response/keep-alive", responseKeepAlive},
	{"http/response/pipelining", responsePipelining},
	{"http/response/concurrent", responseConcurrent},
	{"http/response/ignored-after-end", responseAfterEnd},
	{"http/response/back-pressure", responseBackPressure},
}

func responseOne(c *check) {
	cl := c.get("/")
	call := c.call()
	call.respond(200, "hello", asgi.Header{Name: "content-type", Value: "text/plain"})
	equal(c, "content-type", cl.gets(200, "hello").Header.Get("Content-Type"), "text/plain")
	call.end(nil)
	cl.works()
}

// responseParts: each part reaches the client before the next is sent.
func responseParts(c *check) {
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200})
	var r *http.Response
	for _, text := range []string{"one", "two", "three"} {
		call.send(&asgi.HTTPResponseBody{Body: []byte(text), MoreBody: true})
		if r == nil {
			r = cl.head("GET")
		}
		got := make([]byte, len(text))
		if _, err := io.ReadFull(r.Body, got); err != nil || string(got) != text {
			c.fatalf("client: read %q (%v), want %q before the next part is sent", got, err, text)
		}
	}
	call.send(&asgi.HTTPResponseBody{})
	if rest, err := io.ReadAll(r.Body); err != nil || len(rest) > 0 {
		c.errorf("client: read %q (%v), want the end", rest, err)
	}
	call.end(nil)
	cl.works()
}

func responseEmpty(c *check) {
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{})
	cl.gets(200, "")
	call.end(nil)
	cl.works()
}

func responseLarge(c *check) {
	part := strings.Repeat("0123456789abcdef", 1<<12)
	cl := c.get("/")
	call := c.call()
	go func() {
		call.send(&asgi.HTTPResponseStart{Status: 200})
		for range 100 {
			call.send(&asgi.HTTPResponseBody{Body: []byte(part), MoreBody: true})
		}
		call.send(&asgi.HTTPResponseBody{})
	}()
	a := cl.answer("GET")
	if a.err != nil || a.text != strings.Repeat(part, 100) {
		c.errorf("client: read %d bytes (%v), want the %d that were sent", len(a.text), a.err, 100*len(part))
	}
}

func responseStatus(c *check) {
	cl := c.dial()
	for _, status := range []int{200, 201, 299, 302, 404, 418, 500, 599} {
		cl.ask("GET", "/")
		call := c.call()
		call.respond(status, "x")
		cl.gets(status, "x")
		call.end(nil)
	}
}

// responseHeaders: fields of one name keep their order, values their bytes.
// The order of different names has no meaning (RFC 9110, section 5.3).
func responseHeaders(c *check) {
	cl := c.get("/")
	c.call().respond(200, "", asgi.Header{Name: "set-cookie", Value: "a=1; Path=/"}, asgi.Header{Name: "x-many", Value: "2"},
		asgi.Header{Name: "set-cookie", Value: "b=2"}, asgi.Header{Name: "x-many", Value: "1"}, asgi.Header{Name: "x-empty", Value: ""},
		asgi.Header{Name: "x-latin", Value: "caf\xe9"})
	header := cl.gets(200, "").Header
	for name, want := range map[string][]string{"Set-Cookie": {"a=1; Path=/", "b=2"}, "X-Many": {"2", "1"}, "X-Empty": {""}, "X-Latin": {"caf\xe9"}} {
		if diff := cmp.Diff(want, header[name]); diff != "" {
			c.errorf("values of %s (-want +got):\n%s", name, diff)
		}
	}
}

func responseNoGuess(c *check) {
	cl := c.get("/")
	c.call().respond(200, "<html>")
	if got, ok := cl.gets(200, "<html>").Header["Content-Type"]; ok {
		c.errorf("content-type %q was made up", got)
	}
}

// responseHead: the header of a GET, and no byte of its body.
func responseHead(c *check) {
	cl := c.dial()
	for _, headers := range []asgi.Headers{{{Name: "content-length", Value: "5"}}, nil} {
		cl.ask("HEAD", "/")
		call := c.call()
		equal(c, "method", call.http().Method, "HEAD")
		call.respond(200, "hello", headers...)
		a := cl.answer("HEAD")
		equal(c, "status", a.StatusCode, 200)
		if headers != nil {
			equal(c, "content-length", a.Header.Get("Content-Length"), "5")
		}
		call.end(nil)
	}
	cl.works()
}

func responseWithoutBody(c *check) {
	cl := c.dial()
	for _, status := range []int{204, 304} {
		cl.ask("GET", "/")
		call := c.call()
		call.send(&asgi.HTTPResponseStart{Status: status, Headers: asgi.Headers{{Name: "x-here", Value: "1"}}}, &asgi.HTTPResponseBody{})
		a := cl.answer("GET")
		equal(c, "status", a.StatusCode, status)
		equal(c, "body", a.text, "")
		equal(c, "x-here", a.Header.Get("X-Here"), "1")
		if status == 204 && (a.Header.Get("Content-Length") != "" || len(a.TransferEncoding) > 0) {
			c.errorf("204 with content-length %q, transfer-encoding %q (RFC 9110, section 8.6)", a.Header.Get("Content-Length"), a.TransferEncoding)
		}
		call.end(nil)
	}
	cl.works()
}

func responseLength(c *check) {
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-length", Value: "6"}}},
		&asgi.HTTPResponseBody{Body: []byte("abc"), MoreBody: true}, &asgi.HTTPResponseBody{Body: []byte("def")})
	a := cl.gets(200, "abcdef")
	equal(c, "content-length", a.Header.Get("Content-Length"), "6")
	equal(c, "transfer-encodings", len(a.TransferEncoding), 0)
	call.end(nil)
	cl.works()
}

func responseTransferEncoding(c *check) {
	cl := c.get("/")
	call := c.call()
	call.respond(200, "abc", asgi.Header{Name: "transfer-encoding", Value: "gzip"}, asgi.Header{Name: "content-length", Value: strconv.Itoa(3)})
	a := cl.gets(200, "abc")
	equal(c, "transfer-encodings", len(a.TransferEncoding), 0)
	call.end(nil)
	cl.works()
}

func responseConnectionClose(c *check) {
	cl := c.get("/")
	call := c.call()
	call.respond(200, "bye", asgi.Header{Name: "connection", Value: "close"})
	call.giveBack(nil)
	a := cl.gets(200, "bye")
	equal(c, "connection: close told", a.Close, true)
	cl.closed()
}

func responseClientClose(c *check) {
	cl := c.get("/", "Connection: close")
	call := c.call()
	call.respond(200, "bye")
	call.giveBack(nil)
	cl.gets(200, "bye")
	cl.closed()
}

func responseKeepAlive(c *check) {
	cl := c.dial()
	for range 20 {
		cl.works()
	}
}

// responsePipelining: requests that come together are answered in their order,
// one application call at a time.
func responsePipelining(c *check) {
	cl := c.dial()
	paths := []string{"/1", "/2", "/3"}
	var all strings.Builder
	for _, path := range paths {
		all.WriteString("GET " + path + " HTTP/1.1\r\nHost: asgi.example\r\nX-Case: " + c.id + "\r\n\r\n")
	}
	cl.write(all.String())
	for _, path := range paths {
		call := c.call()
		equal(c, "path", call.http().Path, path)
		call.respond(200, path)
		call.giveBack(nil)
	}
	for _, path := range paths {
		cl.gets(200, path)
	}
}

func responseConcurrent(c *check) {
	clients := map[string]*client{"/one": c.get("/one"), "/two": c.get("/two")}
	calls := map[string]*call{}
	for range clients {
		call := c.call()
		calls[call.http().Path] = call
	}
	for path, call := range calls {
		call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte(path), MoreBody: true})
	}
	for path, call := range calls {
		call.send(&asgi.HTTPResponseBody{Body: []byte(path)})
		clients[path].gets(200, path+path)
	}
}

// responseAfterEnd: servers may ignore or refuse what comes after the end; it
// must not reach the client.
func responseAfterEnd(c *check) {
	cl := c.get("/")
	call := c.call()
	call.respond(200, "all")
	_ = call.try(&asgi.HTTPResponseBody{Body: []byte("more")})
	_ = call.try(&asgi.HTTPResponseStart{Status: 500})
	call.end(nil)
	cl.gets(200, "all")
	cl.works()
}

// responseBackPressure: send waits for a client that does not read.
func responseBackPressure(c *check) {
	const total, part = 16 << 20, 64 << 10
	cl := c.get("/")
	cl.narrow()
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200})
	data := make([]byte, part)
	f := c.flow(total, part, func() error {
		return call.sender(call.ctx, &asgi.HTTPResponseBody{Body: data, MoreBody: true})
	})
	f.stalls()
	r := cl.head("GET")
	n, err := io.CopyN(io.Discard, r.Body, total)
	if failed := f.ends(); failed != nil || err != nil {
		c.errorf("client read %d of %d bytes (%v), send: %v", n, total, err, failed)
	}
	call.send(&asgi.HTTPResponseBody{})
}
