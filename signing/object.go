package signing

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// dumpsSalt is the salt of Django's signing.dumps.
const dumpsSalt = "django.core.signing"

// Dumps returns v as signed, URL-safe text with the time of signing, as
// Django's signing.dumps does; Loads reads it. It is the short form of a
// TimestampSigner with the salt "django.core.signing" (or Options.Salt) and
// its SignObject.
func Dumps(v any, key string, o *Options) (string, error) {
	t, err := newTimestamp(key, dumpsSalt, o)
	if err != nil {
		return "", err
	}
	return t.SignObject(v)
}

// Loads checks text made by Dumps and decodes it into v, a pointer. It fails
// with ErrBadSignature, with ErrExpired when the text was signed longer than
// maxAge ago (AnyAge: no limit), with ErrTooLarge.
func Loads(signed string, v any, key string, maxAge time.Duration, o *Options) error {
	t, err := newTimestamp(key, dumpsSalt, o)
	if err != nil {
		return err
	}
	return t.UnsignObject(signed, v, maxAge)
}

func (s *Signer) encodeObject(v any) (string, error) {
	data, err := marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode object to sign: %w", err)
	}
	if s.compress {
		if packed := compress(data); len(packed) < len(data)-1 {
			return "." + base64.RawURLEncoding.EncodeToString(packed), nil
		}
	}
	return base64.RawURLEncoding.EncodeToString(data), nil
}

// zlibWriters spares each compression the megabyte that a new writer takes.
var zlibWriters = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

func compress(data []byte) []byte {
	var packed bytes.Buffer
	w := zlibWriters.Get().(*zlib.Writer)
	defer zlibWriters.Put(w)
	w.Reset(&packed)
	// Writing to a bytes.Buffer cannot fail.
	_, _ = w.Write(data)
	_ = w.Close()
	return packed.Bytes()
}

// decodeObject reads text whose signature has been checked.
func (s *Signer) decodeObject(text string, v any) error {
	encoded, compressed := strings.CutPrefix(text, ".")
	if !compressed && base64.RawURLEncoding.DecodedLen(len(encoded)) > s.maxBytes {
		return fmt.Errorf("decode signed object: %w: more than %d bytes", ErrTooLarge, s.maxBytes)
	}
	data, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return fmt.Errorf("decode signed object: %w", err)
	}
	if compressed {
		if data, err = s.decompress(data); err != nil {
			return fmt.Errorf("decode signed object: %w", err)
		}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("decode signed object: %w", err)
	}
	return nil
}

// decompress stops one byte past the limit: a few kilobytes of zlib can hold
// gigabytes.
func (s *Signer) decompress(packed []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(s.maxBytes)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > s.maxBytes {
		return nil, fmt.Errorf("%w: more than %d bytes after decompression", ErrTooLarge, s.maxBytes)
	}
	return data, nil
}
