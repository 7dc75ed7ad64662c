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
// is an io.Closer. The name decides the media type; a zero modified time sends no Last-Modified.
func Content(name string, modified time.Time, content io.ReadSeeker, opts *FileOptions) Response {
	b := &fileBody{name: name, modified: modified, content: content}
	return b.response(opts)
}

type fileBody struct {
	fsys     fs.FS
	name     string
	modified time.Time
	content  io.ReadSeeker
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
func (b *fileBody) Prepare(*Request) error {
	if b.content != nil {
		return nil
	}
	f, err := b.fsys.Open(b.name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
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
	return nil
}

// Send lets net/http answer ranges and conditions.
func (b *fileBody) Send(w http.ResponseWriter, r *Request, status int) error {
	if c, ok := b.content.(io.Closer); ok {
		defer c.Close()
	}
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
	if status != http.StatusOK {
		h["Content-Length"] = []string{strconv.FormatInt(size, 10)}
		w.WriteHeader(status)
		_, err = io.Copy(w, b.content)
		return err
	}
	http.ServeContent(w, r.s.raw, b.name, b.modified, b.content)
	return nil
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
