package asgitest

import (
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

// Extensions of HTTP (docs/extensions.rst of asgiref): what a scope claims
// works, what it does not claim is refused.
var extensionCases = []testCase{
	{"http/extensions/trailers", trailersSent},
	{"http/extensions/trailers-unwanted", trailersUnwanted},
	{"http/extensions/trailers-errors", trailersErrors},
	{"http/extensions/early-hint", earlyHint},
	{"http/extensions/early-hint-http-1.0", earlyHintOld},
	{"http/extensions/pathsend", pathSend},
	{"http/extensions/pathsend-head", pathSendHead},
	{"http/extensions/pathsend-errors", pathSendErrors},
	{"http/extensions/zerocopysend", zeroCopySend},
	{"http/extensions/zerocopysend-errors", zeroCopySendErrors},
	{"http/extensions/push", pushRefused},
	{"http/extensions/debug", debugRefused},
	{"http/extensions/websocket-denial", denialRefused},
}

// claimed waits for the call. When the scope does not claim the extension, it
// checks that event is refused and ends the case. started says that the event
// belongs after the response's start.
func claimed(c *check, has func(asgi.Extensions) bool, started bool, event asgi.Event) *call {
	call := c.call()
	if has(call.http().Extensions) {
		return call
	}
	if started {
		call.send(&asgi.HTTPResponseStart{Status: 200})
	}
	call.refuses(event)
	c.endf("the scope does not claim %s, and it is refused", event.Type())
	panic("unreachable")
}

func hasTrailers(e asgi.Extensions) bool { return e.Trailers }

func trailersSent(c *check) {
	cl := c.get("/", "TE: trailers", "Connection: TE")
	call := claimed(c, hasTrailers, true, &asgi.HTTPResponseTrailers{})
	call.send(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "trailer", Value: "x-sum"}}, Trailers: true},
		&asgi.HTTPResponseBody{Body: []byte("body")},
		&asgi.HTTPResponseTrailers{Headers: asgi.Headers{{Name: "x-sum", Value: "1"}}, MoreTrailers: true},
		&asgi.HTTPResponseTrailers{Headers: asgi.Headers{{Name: "x-more", Value: "2"}}})
	a := cl.gets(200, "body")
	if diff := cmp.Diff(http.Header{"X-Sum": {"1"}, "X-More": {"2"}}, a.Trailer); diff != "" {
		c.errorf("trailers (-want +got):\n%s", diff)
	}
	call.end(nil)
	cl.works()
}

// trailersUnwanted: without "TE: trailers" they are left out.
func trailersUnwanted(c *check) {
	cl := c.get("/")
	call := claimed(c, hasTrailers, true, &asgi.HTTPResponseTrailers{})
	call.send(&asgi.HTTPResponseStart{Status: 200, Trailers: true},
		&asgi.HTTPResponseBody{Body: []byte("body")},
		&asgi.HTTPResponseTrailers{Headers: asgi.Headers{{Name: "x-sum", Value: "1"}}})
	a := cl.gets(200, "body")
	equal(c, "trailers", len(a.Trailer), 0)
	call.end(nil)
	cl.works()
}

func trailersErrors(c *check) {
	cl := c.get("/", "TE: trailers", "Connection: TE")
	call := claimed(c, hasTrailers, true, &asgi.HTTPResponseTrailers{})
	call.refuses(&asgi.HTTPResponseTrailers{})
	call.send(&asgi.HTTPResponseStart{Status: 200, Trailers: true})
	call.refuses(&asgi.HTTPResponseTrailers{})
	call.send(&asgi.HTTPResponseBody{Body: []byte("body")})
	call.refuses(&asgi.HTTPResponseBody{Body: []byte("more")})
	for _, header := range []asgi.Header{{Name: "x\r\ny", Value: ""}, {Name: "x", Value: "1\r\ny: 2"}, {Name: "content-length", Value: "4"}} {
		call.refuses(&asgi.HTTPResponseTrailers{Headers: asgi.Headers{header}})
	}
	call.send(&asgi.HTTPResponseTrailers{})
	cl.gets(200, "body")
}

func hasEarlyHint(e asgi.Extensions) bool { return e.EarlyHint }

func earlyHint(c *check) {
	cl := c.get("/")
	links := []string{"</a.css>; rel=preload", "</b.js>; rel=preload"}
	call := claimed(c, hasEarlyHint, true, &asgi.HTTPResponseEarlyHint{Links: links})
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseEarlyHint{Links: links})
	call.refuses(&asgi.HTTPResponseEarlyHint{Links: []string{"a\r\nx-injected: 1"}})
	// Before the response: that is what the hint is for.
	hint := cl.head("GET")
	equal(c, "status of the interim response", hint.StatusCode, 103)
	if diff := cmp.Diff(links, hint.Header["Link"]); diff != "" {
		c.errorf("links (-want +got):\n%s", diff)
	}
	call.send(&asgi.HTTPResponseBody{Body: []byte("ok")})
	equal(c, "links of the response", len(cl.gets(200, "ok").Header["Link"]), 0)
	call.end(nil)
	cl.works()
}

// earlyHintOld: HTTP/1.0 has no interim responses (RFC 9110, section 15.2).
func earlyHintOld(c *check) {
	cl := c.dial()
	cl.write("GET / HTTP/1.0\r\nX-Case: " + c.id + "\r\n\r\n")
	call := claimed(c, hasEarlyHint, true, &asgi.HTTPResponseEarlyHint{Links: []string{"</a>"}})
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseEarlyHint{Links: []string{"</a>"}}, &asgi.HTTPResponseBody{})
	cl.gets(200, "")
}

// file writes text to a file for the case.
func (c *check) file(text string) string {
	name := filepath.Join(c.t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		c.fatalf("%v", err)
	}
	return name
}

func hasPathSend(e asgi.Extensions) bool { return e.PathSend }

func pathSend(c *check) {
	name := c.file("the file")
	cl := c.get("/")
	call := claimed(c, hasPathSend, true, &asgi.HTTPResponsePathSend{Path: name})
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponsePathSend{Path: name})
	cl.gets(200, "the file")
	next[*asgi.HTTPDisconnect](call)
	call.end(nil)
	cl.works()
}

func pathSendHead(c *check) {
	name := c.file("the file")
	cl := c.dial()
	cl.ask("HEAD", "/")
	call := claimed(c, hasPathSend, true, &asgi.HTTPResponsePathSend{Path: name})
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponsePathSend{Path: name})
	equal(c, "status", cl.answer("HEAD").StatusCode, 200)
	call.end(nil)
	cl.works()
}

// pathSendErrors: a file that cannot be sent leaves the response open.
func pathSendErrors(c *check) {
	name := c.file("the file")
	cl := c.get("/")
	call := claimed(c, hasPathSend, true, &asgi.HTTPResponsePathSend{Path: name})
	call.refuses(&asgi.HTTPResponsePathSend{Path: name})
	call.send(&asgi.HTTPResponseStart{Status: 200})
	for _, path := range []string{"", "relative", name + "-missing", filepath.Dir(name)} {
		if err := call.try(&asgi.HTTPResponsePathSend{Path: path}); err == nil {
			c.fatalf("send of file %q: no error", path)
		}
	}
	call.send(&asgi.HTTPResponseBody{Body: []byte("a"), MoreBody: true})
	call.refuses(&asgi.HTTPResponsePathSend{Path: name})
	call.send(&asgi.HTTPResponseBody{Body: []byte("b")})
	cl.gets(200, "ab")
}

func hasZeroCopySend(e asgi.Extensions) bool { return e.ZeroCopySend }

// open opens a file of the case.
func (c *check) open(text string) *os.File {
	file, err := os.Open(c.file(text))
	if err != nil {
		c.fatalf("%v", err)
	}
	c.cleanup(func() { file.Close() })
	return file
}

func zeroCopySend(c *check) {
	file := c.open("0123456789")
	cl := c.get("/")
	call := claimed(c, hasZeroCopySend, true, &asgi.HTTPResponseZeroCopySend{File: file})
	offset, count := int64(3), int64(2)
	call.send(&asgi.HTTPResponseStart{Status: 200},
		&asgi.HTTPResponseZeroCopySend{File: file, Count: &count, MoreBody: true},
		&asgi.HTTPResponseBody{Body: []byte("-"), MoreBody: true},
		&asgi.HTTPResponseZeroCopySend{File: file, Offset: &offset, Count: &count, MoreBody: true},
		&asgi.HTTPResponseZeroCopySend{File: file, Count: &count, MoreBody: true},
		&asgi.HTTPResponseBody{Body: []byte("-"), MoreBody: true},
		&asgi.HTTPResponseZeroCopySend{File: file, Offset: &offset})
	cl.gets(200, "01-3423-3456789")
	if at, err := file.Seek(0, io.SeekCurrent); err != nil || at != 4 {
		c.errorf("the file is at %d (%v), want it open and at 4", at, err)
	}
	call.end(nil)
	cl.works()
}

func zeroCopySendErrors(c *check) {
	file := c.open("0123456789")
	wrong := int64(-1)
	cl := c.get("/")
	call := claimed(c, hasZeroCopySend, true, &asgi.HTTPResponseZeroCopySend{File: file})
	call.refuses(&asgi.HTTPResponseZeroCopySend{File: file})
	call.send(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-length", Value: "4"}}})
	call.refuses(&asgi.HTTPResponseZeroCopySend{})
	call.refuses(&asgi.HTTPResponseZeroCopySend{File: file, Offset: &wrong})
	call.refuses(&asgi.HTTPResponseZeroCopySend{File: file, Count: &wrong})
	call.refuses(&asgi.HTTPResponseZeroCopySend{File: file})
	count := int64(4)
	call.send(&asgi.HTTPResponseZeroCopySend{File: file, Count: &count})
	cl.gets(200, "0123")
}

// pushRefused: HTTP/1 cannot push.
func pushRefused(c *check) {
	cl := c.get("/")
	push := &asgi.HTTPResponsePush{Path: "/style.css"}
	call := claimed(c, func(e asgi.Extensions) bool { return e.Push }, true, push)
	c.errorf("the scope of a request over HTTP/1.1 claims http.response.push")
	call.respond(200, "")
	cl.gets(200, "")
}

// debugRefused: servers do not offer it.
func debugRefused(c *check) {
	c.get("/")
	claimed(c, func(e asgi.Extensions) bool { return e.Debug }, false, &asgi.HTTPResponseDebug{Info: map[string]any{"a": 1}})
	c.errorf("the scope claims http.response.debug, which servers should not implement")
}

func denialRefused(c *check) {
	c.get("/")
	claimed(c, func(e asgi.Extensions) bool { return e.WebSocketDenial }, false, &asgi.WebSocketHTTPResponseStart{Status: 200})
	c.errorf("the scope of an HTTP request claims websocket.http.response")
}
