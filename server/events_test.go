package server_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

// eventSite answers with an event stream that does as its client wishes, and tells how each ended.
type eventSite struct {
	opened   chan context.Context
	outcomes chan web.Outcome
	fail     chan error
}

func newEventSite() *eventSite {
	return &eventSite{opened: make(chan context.Context, 10), outcomes: make(chan web.Outcome, 10), fail: make(chan error, 10)}
}

func (e *eventSite) handler(logger *slog.Logger) http.Handler {
	return web.ToHTTP(func(r *web.Request) (web.Response, error) {
		r.OnFinish(func(o web.Outcome) { e.outcomes <- o })
		resp := web.SSE(func(ctx context.Context, events *web.EventStream) error {
			message, err := web.NewEventMessage(web.Event{Name: "again", Data: "many\nlines"})
			if err != nil {
				return err
			}
			if err := errors.Join(events.Send(web.Event{Data: "first"}), events.SendMessage(message)); err != nil {
				return err
			}
			e.opened <- ctx
			select {
			case err := <-e.fail:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}, nil)
		resp.Header().Set("X-Shop", "records")
		resp.SetCookie(web.Cookie{Name: "seen", Value: "1"})
		return resp, nil
	}, &web.Options{Logger: logger})
}

const firstEvents = "data: first\n\nevent: again\ndata: many\ndata: lines\n\n"

// TestEvents looks at a stream on a connection of its own, in the clear and over TLS.
func TestEvents(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		tls  *tls.Config
	}{{"in the clear", nil}, {"over TLS", serverTLS()}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			site := newEventSite()
			s := start(t, site.handler(slog.New(slog.DiscardHandler)), server.Options{TLS: test.tls})
			c, resp := openEvents(t, s, test.tls != nil, request)
			for name, want := range map[string]string{
				"Content-Type": "text/event-stream", "X-Shop": "records", "Set-Cookie": "seen=1; ", "Cache-Control": "no-cache, no-transform",
			} {
				if got := resp.Header.Get(name); !strings.HasPrefix(got, want) {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			if _, err := http.ParseTime(resp.Header.Get("Date")); err != nil || !resp.Close || resp.StatusCode != 200 {
				t.Errorf("got %s, Date %q, close %t", resp.Status, resp.Header.Get("Date"), resp.Close)
			}
			wantFirst(t, resp.Body)
			ctx := <-site.opened
			if err := ctx.Err(); err != nil {
				t.Errorf("the context has ended: %v", err)
			}
			c.Close()
			<-ctx.Done()
			if o := <-site.outcomes; o.Status != 200 || o.Bytes != int64(len(firstEvents)) || o.Err != nil {
				t.Errorf("outcome: got %+v", o)
			}
		})
	}
}

func openEvents(t *testing.T, s *started, useTLS bool, request string) (net.Conn, *http.Response) {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	if useTLS {
		c = tls.Client(c, clientTLS())
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, resp
}

func wantFirst(t *testing.T, body io.Reader) {
	t.Helper()
	got := make([]byte, len(firstEvents))
	if _, err := io.ReadFull(body, got); err != nil || string(got) != firstEvents {
		t.Errorf("got %q, %v, want %q", got, err, firstEvents)
	}
}

// TestEventsEnd tells a stream that is whole from one that broke off.
func TestEventsEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		end  func(*eventSite, *started)
		err  error // of reading
		log  string
	}{
		{"the view returns", func(e *eventSite, _ *started) { e.fail <- nil }, nil, ""},
		{"the view fails", func(e *eventSite, _ *started) { e.fail <- errors.New("no more news") }, io.ErrUnexpectedEOF, "no more news"},
		{"the server stops", func(_ *eventSite, s *started) { s.stop() }, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var log syncBuffer
			site := newEventSite()
			s := start(t, site.handler(slog.New(slog.NewTextHandler(&log, nil))), server.Options{})
			_, resp := openEvents(t, s, false, request)
			wantFirst(t, resp.Body)
			<-site.opened
			test.end(site, s)
			if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || !errors.Is(err, test.err) {
				t.Errorf("got %q, %v, want the error %v", rest, err, test.err)
			}
			o := <-site.outcomes
			if (o.Err != nil) != (test.err != nil) {
				t.Errorf("outcome: got %+v", o)
			}
			if got := log.String(); !strings.Contains(got, test.log) || test.log == "" && got != "" {
				t.Errorf("log: got %q, want %q", got, test.log)
			}
		})
	}
}

// TestEventsHTTP10 has a client that knows no chunks.
func TestEventsHTTP10(t *testing.T) {
	t.Parallel()
	site := newEventSite()
	s := start(t, site.handler(slog.New(slog.DiscardHandler)), server.Options{})
	_, resp := openEvents(t, s, false, "GET / HTTP/1.0\r\n\r\n")
	if len(resp.TransferEncoding) > 0 {
		t.Errorf("got Transfer-Encoding %q", resp.TransferEncoding)
	}
	wantFirst(t, resp.Body)
	site.fail <- nil
	if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
		t.Errorf("got %q, %v", rest, err)
	}
}

// BenchmarkIdleEvents tells what a silent stream costs in memory, beside net/http alone.
func BenchmarkIdleEvents(b *testing.B) {
	const streams = 2000
	plain := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, firstEvents)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	site := newEventSite()
	site.opened, site.outcomes = make(chan context.Context, streams), make(chan web.Outcome, streams)
	for _, test := range []struct {
		name    string
		handler http.Handler
	}{{"nuages", site.handler(slog.New(slog.DiscardHandler))}, {"net-http", http.HandlerFunc(plain)}} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				ln, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					b.Fatal(err)
				}
				ctx, stop := context.WithCancel(b.Context())
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					if test.name == "nuages" {
						_ = server.Serve(ctx, ln, test.handler, &server.Options{Linger: -1})
						return
					}
					h := &http.Server{Handler: test.handler}
					context.AfterFunc(ctx, func() { h.Close() })
					_ = h.Serve(ln)
				}()
				before := memory()
				conns := make([]net.Conn, streams)
				first := make([]byte, 4096)
				for i := range conns {
					if conns[i], err = net.Dial("tcp", ln.Addr().String()); err != nil {
						b.Fatal(err)
					}
					_, _ = io.WriteString(conns[i], request)
					for got := ""; !strings.Contains(got, "lines\n\n"); {
						n, err := conns[i].Read(first)
						if err != nil {
							b.Fatal(err)
						}
						got += string(first[:n])
					}
				}
				b.ReportMetric(float64(memory()-before)/streams, "B/stream")
				for _, c := range conns {
					c.Close()
				}
				stop()
				<-ended
				for len(site.opened) > 0 {
					<-site.outcomes
					<-site.opened
				}
			}
		})
	}
}

// memory returns the bytes of heap and stacks after the garbage is gone. The clients' part of a
// connection, here about 1 KB, counts too.
func memory() int64 {
	for range 4 { // stacks shrink by half each time
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
