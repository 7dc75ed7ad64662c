package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An Event is one server-sent event (HTML standard, section 9.2).
type Event struct {
	// Name is the type that the page listens for; "" is "message".
	Name string
	// ID is what the browser sends as Last-Event-ID when it connects again; "" leaves the last one.
	ID string
	// Data is the text of the event; line breaks are kept.
	Data string
	// Retry tells the browser how long to wait before it connects again; 0 leaves it.
	Retry time.Duration
}

// SSEOptions configures [SSE].
type SSEOptions struct {
	// KeepAlive is how often a comment is sent while nothing else is, so that proxies keep the
	// connection. Default 15 s; negative: never.
	KeepAlive time.Duration
	// Retry is sent first: how long browsers wait before they connect again. 0 leaves it to them
	// (about 3 s).
	Retry time.Duration
}

// ErrBadEvent is returned for an event whose name or ID holds a line break or NUL, which would let
// text from outside pose as other events.
var ErrBadEvent = errors.New("an event's name or ID holds a line break or a NUL byte")

// SSE answers with server-sent events: stream sends them for as long as it likes. Its context ends
// when the client goes away or the server drains; then it returns, and the browser comes back by
// itself with the last event's ID.
func SSE(stream func(ctx context.Context, events *EventStream) error, opts *SSEOptions) Response {
	b := &sseBody{stream: stream}
	if opts != nil {
		b.opts = *opts
	}
	if b.opts.KeepAlive == 0 {
		b.opts.KeepAlive = 15 * time.Second
	}
	resp := Send("text/event-stream", b)
	h := resp.Header()
	h["Cache-Control"] = []string{"no-cache, no-transform"}
	h["X-Accel-Buffering"] = []string{"no"} // nginx would collect the events
	return resp
}

type sseBody struct {
	stream func(context.Context, *EventStream) error
	opts   SSEOptions
}

// Send runs the stream and, beside it, the keep-alive.
func (b *sseBody) Send(w http.ResponseWriter, r *Request, status int) error {
	w.WriteHeader(status)
	if r.s.raw.Method == http.MethodHead {
		return nil
	}
	ctx, cancel := r.streamContext()
	s := &EventStream{w: w, rc: http.NewResponseController(w), lastID: r.Header.Get("Last-Event-ID"), cancel: cancel}
	defer s.end()
	if b.opts.Retry > 0 {
		s.buf = appendField(s.buf, "retry", strconv.FormatInt(b.opts.Retry.Milliseconds(), 10))
		s.buf = append(s.buf, '\n')
	}
	switch err := s.flush(); {
	case errors.Is(err, http.ErrNotSupported):
		return fmt.Errorf("server-sent events: %T can't flush", w)
	case err != nil:
		return nil // gone before the first byte
	}
	if b.opts.KeepAlive > 0 {
		s.alive.Go(func() { s.keepAlive(ctx, b.opts.KeepAlive) })
	}
	err := b.stream(ctx, s)
	if ctx.Err() != nil {
		return nil // the client went away, or the server stops: that is how streams end
	}
	return err
}

// end stops the keep-alive and whatever else still holds the stream: the connection is the server's
// again.
func (s *EventStream) end() {
	s.cancel()
	s.alive.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

// ErrStreamEnded is returned for events that are sent after the function given to [SSE] has returned.
var ErrStreamEnded = errors.New("the event stream has ended")

// An EventStream sends events to one client. Its methods may be called from several goroutines.
type EventStream struct {
	alive  sync.WaitGroup // the keep-alive
	mu     sync.Mutex
	ended  bool
	w      http.ResponseWriter
	rc     *http.ResponseController
	buf    []byte
	last   time.Time
	lastID string
	cancel context.CancelFunc
}

// LastEventID returns the ID of the last event that the client got before it had to connect again,
// "" on its first visit.
func (s *EventStream) LastEventID() string { return s.lastID }

// Send sends an event at once. It fails when the client has gone, with [ErrBadEvent] for a name or ID
// that can't be sent, and with [ErrStreamEnded] after the end. An event without data is dispatched
// with empty data.
func (s *EventStream) Send(e Event) error {
	if strings.ContainsAny(e.ID, "\r\n\x00") || strings.ContainsAny(e.Name, "\r\n\x00") {
		return ErrBadEvent
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Name != "" {
		s.buf = appendField(s.buf, "event", e.Name)
	}
	if e.ID != "" {
		s.buf = appendField(s.buf, "id", e.ID)
	}
	if e.Retry > 0 {
		s.buf = appendField(s.buf, "retry", strconv.FormatInt(e.Retry.Milliseconds(), 10))
	}
	s.buf = appendData(s.buf, e.Data)
	s.buf = append(s.buf, '\n')
	return s.flush()
}

// SendJSON sends an event whose data is v as JSON.
func (s *EventStream) SendJSON(name, id string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	return s.Send(Event{Name: name, ID: id, Data: string(b)})
}

// flush writes the buffer out; s.mu is held, or nobody else knows s yet.
func (s *EventStream) flush() error {
	if s.ended {
		s.buf = s.buf[:0]
		return ErrStreamEnded
	}
	s.last = time.Now()
	// A client that reads nothing must not hold the stream for ever; nor must the server's own
	// WriteTimeout, which is meant for whole responses, end it.
	_ = s.rc.SetWriteDeadline(s.last.Add(sseWriteWait))
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	if err == nil {
		err = s.rc.Flush()
	}
	if err != nil {
		s.cancel()
	}
	return err
}

// sseWriteWait is how long a client may take to read what was sent to it.
const sseWriteWait = time.Minute

// keepAlive sends a comment whenever nothing was sent for a while.
func (s *EventStream) keepAlive(ctx context.Context, every time.Duration) {
	timer := time.NewTimer(every)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		s.mu.Lock()
		idle := time.Since(s.last)
		if idle >= every {
			s.buf = append(s.buf, ":\n\n"...)
			if s.flush() != nil {
				s.mu.Unlock()
				return
			}
			idle = 0
		}
		s.mu.Unlock()
		timer.Reset(every - idle)
	}
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, '\n')
}

// appendData writes one data line for each line of the text: CRLF, LF and CR all end one.
func appendData(b []byte, data string) []byte {
	for {
		i := strings.IndexAny(data, "\r\n")
		if i < 0 {
			return appendField(b, "data", data)
		}
		b = appendField(b, "data", data[:i])
		if data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n' {
			i++
		}
		data = data[i+1:]
	}
}
