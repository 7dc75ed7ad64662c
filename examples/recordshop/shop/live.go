package shop

import (
	"context"
	"strconv"
	"time"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// LiveRoutes are the shop's open lines: stock as it changes, and somebody to talk to.
func (v Views) LiveRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("", v.live).Name("page"),
		urls.Path("stock/", v.stock).Name("stock"),
		urls.Path("chat/", v.chat).Name("chat"),
	}
}

func (v Views) live(r *web.Request) (web.Response, error) {
	return web.Render("shop/live.html", nil), nil
}

// stock sends each stock change as a server-sent event. A browser that lost the connection says
// which one it saw last, and misses none.
func (v Views) stock(r *web.Request) (web.Response, error) {
	return web.SSE(func(ctx context.Context, events *web.EventStream) error {
		last, _ := strconv.Atoi(events.LastEventID()) // 0 on the first visit
		for {
			changes, err := v.Stock.Since(ctx, last)
			if err != nil {
				return err
			}
			for _, c := range changes {
				if err := events.SendJSON("stock", strconv.Itoa(c.Number), c); err != nil {
					return err
				}
				last = c.Number
			}
		}
	}, &web.SSEOptions{Retry: time.Second}), nil
}

// chat opens a line to the room.
func (v Views) chat(r *web.Request) (web.Response, error) {
	return web.WebSocket(v.Chat.visit, &web.WebSocketOptions{MaxMessage: 4 << 10, Queue: chatQueue}), nil
}
