package asgi_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
)

func TestRoundTripIsIdentity(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	if got := asgi.Handler(asgi.FromHandler(mux)); got != http.Handler(mux) {
		t.Errorf("Handler(FromHandler(h)) is %T, want h", got)
	}
	app := &asgi.ProtocolRouter{}
	if got := asgi.FromHandler(asgi.Handler(app)); got != asgi.App(app) {
		t.Errorf("FromHandler(Handler(app)) is %T, want app", got)
	}
	type comparable struct{ asgi.App }
	wrapped := comparable{app}
	if got := asgi.FromHandler(asgi.Handler(wrapped)); got != asgi.App(wrapped) {
		t.Errorf("FromHandler(Handler(app)) is %T, want app", got)
	}
	if got := asgi.FromHandler(asgi.NewHandler(app, &asgi.Options{RootPath: "/x"})); got == asgi.App(app) {
		t.Error("FromHandler dropped the options of NewHandler")
	}
}

// TestFromHandlerSameAsDirect serves handlers directly and through events; the
// client must not see a difference.
func TestFromHandlerSameAsDirect(t *testing.T) {
	t.Parallel()
	handlers := map[string]http.HandlerFunc{
		"nothing":      func(http.ResponseWriter, *http.Request) {},
		"status only":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(418) },
		"html guessed": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html><p>x") },
		"echo": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
			io.Copy(w, r.Body)
		},
		"headers": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
			w.Header().Set("Content-Type", "text/x")
			w.WriteHeader(201)
			w.Header().Set("X-Late", "1")
			w.WriteHeader(500)
			io.WriteString(w, "x")
		},
		"large": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 1000 {
				fmt.Fprintf(w, "line %d of many lines\n", i)
			}
			w.Write(make([]byte, 100_000))
		},
		"declared length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			_, err := io.WriteString(w, "abc")
			_, more := io.WriteString(w, "d")
			if err != nil || !errors.Is(more, http.ErrContentLength) {
				panic(fmt.Sprint(err, more))
			}
		},
		"too short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "30")
			io.WriteString(w, "abc")
		},
		"no content": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(204)
			if _, err := io.WriteString(w, "abc"); !errors.Is(err, http.ErrBodyNotAllowed) {
				panic(fmt.Sprint(err))
			}
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "../x?y", http.StatusSeeOther) },
		"file": func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "a.txt", time.Unix(1e9, 0), strings.NewReader("0123456789"))
		},
		"flushed": func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			io.WriteString(w, "a")
			http.NewResponseController(w).Flush()
			io.WriteString(w, "b")
		},
		"declared trailer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", "X-Sum, X-Unset")
			io.WriteString(w, "a")
			w.Header().Set("X-Sum", "1")
		},
		"late trailer": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "a")
			w.(http.Flusher).Flush()
			w.Header().Set(http.TrailerPrefix+"X-Late", "1")
		},
		"hints": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Link", "</a.css>; rel=preload")
			w.WriteHeader(103)
			w.Header().Del("Link")
			io.WriteString(w, "a")
		},
		"request": func(w http.ResponseWriter, r *http.Request) {
			local := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			r.Header.Del("X-Port")
			fmt.Fprintln(w, r.Method, r.URL, r.URL.Path, r.URL.RawPath, r.RequestURI, r.Proto, r.ProtoMajor, r.ProtoMinor,
				r.ContentLength, r.TransferEncoding, r.Host == local.String(), host, r.TLS != nil, r.Header)
		},
		"abort": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"abort later": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "a")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := asgi.FromHandler(handler)
			direct := newServer(t, handler)
			events := newServer(t, asgi.NewHandler(through(app), quiet()))
			stripped := newServer(t, http.StripPrefix("/pq", asgi.NewHandler(through(app), quiet())))
			plainStripped := newServer(t, http.StripPrefix("/pq", handler))
			for _, method := range []string{"GET", "HEAD", "POST", "PATCH"} {
				want := observe(t, direct, method, "/a%2Fb/%C3%A4?q=%31")
				if diff := cmp.Diff(want, observe(t, events, method, "/a%2Fb/%C3%A4?q=%31")); diff != "" {
					t.Errorf("%s (-direct +events):\n%s", method, diff)
				}
				want = observe(t, plainStripped, method, "/pq/a%2Fb/%C3%A4?q=%31")
				if diff := cmp.Diff(want, observe(t, stripped, method, "/pq/a%2Fb/%C3%A4?q=%31")); diff != "" {
					t.Errorf("%s behind StripPrefix (-direct +events):\n%s", method, diff)
				}
			}
		})
	}
}

type observation struct {
	Failed  bool
	Status  int
	Header  http.Header
	Body    string
	Trailer http.Header
	Length  int64
	Hints   []textproto.MIMEHeader
}

// observe makes one request and returns what a client can see of the answer.
func observe(t *testing.T, server *httptest.Server, method, target string) observation {
	t.Helper()
	var got observation
	ctx := httptrace.WithClientTrace(testContext(t), &httptrace.ClientTrace{
		Got1xxResponse: func(_ int, header textproto.MIMEHeader) error {
			got.Hints = append(got.Hints, header)
			return nil
		},
	})
	var body io.Reader
	switch method {
	case "POST":
		body = strings.NewReader("some body")
	case "PATCH":
		body = io.MultiReader(strings.NewReader("of unknown "), strings.NewReader("length"))
	}
	r, err := http.NewRequestWithContext(ctx, method, server.URL+target, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Te": {"trailers"}, "Content-Type": {"text/x-in"}, "X-Two": {"1", "2"}}
	// A connection of its own: one that the server is about to close would fail the next request.
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		got.Failed = true
		return got
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	got.Failed = err != nil
	resp.Header.Del("Date")
	resp.Close = false
	got.Status, got.Header, got.Body, got.Trailer, got.Length = resp.StatusCode, resp.Header, string(text), resp.Trailer, resp.ContentLength
	return got
}

func TestFromHandlerStreams(t *testing.T) {
	t.Parallel()
	app := asgi.FromHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		if err := rc.EnableFullDuplex(); err != nil {
			t.Errorf("EnableFullDuplex: %v", err)
		}
		rc.Flush()
		for lines := bufio.NewScanner(r.Body); lines.Scan(); {
			fmt.Fprintln(w, strings.ToUpper(lines.Text()))
			if err := rc.Flush(); err != nil {
				return
			}
		}
	}))
	server := newServer(t, asgi.Handler(through(app)))
	body, input := io.Pipe()
	r, _ := http.NewRequestWithContext(testContext(t), "POST", server.URL, body)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	output := bufio.NewReader(resp.Body)
	for _, line := range []string{"one\n", "two\n"} {
		io.WriteString(input, line)
		if got, err := output.ReadString('\n'); got != strings.ToUpper(line) {
			t.Fatalf("sent %q, got %q (%v)", line, got, err)
		}
	}
	input.Close()
}

func TestFromHandlerDisconnect(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "POST"} {
		serving, ended := make(chan struct{}), make(chan error, 1)
		app := asgi.FromHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			close(serving)
			<-r.Context().Done()
			ended <- r.Context().Err()
		}))
		c := asgitest.NewCommunicator(t, app, &asgi.HTTPScope{Method: method, Path: "/", Headers: asgi.Headers{{"transfer-encoding", "chunked"}}})
		c.SendInput(&asgi.HTTPRequest{Body: []byte("x"), MoreBody: true})
		c.SendInput(&asgi.HTTPRequest{})
		wait(t, "the handler", serving)
		c.SendInput(&asgi.HTTPDisconnect{})
		if err := wait(t, "the context", ended); !errors.Is(err, context.Canceled) {
			t.Errorf("context: %v", err)
		}
	}
}

func TestFromHandlerDisconnectInBody(t *testing.T) {
	t.Parallel()
	result := make(chan error, 1)
	app := asgi.FromHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		result <- err
	}))
	c := asgitest.NewCommunicator(t, app, &asgi.HTTPScope{Method: "POST", Path: "/", Headers: asgi.Headers{{"content-length", "9"}}})
	c.SendInput(&asgi.HTTPRequest{Body: []byte("x"), MoreBody: true})
	c.SendInput(&asgi.HTTPDisconnect{})
	if err := wait(t, "the error", result); !errors.Is(err, asgi.ErrDisconnected) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read: %v", err)
	}
}

func TestFromHandlerScope(t *testing.T) {
	t.Parallel()
	requests := make(chan *http.Request, 1)
	app := asgi.FromHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { requests <- r }))
	scope := &asgi.HTTPScope{
		HTTPVersion: "2", Method: "GET", Scheme: "https", Path: "/root/a b", RootPath: "/root", QueryString: "x",
		Headers: asgi.Headers{{"host", "h.example"}, {"x-a", "1"}}, Client: asgi.Addr{Host: "::1", Port: 5},
		Server: asgi.Addr{Host: "/run/x.sock"}, State: asgi.State{"k": "v"},
		Extensions: asgi.Extensions{TLS: &asgi.TLS{Version: tls.VersionTLS13}},
	}
	c := asgitest.NewCommunicator(t, app, scope)
	c.SendInput(&asgi.HTTPRequest{})
	start := asgitest.Next[*asgi.HTTPResponseStart](c)
	r := <-requests
	if start.Status != 200 || start.Trailers || start.Headers.Value("content-length") != "0" {
		t.Errorf("start %+v", start)
	}
	if r.URL.String() != "/a%20b?x" || r.RequestURI != "/root/a%20b?x" || r.Proto != "HTTP/2.0" || r.Host != "h.example" ||
		r.RemoteAddr != "[::1]:5" || r.TLS == nil || r.TLS.Version != tls.VersionTLS13 || r.Header.Get("Host") != "" {
		t.Errorf("request %+v", r)
	}
	if addr := r.Context().Value(http.LocalAddrContextKey).(net.Addr); addr.String() != "/run/x.sock" {
		t.Errorf("server address %v", addr)
	}
	if got, ok := asgi.FromContext(r.Context()); !ok || got != asgi.Scope(scope) {
		t.Errorf("scope in context: %v, %v", got, ok)
	}
}

type otherScope struct{}

func (otherScope) Type() string { return "smtp" }

func TestFromHandlerOtherScopes(t *testing.T) {
	t.Parallel()
	app := asgi.FromHandler(http.NotFoundHandler())
	if err := app.ServeASGI(context.Background(), otherScope{}, nil, nil); !errors.Is(err, asgi.ErrUnsupportedScope) {
		t.Errorf("unknown scope: %v", err)
	}
	life := asgi.NewLifespan(app)
	if err := life.Startup(testContext(t)); err != nil || !life.Supported() {
		t.Errorf("startup: %v, supported %v", err, life.Supported())
	}
	if err := life.Shutdown(testContext(t)); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

func TestFromHandlerPanic(t *testing.T) {
	t.Parallel()
	app := asgi.FromHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))
	for _, scope := range []asgi.Scope{&asgi.HTTPScope{Method: "GET", Path: "/"}, &asgi.WebSocketScope{Path: "/"}} {
		c := asgitest.NewCommunicator(t, app, scope)
		c.SendInput(&asgi.WebSocketConnect{})
		if err := c.Wait(patience); err == nil || !strings.Contains(err.Error(), "panicked: boom") {
			t.Errorf("%s: %v", scope.Type(), err)
		}
	}
}

func TestFromHandlerConcurrentRequests(t *testing.T) {
	t.Parallel()
	server := newServer(t, asgi.Handler(through(asgi.FromHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	})))))
	done := make(chan error, 20)
	for worker := range cap(done) {
		go func() {
			for i := range 50 {
				want := fmt.Sprint(worker, i)
				resp, err := http.Post(server.URL, "text/plain", strings.NewReader(want))
				if err != nil {
					done <- err
					return
				}
				got, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if string(got) != want {
					done <- fmt.Errorf("got %q, want %q", got, want)
					return
				}
			}
			done <- nil
		}()
	}
	for range cap(done) {
		if err := wait(t, "the requests", done); err != nil {
			t.Error(err)
		}
	}
}

// TestFromHandlerURL: the handler sees what http.StripPrefix would leave.
func TestFromHandlerURL(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name             string
		scope            asgi.HTTPScope
		path, raw, proto string
		status           int
	}{
		{"no raw path", asgi.HTTPScope{Path: "/a b"}, "/a b", "", "HTTP/1.1", 200},
		{"needless raw path", asgi.HTTPScope{Path: "/a b", RawPath: "/a%20b", HTTPVersion: "1.0"}, "/a b", "", "HTTP/1.0", 200},
		{"raw path", asgi.HTTPScope{Path: "/a/b", RawPath: "/a%2fb", HTTPVersion: "3"}, "/a/b", "/a%2fb", "HTTP/3.0", 200},
		{"root path", asgi.HTTPScope{Path: "/é/x/a/b", RawPath: "/%C3%A9/x/a%2Fb", RootPath: "/é/x"}, "/a/b", "/a%2Fb", "HTTP/1.1", 200},
		{"whole root path", asgi.HTTPScope{Path: "/x", RawPath: "/x", RootPath: "/x"}, "", "", "HTTP/1.1", 200},
		{"raw path of something else", asgi.HTTPScope{Path: "/a", RawPath: "/b"}, "/a", "", "HTTP/1.1", 200},
		{"raw path shorter than root path", asgi.HTTPScope{Path: "/root/a", RawPath: "/r%6", RootPath: "/root"}, "/a", "", "HTTP/1.1", 200},
		{"broken raw path", asgi.HTTPScope{Path: "/a", RawPath: "/%zz"}, "", "", "", 400},
		{"broken length", asgi.HTTPScope{Path: "/a", Headers: asgi.Headers{{"content-length", "-1"}}}, "", "", "", 400},
	}
	for _, c := range cases {
		requests := make(chan *http.Request, 1)
		app := asgi.FromHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { requests <- r }))
		c.scope.Method = "GET"
		communicator := asgitest.NewCommunicator(t, app, &c.scope)
		if start := asgitest.Next[*asgi.HTTPResponseStart](communicator); start.Status != c.status {
			t.Errorf("%s: status %d, want %d", c.name, start.Status, c.status)
		}
		if c.status != 200 {
			continue
		}
		if r := <-requests; r.URL.Path != c.path || r.URL.RawPath != c.raw || r.Proto != c.proto {
			t.Errorf("%s: path %q raw %q proto %q, want %q %q %q", c.name, r.URL.Path, r.URL.RawPath, r.Proto, c.path, c.raw, c.proto)
		}
	}
}

// TestFromHandlerClientCertificate: an unverified certificate must not look
// like a verified one.
func TestFromHandlerClientCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	defer server.Close()
	block := pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	for _, problem := range []string{"", "not verified"} {
		states := make(chan *tls.ConnectionState, 1)
		app := asgi.FromHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { states <- r.TLS }))
		ext := &asgi.TLS{ClientCertChain: []string{string(pem.EncodeToMemory(&block)), "rubbish"}, ClientCertError: problem}
		asgitest.NewCommunicator(t, app, &asgi.HTTPScope{Method: "GET", Path: "/", Scheme: "https", Extensions: asgi.Extensions{TLS: ext}})
		state := wait(t, "the request", states)
		if len(state.PeerCertificates) != 1 || !state.PeerCertificates[0].Equal(server.Certificate()) || (len(state.VerifiedChains) == 1) != (problem == "") {
			t.Errorf("problem %q: %d certificates, %d verified chains", problem, len(state.PeerCertificates), len(state.VerifiedChains))
		}
	}
}
