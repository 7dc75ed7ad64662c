package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
)

// A writer is the writer of an answer over HTTP/1. net/http sends the first 4 KiB of a long answer, which hold its
// head, by themselves; here they leave with the rest, in one call of the system, which wakes the client once.
type writer struct {
	http.ResponseWriter
	c    *conn
	part [1][]byte
}

// newWriter returns the writer to use for an answer.
func (c *conn) newWriter(w http.ResponseWriter) http.ResponseWriter {
	if !c.HasWritev() {
		return w
	}
	return &writer{ResponseWriter: w, c: c}
}

// Write writes a part of the body.
func (w *writer) Write(b []byte) (int, error) {
	if len(b) < writeBuffer/2 {
		return w.ResponseWriter.Write(b)
	}
	w.part[0] = b
	n, err := w.WriteBuffers(w.part[:])
	w.part[0] = nil
	return int(n), err
}

// WriteString is Write for a string.
func (w *writer) WriteString(s string) (int, error) { return io.WriteString(w.ResponseWriter, s) }

// WriteBuffers writes several parts of the body, as Write would one after the other.
func (w *writer) WriteBuffers(parts [][]byte) (n int64, err error) {
	w.c.hold()
	defer func() {
		if sent := w.c.sendHeld(); err == nil {
			err = sent
		}
	}()
	for _, part := range parts {
		m, err := w.ResponseWriter.Write(part)
		if n += int64(m); err != nil {
			return n, err
		}
	}
	return n, nil
}

// ReadFrom sends a file without copying it through the program, where there is no TLS.
func (w *writer) ReadFrom(src io.Reader) (int64, error) {
	return io.Copy(w.ResponseWriter, src)
}

// FlushError sends what is buffered.
func (w *writer) FlushError() error { return http.NewResponseController(w.ResponseWriter).Flush() }

// Flush is FlushError for code that knows http.Flusher only.
func (w *writer) Flush() { _ = w.FlushError() }

// Hijack takes the connection over.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Unwrap gives http.ResponseController the server's own writer.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// held is what a connection keeps back, to send it at once.
type held struct {
	parts net.Buffers
	rest  net.Buffers // what is not sent yet
	small []byte      // copies of what came from net/http's buffer, which it uses again
}

var heldPool = sync.Pool{New: func() any { return &held{small: make([]byte, 0, writeBuffer)} }}

// hold keeps back what is written from now on. What is longer than net/http's buffer has to stay as it is.
func (c *conn) hold() {
	h := heldPool.Get().(*held)
	c.holding.Lock()
	c.held = h
	c.holding.Unlock()
}

// keep keeps a piece back, if it is to.
func (c *conn) keep(b []byte) bool {
	c.holding.Lock()
	defer c.holding.Unlock()
	h := c.held
	if h == nil {
		return false
	}
	if len(b) <= writeBuffer {
		start := len(h.small)
		h.small = append(h.small, b...)
		b = h.small[start:]
	}
	h.parts = append(h.parts, b)
	return true
}

// sendHeld sends what was kept back.
func (c *conn) sendHeld() (err error) {
	c.holding.Lock()
	h := c.held
	c.held = nil
	c.holding.Unlock()
	if len(h.parts) > 0 {
		h.rest = h.parts
		_, err = c.out.writeBuffers(&h.rest)
		clear(h.parts)
	}
	if cap(h.small) <= 4*writeBuffer {
		h.parts, h.small = h.parts[:0], h.small[:0]
		heldPool.Put(h)
	}
	return err
}
