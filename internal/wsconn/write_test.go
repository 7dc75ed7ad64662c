package wsconn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"github.com/nuages-web/nuages/internal/wsconn"
)

func message(t testing.TB, s string) *wsconn.Message {
	t.Helper()
	m, err := wsconn.NewMessage(wsconn.Text, []byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, compress := range []bool{false, true} {
		for _, n := range []int{0, 1, 125, 126, 1010, 1024, 65535, 65536, 300_000} {
			c, peer := dialed(t, &wsconn.Options{Compress: compress})
			want := strings.Repeat("hallo, du ", n/10+1)[:n]
			m := message(t, want)
			go func() {
				err := c.Write(t.Context(), wsconn.Text, []byte(want))
				err = errors.Join(err, c.Write(t.Context(), wsconn.Binary, []byte(want)))
				err = errors.Join(err, c.WriteMessage(t.Context(), m))
				if err := errors.Join(err, c.Send(m)); err != nil {
					t.Error(err)
				}
			}()
			for i, op := range []ws.OpCode{ws.OpText, ws.OpBinary, ws.OpText, ws.OpText} {
				f := peer.next()
				got := string(f.Payload)
				if f.Header.Rsv1() {
					got = inflated(t, f.Payload)
				}
				if f.Header.OpCode != op || !f.Header.Fin || f.Header.Masked || got != want || f.Header.Rsv1() != (compress && n >= 128) {
					t.Errorf("%d bytes, compress %v: message %d is %+v with %d bytes", n, compress, i, f.Header, len(got))
				}
			}
		}
	}
}

func inflated(t testing.TB, data []byte) string {
	t.Helper()
	r := newInflater(bytes.NewReader(append(data, "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...)))
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNotUTF8(t *testing.T) {
	t.Parallel()
	c, peer := dialed(t, nil)
	if err := c.Write(t.Context(), wsconn.Text, []byte("\xff")); !errors.Is(err, wsconn.ErrNotUTF8) {
		t.Errorf("Write gives %v", err)
	}
	if _, err := wsconn.NewMessage(wsconn.Text, []byte("\xff")); !errors.Is(err, wsconn.ErrNotUTF8) {
		t.Errorf("NewMessage gives %v", err)
	}
	if err := c.Write(t.Context(), wsconn.Binary, []byte("\xff")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if f := peer.next(); f.Header.OpCode != ws.OpBinary {
		t.Errorf("got %+v", f)
	}
}

// TestQueue: what a slow reader is sent waits, up to a limit, and then in its order.
func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, peer := piped(t, &wsconn.Options{Queue: 1000})
		big := message(t, strings.Repeat("x", 5000)) // more than the queue takes: goes alone
		if err := c.Send(big); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // it is being written
		if err := c.Send(message(t, "too much")); !errors.Is(err, wsconn.ErrQueueFull) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Write(ctx, wsconn.Text, []byte("too much")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		written := make(chan error, 1)
		go func() { written <- c.Write(t.Context(), wsconn.Text, []byte("waits")) }()
		synctest.Wait()
		if f := peer.next(); f.Header.Length != 5000 {
			t.Errorf("got %+v", f.Header)
		}
		if f := peer.next(); string(f.Payload) != "waits" {
			t.Errorf("got %q", f.Payload)
		}
		if err := <-written; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		var want []string
		for i := 0; ; i++ { // fills the queue behind a first message
			s := fmt.Sprintf("%d%s", i, strings.Repeat("y", 90))
			if err := c.Send(message(t, s)); errors.Is(err, wsconn.ErrQueueFull) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			want = append(want, s)
		}
		if len(want) < 7 || len(want) > 10 { // each costs a little more than its bytes
			t.Errorf("%d messages of about 93 bytes are in a queue of 1000", len(want))
		}
		for _, s := range want {
			if f := peer.next(); string(f.Payload) != s {
				t.Errorf("got %q, want %q", f.Payload, s)
			}
		}
	})
}

// TestPongs: while a write is stuck the answers to pings don't pile up; the last one is sent.
func TestPongs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, peer := piped(t, nil)
		go c.Read(t.Context())
		if err := c.Send(message(t, "stuck")); err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			peer.send(ws.NewPingFrame(fmt.Appendf(nil, "%d", i)))
		}
		synctest.Wait()
		if f := peer.next(); string(f.Payload) != "stuck" {
			t.Errorf("got %q", f.Payload)
		}
		if f := peer.next(); f.Header.OpCode != ws.OpPong || string(f.Payload) != "999" {
			t.Errorf("got %+v %q", f.Header, f.Payload)
		}
		if err := c.Send(message(t, "next")); err != nil {
			t.Fatal(err)
		}
		if f := peer.next(); string(f.Payload) != "next" {
			t.Errorf("got %+v %q", f.Header, f.Payload)
		}
	})
}

// TestPingFlood: a peer that asks and asks and reads nothing is given up.
func TestPingFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, peer := piped(t, &wsconn.Options{WriteTimeout: 7 * time.Second})
		go func() {
			for range 1000 {
				peer.send(ws.NewPingFrame(nil))
			}
		}()
		start := time.Now()
		if closed := readCode(t, c); closed.Code != 1006 || time.Since(start) != 7*time.Second {
			t.Errorf("got %v after %v", closed, time.Since(start))
		}
	})
}

// TestWriteContext: a context that ends in the middle of a message breaks the connection.
func TestWriteContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, peer := piped(t, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var closed *wsconn.CloseError
		if err := c.Write(ctx, wsconn.Text, []byte("x")); !errors.As(err, &closed) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := c.Send(message(t, "x")); !errors.As(err, &closed) {
			t.Errorf("then Send gives %v", err)
		}
		if f := peer.next(); f.Header.OpCode != 0xff {
			t.Errorf("the peer gets %+v", f)
		}
	})
}

// TestTogether: many write at once, in both ways; every frame is whole and each sender's are in order.
func TestTogether(t *testing.T) {
	t.Parallel()
	const senders, each = 20, 100
	c, peer := dialed(t, &wsconn.Options{Queue: 10_000})
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := range each {
				text := fmt.Sprintf("%d %d %s", s, i, strings.Repeat("z", i*20))
				var err error
				if i%2 == 0 {
					err = c.Write(t.Context(), wsconn.Text, []byte(text))
				} else if err = c.Send(message(t, text)); errors.Is(err, wsconn.ErrQueueFull) {
					err = c.WriteMessage(t.Context(), message(t, text))
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	next := map[int]int{}
	for range senders * each {
		f := peer.next()
		var s, i int
		if _, err := fmt.Sscanf(string(f.Payload), "%d %d", &s, &i); err != nil || next[s] != i || !strings.HasSuffix(string(f.Payload), strings.Repeat("z", i*20)) {
			t.Fatalf("got %+v %.40q, %v", f.Header, f.Payload, err)
		}
		next[s]++
	}
	sending.Wait()
}

// A dribble is a connection whose peer takes so many bytes before each deadline.
type dribble struct {
	net.Conn
	takes    []int
	taken    bytes.Buffer
	deadline time.Time
}

func (d *dribble) SetWriteDeadline(t time.Time) error {
	d.deadline = t
	return nil
}

func (d *dribble) HasWritev() bool { return true }

func (d *dribble) WriteBuffers(b *net.Buffers) (int64, error) {
	if len(d.takes) == 0 {
		return b.WriteTo(&d.taken)
	}
	n := d.takes[0]
	d.takes = d.takes[1:]
	time.Sleep(time.Until(d.deadline)) // of a bubble
	for left := n; left > 0; {
		k := min(left, len((*b)[0]))
		d.taken.Write((*b)[0][:k])
		left -= k
		if (*b)[0] = (*b)[0][k:]; len((*b)[0]) == 0 {
			*b = (*b)[1:]
		}
	}
	return int64(n), os.ErrDeadlineExceeded
}

// TestSlowly: a peer that takes little is waited for, one that takes nothing is not.
func TestSlowly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		takes []int
		want  time.Duration
		fails bool
	}{
		{nil, 0, false},
		{[]int{1, 2000, 3, 1000}, 40 * time.Second, false},
		{[]int{1, 2000, 0}, 30 * time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			here, there := net.Pipe()
			d := &dribble{Conn: here, takes: test.takes}
			c, _ := accept(t, d, there, &wsconn.Options{WriteTimeout: 10 * time.Second, Ping: -1})
			start := time.Now()
			err := c.Write(t.Context(), wsconn.Binary, make([]byte, 4000)) // a header and a payload
			if took := time.Since(start); took != test.want || (err != nil) != test.fails {
				t.Errorf("%v: got %v after %v", test.takes, err, took)
			}
			if !test.fails && d.taken.Len() != 4004 {
				t.Errorf("%v: %d bytes were taken", test.takes, d.taken.Len())
			}
		})
	}
}
