package asgitest

import (
	"fmt"
	"io"
	"strings"

	"github.com/nuages-web/nuages/asgi"
)

// The body of HTTP requests: HTTP & WebSocket format, "Request".
var requestCases = []testCase{
	{"http/request/empty", requestEmpty},
	{"http/request/length-0", requestLengthZero},
	{"http/request/one-part", requestOnePart},
	{"http/request/large", requestLarge},
	{"http/request/parts-as-they-come", requestParts},
	{"http/request/chunked", requestChunked},
	{"http/request/chunked-empty", requestChunkedEmpty},
	{"http/request/chunked-broken", requestChunkedBroken},
	{"http/request/no-second-body", requestNoSecond},
	{"http/request/continue", requestContinue},
	{"http/request/continue-not-asked-for", requestContinueUnasked},
	{"http/request/unread", requestUnread},
	{"http/request/unread-large", requestUnreadLarge},
	{"http/request/client-leaves", requestClientLeaves},
	{"http/request/duplex", requestDuplex},
	{"http/request/back-pressure", requestBackPressure},
}

func requestEmpty(c *check) {
	c.get("/")
	event := next[*asgi.HTTPRequest](c.call())
	equal(c, "body", string(event.Body), "")
	equal(c, "more_body", event.MoreBody, false)
}

func requestLengthZero(c *check) {
	c.post("/", "")
	equal(c, "body", c.call().body(), "")
}

func requestOnePart(c *check) {
	cl := c.post("/", "hello")
	call := c.call()
	equal(c, "body", call.body(), "hello")
	call.respond(200, "")
	cl.gets(200, "")
	call.end(nil)
	cl.works()
}

func requestLarge(c *check) {
	body := strings.Repeat("0123456789abcdef", 1<<16)
	cl := c.dial()
	go func() {
		cl.ask("POST", "/", fmt.Sprint("Content-Length: ", len(body)))
		_, _ = io.WriteString(cl, body)
	}()
	call := c.call()
	equal(c, "body as sent", call.body() == body, true)
	call.respond(200, "")
	cl.gets(200, "")
	call.end(nil)
	cl.works()
}

// requestParts: what has come reaches the application before the rest does.
func requestParts(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Content-Length: 9")
	call := c.call()
	for _, text := range []string{"one", "two", "end"} {
		cl.write(text)
		part := ""
		for len(part) < len(text) {
			event := next[*asgi.HTTPRequest](call)
			part += string(event.Body)
			if text != "end" && !event.MoreBody {
				c.errorf("more_body is false after %q", part)
			}
			if !event.MoreBody {
				equal(c, "last part", part, "end")
				return
			}
		}
		equal(c, "part", part, text)
	}
	equal(c, "what follows the last part", call.body(), "")
}

func requestChunked(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Transfer-Encoding: chunked")
	call := c.call()
	cl.write("5\r\nhello\r\n")
	first := next[*asgi.HTTPRequest](call)
	equal(c, "more_body", first.MoreBody, true)
	cl.write("1;extension=x\r\n \r\n5\r\nworld\r\n0\r\nX-Trailer: t\r\n\r\n")
	equal(c, "body", string(first.Body)+call.body(), "hello world")
	call.respond(200, "")
	cl.gets(200, "")
	call.end(nil)
	cl.works()
}

func requestChunkedEmpty(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Transfer-Encoding: chunked")
	cl.write("0\r\n\r\n")
	equal(c, "body", c.call().body(), "")
}

// requestChunkedBroken: a body that is not chunked as it says never ends well.
func requestChunkedBroken(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Transfer-Encoding: chunked")
	cl.write("5\r\nhello\r\n")
	call := c.call()
	cl.write("not a size\r\n")
	for {
		got := await(c, "receive to return", call.receiving())
		switch event := got.event.(type) {
		case *asgi.HTTPRequest:
			if !event.MoreBody {
				c.fatalf("receive returned %s, want http.disconnect", show(event))
			}
		default:
			expect[*asgi.HTTPDisconnect](call, got)
			return
		}
	}
}

// requestNoSecond: after the body receive waits for the response's end.
func requestNoSecond(c *check) {
	cl := c.post("/", "body")
	call := c.call()
	call.body()
	waiting := call.receiving()
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("a"), MoreBody: true})
	select {
	case got := <-waiting:
		c.fatalf("receive returned %s, %v before the response's end", show(got.event), got.err)
	default:
	}
	call.send(&asgi.HTTPResponseBody{Body: []byte("b")})
	expect[*asgi.HTTPDisconnect](call, await(c, "receive to return", waiting))
	cl.gets(200, "ab")
}

func requestContinue(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Content-Length: 4", "Expect: 100-continue")
	call := c.call()
	waiting := call.receiving()
	equal(c, "status of the interim response", cl.head("POST").StatusCode, 100)
	cl.write("body")
	body := expect[*asgi.HTTPRequest](call, await(c, "receive to return", waiting))
	text := string(body.Body)
	if body.MoreBody {
		text += call.body()
	}
	equal(c, "body", text, "body")
	call.respond(200, "ok")
	cl.gets(200, "ok")
}

// requestContinueUnasked: an application that does not want the body saves the
// client from sending it.
func requestContinueUnasked(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Content-Length: 4", "Expect: 100-continue")
	c.call().respond(413, "too much")
	cl.gets(413, "too much")
}

// requestUnread: what is left of a body is never taken for a request.
func requestUnread(c *check) {
	cl := c.post("/", "GET /smuggled HTTP/1.1\r\nHost: asgi.example\r\nX-Case: "+c.id+"\r\n\r\n")
	call := c.call()
	call.respond(200, "first")
	call.end(nil)
	cl.gets(200, "first")
	// The server may close the connection instead.
	_, _ = io.WriteString(cl, "GET /second HTTP/1.1\r\nHost: asgi.example\r\nConnection: close\r\nX-Case: "+c.id+"\r\n\r\n")
	type end struct {
		text []byte
		err  error
	}
	ended := make(chan end, 1)
	go func() {
		text, err := io.ReadAll(cl.r)
		ended <- end{text, err}
	}()
	select {
	case call := <-c.hub.calls(c.id):
		call.check = c
		equal(c, "path of the second request", call.http().Path, "/second")
		call.respond(200, "second")
		call.end(nil)
	case <-ended:
	}
}

func requestUnreadLarge(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", fmt.Sprint("Content-Length: ", 64<<20))
	c.call().respond(413, "too much")
	cl.gets(413, "too much")
}

// requestClientLeaves: what came is delivered, what is missing not made up.
func requestClientLeaves(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Content-Length: 10")
	cl.write("half")
	call := c.call()
	for text := ""; text != "half"; {
		event := next[*asgi.HTTPRequest](call)
		if !event.MoreBody {
			c.fatalf("more_body is false after half of the body")
		}
		text += string(event.Body)
	}
	waiting := call.receiving()
	cl.Close()
	expect[*asgi.HTTPDisconnect](call, await(c, "http.disconnect", waiting))
	next[*asgi.HTTPDisconnect](call)
	call.lost(&asgi.HTTPResponseStart{Status: 200})
}

// requestDuplex: a response may begin while the request still comes.
func requestDuplex(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Transfer-Encoding: chunked")
	call := c.call()
	cl.write("3\r\none\r\n")
	equal(c, "first part", string(next[*asgi.HTTPRequest](call).Body), "one")
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("ONE"), MoreBody: true})
	r := cl.head("POST")
	text := make([]byte, 3)
	if _, err := io.ReadFull(r.Body, text); err != nil || string(text) != "ONE" {
		c.fatalf("client: read %q (%v) while it sends, want ONE", text, err)
	}
	cl.write("3\r\ntwo\r\n0\r\n\r\n")
	equal(c, "the rest", call.body(), "two")
	call.send(&asgi.HTTPResponseBody{Body: []byte("TWO")})
	rest, err := io.ReadAll(r.Body)
	if err != nil || string(rest) != "TWO" {
		c.errorf("client: read %q (%v), want TWO", rest, err)
	}
}

// requestBackPressure: a body that the application does not receive stays with
// the client.
func requestBackPressure(c *check) {
	const total, part = 16 << 20, 64 << 10
	cl := c.dial()
	cl.narrow()
	cl.ask("POST", "/", fmt.Sprint("Content-Length: ", total))
	call := c.call()
	data := make([]byte, part)
	f := c.flow(total, part, func() error { _, err := cl.Write(data); return err })
	f.stalls()
	got := 0
	for got < total {
		got += len(next[*asgi.HTTPRequest](call).Body)
	}
	if err := f.ends(); err != nil || got != total {
		c.errorf("received %d bytes of %d (client: %v)", got, total, err)
	}
	call.respond(200, "ok")
	cl.gets(200, "ok")
}
