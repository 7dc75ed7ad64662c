package server

import (
	"bytes"
	"hash/maphash"
)

// A headScan looks at the bytes that net/http parses for what it doesn't tell: whether a
// Content-Length stood beside Transfer-Encoding, or the latter in a request of HTTP/1.0, and which
// Host stood beside a target in absolute form. It errs on the side of having seen something: where
// a request ends isn't always clear, so that lines of another before, or behind in the same packet,
// may count, and a line cut by the end of a packet may be taken for worse than it is, never for
// better.
type headScan struct {
	length    bool // a line has begun with Content-Length
	encoding  bool // one has begun with Transfer-Encoding
	hosts     hostsSeen
	host      uint64  // hash of the value of Host, in lower case
	lineStart bool    // the next byte begins a line
	tail      [3]byte // the last bytes
	answered  bool    // a request has been answered since the last bytes
	target    targetForm
}

// targetForm says what is known of the first request's target.
type targetForm uint8

const (
	targetAhead  targetForm = iota // it comes after the next space
	targetNext                     // it begins with the next byte
	targetOrigin                   // "/…": Host stands alone
	targetOther
)

type hostsSeen uint8

const (
	noHost hostsSeen = iota
	oneHost
	unclearHost // different ones, one that was cut, or one that wasn't looked at
)

var hostSeed = maphash.MakeSeed()

// scan looks at the next bytes. If a request has been answered and what came before ends with an
// empty line, all of it is used up, and what it held is forgotten: the beginning of another request
// in the same packet would not end so.
func (h *headScan) scan(b []byte) {
	if len(b) == 0 {
		return
	}
	if h.answered && h.emptyLine() {
		*h = headScan{}
	}
	h.answered = false
	copy(h.tail[:], h.tail[min(len(b), len(h.tail)):])
	copy(h.tail[max(len(h.tail)-len(b), 0):], b[max(len(b)-len(h.tail), 0):])
	if h.target < targetOrigin {
		h.lookAtTarget(b)
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

// lookAtTarget finds out the form of the target.
func (h *headScan) lookAtTarget(b []byte) {
	if h.target == targetAhead {
		i := bytes.IndexByte(b, ' ')
		if i < 0 {
			return
		}
		h.target, b = targetNext, b[i+1:]
	}
	switch {
	case len(b) == 0:
	case b[0] == '/':
		h.target = targetOrigin
	default:
		h.target = targetOther
	}
}

// emptyLine tells whether the last bytes are an empty line's end.
func (h *headScan) emptyLine() bool {
	return h.tail[2] == '\n' && (h.tail[1] == '\n' || h.tail[1] == '\r' && h.tail[0] == '\n')
}

const (
	lengthField   = "content-length"
	encodingField = "transfer-encoding"
	hostField     = "host:"
)

// line looks at the beginning of a line, which may go on beyond its end or be cut there.
func (h *headScan) line(b []byte) {
	switch b[0] | 0x20 {
	case lengthField[0]:
		h.length = h.length || begins(b, lengthField)
	case encodingField[0]:
		h.encoding = h.encoding || begins(b, encodingField)
	case hostField[0]:
		if !begins(b, hostField) {
			return
		}
		end := bytes.IndexByte(b, '\n')
		if end < 0 || h.target == targetOrigin { // then nobody asks, but for requests behind it
			h.hosts = unclearHost
			return
		}
		host := hashHost(bytes.Trim(b[len(hostField):end], " \t\r"))
		if h.hosts != noHost && host != h.host {
			h.hosts = unclearHost
			return
		}
		h.hosts, h.host = max(h.hosts, oneHost), host
	}
}

// begins tells whether a line, or what there is of it, begins with a text in lower case that holds
// no other characters than letters, hyphens and colons.
func begins(b []byte, lower string) bool {
	for i := range min(len(b), len(lower)) {
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
