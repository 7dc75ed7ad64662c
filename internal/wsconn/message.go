package wsconn

import (
	"sync"
	"unicode/utf8"
)

// A Message is one that is encoded once and written to any number of connections, which share its
// memory. It may be used by several goroutines at once.
type Message struct {
	kind  Kind
	data  []byte
	plain []byte // the frame without compression

	once   sync.Once
	packed []byte // the frame as permessage-deflate has it
	err    error
}

// NewMessage encodes a message. Text has to be valid UTF-8: [ErrNotUTF8]. The data is copied.
func NewMessage(kind Kind, data []byte) (*Message, error) {
	if kind == Text && !utf8.Valid(data) {
		return nil, ErrNotUTF8
	}
	m := &Message{kind: kind}
	m.plain = appendHeader(make([]byte, 0, 10+len(data)), finBit|byte(kind), len(data))
	header := len(m.plain)
	m.plain = append(m.plain, data...)
	m.data = m.plain[header:]
	return m, nil
}

// frame returns the message as a connection gets it whose compressor has a window of so many bits.
// As no context is kept between messages, all with the same window get the same bytes.
func (m *Message) frame(window int) ([]byte, error) {
	if window == 0 || len(m.data) < compressFrom {
		return m.plain, nil
	}
	if window < maxWindow {
		return m.pack(window)
	}
	m.once.Do(func() { m.packed, m.err = m.pack(window) })
	return m.packed, m.err
}

func (m *Message) pack(window int) ([]byte, error) {
	data, err := deflate(m.data, window)
	if err != nil {
		return nil, err
	}
	return append(appendHeader(make([]byte, 0, 10+len(data)), finBit|rsv1Bit|byte(m.kind), len(data)), data...), nil
}
