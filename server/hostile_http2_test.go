package server_test

import (
	"crypto/tls"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"github.com/nuages-web/nuages/server"
)

// A row2 is a request of HTTP/2 and the safe outcome.
type row2 struct {
	name string
	send func(c *h2Client) // on stream 1
	want string            // see h2Client.answer; alternatives are separated by "|"
	seen string            // what the application saw, or maybe
}

// maybe stands for a request that the application may have seen or not, before it was broken off.
const maybe = "*"

// fields sends a request without a body.
func fields(f ...string) func(*h2Client) {
	return func(c *h2Client) { c.must(c.request(1, true, f...)) }
}

// with changes one of the pseudo-headers, or takes it away.
func with(name, value string) func(*h2Client) {
	f := pseudo()
	for i := 0; i < len(f); i += 2 {
		if f[i] == name {
			f[i+1] = value
			if value == "" {
				f = append(f[:i], f[i+2:]...)
			}
			return fields(f...)
		}
	}
	return nil
}

// body sends a request with a body in frames; the last ends the stream.
func body(headers []string, frames ...string) func(*h2Client) {
	return func(c *h2Client) {
		f := pseudo(headers...)
		f[1] = "POST"
		c.must(c.request(1, false, f...))
		for i, data := range frames {
			c.must(c.WriteData(1, i == len(frames)-1, []byte(data)))
		}
	}
}

// trailers sends a body and a trailer behind it.
func trailers(name, value string) func(*h2Client) {
	return func(c *h2Client) {
		f := pseudo("trailer", name)
		f[1] = "POST"
		c.must(c.request(1, false, f...))
		c.must(c.WriteData(1, false, []byte("abc")))
		c.must(c.request(1, true, name, value))
	}
}

var http2Rows = []row2{
	{"GET", fields(pseudo()...), "200", "GET /"},
	{"POST", body([]string{"content-length", "3"}, "abc"), "200", `POST / Content-Length="3" "abc"`},
	{"TRACE", with(":method", "TRACE"), "405", ""},
	{"CONNECT", fields(":method", "CONNECT", ":authority", "evil.example:443"), "405", ""},
	{"CONNECT with a path", with(":method", "CONNECT"), "reset PROTOCOL_ERROR", ""},
	{"CONNECT for a WebSocket, not asked for", fields(":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":authority", "localhost", ":path", "/"), "reset PROTOCOL_ERROR", ""},
	{"unknown method", with(":method", "BREW"), "501", ""},
	{"method in lower case", with(":method", "get"), "501", ""},
	{"method with a space", with(":method", "GET /x HTTP/1.1\r\nX:"), "reset PROTOCOL_ERROR", ""},
	{"method that smuggles", with(":method", "GET /smuggled HTTP/1.1"), "501", ""},
	{"PRI", with(":method", "PRI"), "501", ""},
	{"no method", with(":method", ""), "reset PROTOCOL_ERROR", ""},
	{"no scheme", with(":scheme", ""), "reset PROTOCOL_ERROR", ""},
	{"another scheme", with(":scheme", "ftp"), "reset PROTOCOL_ERROR", ""},
	{"https in the clear", with(":scheme", "https"), "200", "GET /"},
	{"no path", with(":path", ""), "reset PROTOCOL_ERROR", ""},
	{"path in absolute form", with(":path", "http://evil.example/"), "400", ""},
	{"path of a name", with(":path", "evil.example"), "reset PROTOCOL_ERROR", ""},
	{"path with a fragment", with(":path", "/a#b"), "400", ""},
	{"path with a space", with(":path", "/ HTTP/1.1"), "400", ""},
	{"path that smuggles", with(":path", "/ HTTP/1.1\r\nX: y\r\n\r\nGET /smuggled HTTP/1.1"), "reset PROTOCOL_ERROR", ""},
	{"path with a NUL", with(":path", "/a\x00b"), "reset PROTOCOL_ERROR", ""},
	{"path with a tab", with(":path", "/a\tb"), "reset PROTOCOL_ERROR", ""},
	{"path of an asterisk", with(":path", "*"), "400", ""},
	{"OPTIONS of an asterisk", fields(":method", "OPTIONS", ":scheme", "http", ":authority", "localhost", ":path", "*"), "204", ""},
	{"path of two slashes", with(":path", "//evil.example/"), "200", "GET //evil.example/"},
	{"path too long", with(":path", "/"+strings.Repeat("x", 8<<10)), "414", ""},
	{"path that is long", with(":path", "/"+strings.Repeat("x", 8<<10-1)), "200", "GET /xxxx…8192"},
	{"no authority", with(":authority", ""), "400", ""},
	{"authority with a user", with(":authority", "u@localhost"), "reset PROTOCOL_ERROR", ""},
	{"authority with a path", with(":authority", "localhost/x"), "400", ""},
	{"authority with a space", with(":authority", "localhost x"), "400", ""},
	{"authority that smuggles", with(":authority", "localhost\r\nX: y"), "reset PROTOCOL_ERROR", ""},
	{"Host alone", fields(":method", "GET", ":scheme", "http", ":path", "/", "host", "localhost"), "200", "GET /"},
	{"two Hosts", fields(":method", "GET", ":scheme", "http", ":path", "/", "host", "localhost", "host", "evil.example"), "400", ""},
	{"Host like the authority", fields(pseudo("host", "localhost")...), "200", "GET /"},
	{"Host unlike the authority", fields(pseudo("host", "evil.example")...), "400", ""},
	{"method twice", fields(pseudo(":method", "POST")...), "reset PROTOCOL_ERROR", ""},
	{"path twice", fields(pseudo(":path", "/x")...), "reset PROTOCOL_ERROR", ""},
	{"authority twice", fields(pseudo(":authority", "evil.example")...), "reset PROTOCOL_ERROR", ""},
	{"pseudo-header behind others", fields(":method", "GET", ":scheme", "http", "x", "y", ":path", "/"), "reset PROTOCOL_ERROR", ""},
	{"unknown pseudo-header", fields(pseudo(":evil", "x")...), "reset PROTOCOL_ERROR", ""},
	{"status in a request", fields(pseudo(":status", "200")...), "reset PROTOCOL_ERROR", ""},
	{"name in capitals", fields(pseudo("X-Y", "z")...), "reset PROTOCOL_ERROR", ""},
	{"name with a space", fields(pseudo("x y", "z")...), "reset PROTOCOL_ERROR", ""},
	{"name with a colon", fields(pseudo("x:y", "z")...), "reset PROTOCOL_ERROR", ""},
	{"name that smuggles", fields(pseudo("x: y\r\nz", "z")...), "reset PROTOCOL_ERROR", ""},
	{"name that is empty", fields(pseudo("", "z")...), "reset PROTOCOL_ERROR", ""},
	{"names with underscores", fields(pseudo("x_forwarded_for", "1.2.3.4", "content_length", "5")...), "200", "GET /"},
	{"value with CRLF", fields(pseudo("x", "y\r\nz: w")...), "reset PROTOCOL_ERROR", ""},
	{"value with a bare LF", fields(pseudo("x", "y\nz")...), "reset PROTOCOL_ERROR", ""},
	{"value with a bare CR", fields(pseudo("x", "y\rz")...), "reset PROTOCOL_ERROR", ""},
	{"value with a NUL", fields(pseudo("x", "y\x00z")...), "reset PROTOCOL_ERROR", ""},
	{"value with spaces around", fields(pseudo("x", " y ")...), "200", `GET / X=" y "`},
	{"Connection", fields(pseudo("connection", "close")...), "400", ""},
	{"Proxy-Connection", fields(pseudo("proxy-connection", "close")...), "400", ""},
	{"Keep-Alive", fields(pseudo("keep-alive", "timeout=5")...), "400", ""},
	{"Upgrade", fields(pseudo("upgrade", "websocket")...), "400", ""},
	{"Transfer-Encoding", body([]string{"transfer-encoding", "chunked"}, "0\r\n\r\n"+smuggled), "400", ""},
	{"TE of trailers", fields(pseudo("te", "trailers")...), "200", `GET / Te="trailers"`},
	{"TE of something else", fields(pseudo("te", "gzip")...), "400", ""},
	{"Content-Length too short", body([]string{"content-length", "2"}, "abc"), "reset PROTOCOL_ERROR", maybe},
	{"Content-Length too long", body([]string{"content-length", "4"}, "abc"), "200", `POST / Content-Length="4" "abc" cut`},
	{"Content-Length too long, without a body", fields(pseudo("content-length", "4")...), "400", ""},
	{"Content-Length twice, different", body([]string{"content-length", "3", "content-length", "4"}, "abc"), "400", ""},
	{"Content-Length of nonsense", body([]string{"content-length", "x"}, "abc"), "400|reset PROTOCOL_ERROR", ""},
	{"Content-Length below zero", body([]string{"content-length", "-1"}, "abc"), "400|reset PROTOCOL_ERROR", ""},
	{"Content-Length of 2^63-1", body([]string{"content-length", "9223372036854775807"}, "abc"), "413", ""},
	{"cookies in crumbs", fields(pseudo("cookie", "a=b", "cookie", "c=d")...), "200", `GET / Cookie="a=b; c=d"`},
	{"201 cookies in crumbs", fields(pseudo(strings.Split(strings.Repeat("cookie,a=b,", 200)+"cookie,a=b", ",")...)...), "431", ""},
	{"101 headers", fields(pseudo(strings.Split(strings.Repeat("x,y,", 100)+"x,y", ",")...)...), "431", ""},
	{"headers of 100 KiB", fields(pseudo("x", strings.Repeat("y", 100<<10))...), "goaway COMPRESSION_ERROR", ""},

	{"trailers", trailers("x-sum", "1"), "200", `POST / trailer:X-Sum="1" "abc"`},
	{"pseudo-header in the trailers", trailers(":path", "/x"), "reset PROTOCOL_ERROR", maybe},
	{"Content-Length in the trailers", trailers("content-length", "5"), "200", `POST / "abc"`},
	{"DATA on a stream that was not opened", func(c *h2Client) { c.must(c.WriteData(1, true, []byte("abc"))) }, "goaway PROTOCOL_ERROR", ""},
	{"DATA behind the end", func(c *h2Client) {
		fields(pseudo()...)(c)
		c.must(c.WriteData(1, true, []byte("abc")))
	}, "200|reset STREAM_CLOSED", maybe},
	{"HEADERS behind the end", func(c *h2Client) {
		fields(pseudo()...)(c)
		fields(pseudo()...)(c)
	}, "200|reset STREAM_CLOSED|goaway STREAM_CLOSED|goaway PROTOCOL_ERROR", maybe},
	{"stream of an even number", func(c *h2Client) { c.must(c.request(2, true, pseudo()...)) }, "goaway PROTOCOL_ERROR", ""},
	{"stream 0", func(c *h2Client) { c.must(c.request(0, true, pseudo()...)) }, "goaway PROTOCOL_ERROR", ""},
	{"stream of a lower number", func(c *h2Client) {
		c.must(c.request(5, true, pseudo()...))
		fields(pseudo()...)(c)
	}, "goaway PROTOCOL_ERROR", maybe},
	{"window that overflows", func(c *h2Client) {
		c.must(c.request(1, false, pseudo()...))
		c.must(c.WriteWindowUpdate(1, 1<<31-1))
	}, "reset FLOW_CONTROL_ERROR", maybe},
	{"window of the connection that overflows", func(c *h2Client) { c.must(c.WriteWindowUpdate(0, 1<<31-1)) }, "goaway FLOW_CONTROL_ERROR", ""},
	{"window that grows by 0", func(c *h2Client) {
		c.must(c.request(1, false, pseudo()...))
		c.must(c.WriteWindowUpdate(1, 0))
	}, "reset PROTOCOL_ERROR", maybe},
	{"initial window that overflows", func(c *h2Client) {
		c.must(c.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 31}))
	}, "goaway FLOW_CONTROL_ERROR", ""},
	{"stream that depends on itself", func(c *h2Client) {
		c.must(c.WritePriority(1, http2.PriorityParam{StreamDep: 1}))
	}, "reset PROTOCOL_ERROR", ""},
	{"PUSH_PROMISE", func(c *h2Client) {
		c.must(c.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: c.encode(pseudo()...), EndHeaders: true}))
	}, "goaway PROTOCOL_ERROR", ""},
	{"CONTINUATION alone", func(c *h2Client) { c.must(c.WriteContinuation(1, true, c.encode(pseudo()...))) }, "goaway PROTOCOL_ERROR", ""},
	{"DATA between HEADERS and CONTINUATION", func(c *h2Client) {
		c.must(c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.encode(pseudo()...)}))
		c.must(c.WriteData(1, true, nil))
	}, "goaway PROTOCOL_ERROR", ""},
	{"frame too long", func(c *h2Client) {
		c.must(c.request(1, false, pseudo()...))
		c.must(c.WriteData(1, true, make([]byte, 16<<10+1)))
	}, "goaway FRAME_SIZE_ERROR", maybe},
	{"padding longer than the frame", func(c *h2Client) {
		c.must(c.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders|http2.FlagHeadersPadded, 1, []byte{200, 0x82}))
	}, "reset PROTOCOL_ERROR", ""},
	{"HPACK index that is not there", func(c *h2Client) { c.must(c.raw(0xff, 0xff, 0x7f)) }, "goaway COMPRESSION_ERROR", ""},
	{"HPACK index 0", func(c *h2Client) { c.must(c.raw(0x80)) }, "goaway COMPRESSION_ERROR", ""},
	{"HPACK integer without end", func(c *h2Client) { c.must(c.raw([]byte(strings.Repeat("\xff", 100))...)) }, "goaway COMPRESSION_ERROR", ""},
	{"HPACK string longer than the block", func(c *h2Client) { c.must(c.raw(0x00, 0x7f, 0xff, 0xff, 0x03, 'x')) }, "goaway COMPRESSION_ERROR", ""},
	{"HPACK Huffman code of EOS", func(c *h2Client) { c.must(c.raw(0x00, 0x84, 0xff, 0xff, 0xff, 0xff, 0x01, 'x')) }, "goaway COMPRESSION_ERROR", ""},
	{"HPACK table larger than allowed", func(c *h2Client) { c.must(c.raw(0x3f, 0xe1, 0xff, 0x03, 0x82)) }, "goaway COMPRESSION_ERROR", ""},
	{"HPACK table size in the middle", func(c *h2Client) { c.must(c.raw(0x82, 0x20)) }, "reset PROTOCOL_ERROR", ""},
	{"HEADERS that are empty", func(c *h2Client) { c.must(c.raw()) }, "reset PROTOCOL_ERROR", ""},
}

// raw sends a header block as it is.
func (c *h2Client) raw(block ...byte) error {
	return c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block, EndHeaders: true, EndStream: true})
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	app := newRecorder()
	s := start(t, app, server.Options{MaxCookies: 200, Logger: quiet()})
	whole := t
	for _, r := range http2Rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			// Connections stay open until all rows are done: another that got the port would be given
			// what the application notes late.
			c := dialH2(whole, s.addr)
			r.send(c)
			answer := c.answer(1)
			seen := strings.Join(app.of(c), "; ")
			if !slices.Contains(strings.Split(r.want, "|"), answer) || seen != r.seen && r.seen != maybe {
				t.Errorf("got %s | %s\nwant %s | %s", answer, seen, r.want, r.seen)
			}
		})
	}
}

// TestFrameTypes sends frames of the types that HTTP/2 doesn't know, to a stream and to the connection:
// they are left aside. Versions of golang.org/x/net before 0.51 crashed (CVE-2026-27141).
func TestFrameTypes(t *testing.T) {
	t.Parallel()
	const priorityUpdate = 0x10 // RFC 9218: known, so that nonsense in it closes the connection
	s := start(t, newRecorder(), server.Options{Logger: quiet()})
	c := dialH2(t, s.addr)
	stream := uint32(1)
	for kind := http2.FrameContinuation + 1; kind != 0; kind++ {
		if kind == priorityUpdate {
			continue
		}
		c.must(c.WriteRawFrame(kind, 0xff, 0, []byte("12345678")))
		c.must(c.request(stream, false, pseudo()...))
		c.must(c.WriteRawFrame(kind, 0xff, stream, []byte("12345678")))
		c.must(c.WriteData(stream, true, nil))
		if answer := c.answer(stream); answer != "200" {
			t.Errorf("behind frames of type %#x: %s", kind, answer)
		}
		stream += 2
	}
}

// TestHTTP2Preface speaks HTTP/1.1 where HTTP/2 has been agreed on.
func TestHTTP2Preface(t *testing.T) {
	t.Parallel()
	app := newRecorder()
	s := start(t, app, server.Options{Addresses: []string{"https://127.0.0.1:0"}, TLS: serverTLS(), Logger: quiet()})
	for _, text := range []string{request, "PRI * HTTP/2.0\r\nHost: localhost\r\n\r\n", http2.ClientPreface[:14] + request} {
		conf := clientTLS()
		conf.NextProtos = []string{"h2"}
		c := tls.Client(dial(t, s.addr, ""), conf)
		if _, err := io.WriteString(c, text+request); err != nil {
			t.Fatal(err)
		}
		if codes, seen := answersOf(t, c), app.of(c); len(codes) > 0 && codes[0] != "400" || len(codes) > 1 || seen != nil {
			t.Errorf("%q was answered %s; the application saw %s", text, codes, seen)
		}
	}
}
