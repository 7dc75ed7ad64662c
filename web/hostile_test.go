package web_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// hostileView reads everything that a request can hold, and echoes some of it into each place of the
// response that text from outside can get to.
func hostileView(r *web.Request) (web.Response, error) {
	for _, m := range r.AcceptedTypes() {
		_ = m.String()
	}
	_, _, _, _ = r.Hostname(), r.Port(), r.FullPath(), r.AbsoluteURI("")
	_, _, _ = r.Cookies(), r.ContentType(), r.RemoteAddr()
	q := r.Query()
	switch v := q.Get("v"); q.Get("into") {
	case "header":
		return web.Text("x").WithHeader("X-Echo", v), nil
	case "header-name":
		return web.Text("x").WithHeader(v, "x"), nil
	case "cookie":
		return web.Text("x").WithCookie(web.Cookie{Name: "c", Value: v}), nil
	case "cookie-name":
		return web.Text("x").WithCookie(web.Cookie{Name: v, Value: "x"}), nil
	case "cookie-path":
		return web.Text("x").WithCookie(web.Cookie{Name: "c", Path: v}), nil
	case "redirect":
		return web.Redirect(v), nil
	case "type":
		return web.Bytes(v, []byte("x")), nil
	case "stream-type":
		return web.Reader(v, strings.NewReader("x")), nil
	case "error-header":
		return web.Response{}, &web.Error{Status: 400, Message: "no", Header: http.Header{"X-Echo": {v}}}
	case "download":
		return web.Text("x").WithHeader("Content-Disposition", web.ContentDisposition(true, v)), nil
	case "file":
		return web.OpenFile(emptyFS{}, v, nil), nil
	}
	switch r.ContentType() {
	case "application/json":
		var v any
		if err := r.JSON(&v); err != nil {
			return web.Response{}, err
		}
	default:
		if _, err := r.Form(); err != nil {
			return web.Response{}, err
		}
		if _, err := r.Body(); err != nil && r.ContentType() != "multipart/form-data" {
			return web.Response{}, err
		}
	}
	return web.Text("fine"), nil
}

// A hostile request and what it has to be answered with. status 0 stands for any below 500.
type hostile struct {
	name, method, target, header, body string
	status                             int
	text                               string // of the answer
}

var hostileRequests = []hostile{
	{name: "10,001 parameters", target: "/?" + strings.Repeat("a&", 10_000) + "a", status: 414, text: "too long"},
	{name: "1,001 parameters", target: "/?" + strings.Repeat("a&", 1_000) + "a", status: 400, text: "too many parameters"},
	{name: "semicolons are data", target: "/?a=1;b=2", status: 200, text: "fine"},
	{name: "3,001 cookies", target: "/", header: "Cookie: " + strings.Repeat("a=1; ", 3_000) + "a=1", status: 431, text: "too many cookies"},
	{name: "3,001 cookies, no values", target: "/", header: "Cookie: " + strings.Repeat(";", 3_000), status: 431, text: "too many cookies"},
	{name: "101 headers", target: "/", header: manyHeaders(101), status: 431, text: "too many headers"},
	{name: "101 headers of one name", target: "/", header: strings.Repeat("X-A: 1\r\n", 101) + "X-B: 1", status: 431, text: "too many headers"},
	{name: "long path", target: "/" + strings.Repeat("x", 9_000), status: 414, text: "too long"},
	{name: "path of a host", target: "//evil.com/%2f..", status: 200, text: "fine"},
	{name: "path upwards", target: "/..%2f..", status: 200, text: "fine"},
	{name: "NUL in the path", target: "/%00", status: 400, text: "path of this request"},
	{name: "invalid UTF-8 in the path", target: "/%ff", status: 400, text: "path of this request"},
	{name: "overlong slash in the path", target: "/%c0%af", status: 400, text: "path of this request"},
	{name: "surrogate in the path", target: "/%ed%a0%80", status: 400, text: "path of this request"},
	{name: "raw bytes in the path", target: "/\xff\xfe", status: 400},
	{name: "broken percent", target: "/%", status: 400},
	{name: "broken percent in the query", target: "/?a=%&b=%zz&%", status: 200, text: "fine"},
	{name: "NUL in a value", target: "/?a=%00", status: 400, text: "query of this request"},
	{name: "NUL in a name", target: "/?%00=a", status: 400, text: "query of this request"},
	{name: "invalid UTF-8 in a value", target: "/?a=%ff", status: 400, text: "query of this request"},
	{name: "invalid UTF-8 in a name", target: "/?%ff=a", status: 400, text: "query of this request"},
	{name: "raw invalid UTF-8 in the query", target: "/?a=\xff", status: 400},
	{name: "NUL in a cookie", target: "/", header: "Cookie: a=\x00", status: 400},
	{name: "quoted NUL in a cookie", target: "/", header: `Cookie: a="x\000"`, status: 400, text: "cookie of this request"},
	{name: "quoted backslash in a cookie", target: "/", header: `Cookie: a="\\000"`, status: 200, text: "fine"},
	{name: "invalid UTF-8 in a cookie", target: "/", header: "Cookie: a=\xff", status: 400, text: "cookie of this request"},
	{name: "invalid UTF-8 in a cookie's name", target: "/", header: "Cookie: \xff=a", status: 400, text: "cookie of this request"},

	{name: "NUL in Host", target: "/", header: "Host: a\x00b", status: 400},
	{name: "invalid UTF-8 in Host", target: "/", header: "Host: a\xffb", status: 400},
	{name: "path in Host", target: "/", header: "Host: evil.com/x", status: 400},
	{name: "user in Host", target: "/", header: "Host: good.com@evil.com", status: 400},
	{name: "port of letters", target: "/", header: "Host: good.com:x", status: 400},
	{name: "two ports", target: "/", header: "Host: good.com:1:2", status: 400},
	{name: "long Host", target: "/", header: "Host: " + strings.Repeat("a", 5_000), status: 400, text: "Host header"},
	{name: "invalid UTF-8 in Accept", target: "/", header: "Accept: text/\xff", status: 400, text: "header Accept"},
	{name: "many types in Accept", target: "/", header: "Accept: " + strings.Repeat("a/b,", 20_000), status: 200, text: "fine"},
	{name: "many parameters in Accept", target: "/", header: "Accept: a/b" + strings.Repeat(";a=b", 20_000), status: 200, text: "fine"},
	{name: "no number in Accept", target: "/", header: "Accept: a/b;q=NaN, c/d;q=-1, e/f;q=1e999", status: 200, text: "fine"},
	{name: "invalid UTF-8 in Content-Type", method: "POST", target: "/", header: "Content-Type: text/\xff", body: "x", status: 400, text: "header Content-Type"},
	{name: "nonsense in Content-Type", method: "POST", target: "/", header: "Content-Type: ;;;=", body: "x", status: 200, text: "fine"},
	{name: "invalid UTF-8 in Range", target: "/", header: "Range: bytes=\xff", status: 400, text: "header Range"},
	{name: "invalid UTF-8 in If-None-Match", target: "/", header: "If-None-Match: \"\xff\"", status: 400, text: "header If-None-Match"},
	{name: "invalid UTF-8 in Last-Event-ID", target: "/", header: "Last-Event-ID: \xff", status: 400, text: "header Last-Event-Id"},
	{name: "invalid UTF-8 in Origin", target: "/", header: "Origin: http://\xff", status: 400, text: "header Origin"},
	{name: "invalid UTF-8 in Sec-WebSocket-Protocol", target: "/", header: "Sec-WebSocket-Protocol: \xff", status: 400, text: "header Sec-Websocket-Protocol"},
	{name: "NUL in Sec-WebSocket-Key", target: "/", header: "Sec-WebSocket-Key: \x00", status: 400},
	{name: "invalid UTF-8 in User-Agent is data", target: "/", header: "User-Agent: \xff", status: 200, text: "fine"},

	{name: "CRLF into a header", target: "/?into=header&v=a%0d%0aX-Evil:+1", status: 400, text: "header of the response"},
	{name: "LF into a header", target: "/?into=header&v=a%0aX-Evil:+1", status: 400, text: "header of the response"},
	{name: "control into a header", target: "/?into=header&v=a%7fb", status: 400, text: "header of the response"},
	{name: "CRLF into a header's name", target: "/?into=header-name&v=X-A:+1%0d%0aX-Evil", status: 400, text: "header of the response"},
	{name: "nothing into a header's name", target: "/?into=header-name&v=", status: 400, text: "header of the response"},
	{name: "CRLF into a cookie is quoted", target: "/?into=cookie&v=a%0d%0aX-Evil:+1", status: 200, text: "\nSet-Cookie: c=\"a\\015\\012X-Evil: 1\""},
	{name: "semicolon into a cookie is quoted", target: "/?into=cookie&v=a;+Path=/x", status: 200, text: "\nSet-Cookie: c=\"a\\073 Path=/x\""},
	{name: "CRLF into a cookie's name", target: "/?into=cookie-name&v=a%0d%0aX-Evil:+1", status: 400, text: "cookie of this response"},
	{name: "semicolon into a cookie's path", target: "/?into=cookie-path&v=/;Domain=x", status: 400, text: "cookie of this response"},
	{name: "CRLF into a redirect", target: "/?into=redirect&v=/%0d%0aX-Evil:+1", status: 400, text: "not allowed"},
	{name: "redirect to another host", target: "/?into=redirect&v=//evil.com", status: 400, text: "not allowed"},
	{name: "redirect with backslashes", target: `/?into=redirect&v=/%5cevil.com`, status: 400, text: "not allowed"},
	{name: "redirect to a script", target: "/?into=redirect&v=javascript:alert(1)", status: 400, text: "not allowed"},
	{name: "redirect to a script in disguise", target: "/?into=redirect&v=java%09script:alert(1)", status: 400, text: "not allowed"},
	{name: "redirect too long", target: "/?into=redirect&v=/" + strings.Repeat("%20", 2_000), status: 302},
	{name: "CRLF into Content-Type", target: "/?into=type&v=a/b%0d%0aX-Evil:+1", status: 400, text: "header of the response"},
	{name: "CRLF into a stream's Content-Type", target: "/?into=stream-type&v=a/b%0d%0aX-Evil:+1", status: 400, text: "header of the response"},
	{name: "CRLF into an error's header", target: "/?into=error-header&v=a%0d%0aX-Evil:+1", status: 400, text: "no"},
	{name: "CRLF into a file name is escaped", target: "/?into=download&v=a%0d%0aX-Evil:+1%22", status: 200, text: "filename*=utf-8''a%0D%0AX-Evil%3A%201%22"},
	{name: "file upwards", target: "/?into=file&v=../../etc/passwd", status: 404, text: "no such file"},
	{name: "file of the root", target: "/?into=file&v=/etc/passwd", status: 404, text: "no such file"},
	{name: "file of a long name", target: "/?into=file&v=" + strings.Repeat("x", 5_000), status: 404, text: "no such file"},

	{name: "1,001 fields", method: "POST", target: "/", header: urlencoded, body: strings.Repeat("a&", 1_000) + "a", status: 400, text: "too many fields"},
	{name: "NUL in a field", method: "POST", target: "/", header: urlencoded, body: "a=%00", status: 400, text: "NUL byte"},
	{name: "NUL in a field's name", method: "POST", target: "/", header: urlencoded, body: "%00=a", status: 400, text: "NUL byte"},
	{name: "invalid UTF-8 in a field", method: "POST", target: "/", header: urlencoded, body: "a=%ff", status: 400, text: "not valid UTF-8"},
	{name: "raw invalid UTF-8 in a field", method: "POST", target: "/", header: urlencoded, body: "\xff=a", status: 400, text: "not valid UTF-8"},
	{name: "form in Latin-1", method: "POST", target: "/", header: urlencoded + "; charset=iso-8859-1", body: "a=%fc", status: 400, text: "UTF-8"},
	{name: "form over the limit", method: "POST", target: "/", header: urlencoded, body: "a=" + strings.Repeat("x", 3<<20), status: 413, text: "larger than the 2.5 MiB"},

	{name: "empty JSON", method: "POST", target: "/", header: jsonType, body: "", status: 400, text: "no body"},
	{name: "broken JSON", method: "POST", target: "/", header: jsonType, body: "{\n \"a\": }", status: 400, text: "line 2, column 7"},
	{name: "JSON cut off", method: "POST", target: "/", header: jsonType, body: `{"a": [1`, status: 400, text: "ends too early"},
	{name: "JSON with more behind", method: "POST", target: "/", header: jsonType, body: `{} {}`, status: 400, text: "goes on"},
	{name: "JSON too deep", method: "POST", target: "/", header: jsonType, body: strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), status: 400, text: "malformed"},
	{name: "JSON of 2 million brackets", method: "POST", target: "/", header: jsonType, body: strings.Repeat("[", 2_000_000), status: 400, text: "malformed"},
	{name: "JSON of invalid UTF-8", method: "POST", target: "/", header: jsonType, body: "\"\xff\"", status: 400, text: "not valid UTF-8"},
	{name: "NUL in JSON", method: "POST", target: "/", header: jsonType, body: "\"\x00\"", status: 400, text: "malformed"},
	{name: "JSON over the limit", method: "POST", target: "/", header: jsonType, body: `"` + strings.Repeat("x", 3<<20) + `"`, status: 413, text: "larger than the 2.5 MiB"},

	{name: "no boundary", method: "POST", target: "/", header: "Content-Type: multipart/form-data", body: "x", status: 400, text: "no valid boundary"},
	{name: "empty boundary", method: "POST", target: "/", header: `Content-Type: multipart/form-data; boundary=""`, body: "x", status: 400, text: "no valid boundary"},
	{name: "boundary of 201 bytes", method: "POST", target: "/", header: "Content-Type: multipart/form-data; boundary=" + strings.Repeat("x", 201), body: "x", status: 400, text: "no valid boundary"},
	{name: "boundary beyond ASCII", method: "POST", target: "/", header: "Content-Type: multipart/form-data; boundary=ü", body: "x", status: 400, text: "no valid boundary"},
	{name: "another boundary", method: "POST", target: "/", header: multipartType, body: "--c\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--c--\r\n", status: 400, text: "malformed"},
	{name: "no last boundary", method: "POST", target: "/", header: multipartType, body: "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n", status: 400, text: "malformed"},
	{name: "part without header", method: "POST", target: "/", header: multipartType, body: "--b\r\n\r\n1\r\n--b--\r\n", status: 400, text: "malformed"},
	{name: "nothing but a boundary", method: "POST", target: "/", header: multipartType, body: "--b", status: 400, text: "malformed"},
	{name: "multipart of zeros", method: "POST", target: "/", header: multipartType, body: strings.Repeat("\x00", 1<<20), status: 400, text: "malformed"},
	{name: "many boundaries", method: "POST", target: "/", header: multipartType, body: strings.Repeat("--b\r\n", 200_000), status: 400, text: "malformed"},
	{name: "multipart in a multipart is a field", method: "POST", target: "/", header: multipartType, body: part(`form-data; name="a"`+"\r\nContent-Type: multipart/mixed; boundary=c", "--c\r\n\r\nx\r\n--c--") + "--b--\r\n", status: 200, text: "fine"},
	{name: "header of a part too long", method: "POST", target: "/", header: multipartType, body: "--b\r\nX: " + strings.Repeat("x", 11<<20) + "\r\n\r\n1\r\n--b--\r\n", status: 400, text: "malformed"},
	{name: "headers of a part too many", method: "POST", target: "/", header: multipartType, body: "--b\r\n" + strings.Repeat("X: 1\r\n", 10_001) + "\r\n1\r\n--b--\r\n", status: 400, text: "malformed"},
	{name: "1,001 parts", method: "POST", target: "/", header: multipartType, body: strings.Repeat(part(`form-data; name="a"`, "1"), 1_001) + "--b--\r\n", status: 400, text: "too many fields"},
	{name: "1,001 parts without a name", method: "POST", target: "/", header: multipartType, body: strings.Repeat(part(`form-data`, "1"), 1_001) + "--b--\r\n", status: 400, text: "too many fields"},
	{name: "101 files", method: "POST", target: "/", header: multipartType, body: strings.Repeat(part(`form-data; name="a"; filename="x"`, "1"), 101) + "--b--\r\n", status: 400, text: "too many files"},
	{name: "broken base64", method: "POST", target: "/", header: multipartType, body: part("form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64", "!!!!") + "--b--\r\n", status: 400, text: "malformed"},
	{name: "base64 cut off", method: "POST", target: "/", header: multipartType, body: part("form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64", "YWJ") + "--b--\r\n", status: 400, text: "malformed"},
	{name: "NUL in a part", method: "POST", target: "/", header: multipartType, body: part(`form-data; name="a"`, "x\x00") + "--b--\r\n", status: 400, text: "NUL byte"},
	{name: "invalid UTF-8 in a part", method: "POST", target: "/", header: multipartType, body: part(`form-data; name="a"`, "\xff") + "--b--\r\n", status: 400, text: "NUL byte"},
	{name: "NUL in a part's name", method: "POST", target: "/", header: multipartType, body: part(`form-data; name*=utf-8''%00`, "x") + "--b--\r\n", status: 400, text: "NUL byte"},
	{name: "invalid UTF-8 in a part's name", method: "POST", target: "/", header: multipartType, body: part("form-data; name=\"\xff\"", "x") + "--b--\r\n", status: 400},
	{name: "NUL in a file's name", method: "POST", target: "/", header: multipartType, body: part(`form-data; name="a"; filename*=utf-8''x%00.txt`, "x") + "--b--\r\n", status: 400, text: "NUL byte"},
	{name: "character reference of NUL in a file's name", method: "POST", target: "/", header: multipartType, body: part(`form-data; name="a"; filename="x&#0;.txt"`, "x") + "--b--\r\n", status: 200, text: "fine"},
	{name: "field over the limit", method: "POST", target: "/", header: multipartType, body: part(`form-data; name="a"`, strings.Repeat("x", 3<<20)) + "--b--\r\n", status: 413, text: "larger than the 2.5 MiB"},
	{name: "file over the limit", method: "POST", target: "/", header: multipartType, body: part(`form-data; name="a"; filename="x"`, strings.Repeat("x", 33<<20)) + "--b--\r\n", status: 413, text: "larger than the 32 MiB"},
}

const (
	urlencoded    = "Content-Type: application/x-www-form-urlencoded"
	jsonType      = "Content-Type: application/json"
	multipartType = "Content-Type: multipart/form-data; boundary=b"
)

func part(disposition, body string) string {
	return "--b\r\nContent-Disposition: " + disposition + "\r\n\r\n" + body + "\r\n"
}

func manyHeaders(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "X-H%d: 1\r\n", i)
	}
	return strings.TrimSuffix(b.String(), "\r\n")
}

// wire writes the request as it goes over a socket.
func (h hostile) wire(chunked bool) string {
	method := h.method
	if method == "" {
		method = "GET"
	}
	s := method + " " + h.target + " HTTP/1.1\r\nConnection: close\r\n"
	if !strings.HasPrefix(h.header, "Host:") {
		s += "Host: localhost\r\n"
	}
	if h.header != "" {
		s += h.header + "\r\n"
	}
	if !chunked {
		return s + "Content-Length: " + strconv.Itoa(len(h.body)) + "\r\n\r\n" + h.body
	}
	var b strings.Builder
	b.WriteString(s + "Transfer-Encoding: chunked\r\n\r\n")
	for rest := h.body; rest != ""; {
		n := min(len(rest), 60_000)
		b.WriteString(strconv.FormatInt(int64(n), 16) + "\r\n" + rest[:n] + "\r\n")
		rest = rest[n:]
	}
	b.WriteString("0\r\n\r\n")
	return b.String()
}

func TestHostileOverSockets(t *testing.T) {
	t.Parallel()
	srv, journal := listen(t, hostileView, nil)
	for _, h := range hostileRequests {
		for _, chunked := range []bool{false, true} {
			if chunked && h.body == "" {
				continue
			}
			t.Run(h.name+map[bool]string{true: ", chunked"}[chunked], func(t *testing.T) {
				t.Parallel()
				checkHostile(t, h, raw(t, srv, h.wire(chunked)))
			})
		}
	}
	t.Cleanup(func() {
		if log := journal.String(); strings.Contains(log, "level=ERROR") {
			t.Errorf("errors in the log:\n%s", log)
		}
	})
}

func checkHostile(t *testing.T, h hostile, answer string) {
	t.Helper()
	if len(answer) > 3_000 {
		answer = answer[:3_000] + "…"
	}
	fields := strings.Fields(answer)
	if len(fields) < 2 {
		t.Fatalf("no answer: %q", answer)
	}
	status, _ := strconv.Atoi(fields[1])
	if status < 200 || status >= 500 || h.status != 0 && status != h.status {
		t.Errorf("status %d, want %d:\n%s", status, h.status, answer)
	}
	if !strings.Contains(answer, h.text) {
		t.Errorf("no %q in the answer:\n%s", h.text, answer)
	}
	if head, _, _ := strings.Cut(answer, "\r\n\r\n"); strings.Contains(head, "\nX-Evil:") {
		t.Errorf("a header was smuggled in:\n%s", head)
	}
}

// In process nothing but our own checks stands before the view: what net/http would refuse comes
// through as well.
func TestHostileInProcess(t *testing.T) {
	t.Parallel()
	for _, h := range hostileRequests {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{Method: "GET", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Host: "localhost"}
			if h.method != "" {
				r.Method = h.method
			}
			u, err := parseTarget(h.target)
			if err != nil {
				return // no http.Request can have it
			}
			r.URL, r.RequestURI = u, h.target
			for line := range strings.SplitSeq(h.header, "\r\n") {
				if name, value, ok := strings.Cut(line, ": "); ok && name == "Host" {
					r.Host = value
				} else if ok {
					r.Header.Add(name, value)
				}
			}
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(h.body)), int64(len(h.body))
			w := serve(t, hostileView, nil, r)
			var answer bytes.Buffer
			if err := w.Result().Write(&answer); err != nil {
				t.Fatal(err)
			}
			checkHostile(t, h, answer.String())
		})
	}
}

// NUL bytes are refused in every header that the framework reads, also where no server looks first.
func TestHostileHeadersInProcess(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Accept", "Content-Type", "Range", "If-None-Match", "If-Match", "If-Range",
		"Last-Event-Id", "Origin", "Sec-Websocket-Key", "Sec-Websocket-Protocol", "Cookie", "X-Forwarded-For"} {
		for _, value := range []string{"a\x00b", "a\xffb"} {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header[name] = []string{value}
			w := serve(t, hostileView, nil, r)
			if w.Code != 400 || !strings.Contains(w.Body.String(), "not valid UTF-8") {
				t.Errorf("%s %q: %d %s", name, value, w.Code, w.Body)
			}
		}
	}
}

// A multipart body that never ends is broken off at the limit; one that the client breaks off is a 400.
func TestEndlessMultipart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limits web.Limits
		read   int64 // at most
	}{
		"file":  {web.Limits{Upload: 1 << 20}, 1<<20 + 64<<10},
		"field": {web.Limits{Body: 1 << 20, Upload: 1 << 30}, 1<<20 + 64<<10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := &endless{start: "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x\"\r\n\r\n"}
			if name == "field" {
				body.start = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
			}
			r := httptest.NewRequest("POST", "/", body)
			r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			w := serve(t, hostileView, &web.Options{Limits: test.limits}, r)
			if w.Code != 413 || body.n > test.read {
				t.Errorf("status %d after %d bytes, want 413 after at most %d: %s", w.Code, body.n, test.read, w.Body)
			}
		})
	}
}

type endless struct {
	start string
	n     int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.start)
	e.start = e.start[n:]
	for i := n; i < len(p); i++ {
		p[i] = 'x'
	}
	e.n += int64(len(p))
	return len(p), nil
}

// Work grows linearly with the input: four times the input allocates about four times the bytes, up to
// twice that where maps and buffers double, and not the sixteen times of quadratic work.
func TestLinearGrowth(t *testing.T) {
	// Not parallel: it counts the allocations of the whole process.
	for name, request := range map[string]func(n int) *http.Request{
		"query": func(n int) *http.Request {
			return httptest.NewRequest("GET", "/?"+distinct(n, "&"), nil)
		},
		"query of one name": func(n int) *http.Request {
			return httptest.NewRequest("GET", "/?"+strings.Repeat("a=%41&", n), nil)
		},
		"cookies": func(n int) *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Cookie", distinct(n, "; "))
			return r
		},
		"form": func(n int) *http.Request {
			r := httptest.NewRequest("POST", "/", strings.NewReader(distinct(n, "&")))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		},
		"multipart": func(n int) *http.Request {
			var b strings.Builder
			for i := range n {
				b.WriteString(part(`form-data; name="a`+strconv.Itoa(i)+`"`, "1"))
			}
			b.WriteString("--b--\r\n")
			r := httptest.NewRequest("POST", "/", strings.NewReader(b.String()))
			r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			return r
		},
		"JSON": func(n int) *http.Request {
			r := httptest.NewRequest("POST", "/", strings.NewReader("["+strings.Repeat("1,", n)+"1]"))
			r.Header.Set("Content-Type", "application/json")
			return r
		},
		"Accept": func(n int) *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept", strings.Repeat("a/b;q=0.1,", n))
			return r
		},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 2_000
			small, large := work(t, request, n), work(t, request, 4*n)
			if large > 8*small+100_000 {
				t.Errorf("%d bytes allocated for %d, %d for %d", small, n, large, 4*n)
			}
		})
	}
}

func work(t *testing.T, request func(n int) *http.Request, n int) int64 {
	t.Helper()
	h := web.ToHTTP(hostileView, &web.Options{Limits: web.Limits{Fields: -1, Cookies: -1, URL: -1}})
	least := int64(math.MaxInt64)
	for range 3 {
		r, w := request(n), httptest.NewRecorder()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		h.ServeHTTP(w, r)
		runtime.ReadMemStats(&after)
		if w.Code != 200 {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		least = min(least, int64(after.TotalAlloc-before.TotalAlloc))
	}
	return least
}

func distinct(n int, separator string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = "name" + strconv.Itoa(i) + "=%C3%BC" + strconv.Itoa(i)
	}
	return strings.Join(list, separator)
}
