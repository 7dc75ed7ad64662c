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

// Send runs the stream. Where the connection can be left to the server, it does so: net/http would
// keep two buffers and three goroutines for a stream that is silent most of the time.
func (b *sseBody) Send(w http.ResponseWriter, r *Request, status int) error {
	if r.s.raw.Method == http.MethodHead {
		w.WriteHeader(status)
		return nil
	}
	if t, ok := w.(*trackingWriter); ok && r.mayDetach() && r.s.raw.ProtoAtLeast(1, 1) {
		if sink := takeOver(t, status); sink != nil {
			r.s.rest = func() { b.runDetached(r, sink) }
			return nil
		}
	}
	w.WriteHeader(status)
	ctx, cancel := r.streamContext()
	return b.run(ctx, cancel, r, &responseSink{w, http.NewResponseController(w)})
}

// run runs the stream to its end.
func (b *sseBody) run(ctx context.Context, cancel func(), r *Request, sink eventSink) error {
	s := &EventStream{sink: sink, lastID: r.Header.Get("Last-Event-ID"), cancel: cancel, every: b.opts.KeepAlive}
	defer s.end()
	var first []byte
	if b.opts.Retry > 0 {
		first = appendField(first, "retry", strconv.FormatInt(b.opts.Retry.Milliseconds(), 10))
		first = append(first, '\n')
	}
	switch err := s.write(first); {
	case errors.Is(err, http.ErrNotSupported):
		return errors.New("server-sent events: this server can't flush")
	case err != nil:
		return nil // gone before the first byte
	}
	err := b.stream(ctx, s)
	if ctx.Err() != nil {
		return nil // the client went away, or the server stops: that is how streams end
	}
	return err
}

// runDetached runs the stream on a connection that is its own.
func (b *sseBody) runDetached(r *Request, sink *connSink) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.ctx)) // the request's ends when the handler returns
	stop := r.onDrain(cancel)
	defer stop()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		sink.waitForEnd()
		cancel()
	}()
	defer func() {
		cancel()
		sink.conn.Close()
		<-gone
		r.s.outcome.Bytes = sink.bytes
	}()
	err := b.run(ctx, cancel, r, sink)
	if err == nil {
		sink.finish()
		return
	}
	r.s.outcome.Err = err
	if !errors.Is(err, context.Canceled) {
		r.s.site.logError(r, http.StatusInternalServerError, err)
	}
}

// end stops the keep-alive and whatever else still holds the stream: the connection is the server's
// again.
func (s *EventStream) end() {
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	if s.timer != nil {
		s.timer.Stop()
	}
}

// ErrStreamEnded is returned for events that are sent after the function given to [SSE] has returned.
var ErrStreamEnded = errors.New("the event stream has ended")

// An EventStream sends events to one client. Its methods may be called from several goroutines.
type EventStream struct {
	lastID string
	cancel context.CancelFunc
	every  time.Duration // between comments, negative for none

	mu    sync.Mutex
	ended bool
	sink  eventSink
	last  time.Time
	timer *time.Timer // of the next comment, nil before the first write
}

// LastEventID returns the ID of the last event that the client got before it had to connect again,
// "" on its first visit.
func (s *EventStream) LastEventID() string { return s.lastID }

// Send sends an event at once. It fails when the client has gone, with [ErrBadEvent] for a name or ID
// that can't be sent, and with [ErrStreamEnded] after the end. An event without data is dispatched
// with empty data.
func (s *EventStream) Send(e Event) error {
	if err := e.check(); err != nil {
		return err
	}
	buf := eventBuffers.Get().(*[]byte)
	defer putEventBuffer(buf)
	*buf = e.append((*buf)[:0])
	return s.write(*buf)
}

// SendJSON sends an event whose data is v as JSON.
func (s *EventStream) SendJSON(name, id string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	return s.Send(Event{Name: name, ID: id, Data: string(b)})
}

// An EventMessage is an event that has been encoded, once, for many streams. It may be sent by many
// goroutines at once.
type EventMessage struct{ text []byte }

// NewEventMessage encodes an event. It fails with [ErrBadEvent].
func NewEventMessage(e Event) (*EventMessage, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	return &EventMessage{e.append(nil)}, nil
}

// SendMessage is Send for an encoded event.
func (s *EventStream) SendMessage(m *EventMessage) error { return s.write(m.text) }

// write sends encoded events.
func (s *EventStream) write(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writeLocked(b)
}

func (s *EventStream) writeLocked(b []byte) error {
	if s.ended {
		return ErrStreamEnded
	}
	s.last = time.Now()
	// A client that reads nothing must not hold the stream for ever; nor must the server's own
	// WriteTimeout, which is meant for whole responses, end it.
	err := s.sink.write(b, s.last.Add(sseWriteWait))
	switch {
	case err != nil:
		s.cancel()
	case s.every > 0 && s.timer == nil:
		s.timer = time.AfterFunc(s.every, s.keepAlive)
	}
	return err
}

// sseWriteWait is how long a client may take to read what was sent to it.
const sseWriteWait = time.Minute

// keepAlive sends a comment if nothing was sent for a while. It is called by the timer.
func (s *EventStream) keepAlive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	idle := time.Since(s.last)
	if idle >= s.every {
		if s.writeLocked([]byte(":\n\n")) != nil {
			return
		}
		idle = 0
	}
	s.timer.Reset(s.every - idle)
}

func (e *Event) check() error {
	if strings.ContainsAny(e.ID, "\r\n\x00") || strings.ContainsAny(e.Name, "\r\n\x00") {
		return ErrBadEvent
	}
	return nil
}

func (e *Event) append(b []byte) []byte {
	if e.Name != "" {
		b = appendField(b, "event", e.Name)
	}
	if e.ID != "" {
		b = appendField(b, "id", e.ID)
	}
	if e.Retry > 0 {
		b = appendField(b, "retry", strconv.FormatInt(e.Retry.Milliseconds(), 10))
	}
	b = appendData(b, e.Data)
	return append(b, '\n')
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
