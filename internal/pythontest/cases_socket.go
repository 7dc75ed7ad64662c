package pythontest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

// socketCases returns those of WebSockets.
func socketCases() []testCase {
	cases := []testCase{
		{"websocket/types", socketTypes},
		{"websocket/echo", socketEcho},
		{"websocket/large", socketLarge},
		{"websocket/too-large", socketTooLarge},
		{"websocket/subprotocols", socketSubprotocols},
		{"websocket/accept", socketAccept},
		{"websocket/accept-with-none", socketAcceptNone},
		{"websocket/reject", socketRejected},
		{"websocket/denial", socketDenial},
		{"websocket/close-by-client", socketClosedByClient(4005, "leaving")},
		{"websocket/close-by-client-plain", socketClosedByClient(1000, "")},
		{"websocket/close-by-client-1001", socketClosedByClient(1001, "tab closed")},
		{"websocket/lost", socketLost},
		{"websocket/after-close", socketAfterClose},
		{"websocket/two-tasks", socketTwoTasks},
		{"websocket/slow-reader", socketSlowReader},
		{"websocket/ends/early/exception", socketEndsEarly("exception")},
		{"websocket/ends/early/base", socketEndsEarly("base")},
		{"websocket/ends/early/none", socketEndsEarly("none")},
		{"websocket/ends/accepted/exception", socketEnds("exception", 1011)},
		{"websocket/ends/accepted/base", socketEnds("base", 1011)},
		{"websocket/ends/accepted/exit", socketEnds("exit", 1011)},
		{"websocket/ends/accepted/cancelled", socketEnds("cancelled", 1011)},
		{"websocket/ends/accepted/none", socketEnds("none", 1000)},
	}
	for _, end := range []struct {
		query  string
		code   websocket.StatusCode
		reason string
	}{{"&", 1000, ""}, {"1000&", 1000, ""}, {"1001&away", 1001, "away"}, {"4999&bye", 4999, "bye"}, {"3000&", 3000, ""}} {
		cases = append(cases, testCase{"websocket/close/" + end.query, func(c *check) {
			ws := c.connect("ws_close?" + end.query)
			ws.closes(end.code, end.reason)
			c.notes("websocket.disconnect")
		}})
	}
	for what, want := range map[string]string{"bytearray": "ok", "memoryview": "ok", "text_none": "ok", "bytes_none": "ok", "empty_text": "", "empty_bytes": "", "unknown_key": "ok"} {
		cases = append(cases, testCase{"websocket/sends/" + what, func(c *check) {
			ws := c.connect("ws_sends?" + what)
			_, text, err := ws.Read(c.ctx)
			c.must(err)
			equal(c, "message", string(text), want)
			_ = ws.Close(1000, "")
			c.notes()
		}})
	}
	for _, what := range strings.Fields(`nothing both_none both text_bytes text_number bytes_text text_surrogate accept_again http unknown no_type
		close_text close_1006 close_reason_long close_reason_bytes`) {
		cases = append(cases, testCase{"websocket/refuses/" + what, func(c *check) { c.connect("ws_refuses?" + what).right() }})
	}
	for _, what := range strings.Fields(`send http subprotocol_not_offered subprotocol_bytes subprotocol_crlf header_crlf header_subprotocol header_text`) {
		cases = append(cases, testCase{"websocket/refuses-early/" + what, func(c *check) { c.connect("ws_refuses_early?"+what, "one", "two").right() }})
	}
	return cases
}

// socket is a client's end of a WebSocket.
type socket struct {
	*websocket.Conn
	c    *check
	resp *http.Response
}

// connect opens a WebSocket that the application accepts.
func (c *check) connect(target string, subprotocols ...string) *socket {
	ws, resp, err := c.try(target, subprotocols...)
	if err != nil {
		c.fatalf("client: %v", err)
	}
	return &socket{ws, c, resp}
}

func (c *check) try(target string, subprotocols ...string) (*websocket.Conn, *http.Response, error) {
	ws, resp, err := websocket.Dial(c.ctx, c.url(target), &websocket.DialOptions{HTTPClient: c.http, Subprotocols: subprotocols})
	if err == nil {
		ws.SetReadLimit(64 << 20)
		c.cleanup(func() { ws.CloseNow() })
	}
	return ws, resp, err
}

// closes waits for the server's close frame.
func (s *socket) closes(code websocket.StatusCode, reason string) {
	for {
		_, text, err := s.Read(s.c.ctx)
		if err == nil {
			s.c.errorf("client: read %.100q, want a close frame", text)
			continue
		}
		if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != code || closed.Reason != reason {
			s.c.errorf("client: %v, want it closed with %d %q", err, code, reason)
		}
		return
	}
}

// right reads what the application sends after a message that was refused, then leaves.
func (s *socket) right() {
	kind, text, err := s.Read(s.c.ctx)
	if err != nil || string(text) != "right" || kind != websocket.MessageText {
		s.c.errorf("client: read %v %q (%v), want right", kind, text, err)
	}
	if s.resp.Header.Get("X-Injected") != "" {
		s.c.errorf("the application's value became a header: %v", s.resp.Header)
	}
	_ = s.Close(1000, "")
	s.c.notes("event refused")
}

func socketTypes(c *check) {
	ws := c.connect("ws_types")
	for _, m := range []struct {
		kind websocket.MessageType
		text string
	}{{websocket.MessageText, "é"}, {websocket.MessageBinary, "\x00\xff"}, {websocket.MessageText, ""}, {websocket.MessageBinary, ""}} {
		c.must(ws.Write(c.ctx, m.kind, []byte(m.text)))
	}
	c.notes("[('text', 'é'), ('type', 'websocket.receive')]", `[('bytes', b'\x00\xff'), ('type', 'websocket.receive')]`,
		"[('text', ''), ('type', 'websocket.receive')]", "[('bytes', b''), ('type', 'websocket.receive')]")
}

func socketEcho(c *check) {
	ws := c.connect("ws_echo")
	for i := range 100 {
		kind := websocket.MessageType(1 + i%2)
		want := fmt.Sprint("message é ", i)
		c.must(ws.Write(c.ctx, kind, []byte(want)))
		got, text, err := ws.Read(c.ctx)
		c.must(err)
		equal(c, "message", fmt.Sprint(got, string(text)), fmt.Sprint(kind, want))
	}
}

func socketLarge(c *check) {
	ws := c.connect("ws_echo")
	want := strings.Repeat("0123456789abcdef", 1<<15) // 512 KiB
	go func() { _ = ws.Write(c.ctx, websocket.MessageText, []byte(want)) }()
	_, text, err := ws.Read(c.ctx)
	c.must(err)
	equal(c, "the message as sent", string(text) == want, true)
}

// socketTooLarge: every server here takes 16 MiB at most.
func socketTooLarge(c *check) {
	ws := c.connect("ws_echo")
	go func() { _ = ws.Write(c.ctx, websocket.MessageBinary, make([]byte, 17<<20)) }()
	if _, _, err := ws.Read(c.ctx); websocket.CloseStatus(err) != 1009 {
		c.errorf("client: %v, want it closed with 1009", err)
	}
	text := c.get(fmt.Sprintf("notes?%.1f", c.patience.Seconds()/2))
	if text != "1009 ''\nwebsocket.disconnect\nsend raised OSError" && text != "1006 ''\nwebsocket.disconnect\nsend raised OSError" {
		c.errorf("notes of the application: %q", text)
	}
}

func socketSubprotocols(c *check) {
	ws := c.connect("ws_value?subprotocols", "one", "two")
	_, text, err := ws.Read(c.ctx)
	c.must(err)
	equal(c, "subprotocols", string(text), "['one', 'two']")
}

func socketAccept(c *check) {
	ws := c.connect("ws_accept", "one", "two")
	equal(c, "subprotocol", ws.Subprotocol(), "two")
	equal(c, "x-a", ws.resp.Header["X-A"], []string{"1"})
	equal(c, "set-cookie", ws.resp.Header["Set-Cookie"], []string{"b=1", "a=2"})
	ws.closes(1000, "")
	c.notes()
}

func socketAcceptNone(c *check) {
	ws := c.connect("ws_accept_none", "one")
	equal(c, "subprotocol", ws.Subprotocol(), "")
	ws.closes(1000, "")
	c.notes()
}

func socketRejected(c *check) {
	_, resp, err := c.try("ws_reject")
	if err == nil || resp == nil || resp.StatusCode != 403 {
		c.fatalf("client: %v, want status 403", err)
	}
	c.notes("websocket.disconnect")
}

func socketDenial(c *check) {
	_, resp, err := c.try("ws_denial")
	if err == nil || resp == nil || resp.StatusCode != 451 {
		c.fatalf("client: %v, want status 451", err)
	}
	text := make([]byte, 64)
	n, _ := resp.Body.Read(text)
	equal(c, "body", string(text[:n]), "not here")
	equal(c, "x-why", resp.Header.Get("X-Why"), "law")
	c.notes("claimed")
}

func socketClosedByClient(code websocket.StatusCode, reason string) func(*check) {
	return func(c *check) {
		ws := c.connect("ws_echo")
		if err := ws.Close(code, reason); err != nil {
			c.errorf("client: close: %v", err)
		}
		c.notes(fmt.Sprintf("%d '%s'", code, reason), "websocket.disconnect", "send raised OSError")
	}
}

func socketLost(c *check) {
	ws := c.connect("ws_lost")
	if _, _, err := ws.Read(c.ctx); err != nil {
		c.fatalf("client: %v", err)
	}
	ws.CloseNow()
	c.notes("websocket.disconnect 1006", "send raised OSError")
}

func socketAfterClose(c *check) {
	ws := c.connect("ws_after_close")
	ws.closes(1000, "")
	c.notes("refused", "refused")
}

func socketTwoTasks(c *check) {
	ws := c.connect("ws_push")
	for i := range 50 {
		_, text, err := ws.Read(c.ctx)
		c.must(err)
		equal(c, "message", string(text), fmt.Sprint(i))
	}
	c.must(ws.Write(c.ctx, websocket.MessageText, []byte("enough")))
	for {
		_, _, err := ws.Read(c.ctx)
		if err != nil {
			equal(c, "close code", websocket.CloseStatus(err), 4000)
			break
		}
	}
	c.notes("enough")
}

func socketSlowReader(c *check) {
	ws := c.connect("ws_slow_reader")
	c.get("waits")
	socket := c.key
	c.key += "-beside"
	c.get("status?200")
	c.key = socket
	c.must(ws.CloseNow())
	c.notes("send waits", "send raised OSError")
}

func socketEndsEarly(what string) func(*check) {
	return func(c *check) {
		_, resp, err := c.try("ws_ends?early&" + what)
		if err == nil || resp == nil || resp.StatusCode != 500 {
			c.errorf("client: %v, want status 500", err)
		}
	}
}

func socketEnds(what string, code websocket.StatusCode) func(*check) {
	return func(c *check) {
		if what == "exit" {
			c.alone()
		}
		c.connect("ws_ends?accepted&"+what).closes(code, "")
	}
}
