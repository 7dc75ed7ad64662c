package python

import (
	"encoding/binary"
	"net"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// frames parts what a worker has written.
func frames(data []byte) (found []frame) {
	for len(data) >= headerLen {
		n := int(binary.LittleEndian.Uint32(data))
		if n > len(data)-headerLen {
			break
		}
		found = append(found, frame{kind: frameKind(data[4]), flags: data[5], stream: binary.LittleEndian.Uint32(data[8:]), payload: data[headerLen : headerLen+n]})
		data = data[headerLen+n:]
	}
	return found
}

// FuzzLink: whatever a worker writes, and in whatever pieces, its whole frames arrive, and the rest does
// no harm.
func FuzzLink(f *testing.F) {
	small := appendFrame(nil, kindHello, 0, 0, []byte("hello"))
	f.Add(small, uint16(1))
	f.Add(append(small, appendFrame(nil, kindPong, flagMore, 0, make([]byte, 3*pooledFrame))...), uint16(7000))
	f.Add(append(appendFrame(nil, kindPart, 0, 1, []byte("part")), small...), uint16(13))
	f.Add(append(appendFrame(nil, kindBodyRelease, 0, 0, []byte{255, 255, 255, 255}), small...), uint16(64))
	f.Add(append(appendFrame(nil, kindPartBlock, 0, 9, []byte{255, 255, 255, 255, 1, 0, 0, 0}), small...), uint16(64))
	f.Add(append(appendFrame(nil, kindBodyCredit, 0, 1, []byte{255, 255, 255, 255}), small...), uint16(64))
	f.Add([]byte{255, 255, 255, 255, 16, 0, 0, 0, 0, 0, 0, 0}, uint16(12))
	memory, err := newBlocks()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte, piece uint16) {
		ours, theirs := net.Pipe()
		var got []frame
		l := newLink(ours, memory, func(f frame) { got = append(got, f) })
		s := l.open()
		go func() {
			for part := range slices.Chunk(data, int(piece)+1) {
				if _, err := theirs.Write(part); err != nil {
					break
				}
			}
			theirs.Close()
		}()
		if err := l.read(); err == nil {
			t.Error("no error at the end")
		}
		l.close()
		var want, wantStream []frame
		for _, f := range frames(data) {
			switch {
			case f.stream == 0 && !(f.kind == kindBodyRelease && len(f.payload) == 4):
				want = append(want, f)
			case f.stream == s.id && f.kind != kindBodyCredit:
				wantStream = append(wantStream, f)
			}
		}
		opts := []cmp.Option{cmp.AllowUnexported(frame{}), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(want, got, opts...); diff != "" {
			t.Errorf("frames of the worker (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantStream, s.queue, opts...); diff != "" {
			t.Errorf("frames of the stream (-want +got):\n%s", diff)
		}
	})
}

// TestStreamNumbers: numbers begin anew after 2³², but not with one that is in use.
func TestStreamNumbers(t *testing.T) {
	t.Parallel()
	l := newLink(nil, nil, nil)
	first, second := l.open(), l.open()
	l.last = 1<<32 - 2
	l.forget(second)
	for _, want := range []uint32{1<<32 - 1, 2, 3} {
		if s := l.open(); s.id != want || l.streams[want] != s {
			t.Errorf("got %d, want %d", s.id, want)
		}
	}
	if l.streams[1] != first {
		t.Error("a stream that is in use has lost its number")
	}
}

// TestBlockTwice: a worker that gives a block back twice does not get it twice.
func TestBlockTwice(t *testing.T) {
	t.Parallel()
	b, err := newBlocks()
	if err != nil {
		t.Fatal(err)
	}
	given, _, _ := b.take()
	for range 2 * blockCount {
		b.release(given)
	}
	b.release(blockCount) // of the worker's half
	seen := map[uint32]bool{}
	for range blockCount {
		block, _, ok := b.take()
		if !ok || seen[block] {
			t.Fatalf("block %d, %t, after %d", block, ok, len(seen))
		}
		seen[block] = true
	}
	if _, _, ok := b.take(); ok {
		t.Error("there is one more")
	}
}

// A toldConn tells when the first write has returned.
type toldConn struct {
	net.Conn
	written chan struct{}
}

func (c *toldConn) Write(p []byte) (int, error) {
	defer close(c.written)
	return c.Conn.Write(p)
}

// TestLastWords: what a worker has sent before it ended arrives, though what it is sent does not.
func TestLastWords(t *testing.T) {
	t.Parallel()
	ours, file, err := socketPair()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := net.FileConn(file)
	file.Close()
	if err != nil {
		t.Fatal(err)
	}
	memory, err := newBlocks()
	if err != nil {
		t.Fatal(err)
	}
	busy, goOn := make(chan struct{}), make(chan struct{})
	conn := &toldConn{ours, make(chan struct{})}
	l := newLink(conn, memory, func(frame) {
		close(busy)
		<-goOn
	})
	s := l.open()
	ran := make(chan error, 1)
	go func() { ran <- l.run() }()
	if _, err := theirs.Write(appendFrame(nil, kindPong, 0, 0, nil)); err != nil {
		t.Fatal(err)
	}
	<-busy
	if _, err := theirs.Write(appendFrame(nil, kindPart, 0, s.id, []byte("the last words"))); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	_ = s.send(kindCredit, 0, make([]byte, 4)) // the writer finds out that it can't be
	<-conn.written
	for range 1000 { // it may do something about it
		runtime.Gosched()
	}
	close(goOn)
	if got, err := s.next(t.Context(), nil); err != nil || string(got[0].payload) != "the last words" {
		t.Errorf("got %v, %v", got, err)
	}
	<-ran
}
