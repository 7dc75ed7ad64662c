package web_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/web"
)

type valueKey struct{}

// standard is a middleware for net/http that passes a value inwards and writes a header.
func standard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			http.Error(w, "refused", http.StatusTeapot)
			return
		}
		w.Header().Add("Set-Cookie", "outer=1")
		w.Header().Set("X-Standard", "1")
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), valueKey{}, "value")))
	})
}

func TestFromHTTP(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hijack":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			io.WriteString(conn, "HTTP/1.1 299 Own\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
			conn.Close()
		case "/trailer":
			w.Header().Set("Trailer", "X-Sum")
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			w.Header().Set("X-Sum", "1")
		case "/nothing":
		case "/panic":
			panic("oops")
		case "/body":
			b, _ := io.ReadAll(r.Body)
			w.Write(b)
		default:
			req, ok := web.FromContext(r.Context())
			if !ok || req.PathInfo() != r.URL.Path {
				t.Error("no request in the context")
			}
			value, _ := r.Context().Value(valueKey{}).(string)
			io.WriteString(w, r.PathValue("id")+value)
		}
	})
	match := web.Middleware{Name: "match", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			r.SetMatch(&web.Match{Values: []web.PathValue{{Name: "id", Raw: "7"}}})
			if r.PathInfo() == "/body" {
				if _, err := r.Body(); err != nil {
					t.Error(err)
				}
			}
			resp, err := next(r)
			resp.Header().Set("X-Ours", "1")
			resp.SetCookie(web.Cookie{Name: "inner", Value: "1"})
			return resp, err
		}
	}}
	srv, j := listen(t, web.FromHTTP(handler), &web.Options{Middleware: []web.Middleware{
		web.FromHTTPMiddleware("standard", standard), match}})
	for _, test := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/", "7value", 200, "7value"},
		{"/body", "read twice", 200, "read twice"},
		{"/hijack", "", 299, "ok"},
		{"/trailer", "", 200, "x"},
		{"/nothing", "", 200, ""},
		{"/panic", "", 500, "500 Internal Server Error\n\nSomething went wrong on this server. It has been noted.\n"},
		{"/refused", "", 418, "refused\n"},
	} {
		resp, body := do(t, "POST", srv.URL+test.path, test.body, "Accept", "text/plain")
		if resp.StatusCode != test.status || body != test.want {
			t.Errorf("%s: got %d %q", test.path, resp.StatusCode, body)
		}
		if test.path == "/trailer" && resp.Trailer.Get("X-Sum") != "1" {
			t.Errorf("trailer %v", resp.Trailer)
		}
		if test.status == 200 && (resp.Header.Get("X-Standard") != "1" || resp.Header.Get("X-Ours") != "1" || len(resp.Header["Set-Cookie"]) != 2) {
			t.Errorf("%s: headers %v", test.path, resp.Header)
		}
		out := <-j.finished
		if want := test.status; test.path != "/hijack" && (out.Status != want || (out.Err != nil) != (want == 500)) {
			t.Errorf("%s: outcome %+v", test.path, out)
		}
	}
	if j.entries() != 1 {
		t.Errorf("log:\n%s", j)
	}
}

// A view inside middleware of net/http streams through its writer.
func TestFromHTTPMiddlewareStreams(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	srv, _ := listen(t, func(r *web.Request) (web.Response, error) {
		return web.Stream("text/plain", func(ctx context.Context, w *web.StreamWriter) error {
			_, err := w.WriteString(ctx.Value(valueKey{}).(string) + "\n")
			if err == nil {
				err = w.Flush()
			}
			<-next
			return err
		}), nil
	}, &web.Options{Middleware: []web.Middleware{web.FromHTTPMiddleware("standard", standard)}})
	resp, err := client.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil || line != "value\n" {
		t.Errorf("got %q, %v", line, err)
	}
	close(next)
}

func TestLostContext(t *testing.T) {
	t.Parallel()
	lose := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.Background()))
		})
	}
	w := serve(t, func(*web.Request) (web.Response, error) { return web.Text("x"), nil },
		&web.Options{Middleware: []web.Middleware{web.FromHTTPMiddleware("lose", lose)}}, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "lose") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// When the client leaves, whatever the view waits for is cancelled.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	cancelled := make(chan struct{}, 2)
	asked := make(chan struct{}, 2)
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
		cancelled <- struct{}{}
	}))
	t.Cleanup(slow.Close)
	fetch := func(ctx context.Context) (string, error) {
		req, err := http.NewRequestWithContext(ctx, "GET", slow.URL, nil)
		if err != nil {
			return "", err
		}
		resp, err := client.Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return string(b), err
	}
	srv, j := listen(t, func(r *web.Request) (web.Response, error) {
		a, b, err := async.Gather2(r.Context(), fetch, fetch)
		return web.Text(a + b), err
	}, nil)
	ctx, leave := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "GET", srv.URL, nil)
	go func() {
		<-asked
		<-asked
		leave()
	}()
	if _, err := client.Do(req); err == nil {
		t.Error("an answer")
	}
	<-cancelled
	<-cancelled
	<-j.finished
	if j.entries() != 0 {
		t.Errorf("a client that leaves is in the log:\n%s", j)
	}
}

// 1,000 views that wait keep none from answering.
func TestSlowViewsDelayNobody(t *testing.T) {
	t.Parallel()
	const n = 1_000
	release := make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Add(n)
	h, _ := site(func(r *web.Request) (web.Response, error) {
		if r.PathInfo() == "/slow" {
			waiting.Done()
			<-release
		}
		return web.Text(r.PathInfo()), nil
	}, nil)
	p := newPipes()
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go srv.Serve(p)
	c := &http.Client{Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}}
	fetch := func(path string) {
		resp, err := c.Get("http://localhost" + path)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		if b, err := io.ReadAll(resp.Body); err != nil || string(b) != path {
			t.Errorf("%s: got %q, %v", path, b, err)
		}
	}
	var slow sync.WaitGroup
	for range n {
		slow.Go(func() { fetch("/slow") })
	}
	waiting.Wait() // all of them are in their views
	fetch("/fast")
	close(release)
	slow.Wait()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
}
