package python

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
)

// sizedBody returns a request whose length is known, where it had none and has proved to be short, or is
// to be written to a file; done removes that. Applications such as Django's take a body without a length
// for none.
func (h *Host) sizedBody(r *http.Request) (_ *http.Request, done func(), err error) {
	done = func() {}
	if r.ContentLength >= 0 || r.Header["Expect"] != nil && !h.opts.SpoolBodies {
		return r, done, nil
	}
	start, err := io.ReadAll(io.LimitReader(r.Body, wholeBody+1))
	switch {
	case err != nil:
		return r, done, &bodyError{err}
	case len(start) <= wholeBody:
		return withSize(r, io.NopCloser(bytes.NewReader(start)), int64(len(start))), done, nil
	}
	whole := io.MultiReader(bytes.NewReader(start), r.Body)
	if h.opts.SpoolBodies {
		return spool(r, whole)
	}
	h.unsized.Do(func() {
		h.log.LogAttrs(r.Context(), slog.LevelWarn, "a request's body has no length, which Django takes for none: Options.SpoolBodies would find it out",
			slog.String("method", r.Method), slog.String("path", r.URL.Path))
	})
	return withBody(r, struct {
		io.Reader
		io.Closer
	}{whole, r.Body}), done, nil
}

// spool writes a body to a file that has no name, to its end, and returns the request with that for its
// body.
func spool(r *http.Request, body io.Reader) (_ *http.Request, done func(), err error) {
	done = func() {}
	file, err := os.CreateTemp("", "nuages-body-")
	if err != nil {
		return r, done, fmt.Errorf("keep a request's body: %w", err)
	}
	n := int64(0)
	if err = os.Remove(file.Name()); err == nil {
		if n, err = io.Copy(file, clientsBody{body}); err == nil {
			_, err = file.Seek(0, io.SeekStart)
		}
	}
	if err != nil {
		file.Close()
		return r, done, err
	}
	return withSize(r, file, n), func() { file.Close() }, nil
}

// A clientsBody is one whose errors can be told from those of the file.
type clientsBody struct{ io.Reader }

func (b clientsBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = &bodyError{err}
	}
	return n, err
}

// withSize returns a request with a body that has been read, and its length.
func withSize(r *http.Request, body io.ReadCloser, n int64) *http.Request {
	r = withBody(r, body)
	r.ContentLength = n
	if n > wholeBody || r.Header["Expect"] != nil {
		r.Header = r.Header.Clone()
		r.Header.Set("Content-Length", strconv.FormatInt(n, 10))
		r.Header.Del("Expect")
	}
	return r
}
