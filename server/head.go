package server

import (
	"bytes"
	"hash/maphash"
)

// A headScan looks at the bytes that net/http parses for two things that it doesn't tell: whether a
// Content-Length stood beside Transfer-Encoding, and which Host stood beside a target in absolute
// form. It errs on the side of having seen something: a request behind another in one packet, or
// a line cut by the end of a packet, may be taken for worse than it is, never for better.
type headScan struct {
	length    bool // a line has begun with Content-Length
	hosts     hostsSeen
	host      uint64 // hash of the value of Host, in lower case
	lineStart bool   // the next byte begins a line
}

type hostsSeen uint8

const (
	noHost hostsSeen = iota
	oneHost
	unclearHost // several, or one that was cut
)

var hostSeed = maphash.MakeSeed()

// reset forgets all: the next bytes are the beginning of a request.
func (h *headScan) reset() { *h = headScan{} }

// scan looks at the next bytes.
func (h *headScan) scan(b []byte) {
	if len(b) == 0 {
		return
	}
	if h.lineStart {
		h.line(b)
	}
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			break
		}
		if i += j + 1; i == len(b) {
			h.lineStart = true
			return
		}
		h.line(b[i:])
	}
	h.lineStart = false
}

const (
	lengthField = "content-length"
	hostField   = "host:"
)

// line looks at the beginning of a line, which may go on beyond its end or be cut there.
func (h *headScan) line(b []byte) {
	switch b[0] | 0x20 {
	case lengthField[0]:
		n := min(len(b), len(lengthField))
		if equalFold(b[:n], lengthField[:n]) {
			h.length = true
		}
	case hostField[0]:
		n := min(len(b), len(hostField))
		if !equalFold(b[:n], hostField[:n]) {
			return
		}
		end := bytes.IndexByte(b, '\n')
		if end < 0 || h.hosts != noHost {
			h.hosts = unclearHost
			return
		}
		h.hosts, h.host = oneHost, hashHost(bytes.Trim(b[n:end], " \t\r"))
	}
}

// equalFold compares with a text in lower case that holds no other characters than letters,
// hyphens and colons.
func equalFold(b []byte, lower string) bool {
	for i := range b {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func hashHost(host []byte) uint64 {
	var buf [256]byte
	lower := append(buf[:0], host...)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	return maphash.Bytes(hostSeed, lower)
}

// sameHost tells whether host is what the header field Host said, or there was none.
func (h *headScan) sameHost(host string) bool {
	return h.hosts == noHost || h.hosts == oneHost && h.host == hashHost([]byte(host))
}
