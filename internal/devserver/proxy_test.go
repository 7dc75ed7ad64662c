//go:build unix

package devserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// TestProxy sends all kinds of requests through one supervisor.
func TestProxy(t *testing.T) {
	t.Parallel()
	s := supervise(t, nil)
	s.get(t, "/version")
	t.Run("script", func(t *testing.T) { scriptInjection(t, s) })
	t.Run("headers", func(t *testing.T) { headers(t, s) })
	t.Run("uploads", func(t *testing.T) { uploads(t, s) })
	t.Run("streaming page", func(t *testing.T) { streaming(t, s) })
	t.Run("server-sent events", func(t *testing.T) { serverSentEvents(t, s) })
	t.Run("WebSocket", func(t *testing.T) { webSocket(t, s) })
	t.Run("pipelining", func(t *testing.T) { pipelining(t, s) })
}

func scriptInjection(t *testing.T, s *supervised) {
	accept := http.Header{"Accept": {"text/html"}}
	for _, test := range []struct {
		name, method, path string
		header             http.Header
		want               bool
	}{
		{"navigation", "GET", "/", navigation, true},
		{"frame", "GET", "/", http.Header{"Sec-Fetch-Dest": {"iframe"}}, true},
		{"answer to a form", "POST", "/", navigation, true},
		{"fetch", "GET", "/", http.Header{"Sec-Fetch-Dest": {"empty"}}, false},
		{"no browser", "GET", "/", accept, false},
		{"HEAD", "HEAD", "/", navigation, false},
		{"JSON", "GET", "/json", navigation, false},
		{"not modified", "GET", "/304", navigation, false},
		{"no content", "GET", "/204", navigation, false},
		{"part", "GET", "/206", navigation, false},
		{"compressed", "GET", "/gzip", navigation, false},
		{"download", "GET", "/file", navigation, false},
	} {
		resp, body := s.do(t, test.method, test.path, test.header, nil)
		_, tag, _ := strings.Cut(body, "\n<script ")
		got := strings.HasPrefix(tag, `src="/__nuages__/reload.js?v=`)
		if got != test.want {
			t.Errorf("%s: the script is in the answer: %v, want %v\n%s", test.name, got, test.want, body)
		}
		if got && (!strings.HasSuffix(tag, "\" nonce=\"bm9uY2U=\"></script>\n") || resp.Header.Get("Etag") != "") {
			t.Errorf("%s: script %s, ETag %s", test.name, tag, resp.Header.Get("Etag"))
		}
		if test.path == "/" && !got && resp.Header.Get("Etag") != `"1"` {
			t.Errorf("%s: ETag %s", test.name, resp.Header.Get("Etag"))
		}
	}
	resp, script := s.do(t, "GET", "/__nuages__/reload.js?v=1", nil, nil)
	if resp.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || !strings.Contains(script, "EventSource") {
		t.Errorf("script: %v\n%s", resp.Header, script)
	}
}

// headers checks what the program gets to see of a request.
func headers(t *testing.T, s *supervised) {
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	big := strings.Repeat("b", 60<<10)
	fmt.Fprintf(conn, "GET //a%%2Fb/%%41?q=a;b&c=%%zz HTTP/1.1\r\nHost: shop.localhost:81\r\nX-Nuages-Client: 6.6.6.6:1\r\nConnection: close, x-nuages-client\r\n"+
		"X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: example.com\r\nForwarded: for=1.2.3.4\r\nCookie: big=%s\r\n\r\n", big)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", resp.StatusCode)
	}

	req := http.Header{
		"X-Nuages-Client": {"6.6.6.6:1", "7.7.7.7:1"}, "X-Nuages-Secure": {"1"}, "X-Forwarded-For": {"1.2.3.4", "5.6.7.8"}, "X-Forwarded-Proto": {"https"},
		"X-Forwarded-Host": {"example.com"}, "Forwarded": {"for=1.2.3.4"}, "Cookie": {"big=" + big},
		"Connection": {"x-nuages-client"}, "Accept-Encoding": {"br"}, "User-Agent": {"me"},
	}
	_, body := s.do(t, "GET", "/request?q=a;b&c=%zz", req, nil)
	var got struct {
		Header    http.Header
		Host, URI string
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if got.Host != s.addr || got.URI != "/request?q=a;b&c=%zz" {
		t.Errorf("host %q, URI %q", got.Host, got.URI)
	}
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Cookie", "Accept-Encoding", "User-Agent"} {
		if strings.Join(got.Header[name], "|") != strings.Join(req[name], "|") {
			t.Errorf("%s: got %q, want %q", name, got.Header[name], req[name])
		}
	}
	if client := got.Header["X-Nuages-Client"]; len(client) != 1 || !strings.HasPrefix(client[0], "127.0.0.1:") {
		t.Errorf("the client's address is told as %q", client)
	}
	if secure := got.Header["X-Nuages-Secure"]; len(secure) > 0 {
		t.Errorf("TLS is told as %q", secure)
	}
	_, body = s.do(t, "GET", "/request", nil, nil)
	if strings.Contains(body, "X-Forwarded") {
		t.Errorf("headers were added: %s", body)
	}
}

func uploads(t *testing.T, s *supervised) {
	const size = 1 << 20
	for name, body := range map[string]io.Reader{
		"with a length":    strings.NewReader(strings.Repeat("x", size)),
		"without a length": io.MultiReader(strings.NewReader(strings.Repeat("x", size))),
	} {
		if _, got := s.do(t, "POST", "/count", nil, body); got != fmt.Sprint(size) {
			t.Errorf("%s: the program got %s bytes", name, got)
		}
	}
	for name, header := range map[string]http.Header{"at once": nil, "after 100": {"Expect": {"100-continue"}}} {
		// As much as net/http reads of its own accord, so that its end doesn't come amid the sending.
		resp, text := s.do(t, "POST", "/refuse", header, strings.NewReader(strings.Repeat("x", 200<<10)))
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("an upload, sent %s, that is refused before it is read: status %d: %s", name, resp.StatusCode, text)
		}
	}
}

// streaming reads the first part of a page before the program has written the second.
func streaming(t *testing.T, s *supervised) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", s.url+"/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = navigation.Clone()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	first := make([]byte, len("first;"))
	if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "first;" {
		t.Fatalf("first part: %q, %v", first, err)
	}
	s.get(t, "/release")
	rest, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(string(rest), "second;\n<script ") {
		t.Errorf("rest: %q, %v", rest, err)
	}
}

// serverSentEvents goes away after the first event, which the program gets to know.
func serverSentEvents(t *testing.T, s *supervised) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", s.url+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if line != "data: one\n" {
		t.Errorf("got %q, %v", line, err)
	}
	resp.Body.Close()
	s.stdout.wait(t, "events ended", 1)
}

func webSocket(t *testing.T, s *supervised) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, s.url+"/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(ctx); err != nil || string(got) != "HELLO" {
		t.Errorf("got %q, %v", got, err)
	}
}

func pipelining(t *testing.T, s *supervised) {
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	const n = 10
	for range n {
		io.WriteString(conn, "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n")
	}
	in := bufio.NewReader(conn)
	for i := range n {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		if b, err := io.ReadAll(resp.Body); string(b) != "v1" || err != nil {
			t.Errorf("answer %d: %q, %v", i, b, err)
		}
	}
}
