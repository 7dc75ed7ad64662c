package web

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

// A File is an uploaded file. Small ones are held in memory, others in a temporary file that is
// removed when the request ends.
type File struct {
	// Field is the name of the form's field.
	Field string
	// Name is the file's name as the client told it, reduced to a safe base name: no directories,
	// no control characters, never "." or "..".
	Name string
	// ContentType and ContentParams are the media type that the client declared; nothing has
	// verified it.
	ContentType   string
	ContentParams map[string]string
	// Size is the length in bytes.
	Size int64

	memory []byte
	temp   string
}

// fill reads the content, into memory up to limit bytes and into a temporary file beyond.
func (f *File) fill(src io.Reader, limit int64) error {
	var buf bytes.Buffer
	if limit < 0 {
		limit = math.MaxInt64 - 1
	}
	switch n, err := io.CopyN(&buf, src, limit+1); {
	case err == io.EOF:
		f.memory, f.Size = buf.Bytes(), n
		return nil
	case err != nil:
		return err
	}
	tmp, err := os.CreateTemp("", "upload-*")
	if err != nil {
		return &storageError{err}
	}
	f.temp = tmp.Name()
	n, err := io.Copy(writerErrors{tmp}, io.MultiReader(&buf, src))
	f.Size = n
	if cerr := tmp.Close(); err == nil && cerr != nil {
		err = &storageError{cerr}
	}
	if err != nil {
		f.remove()
	}
	return err
}

// storageError marks an error of our disk, which isn't the client's fault.
type storageError struct{ error }

func (e *storageError) Unwrap() error { return e.error }

func isStorageError(err error) bool {
	var s *storageError
	return errors.As(err, &s)
}

type writerErrors struct{ io.Writer }

func (w writerErrors) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		err = &storageError{err}
	}
	return n, err
}

// Open returns the content for reading; the caller closes it. It may be called more than once.
func (f *File) Open() (io.ReadSeekCloser, error) {
	if f.temp != "" {
		return os.Open(f.temp)
	}
	return nopCloser{bytes.NewReader(f.memory)}, nil
}

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }

// Bytes returns the whole content; for files that are known to be small.
func (f *File) Bytes() ([]byte, error) {
	if f.temp != "" {
		return os.ReadFile(f.temp)
	}
	return f.memory, nil
}

// SaveTo writes the content to a file of the given path, which must not exist yet, with mode 0600
// less the umask. A file half written is removed.
func (f *File) SaveTo(path string) error {
	src, err := f.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

func (f *File) remove() {
	if f.temp != "" {
		os.Remove(f.temp)
	}
}

// SafeFilename reduces a file name from outside to a base name that is safe on every system:
// directories of either slash and the letter of a drive are cut off, control characters and NUL dropped, and "", "." and
// ".." come back as "". Names over 255 bytes are shortened before their extension.
func SafeFilename(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	if strings.HasSuffix(name, "/") {
		return ""
	}
	name = path.Base(path.Clean("/" + name[strings.LastIndexByte(name, '/')+1:]))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	for len(name) > 1 && name[1] == ':' && isAlphanumeric(name[0]) {
		name = strings.TrimSpace(name[2:])
	}
	if name == "/" || strings.Trim(name, ". ") == "" {
		return ""
	}
	if len(name) > 255 {
		ext := filepath.Ext(name)
		if len(ext) > 32 {
			ext = ""
		}
		stem := strings.ToValidUTF8(name[:255-len(ext)], "")
		name = strings.TrimRightFunc(stem, unicode.IsSpace) + ext
	}
	return name
}
