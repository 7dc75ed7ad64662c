package wsconn_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/internal/wsconn"
)

// BenchmarkEcho is one round trip of a message of 125 bytes over loopback, the client's end in this
// process too: of this package, and of coder/websocket for comparison. µs/echo is the processor's
// time, which is steadier than the clock's on a busy machine.
func BenchmarkEcho(b *testing.B) {
	for name, serve := range map[string]http.HandlerFunc{"wsconn": echoOurs, "coder": echoTheirs} {
		b.Run(name, func(b *testing.B) {
			srv := httptest.NewServer(serve)
			defer srv.Close()
			conn, _, err := websocket.Dial(b.Context(), srv.URL, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.CloseNow()
			message := make([]byte, 125)
			b.ReportAllocs()
			before := cpuTime(b)
			for b.Loop() {
				if err := conn.Write(b.Context(), websocket.MessageBinary, message); err != nil {
					b.Fatal(err)
				}
				_, r, err := conn.Reader(b.Context())
				if err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "µs/echo")
		})
	}
}

func echoOurs(w http.ResponseWriter, r *http.Request) {
	c, _, err := wsconn.Accept(r.Context(), w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	for {
		kind, data, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}

func echoTheirs(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	for {
		kind, data, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}

// BenchmarkBroadcast sends messages of 125 bytes to 1,000 connections over loopback, alone or in
// bursts; the other ends throw them away. µs/delivery is the processor's time for one message to one
// connection, theirs included. coder/websocket, which has no queue, stands beside for comparison.
func BenchmarkBroadcast(b *testing.B) {
	data := make([]byte, 125)
	for _, burst := range []int{1, 20} {
		b.Run(fmt.Sprintf("wsconn-%d", burst), func(b *testing.B) {
			conns, received := connect(b, acceptOurs)
			measure(b, burst, received, func() {
				for range burst {
					m, err := wsconn.NewMessage(wsconn.Binary, data)
					if err != nil {
						b.Fatal(err)
					}
					for _, c := range conns {
						if err := c.Send(m); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		})
		b.Run(fmt.Sprintf("coder-%d", burst), func(b *testing.B) {
			conns, received := connect(b, acceptTheirs)
			measure(b, burst, received, func() {
				for range burst {
					for _, c := range conns {
						if err := c.Write(context.Background(), websocket.MessageBinary, data); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		})
	}
}

func acceptOurs(w http.ResponseWriter, r *http.Request, conns chan<- *wsconn.Conn) {
	c, _, err := wsconn.Accept(r.Context(), w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	conns <- c
	_, _, _ = c.Read(r.Context())
}

func acceptTheirs(w http.ResponseWriter, r *http.Request, conns chan<- *websocket.Conn) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	conns <- c
	_, _, _ = c.Read(r.Context())
}

const listeners = 1000

// A tally counts received bytes, and tells when they are as many as a goal.
type tally struct {
	bytes, goal atomic.Int64
	reached     chan struct{}
}

func (t *tally) add(n int) {
	if t.bytes.Add(int64(n)) == t.goal.Load() {
		t.reached <- struct{}{}
	}
}

// connect opens the connections, and counts what they receive after the handshake.
func connect[C any](b *testing.B, accept func(http.ResponseWriter, *http.Request, chan<- C)) ([]C, *tally) {
	accepted := make(chan C, listeners)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { accept(w, r, accepted) }))
	b.Cleanup(srv.Close)
	received := &tally{reached: make(chan struct{}, 1)}
	var conns []C
	for range listeners {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close() })
		c := &client{Conn: conn, t: b}
		c.upgrade()
		conns = append(conns, <-accepted)
		go func() {
			buf := make([]byte, 4096)
			for {
				n, err := conn.Read(buf)
				if err != nil {
					return
				}
				received.add(n)
			}
		}()
	}
	return conns, received
}

// measure runs broadcasts, each to its end, and reports the processor's time for a delivery.
func measure(b *testing.B, burst int, received *tally, broadcast func()) {
	const frame = 2 + 125
	b.ReportAllocs()
	before, rounds := cpuTime(b), 0
	for b.Loop() {
		received.goal.Add(int64(burst * listeners * frame))
		broadcast()
		<-received.reached
		rounds++
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(rounds*burst*listeners), "µs/delivery")
}

// cpuTime returns the processor's time of this process in µs.
func cpuTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return (u.Utime.Sec+u.Stime.Sec)*1e6 + int64(u.Utime.Usec+u.Stime.Usec)
}
