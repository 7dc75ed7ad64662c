package guide_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/docs/examples/guide"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/views"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestWatched(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var away error
	p, err := guide.Watched(nuages.Settings{
		SecretKey: settings.SecretOf("for the tests of the guides"), AllowedHosts: []string{"example.com"}, Logger: slog.New(slog.DiscardHandler),
	}, func(context.Context) error { return away }, &log)
	if err != nil {
		t.Fatal(err)
	}
	machine := webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "10.0.0.7:8000"})
	machine.Get("/healthz").AssertContains("ok", nil)
	machine.Get("/readyz").AssertStatus(200)
	away = errors.New("connection refused")
	machine.AllowServerErrors().Get("/readyz").AssertStatus(503)
	machine.Get("/metrics").AssertContains(`shop_records_sold_total{genre="jazz"} 1`, nil)
	elsewhere := webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "10.0.0.7:8000", RemoteAddr: "10.0.0.8"})
	elsewhere.Get("/metrics").AssertStatus(403)
	machine.Get("/terms/").AssertStatus(400)
	if got := strings.Count(log.String(), "\n"); got != 1 || !strings.Contains(log.String(), `"GET /terms/ HTTP/1.1" 400 `) {
		t.Errorf("got the log\n%s\nwant the page alone", &log)
	}
}

// TestReadyWhileDraining has the server stop while a connection is kept.
func TestReadyWhileDraining(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stopping := web.Middleware{Name: "stopping", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			if r.PathInfo() == "/stopping" { // answers when the stop has begun
				<-web.ServerFromContext(r.Context()).Drain.Done()
			}
			return next(r)
		}
	}}
	h := web.ToHTTP(views.Ready(nil, nil), &web.Options{Middleware: []web.Middleware{stopping}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, ln, h, &server.Options{Linger: time.Hour, Grace: time.Hour}) }()

	kept, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	answers := bufio.NewReader(kept)
	ask := func(path string) string {
		t.Helper()
		if _, err := io.WriteString(kept, "GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(resp.StatusCode, " ", string(body))
	}
	if got, want := ask("/readyz"), `200 {"status":"ok"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	stop()
	if got, want := ask("/stopping"), `503 {"status":"draining"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	kept.Close() // an answer that was begun before the stop is not its connection's last
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
