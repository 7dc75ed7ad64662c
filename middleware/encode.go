package middleware

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// encoder is what the writers of the three libraries have in common.
type encoder interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// maxCodings bounds how many codings are negotiated about.
const maxCodings = 3

// maxGzipName is the longest file name in a gzip header; readers refuse longer ones (Go's from 512 on).
const maxGzipName = 500

// coding is one content coding with its idle encoders.
type coding struct {
	name   string   // "gzip"
	header []string // the Content-Encoding that all responses share
	pool   sync.Pool
	// padding returns at most n bytes that decoders skip, to stand where the encoder has flushed.
	// nil for gzip, which is padded in its header.
	padding func(n int) []byte
}

func newCoding(name string) (*coding, error) {
	c := &coding{name: name, header: []string{name}}
	switch name {
	case "gzip":
		c.pool.New = func() any { return gzip.NewWriter(io.Discard) }
	case "br":
		// Quality 4 compresses better than gzip at about its speed.
		c.pool.New = func() any { return brotli.NewWriterLevel(io.Discard, 4) }
		c.padding = brotliPadding
	case "zstd":
		c.pool.New = func() any { return newZstd() }
		c.padding = zstdPadding
	default:
		return nil, fmt.Errorf("content coding %q is not one of zstd, br and gzip", name)
	}
	return c, nil
}

// newZstd makes an encoder that works in the goroutine of its caller, in little memory. Browsers
// accept windows of up to 8 MiB (RFC 9659).
func newZstd() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(512<<10), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic("middleware: zstd options: " + err.Error()) // they are constants
	}
	return e
}

// brotliPadding is a meta-block of metadata (RFC 7932, section 9.2): not the last one, no length
// nibbles, a length in one byte or two, and zeros.
func brotliPadding(n int) []byte {
	switch {
	case n < 3:
		return nil
	case n < 260:
		n = min(n, 258)
		header := 3<<1 | 1<<4 | (n-3)<<6
		return append([]byte{byte(header), byte(header >> 8)}, make([]byte, n-2)...)
	}
	n = min(n, 1<<16)
	header := 3<<1 | 2<<4 | (n-4)<<6
	return append([]byte{byte(header), byte(header >> 8), byte(header >> 16)}, make([]byte, n-3)...)
}

// zstdPadding is a row of raw blocks without content (RFC 8878, section 3.1.1.2), three zeros each.
func zstdPadding(n int) []byte { return make([]byte, n/3*3) }

// encodedStream compresses what is written to it, and hides the length of the result by a random
// number of bytes, so that an attacker who can have text of theirs reflected can't read a secret
// beside it off the length (BREACH; the defence is Heal The BREACH, as in Django).
type encodedStream struct {
	coding  *coding
	enc     encoder
	dst     io.Writer
	padding int  // bytes still to be added
	dirty   bool // something was written
}

// open starts a stream with an idle encoder. It has to be closed.
func (c *coding) open(dst io.Writer, maxPadding int) *encodedStream {
	s := &encodedStream{coding: c, enc: c.pool.Get().(encoder), dst: dst}
	s.enc.Reset(dst)
	if maxPadding > 0 {
		s.padding = rand.IntN(maxPadding + 1)
	}
	if gz, ok := s.enc.(*gzip.Writer); ok && s.padding > 0 {
		gz.Name = strings.Repeat("a", min(s.padding, maxGzipName))
		s.padding = 0
	}
	return s
}

func (s *encodedStream) Write(p []byte) (int, error) {
	s.dirty = s.dirty || len(p) > 0
	return s.enc.Write(p)
}

// Flush writes out what has been compressed, so that it can be decompressed up to here.
func (s *encodedStream) Flush() error {
	if err := s.enc.Flush(); err != nil {
		return err
	}
	if s.padding == 0 || !s.dirty { // before the first byte there is no header to stand behind
		return nil
	}
	_, err := s.dst.Write(s.coding.padding(s.padding))
	s.padding = 0
	return err
}

// Close ends the stream and lays the encoder aside.
func (s *encodedStream) Close() error {
	var err error
	if s.padding > 0 && s.dirty {
		err = s.Flush()
	}
	if e := s.enc.Close(); err == nil {
		err = e
	}
	s.enc.Reset(io.Discard) // not to hold on to the response
	s.coding.pool.Put(s.enc)
	s.enc = nil
	return err
}
