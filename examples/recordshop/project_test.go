package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/examples/recordshop/suppliers"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/web/webtest"
)

// newShop is the shop as the tests see it: its real routes and templates and a database of its own,
// with suppliers of the test's own, nil for those that aren't asked.
func newShop(t *testing.T, partners shop.Suppliers) (*webtest.Client, context.Context) {
	t.Helper()
	ctx := ormtest.SQLite(t, shop.Models...)
	if err := shop.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	return shopIn(ctx, t, new(shop.Feed), partners), ctx
}

// shopIn is the shop on the database of ctx. A view that fetches what it could have fetched with its
// rows fails.
func shopIn(ctx context.Context, t *testing.T, stock *shop.Feed, partners shop.Suppliers) *webtest.Client {
	t.Helper()
	p, err := nuages.New(nuages.Settings{
		Debug: true, Templates: os.DirFS("templates"), Logger: slog.New(slog.DiscardHandler),
	}, routes(shop.Views{Stock: stock, Suppliers: partners, Chat: new(shop.Chat)}, os.DirFS("static")))
	if err != nil {
		t.Fatal(err)
	}
	return webtest.NewClient(t, p.HandlerIn(orm.WithFetchMode(ctx, orm.FetchRaise)), &webtest.Options{Host: "localhost"})
}

// TestProject has the project as main runs it.
func TestProject(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	url := "DATABASE_URL=sqlite:///" + filepath.Join(t.TempDir(), "shop.sqlite3")
	env, err := settings.Load(&settings.Options{Files: []string{}, Environ: []string{url}})
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
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
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
	page.AssertContains(`http_server_requests_total{code="200",method="GET",route="records/<slug:slug>/availability/"} 1`, nil)
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the apps ended with %v", err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
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
	part := c.With(http.Header{"X-Part": {"results"}}).Get("/records/?q=reinhardt")
	part.AssertContains("Django Reinhardt", &webtest.ContainsOptions{Count: 1})
	part.AssertNotContains("<html", nil)
	detail := found.Click("a[href='/records/nuages/']")
	detail.AssertContains("<h1>Nuages</h1>", &webtest.ContainsOptions{HTML: true})
	detail.AssertContains("€ 19.90", nil)
	c.Get("/records/?q=%3Cscript%3E").AssertContains("We have nothing like “&lt;script&gt;”.", nil)
	c.Get("/records/unknown/").AssertContains("We have no record called &#34;unknown&#34;.", &webtest.ContainsOptions{Status: 404})
	c.Get("/live/").AssertContains(`data-url="/live/stock/"`, nil)
	c.Get("/records").AssertRedirects("/records/", &webtest.RedirectOptions{Status: 301})
}

// TestEmptyShop has a shop without records.
func TestEmptyShop(t *testing.T) {
	t.Parallel()
	c := shopIn(ormtest.SQLite(t, shop.Models...), t, new(shop.Feed), nil)
	c.Get("/").AssertContains("From the shelf", nil)
}

// TestListAsksTwice has as many statements however many records there are.
func TestListAsksTwice(t *testing.T) {
	t.Parallel()
	_, ctx := newShop(t, nil)
	ormtest.AssertNumQueries(t, ctx, 2, func(ctx context.Context) {
		shopIn(ctx, t, new(shop.Feed), nil).Get("/records/").AssertStatus(200)
	})
}

func TestReviews(t *testing.T) {
	t.Parallel()
	c, _ := newShop(t, nil)
	page := c.Get("/records/nuages/")
	page.AssertContains("Nobody has said anything yet.", nil)
	c.Post("/records/nuages/reviews/", url.Values{"author": {"Ada"}, "stars": {"4"}, "text": {"<b>Fine</b>"}}).AssertStatus(302)
	c.Post("/records/nuages/reviews/", url.Values{"author": {"Grace"}, "stars": {"5"}, "text": {"Swings."}}).AssertStatus(302)
	page = c.Get("/records/nuages/")
	page.AssertContains("4.5 of 5 stars", nil)
	page.AssertContains("&lt;b&gt;Fine&lt;/b&gt;", nil)
	for _, bad := range []url.Values{
		{"author": {"Ada"}, "stars": {"6"}}, {"author": {"Ada"}, "stars": {"x"}}, {"author": {" "}, "stars": {"1"}},
		{"author": {strings.Repeat("a", 51)}, "stars": {"1"}}, {"author": {"Ada"}, "stars": {"1"}, "text": {strings.Repeat("a", 2001)}},
	} {
		c.Post("/records/nuages/reviews/", bad).AssertStatus(400)
	}
	c.Post("/records/unknown/reviews/", url.Values{"author": {"Ada"}, "stars": {"1"}}).AssertStatus(404)
}

func TestOrders(t *testing.T) {
	t.Parallel()
	c, ctx := newShop(t, nil)
	order := func(quantity string) *webtest.Page {
		return c.Post("/records/selected-ambient-works/order/", url.Values{"customer": {"Ada"}, "quantity": {quantity}})
	}
	order("2").AssertContains("Thank you, Ada", nil)
	order("1").AssertStatus(409)
	order("0").AssertStatus(400)
	order("-1").AssertStatus(400)
	order("99999999999").AssertStatus(400)
	r, err := shop.Records.Get(ctx, shop.RecordF.Slug.Eq("selected-ambient-works"))
	if err != nil || r.Stock != 0 {
		t.Errorf("got %d in stock, %v, want none", r.Stock, err)
	}
	orders, err := shop.Orders.Prefetch(shop.OrderF.Lines()).All(ctx)
	if err != nil || len(orders) != 1 {
		t.Fatalf("got %d orders, %v, want one", len(orders), err)
	}
	lines, err := orders[0].Lines().All(ctx)
	if err != nil || fmt.Sprint(lines) != "[2 × € 28.90]" {
		t.Errorf("got the lines %v, %v", lines, err)
	}
}

// TestOrdersAtOnce has more customers than records.
func TestOrdersAtOnce(t *testing.T) {
	t.Parallel()
	_, ctx := newShop(t, nil)
	feed := new(shop.Feed)
	var sold, refused atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			switch _, err := feed.Buy(ctx, "nuages", "Ada", 1); {
			case err == nil:
				sold.Add(1)
			case errors.Is(err, shop.ErrSoldOut):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if sold.Load() != 12 || refused.Load() != 8 {
		t.Errorf("sold %d and refused %d, want 12 and 8", sold.Load(), refused.Load())
	}
	if changes, err := feed.Since(ctx, 0); err != nil || len(changes) != 12 {
		t.Errorf("got %d changes, %v, want 12", len(changes), err)
	}
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
