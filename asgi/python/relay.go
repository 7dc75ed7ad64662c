package python

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/asgi"
)

// An ApplicationError is what an application raised, or did not do, while it answered.
type ApplicationError struct {
	// Traceback is Python's, or a sentence where there is none.
	Traceback string
	// Worker is the number of the worker in which it ran.
	Worker int
}

// LogValue shows both in the log.
func (e *ApplicationError) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("worker", e.Worker), slog.String("traceback", strings.TrimRight(e.Traceback, "\n")))
}

// Error returns the traceback.
func (e *ApplicationError) Error() string { return e.Traceback }

// An unsupportedError says that the application does not take WebSockets, as Django without Channels.
type unsupportedError struct{ raised string }

func (e *unsupportedError) Error() string { return e.raised }

// A relay passes the frames of one stream on as events, in one goroutine.
type relay struct {
	stream *stream
	worker *worker
	socket bool // it is a WebSocket's
	late   *patience
	send   func(asgi.Event) error
	// body sends parts of a response's body at once; nil where send takes them, each as an event.
	body   func(parts [][]byte, more bool) error
	flush  func() error // when nothing more has come yet; nil where send flushes
	borrow bool         // send has done with a body when it returns, even with an error; HTTP/2 has not
	ended  bool         // the application has said all

	asked chan struct{} // closed when the application begins to read; nil where nobody waits for that

	parts [][]byte // of a body, which are not sent yet
	lent  []frame  // whose memory they are in
}

// run passes events on until the application has said all. Its error is that of send, of ctx, an
// *ApplicationError, or errWorkerGone.
func (r *relay) run(ctx context.Context) error {
	var frames []frame
	for !r.ended {
		var err error
		if frames, err = r.stream.next(ctx, frames); err != nil {
			return whyEnded(ctx, err)
		}
		if err = r.passAll(frames); err != nil {
			if r.flush != nil {
				_ = r.flush() // what was sent before leaves, though the connection is broken off
			}
			return err
		}
		if r.ended {
			return nil
		}
		if r.flush != nil && r.stream.empty() {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// passAll passes on what has come.
func (r *relay) passAll(frames []frame) (err error) {
	for i, f := range frames {
		if f.kind != kindPart && f.kind != kindPartBlock {
			err = r.sendParts(true)
		}
		if err == nil {
			err = r.pass(f)
		}
		if err != nil || r.ended {
			r.release(append(r.lent, frames[i+1:]...))
			return err
		}
	}
	return r.sendParts(true)
}

// release gives the worker's memory back that frames refer to.
func (r *relay) release(frames []frame) {
	for _, f := range frames {
		r.stream.link.releaseBlock(f)
	}
}

// pass sends the events of one frame.
func (r *relay) pass(f frame) error {
	d := decoder{b: f.payload}
	switch f.kind {
	case kindStart, kindAccept, kindClose:
		r.late.begun()
	}
	switch f.kind {
	case kindStart:
		return r.start(f, &d)
	case kindPart:
		return r.part(f.payload, f)
	case kindPartBlock:
		return r.block(f)
	case kindSend:
		event := &asgi.WebSocketSend{}
		if f.has(flagText) {
			event.Text = string(f.payload)
		} else {
			event.Bytes = f.payload
		}
		if err := r.send(event); err != nil {
			return err
		}
		r.stream.took(len(f.payload) + 16)
		return nil
	case kindAccept:
		d.want(2)
		event := &asgi.WebSocketAccept{Subprotocol: string(d.data()), Headers: d.headers()}
		return r.sendRead(&d, event)
	case kindClose:
		d.want(2)
		event := &asgi.WebSocketClose{Code: d.int(), Reason: string(d.data())}
		r.ended = true
		return r.sendRead(&d, event)
	case kindTrailers:
		event := &asgi.HTTPResponseTrailers{Headers: d.headers(), MoreTrailers: f.has(flagMore)}
		r.ended = !event.MoreTrailers
		return r.sendRead(&d, event)
	case kindHint:
		event := &asgi.HTTPResponseEarlyHint{Links: make([]string, d.seq())}
		for i := range event.Links {
			event.Links[i] = string(d.data())
		}
		return r.sendRead(&d, event)
	case kindDebug:
		return r.sendRead(&d, &asgi.HTTPResponseDebug{Info: map[string]any{"info": string(d.data())}})
	case kindPath:
		event := &asgi.HTTPResponsePathSend{Path: string(d.data())}
		r.ended = !f.has(flagTrailers)
		return r.sendRead(&d, event)
	case kindFile:
		return r.file(f, &d)
	case kindContinue:
		if r.asked != nil {
			close(r.asked)
			r.asked = nil
			return nil
		}
	case kindFinished: // after its client has left
		r.ended = true
		return nil
	case kindFailed:
		if f.has(flagUnsupported) {
			return &unsupportedError{string(f.payload)}
		}
		if f.has(flagStopped) {
			return errWorkerGone
		}
		return &ApplicationError{Traceback: string(f.payload), Worker: r.worker.number}
	}
	return fmt.Errorf("%w: kind %d", errMarshal, f.kind)
}

// sendRead sends an event, if what it was read from was whole.
func (r *relay) sendRead(d *decoder, event asgi.Event) error {
	if err := d.end(); err != nil {
		return err
	}
	return r.send(event)
}

// start sends the head of a response, and the part of the body that came with it.
func (r *relay) start(f frame, d *decoder) error {
	d.want(3)
	status, headers := d.int(), d.headers()
	body := d.data()
	if err := d.end(); err != nil {
		return err
	}
	var event asgi.Event = &asgi.HTTPResponseStart{Status: status, Headers: headers, Trailers: f.has(flagTrailers)}
	if r.socket {
		event = &asgi.WebSocketHTTPResponseStart{Status: status, Headers: headers}
	}
	if err := r.send(event); err != nil || body == nil {
		return err
	}
	return r.part(body, f)
}

// part sends a part of a response's body, with those that have come with it.
func (r *relay) part(body []byte, f frame) error {
	more := f.has(flagMore)
	if r.body != nil {
		r.parts = append(r.parts, body)
		if more {
			return nil
		}
		r.ended = !f.has(flagTrailers)
		return r.sendParts(false)
	}
	var event asgi.Event = &asgi.HTTPResponseBody{Body: body, MoreBody: more}
	if r.socket {
		event = &asgi.WebSocketHTTPResponseBody{Body: body, MoreBody: more}
	}
	if err := r.send(event); err != nil {
		return err
	}
	r.ended = !more && !f.has(flagTrailers)
	if more {
		r.stream.took(len(body))
	}
	return nil
}

// sendParts sends the parts of a body that have gathered, and gives their memory back.
func (r *relay) sendParts(more bool) error {
	if len(r.parts) == 0 {
		return nil
	}
	defer func() { // also where a writer panics
		clear(r.parts)
		r.parts = r.parts[:0]
		r.release(r.lent)
		r.lent = r.lent[:0]
	}()
	err := r.body(r.parts, more)
	runtime.KeepAlive(r.stream.link.blocks)
	if more {
		n := 0
		for _, part := range r.parts {
			n += len(part)
		}
		r.stream.took(n)
	}
	return err
}

// block sends a part of a body that lies in shared memory, and gives the memory back.
func (r *relay) block(f frame) error {
	memory := r.stream.link.blocks
	defer runtime.KeepAlive(memory)
	data := memory.part(f.payload)
	if data == nil {
		return fmt.Errorf("%w: a block that is not the worker's", errMarshal)
	}
	if r.body != nil && r.borrow {
		r.lent = append(r.lent, f)
		return r.part(data, f)
	}
	defer r.stream.link.releaseBlock(f)
	if !r.borrow {
		data = bytes.Clone(data)
	}
	return r.part(data, f)
}

// file sends a file that is open in the worker, which waits for the answer before it closes it.
func (r *relay) file(f frame, d *decoder) error {
	d.want(3)
	fd := d.int()
	offset, errOffset := strconv.ParseInt(string(d.data()), 10, 64)
	count, errCount := strconv.ParseInt(string(d.data()), 10, 64)
	if err := errors.Join(d.end(), errOffset, errCount); err != nil {
		return err
	}
	err := r.sendFile(fd, &asgi.HTTPResponseZeroCopySend{Offset: &offset, Count: &count, MoreBody: f.has(flagMore)})
	flags := uint8(0)
	if err != nil {
		flags = flagFailed
	}
	r.ended = !f.has(flagMore) && !f.has(flagTrailers)
	return errors.Join(err, r.stream.send(kindFileDone, flags, nil))
}

func (r *relay) sendFile(fd int, event *asgi.HTTPResponseZeroCopySend) error {
	file, err := os.Open(fmt.Sprintf("/proc/%d/fd/%d", r.worker.cmd.Process.Pid, fd))
	if err != nil {
		return fmt.Errorf("send a file of the worker: %w", err)
	}
	defer file.Close()
	event.File = file
	return r.send(event)
}

// headers reads a list of pairs.
func (d *decoder) headers() asgi.Headers {
	n := d.seq()
	if n == 0 || d.err != nil {
		return nil
	}
	headers := make(asgi.Headers, 0, n)
	for range n {
		d.want(2)
		headers = append(headers, asgi.Header{Name: fieldName(d.data()), Value: string(d.data())})
	}
	return headers
}

// fieldName makes a string of the name of a header field, without a new one for those that most responses
// have.
func fieldName(b []byte) string {
	switch string(b) {
	case "content-type", "Content-Type":
		return "content-type"
	case "content-length", "Content-Length":
		return "content-length"
	case "set-cookie", "Set-Cookie":
		return "set-cookie"
	case "vary", "Vary":
		return "vary"
	case "x-frame-options", "X-Frame-Options":
		return "x-frame-options"
	case "x-content-type-options", "X-Content-Type-Options":
		return "x-content-type-options"
	case "referrer-policy", "Referrer-Policy":
		return "referrer-policy"
	case "cross-origin-opener-policy", "Cross-Origin-Opener-Policy":
		return "cross-origin-opener-policy"
	case "cache-control", "Cache-Control":
		return "cache-control"
	case "location", "Location":
		return "location"
	case "date", "Date":
		return "date"
	case "server", "Server":
		return "server"
	}
	return string(b)
}
