package python

import (
	"encoding/binary"
	"net"
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
