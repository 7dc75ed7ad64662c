package wsconn_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
	"github.com/klauspost/compress/flate"

	"github.com/nuages-web/nuages/internal/wsconn"
)

// raw makes a frame with a header of one's own.
func raw(h ws.Header, payload string) ws.Frame { return ws.Frame{Header: h, Payload: []byte(payload)} }

// TestHostile: each of these ends the connection with a status, which the peer gets although it sends
// on.
func TestHostile(t *testing.T) {
	t.Parallel()
	const rsv1 = 4
	bomb := packed(t, make([]byte, 16<<20))
	for _, test := range []struct {
		name   string
		frames []ws.Frame
		bytes  string // instead of frames
		opts   wsconn.Options
		code   int
	}{
		{name: "unmasked", bytes: "\x81\x01x", code: 1002},
		{name: "64-bit length with the highest bit", bytes: "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00mask", code: 1002},
		{name: "a frame over the limit", bytes: "\x82\xff\x00\x00\x01\x00\x00\x00\x00\x00mask", code: 1009},
		{name: "a frame over its own limit", frames: []ws.Frame{text(strings.Repeat("x", 101))}, opts: wsconn.Options{MaxFrame: 100}, code: 1009},
		{name: "fragments over the limit", frames: []ws.Frame{part(ws.OpText, strings.Repeat("x", 100)), ws.NewFrame(ws.OpContinuation, true, []byte("x"))},
			opts: wsconn.Options{MaxMessage: 100}, code: 1009},
		{name: "a bomb", frames: []ws.Frame{raw(ws.Header{Fin: true, Rsv: rsv1, OpCode: ws.OpBinary, Length: int64(len(bomb))}, bomb)},
			opts: wsconn.Options{Compress: true}, code: 1009},
		{name: "compressed without agreement", frames: []ws.Frame{raw(ws.Header{Fin: true, Rsv: rsv1, OpCode: ws.OpText, Length: 1}, "\x00")}, code: 1002},
		{name: "a compressed continuation", frames: []ws.Frame{part(ws.OpText, "x"), raw(ws.Header{Fin: true, Rsv: rsv1, OpCode: ws.OpContinuation, Length: 1}, "\x00")},
			opts: wsconn.Options{Compress: true}, code: 1002},
		{name: "a compressed ping", frames: []ws.Frame{raw(ws.Header{Fin: true, Rsv: rsv1, OpCode: ws.OpPing, Length: 1}, "\x00")},
			opts: wsconn.Options{Compress: true}, code: 1002},
		{name: "not what deflate makes", frames: []ws.Frame{raw(ws.Header{Fin: true, Rsv: rsv1, OpCode: ws.OpText, Length: 4}, "\xff\xff\xff\xff")},
			opts: wsconn.Options{Compress: true}, code: 1007},
		{name: "compressed invalid UTF-8", frames: []ws.Frame{compressed(t, ws.OpText, "ab\xff")}, opts: wsconn.Options{Compress: true}, code: 1007},
		{name: "compressed half a rune", frames: []ws.Frame{compressed(t, ws.OpText, "ab\xc3")}, opts: wsconn.Options{Compress: true}, code: 1007},
		{name: "invalid UTF-8", frames: []ws.Frame{text("ab\xff")}, code: 1007},
		{name: "half a rune", frames: []ws.Frame{text("ab\xc3")}, code: 1007},
		{name: "invalid UTF-8 across fragments", frames: []ws.Frame{part(ws.OpText, "\xed"), part(ws.OpContinuation, "\xa0")}, code: 1007},
		{name: "invalid reason", frames: []ws.Frame{closing(1000, "\xff")}, code: 1007},
		{name: "close with one byte", frames: []ws.Frame{ws.NewCloseFrame([]byte{3})}, code: 1002},
		{name: "close with 1006", frames: []ws.Frame{closing(1006, "")}, code: 1002},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, peer := dialed(t, &test.opts)
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				_, _ = io.WriteString(peer, test.bytes)
				peer.send(test.frames...)
				peer.send(ws.NewBinaryFrame(make([]byte, 1<<20))) // in the way of a close
			}()
			got := make(chan int, 1)
			go func() {
				got <- peer.closeCode()
				peer.Close()
			}()
			if closed := readCode(t, c); closed.Code != test.code || closed.Err == nil {
				t.Errorf("Read gives %v, want %d", closed, test.code)
			}
			if code := <-got; code != test.code {
				t.Errorf("the peer is told %d, want %d", code, test.code)
			}
			<-sent
		})
	}
}

// packed compresses as a client does.
func packed(t testing.TB, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.Write(data); err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

func compressed(t testing.TB, op ws.OpCode, s string) ws.Frame {
	data := packed(t, []byte(s))
	return raw(ws.Header{Fin: true, Rsv: 4, OpCode: op, Length: int64(len(data))}, data)
}

func TestRead(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 30_000)
	for _, test := range []struct {
		name   string
		frames []ws.Frame
		want   string
		text   bool
	}{
		{"text", []ws.Frame{text("hä?")}, "hä?", true},
		{"binary", []ws.Frame{ws.NewBinaryFrame([]byte{0, 0xff})}, "\x00\xff", false},
		{"empty", []ws.Frame{ws.NewBinaryFrame(nil)}, "", false},
		{"long", []ws.Frame{text(long)}, long, true},
		{"fragments cut a rune", []ws.Frame{part(ws.OpText, "h\xc3"), part(ws.OpContinuation, ""), ws.NewFrame(ws.OpContinuation, true, []byte("\xa4"))}, "hä", true},
		{"compressed", []ws.Frame{compressed(t, ws.OpText, long)}, long, true},
		{"compressed and empty", []ws.Frame{raw(ws.Header{Fin: true, Rsv: 4, OpCode: ws.OpBinary, Length: 1}, "\x00")}, "", false},
		{"not compressed although agreed", []ws.Frame{text("x")}, "x", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, peer := dialed(t, &wsconn.Options{Compress: true})
			go peer.send(append(test.frames, ws.NewPingFrame([]byte("?")), text("next"))...)
			kind, data, err := c.Read(t.Context())
			if err != nil || string(data) != test.want || (kind == wsconn.Text) != test.text || data == nil {
				t.Fatalf("got %v, %d bytes %.40q, %v", kind, len(data), data, err)
			}
			if _, data, err = c.Read(t.Context()); err != nil || string(data) != "next" {
				t.Errorf("then %q, %v", data, err)
			}
			if f := peer.next(); f.Header.OpCode != ws.OpPong || string(f.Payload) != "?" {
				t.Errorf("the ping is answered with %+v", f)
			}
		})
	}
}

// TestEarly: what comes in one packet with the handshake is not lost.
func TestEarly(t *testing.T) {
	t.Parallel()
	got := make(chan string, 2)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := wsconn.Accept(r.Context(), w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		for range 2 {
			_, data, err := c.Read(r.Context())
			if err != nil {
				t.Error(err)
			}
			got <- string(data)
		}
	})}
	go srv.Serve(ln)
	defer srv.Close()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var b bytes.Buffer
	_ = handshake().Header.Write(&b)
	request := "GET / HTTP/1.1\r\nHost: x\r\n" + b.String() + "\r\n"
	b.Reset()
	_ = ws.WriteFrame(&b, ws.MaskFrame(text("one")))
	_ = ws.WriteFrame(&b, ws.MaskFrame(text(strings.Repeat("two", 1000))))
	if _, err := io.WriteString(conn, request+b.String()); err != nil {
		t.Fatal(err)
	}
	if first, second := <-got, <-got; first != "one" || len(second) != 3000 {
		t.Errorf("got %q and %d bytes", first, len(second))
	}
}

// TestClaimedLength: a length alone sets little memory aside.
func TestClaimedLength(t *testing.T) { // not parallel: it counts what is allocated
	c, peer := dialed(t, &wsconn.Options{MaxMessage: -1})
	_, _ = io.WriteString(peer, "\x82\xff\x00\x00\x00\x40\x00\x00\x00\x00maskand a little more")
	_ = peer.Conn.(*net.TCPConn).CloseWrite()
	if n := allocated(func() { readCode(t, c) }); n > 1<<20 {
		t.Errorf("%d bytes were set aside", n)
	}
}

// TestFragmentFlood: empty fragments and pings between them cost no memory.
func TestFragmentFlood(t *testing.T) { // not parallel: it counts what is allocated
	const n = 100_000
	c, peer := dialed(t, nil)
	var b bytes.Buffer
	_ = ws.WriteFrame(&b, ws.MaskFrame(part(ws.OpText, "x")))
	for range n {
		b.WriteString("\x00\x80mask") // an empty continuation
	}
	_ = ws.WriteFrame(&b, ws.MaskFrame(ws.NewFrame(ws.OpContinuation, true, nil)))
	go peer.Write(b.Bytes())
	used := allocated(func() {
		if _, data, err := c.Read(t.Context()); err != nil || string(data) != "x" {
			t.Errorf("got %q, %v", data, err)
		}
	})
	if used > n {
		t.Errorf("%d bytes for %d empty fragments", used, n)
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestReadContext: a context that ends breaks the connection, and is the cause.
func TestReadContext(t *testing.T) {
	t.Parallel()
	c, peer := dialed(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		peer.send(text("x"))
		cancel()
	}()
	for {
		_, _, err := c.Read(ctx)
		if err == nil {
			continue
		}
		var closed *wsconn.CloseError
		if !errors.As(err, &closed) || closed.Code != 1006 || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		break
	}
	if f := peer.next(); f.Header.OpCode != 0xff {
		t.Errorf("the peer gets %+v", f)
	}
}

// TestPing: a peer that says nothing is given up, PongTimeout after the first ping that a Read waits
// through.
func TestPing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		ping, pong time.Duration
		answers    int // pings that are answered
		want       time.Duration
	}{
		{"never answers", 10 * time.Second, 0, 0, 20 * time.Second},
		{"short patience", 10 * time.Second, 2 * time.Second, 0, 12 * time.Second},
		{"answers twice", 10 * time.Second, 2 * time.Second, 2, 32 * time.Second},
		{"long patience", 10 * time.Second, 25 * time.Second, 1, 60 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				c, peer := piped(t, &wsconn.Options{Ping: test.ping, PongTimeout: test.pong})
				go func() {
					for i := 0; ; i++ {
						switch f := peer.next(); {
						case f.Header.OpCode == 0xff:
							return
						case i < test.answers:
							peer.send(ws.NewPongFrame(f.Payload))
						}
					}
				}()
				if closed := readCode(t, c); closed.Code != 1006 || !strings.Contains(closed.Error(), "pings") {
					t.Errorf("got %v", closed)
				}
				if took := time.Since(start); took != test.want {
					t.Errorf("given up after %v, want %v", took, test.want)
				}
			})
		})
	}
}
