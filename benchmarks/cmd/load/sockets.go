package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// text is the message that is sent, frame the same as a client's frame.
var (
	text  = []byte(strings.Repeat("Hello, World! ", 9)[:120])
	frame = ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame(text)))
)

// A socket is a WebSocket whose messages come back.
type socket struct {
	conn net.Conn
	buf  []byte
}

func dialSocket(addr string) (*socket, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	dialer := ws.Dialer{ReadBufferSize: 1024, WriteBufferSize: 1024}
	conn, early, _, err := dialer.Dial(ctx, "ws://"+addr+"/echo")
	if err != nil {
		return nil, err
	}
	if early != nil {
		conn.Close()
		return nil, errors.New("the server speaks first")
	}
	return &socket{conn: conn, buf: make([]byte, 512)}, nil
}

// echo sends the message and reads it back.
func (s *socket) echo() error {
	s.conn.SetDeadline(time.Now().Add(patience))
	if _, err := s.conn.Write(frame); err != nil {
		return err
	}
	n, err := s.conn.Read(s.buf)
	if err != nil {
		return err
	}
	if n == 2+len(text) && s.buf[0] == 0x81 && int(s.buf[1]) == len(text) && bytes.Equal(s.buf[2:n], text) {
		return nil // in one piece, as it nearly always comes: wsutil would take several reads
	}
	got, err := wsutil.ReadServerText(struct {
		io.Reader
		io.Writer
	}{io.MultiReader(bytes.NewReader(s.buf[:n]), s.conn), s.conn})
	if err == nil && !bytes.Equal(got, text) {
		err = fmt.Errorf("echoed %.80q", got)
	}
	return err
}

// dialSockets opens sockets, each of which has echoed a message.
func dialSockets(o options) ([]*socket, error) {
	sockets := make([]*socket, o.conns)
	return sockets, inParallel(o.conns, func(i int) (err error) {
		if sockets[i], err = dialSocket(o.addr); err != nil {
			return err
		}
		return sockets[i].echo()
	})
}

// echo sends messages on all sockets, on each the next one when the last one is back.
func echo(o options) (result, error) {
	sockets, err := dialSockets(o)
	if err != nil {
		return result{}, err
	}
	if err := ready(); err != nil {
		return result{}, err
	}
	took := make([][]time.Duration, o.conns)
	c := newCrew(o.conns, func(i int, c *crew) error {
		for !c.stopped() {
			start := time.Now()
			if err := sockets[i].echo(); err != nil {
				return err
			}
			took[i] = append(took[i], time.Since(start))
			c.done.Add(1)
		}
		return nil
	})
	r, err := c.count(o.time)
	if err != nil {
		return result{}, err
	}
	c.wg.Wait()
	all := slices.Concat(took...)
	slices.Sort(all)
	for percent, ms := range map[int]*float64{50: &r.P50, 99: &r.P99} {
		*ms = float64(all[len(all)*percent/100].Microseconds()) / 1e3
	}
	return r, nil
}

// idleSockets holds sockets open.
func idleSockets(o options) (result, error) {
	sockets, err := dialSockets(o)
	if err != nil {
		return result{}, err
	}
	if err := ready(); err != nil {
		return result{}, err
	}
	return result{Operations: int64(o.conns)}, inParallel(o.conns, func(i int) error { return sockets[i].echo() })
}
