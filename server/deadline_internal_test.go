package server

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// countingConn counts the deadlines that it is told of.
type countingConn struct {
	net.Conn
	deadlines int
}

func (c *countingConn) SetReadDeadline(t time.Time) error {
	c.deadlines++
	return c.Conn.SetReadDeadline(t)
}

// readDeadlineOver returns a deadline over one end of a pipe, and the other end.
func readDeadlineOver(t *testing.T) (*readDeadline, *countingConn, net.Conn) {
	ours, theirs := net.Pipe()
	t.Cleanup(func() {
		ours.Close()
		theirs.Close()
	})
	socket := &countingConn{Conn: ours}
	return &readDeadline{socket: socket}, socket, theirs
}

func TestReadDeadlineIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, socket, peer := readDeadlineOver(t)
		for range 5 { // as net/http does for each request
			if err := d.set(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			go func() {
				time.Sleep(25 * time.Second)
				_, _ = peer.Write([]byte("x"))
			}()
			if n, err := d.read(socket, make([]byte, 1)); n != 1 || err != nil {
				t.Fatalf("read %d bytes: %v", n, err)
			}
			_ = d.set(time.Now().Add(10 * time.Second))
			_ = d.set(time.Time{})
		}
		if want := 3; socket.deadlines > want { // at the start, and twice where the one before was reached
			t.Errorf("the socket was told of %d deadlines, want at most %d", socket.deadlines, want)
		}
	})
}

func TestReadDeadlineIsKept(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, later time.Duration // from the start; later is set at second 1, 0: not at all
		want          time.Duration
	}{
		{"one", time.Minute, 0, time.Minute},
		{"an earlier one, while it reads", time.Hour, time.Minute, time.Minute},
		{"a later one, while it reads", time.Minute, time.Hour, time.Hour},
		{"the first one, while it reads", 0, time.Minute, time.Minute},
		{"at once", time.Hour, time.Second, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, socket, _ := readDeadlineOver(t)
				start := time.Now()
				if tt.before > 0 {
					_ = d.set(start.Add(tt.before))
				}
				if tt.later > 0 {
					time.AfterFunc(time.Second, func() { _ = d.set(start.Add(tt.later)) })
				}
				n, err := d.read(socket, make([]byte, 1))
				if n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != tt.want {
					t.Errorf("read %d bytes after %v: %v; want a timeout after %v", n, time.Since(start), err, tt.want)
				}
			})
		})
	}
}

func TestReadIsBrokenOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, socket, peer := readDeadlineOver(t)
		ended := make(chan error)
		go func() {
			_, err := d.read(socket, make([]byte, 1))
			ended <- err
		}()
		synctest.Wait()
		_ = d.set(longAgo)
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the read under way: %v", err)
		}
		if _, err := d.read(socket, make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a read afterwards: %v", err)
		}
		_ = d.set(time.Time{})
		go func() { _, _ = peer.Write([]byte("x")) }()
		if n, err := d.read(socket, make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("read %d bytes without a deadline: %v", n, err)
		}
		peer.Close()
		if _, err := d.read(socket, make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("at the end: %v", err)
		}
	})
}

func TestLookoutWaits(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*readDeadline) // after a millisecond
		want time.Duration
	}{
		{"no longer than it should", func(*readDeadline) {}, lookoutDelay},
		{"until the handler returns", func(d *readDeadline) { _ = d.set(longAgo) }, time.Millisecond},
		{"until the connection is closed", (*readDeadline).end, time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, _, _ := readDeadlineOver(t)
				for range 3 {
					_ = d.set(time.Time{})
					start := time.Now()
					time.AfterFunc(time.Millisecond, func() { tt.do(d) })
					d.wait()
					if took := time.Since(start); took != tt.want {
						t.Errorf("waited %v, want %v", took, tt.want)
					}
					synctest.Wait()
				}
				_ = d.set(longAgo)
				start := time.Now()
				if d.wait(); time.Since(start) != 0 {
					t.Errorf("waited %v though the handler had returned", time.Since(start))
				}
			})
		})
	}
}
