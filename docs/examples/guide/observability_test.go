package guide_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/docs/examples/guide"
	"github.com/nuages-web/nuages/settings"
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
