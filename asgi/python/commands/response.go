package commands

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// A front is what stands before the application: it writes the access log and adds headers.
type front struct {
	next    http.Handler
	log     *accessLog // nil: none
	headers [][2]string
	noDate  bool
}

// wrap puts a front before a handler, if there is something for it to do.
func (f front) wrap(next http.Handler) http.Handler {
	if f.log == nil && len(f.headers) == 0 && !f.noDate {
		return next
	}
	f.next = next
	return &f
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &response{ResponseWriter: w, front: f}
	if f.log == nil {
		f.next.ServeHTTP(seen, r)
		return
	}
	start := time.Now()
	defer func() { // also when the handler breaks the response off by a panic
		status := seen.status
		if status == 0 {
			status = http.StatusOK
		}
		f.log.write(&entry{r: r, start: start, took: time.Since(start), status: status, bytes: seen.bytes, headers: w.Header()})
	}()
	f.next.ServeHTTP(seen, r)
}

// A response counts what is written, and adds headers to its head.
type response struct {
	http.ResponseWriter
	front  *front
	status int // 0: not begun
	bytes  int64
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *response) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
		w.addHeaders()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) addHeaders() {
	h := w.Header()
	for _, pair := range w.front.headers {
		h.Add(pair[0], pair[1])
	}
	if w.front.noDate {
		h["Date"] = nil
	}
}

func (w *response) begin() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
}

func (w *response) Write(b []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom lets the kernel send files, where the connection can.
func (w *response) ReadFrom(r io.Reader) (int64, error) {
	w.begin()
	n, err := io.Copy(w.ResponseWriter, r)
	w.bytes += n
	return n, err
}

func (w *response) Flush() { _ = w.FlushError() }

func (w *response) FlushError() error {
	w.begin()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil && w.status == 0 {
		w.status = http.StatusSwitchingProtocols
	}
	return c, rw, err
}
