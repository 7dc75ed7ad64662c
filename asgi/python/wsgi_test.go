package python_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/python"
)

// startWSGI serves testdata/wsgiapp.py.
func startWSGI(t testing.TB, opts python.Options) string {
	t.Helper()
	return serve(t, start(t, "wsgiapp:application", opts))
}

// do sends a request without a body, and returns the response with its body.
func do(t testing.TB, method, url string, header ...string) (*http.Response, string) {
	t.Helper()
	return doBody(t, method, url, nil, header...)
}

func doBody(t testing.TB, method, url string, body io.Reader, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp, string(data) + "<" + err.Error() + ">"
	}
	return resp, string(data)
}

// Each answer of a WSGI application, with and without wsgiref's validator around it.
func TestWSGIAnswers(t *testing.T) {
	t.Parallel()
	answer := func(status, headers, parts string) []string {
		return []string{"X-Answer", fmt.Sprintf("(%q, %s, %s)", status, headers, parts)}
	}
	text := `[("Content-Type", "text/plain")]`
	const cut = "<unexpected EOF>"
	urls := map[string]string{}
	for _, app := range []string{"application", "validated"} {
		urls[app] = serve(t, start(t, "wsgiapp:"+app, python.Options{Threads: 1}))
	}
	for _, c := range []struct {
		name, method, path string
		header             []string
		status             int
		body               string
		want               string // headers, "Name: value|-Name"
		invalid            bool   // not the same with the validator around it
	}{
		{name: "list", path: "hello", status: 200, body: "Hello, World!", want: "Content-Length: 13"},
		{name: "head", method: "HEAD", path: "hello", status: 200, want: "Content-Length: 13"},
		{name: "write", path: "use_write", status: 200, body: "one two three four"},
		{name: "write head", method: "HEAD", path: "use_write", status: 200},
		{name: "lazy start", invalid: true, path: "lazy_start", status: 200, body: "lazy"},
		{name: "failing close", path: "failing_close", status: 200, body: "done"},
		{name: "length is added", invalid: true, path: "given?list", header: answer("200 OK", text, `[b"abc", b"", b"def"]`), status: 200, body: "abcdef", want: "Content-Length: 6"},
		{name: "empty list", path: "given?list", header: answer("200 OK", text, `[]`), status: 200, want: "Content-Length: 0"},
		{name: "empty parts", path: "given", header: answer("200 OK", text, `[b"", b""]`), status: 200},
		{name: "tuple", path: "given?list", header: answer("200 OK", text, `(b"a", b"b")`), status: 200, body: "ab"},
		{name: "own status", path: "given", header: answer("299 Something else", text, `[b"x"]`), status: 299, body: "x"},
		{name: "headers", invalid: true, path: "given", header: answer("200 OK", `[("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Latin", "\xe9t\xe9"), ("X-Tab", "a\tb")]`, `[b"x"]`),
			status: 200, body: "x", want: "Set-Cookie: a=1|Set-Cookie: b=2|X-Latin: \xe9t\xe9|X-Tab: a\tb"},
		{name: "long header", path: "given", header: answer("200 OK", `[("Content-Type", "text/plain"), ("X-Long", "x" * 50000)]`, `[b"x"]`), status: 200, body: "x"},
		{name: "204", path: "given", header: answer("204 No Content", `[]`, `[]`), status: 204},
		{name: "204 with a body", path: "given", header: answer("204 No Content", `[]`, `[b"x"]`), status: 204},
		{name: "304", path: "given", header: answer("304 Not Modified", `[("ETag", '"x"')]`, `[b"x"]`), status: 304, want: `Etag: "x"`},
		{name: "404", path: "given", header: answer("404 Not Found", text, `[b"none"]`), status: 404, body: "none"},
		{name: "too short list", invalid: true, path: "given?list", header: answer("200 OK", `[("Content-Type", "text/plain"), ("Content-Length", "5")]`, `[b"abc"]`), status: 500, body: "Internal Server Error\n"},
		{name: "too short", path: "given", header: answer("200 OK", `[("Content-Type", "text/plain"), ("Content-Length", "5")]`, `[b"abc"]`), status: 200, body: "abc" + cut},
		{name: "too long list", path: "given?list", header: answer("200 OK", `[("Content-Type", "text/plain"), ("Content-Length", "2")]`, `[b"abc"]`), status: 200, body: "ab"},
		{name: "too long", path: "given", header: answer("200 OK", `[("Content-Type", "text/plain"), ("Content-Length", "4")]`, `[b"abc", b"def", b"ghi"]`), status: 200, body: "abcd"},
		{name: "no length", path: "given", header: answer("200 OK", `[("Content-Type", "text/plain"), ("Content-Length", "many")]`, `[b"abc"]`), status: 500, body: "Internal Server Error\n"},
		{name: "raises", path: "fails", status: 500, body: "Internal Server Error\n", want: "-X-First"},
		{name: "raises after start", path: "fails_after_start", status: 500, body: "Internal Server Error\n"},
		{name: "raises first", path: "fails_first", status: 500, body: "Internal Server Error\n"},
		{name: "raises late", path: "fails_late", status: 200, body: "begun" + cut},
		{name: "SystemExit", path: "exits", status: 500, body: "Internal Server Error\n"},
		{name: "KeyboardInterrupt", path: "interrupts", status: 500, body: "Internal Server Error\n"},
		{name: "None", path: "returns_none", status: 500, body: "Internal Server Error\n"},
		{name: "no start_response", path: "no_start", status: 500, body: "Internal Server Error\n"},
		{name: "no start_response, no body", path: "no_start_empty", status: 500, body: "Internal Server Error\n"},
		{name: "two start_response", path: "starts_twice", status: 500, body: "Internal Server Error\n"},
		{name: "exc_info before", path: "exc_info_before", status: 418, body: "error page", want: "X-Second: 2|-X-First"},
		{name: "exc_info after", path: "exc_info_after", status: 200, body: "begun" + cut},
		{name: "still there", path: "hello", status: 200, body: "Hello, World!"},
	} {
		for app, url := range urls {
			if c.invalid && app == "validated" {
				continue
			}
			t.Run(c.name+"/"+app, func(t *testing.T) {
				method := c.method
				if method == "" {
					method = "GET"
				}
				resp, body := do(t, method, url+"/"+c.path, c.header...)
				if resp.StatusCode != c.status || body != c.body {
					t.Errorf("got %d %q, want %d %q", resp.StatusCode, body, c.status, c.body)
				}
				checkHeader(t, resp.Header, c.want)
			})
		}
	}
}

// checkHeader compares with "Name: value|Name: value|-Name".
func checkHeader(t *testing.T, got http.Header, want string) {
	t.Helper()
	if want == "" {
		return
	}
	expected := http.Header{}
	for line := range strings.SplitSeq(want, "|") {
		if name, absent := strings.CutPrefix(line, "-"); absent {
			expected[name] = nil
			continue
		}
		name, value, _ := strings.Cut(line, ": ")
		expected[name] = append(expected[name], value)
	}
	for name, values := range expected {
		if !slices.Equal(got[name], values) {
			t.Errorf("%s: got %q, want %q", name, got[name], values)
		}
	}
}

func TestWSGIHeaderErrors(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Debug: true})
	for _, c := range []struct{ name, status, headers, want string }{
		{"bytes name", `"200 OK"`, `[(b"X", "1")]`, "TypeError"},
		{"bytes value", `"200 OK"`, `[("X", b"1")]`, "TypeError"},
		{"both bytes", `"200 OK"`, `[(b"X", b"1")]`, "TypeError"},
		{"int value", `"200 OK"`, `[("X", 1)]`, "TypeError"},
		{"three parts", `"200 OK"`, `[("X", "1", "2")]`, "ValueError"},
		{"none", `"200 OK"`, `None`, "TypeError"},
		{"line feed", `"200 OK"`, `[("X", "a\nSet-Cookie: b=1")]`, "ValueError"},
		{"carriage return", `"200 OK"`, `[("X", "a\rb")]`, "ValueError"},
		{"zero", `"200 OK"`, `[("X", "a\0b")]`, "ValueError"},
		{"line feed in a name", `"200 OK"`, `[("X\n", "a")]`, "ValueError"},
		{"not latin-1", `"200 OK"`, `[("X", "\u20ac")]`, "UnicodeEncodeError"},
		{"bytes status", `b"200 OK"`, `[]`, "TypeError"},
		{"int status", `200`, `[]`, "TypeError"},
		{"status without number", `"OK"`, `[]`, "ValueError"},
		{"status of two digits", `"20 OK"`, `[]`, "ValueError"},
		{"status of four digits", `"2000 OK"`, `[]`, "ValueError"},
		{"interim status", `"100 Continue"`, `[]`, "ValueError"},
		{"str body", `"200 OK"`, `[]`, "TypeError"},
		{"bad name", `"200 OK"`, `[("X Y", "1")]`, "Internal Server Error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := "(" + c.status + ", " + c.headers + `, [b"x"])`
			if c.name == "str body" {
				answer = `("200 OK", [], ["text"])`
			}
			resp, body := do(t, "GET", url+"/given", "X-Answer", answer)
			if resp.StatusCode != 500 || !strings.Contains(body, c.want) {
				t.Errorf("%s: got %d %q, want 500 with %s", answer, resp.StatusCode, body, c.want)
			}
		})
	}
}

func TestWSGIBody(t *testing.T) {
	t.Parallel()
	const small = "one\ntwo\n\nthree"
	long := strings.Repeat("0123456789\n", 20000)
	for _, app := range []string{"application", "validated"} {
		url := serve(t, start(t, "wsgiapp:"+app, python.Options{Threads: 1}))
		for _, c := range []struct{ name, how, body, want string }{
			{"read", "read:100,read:1", small, `[b'one\ntwo\n\nthree', b'']`},
			{"read some", "read:2,read:100", small, `[b'on', b'e\ntwo\n\nthree']`},
			{"read nothing", "read:0,read:3", small, `[b'', b'one']`},
			{"readline", "readline,readline,readline,readline,readline", small, `[b'one\n', b'two\n', b'\n', b'three', b'']`},
			{"readline with a size", "readline:2,readline:9", small, `[b'on', b'e\n']`},
			{"readlines", "readlines", small, `[[b'one\n', b'two\n', b'\n', b'three']]`},
			{"readlines with a hint", "readlines:5", small, `[[b'one\n', b'two\n']]`},
			{"iteration", "readline,iter", small, `[b'one\n', [b'two\n', b'\n', b'three']]`},
			{"none", "read:10,readline,readlines,iter", "", `[b'', b'', [], []]`},
			{"long", "read:500000,read:1", long, "[b'" + strings.ReplaceAll(long, "\n", `\n`) + "', b'']"},
			{"long lines", "readline,read:11,readline:4,read:500000", long, `[b'0123456789\n', b'0123456789\n', b'0123', b'` + strings.ReplaceAll(long[26:], "\n", `\n`) + "']"},
		} {
			for _, chunked := range []bool{false, true} {
				t.Run(fmt.Sprint(app, "/", c.name, "/chunked=", chunked), func(t *testing.T) {
					var body io.Reader = strings.NewReader(c.body)
					if chunked {
						body = io.MultiReader(body) // hides the length
					}
					resp, got := doBody(t, "POST", url+"/read_body?"+c.how, body)
					if resp.StatusCode != 200 || got != c.want {
						t.Errorf("got %d %.200q, want %.200q", resp.StatusCode, got, c.want)
					}
				})
			}
		}
	}
}

// A body that is not read, or not to its end, leaves the thread in order for the next request.
func TestWSGIUnreadBody(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 1, MaxBody: 8 << 20})
	body := strings.Repeat("0123456789", 400000)
	for _, c := range []struct{ path, want string }{
		{"ignore_body", "ignored"}, {"read_some", "0123456789"}, {"count", "4000000"}, {"ignore_body", "ignored"}, {"fails", "Internal Server Error\n"},
		{"echo?100000", body}, {"read_some", "0123456789"}, {"hello", "Hello, World!"},
	} {
		for _, length := range []string{"Content-Length: 4000000", "Transfer-Encoding: chunked"} {
			// By hand: a client of net/http may see that its body is not taken before it sees the answer.
			conn := dial(t, url)
			go func() {
				fmt.Fprintf(conn, "POST /%s HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", c.path, length)
				if strings.Contains(length, "chunked") {
					fmt.Fprintf(conn, "%x\r\n%s\r\n0\r\n\r\n", len(body), body)
				} else {
					io.WriteString(conn, body)
				}
			}()
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(resp.Body); string(got) != c.want {
				t.Errorf("%s: got %.100q (%v), want %.100q", c.path, got, err, c.want)
			}
		}
	}
}

// A client that asks before it sends its body is told to only when the application reads.
func TestWSGIExpect(t *testing.T) {
	t.Parallel()
	url := startWSGI(t, python.Options{Threads: 1})
	for _, c := range []struct {
		path  string
		lines []string
	}{
		{"read_some", []string{"HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"}},
		{"ignore_body", []string{"HTTP/1.1 200 OK"}},
	} {
		conn := dial(t, url)
		fmt.Fprintf(conn, "POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n", c.path)
		lines := bufio.NewReader(conn)
		for _, want := range c.lines {
			line, err := lines.ReadString('\n')
			if got := strings.TrimSpace(line); got != want {
				t.Fatalf("%s: got %q (%v), want %q", c.path, got, err, want)
			}
			if strings.Contains(line, "100") {
				_, _ = lines.ReadString('\n')
				io.WriteString(conn, "0123456789")
			}
		}
	}
	if _, body := do(t, "GET", url+"/hello"); body != "Hello, World!" {
		t.Errorf("afterwards: got %q", body)
	}
}

// dial connects to the server of a URL.
func dial(t testing.TB, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// Each part of a response leaves before the next one is asked for.
func TestWSGIStreaming(t *testing.T) {
	t.Parallel()
	for _, app := range []string{"application", "validated"} {
		url := serve(t, start(t, "wsgiapp:"+app, python.Options{Threads: 2}))
		resp, err := http.Get(url + "/stream")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		lines := bufio.NewReader(resp.Body)
		for _, want := range []string{"first\n", "second\n", "third\n"} {
			if got, err := lines.ReadString('\n'); got != want {
				t.Fatalf("got %q, %v, want %q", got, err, want)
			}
			next := map[string]string{"first\n": "second", "second\n": "third"}[want]
			do(t, "GET", url+"/set_event?"+next)
		}
		if rest, err := io.ReadAll(lines); len(rest) > 0 || err != nil {
			t.Errorf("got %q, %v after the end", rest, err)
		}
		if _, got := do(t, "GET", url+"/wait?stream%20closed"); got != "yes" {
			t.Error("close() was not called")
		}
	}
}

// The iterable of a client that leaves is closed.
func TestWSGIClientLeaves(t *testing.T) {
	t.Parallel()
	for _, app := range []string{"application", "validated"} {
		url := serve(t, start(t, "wsgiapp:"+app, python.Options{Threads: 2}))
		for path, left := range map[string]string{"endless": "endless closed", "endless_write": "endless write ended"} {
			conn := dial(t, url)
			fmt.Fprintf(conn, "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n", path)
			if _, err := io.ReadFull(conn, make([]byte, 5000)); err != nil {
				t.Fatal(err)
			}
			conn.Close()
			if _, got := do(t, "GET", url+"/wait?"+strings.ReplaceAll(left, " ", "%20")); got != "yes" {
				t.Errorf("%s goes on", path)
			}
		}
	}
}

// environ sends a request as it stands, and returns what the application got.
func environ(t testing.TB, url, request string) map[string]any {
	t.Helper()
	conn := dial(t, url)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%s: %v in %q", resp.Status, err, body)
	}
	return got
}
