// Package signing signs text and values so that they can pass through a
// browser and be trusted when they come back: cookies, links in mails, hidden
// form fields. Signing does not hide anything, it only makes changes visible.
//
// The format on the wire is that of Django 6.1 (django.core.signing): with the
// same secret key either side reads what the other has signed.
//
//	signer, err := signing.New(secretKey, nil)
//	…
//	link := signer.Sign("42")         // "42:5i0…"
//	text, err := signer.Unsign(link)  // "42", or ErrBadSignature
//
// [TimestampSigner] adds the time of signing, so that a reader can refuse what
// is too old. [Dumps] and [Loads] carry any value as JSON. [CookieSigner] signs
// cookies as Django's set_signed_cookie does. Secret keys are changed without
// breaking what is under way by naming the old ones as FallbackKeys.
package signing

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strings"
	"time"
)

// ErrBadSignature says that a value was not signed by us, or was changed since.
var ErrBadSignature = errors.New("bad signature")

// ErrExpired says that a signature is genuine but older than the reader
// allows. It also matches ErrBadSignature, as Django's SignatureExpired is a
// BadSignature.
var ErrExpired = fmt.Errorf("%w: too old", ErrBadSignature)

// ErrTooLarge says that a signed value is larger than Options.MaxBytes.
var ErrTooLarge = errors.New("signed value is too large")

// DefaultMaxBytes is the limit that Options.MaxBytes has when it is zero: 1 MiB.
const DefaultMaxBytes = 1 << 20

// Options refine a signer. The zero value, like nil, means Django's defaults.
type Options struct {
	// Salt keeps signatures made for one purpose from being accepted for
	// another. It is no secret. Default: the name of Django's class,
	// "django.core.signing.Signer" or "django.core.signing.TimestampSigner",
	// for Dumps and Loads "django.core.signing".
	Salt string

	// Sep stands between value and signature. Default ":". It must have a
	// character besides A-Z a-z 0-9 [ \ ] ^ _ ` - and =, as in Django.
	Sep string

	// Algorithm is the hash of the HMAC. Default SHA256.
	Algorithm Algorithm

	// FallbackKeys are former secret keys: what they signed is still accepted,
	// nothing is signed with them. Default none.
	FallbackKeys []string

	// Compress lets SignObject compress with zlib where that is shorter.
	// Readers recognise either form. Default off.
	Compress bool

	// MaxBytes limits the JSON that UnsignObject decodes, counted after
	// decompression. Default DefaultMaxBytes; a negative value is an error.
	MaxBytes int

	// Clock gives the time for a TimestampSigner. Default time.Now.
	Clock func() time.Time
}

// Signer signs text. It is safe for concurrent use.
type Signer struct {
	salt      string
	sep       string
	algorithm Algorithm
	newHash   func() hash.Hash
	keys      [][]byte // derived from salt and key: the current one first
	compress  bool
	maxBytes  int
}

// New returns a signer with the secret key. It refuses an empty key, and
// options that Django refuses.
func New(key string, o *Options) (*Signer, error) {
	return newSigner(key, "django.core.signing.Signer", o)
}

func newSigner(key, defaultSalt string, o *Options) (*Signer, error) {
	if o == nil {
		o = &Options{}
	}
	s := &Signer{salt: o.Salt, sep: o.Sep, algorithm: o.Algorithm, compress: o.Compress, maxBytes: o.MaxBytes}
	if s.salt == "" {
		s.salt = defaultSalt
	}
	if s.sep == "" {
		s.sep = ":"
	}
	if s.maxBytes == 0 {
		s.maxBytes = DefaultMaxBytes
	}
	if s.maxBytes < 0 {
		return nil, fmt.Errorf("make signer: MaxBytes is %d, want a positive number or 0 for the default", o.MaxBytes)
	}
	if unsafeSep(s.sep) {
		return nil, fmt.Errorf("make signer: unsafe separator %q: it needs a character that is not one of A-z0-9-_=", s.sep)
	}
	var err error
	if s.newHash, err = s.algorithm.hash(); err != nil {
		return nil, fmt.Errorf("make signer: %w", err)
	}
	if key == "" {
		return nil, errors.New("make signer: the secret key is empty")
	}
	s.keys = append(s.keys, deriveKey(s.newHash, s.salt+"signer", key))
	for _, fallback := range o.FallbackKeys {
		if fallback == "" {
			return nil, errors.New("make signer: a fallback key is empty")
		}
		s.keys = append(s.keys, deriveKey(s.newHash, s.salt+"signer", fallback))
	}
	return s, nil
}

// unsafeSep is Django's test, the regular expression ^[A-z0-9-_=]*$ in which A-z
// also spans the six characters between Z and a, and $ matches before a final
// line feed. Text of those characters alone could be taken for a part of a
// signature or time stamp.
func unsafeSep(sep string) bool {
	for _, r := range strings.TrimSuffix(sep, "\n") {
		if !(r >= 'A' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '=') {
			return false
		}
	}
	return true
}

// Sign returns value, the separator and the signature.
func (s *Signer) Sign(value string) string {
	return value + s.sep + s.signature(value, s.keys[0])
}

// Unsign returns the value of signed text. It fails with ErrBadSignature unless
// the key or one of the fallback keys has signed it.
func (s *Signer) Unsign(signed string) (string, error) {
	at := strings.LastIndex(signed, s.sep)
	if at < 0 {
		return "", fmt.Errorf("%w: no %q found", ErrBadSignature, s.sep)
	}
	value, signature := signed[:at], signed[at+len(s.sep):]
	for _, key := range s.keys {
		if ConstantTimeCompare(signature, s.signature(value, key)) {
			return value, nil
		}
	}
	return "", fmt.Errorf("%w: it does not match", ErrBadSignature)
}

// SignObject returns v as JSON, in URL-safe base64, signed. With
// Options.Compress the JSON is compressed where that is shorter, which a dot in
// front says.
//
// The JSON has the bytes that Django's JSONSerializer writes: no spaces, ASCII
// only, numbers as Python writes them; maps by sorted keys and structs by their
// fields, as encoding/json does. What encoding/json cannot write is an error.
// The one difference: within structs, and maps whose keys are not text, a whole
// float is written "1", not "1.0".
func (s *Signer) SignObject(v any) (string, error) {
	text, err := s.encodeObject(v)
	if err != nil {
		return "", err
	}
	return s.Sign(text), nil
}

// UnsignObject checks signed text and decodes its JSON into v, a pointer, as
// json.Unmarshal does. It fails with ErrBadSignature as Unsign does, with
// ErrTooLarge when the JSON is larger than Options.MaxBytes.
func (s *Signer) UnsignObject(signed string, v any) error {
	text, err := s.Unsign(signed)
	if err != nil {
		return err
	}
	return s.decodeObject(text, v)
}

func (s *Signer) signature(value string, key []byte) string {
	mac := hmac.New(s.newHash, key)
	mac.Write([]byte(value))
	var sum [64]byte // the largest of our hashes
	return base64.RawURLEncoding.EncodeToString(mac.Sum(sum[:0]))
}
