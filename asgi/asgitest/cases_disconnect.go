package asgitest

import (
	"context"
	"errors"

	"github.com/nuages-web/nuages/asgi"
)

// The end of HTTP connections: HTTP & WebSocket format, "Disconnect" and
// "Disconnected Client", and what [asgi.App] says of contexts.
var disconnectCases = []testCase{
	{"http/disconnect/after-response", disconnectAfterResponse},
	{"http/disconnect/client-closes", disconnects((*client).leave)},
	{"http/disconnect/client-resets", disconnects((*client).cut)},
	{"http/disconnect/while-sending", disconnectWhileSending},
	{"http/disconnect/half-closed", disconnectHalfClosed},
	{"http/disconnect/after-keep-alive", disconnectAfterKeepAlive},
	{"http/disconnect/others-go-on", disconnectOthers},
	{"http/contract/context-ends-with-client", contractContext},
	{"http/contract/context-ends-with-return", contractReturn},
	{"http/contract/receive-cancelled", contractReceive},
	{"http/contract/send-cancelled", contractSend},
	{"http/contract/send-after-return", contractLate},
	{"http/contract/slices-belong-to-application", contractSlices},
}

// leave closes the connection as a client that has enough.
func (cl *client) leave() { cl.Close() }

func disconnectAfterResponse(c *check) {
	cl := c.post("/", "body")
	call := c.call()
	call.respond(200, "ok")
	next[*asgi.HTTPDisconnect](call)
	next[*asgi.HTTPDisconnect](call)
	cl.gets(200, "ok")
}

// disconnects lets the client go while the application waits for that.
func disconnects(leave func(*client)) func(*check) {
	return func(c *check) {
		cl := c.get("/")
		call := c.call()
		call.body()
		call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("wait"), MoreBody: true})
		waiting := call.receiving()
		leave(cl)
		expect[*asgi.HTTPDisconnect](call, await(c, "http.disconnect", waiting))
		next[*asgi.HTTPDisconnect](call)
		call.lost(&asgi.HTTPResponseBody{Body: []byte("gone"), MoreBody: true})
	}
}

// disconnectWhileSending: a send that waits for the client ends with it.
func disconnectWhileSending(c *check) {
	cl := c.get("/")
	cl.narrow()
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200})
	const part = 64 << 10
	data := make([]byte, part)
	f := c.flow(16<<20, part, func() error {
		return call.sender(call.ctx, &asgi.HTTPResponseBody{Body: data, MoreBody: true})
	})
	f.stalls()
	cl.cut()
	if err := f.ends(); !errors.Is(err, asgi.ErrDisconnected) {
		c.errorf("send: %v, want asgi.ErrDisconnected", err)
	}
	for range 2 { // parts of the body that were not received, then its end
		if got := await(c, "receive to return", call.receiving()); got.err != nil {
			c.errorf("receive: %v, want http.disconnect", got.err)
		}
	}
}

// disconnectHalfClosed: a client that only stops sending may get its answer or
// count as gone; it does not hang.
func disconnectHalfClosed(c *check) {
	if c.suite.server.TLS != nil {
		c.endf("TLS connections are not half closed")
	}
	cl := c.get("/")
	call := c.call()
	call.body()
	if err := cl.tcp().CloseWrite(); err != nil {
		c.fatalf("client: %v", err)
	}
	err := call.try(&asgi.HTTPResponseStart{Status: 200})
	if err == nil {
		err = call.try(&asgi.HTTPResponseBody{Body: []byte("ok")})
	}
	if err != nil && !errors.Is(err, asgi.ErrDisconnected) {
		c.errorf("send: %v, want no error or asgi.ErrDisconnected", err)
	}
	call.end(nil)
	cl.rest()
}

// disconnectAfterKeepAlive: a client that leaves between two requests disturbs
// nobody, and one that leaves in the second one is noticed.
func disconnectAfterKeepAlive(c *check) {
	cl := c.dial()
	cl.works()
	cl.ask("GET", "/")
	call := c.call()
	call.body()
	waiting := call.receiving()
	cl.Close()
	expect[*asgi.HTTPDisconnect](call, await(c, "http.disconnect", waiting))
	idle := c.dial()
	idle.works()
	idle.cut()
}

func disconnectOthers(c *check) {
	stays := c.get("/stays")
	staying := c.call()
	leaves := c.get("/leaves")
	leaving := c.call()
	leaving.body()
	waiting := leaving.receiving()
	leaves.cut()
	expect[*asgi.HTTPDisconnect](leaving, await(c, "http.disconnect", waiting))
	leaving.end(nil)
	staying.respond(200, "still here")
	stays.gets(200, "still here")
}

func contractContext(c *check) {
	cl := c.get("/")
	call := c.call()
	call.body()
	if err := call.ctx.Err(); err != nil {
		c.fatalf("the context has ended: %v", err)
	}
	cl.Close()
	await(c, "the end of the context", call.ctx.Done())
}

func contractReturn(c *check) {
	cl := c.get("/")
	call := c.call()
	call.respond(200, "ok")
	cl.gets(200, "ok")
	if err := call.ctx.Err(); err != nil {
		c.errorf("the context ended before the application returned: %v", err)
	}
	call.end(nil)
	await(c, "the end of the context", call.ctx.Done())
}

// contractReceive: a receive that is given up loses nothing.
func contractReceive(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Content-Length: 4")
	call := c.call()
	for range 3 {
		ctx, cancel := context.WithCancel(call.ctx)
		given := make(chan received, 1)
		go func() {
			event, err := call.receiver(ctx)
			given <- received{event, err}
		}()
		cancel()
		if got := await(c, "the end of a cancelled receive", given); !errors.Is(got.err, context.Canceled) {
			c.errorf("cancelled receive: %s, %v, want context.Canceled", show(got.event), got.err)
		}
	}
	cl.write("body")
	equal(c, "body", call.body(), "body")
	call.respond(200, "ok")
	cl.gets(200, "ok")
}

// contractSend: a send that waits for the client ends with its context.
func contractSend(c *check) {
	c.get("/").narrow()
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200})
	ctx, cancel := context.WithCancel(call.ctx)
	defer cancel()
	const part = 64 << 10
	data := make([]byte, part)
	f := c.flow(16<<20, part, func() error {
		return call.sender(ctx, &asgi.HTTPResponseBody{Body: data, MoreBody: true})
	})
	f.stalls()
	cancel()
	if err := f.ends(); !errors.Is(err, context.Canceled) {
		c.errorf("cancelled send: %v, want context.Canceled", err)
	}
	if err := call.try(&asgi.HTTPResponseBody{Body: data}); !errors.Is(err, asgi.ErrDisconnected) {
		c.errorf("send after a cancelled one: %v, want asgi.ErrDisconnected", err)
	}
}

func contractLate(c *check) {
	cl := c.get("/")
	call := c.call()
	call.respond(200, "ok")
	call.end(nil)
	cl.gets(200, "ok")
	send := make(chan error, 1)
	go func() { send <- call.sender(context.Background(), &asgi.HTTPResponseBody{}) }()
	if err := await(c, "a late send", send); !errors.Is(err, asgi.ErrDisconnected) {
		c.errorf("send after the return: %v, want asgi.ErrDisconnected", err)
	}
	late := make(chan received, 1)
	go func() {
		event, err := call.receiver(context.Background())
		late <- received{event, err}
	}()
	expect[*asgi.HTTPDisconnect](call, await(c, "a late receive", late))
}

// contractSlices: what was sent and received is the application's to change.
func contractSlices(c *check) {
	cl := c.dial()
	cl.ask("POST", "/", "Content-Length: 6")
	call := c.call()
	cl.write("one")
	first := next[*asgi.HTTPRequest](call)
	cl.write("two")
	equal(c, "the rest", call.body(), "two")
	equal(c, "what was received before", string(first.Body), "one")
	headers := asgi.Headers{{Name: "x-kept", Value: "1"}}
	call.send(&asgi.HTTPResponseStart{Status: 200, Headers: headers})
	headers[0].Value = "2"
	part := []byte("one")
	call.send(&asgi.HTTPResponseBody{Body: part, MoreBody: true})
	copy(part, "two")
	call.send(&asgi.HTTPResponseBody{Body: part})
	equal(c, "x-kept", cl.gets(200, "onetwo").Header.Get("X-Kept"), "1")
}
