package shop

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// LiveRoutes are the shop's open lines: stock as it changes, and somebody to talk to.
func (v Views) LiveRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("", v.live).Name("page"),
		urls.Path("stock/", v.stock).Name("stock"),
		urls.Path("echo/", v.echo).Name("echo"),
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
			changes, err := v.Records.Since(ctx, last)
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

// echo says back, louder, what a WebSocket says.
func (v Views) echo(r *web.Request) (web.Response, error) {
	return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
		for {
			text, err := ws.ReadText(ctx)
			var closed *web.WebSocketClosed
			if errors.As(err, &closed) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := ws.WriteText(ctx, strings.ToUpper(text)); err != nil {
				return err
			}
		}
	}, nil), nil
}
