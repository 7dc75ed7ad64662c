package asgi_test

import (
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
	"path/filepath"
	"strings"
	"sync"
	"testing"

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
			wrote := make(signalWriter, 1)
			inner := asgi.NewHandler(app, &asgi.Options{Logger: slog.New(slog.NewTextHandler(io.MultiWriter(&logged, wrote), nil))})
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
			if c.log != "" {
				wait(t, "the log", wrote)
			}
			if status != c.status || strings.Contains(text, "private") {
				t.Errorf("status %d body %q (%v), want %d", status, text, err, c.status)
			}
			if got := logged.String(); c.log == "" && got != "" || !strings.Contains(got, c.log) {
				t.Errorf("log %q, want %q", got, c.log)
			}
		})
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

func TestHandlerUnixSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	scopes := make(chan *asgi.HTTPScope, 1)
	server := httptest.NewUnstartedServer(asgi.Handler(asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		scopes <- scope.(*asgi.HTTPScope)
		return respond(ctx, send, 200, "")
	})))
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
	got := wait(t, "scope", scopes)
	if got.Client != (asgi.Addr{}) || got.Server != (asgi.Addr{Host: path}) || got.HTTPVersion != "1.0" || got.Extensions.EarlyHint {
		t.Errorf("client %v server %v version %q extensions %+v", got.Client, got.Server, got.HTTPVersion, got.Extensions)
	}
}
