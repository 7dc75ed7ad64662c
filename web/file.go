package web

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// FileOptions configures [OpenFile] and [Content].
type FileOptions struct {
	// Attachment asks the browser to save the file instead of showing it.
	Attachment bool
	// Name is the name that the browser saves under. Default: the file's.
	Name string
	// ContentType is the media type. Default: by the name's extension, else
	// application/octet-stream; it is never guessed from the content.
	ContentType string
	// CacheControl is the Cache-Control header, "" for none.
	CacheControl string
}

// OpenFile answers with a file of a file system: os.DirFS, an embed.FS, an *os.Root's FS. Ranges,
// If-Modified-Since, If-None-Match and If-Range are honoured. A name that is not a file, or not a
// valid path (as "../x" and "/x"), is a 404.
func OpenFile(fsys fs.FS, name string, opts *FileOptions) Response {
	b := &fileBody{fsys: fsys, name: name}
	return b.response(opts)
}

// Content answers with content that can be sought in, such as an uploaded file, and closes it if it
// is an io.Closer, when the request ends. The name decides the media type; a zero modified time sends no Last-Modified.
func Content(name string, modified time.Time, content io.ReadSeeker, opts *FileOptions) Response {
	b := &fileBody{name: name, modified: modified, content: content}
	return b.response(opts)
}

type fileBody struct {
	fsys     fs.FS
	name     string
	modified time.Time
	content  io.ReadSeeker
	closed   bool // or going to be, for a content that was handed over
	opts     FileOptions
}

func (b *fileBody) response(opts *FileOptions) Response {
	if opts != nil {
		b.opts = *opts
	}
	resp := Send(b.mediaType(), b)
	name := b.opts.Name
	if name == "" && b.opts.Attachment {
		name = path.Base(b.name)
	}
	if d := ContentDisposition(b.opts.Attachment, name); d != "" {
		resp.Header()["Content-Disposition"] = []string{d}
	}
	if b.opts.CacheControl != "" {
		resp.Header()["Cache-Control"] = []string{b.opts.CacheControl}
	}
	return resp
}

func (b *fileBody) mediaType() string {
	if b.opts.ContentType != "" {
		return b.opts.ContentType
	}
	name := b.opts.Name
	if name == "" {
		name = b.name
	}
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".gz", ".bz2", ".xz", ".br", ".zst", ".z": // a compressed file is not its content
		return "application/octet-stream"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
	}
	return "application/octet-stream"
}

// Prepare opens the file, so that a missing one is a 404 page.
func (b *fileBody) Prepare(r *Request) error {
	if c, ok := b.content.(io.Closer); ok && b.fsys == nil && !b.closed {
		b.closed = true
		r.OnFinish(func(Outcome) { _ = c.Close() })
	}
	if b.content != nil {
		return nil
	}
	f, err := b.fsys.Open(b.name)
	if err != nil {
		if noSuchFile(b.name, err) {
			return NewError(http.StatusNotFound, "There is no such file.", err)
		}
		return fmt.Errorf("open file: %w", err)
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return NewError(http.StatusNotFound, "There is no such file.", err)
	}
	content, ok := f.(io.ReadSeeker)
	if !ok {
		f.Close()
		return fmt.Errorf("open file: %T of %s can't be sought in", f, b.name)
	}
	b.content, b.modified = content, info.ModTime()
	r.OnFinish(func(Outcome) { _ = f.Close() }) // also where middleware replaces the response
	return nil
}

// noSuchFile tells whether a file can't be opened because of its name, which may be the client's.
func noSuchFile(name string, err error) bool {
	for _, target := range []error{fs.ErrNotExist, fs.ErrInvalid, syscall.ENOTDIR, syscall.ENAMETOOLONG} {
		if errors.Is(err, target) {
			return true
		}
	}
	return !cleanText(name)
}

// Send lets net/http answer ranges and conditions. With a status of its own, as for an error page,
// the file is sent as it is.
func (b *fileBody) Send(w http.ResponseWriter, r *Request, status int) error {
	size, err := b.content.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("send file: %w", err)
	}
	if _, err := b.content.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("send file: %w", err)
	}
	h := w.Header()
	if h["Etag"] == nil && !b.modified.IsZero() {
		h["Etag"] = []string{`"` + strconv.FormatInt(b.modified.UnixNano(), 36) + "-" + strconv.FormatInt(size, 36) + `"`}
	}
	if status == http.StatusOK {
		return b.serve(w, r)
	}
	if bodyAllowed(status) {
		h["Content-Length"] = []string{strconv.FormatInt(size, 10)}
	}
	w.WriteHeader(status)
	if bodyAllowed(status) && r.s.raw.Method != http.MethodHead {
		_, err = io.Copy(w, b.content)
	}
	return err
}

// serve calls http.ServeContent and makes an error page of its own errors.
func (b *fileBody) serve(w http.ResponseWriter, r *Request) error {
	f := &fileWriter{ResponseWriter: w}
	http.ServeContent(f, r.s.raw, b.name, b.modified, b.content)
	switch {
	case f.failed == http.StatusRequestedRangeNotSatisfiable:
		e := NewError(f.failed, "This file has no such part.", nil)
		e.Header = http.Header{}
		if v := w.Header()["Content-Range"]; v != nil {
			e.Header["Content-Range"] = v
		}
		return e
	case f.failed == http.StatusPreconditionFailed:
		return NewError(f.failed, "This file has changed since you last saw it.", nil)
	case f.failed != 0:
		return fmt.Errorf("send file %s: the file system failed", quoteShort(b.name))
	}
	return nil
}

// fileWriter holds back errors that http.ServeContent wants to answer as plain text.
type fileWriter struct {
	http.ResponseWriter
	failed int // the status held back
}

func (f *fileWriter) Unwrap() http.ResponseWriter { return f.ResponseWriter }

func (f *fileWriter) WriteHeader(status int) {
	if status >= 400 {
		f.failed = status
		return
	}
	f.ResponseWriter.WriteHeader(status)
}

func (f *fileWriter) Write(b []byte) (int, error) {
	if f.failed != 0 {
		return len(b), nil
	}
	return f.ResponseWriter.Write(b)
}

// ReadFrom keeps the way to sendfile open.
func (f *fileWriter) ReadFrom(src io.Reader) (int64, error) {
	return io.Copy(f.ResponseWriter, src)
}

// ContentDisposition returns the header's value for a file name, "" where none is needed. Names
// beyond ASCII are sent in the form of RFC 8187 (Django's content_disposition_header).
func ContentDisposition(attachment bool, name string) string {
	disposition := "inline"
	if attachment {
		disposition = "attachment"
	}
	switch {
	case name == "" && attachment:
		return disposition
	case name == "":
		return ""
	case isPrintableASCII(name):
		return disposition + `; filename="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	return disposition + "; filename*=utf-8''" + escapeKeeping(name, "_.-~")
}

func isPrintableASCII(s string) bool {
	return allOf(s, func(c byte) bool { return c >= ' ' && c <= '~' })
}
