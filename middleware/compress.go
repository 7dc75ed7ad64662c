package middleware

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// CompressOptions configures [Compress].
type CompressOptions struct {
	// Codings are the content codings to offer, best first: "zstd", "br", "gzip". Default these, in
	// this order. Any other name panics when the layer is made.
	Codings []string
	// MinSize is the length in bytes from which a body is compressed. Default 200, as in Django;
	// negative: any.
	MinSize int
	// Types are media types to compress beside text/*, JSON, XML, JavaScript, WebAssembly, SVG and
	// uncompressed fonts: "application/x-shop".
	Types []string
	// Padding is the most random bytes that are added, to hide the exact length of the result from
	// those who can have text of theirs reflected beside a secret (BREACH; GZipMiddleware's
	// max_random_bytes). Default 100; negative: none.
	Padding int
	// Skip leaves a response as it is, such as one with a secret in it: [SetsCookie] is one. Default
	// none.
	Skip func(*web.Request, *web.Response) bool
}

// SetsCookie tells whether a response sets a cookie: a Skip for [CompressOptions] where padding is
// not thought enough for pages with sessions.
func SetsCookie(_ *web.Request, resp *web.Response) bool {
	return len(resp.Cookies()) > 0 || len(resp.Header()["Set-Cookie"]) > 0
}

// Compress compresses responses for clients that accept it (Django's GZipMiddleware), with zstd,
// brotli or gzip. Bodies in memory are compressed as a whole, if that makes them shorter; streamed
// ones as they come, each flush arriving by itself. Left alone are short bodies, media types that
// are compressed already, ranges, what has a Content-Encoding or the Cache-Control no-transform, as
// server-sent events do, and WebSockets. What can be compressed gets Vary: Accept-Encoding, and where
// it is, a strong ETag becomes a weak one.
//
// Compressing a page that holds both a secret and text from its request tells the secret to those
// who can make a browser ask often and see the lengths. A random length makes that slow, not
// impossible; CSRF tokens are masked anew for each page. Pages with other secrets stay plain by Skip or
// [NoTransform].
func Compress(opts *CompressOptions) web.Middleware {
	c := &compressor{}
	if opts != nil {
		c.CompressOptions = *opts
	}
	c.prepare()
	return web.Middleware{
		Name: "middleware.Compress", Settings: c.CompressOptions, After: []string{"middleware.Security"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				resp, err := next(r)
				if err == nil {
					err = c.apply(r, &resp)
				}
				if err != nil {
					return web.Response{}, err
				}
				return resp, nil
			}
		},
	}
}

type compressor struct {
	CompressOptions
	codings []*coding
	vary    []string
}

func (c *compressor) prepare() {
	c.vary = []string{"Accept-Encoding"}
	names := c.Codings
	if names == nil {
		names = []string{"zstd", "br", "gzip"}
	}
	if len(names) > maxCodings {
		panic("middleware.Compress: a content coding is named twice")
	}
	for _, name := range names {
		coding, err := newCoding(name)
		if err != nil {
			panic("middleware.Compress: " + err.Error())
		}
		c.codings = append(c.codings, coding)
	}
	if c.MinSize == 0 {
		c.MinSize = 200
	}
	if c.Padding == 0 {
		c.Padding = 100
	}
}

// addVaryEncoding gives responses without another Vary the slice of the layer, to spare allocations;
// web.AddVary makes a new one for what it adds.
func (c *compressor) addVaryEncoding(h http.Header) {
	switch {
	case len(h["Vary"]) == 0:
		h["Vary"] = c.vary
	case !VariesOn(h, "Accept-Encoding"):
		web.AddVary(h, "Accept-Encoding")
	}
}

func (c *compressor) apply(r *web.Request, resp *web.Response) error {
	if c.Skip != nil && c.Skip(r, resp) {
		return nil
	}
	switch {
	case resp.StatusCode() == http.StatusSwitchingProtocols || resp.Streaming() && r.IsWebSocket():
		return nil
	case resp.Streaming():
		if !hasDirective(resp.Header(), "no-transform") { // as of events, which get a connection of their own if nobody wraps it
			resp.Wrap(c.wrap)
		}
		return nil
	case resp.StatusCode() == http.StatusNotModified:
		c.notModified(r, resp.Header())
		return nil
	case resp.Len() >= 0 && resp.Len() < c.MinSize || !c.eligible(resp.StatusCode(), resp.Header()):
		return nil
	}
	c.addVaryEncoding(resp.Header())
	i := negotiate(r.Header["Accept-Encoding"], c.codings)
	if i < 0 {
		return nil
	}
	body, err := resp.Content(r)
	if err != nil || len(body) < c.MinSize {
		return err
	}
	return c.encode(resp, body, c.codings[i])
}

// encode replaces a body in memory if that makes it shorter.
func (c *compressor) encode(resp *web.Response, body []byte, coding *coding) error {
	var buf bytes.Buffer
	buf.Grow(len(body)/3 + c.Padding + 64)
	s := coding.open(&buf, c.Padding)
	_, err := s.Write(body)
	if e := s.Close(); err == nil {
		err = e
	}
	if err != nil || buf.Len() >= len(body) {
		return err
	}
	resp.SetContent(buf.Bytes())
	h := resp.Header()
	h["Content-Length"] = []string{strconv.Itoa(buf.Len())}
	markEncoded(h, coding)
	return nil
}

// markEncoded sets the headers of a compressed body, but for its length.
func markEncoded(h http.Header, coding *coding) {
	h["Content-Encoding"] = coding.header
	if etag := h["Etag"]; len(etag) > 0 {
		h["Etag"] = []string{weaken(etag[0])}
	}
}

// eligible tells whether a response of these headers may be compressed.
func (c *compressor) eligible(status int, h http.Header) bool {
	switch status {
	case http.StatusNoContent, http.StatusPartialContent, http.StatusNotModified:
		return false
	}
	if status < 200 || len(h["Content-Encoding"]) > 0 || len(h["Content-Range"]) > 0 || hasDirective(h, "no-transform") {
		return false
	}
	t := h["Content-Type"]
	return len(t) > 0 && c.compressible(t[0])
}

// compressible tells whether bodies of a media type get shorter by compression.
func (c *compressor) compressible(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	t = strings.ToLower(strings.TrimSpace(t))
	if strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "+json") || strings.HasSuffix(t, "+xml") {
		return true
	}
	switch t {
	case "application/json", "application/javascript", "application/xml", "application/wasm", "application/x-ndjson",
		"application/x-javascript", "application/vnd.ms-fontobject", "font/ttf", "font/otf", "image/bmp",
		"image/vnd.microsoft.icon", "image/x-icon":
		return true
	}
	for _, more := range c.Types {
		if strings.EqualFold(t, more) {
			return true
		}
	}
	return false
}

// notModified gives a 304 the Vary of the 200 that it stands for, and the weak form of its
// ETag if that is what the client has: a cache finds what it has stored by that tag (RFC 9111,
// section 4.3.4).
func (c *compressor) notModified(r *web.Request, h http.Header) {
	c.addVaryEncoding(h)
	if etag := h.Get("Etag"); etag != "" && etag[0] == '"' {
		have := joined(r, "If-None-Match")
		if weak := weaken(etag); strings.Contains(have, weak) {
			h["Etag"] = []string{weak}
		}
	}
}

// wrap puts a compressing writer before the connection, for a streamed body.
func (c *compressor) wrap(w http.ResponseWriter, r *web.Request) (http.ResponseWriter, func() error) {
	cw := &compressWriter{ResponseWriter: w, c: c, r: r}
	return cw, cw.close
}

// compressWriter decides by the headers, when they are sent, whether to compress.
type compressWriter struct {
	http.ResponseWriter
	c       *compressor
	r       *web.Request
	decided bool
	coding  *coding // nil: as it is
	stream  *encodedStream
}

// Unwrap lets http.ResponseController find deadlines and hijacking.
func (w *compressWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *compressWriter) WriteHeader(status int) {
	if !w.decided && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.decided = true
		w.decide(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *compressWriter) decide(status int) {
	h := w.Header()
	if status == http.StatusNotModified {
		w.c.notModified(w.r, h)
		return
	}
	if !w.c.eligible(status, h) || w.tooShort(h) {
		return
	}
	w.c.addVaryEncoding(h)
	i := negotiate(w.r.Header["Accept-Encoding"], w.c.codings)
	if i < 0 {
		return
	}
	w.coding = w.c.codings[i]
	delete(h, "Content-Length")
	delete(h, "Accept-Ranges") // the ranges of what is sent are not those of the file
	markEncoded(h, w.coding)
}

func (w *compressWriter) tooShort(h http.Header) bool {
	n, err := strconv.Atoi(h.Get("Content-Length"))
	return err == nil && n < w.c.MinSize
}

func (w *compressWriter) Write(b []byte) (int, error) {
	if !w.decided {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.coding == nil:
		return w.ResponseWriter.Write(b)
	case w.r.Method == http.MethodHead:
		return len(b), nil
	case w.stream == nil:
		w.stream = w.coding.open(w.ResponseWriter, w.c.Padding)
	}
	return w.stream.Write(b)
}

// ReadFrom keeps the way to sendfile open for what is not compressed.
func (w *compressWriter) ReadFrom(src io.Reader) (int64, error) {
	if !w.decided {
		w.WriteHeader(http.StatusOK)
	}
	if w.coding == nil {
		return io.Copy(w.ResponseWriter, src)
	}
	return io.Copy(struct{ io.Writer }{w}, src)
}

// FlushError sends what was written, decompressible up to here.
func (w *compressWriter) FlushError() error {
	if !w.decided {
		w.WriteHeader(http.StatusOK)
	}
	if w.stream != nil {
		if err := w.stream.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush is FlushError for handlers that know only http.Flusher.
func (w *compressWriter) Flush() { _ = w.FlushError() }

// close ends the body. An empty one is still a valid one of its coding.
func (w *compressWriter) close() error {
	if w.coding == nil || w.r.Method == http.MethodHead {
		return nil
	}
	if w.stream == nil {
		w.stream = w.coding.open(w.ResponseWriter, 0)
	}
	return w.stream.Close()
}
