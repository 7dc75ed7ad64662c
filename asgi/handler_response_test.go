package asgi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

// TestHandlerProtocol sends events in wrong order or with wrong content. The
// last error of the list must be a ProtocolError, the others nil.
func TestHandlerProtocol(t *testing.T) {
	t.Parallel()
	start := &asgi.HTTPResponseStart{Status: 200}
	end := &asgi.HTTPResponseBody{}
	with := func(fields ...asgi.Header) *asgi.HTTPResponseStart {
		return &asgi.HTTPResponseStart{Status: 200, Headers: fields}
	}
	minus := int64(-1)
	cases := []struct {
		name   string
		events []asgi.Event
		status int // what the client sees; 0 when the connection is cut
	}{
		{"body before start", []asgi.Event{end}, 500},
		{"second start", []asgi.Event{start, start}, 0},
		{"body after completion", []asgi.Event{start, end, end}, 200},
		{"start after completion", []asgi.Event{start, end, start}, 200},
		{"hint after completion", []asgi.Event{start, end, &asgi.HTTPResponseEarlyHint{Links: []string{"</x>"}}}, 200},
		{"body longer than declared", []asgi.Event{with(asgi.Header{"content-length", "3"}), &asgi.HTTPResponseBody{Body: []byte("abcd")}}, 0},
		{"second part too long", []asgi.Event{with(asgi.Header{"content-length", "3"}), &asgi.HTTPResponseBody{Body: []byte("ab"), MoreBody: true}, &asgi.HTTPResponseBody{Body: []byte("cd")}}, 0},
		{"body shorter than declared", []asgi.Event{with(asgi.Header{"content-length", "3"}), &asgi.HTTPResponseBody{Body: []byte("ab")}}, 0},
		{"bad length", []asgi.Event{with(asgi.Header{"content-length", "+3"})}, 500},
		{"two lengths", []asgi.Event{with(asgi.Header{"content-length", "3"}, asgi.Header{"content-length", "4"})}, 500},
		{"CR LF in value", []asgi.Event{with(asgi.Header{"x-a", "1\r\nset-cookie: a=b"})}, 500},
		{"LF in value", []asgi.Event{with(asgi.Header{"x-a", "1\nb"})}, 500},
		{"NUL in value", []asgi.Event{with(asgi.Header{"x-a", "1\x00"})}, 500},
		{"CR LF in name", []asgi.Event{with(asgi.Header{"x-a: 1\r\nx-b", "2"})}, 500},
		{"NUL in name", []asgi.Event{with(asgi.Header{"x\x00", "2"})}, 500},
		{"space in name", []asgi.Event{with(asgi.Header{"x a", "2"})}, 500},
		{"empty name", []asgi.Event{with(asgi.Header{"", "2"})}, 500},
		{"pseudo header", []asgi.Event{with(asgi.Header{":status", "200"})}, 500},
		{"status 0", []asgi.Event{&asgi.HTTPResponseStart{}}, 500},
		{"status 99", []asgi.Event{&asgi.HTTPResponseStart{Status: 99}}, 500},
		{"status 101", []asgi.Event{&asgi.HTTPResponseStart{Status: 101}}, 500},
		{"status 1000", []asgi.Event{&asgi.HTTPResponseStart{Status: 1000}}, 500},
		{"status -1", []asgi.Event{&asgi.HTTPResponseStart{Status: -1}}, 500},
		{"trailers not announced", []asgi.Event{start, end, &asgi.HTTPResponseTrailers{}}, 200},
		{"trailers before end", []asgi.Event{&asgi.HTTPResponseStart{Status: 200, Trailers: true}, &asgi.HTTPResponseTrailers{}}, 0},
		{"framing in trailers", []asgi.Event{&asgi.HTTPResponseStart{Status: 200, Trailers: true}, end, &asgi.HTTPResponseTrailers{Headers: asgi.Headers{{"content-length", "1"}}}}, 0},
		{"injection in trailers", []asgi.Event{&asgi.HTTPResponseStart{Status: 200, Trailers: true}, end, &asgi.HTTPResponseTrailers{Headers: asgi.Headers{{"x-a", "1\r\nb: 2"}}}}, 0},
		{"injection in hint", []asgi.Event{&asgi.HTTPResponseEarlyHint{Links: []string{"</x>\r\nx: y"}}}, 500},
		{"push before start", []asgi.Event{&asgi.HTTPResponsePush{Path: "/x"}}, 500},
		{"push of relative path", []asgi.Event{start, &asgi.HTTPResponsePush{Path: "x"}}, 0},
		{"relative pathsend", []asgi.Event{start, &asgi.HTTPResponsePathSend{Path: "x"}}, 0},
		{"pathsend of a folder", []asgi.Event{start, &asgi.HTTPResponsePathSend{Path: os.TempDir()}}, 0},
		{"pathsend before start", []asgi.Event{&asgi.HTTPResponsePathSend{Path: "/x"}}, 500},
		{"zerocopysend without file", []asgi.Event{start, &asgi.HTTPResponseZeroCopySend{}}, 0},
		{"zerocopysend with negative offset", []asgi.Event{start, &asgi.HTTPResponseZeroCopySend{File: os.Stdin, Offset: &minus}}, 0},
		{"debug", []asgi.Event{&asgi.HTTPResponseDebug{}}, 500},
		{"event of another protocol", []asgi.Event{&asgi.WebSocketAccept{}}, 500},
		{"event of the other direction", []asgi.Event{&asgi.HTTPRequest{}}, 500},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			errs := make(chan error, len(c.events))
			app := asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
				for _, event := range c.events {
					errs <- send(ctx, event)
				}
				return nil // an application that ignores its mistakes
			})
			server := newServer(t, asgi.NewHandler(app, quiet()))
			resp, err := http.Get(server.URL)
			status := 0
			if err == nil {
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if err == nil {
					status = resp.StatusCode
				}
				for _, name := range []string{"Set-Cookie", "X-A", "X-B", "B", "X"} {
					if resp.Header.Get(name) != "" || resp.Trailer.Get(name) != "" {
						t.Errorf("header %s was injected: %v", name, resp.Header)
					}
				}
			}
			if status != c.status {
				t.Errorf("status %d (%v), want %d", status, err, c.status)
			}
			for i := range c.events {
				err := <-errs
				var wrong *asgi.ProtocolError
				if last := i == len(c.events)-1; last != errors.As(err, &wrong) {
					t.Errorf("send %d: %v", i, err)
				} else if last && (wrong.Event != c.events[i].Type() || wrong.Reason == "") {
					t.Errorf("send %d: event %q reason %q", i, wrong.Event, wrong.Reason)
				}
			}
		})
	}
}

func TestHandlerResponses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file.txt")
	if err := os.WriteFile(file, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	offset, count := int64(7), int64(2)
	plain := asgi.Headers{{"content-type", "text/plain"}, {"set-cookie", "a=1"}, {"set-cookie", "b=2"}, {"x-frame-options", "SAMEORIGIN"}}
	cases := []struct {
		name, method string
		send         func(ctx context.Context, send asgi.Send) error
		status       int
		body, length string
	}{
		{"one part", "GET", func(ctx context.Context, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 201, Headers: plain}, &asgi.HTTPResponseBody{Body: []byte("hello")})
		}, 201, "hello", "5"},
		{"parts", "GET", func(ctx context.Context, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200, Headers: plain},
				&asgi.HTTPResponseBody{MoreBody: true}, &asgi.HTTPResponseBody{Body: []byte("hel"), MoreBody: true}, &asgi.HTTPResponseBody{Body: []byte("lo")})
		}, 200, "hello", ""},
		{"HEAD", "HEAD", func(ctx context.Context, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200, Headers: append(plain, asgi.Header{"content-length", "5"})}, &asgi.HTTPResponseBody{})
		}, 200, "", "5"},
		{"HEAD with a body", "HEAD", func(ctx context.Context, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200, Headers: append(plain, asgi.Header{"content-length", "5"})}, &asgi.HTTPResponseBody{Body: []byte("hello")})
		}, 200, "", "5"},
		{"204 with a body", "GET", func(ctx context.Context, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 204, Headers: plain}, &asgi.HTTPResponseBody{Body: []byte("hello")})
		}, 204, "", ""},
		{"304", "GET", func(ctx context.Context, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 304, Headers: plain}, &asgi.HTTPResponseBody{})
		}, 304, "", ""},
		{"pathsend", "GET", func(ctx context.Context, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200, Headers: plain}, &asgi.HTTPResponsePathSend{Path: file})
		}, 200, "0123456789", "10"},
		{"pathsend HEAD", "HEAD", func(ctx context.Context, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200, Headers: plain}, &asgi.HTTPResponsePathSend{Path: file})
		}, 200, "", "10"},
		{"zerocopysend", "GET", func(ctx context.Context, send asgi.Send) error {
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200, Headers: plain},
				&asgi.HTTPResponseZeroCopySend{File: f, Count: &count, MoreBody: true},
				&asgi.HTTPResponseBody{Body: []byte("-"), MoreBody: true},
				&asgi.HTTPResponseZeroCopySend{File: f, Offset: &offset, Count: &count, MoreBody: true},
				&asgi.HTTPResponseZeroCopySend{File: f})
		}, 200, "01-7823456789", ""},
		{"pathsend of nothing, then an answer", "GET", func(ctx context.Context, send asgi.Send) error {
			if err := send(ctx, &asgi.HTTPResponseStart{Status: 404, Headers: plain}); err != nil {
				return err
			}
			if err := send(ctx, &asgi.HTTPResponsePathSend{Path: file + "x"}); !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("pathsend: %v", err)
			}
			return send(ctx, &asgi.HTTPResponseBody{Body: []byte("gone")})
		}, 404, "gone", "4"},
		{"first mistake corrected", "GET", func(ctx context.Context, send asgi.Send) error {
			_ = send(ctx, &asgi.HTTPResponseStart{Status: 42})
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200, Headers: plain}, &asgi.HTTPResponseBody{Body: []byte("ok")})
		}, 200, "ok", "2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			errs := make(chan error, 1)
			inner := asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
				err := c.send(ctx, send)
				errs <- err
				return err
			}), quiet())
			server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Frame-Options", "DENY")
				w.Header().Set("Vary", "Cookie")
				inner.ServeHTTP(w, r)
			}))
			resp, body := fetch(t, c.method, server.URL, nil, nil)
			if err := <-errs; err != nil {
				t.Errorf("send: %v", err)
			}
			if resp.StatusCode != c.status || body != c.body || resp.Header.Get("Content-Length") != c.length {
				t.Errorf("status %d body %q length %q, want %d %q %q", resp.StatusCode, body, resp.Header.Get("Content-Length"), c.status, c.body, c.length)
			}
			if diff := cmp.Diff([]string{"a=1", "b=2"}, resp.Header["Set-Cookie"]); diff != "" {
				t.Errorf("cookies: %s", diff)
			}
			if diff := cmp.Diff([]string{"SAMEORIGIN"}, resp.Header["X-Frame-Options"]); diff != "" || resp.Header.Get("Vary") != "Cookie" {
				t.Errorf("header %v", resp.Header)
			}
		})
	}
}

func TestHandlerDoesNotGuessContentType(t *testing.T) {
	t.Parallel()
	server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("<html>")})
	})))
	resp, _ := fetch(t, "GET", server.URL, nil, nil)
	if got, ok := resp.Header["Content-Type"]; ok {
		t.Errorf("Content-Type %q, want none", got)
	}
}

func TestHandlerEarlyHintsAndTrailers(t *testing.T) {
	t.Parallel()
	inner := asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		return sendAll(ctx, send,
			&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{"trailer", "x-sum"}}, Trailers: true},
			&asgi.HTTPResponseEarlyHint{Links: []string{"</a.css>; rel=preload", "</b.js>"}},
			&asgi.HTTPResponseBody{Body: []byte("x"), MoreBody: true},
			&asgi.HTTPResponseEarlyHint{Links: []string{"</late>"}},
			&asgi.HTTPResponseBody{},
			&asgi.HTTPResponseTrailers{Headers: asgi.Headers{{"x-sum", "1"}}, MoreTrailers: true},
			&asgi.HTTPResponseTrailers{Headers: asgi.Headers{{"x-more", "2"}}})
	}))
	server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Outer", "1")
		inner.ServeHTTP(w, r)
	}))
	for _, te := range []string{"", "trailers, deflate;q=0.5"} {
		var hints []textproto.MIMEHeader
		ctx := httptrace.WithClientTrace(testContext(t), &httptrace.ClientTrace{
			Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
				hints = append(hints, header)
				return nil
			},
		})
		r, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
		if te != "" {
			r.Header.Set("TE", te)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != "x" || resp.Header.Get("X-Outer") != "1" || resp.Header.Get("Link") != "" {
			t.Errorf("body %q (%v) header %v", body, err, resp.Header)
		}
		want := []textproto.MIMEHeader{{"Link": {"</a.css>; rel=preload", "</b.js>"}}}
		if diff := cmp.Diff(want, hints); diff != "" {
			t.Errorf("hints (-want +got):\n%s", diff)
		}
		trailer := http.Header{"X-Sum": {"1"}, "X-More": {"2"}}
		if te == "" {
			trailer = http.Header{"X-Sum": nil} // announced by the application, not wanted by the client
		}
		if diff := cmp.Diff(trailer, resp.Trailer); diff != "" {
			t.Errorf("TE %q: trailers (-want +got):\n%s", te, diff)
		}
	}
}
