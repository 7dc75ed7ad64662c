package guide

import (
	"context"
	"errors"
	"sync"

	"github.com/nuages-web/nuages/web"
)

// A room hands on what one visitor says to all of them.
type room struct {
	mu       sync.Mutex
	visitors map[*web.WebSocketConn]bool
}

func newRoom() *room { return &room{visitors: map[*web.WebSocketConn]bool{}} }

func (r *room) serve(*web.Request) (web.Response, error) {
	return web.WebSocket(r.visit, &web.WebSocketOptions{Subprotocols: []string{"room.v1"}, MaxMessage: 4 << 10}), nil
}

func (r *room) visit(ctx context.Context, ws *web.WebSocketConn) error {
	r.mu.Lock()
	r.visitors[ws] = true
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.visitors, ws)
		r.mu.Unlock()
	}()
	for {
		text, err := ws.ReadText(ctx)
		if err != nil {
			return err
		}
		if err := r.say(text); err != nil {
			return err
		}
	}
}

// doc:say
func (r *room) say(text string) error {
	m, err := web.WebSocketText(text) // encoded once, however many there are
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for ws := range r.visitors {
		if err := ws.Send(m); errors.Is(err, web.ErrWebSocketQueueFull) {
			delete(r.visitors, ws)
			go ws.Close(1013, "too slow") // ends the visit, which waits for it
		}
	}
	return nil
}

// doc:end
