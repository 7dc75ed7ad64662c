package asgitest

import (
	"errors"
	"strings"

	"github.com/nuages-web/nuages/asgi"
)

// What applications do wrong: events that are not allowed or malformed, and
// returns at the wrong time.
var errorCases = []testCase{
	{"http/errors/body-before-start", errorBodyFirst},
	{"http/errors/start-twice", errorStartTwice},
	{"http/errors/event-of-another-protocol", errorForeign},
	{"http/errors/header-names", errorHeaderNames},
	{"http/errors/header-values", errorHeaderValues},
	{"http/errors/status", errorStatus},
	{"http/errors/content-length-malformed", errorLength},
	{"http/errors/content-length-exceeded", errorTooLong},
	{"http/errors/content-length-not-reached", errorTooShort},
	{"http/errors/fails-before-start", failsWith(errPrivate)},
	{"http/errors/returns-before-start", failsWith(nil)},
	{"http/errors/fails-after-start", errorAfterStart},
	{"http/errors/fails-in-body", breaksOff(errPrivate)},
	{"http/errors/returns-in-body", breaksOff(nil)},
	{"http/errors/fails-in-body-with-length", errorInBodyWithLength},
	{"http/errors/fails-after-end", errorAfterEnd},
}

var errPrivate = errors.New("a private detail")

// wrong lets the application do something that is refused and then answer as
// it should: a refused event has left no trace.
func wrong(c *check, do func(call *call)) {
	cl := c.get("/")
	call := c.call()
	do(call)
	call.respond(200, "right", asgi.Header{Name: "x-right", Value: "1"})
	equal(c, "x-right", cl.gets(200, "right").Header.Get("X-Right"), "1")
	call.end(nil)
	cl.works()
}

func errorBodyFirst(c *check) {
	wrong(c, func(call *call) { call.refuses(&asgi.HTTPResponseBody{Body: []byte("early")}) })
}

func errorForeign(c *check) {
	wrong(c, func(call *call) {
		call.refuses(&asgi.WebSocketSend{Text: "x"})
		call.refuses(&asgi.LifespanStartupComplete{})
		call.refuses(&asgi.HTTPRequest{})
	})
}

func errorStartTwice(c *check) {
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200})
	call.refuses(&asgi.HTTPResponseStart{Status: 500})
	call.send(&asgi.HTTPResponseBody{Body: []byte("right")})
	cl.gets(200, "right")
}

func errorHeaderNames(c *check) {
	wrong(c, func(call *call) {
		for _, name := range []string{"", "a b", "a:b", "a\r\nx-injected", "a\x00", "ä"} {
			call.refuses(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: name, Value: "v"}}})
		}
	})
}

func errorHeaderValues(c *check) {
	wrong(c, func(call *call) {
		for _, value := range []string{"a\r\nX-Injected: 1", "a\nb", "a\rb", "a\x00b"} {
			call.refuses(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "x-value", Value: value}}})
		}
	})
}

func errorStatus(c *check) {
	wrong(c, func(call *call) {
		for _, status := range []int{0, -1, 99, 100, 101, 1000} {
			call.refuses(&asgi.HTTPResponseStart{Status: status})
		}
	})
}

func errorLength(c *check) {
	wrong(c, func(call *call) {
		for _, length := range []string{"", "x", "-1", "1.5", "99999999999999999999"} {
			call.refuses(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-length", Value: length}}})
		}
		call.refuses(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-length", Value: "1"}, {Name: "content-length", Value: "2"}}})
	})
}

func errorTooLong(c *check) {
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-length", Value: "3"}}})
	call.refuses(&asgi.HTTPResponseBody{Body: []byte("abcd")})
	call.send(&asgi.HTTPResponseBody{Body: []byte("abc")})
	cl.gets(200, "abc")
}

// errorTooShort: a client never waits for the rest, nor takes the next
// response for it.
func errorTooShort(c *check) {
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-length", Value: "6"}}})
	call.refuses(&asgi.HTTPResponseBody{Body: []byte("abc")})
	call.giveBack(nil)
	text := cl.rest()
	if _, body, ok := strings.Cut(text, "\r\n\r\n"); ok && len(body) >= 6 && strings.HasPrefix(text, "HTTP/1.1 200") {
		c.errorf("client: read %q, want the connection broken off", text)
	}
}

// failsWith ends the application before it has answered.
func failsWith(err error) func(*check) {
	return func(c *check) {
		cl := c.get("/")
		call := c.call()
		call.end(err)
		a := cl.answer("GET")
		equal(c, "status", a.StatusCode, 500)
		if strings.Contains(a.text, "private") {
			c.errorf("the client reads %q", a.text)
		}
	}
}

// errorAfterStart: nothing has been sent yet, so the server may answer 500.
func errorAfterStart(c *check) {
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200})
	call.giveBack(errPrivate)
	text := cl.rest()
	if len(text) > 0 && !strings.HasPrefix(text, "HTTP/1.1 500 ") || strings.Contains(text, "private") {
		c.errorf("client: read %q, want status 500 or the connection broken off", text)
	}
}

// breaksOff ends the application in the middle of a response without a length:
// the client must be able to tell it from a whole one.
func breaksOff(err error) func(*check) {
	return func(c *check) {
		cl := c.get("/")
		call := c.call()
		call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("half"), MoreBody: true})
		call.giveBack(err)
		a := cl.answer("GET")
		if a.text != "half" || a.err == nil {
			c.errorf("client: body %q (%v), want half of it and an error", a.text, a.err)
		}
		cl.closed()
	}
}

func errorInBodyWithLength(c *check) {
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-length", Value: "8"}}},
		&asgi.HTTPResponseBody{Body: []byte("half"), MoreBody: true})
	call.giveBack(errPrivate)
	a := cl.answer("GET")
	if a.text != "half" || a.err == nil {
		c.errorf("client: body %q (%v), want half of it and an error", a.text, a.err)
	}
}

func errorAfterEnd(c *check) {
	cl := c.get("/")
	call := c.call()
	call.respond(200, "whole")
	call.end(errPrivate)
	cl.gets(200, "whole")
}
