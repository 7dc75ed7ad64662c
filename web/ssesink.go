package web

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// An eventSink is where an EventStream writes: one call is sent at once.
type eventSink interface {
	write(b []byte, deadline time.Time) error
}

// eventBuffers holds *[]byte for events on their way.
var eventBuffers = sync.Pool{New: func() any { return new([]byte) }}

// putEventBuffer keeps a buffer for the next event, unless it has grown beyond what events need.
func putEventBuffer(b *[]byte) {
	if cap(*b) <= 64<<10 {
		eventBuffers.Put(b)
	}
}

// A responseSink writes through the server's own writer.
type responseSink struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func (s *responseSink) write(b []byte, deadline time.Time) error {
	_ = s.rc.SetWriteDeadline(deadline) // a server without deadlines is still a server
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.rc.Flush()
}

// A connSink writes chunks (RFC 9112, section 7.1) on a connection of its own.
type connSink struct {
	conn  net.Conn
	bytes int64 // of the body so far
}

// takeOver takes the connection and writes the head of the answer on it. It returns nil where the
// connection can't be had; nothing has been written then.
func takeOver(t *trackingWriter, status int) *connSink {
	header := t.Header()
	t.status = status
	conn, _, err := t.Hijack()
	if err != nil {
		t.status = 0
		return nil
	}
	buf := eventBuffers.Get().(*[]byte)
	defer putEventBuffer(buf)
	head := append((*buf)[:0], "HTTP/1.1 "...)
	head = strconv.AppendInt(head, int64(status), 10)
	head = append(head, ' ')
	head = append(head, http.StatusText(status)...)
	head = append(head, "\r\n"...)
	if header["Date"] == nil {
		head = append(head, "Date: "...)
		head = time.Now().UTC().AppendFormat(head, http.TimeFormat)
		head = append(head, "\r\n"...)
	}
	for name, values := range header {
		switch name {
		case "Connection", "Content-Length", "Transfer-Encoding":
			continue
		}
		for _, v := range values { // valid, see setHeaders
			head = append(head, name...)
			head = append(head, ": "...)
			head = append(head, v...)
			head = append(head, "\r\n"...)
		}
	}
	*buf = append(head, "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"...)
	_ = conn.SetDeadline(time.Time{}) // what net/http has set for the request
	_ = conn.SetWriteDeadline(time.Now().Add(sseWriteWait))
	_, _ = conn.Write(*buf) // a client that has gone is noticed by the first event
	return &connSink{conn: conn}
}

func (s *connSink) write(b []byte, deadline time.Time) error {
	if len(b) == 0 {
		return nil // an empty chunk would be the end
	}
	buf := eventBuffers.Get().(*[]byte)
	defer putEventBuffer(buf)
	chunk := strconv.AppendInt((*buf)[:0], int64(len(b)), 16)
	chunk = append(chunk, "\r\n"...)
	chunk = append(chunk, b...)
	*buf = append(chunk, "\r\n"...)
	if err := s.conn.SetWriteDeadline(deadline); err != nil {
		return err
	}
	_, err := s.conn.Write(*buf)
	s.bytes += int64(len(b))
	return err
}

// finish writes the last chunk, by which the client knows that the stream is whole.
func (s *connSink) finish() {
	_ = s.conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(s.conn, "0\r\n\r\n") // the client may have gone
}

// waitForEnd returns when the client has gone, or sends more than anybody who listens does.
func (s *connSink) waitForEnd() {
	var buf [64]byte
	for range 1000 {
		if _, err := s.conn.Read(buf[:]); err != nil {
			return
		}
	}
}
