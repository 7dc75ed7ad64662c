package webtest

import (
	"bufio"
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An Event is one server-sent event as a page gets it (HTML standard, section 9.2).
type Event struct {
	Name string // "message" where the server named none
	ID   string // the last event ID that was sent, with this event or before it
	Data string
}

// JSON decodes the data.
func (e Event) JSON(v any) error { return json.Unmarshal([]byte(e.Data), v) }

// Events is an open event source. It does not connect again by itself; open another one with the
// last event's ID for that.
type Events struct {
	// Page holds status and header; its Body is empty.
	*Page
	p      *pump[Event]
	parser *eventParser
}

// Events opens an event source. lastEventID is sent as Last-Event-ID, "" for a first visit. A
// response of another status than 200 or another type than text/event-stream ends the test, as it
// ends an EventSource; ask for it with Get.
func (c *Client) Events(path, lastEventID string) *Events {
	c.t.Helper()
	r := Request{Path: path, Header: http.Header{"Accept": {"text/event-stream"}, "Cache-Control": {"no-cache"}}}
	if lastEventID != "" {
		r.Header["Last-Event-ID"] = []string{lastEventID}
	}
	o, err := c.open(r, 0)
	if err != nil {
		c.t.Fatalf("GET %s: %v", path, err)
	}
	if t, _, _ := mime.ParseMediaType(o.page.Header.Get("Content-Type")); t != "text/event-stream" || o.page.Status != http.StatusOK {
		o.page.Body, _ = readAll(o.resp.Body)
		o.close()
		c.t.Fatalf("%s with Content-Type %q is no event stream\n%s", o.page, o.page.Header.Get("Content-Type"), o.page.excerpt())
	}
	parser := &eventParser{src: bufio.NewReader(o.resp.Body), id: lastEventID}
	return &Events{o.page, startPump(o, 0, parser.next), parser}
}

// Next returns the next event; when none comes within the client's timeout, or the stream ends, the
// test ends.
func (e *Events) Next() Event {
	e.t.Helper()
	event, err := e.p.next()
	if err != nil {
		e.t.Fatalf("%s: wait for an event: %v", e.Page, e.p.judge(err))
	}
	return event
}

// TryNext returns the next event, or io.EOF at the end of the stream. When the context ends first its
// error is returned, and the stream goes on.
func (e *Events) TryNext(ctx context.Context) (Event, error) {
	event, err := e.p.take(ctx)
	if err != nil && ctx.Err() == nil {
		err = e.p.judge(err)
	}
	return event, err
}

// Retry returns how long the server asked to wait before a new connection, 0 if it did not ask yet.
// It is to be called after the end of the stream or after Close.
func (e *Events) Retry() time.Duration {
	<-e.p.done
	return e.parser.retry
}

// Close leaves, as a page that is closed. It does not wait for the view to notice.
func (e *Events) Close() { e.p.close() }

// Wait waits until the view has returned; after the client's timeout the test fails.
func (e *Events) Wait() {
	e.t.Helper()
	e.p.wait()
}

// eventParser reads an event stream (HTML standard, section 9.2.6).
type eventParser struct {
	src      *bufio.Reader
	id       string
	retry    time.Duration
	afterBOM bool
	skipLF   bool
}

func (p *eventParser) next() (Event, error) {
	var name string
	var data []string
	for {
		line, err := p.line()
		if err != nil {
			return Event{}, err // an event that has not ended is dropped
		}
		if line == "" {
			if data == nil {
				name = ""
				continue
			}
			if name == "" {
				name = "message"
			}
			return Event{name, p.id, strings.Join(data, "\n")}, nil
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			name = value
		case "data":
			data = append(data, value)
		case "id":
			if strings.IndexByte(value, 0) < 0 {
				p.id = value
			}
		case "retry":
			if ms, err := strconv.ParseUint(value, 10, 31); err == nil {
				p.retry = time.Duration(ms) * time.Millisecond
			}
		}
	}
}

// line reads up to LF, CR or CRLF. A lone CR ends a line at once; an LF after it is skipped later.
func (p *eventParser) line() (string, error) {
	var b []byte
	for {
		c, err := p.src.ReadByte()
		if err != nil {
			return "", err
		}
		if p.skipLF {
			if p.skipLF = false; c == '\n' {
				continue
			}
		}
		if c == '\r' || c == '\n' {
			p.skipLF = c == '\r'
			line := string(b)
			if !p.afterBOM {
				p.afterBOM, line = true, strings.TrimPrefix(line, "\ufeff")
			}
			return strings.ToValidUTF8(line, "\ufffd"), nil
		}
		b = append(b, c)
	}
}
