package python

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"time"
)

// maxFrame is the length of the longest frame that a worker may send, in bytes; workers split bodies, so
// that only a WebSocket's message may be long.
const maxFrame = 64 << 20

// pooledFrame is from which length on payloads are read straight into a buffer of their own.
const pooledFrame = 16 << 10

var (
	errWorkerGone = errors.New("the Python worker ended")
	errDraining   = errors.New("the Python worker takes no more requests")
)

// A link is the connection to a worker, of which each request is a stream. It is for any number of
// goroutines.
type link struct {
	conn    net.Conn
	blocks  *blocks
	control func(frame) // gets the frames of stream 0

	writing  sync.Mutex
	out      []byte
	spare    []byte
	busy     bool // the writer is at work, or has been woken
	draining bool
	wake     chan struct{}

	mu      sync.Mutex
	streams map[uint32]*stream
	last    uint32

	done chan struct{} // closed when the connection is broken
	once sync.Once
}

func newLink(conn net.Conn, memory *blocks, control func(frame)) *link {
	return &link{conn: conn, blocks: memory, control: control, wake: make(chan struct{}, 1), streams: map[uint32]*stream{}, done: make(chan struct{})}
}

// run passes frames on until the connection breaks.
func (l *link) run() error {
	var writer sync.WaitGroup
	writer.Go(l.write)
	err := l.read()
	l.close()
	writer.Wait()
	return err
}

func (l *link) close() {
	l.once.Do(func() {
		close(l.done)
		l.conn.Close()
	})
}

func (l *link) isDone() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// open makes a stream.
func (l *link) open() *stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	for l.last == 0 || l.streams[l.last] != nil { // after 2³² streams the numbers begin anew
		l.last++
	}
	s := newStream(l, l.last)
	l.streams[s.id] = s
	return s
}

func (l *link) forget(s *stream) {
	l.mu.Lock()
	delete(l.streams, s.id)
	l.mu.Unlock()
	s.close()
}

// releaseBlock tells the worker that what it has put into a block is not needed any more. The worker has others, so
// this goes with what is sent next, or when a quarter of them is back.
func (l *link) releaseBlock(f frame) {
	if f.kind != kindPartBlock || len(f.payload) != 8 || l.isDone() {
		return
	}
	l.writing.Lock()
	l.out = appendFrame(l.out, kindRelease, 0, 0, f.payload[:4])
	if len(l.out) < blockCount/4*(headerLen+4) {
		l.writing.Unlock()
		return
	}
	l.wakeWriter()
}

// send queues frames, which are written in the order of the calls. Its error says that the worker does
// not get them.
func (l *link) send(frames []byte) error {
	if l.isDone() {
		return errWorkerGone
	}
	l.writing.Lock()
	l.out = append(l.out, frames...)
	l.wakeWriter()
	return nil
}

// sendRequest is send for the frame that begins a stream, and for the body behind it, if there is one: it
// refuses when the worker is to end.
func (l *link) sendRequest(request, body []byte, stream uint32) error {
	if l.isDone() {
		return errWorkerGone
	}
	block, shared := l.blocks.put(body)
	l.writing.Lock()
	if l.draining {
		l.writing.Unlock()
		if shared {
			l.blocks.release(block)
		}
		return errDraining
	}
	l.out = append(l.out, request...)
	switch {
	case shared:
		l.out = appendFrame(l.out, kindBlock, 0, stream, appendRef(nil, block, len(body)))
	case body != nil:
		l.out = appendFrame(l.out, kindBody, 0, stream, body)
	}
	l.wakeWriter()
	return nil
}

// drain tells the worker to end after the streams that have begun.
func (l *link) drain() {
	l.writing.Lock()
	l.draining = true
	l.out = appendFrame(l.out, kindDrain, 0, 0, nil)
	l.wakeWriter()
}

// wakeWriter ends a change of out. The caller holds writing, which it releases.
func (l *link) wakeWriter() {
	wake := !l.busy
	l.busy = true
	l.writing.Unlock()
	if wake {
		l.wake <- struct{}{}
	}
}

// write writes what is queued.
func (l *link) write() {
	for {
		select {
		case <-l.wake:
		case <-l.done:
			return
		}
		// Others that are about to send do so first: many frames leave in one write, which costs the
		// worker one wake-up.
		runtime.Gosched()
		l.writing.Lock()
		for len(l.out) > 0 {
			out := l.out
			l.out = l.spare[:0]
			l.writing.Unlock()
			if _, err := l.conn.Write(out); err != nil {
				// The worker has ended. What it has sent before is read to its end.
				_ = l.conn.SetReadDeadline(time.Now().Add(restTime))
				return
			}
			l.writing.Lock()
			if cap(out) > 1<<20 {
				out = nil
			}
			l.spare = out
		}
		l.busy = false
		l.writing.Unlock()
	}
}

// read passes on the worker's frames.
func (l *link) read() error {
	buf := make([]byte, 64<<10)
	have := 0
	for {
		n, err := l.conn.Read(buf[have:])
		if err != nil {
			return err
		}
		have += n
		at := 0
		for have-at >= headerLen {
			header := buf[at : at+headerLen]
			f := frame{kind: frameKind(header[4]), flags: header[5], stream: binary.LittleEndian.Uint32(header[8:])}
			n := binary.LittleEndian.Uint32(header)
			if n > maxFrame {
				return fmt.Errorf("a frame of %d bytes", n)
			}
			end := at + headerLen + int(n)
			if end > have && n < pooledFrame {
				break
			}
			f.payload = make([]byte, n)
			copied := copy(f.payload, buf[at+headerLen:have])
			if copied < int(n) {
				if _, err := io.ReadFull(l.conn, f.payload[copied:]); err != nil {
					return err
				}
			}
			at = min(end, have)
			l.dispatch(f)
		}
		have = copy(buf, buf[at:have])
	}
}

func (l *link) dispatch(f frame) {
	if f.stream == 0 {
		if f.kind == kindBodyRelease && len(f.payload) == 4 {
			l.blocks.release(binary.LittleEndian.Uint32(f.payload))
			return
		}
		l.control(f)
		return
	}
	l.mu.Lock()
	s := l.streams[f.stream]
	l.mu.Unlock()
	if s == nil { // its client has left
		l.releaseBlock(f)
		return
	}
	if f.kind == kindBodyCredit {
		if len(f.payload) == 4 {
			s.addWindow(l, f.stream, int64(binary.LittleEndian.Uint32(f.payload)))
		}
		return
	}
	s.push(l, f)
}

// appendFrame appends a whole frame.
func appendFrame(b []byte, kind frameKind, flags uint8, stream uint32, payload []byte) []byte {
	start := len(b)
	b = append(appendHeader(b, kind, flags, stream), payload...)
	setLength(b, start)
	return b
}
