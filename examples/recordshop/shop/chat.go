package shop

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/web"
)

// A Line is something that was said in the chat, or tells who came and went.
type Line struct {
	Who  string `json:"who"` // "" for the shop itself
	Text string `json:"text"`
	Here int    `json:"here"` // how many are in the room
}

// A Chat is a room in which everybody hears what anybody says. It may be used by many goroutines;
// the zero Chat is empty.
type Chat struct {
	mu     sync.Mutex
	guests map[*web.WebSocketConn]string // their names
	came   int
	last   []*web.WebSocketMessage // what those who come hear first, oldest first
}

const (
	keptLines  = 10
	maxLine    = 500 // characters
	chatQueue  = 64 << 10
	breathPace = 100 * time.Millisecond
)

// visit has a guest in the room until the socket closes.
func (c *Chat) visit(ctx context.Context, ws *web.WebSocketConn) error {
	who, err := c.enter(ws)
	if err != nil {
		return err
	}
	defer c.leave(ws)
	for {
		text, err := ws.ReadText(ctx)
		if closed := (*web.WebSocketClosed)(nil); errors.As(err, &closed) {
			return nil
		}
		if err != nil {
			return err
		}
		if text = strings.TrimSpace(text); text == "" || utf8.RuneCountInString(text) > maxLine {
			continue
		}
		c.mu.Lock()
		err = c.say(who, text, true)
		c.mu.Unlock()
		if err != nil {
			return err
		}
		if err := async.Sleep(ctx, breathPace); err != nil { // nobody talks faster
			return err
		}
	}
}

func (c *Chat) enter(ws *web.WebSocketConn) (who string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.last {
		if err := ws.Send(m); err != nil {
			return "", err
		}
	}
	if c.guests == nil {
		c.guests = map[*web.WebSocketConn]string{}
	}
	c.came++
	who = fmt.Sprint("Guest ", c.came)
	c.guests[ws] = who
	return who, c.say("", who+" has come in.", false)
}

func (c *Chat) leave(ws *web.WebSocketConn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	who := c.guests[ws]
	delete(c.guests, ws)
	_ = c.say("", who+" has left.", false) // of text that is valid
}

// say sends a line to everybody: it is encoded once, and nobody who listens slowly holds up the
// others. The mutex is held.
func (c *Chat) say(who, text string, keep bool) error {
	m, err := web.WebSocketJSON(Line{Who: who, Text: text, Here: len(c.guests)})
	if err != nil {
		return err
	}
	if keep {
		if c.last = append(c.last, m); len(c.last) > keptLines {
			c.last = c.last[1:]
		}
	}
	for ws := range c.guests {
		_ = ws.Send(m) // who listens too slowly misses it, who has gone is about to leave
	}
	return nil
}
