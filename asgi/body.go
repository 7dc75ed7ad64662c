package asgi

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Body reads the body of a request beside its response, as [NewHandler] does:
// for servers that hold the events themselves. One goroutine reads, any may
// stop.
type Body struct {
	r    *http.Request
	resp *Response

	mu      sync.Mutex // held while the body is read
	read    int64
	reading atomic.Bool // a read of the body is under way
	end     atomic.Bool // the body was read to its end
	shut    atomic.Bool // no further read may begin
}

// NewBody returns the body of a request whose response is resp, to which nothing
// was sent yet. [Body.Stop] has to be called before the handler returns.
func NewBody(r *http.Request, resp *Response) *Body {
	b := &Body{r: r, resp: resp}
	resp.duplex = b.enableDuplex
	return b
}

// Read waits for the next bytes of the body and returns how many there were: at
// least one, or with io.EOF the last ones, maybe none. After Stop it returns
// http.ErrBodyReadAfterClose.
func (b *Body) Read(p []byte) (int, error) {
	if b.r.Body == nil || b.r.Body == http.NoBody {
		return 0, io.EOF
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	b.reading.Store(true)
	defer b.reading.Store(false)
	for {
		n, err := b.r.Body.Read(p)
		b.read += int64(n)
		if err == io.EOF || err == nil && b.read == b.r.ContentLength {
			b.end.Store(true)
			return n, io.EOF
		}
		if err != nil {
			return 0, err
		}
		if n > 0 {
			return n, nil
		}
	}
}

// enableDuplex keeps net/http from swallowing the rest of the request when the
// response begins, unless that is harmless because the response is whole. Writers
// that cannot are always duplex (HTTP/2) or not connected to a socket.
func (b *Body) enableDuplex(more bool) {
	if b.r.Body == nil || b.r.Body == http.NoBody || b.end.Load() || !more && !b.reading.Load() {
		return
	}
	if b.resp.rc.EnableFullDuplex() == nil && b.r.ProtoMajor == 1 {
		// With rest of a body left over, Go 1.26 panics on the next request
		// of the connection, or takes that rest for one.
		b.resp.w.Header().Set("Connection", "close")
	}
}

// Stop lets go of the request, in which net/http must not find a reader: it
// breaks off a Read that is under way and waits for it.
func (b *Body) Stop() {
	b.shut.Store(true)
	if b.r.Body == nil || b.r.Body == http.NoBody || b.end.Load() {
		return
	}
	if !b.mu.TryLock() {
		if b.resp.rc.SetReadDeadline(time.Unix(1, 0)) != nil {
			b.r.Body.Close()
		}
		b.mu.Lock()
	}
	b.mu.Unlock()
}
