package pythontest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// bodyCases are about bodies and connections of HTTP/1.1, byte by byte.
var bodyCases = []testCase{
	{"http/raw/receive-cancelled", receiveCancelled},
	{"http/raw/http-1.0", oldVersion},
	{"http/raw/names-with-underscores", underscores},
	{"http/raw/keep-alive-after-refusal", keepAlive("refuses?body_first", 200, "right")},
	{"http/raw/keep-alive-after-failure", keepAliveAfterFailure},
	{"http/raw/body-where-none-can-be", noBodyStatus},
	{"http/raw/head-has-no-body", headHasNoBody},
	{"http/raw/status-line-is-one-line", statusLine},
	{"http/extensions/early-hint", extensionHint},
	{"http/extensions/trailers", extensionTrailers},
	{"http/extensions/pathsend", extensionPath},
	{"http/extensions/zerocopysend", extensionZeroCopy},
}

// leavingCases are about clients that leave.
var leavingCases = []testCase{
	{"http/leaves/closes", clientLeaves((*conn).leave)},
	{"http/leaves/resets", clientLeaves((*conn).cut)},
	{"http/leaves/in-its-body", leavesInBody},
	{"http/leaves/while-sending", leavesWhileSending},
	{"http/leaves/others-stay", othersStay},
}

func (k *conn) leave() { k.Close() }

func receiveCancelled(c *check) {
	k := c.dial()
	k.ask("POST", "receive_cancelled", "Transfer-Encoding: chunked")
	r := k.head("POST")
	part := make([]byte, 4)
	if _, err := io.ReadFull(r.Body, part); err != nil {
		c.fatalf("client: %v", err)
	}
	k.write("4\r\nbody\r\n0\r\n\r\n")
	rest, err := io.ReadAll(r.Body)
	equal(c, "response", fmt.Sprintf("%s%s %v", part, rest, err), "now:body <nil>")
	c.notes()
}

func oldVersion(c *check) {
	k := c.dial()
	k.write("GET " + c.path("scope_value?http_version") + " HTTP/1.0\r\n\r\n")
	r := k.gets(200, "'1.0'")
	equal(c, "transfer-encoding", len(r.TransferEncoding), 0)
}

// underscores: a name with an underscore is the same as one with a hyphen where headers are told as in
// CGI, so a client could put on what a proxy vouches for.
func underscores(c *check) {
	k := c.dial()
	k.ask("GET", "scope_names", "X_Forwarded_User: root", "X-Fine: 1")
	k.gets(200, "x-fine")
}

func keepAlive(target string, status int, text string) func(*check) {
	return func(c *check) {
		k := c.dial()
		for range 3 {
			k.ask("GET", target)
			k.gets(status, text)
		}
	}
}

func keepAliveAfterFailure(c *check) {
	k := c.dial()
	k.ask("GET", "ends_before_start?exception")
	r := k.head("GET")
	_, _ = io.Copy(io.Discard, r.Body)
	equal(c, "status", r.StatusCode, 500)
	if r.Close {
		return // as good
	}
	k.ask("GET", "status?200")
	k.gets(200, "")
}

// noBodyStatus: what the application sends there is dropped or refused; the client never takes it for the
// next response.
func noBodyStatus(c *check) {
	for _, status := range []string{"204", "304"} {
		k := c.dial()
		k.ask("GET", "status_with_body?"+status)
		k.ask("GET", "status?200", "Connection: close")
		text, _ := io.ReadAll(k.r)
		if strings.Contains(string(text), "body") || !strings.HasPrefix(string(text), "HTTP/1.1 "+status) && !strings.HasPrefix(string(text), "HTTP/1.1 500") {
			c.errorf("client: read %q", text)
		}
	}
}

func headHasNoBody(c *check) {
	k := c.dial()
	k.ask("HEAD", "with_length")
	k.ask("GET", "status?201", "Connection: close")
	equal(c, "status of the first", k.head("HEAD").StatusCode, 200)
	equal(c, "status of the second", k.head("GET").StatusCode, 201)
}

func statusLine(c *check) {
	k := c.dial()
	k.ask("GET", "response?unknown_key")
	if r := k.gets(200, "ok"); !strings.HasPrefix(r.Status, "200 OK") {
		c.errorf("status line %q", r.Status)
	}
}

// offered ends the case where the answer is that there is no such extension.
func (k *conn) offered(target string, fields ...string) *http.Response {
	k.ask("GET", target, fields...)
	return k.head("GET")
}

func extensionHint(c *check) {
	k := c.dial()
	r := k.offered("early_hint")
	equal(c, "status", r.StatusCode, 103)
	equal(c, "links", r.Header["Link"], []string{"</a.css>; rel=preload; as=style", "</b.js>; rel=preload"})
	if r.StatusCode == 103 {
		k.gets(200, "hinted")
	}
	c.notes()
}

func extensionTrailers(c *check) {
	k := c.dial()
	r := k.offered("trailers", "TE: trailers", "Connection: TE")
	text, err := io.ReadAll(r.Body)
	equal(c, "body", fmt.Sprint(string(text), err), "with trailers<nil>")
	equal(c, "trailers", r.Trailer, http.Header{"X-Sum": {"1"}, "X-More": {"2"}})
	c.notes()
}

func extensionPath(c *check) {
	k := c.dial()
	r := k.offered("pathsend")
	text, err := io.ReadAll(r.Body)
	c.must(err)
	want, err := files.ReadFile("testdata/suite.py")
	c.must(err)
	equal(c, "the file", string(text), string(want))
	c.notes()
}

func extensionZeroCopy(c *check) {
	k := c.dial()
	r := k.offered("zerocopysend")
	text, err := io.ReadAll(r.Body)
	c.must(err)
	want, err := files.ReadFile("testdata/suite.py")
	c.must(err)
	equal(c, "parts of the file", string(text), string(want[3:10])+"|"+string(want[:3]))
	c.notes()
}

func clientLeaves(leave func(*conn)) func(*check) {
	return func(c *check) {
		k := c.dial()
		k.ask("GET", "client_leaves")
		part := make([]byte, 4)
		if _, err := io.ReadFull(k.head("GET").Body, part); err != nil {
			c.fatalf("client: %v", err)
		}
		leave(k)
		c.notes("{'type': 'http.disconnect'}", "{'type': 'http.disconnect'}", "send raised OSError")
	}
}

func leavesInBody(c *check) {
	k := c.dial()
	k.ask("POST", "client_leaves_unread", "Content-Length: 1000000")
	k.write("half ")
	k.Close()
	text := c.get(fmt.Sprintf("notes?%.1f", c.patience.Seconds()/2))
	// What came before the end may be told or not.
	if strings.Contains(text, "the body ended") || !strings.HasSuffix(text, "{'type': 'http.disconnect'}\nsend raised OSError") {
		c.errorf("notes of the application: %q", text)
	}
}

func leavesWhileSending(c *check) {
	k := c.dial()
	k.narrow()
	k.ask("GET", "client_leaves_while_sending")
	k.head("GET")
	k.cut()
	c.notes("send raised OSError")
}

// othersStay: one client that leaves does not disturb another of the same worker.
func othersStay(c *check) {
	stays := c.dial()
	stays.ask("POST", "echo", "Transfer-Encoding: chunked")
	stays.write("2\r\nst\r\n")
	k := c.dial()
	k.write("GET /client_leaves/" + c.key + "-leaves HTTP/1.1\r\nHost: asgi.example\r\n\r\n")
	k.head("GET")
	k.cut()
	c.key += "-leaves"
	c.notes("{'type': 'http.disconnect'}", "{'type': 'http.disconnect'}", "send raised OSError")
	stays.write("2\r\nay\r\n0\r\n\r\n")
	stays.gets(200, "stay")
}

// taskCases are about what asyncio promises, and about requests beside each other.
var taskCases = []testCase{
	{"http/tasks/context-is-own", contextIsOwn},
	{"http/tasks/main-thread-and-one-loop", mainThread},
	{"http/tasks/background", goesOn("background", "answered")},
	{"http/tasks/left-behind", goesOn("left_behind", "ok")},
	{"http/tasks/many-at-once", manyAtOnce},
	{"http/tasks/slow-reader", slowReader},
	{"http/tasks/scope-is-own", scopeIsOwn},
}

// contextIsOwn: context variables of one request are not another's.
func contextIsOwn(c *check) {
	k := c.dial()
	for i := range 3 {
		k.ask("GET", fmt.Sprint("context_is_own?", i))
		k.gets(200, "ok")
		c.notes("unset")
	}
}

func mainThread(c *check) {
	c.get("task_is_own")
	c.notes("new True 1")
}

func scopeIsOwn(c *check) {
	k := c.dial()
	k.ask("GET", "scope_own")
	k.gets(200, "ok")
	k.ask("GET", "scope_fresh")
	k.gets(200, "ok")
	c.notes("False [] []")
}

// goesOn: what is left to do when the response has ended is done, even when the client has gone.
func goesOn(target, text string) func(*check) {
	return func(c *check) {
		k := c.dial()
		k.ask("GET", target)
		k.gets(200, text)
		k.cut()
		c.get("signal")
		c.notes("finished")
	}
}

// manyAtOnce: requests that only end together.
func manyAtOnce(c *check) {
	const many = 200
	var wg sync.WaitGroup
	target := c.url(fmt.Sprintf("meet?%s&%d", c.key, many))
	for range many {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(c.ctx, "GET", target, nil)
			if err != nil {
				c.errorf("client: %v", err)
				return
			}
			resp, err := c.http.Do(r)
			if err != nil {
				c.errorf("client: %v", err)
				return
			}
			resp.Body.Close()
		})
	}
	wg.Wait()
}

// slowReader: send waits for a client that does not read, and others go on meanwhile.
func slowReader(c *check) {
	k := c.dial()
	k.narrow()
	k.ask("GET", "slow_reader")
	k.head("GET")
	c.get("waits")
	slow := c.key
	c.key += "-beside"
	for range 20 {
		c.get("status?200")
	}
	c.key = slow
	k.cut()
	text := c.get(fmt.Sprintf("notes?%.1f", c.patience.Seconds()/2))
	equal(c, "first note", strings.Split(text, "\n")[0], "send waits")
	if !strings.HasSuffix(text, "send raised OSError") {
		c.errorf("notes of the application: %q", text)
	}
}
