package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/web/webtest"
)

// liveShop is the shop with a function that moves its stock.
func liveShop(t *testing.T) (c *webtest.Client, move func(slug string, by int32)) {
	t.Helper()
	_, ctx := newShop(t, nil)
	stock := new(shop.Feed)
	return shopIn(ctx, t, stock, nil), func(slug string, by int32) {
		t.Helper()
		if err := stock.Move(ctx, slug, by); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStockEvents(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c, move := liveShop(t)
	move("nuages", -1)
	events := c.Events("/live/stock/", "")
	e := events.Next()
	var change shop.StockChange
	if err := e.JSON(&change); err != nil || e.Name != "stock" || e.ID != "1" {
		t.Errorf("got %+v, %v", e, err)
	}
	if want := (shop.StockChange{Number: 1, Slug: "nuages", Title: "Nuages", Stock: 11}); change != want {
		t.Errorf("got %+v, want %+v", change, want)
	}
	move("nuages", -20)
	if e := events.Next(); e.ID != "2" {
		t.Errorf("got %+v, want the change that came while the line was open", e)
	}
	events.Close()
	events.Wait()

	move("blue-train", 1) // while nobody listens
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
	c, move := liveShop(t)
	move("nuages", -1)
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
	move("nuages", -11)
	if page := <-answer; page != nil {
		page.AssertJSONEqual(`[{"number": 2, "slug": "nuages", "title": "Nuages", "stock": 0}]`)
	}
}

// hear returns the next line that a guest hears.
func hear(t *testing.T, ws *webtest.WebSocket) shop.Line {
	t.Helper()
	var line shop.Line
	if err := json.Unmarshal([]byte(ws.ReadText()), &line); err != nil {
		t.Fatal(err)
	}
	return line
}

func TestChat(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c, _ := newShop(t, nil)
	options := &webtest.WebSocketOptions{Origin: "http://localhost"}
	ada := c.WebSocket("/live/chat/", options)
	ada.AssertStatus(101)
	if got, want := hear(t, ada), (shop.Line{Text: "Guest 1 has come in.", Here: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, nothing := range []string{"", "  ", strings.Repeat("é", 501)} {
		ada.WriteText(nothing)
	}
	ada.WriteText(" <b>Nuages é</b> ")
	said := shop.Line{Who: "Guest 1", Text: "<b>Nuages é</b>", Here: 1}
	if got := hear(t, ada); got != said {
		t.Errorf("got %+v, want %+v", got, said)
	}

	ben := c.WebSocket("/live/chat/", options)
	if got := hear(t, ben); got != said {
		t.Errorf("who comes later hears first %+v, want %+v", got, said)
	}
	came := shop.Line{Text: "Guest 2 has come in.", Here: 2}
	for _, ws := range []*webtest.WebSocket{ada, ben} {
		if got := hear(t, ws); got != came {
			t.Errorf("got %+v, want %+v", got, came)
		}
	}
	ben.Close(1000, "")
	ben.Wait()
	if got, want := hear(t, ada), (shop.Line{Text: "Guest 2 has left.", Here: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	ada.Close(1000, "")
	ada.Wait()
	if foreign := c.WebSocket("/live/chat/", &webtest.WebSocketOptions{Origin: "https://evil.example"}); foreign.Status != 403 {
		t.Errorf("from another site: got status %d, want 403", foreign.Status)
	}
}
