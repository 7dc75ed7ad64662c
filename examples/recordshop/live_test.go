package main

import (
	"testing"

	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/web/webtest"
)

func move(t *testing.T, records *shop.Store, slug string, by int) {
	t.Helper()
	if err := records.Move(slug, by); err != nil {
		t.Fatal(err)
	}
}

func TestStockEvents(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c, records := newShop(t, nil)
	move(t, records, "nuages", -1)
	events := c.Events("/live/stock/", "")
	e := events.Next()
	var change shop.StockChange
	if err := e.JSON(&change); err != nil || e.Name != "stock" || e.ID != "1" {
		t.Errorf("got %+v, %v", e, err)
	}
	if want := (shop.StockChange{Number: 1, Slug: "nuages", Title: "Nuages", Stock: 11}); change != want {
		t.Errorf("got %+v, want %+v", change, want)
	}
	move(t, records, "nuages", -20)
	if e := events.Next(); e.ID != "2" {
		t.Errorf("got %+v, want the change that came while the line was open", e)
	}
	events.Close()
	events.Wait()

	move(t, records, "blue-train", 1) // while nobody listens
	again := c.Events("/live/stock/", "2")
	if e := again.Next(); e.ID != "3" {
		t.Errorf("after a lost connection: got %+v, want what was missed", e)
	}
	restarted := c.Events("/live/stock/", "4000")
	if e := restarted.Next(); e.ID != "1" {
		t.Errorf("with a number of an earlier run: got %+v, want all", e)
	}
}

func TestLongPoll(t *testing.T) {
	t.Parallel()
	c, records := newShop(t, nil)
	move(t, records, "nuages", -1)
	c.Get("/api/stock/0/").AssertJSONEqual(`[{"number": 1, "slug": "nuages", "title": "Nuages", "stock": 11}]`)
	waiting := c.Stream("GET", "/api/records/") // another request is answered meanwhile
	answer := make(chan *webtest.Page, 1)
	go func() {
		page, err := c.Try(webtest.Request{Path: "/api/stock/1/"})
		if err != nil {
			t.Error(err)
		}
		answer <- page
	}()
	waiting.Rest()
	move(t, records, "nuages", -11)
	if page := <-answer; page != nil {
		page.AssertJSONEqual(`[{"number": 2, "slug": "nuages", "title": "Nuages", "stock": 0}]`)
	}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c, _ := newShop(t, nil)
	ws := c.WebSocket("/live/echo/", &webtest.WebSocketOptions{Origin: "http://localhost"})
	ws.AssertStatus(101)
	for said, want := range map[string]string{"hello": "HELLO", "Nuages é": "NUAGES É", "": ""} {
		ws.WriteText(said)
		if got := ws.ReadText(); got != want {
			t.Errorf("said %q, heard %q, want %q", said, got, want)
		}
	}
	ws.Close(1000, "")
	ws.Wait()
	if foreign := c.WebSocket("/live/echo/", &webtest.WebSocketOptions{Origin: "https://evil.example"}); foreign.Status != 403 {
		t.Errorf("from another site: got status %d, want 403", foreign.Status)
	}
}
