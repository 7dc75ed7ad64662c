package web_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/web"
)

func TestSSE(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		left := make(chan error, 1)
		c, j := bubble(t, func(r *web.Request) (web.Response, error) {
			return web.SSE(func(ctx context.Context, events *web.EventStream) error {
				if id := events.LastEventID(); id != "41" {
					t.Errorf("last event %q", id)
				}
				for _, e := range []web.Event{
					{Data: "one"},
					{Name: "news", ID: "42", Data: "a\nb\r\nc\rd\n", Retry: 2 * time.Second},
					{Name: "empty"},
				} {
					if err := events.Send(e); err != nil {
						t.Error(err)
					}
				}
				for _, e := range []web.Event{{ID: "1\ndata: x"}, {Name: "a\rb"}, {ID: "\x00"}} {
					if err := events.Send(e); !errors.Is(err, web.ErrBadEvent) {
						t.Errorf("%q: got %v", e, err)
					}
				}
				if err := events.SendJSON("json", "", map[string]int{"n": 1}); err != nil {
					t.Error(err)
				}
				<-ctx.Done()
				left <- events.Send(web.Event{Data: "too late"})
				return ctx.Err()
			}, &web.SSEOptions{Retry: time.Second, KeepAlive: 10 * time.Second}), nil
		}, nil, nil)
		req, _ := http.NewRequest("GET", "http://localhost/", nil)
		req.Header.Set("Last-Event-ID", "41")
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
			t.Errorf("content type %q", got)
		}
		body := bufio.NewReader(resp.Body)
		for _, want := range [][]string{
			{"retry: 1000"},
			{"data: one"},
			{"event: news", "id: 42", "retry: 2000", "data: a", "data: b", "data: c", "data: d", "data: "},
			{"event: empty", "data: "},
			{"event: json", `data: {"n":1}`},
			{":"}, {":"}, // keep-alives: fake time passes while we wait
		} {
			if got := lines(t, body); !reflect.DeepEqual(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		resp.Body.Close()
		<-left
		if out := <-j.finished; out.Status != 200 || out.Err != nil || out.Duration != 20*time.Second || out.Bytes == 0 {
			t.Errorf("outcome %+v", out)
		}
		if j.entries() != 0 {
			t.Errorf("a client that leaves is in the log:\n%s", j)
		}
	})
}

// Long-lived answers end when the server drains; what is sent afterwards is refused.
func TestDrain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		drain, stop := context.WithCancel(t.Context())
		var kept *web.EventStream
		c, j := bubble(t, func(r *web.Request) (web.Response, error) {
			switch r.PathInfo() {
			case "/poll":
				return web.LongPoll(r, time.Hour, func(ctx context.Context) (int, error) {
					<-ctx.Done()
					return 0, ctx.Err()
				})
			case "/stream":
				return web.Stream("a/b", func(ctx context.Context, w *web.StreamWriter) error {
					_, err := w.WriteString("x")
					<-ctx.Done()
					return err
				}), nil
			}
			return web.SSE(func(ctx context.Context, events *web.EventStream) error {
				kept = events
				<-ctx.Done()
				return ctx.Err()
			}, nil), nil
		}, nil, drain)
		var requests sync.WaitGroup
		for path, want := range map[string]string{"/poll": "", "/stream": "x", "/events": ""} {
			requests.Go(func() {
				resp, err := c.Get("http://localhost" + path)
				if err != nil {
					t.Error(err)
					return
				}
				defer resp.Body.Close()
				if b, err := io.ReadAll(resp.Body); err != nil || string(b) != want {
					t.Errorf("%s: got %q, %v", path, b, err)
				}
			})
		}
		synctest.Wait()
		stop()
		requests.Wait()
		synctest.Wait()
		if err := kept.Send(web.Event{Data: "x"}); !errors.Is(err, web.ErrStreamEnded) {
			t.Errorf("after the end: %v", err)
		}
		if j.entries() != 0 {
			t.Errorf("a drain is in the log:\n%s", j)
		}
	})
}

func TestLongPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		left := make(chan struct{})
		c, j := bubble(t, func(r *web.Request) (web.Response, error) {
			return web.LongPoll(r, 30*time.Second, func(ctx context.Context) (string, error) {
				switch r.PathInfo() {
				case "/value":
					return "news", nil
				case "/error":
					return "", web.Forbidden("not for you")
				}
				<-ctx.Done()
				if r.PathInfo() == "/leave" {
					close(left)
				}
				return "", ctx.Err()
			})
		}, nil, nil)
		for path, want := range map[string]struct {
			status int
			wait   time.Duration
		}{"/value": {200, 0}, "/error": {403, 0}, "/wait": {204, 30 * time.Second}} {
			start := time.Now()
			resp, err := c.Get("http://localhost" + path)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if took := time.Since(start); resp.StatusCode != want.status || took != want.wait {
				t.Errorf("%s: %d after %v, want %d after %v", path, resp.StatusCode, took, want.status, want.wait)
			}
			if path == "/value" && (string(b) != `"news"` || resp.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("got %s, %v", b, resp.Header)
			}
		}
		ctx, leave := context.WithCancel(t.Context())
		req, _ := http.NewRequestWithContext(ctx, "GET", "http://localhost/leave", nil)
		go func() {
			synctest.Wait()
			leave()
		}()
		if _, err := c.Do(req); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		<-left
		synctest.Wait()
		if j.entries() != 1 { // the 403
			t.Errorf("log:\n%s", j)
		}
	})
}
