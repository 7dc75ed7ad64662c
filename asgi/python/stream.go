package python

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/nuages-web/nuages/asgi"
)

const (
	// bodyWindow is how many bytes of a request may be on their way to the application; as in base.py.
	bodyWindow = 256 << 10
	// creditBatch is after how many bytes of a response the worker is told that they were taken. It
	// waits after WINDOW bytes of base.py.
	creditBatch = 128 << 10
)

// A stream is one request or WebSocket of a link. One goroutine takes its frames. Streams are used again:
// whoever found one in the link looks, under mu, whether it is still the same.
type stream struct {
	link *link
	id   uint32

	mu     sync.Mutex
	queue  []frame
	given  []frame // the slice that next has returned last
	closed bool    // nobody takes frames any more
	wake   chan struct{}

	window atomic.Int64 // bytes that may still be sent
	room   chan struct{}

	taken int // bytes of the response that the worker was not told of
}

var streams = sync.Pool{New: func() any {
	return &stream{closed: true, wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}}

// newStream returns a stream of a link.
func newStream(l *link, id uint32) *stream {
	s := streams.Get().(*stream)
	s.mu.Lock()
	s.link, s.id, s.closed, s.taken = l, id, false, 0
	s.window.Store(bodyWindow)
	s.mu.Unlock()
	for _, c := range [...]chan struct{}{s.wake, s.room} {
		select {
		case <-c:
		default:
		}
	}
	return s
}

// push queues a frame of the link.
func (s *stream) push(l *link, f frame) {
	s.mu.Lock()
	if s.closed || s.link != l || s.id != f.stream {
		s.mu.Unlock()
		l.releaseBlock(f)
		return
	}
	s.queue = append(s.queue, f)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// close gives up what was not taken.
func (s *stream) close() {
	s.mu.Lock()
	s.closed = true
	rest := s.queue
	s.queue = nil
	s.mu.Unlock()
	for _, f := range rest {
		s.link.releaseBlock(f)
	}
}

// free lets another request have a stream that is closed.
func (s *stream) free() {
	clear(s.given)
	s.queue, s.given = s.given[:0], nil
	streams.Put(s)
}

// next returns the frames that have come, at least one; the slice is the caller's until the next call,
// to which it is given back.
func (s *stream) next(ctx context.Context, spent []frame) ([]frame, error) {
	clear(spent)
	for {
		s.mu.Lock()
		if len(s.queue) > 0 {
			frames := s.queue
			s.queue, s.given = spent[:0], frames
			s.mu.Unlock()
			return frames, nil
		}
		s.mu.Unlock()
		select {
		case <-s.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.link.done:
			if s.empty() {
				return nil, errWorkerGone
			}
		}
	}
}

func (s *stream) empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue) == 0
}

// took tells the worker, now and then, that n more bytes have left.
func (s *stream) took(n int) {
	s.taken += n
	if s.taken >= creditBatch {
		payload := binary.LittleEndian.AppendUint32(nil, uint32(s.taken))
		s.taken = 0
		_ = s.send(kindCredit, 0, payload)
	}
}

// sendBody sends a part of the request's body, through shared memory where that is worth it.
func (s *stream) sendBody(flags uint8, data []byte) error {
	if block, ok := s.link.blocks.put(data); ok {
		return s.send(kindBlock, flags, appendRef(nil, block, len(data)))
	}
	return s.send(kindBody, flags, data)
}

func (s *stream) send(kind frameKind, flags uint8, payload []byte) error {
	return s.link.send(appendFrame(make([]byte, 0, headerLen+len(payload)), kind, flags, s.id, payload))
}

// disconnect tells the application that its client has gone.
func (s *stream) disconnect() { _ = s.send(kindDisconnect, 0, nil) }

// giveUp tells the application that its client has gone, or what is wrong with its response. It learns
// that when it sends again, since checking each head in Python would cost all others some microseconds.
func (s *stream) giveUp(err error) {
	wrong := (*asgi.ProtocolError)(nil)
	if !errors.As(err, &wrong) {
		s.disconnect()
		return
	}
	e := encoder{}
	e.tuple(2)
	e.int(0)
	e.str(wrong.Event + ": " + wrong.Reason)
	_ = s.send(kindDisconnect, 0, e.b)
}

// addWindow lets n more bytes be sent, as a frame of the link says.
func (s *stream) addWindow(l *link, id uint32, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && s.link == l && s.id == id && s.window.Add(n) > 0 {
		select {
		case s.room <- struct{}{}:
		default:
		}
	}
}

// waitWindow returns when bytes may be sent.
func (s *stream) waitWindow(ctx context.Context) error {
	for s.window.Load() <= 0 {
		select {
		case <-s.room:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.link.done:
			return errWorkerGone
		}
	}
	return nil
}
