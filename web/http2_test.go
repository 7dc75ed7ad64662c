package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// The same over TLS and HTTP/2: cookies are Secure, trailers and events come through, a socket is
// refused.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	h, j := site(func(r *web.Request) (web.Response, error) {
		switch r.PathInfo() {
		case "/socket":
			return web.WebSocket(echo, nil), nil
		case "/events":
			return web.SSE(func(_ context.Context, events *web.EventStream) error {
				return events.Send(web.Event{Data: "x"})
			}, nil), nil
		case "/late":
			return web.Stream("a/b", func(_ context.Context, w *web.StreamWriter) error {
				_, _ = w.WriteString("begin")
				_ = w.Flush()
				return io.ErrUnexpectedEOF
			}), nil
		case "/trailer":
			return web.Stream("a/b", func(_ context.Context, w *web.StreamWriter) error {
				_, _ = w.WriteString("x")
				return w.SetTrailer("X-Sum", "1")
			}), nil
		}
		return web.Text(r.AbsoluteURI("/x")).WithCookie(web.Cookie{Name: "a", Value: "1"}), nil
	}, nil)
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	for _, test := range []struct {
		path   string
		status int
		body   string
		broken bool
	}{
		{"/", 200, srv.URL + "/x", false},
		{"/events", 200, "data: x\n\n", false},
		{"/trailer", 200, "x", false},
		{"/late", 200, "begin", true},
		{"/socket", 426, "WebSocket only", false},
		{"/?a=%00", 400, "NUL", false},
	} {
		resp, err := srv.Client().Get(srv.URL + test.path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.ProtoMajor != 2 || resp.StatusCode != test.status || !strings.Contains(string(b), test.body) || (err != nil) != test.broken {
			t.Errorf("%s: got %s %d %q, %v", test.path, resp.Proto, resp.StatusCode, b, err)
		}
		if test.path == "/trailer" && resp.Trailer.Get("X-Sum") != "1" {
			t.Errorf("trailer %v", resp.Trailer)
		}
		if cookie := resp.Header.Get("Set-Cookie"); test.path == "/" && !strings.HasSuffix(cookie, "; Secure") {
			t.Errorf("cookie %q", cookie)
		}
		<-j.finished
	}
}
