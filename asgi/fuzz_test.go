package asgi_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi"
)

// FuzzHeaders sends arbitrary header fields. Whatever is not refused must
// arrive as exactly that one field.
func FuzzHeaders(f *testing.F) {
	f.Add("x-a", "value")
	f.Add("x-a", "a\r\nb: c")
	f.Add("x\x00", "\x7f")
	f.Add("content-length", "0")
	f.Add("X-Ünïcode", "\xff\xfe")
	f.Add(":status", "500")
	var name, value string
	var sendErr error
	server := httptest.NewServer(asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		sendErr = send(ctx, &asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: name, Value: value}}})
		if sendErr != nil {
			return respond(ctx, send, 400, "")
		}
		return send(ctx, &asgi.HTTPResponseBody{})
	}), quiet()))
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, n, v string) {
		switch http.CanonicalHeaderKey(n) {
		case "Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Date", "Content-Type":
			return // net/http has its own ideas of these
		}
		name, value = n, v
		resp, err := http.Get(server.URL)
		if err != nil {
			t.Fatalf("%q: %q: %v", n, v, err)
		}
		resp.Body.Close()
		if sendErr != nil {
			if !errors.As(sendErr, new(*asgi.ProtocolError)) {
				t.Fatalf("%q: %q: %v", n, v, sendErr)
			}
			return
		}
		resp.Header.Del("Date")
		resp.Header.Del("Content-Length")
		if got := resp.Header.Get(n); len(resp.Header) != 1 || got != strings.Trim(v, " \t") {
			t.Fatalf("sent %q: %q, client got %v", n, v, resp.Header)
		}
	})
}

// FuzzRequest passes arbitrary requests through events and compares what the
// handler sees with what net/http shows it.
func FuzzRequest(f *testing.F) {
	f.Add("GET /a%2Fb?x HTTP/1.1\r\nHost: a\r\n\r\n")
	f.Add("POST http://h/%zz HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc")
	f.Add("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
	f.Add("POST //x//y? HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	type view struct{ method, path, raw, query, host, body string }
	var got view
	look := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = view{r.Method, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Host, string(body)}
	})
	events := asgi.NewHandler(through(asgi.FromHandler(look)), quiet())
	f.Fuzz(func(t *testing.T, wire string) {
		parse := func() *http.Request {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
			if err != nil {
				return nil
			}
			body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
			if err != nil {
				return nil
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			return r
		}
		r := parse()
		if r == nil || r.Method != strings.ToUpper(r.Method) || r.Header.Get("Upgrade") != "" {
			return
		}
		look(nil, r)
		want := got
		got = view{}
		events.ServeHTTP(httptest.NewRecorder(), parse())
		if got != want {
			t.Fatalf("%q:\n got %+v\nwant %+v", wire, got, want)
		}
	})
}
