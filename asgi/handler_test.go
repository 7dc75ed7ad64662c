package asgi_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

func TestHandlerScope(t *testing.T) {
	t.Parallel()
	scopes := make(chan *asgi.HTTPScope, 1)
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		scopes <- scope.(*asgi.HTTPScope)
		return respond(ctx, send, 200, "")
	})
	state := asgi.State{"pool": 1}
	cases := []struct {
		name    string
		handler http.Handler
		target  string
		root    string
		path    string
		raw     string
		query   string
	}{
		{"plain", asgi.Handler(app), "/a/b?x=1&y=%20", "", "/a/b", "/a/b", "x=1&y=%20"},
		{"escapes", asgi.Handler(app), "/caf%C3%A9/a%2Fb", "", "/café/a/b", "/caf%C3%A9/a%2Fb", ""},
		{"strip prefix", http.StripPrefix("/app", asgi.Handler(app)), "/app/a%2Fb", "/app", "/app/a/b", "/app/a%2Fb", ""},
		{"strip encoded prefix", http.StripPrefix("/é", asgi.Handler(app)), "/%C3%A9/x", "/é", "/é/x", "/%C3%A9/x", ""},
		{"option", asgi.NewHandler(app, &asgi.Options{RootPath: "/root", State: state}), "/x", "/root", "/root/x", "/x", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := newServer(t, c.handler)
			fetch(t, "post", server.URL+c.target, strings.NewReader("hi"), http.Header{"X-B": {"1", "2"}, "A_B": {"3"}, "User-Agent": {"t"}, "Accept-Encoding": {"x"}})
			got := wait(t, "scope", scopes)
			if got.RootPath != c.root || got.Path != c.path || got.RawPath != c.raw || got.QueryString != c.query {
				t.Errorf("%s: root %q path %q raw %q query %q, want %q %q %q %q",
					c.target, got.RootPath, got.Path, got.RawPath, got.QueryString, c.root, c.path, c.raw, c.query)
			}
			want := asgi.Headers{{"host", strings.TrimPrefix(server.URL, "http://")}, {"a_b", "3"}, {"accept-encoding", "x"},
				{"content-length", "2"}, {"user-agent", "t"}, {"x-b", "1"}, {"x-b", "2"}}
			if diff := cmp.Diff(want, got.Headers); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if got.Method != "POST" || got.Scheme != "http" || got.HTTPVersion != "1.1" || got.ASGI != (asgi.Versions{Version: "3.0", SpecVersion: "2.5"}) {
				t.Errorf("method %q scheme %q version %q asgi %v", got.Method, got.Scheme, got.HTTPVersion, got.ASGI)
			}
			if got.Client.Host != "127.0.0.1" || got.Client.Port == 0 || "http://"+got.Server.String() != server.URL {
				t.Errorf("client %v, server %v", got.Client, got.Server)
			}
			if got.Extensions.TLS != nil || !got.Extensions.Trailers || got.Extensions.Push || got.Extensions.Debug {
				t.Errorf("extensions %+v", got.Extensions)
			}
			if c.name == "option" {
				got.State["mine"] = true
				if len(state) != 1 || got.State["pool"] != 1 {
					t.Errorf("state %v, shared %v: want a copy", got.State, state)
				}
			}
		})
	}
}

func TestHandlerTLS(t *testing.T) {
	t.Parallel()
	scopes := make(chan *asgi.HTTPScope, 1)
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		scopes <- scope.(*asgi.HTTPScope)
		// Hop-by-hop fields must not reach HTTP/2.
		return sendAll(ctx, send,
			&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{"connection", "close"}, {"transfer-encoding", "chunked"}, {"keep-alive", "5"}, {"x-ok", "1"}}},
			&asgi.HTTPResponseBody{Body: []byte("tls")})
	})
	for _, h2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2=%v", h2), func(t *testing.T) {
			server := httptest.NewUnstartedServer(asgi.Handler(app))
			server.EnableHTTP2 = h2
			server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
			server.StartTLS()
			t.Cleanup(server.Close)
			client := server.Client()
			// The server's own certificate does for the client too.
			client.Transport.(*http.Transport).TLSClientConfig.Certificates = server.TLS.Certificates
			resp, err := client.Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			got := wait(t, "scope", scopes)
			version := map[bool]string{false: "1.1", true: "2"}[h2]
			if string(body) != "tls" || got.Scheme != "https" || got.HTTPVersion != version || got.Extensions.Push != h2 {
				t.Errorf("body %q scheme %q version %q push %v", body, got.Scheme, got.HTTPVersion, got.Extensions.Push)
			}
			if h2 && (resp.Header.Get("Keep-Alive") != "" || resp.Header.Get("Connection") != "") || resp.Header.Get("X-Ok") != "1" {
				t.Errorf("header %v", resp.Header)
			}
			ext := got.Extensions.TLS
			if ext == nil {
				t.Fatal("no tls extension")
			}
			want, err := x509.ParseCertificate(server.TLS.Certificates[0].Certificate[0])
			if err != nil {
				t.Fatal(err)
			}
			if ext.Version != tls.VersionTLS13 || ext.CipherSuite == 0 || len(ext.ClientCertChain) != 1 ||
				ext.ClientCertName != want.Subject.String() || ext.ClientCertError == "" {
				t.Errorf("tls extension %+v", ext)
			}
		})
	}
}

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

func TestHandlerApplicationErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("private detail")
	cases := []struct {
		name   string
		app    func(ctx context.Context, receive asgi.Receive, send asgi.Send) error
		status int
		log    string
	}{
		{"before start", func(context.Context, asgi.Receive, asgi.Send) error { return broken }, 500, "private detail"},
		{"no answer", func(context.Context, asgi.Receive, asgi.Send) error { return nil }, 500, "did not respond"},
		{"after start", func(ctx context.Context, _ asgi.Receive, send asgi.Send) error {
			return errors.Join(send(ctx, &asgi.HTTPResponseStart{Status: 200}), broken)
		}, 0, "private detail"},
		{"in the body", func(ctx context.Context, _ asgi.Receive, send asgi.Send) error {
			return errors.Join(sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("x"), MoreBody: true}), broken)
		}, 0, "private detail"},
		{"incomplete", func(ctx context.Context, _ asgi.Receive, send asgi.Send) error {
			return sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("x"), MoreBody: true})
		}, 0, "did not complete"},
		{"after the end", func(ctx context.Context, _ asgi.Receive, send asgi.Send) error {
			return errors.Join(respond(ctx, send, 200, "x"), broken)
		}, 200, "private detail"},
		{"body too long", func(ctx context.Context, receive asgi.Receive, _ asgi.Send) error {
			_, err := readBody(ctx, receive)
			return err
		}, 413, "too large"},
		{"abort", func(context.Context, asgi.Receive, asgi.Send) error { return http.ErrAbortHandler }, 0, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var logged syncBuffer
			app := asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
				return c.app(ctx, receive, send)
			})
			inner := asgi.NewHandler(app, &asgi.Options{Logger: slog.New(slog.NewTextHandler(&logged, nil))})
			done := make(chan struct{})
			server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(done)
				r.Body = http.MaxBytesReader(w, r.Body, 4)
				inner.ServeHTTP(w, r)
			}))
			resp, err := http.Post(server.URL, "text/plain", strings.NewReader("12345678"))
			status, text := 0, ""
			if err == nil {
				body, readErr := io.ReadAll(resp.Body)
				resp.Body.Close()
				if readErr == nil {
					status, text = resp.StatusCode, string(body)
				}
			}
			wait(t, "the handler", done)
			if status != c.status || strings.Contains(text, "private") {
				t.Errorf("status %d body %q (%v), want %d", status, text, err, c.status)
			}
			if got := logged.String(); c.log == "" && got != "" || !strings.Contains(got, c.log) {
				t.Errorf("log %q, want %q", got, c.log)
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

func TestHandlerDuplex(t *testing.T) {
	t.Parallel()
	app := asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if err := sendAll(ctx, send, &asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{MoreBody: true}); err != nil {
			return err
		}
		for {
			event, err := receive(ctx)
			if err != nil {
				return err
			}
			request, ok := event.(*asgi.HTTPRequest)
			if !ok {
				return asgi.ErrDisconnected
			}
			if err := send(ctx, &asgi.HTTPResponseBody{Body: bytes.ToUpper(request.Body), MoreBody: request.MoreBody}); err != nil {
				return err
			}
			if !request.MoreBody {
				return nil
			}
		}
	})
	for _, h2 := range []bool{false, true} {
		server := httptest.NewUnstartedServer(asgi.Handler(app))
		server.EnableHTTP2 = h2
		server.StartTLS()
		t.Cleanup(server.Close)
		body, input := io.Pipe()
		r, _ := http.NewRequestWithContext(testContext(t), "POST", server.URL, body)
		resp, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		output := bufio.NewReader(resp.Body)
		for _, line := range []string{"one\n", "two\n", "three\n"} {
			io.WriteString(input, line)
			if got, err := output.ReadString('\n'); got != strings.ToUpper(line) {
				t.Fatalf("http2 %v: sent %q, got %q (%v)", h2, line, got, err)
			}
		}
		input.Close()
		if rest, err := io.ReadAll(output); len(rest) != 0 || err != nil {
			t.Errorf("rest %q (%v)", rest, err)
		}
		resp.Body.Close()
	}
}

func TestHandlerDisconnect(t *testing.T) {
	t.Parallel()
	type result struct {
		event        asgi.Event
		err, ctxErr  error
		sendErr      error
		secondIsSame bool
	}
	cases := []struct {
		name    string
		request string
		read    int // events to receive before the client leaves
	}{
		{"after the body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", 1},
		{"without body", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1},
		{"in the body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\nhi", 1},
		{"in a chunked body", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ready, results := make(chan struct{}), make(chan result, 1)
			server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
				for range c.read {
					if _, err := receive(ctx); err != nil {
						return err
					}
				}
				close(ready)
				var got result
				got.event, got.err = receive(ctx)
				again, _ := receive(context.Background())
				got.secondIsSame = again != nil && again.Type() == "http.disconnect"
				<-ctx.Done()
				got.ctxErr = ctx.Err()
				got.sendErr = send(context.Background(), &asgi.HTTPResponseStart{Status: 200})
				results <- got
				return got.sendErr
			})))
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(conn, c.request)
			wait(t, "the body", ready)
			conn.Close()
			got := wait(t, "the disconnect", results)
			if _, ok := got.event.(*asgi.HTTPDisconnect); !ok || got.err != nil || !got.secondIsSame {
				t.Errorf("receive: %v, %v, again: %v", got.event, got.err, got.secondIsSame)
			}
			if !errors.Is(got.ctxErr, context.Canceled) || !errors.Is(got.sendErr, asgi.ErrDisconnected) {
				t.Errorf("context %v, send %v", got.ctxErr, got.sendErr)
			}
		})
	}
}

func TestHandlerDisconnectAfterResponse(t *testing.T) {
	t.Parallel()
	events := make(chan asgi.Event, 1)
	server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		waiting := make(chan struct{})
		go func() {
			event, _ := receive(ctx) // the empty body
			if _, ok := event.(*asgi.HTTPRequest); ok {
				close(waiting)
				event, _ = receive(ctx)
			}
			events <- event
		}()
		<-waiting
		return respond(ctx, send, 200, "x")
	})))
	fetch(t, "GET", server.URL, nil, nil)
	if _, ok := wait(t, "http.disconnect", events).(*asgi.HTTPDisconnect); !ok {
		t.Error("no http.disconnect after the response")
	}
}

// TestHandlerReceiveTimeout: a receive that its caller gave up loses nothing.
func TestHandlerReceiveTimeout(t *testing.T) {
	t.Parallel()
	gaveUp := make(chan struct{}, 1)
	server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil {
			return err
		}
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if event, err := receive(short); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("receive: %v, %v", event, err)
		}
		gaveUp <- struct{}{}
		body, err := readBody(ctx, receive)
		if err != nil {
			return err
		}
		return respond(ctx, send, 200, string(body))
	})))
	body, input := io.Pipe()
	go func() {
		io.WriteString(input, "first")
		<-gaveUp
		io.WriteString(input, "second")
		input.Close()
	}()
	resp, text := fetch(t, "POST", server.URL, body, nil)
	if resp.StatusCode != 200 || text != "second" {
		t.Errorf("status %d body %q", resp.StatusCode, text)
	}
}

// TestHandlerAbandonedReceive: a receive left behind does not outlive the
// response, and the server stays usable.
func TestHandlerAbandonedReceive(t *testing.T) {
	t.Parallel()
	server := newServer(t, asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		_, _ = receive(short)
		return respond(ctx, send, 200, "early")
	})))
	body, input := io.Pipe()
	defer input.Close()
	for range 3 {
		if resp, text := fetch(t, "POST", server.URL, body, nil); resp.StatusCode != 200 || text != "early" {
			t.Fatalf("status %d body %q", resp.StatusCode, text)
		}
		body, input = io.Pipe()
	}
}

// TestHandlerBackPressure: a client that does not read makes send block, and
// the end of the context given to send gets it loose.
func TestHandlerBackPressure(t *testing.T) {
	t.Parallel()
	const part = 64 << 10
	sent, stuck := make(chan int, 1), make(chan error, 1)
	server := newServer(t, asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		if err := send(ctx, &asgi.HTTPResponseStart{Status: 200}); err != nil {
			return err
		}
		body := make([]byte, part)
		for n := 0; ; n++ {
			limited, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
			err := send(limited, &asgi.HTTPResponseBody{Body: body, MoreBody: true})
			cancel()
			if err != nil {
				sent <- n
				stuck <- err
				return err
			}
		}
	}), quiet()))
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if n := wait(t, "send to block", sent); n*part > 64<<20 {
		t.Errorf("%d bytes went out to a client that does not read", n*part)
	}
	if err := <-stuck; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("blocked send: %v", err)
	}
}

func TestHandlerConcurrentRequests(t *testing.T) {
	t.Parallel()
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		body, err := readBody(ctx, receive)
		if err != nil {
			return err
		}
		scope.(*asgi.HTTPScope).State["mine"] = string(body)
		return respond(ctx, send, 200, scope.(*asgi.HTTPScope).Path+" "+string(body))
	})
	server := newServer(t, asgi.NewHandler(app, &asgi.Options{State: asgi.State{"shared": 1}}))
	client := server.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 50
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range 50 {
		workers.Go(func() {
			for i := range numbers {
				resp, err := client.Post(fmt.Sprintf("%s/%d", server.URL, i), "text/plain", strings.NewReader(fmt.Sprint("body ", i)))
				if err != nil {
					t.Error(err)
					continue
				}
				text, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if want := fmt.Sprintf("/%d body %d", i, i); string(text) != want || err != nil {
					t.Errorf("got %q (%v), want %q", text, err, want)
				}
			}
		})
	}
	for i := range 1000 {
		numbers <- i
	}
	close(numbers)
	workers.Wait()
}

func TestHandlerLeakedCallables(t *testing.T) {
	t.Parallel()
	type callables struct {
		receive asgi.Receive
		send    asgi.Send
	}
	leaked := make(chan callables, 1)
	recorder := httptest.NewRecorder()
	asgi.Handler(asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		leaked <- callables{receive, send}
		return respond(ctx, send, 200, "x")
	})).ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	c := <-leaked
	if err := c.send(context.Background(), &asgi.HTTPResponseBody{}); !errors.Is(err, asgi.ErrDisconnected) {
		t.Errorf("send after return: %v", err)
	}
	if event, err := c.receive(context.Background()); err != nil || event.Type() != "http.disconnect" {
		t.Errorf("receive after return: %v, %v", event, err)
	}
	if recorder.Code != 200 || recorder.Body.String() != "x" {
		t.Errorf("status %d body %q", recorder.Code, recorder.Body)
	}
}
