package python

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nuages-web/nuages/asgi"
)

// pass sends the events of one frame, whose payload has n bytes.
func (x *exchange) pass(ctx context.Context, f frame, n int) error {
	if f.kind == kindPart {
		return x.part(f, n)
	}
	payload, err := x.call.payload(n)
	if err != nil {
		return err
	}
	d := decoder{b: payload}
	switch f.kind {
	case kindStart:
		return x.start(ctx, f, &d)
	case kindFile:
		return x.file(f, &d)
	case kindFailed:
		failed := &ApplicationError{Traceback: string(payload), Worker: x.call.slot.team.worker.number}
		x.end(f)
		if x.flush != nil {
			_ = x.flush() // what the client has been promised
		}
		return failed
	case kindContinue:
		if x.feed != nil {
			x.feed.start(ctx, x.call.slot)
			return nil
		}
	}
	return fmt.Errorf("%w: kind %d", errMarshal, f.kind)
}

// start sends the head of a response, and what came with it of the body.
func (x *exchange) start(ctx context.Context, f frame, d *decoder) error {
	d.want(3)
	status, headers := d.int(), d.wsgiHeaders()
	body, more := d.data(), f.has(flagMore)
	if err := d.end(); err != nil {
		if !more {
			x.end(f)
		}
		return &ApplicationError{Traceback: "the application changed its headers into something else", Worker: x.call.slot.team.worker.number}
	}
	if more {
		x.unwatch = context.AfterFunc(ctx, x.call.slot.gone())
		_ = x.call.slot.conn.SetReadDeadline(time.Time{})
	} else {
		x.end(f)
		headers = withLength(headers, status, len(body))
	}
	x.started = true
	if err := x.send(&asgi.HTTPResponseStart{Status: status, Headers: headers}); err != nil {
		x.started = false
		return err
	}
	return x.body(body, more)
}

// body sends a part of the body from the call's buffer.
func (x *exchange) body(data []byte, more bool) error {
	err := x.send(&asgi.HTTPResponseBody{Body: data, MoreBody: more})
	if err != nil {
		x.call.leave() // HTTP/2 may not have done with it
	}
	return err
}

// withLength adds the length of a body that is whole. One that is empty may stand for that of a GET.
func withLength(headers asgi.Headers, status, n int) asgi.Headers {
	if n == 0 || status == 204 || status == 304 || headers.Value("content-length") != "" {
		return headers
	}
	return append(headers, asgi.Header{Name: "Content-Length", Value: strconv.Itoa(n)})
}

// part sends a part of a body.
func (x *exchange) part(f frame, n int) error {
	more := f.has(flagMore)
	for {
		var data []byte
		if n > 0 {
			var err error
			if data, err = x.call.chunk(n); err != nil {
				return err
			}
		}
		n -= len(data)
		if n == 0 && !more {
			x.end(f)
		}
		if err := x.body(data, more || n > 0); err != nil {
			x.skip(f, n)
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

// file sends a file that is open in the worker, which waits for the answer: when the file can't be opened
// here, it sends the parts itself.
func (x *exchange) file(f frame, d *decoder) error {
	slot := x.call.slot
	d.want(3)
	number := d.int()
	offset, errOffset := strconv.ParseInt(string(d.data()), 10, 64)
	count, errCount := strconv.ParseInt(string(d.data()), 10, 64)
	if d.end() != nil || errOffset != nil || errCount != nil {
		return errMarshal
	}
	file, err := os.Open(fmt.Sprintf("/proc/%d/fd/%d", slot.team.worker.cmd.Process.Pid, number))
	if err != nil {
		return slot.write(kindFileDone, flagFailed)
	}
	defer file.Close()
	// It has a position of its own, from which the system can send it.
	_, err = file.Seek(offset, io.SeekStart)
	if err == nil {
		err = x.send(&asgi.HTTPResponseZeroCopySend{File: file, Count: &count, MoreBody: f.has(flagMore)})
	}
	if done := slot.write(kindFileDone, 0); done != nil {
		return done
	}
	if !f.has(flagMore) {
		x.end(f)
	}
	return err
}

// skip reads over the rest of a part that can't be sent.
func (x *exchange) skip(f frame, n int) {
	for n > 0 {
		data, err := x.call.chunk(n)
		if err != nil {
			return // it will be seen again
		}
		n -= len(data)
	}
	if !f.has(flagMore) && !x.ended {
		x.end(f)
	}
}

// wsgiHeaders reads the headers of a response. Those that belong to the connection are this server's
// business (PEP 3333, "Other HTTP Features"); Gunicorn leaves them out, too.
func (d *decoder) wsgiHeaders() asgi.Headers {
	n := d.seq()
	headers := make(asgi.Headers, 0, n+1)
	for range n {
		d.want(2)
		name, value := d.latin1(), d.latin1()
		if !isHop(name) {
			headers = append(headers, asgi.Header{Name: name, Value: value})
		}
	}
	return headers
}

func isHop(name string) bool {
	switch len(name) {
	case 2, 7, 8, 10, 16, 17: // of most names the length tells
		switch strings.ToLower(name) {
		case "te", "trailer", "trailers", "upgrade", "connection", "keep-alive", "proxy-connection", "transfer-encoding":
			return true
		}
	}
	return false
}

// latin1 reads a str of characters up to U+00FF as their bytes; others are an error.
func (d *decoder) latin1() string {
	text := d.data()
	i := 0
	for i < len(text) && text[i] < utf8.RuneSelf {
		i++
	}
	if i == len(text) {
		return string(text)
	}
	b := append([]byte(nil), text[:i]...)
	for _, r := range string(text[i:]) {
		if r > 0xff {
			d.fail()
			return ""
		}
		b = append(b, byte(r))
	}
	return string(b)
}
