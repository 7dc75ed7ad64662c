package pythontest

import (
	"io"
	"net/http"
	"strings"
)

// An exchange is a request and what must come of it; it is the same in all versions of HTTP.
type exchange struct {
	name   string
	target string // "CASE?QUERY"
	method string // default GET
	fields [][2]string
	body   io.Reader

	status int    // default 200
	text   string // default "ok"
	want   http.Header
	absent []string
	notes  []string
	only1  bool // over HTTP/1.1 alone
	alone  bool // with a server of its own, which may not survive it; over HTTP/1.1 alone
	broken bool // the client must see that the response is not whole; it may be a 500 where there was no body
}

const none = "\x00" // the text of a response without any

// exchangeCases returns the exchanges over a version of HTTP.
func exchangeCases(prefix, version string) []testCase {
	var cases []testCase
	for _, group := range [][]exchange{scopeExchanges(version), requestExchanges(), responseExchanges(), refusedExchanges(), endExchanges()} {
		for _, e := range group {
			if (e.only1 || e.alone) && version != "1.1" {
				continue
			}
			cases = append(cases, testCase{prefix + "/" + e.name, func(c *check) { c.exchange(e, version) }})
		}
	}
	return cases
}

func (c *check) exchange(e exchange, version string) {
	text := e.text
	switch text {
	case "":
		text = "ok"
	case none:
		text = ""
	}
	if e.method == "" {
		e.method = "GET"
	}
	if e.status == 0 {
		e.status = 200
	}
	if e.alone {
		c.alone()
	}
	r, err := http.NewRequestWithContext(c.ctx, e.method, c.url(e.target), e.body)
	c.must(err)
	r.Host = "asgi.example"
	for _, field := range e.fields {
		r.Header[field[0]] = append(r.Header[field[0]], field[1])
	}
	client := c.client(version)
	resp, err := client.Do(r)
	if err != nil && !e.broken {
		c.fatalf("client: %v", err)
	}
	if err == nil {
		c.judge(e, resp, text)
	}
	c.notes(e.notes...)
}

// alone leads the case to a server of its own.
func (c *check) alone() {
	running, err := c.suite.server.Start(c.t, App{Name: "suite:app", Dir: Files(c.t)})
	if err != nil {
		c.fatalf("start the server: %v", err)
	}
	c.cleanup(func() { _ = running.Stop() })
	own := *c.suite
	own.addr = running.Addr
	c.suite = &own
}

// judge compares the response with what it must be.
func (c *check) judge(e exchange, resp *http.Response, text string) {
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if strings.Contains(string(got), "private") {
		c.errorf("the client reads %q", got)
	}
	if resp.Header.Get("X-Injected") != "" {
		c.errorf("the application's value became a header: %v", resp.Header)
	}
	if e.broken {
		if err == nil && resp.StatusCode != 500 {
			c.errorf("client: status %d and the whole body %.100q, want it broken off", resp.StatusCode, got)
		}
		return
	}
	if err != nil || resp.StatusCode != e.status || string(got) != text {
		c.errorf("client: status %d and body %.100q (%d bytes, %v), want %d and %.100q (%d bytes)", resp.StatusCode, got, len(got), err, e.status, text, len(text))
	}
	for name, values := range e.want {
		equal(c, name, resp.Header[name], values)
	}
	for _, name := range e.absent {
		if values, ok := resp.Header[name]; ok {
			c.errorf("%s: %q, want none", name, values)
		}
	}
}

// drip is a body of parts whose length is not known before.
func drip(parts ...string) io.Reader {
	readers := []io.Reader{}
	for _, part := range parts {
		readers = append(readers, strings.NewReader(part))
	}
	return struct{ io.Reader }{io.MultiReader(readers...)}
}
