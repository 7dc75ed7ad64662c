package asgitest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

// The same over HTTP/2: each stream is a connection of its own to the
// application.
var http2Cases = []testCase{
	{"http2/scope", http2Scope},
	{"http2/body", http2Body},
	{"http2/response", http2Response},
	{"http2/streams-at-the-same-time", http2Streams},
	{"http2/stream-reset-by-client", http2Reset},
	{"http2/fails-before-start", http2FailsEarly},
	{"http2/fails-in-body", http2FailsLate},
	{"http2/back-pressure", http2BackPressure},
	{"http2/request-back-pressure", http2RequestBackPressure},
	{"http2/extensions/trailers", http2Trailers},
	{"http2/extensions/early-hint", http2EarlyHint},
	{"http2/extensions/push", http2Push},
}

// over2 sends a request over HTTP/2 and waits for the application's call.
func over2(c *check, r *http.Request) (<-chan answer, *call) {
	answered := c.doing(c.web(true), r)
	return answered, c.call()
}

// is compares an answer of net/http's client.
func (c *check) is(answered <-chan answer, status int, text string) answer {
	a := await(c, "the client's answer", answered)
	if a.Response == nil {
		c.fatalf("client: %v", a.err)
	}
	if a.err != nil || a.StatusCode != status || a.text != text {
		c.errorf("client: status %d and body %.100q (%v), want %d and %.100q", a.StatusCode, a.text, a.err, status, text)
	}
	return a
}

func http2Scope(c *check) {
	r := c.request(c.context(), "GET", "/caf%C3%A9?x=%20", nil)
	r.Host = "asgi.example"
	r.Header["X-Many"] = []string{"2", "1"}
	answered, call := over2(c, r)
	scope := call.http()
	equal(c, "http version", scope.HTTPVersion, "2")
	equal(c, "method", scope.Method, "GET")
	equal(c, "path", scope.Path, "/café")
	equal(c, "query string", scope.QueryString, "x=%20")
	if diff := cmp.Diff([]string{"asgi.example"}, scope.Headers.Values("host")); diff != "" {
		c.errorf("host, from :authority (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2", "1"}, scope.Headers.Values("x-many")); diff != "" {
		c.errorf("x-many (-want +got):\n%s", diff)
	}
	for _, header := range scope.Headers {
		if strings.HasPrefix(header.Name, ":") {
			c.errorf("the headers have the pseudo header %s", header.Name)
		}
	}
	call.respond(200, "ok")
	equal(c, "protocol", c.is(answered, 200, "ok").ProtoMajor, 2)
}

func http2Body(c *check) {
	reader, writer := io.Pipe()
	answered, call := over2(c, c.request(c.context(), "POST", "/", reader))
	for _, text := range []string{"one", "two"} {
		if _, err := io.WriteString(writer, text); err != nil {
			c.fatalf("client: %v", err)
		}
		part := next[*asgi.HTTPRequest](call)
		equal(c, "part", string(part.Body), text)
		equal(c, "more_body", part.MoreBody, true)
	}
	writer.Close()
	equal(c, "the rest", call.body(), "")
	call.respond(200, "ok")
	next[*asgi.HTTPDisconnect](call)
	c.is(answered, 200, "ok")
}

// http2Response: fields of the connection are no part of HTTP/2 (RFC 9113,
// section 8.2.2).
func http2Response(c *check) {
	answered, call := over2(c, c.request(c.context(), "GET", "/", nil))
	call.respond(201, "made", asgi.Header{Name: "connection", Value: "close"}, asgi.Header{Name: "keep-alive", Value: "5"},
		asgi.Header{Name: "transfer-encoding", Value: "chunked"}, asgi.Header{Name: "set-cookie", Value: "a=1"}, asgi.Header{Name: "set-cookie", Value: "b=2"})
	a := c.is(answered, 201, "made")
	if diff := cmp.Diff([]string{"a=1", "b=2"}, a.Header["Set-Cookie"]); diff != "" {
		c.errorf("set-cookie (-want +got):\n%s", diff)
	}
	equal(c, "keep-alive", a.Header.Get("Keep-Alive"), "")
}

// http2Streams: the requests share one connection and are answered in another
// order than they were asked in.
func http2Streams(c *check) {
	web := c.web(true)
	ctx := c.context()
	var answers []<-chan answer
	calls := map[string]*call{}
	ports := map[int]bool{}
	for i := range 10 {
		answers = append(answers, c.doing(web, c.request(ctx, "GET", fmt.Sprint("/", i), nil)))
		call := c.call()
		calls[call.http().Path] = call
		ports[call.http().Client.Port] = true
	}
	equal(c, "number of connections", len(ports), 1)
	for i := 9; i >= 0; i-- {
		path := fmt.Sprint("/", i)
		calls[path].respond(200, path)
		c.is(answers[i], 200, path)
	}
}

// http2Reset: the client gives up one stream, and another goes on.
func http2Reset(c *check) {
	web := c.web(true)
	stays := c.doing(web, c.request(c.context(), "GET", "/stays", nil))
	staying := c.call()
	ctx, cancel := context.WithCancel(c.context())
	leaves := c.doing(web, c.request(ctx, "GET", "/leaves", nil))
	leaving := c.call()
	leaving.body()
	waiting := leaving.receiving()
	cancel()
	expect[*asgi.HTTPDisconnect](leaving, await(c, "http.disconnect", waiting))
	leaving.lost(&asgi.HTTPResponseStart{Status: 200})
	await(c, "the client's error", leaves)
	staying.respond(200, "still here")
	c.is(stays, 200, "still here")
}

func http2FailsEarly(c *check) {
	answered, call := over2(c, c.request(c.context(), "GET", "/", nil))
	call.giveBack(errPrivate)
	a := await(c, "the client's answer", answered)
	if a.Response == nil || a.StatusCode != 500 || strings.Contains(a.text, "private") {
		c.errorf("client: %v, body %q (%v), want status 500", a.Response, a.text, a.err)
	}
}

func http2FailsLate(c *check) {
	answered, call := over2(c, c.request(c.context(), "GET", "/", nil))
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("half"), MoreBody: true})
	call.giveBack(errPrivate)
	if a := await(c, "the client's answer", answered); a.err == nil {
		c.errorf("client: body %q without an error, want the stream reset", a.text)
	}
}

// http2BackPressure: the window of one stream does not hold up another.
func http2BackPressure(c *check) {
	const total, part = 16 << 20, 64 << 10
	web := c.web(true)
	r := c.request(c.context(), "GET", "/", nil)
	r.Header.Set("X-Case", c.id)
	responses := make(chan *http.Response, 1)
	go func() {
		resp, err := web.Do(r)
		if err != nil {
			c.errorf("client: %v", err)
		}
		responses <- resp
	}()
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200})
	data := make([]byte, part)
	f := c.flow(total, part, func() error {
		return call.sender(call.ctx, &asgi.HTTPResponseBody{Body: data, MoreBody: true})
	})
	f.stalls()
	beside := c.doing(web, c.request(c.context(), "GET", "/beside", nil))
	c.call().respond(200, "beside")
	c.is(beside, 200, "beside")
	resp := await(c, "the response", responses)
	if resp == nil {
		return
	}
	n, err := io.CopyN(io.Discard, resp.Body, total)
	if failed := f.ends(); failed != nil || err != nil {
		c.errorf("client read %d of %d bytes (%v), send: %v", n, total, err, failed)
	}
	call.send(&asgi.HTTPResponseBody{})
	resp.Body.Close()
}

func http2RequestBackPressure(c *check) {
	const total, part = 16 << 20, 64 << 10
	reader, writer := io.Pipe()
	answered, call := over2(c, c.request(c.context(), "POST", "/", reader))
	data := bytes.Repeat([]byte("x"), part)
	f := c.flow(total, part, func() error { _, err := writer.Write(data); return err })
	f.stalls()
	got := 0
	for got < total {
		got += len(next[*asgi.HTTPRequest](call).Body)
	}
	if err := f.ends(); err != nil || got != total {
		c.errorf("received %d bytes of %d (client: %v)", got, total, err)
	}
	writer.Close()
	call.respond(200, "ok")
	c.is(answered, 200, "ok")
}

func http2Trailers(c *check) {
	r := c.request(c.context(), "GET", "/", nil)
	r.Header.Set("TE", "trailers")
	answered := c.doing(c.web(true), r)
	call := claimed(c, hasTrailers, true, &asgi.HTTPResponseTrailers{})
	call.send(&asgi.HTTPResponseStart{Status: 200, Trailers: true}, &asgi.HTTPResponseBody{Body: []byte("body")},
		&asgi.HTTPResponseTrailers{Headers: asgi.Headers{{Name: "x-sum", Value: "1"}}})
	equal(c, "trailer", c.is(answered, 200, "body").Trailer.Get("X-Sum"), "1")
}

func http2EarlyHint(c *check) {
	answered := c.doing(c.web(true), c.request(c.context(), "GET", "/", nil))
	call := claimed(c, hasEarlyHint, true, &asgi.HTTPResponseEarlyHint{Links: []string{"</a>"}})
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseEarlyHint{Links: []string{"</a>"}}, &asgi.HTTPResponseBody{Body: []byte("ok")})
	equal(c, "links of the response", len(c.is(answered, 200, "ok").Header["Link"]), 0)
}

// http2Push: the client of net/http refuses pushes, so an attempt does nothing.
func http2Push(c *check) {
	answered := c.doing(c.web(true), c.request(c.context(), "GET", "/", nil))
	push := &asgi.HTTPResponsePush{Path: "/style.css"}
	call := claimed(c, func(e asgi.Extensions) bool { return e.Push }, true, push)
	call.refuses(push)
	call.send(&asgi.HTTPResponseStart{Status: 200})
	call.refuses(&asgi.HTTPResponsePush{Path: "relative"})
	call.send(push, &asgi.HTTPResponseBody{Body: []byte("ok")})
	c.is(answered, 200, "ok")
}
