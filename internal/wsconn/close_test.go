package wsconn_test

import (
	"compress/flate"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/wsconn"
)

func newInflater(r io.Reader) io.Reader { return flate.NewReader(r) }

// TestClose: our close waits for the peer's, whoever reads, and passes over what comes before it.
func TestClose(t *testing.T) {
	t.Parallel()
	for _, reading := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := piped(t, nil)
			ended := make(chan *wsconn.CloseError, 1)
			if reading {
				go func() { ended <- readCode(t, c) }()
				synctest.Wait()
			}
			go func() {
				f := peer.next()
				if diff := cmp.Diff(closing(4001, "enough").Payload, f.Payload); f.Header.OpCode != ws.OpClose || diff != "" {
					t.Errorf("got %+v\n%s", f.Header, diff)
				}
				peer.send(text("on its way"), closing(4001, ""))
			}()
			start := time.Now()
			if err := c.Close(4001, "enough"); err != nil {
				t.Errorf("Close gives %v", err)
			}
			if took := time.Since(start); took != 0 {
				t.Errorf("it took %v", took)
			}
			if !reading {
				go func() { ended <- readCode(t, c) }()
			}
			if closed := <-ended; closed.Code != 4001 {
				t.Errorf("Read gives %v", closed)
			}
			if err := c.Close(1000, ""); err != nil {
				t.Errorf("another Close gives %v", err)
			}
		})
	}
}

// TestCloseAlone: a peer that doesn't answer is waited for, not for ever; nor is one that takes
// nothing.
func TestCloseAlone(t *testing.T) {
	t.Parallel()
	for _, takes := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := piped(t, &wsconn.Options{CloseTimeout: 3 * time.Second})
			if takes {
				go peer.next()
			}
			start := time.Now()
			var closed *wsconn.CloseError
			if err := c.Close(1000, ""); !errors.As(err, &closed) || closed.Code != 1006 {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took != 3*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestAfterClose(t *testing.T) {
	t.Parallel()
	c, peer := dialed(t, nil)
	if err := c.SendClose(1000, ""); err != nil {
		t.Fatal(err)
	}
	if err := c.Write(t.Context(), wsconn.Text, nil); !errors.Is(err, wsconn.ErrClosing) {
		t.Errorf("Write gives %v", err)
	}
	if err := c.Send(message(t, "")); !errors.Is(err, wsconn.ErrClosing) {
		t.Errorf("Send gives %v", err)
	}
	go peer.send(closing(1000, ""))
	if closed := readCode(t, c); closed.Code != 1000 {
		t.Errorf("Read gives %v", closed)
	}
	var closed *wsconn.CloseError
	if err := c.Write(t.Context(), wsconn.Text, nil); !errors.As(err, &closed) || closed.Code != 1000 {
		t.Errorf("then Write gives %v", err)
	}
}

func TestPeerCloses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		frame  ws.Frame
		code   int
		reason string
		answer string
	}{
		{closing(4321, "bye"), 4321, "bye", "\x10\xe1"},
		{ws.NewCloseFrame(nil), 1005, "", ""},
	} {
		c, peer := dialed(t, nil)
		go peer.send(test.frame)
		if closed := readCode(t, c); closed.Code != test.code || closed.Reason != test.reason || closed.Err != nil {
			t.Errorf("Read gives %v", closed)
		}
		if f := peer.next(); f.Header.OpCode != ws.OpClose || string(f.Payload) != test.answer {
			t.Errorf("the peer gets %+v %q", f.Header, f.Payload)
		}
		if f := peer.next(); f.Header.OpCode != 0xff {
			t.Errorf("and then %+v", f)
		}
	}
}

func TestWrongClose(t *testing.T) {
	t.Parallel()
	c, peer := dialed(t, nil)
	for _, test := range []struct {
		code   int
		reason string
	}{{999, ""}, {1004, ""}, {1006, ""}, {1015, ""}, {5000, ""}, {1000, strings.Repeat("x", 124)}, {1000, "\xff"}, {1005, "x"}} {
		if err := c.Close(test.code, test.reason); err == nil {
			t.Errorf("%d %.5q: no error", test.code, test.reason)
		}
	}
	if err := c.Write(t.Context(), wsconn.Text, []byte("still open")); err != nil {
		t.Error(err)
	}
	if f := peer.next(); string(f.Payload) != "still open" {
		t.Errorf("got %+v", f)
	}
}

// TestContext: the connection's context ends with it, and it with the one that it was made with.
func TestContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	for _, outer := range []bool{false, true} {
		here, there := net.Pipe()
		defer there.Close()
		parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, 1))
		c, ctx, err := wsconn.Accept(parent, &handover{header: http.Header{}, conn: here}, handshake(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if ctx.Err() != nil || ctx.Value(key{}) != 1 {
			t.Error("it is another context")
		}
		if outer {
			cancel()
		} else {
			there.Close()
		}
		if closed := readCode(t, c); closed.Code != 1006 || errors.Is(closed, context.Canceled) != outer {
			t.Errorf("got %v", closed)
		}
		<-ctx.Done()
		c.CloseNow()
		cancel()
	}
}

// TestPeerClosesAndTakesNothing: the answer to a close is not waited with for long.
func TestPeerClosesAndTakesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, peer := piped(t, &wsconn.Options{CloseTimeout: 3 * time.Second})
		if err := c.Send(message(t, "stuck")); err != nil {
			t.Fatal(err)
		}
		go peer.send(closing(1000, ""))
		start := time.Now()
		if closed := readCode(t, c); closed.Code != 1006 || time.Since(start) != 3*time.Second {
			t.Errorf("got %v after %v", closed, time.Since(start))
		}
	})
}
