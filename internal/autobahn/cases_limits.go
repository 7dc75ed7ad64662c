package autobahn

import (
	"bytes"
	"fmt"
)

// ofSize is a payload that is not the same everywhere.
func ofSize(n int) []byte { return bytes.Repeat([]byte("BAsd7&jh23"), n/10+1)[:n] }

// cut makes one message of frames of n bytes.
func cut(op byte, data []byte, n int) []frame {
	var frames []frame
	for {
		k := min(n, len(data))
		frames = append(frames, frame{op: op, more: k < len(data), payload: data[:k]})
		if data = data[k:]; len(data) == 0 {
			return frames
		}
		op = opContinue
	}
}

// limits are the groups 9 and 10.
func limits() []Case {
	const kib, mib = 1 << 10, 1 << 20
	var all []Case
	add := func(group int, cases ...Case) { all = append(all, numbered(fmt.Sprintf("9.%d", group), cases...)...) }
	kinds := []byte{opText, opBinary}
	for i, op := range kinds {
		var cases []Case
		for _, n := range []int{64 * kib, 256 * kib, mib, 4 * mib, 8 * mib, 16 * mib} {
			cases = append(cases, big(op, n, n, 0))
		}
		add(1+i, cases...)
	}
	for i, op := range kinds {
		var cases []Case
		for _, n := range []int{64, 256, kib, 4 * kib, 16 * kib, 64 * kib, 256 * kib, mib, 4 * mib} {
			cases = append(cases, big(op, 4*mib, n, 0))
		}
		add(3+i, cases...)
	}
	for i, op := range kinds {
		var cases []Case
		for _, n := range []int{64, 128, 256, 512, 1024, 2048} {
			cases = append(cases, big(op, mib, mib, n))
		}
		add(5+i, cases...)
	}
	for i, op := range kinds {
		var cases []Case
		for _, n := range []int{0, 16, 64, 256, 1024, 4096} {
			cases = append(cases, Case{Title: fmt.Sprintf("round trips of %d bytes", n), run: func(p *peer) error { return roundTrips(p, op, n) }})
		}
		add(7+i, cases...)
	}
	return append(all, numbered("10.1", big(opText, 65536, 1300, 0))...)
}

// big is a message of n bytes, in frames of size bytes, sent in pieces of chop bytes.
func big(op byte, n, size, chop int) Case {
	return Case{Title: fmt.Sprintf("%d bytes in frames of %d, pieces of %d", n, size, chop), run: func(p *peer) error {
		data := ofSize(n)
		p.chop = chop
		p.send(cut(op, data, size)...)
		p.chop = 0
		if err := p.expect(op, data); err != nil {
			return err
		}
		return p.closeNormally()
	}}
}

func roundTrips(p *peer, op byte, n int) error {
	data := ofSize(n)
	for range p.messages() {
		p.send(frame{op: op, payload: data})
		if err := p.expect(op, data); err != nil {
			return err
		}
	}
	return p.closeNormally()
}

func (p *peer) messages() int {
	if p.to.Messages > 0 {
		return p.to.Messages
	}
	return 1000
}
