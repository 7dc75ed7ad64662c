package wsconn

import (
	"io"
	"sync"
)

// An input buffers what is read of a stream, with little memory while nothing comes: it waits with a
// small buffer, and takes a big one from a pool while there is more than that holds.
type input struct {
	r     io.Reader
	rest  []byte // has been read but not used
	small [smallInput]byte
	big   *[bigInput]byte
	more  bool // the last read has filled its buffer
}

const (
	smallInput = 256 // a header and a short message
	bigInput   = 4096
	// maxEmptyReads is as in bufio: a pipe hands on writes of nothing.
	maxEmptyReads = 100
)

var bigInputs = sync.Pool{New: func() any { return new([bigInput]byte) }}

// idle gives the big buffer back if nothing is in it. It is called between two frames.
func (in *input) idle() {
	if len(in.rest) > 0 {
		return
	}
	in.rest = nil // early data is garbage now
	if in.big != nil && !in.more {
		bigInputs.Put(in.big)
		in.big = nil
	}
}

// within announces that n more bytes of a frame come.
func (in *input) within(n int64) {
	if n > int64(len(in.rest)) && n > smallInput {
		in.more = true
	}
}

// Read reads from the buffer if something is in it, and otherwise once from the stream.
func (in *input) Read(p []byte) (int, error) {
	if len(in.rest) == 0 {
		if len(p) >= bigInput {
			return in.r.Read(p)
		}
		if err := in.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, in.rest)
	in.rest = in.rest[n:]
	return n, nil
}

func (in *input) fill() error {
	if in.big == nil && in.more {
		in.big = bigInputs.Get().(*[bigInput]byte)
	}
	buf := in.small[:]
	if in.big != nil {
		buf = in.big[:]
	}
	for range maxEmptyReads {
		n, err := in.r.Read(buf)
		in.rest, in.more = buf[:n], n == len(buf)
		switch {
		case n > 0:
			return nil // the error comes again
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}
