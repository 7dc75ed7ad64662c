package webtest

import (
	"io"
	"net"
	"testing"

	"golang.org/x/net/nettest"
)

func TestPipeIsAConn(t *testing.T) {
	t.Parallel()
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		a, b := newPipe("127.0.0.1:1", "127.0.0.1:2")
		return a, b, func() { a.Close(); b.Close() }, nil
	})
}

func TestPipeEnds(t *testing.T) {
	t.Parallel()
	a, b := newPipe("a", "b")
	if n, err := a.Write([]byte("last words")); n != 10 || err != nil {
		t.Fatalf("write: %d, %v", n, err)
	}
	a.Close()
	if got, err := io.ReadAll(b); string(got) != "last words" || err != nil {
		t.Errorf("after the peer has closed: %q, %v", got, err)
	}
	if _, err := b.Write([]byte("x")); err != io.ErrClosedPipe {
		t.Errorf("write to a closed peer: %v", err)
	}
}
