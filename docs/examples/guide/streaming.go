package guide

import (
	"context"
	"encoding/csv"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func streamingRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("export/", export).Name("export"),
		urls.Path("count/", count).Name("count"),
		urls.Path("mail/", mail(newInbox())).Name("mail"),
		urls.Path("echo/", echo).Name("echo"),
		urls.Path("room/", newRoom().serve).Name("room"),
	}
}

func export(r *web.Request) (web.Response, error) {
	resp := web.Stream("text/csv; charset=utf-8", func(ctx context.Context, w *web.StreamWriter) error {
		rows := csv.NewWriter(w)
		for i := range 1000 {
			if err := rows.Write([]string{strconv.Itoa(i), "record " + strconv.Itoa(i)}); err != nil {
				return err // the client has gone
			}
			if i%100 == 99 {
				rows.Flush()
				if err := w.Flush(); err != nil { // now it is on its way
					return err
				}
			}
		}
		return rows.Error()
	})
	return resp.WithHeader("Content-Disposition", web.ContentDisposition(true, "records.csv")), nil
}

func count(r *web.Request) (web.Response, error) {
	return web.SSE(func(ctx context.Context, events *web.EventStream) error {
		n, _ := strconv.Atoi(events.LastEventID()) // 0 on the first visit
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done(): // the client has gone, or the server stops
				return nil
			case <-tick.C:
			}
			n++
			if err := events.SendJSON("count", strconv.Itoa(n), n); err != nil {
				return err
			}
		}
	}, &web.SSEOptions{Retry: time.Second}), nil
}

// inbox is a place for letters that somebody may wait for.
type inbox struct {
	letters chan string
	once    sync.Once
}

func newInbox() *inbox { return &inbox{letters: make(chan string, 1)} }

func (i *inbox) next(ctx context.Context) (string, error) {
	i.once.Do(func() { i.letters <- "hello" })
	select {
	case letter := <-i.letters:
		return letter, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func mail(letters *inbox) web.Handler {
	return func(r *web.Request) (web.Response, error) {
		return web.LongPoll(r, 50*time.Millisecond, letters.next) // 20 to 30 s outside of a test
	}
}

func echo(r *web.Request) (web.Response, error) {
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
			if err := ws.WriteText(ctx, "you said: "+text); err != nil {
				return err
			}
		}
	}, nil), nil
}
