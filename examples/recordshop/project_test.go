package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/examples/recordshop/suppliers"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/web/webtest"
)

// newShop is the shop as the tests see it: its real routes and templates, with suppliers of the
// test's own, nil for those that aren't asked.
func newShop(t *testing.T, partners shop.Suppliers) (*webtest.Client, *shop.Store) {
	t.Helper()
	records := shop.NewStore(shop.Catalogue())
	p, err := nuages.New(nuages.Settings{
		Debug: true, Templates: os.DirFS("templates"), Logger: slog.New(slog.DiscardHandler),
	}, routes(shop.Views{Records: records, Suppliers: partners, Chat: new(shop.Chat)}, os.DirFS("static")))
	if err != nil {
		t.Fatal(err)
	}
	return webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "localhost"}), records
}

// TestProject has the project as main runs it.
func TestProject(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	env, err := settings.Load(&settings.Options{Files: []string{}, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := project(env)
	if err != nil {
		t.Fatal(err)
	}
	report, err := checks.Run(t.Context(), p.Checks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range report.Messages {
		t.Errorf("check: %s", m)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	c := webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "localhost"})
	c.Get("/records/blue-train/availability/").AssertContains("days from Rotterdam", nil)
	probes := webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "127.0.0.1:8000"})
	probes.Get("/healthz").AssertContains("ok", nil)
	probes.Get("/readyz").AssertJSONEqual(`{"status": "ok", "checks": [{"name": "catalogue", "ok": true}]}`)
	page := probes.Get("/metrics")
	page.AssertContains("\nrecordshop_records 9\n", nil)
	page.AssertContains(`http_server_requests_total{code="200",method="GET",route="records/<slug:slug>/availability/"} 1`, nil)
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the apps ended with %v", err)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	c, _ := newShop(t, nil)
	home := c.Get("/")
	home.AssertContains("Good records, well kept.", nil)
	home.AssertTemplateUsed("shop/home.html")
	if got := len(home.FindAll(".cards li")); got != 6 {
		t.Errorf("home: got %d records, want 6", got)
	}
	list := home.Click("See all records")
	if got := len(list.FindAll(".cards li")); got != 9 {
		t.Errorf("list: got %d records, want 9", got)
	}
	found := list.FormAt(0).Set("q", "reinhardt").Submit("Search")
	found.AssertContains("Django Reinhardt", &webtest.ContainsOptions{Count: 1})
	detail := found.Click("a[href='/records/nuages/']")
	detail.AssertContains("<h1>Nuages</h1>", &webtest.ContainsOptions{HTML: true})
	detail.AssertContains("€ 19.90", nil)
	c.Get("/records/?q=%3Cscript%3E").AssertContains("We have nothing like “&lt;script&gt;”.", nil)
	c.Get("/records/unknown/").AssertContains("We have no record called &#34;unknown&#34;.", &webtest.ContainsOptions{Status: 404})
	c.Get("/live/").AssertContains(`data-url="/live/stock/"`, nil)
	c.Get("/records").AssertRedirects("/records/", &webtest.RedirectOptions{Status: 301})
}

// TestEmptyShop has a shop with fewer records than the home page shows.
func TestEmptyShop(t *testing.T) {
	t.Parallel()
	p, err := nuages.New(nuages.Settings{Debug: true, Templates: os.DirFS("templates")},
		routes(shop.Views{Records: shop.NewStore(nil)}, os.DirFS("static")))
	if err != nil {
		t.Fatal(err)
	}
	c := webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "localhost"})
	c.Get("/").AssertContains("From the shelf", nil)
}

func TestStaticFiles(t *testing.T) {
	t.Parallel()
	c, _ := newShop(t, nil)
	page := c.Get("/static/shop.css")
	page.AssertContains(".cards", nil)
	page.AssertHeader("Content-Type", "text/css; charset=utf-8")
	for header, validator := range map[string]string{"If-Modified-Since": page.Header.Get("Last-Modified"), "If-None-Match": page.Header.Get("ETag")} {
		if validator == "" {
			t.Errorf("got no validator for %s", header)
			continue
		}
		c.With(http.Header{header: {validator}}).Get("/static/shop.css").AssertStatus(304)
	}
	part := c.With(http.Header{"Range": {"bytes=0-4"}}).Get("/static/shop.css")
	if part.Status != 206 || part.Body != ":root" {
		t.Errorf("range: got %d %q, want 206 %q", part.Status, part.Body, ":root")
	}
	for _, path := range []string{"/static/missing.css", "/static/../settings.go", "/static/%2e%2e/settings.go", "/static/"} {
		c.Get(path).AssertStatus(404)
	}
}

// partners are suppliers made of two functions.
type partners struct {
	delivery func(context.Context, string) (suppliers.Delivery, error)
	pressing func(context.Context, string) (suppliers.Pressing, error)
}

func (p partners) Delivery(ctx context.Context, slug string) (suppliers.Delivery, error) {
	return p.delivery(ctx, slug)
}

func (p partners) Pressing(ctx context.Context, slug string) (suppliers.Pressing, error) {
	return p.pressing(ctx, slug)
}

// TestAvailabilityAsksBothAtOnce has suppliers of whom neither answers before both have been asked.
func TestAvailabilityAsksBothAtOnce(t *testing.T) {
	t.Parallel()
	warehouse, label := make(chan struct{}), make(chan struct{})
	c, _ := newShop(t, partners{
		func(ctx context.Context, slug string) (suppliers.Delivery, error) {
			close(warehouse)
			return suppliers.Delivery{Days: 2, From: "Hamburg"}, await(ctx, label)
		},
		func(ctx context.Context, slug string) (suppliers.Pressing, error) {
			close(label)
			return suppliers.Pressing{Planned: true, Quantity: 40}, await(ctx, warehouse)
		},
	})
	page := c.Get("/records/nuages/availability/")
	page.AssertContains("2 days from Hamburg", nil)
	page.AssertContains("presses 40 more", nil)
}

func await(ctx context.Context, ready <-chan struct{}) error {
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// TestAvailabilityIsCalledOff has a visitor who leaves while both suppliers think.
func TestAvailabilityIsCalledOff(t *testing.T) {
	t.Parallel()
	asked, calledOff := make(chan string, 2), make(chan string, 2)
	think := func(ctx context.Context, who string) error {
		asked <- who
		<-ctx.Done()
		calledOff <- who
		return ctx.Err()
	}
	c, _ := newShop(t, partners{
		func(ctx context.Context, _ string) (suppliers.Delivery, error) {
			return suppliers.Delivery{}, think(ctx, "warehouse")
		},
		func(ctx context.Context, _ string) (suppliers.Pressing, error) {
			return suppliers.Pressing{}, think(ctx, "label")
		},
	})
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := c.Try(webtest.Request{Path: "/records/nuages/availability/", Context: ctx})
		left <- err
	}()
	both := map[string]bool{<-asked: true, <-asked: true}
	leave()
	if err := <-left; err == nil {
		t.Error("got an answer, want the visitor's own leaving")
	}
	off := map[string]bool{<-calledOff: true, <-calledOff: true}
	if len(both) != 2 || len(off) != 2 {
		t.Errorf("asked %v, called off %v, want both twice", both, off)
	}
}

func TestAvailabilityWithoutSuppliers(t *testing.T) {
	t.Parallel()
	c, _ := newShop(t, partners{
		func(context.Context, string) (suppliers.Delivery, error) {
			return suppliers.Delivery{}, http.ErrServerClosed
		},
		func(ctx context.Context, _ string) (suppliers.Pressing, error) {
			<-ctx.Done() // called off as the other has failed
			return suppliers.Pressing{}, ctx.Err()
		},
	})
	page := c.AllowServerErrors().Get("/records/nuages/availability/")
	page.AssertContains("Our suppliers don&#39;t answer at the moment.", &webtest.ContainsOptions{Status: 502})
}
