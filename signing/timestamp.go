package signing

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// AnyAge as a maximum age accepts a signature however old it is.
const AnyAge time.Duration = math.MaxInt64

// TimestampSigner signs text together with the time of signing, to the second.
// It is safe for concurrent use.
type TimestampSigner struct {
	signer *Signer
	clock  func() time.Time
}

// NewTimestamp returns a timestamp signer with the secret key. It refuses what
// New refuses.
func NewTimestamp(key string, o *Options) (*TimestampSigner, error) {
	return newTimestamp(key, "django.core.signing.TimestampSigner", o)
}

func newTimestamp(key, defaultSalt string, o *Options) (*TimestampSigner, error) {
	signer, err := newSigner(key, defaultSalt, o)
	if err != nil {
		return nil, err
	}
	t := &TimestampSigner{signer: signer, clock: time.Now}
	if o != nil && o.Clock != nil {
		t.clock = o.Clock
	}
	return t, nil
}

// Sign returns value, the time and the signature, with separators between.
func (t *TimestampSigner) Sign(value string) string {
	return t.signer.Sign(value + t.signer.sep + base62(t.clock().Unix()))
}

// Unsign returns the value of signed text. It fails with ErrBadSignature as
// Signer.Unsign does, and with ErrExpired when the text was signed longer than
// maxAge ago. As in Django a maxAge of 0 accepts this very moment, a negative
// one nothing but the future; AnyAge accepts every age.
func (t *TimestampSigner) Unsign(signed string, maxAge time.Duration) (string, error) {
	value, signedAt, err := t.UnsignTime(signed)
	if err != nil {
		return "", err
	}
	if age := t.clock().Sub(signedAt); age > maxAge {
		return "", fmt.Errorf("%w: signed %v ago, the limit is %v", ErrExpired, age, maxAge)
	}
	return value, nil
}

// UnsignTime returns the value of signed text, however old, and the time at
// which it was signed.
func (t *TimestampSigner) UnsignTime(signed string) (string, time.Time, error) {
	stamped, err := t.signer.Unsign(signed)
	if err != nil {
		return "", time.Time{}, err
	}
	at := strings.LastIndex(stamped, t.signer.sep)
	if at < 0 {
		return "", time.Time{}, fmt.Errorf("%w: no time of signing", ErrBadSignature)
	}
	seconds, ok := parseBase62(stamped[at+len(t.signer.sep):])
	if !ok {
		return "", time.Time{}, fmt.Errorf("%w: no time of signing", ErrBadSignature)
	}
	return stamped[:at], time.Unix(seconds, 0), nil
}

// SignObject is Signer.SignObject with the time of signing.
func (t *TimestampSigner) SignObject(v any) (string, error) {
	text, err := t.signer.encodeObject(v)
	if err != nil {
		return "", err
	}
	return t.Sign(text), nil
}

// UnsignObject is Signer.UnsignObject with a maximum age as in Unsign.
func (t *TimestampSigner) UnsignObject(signed string, v any, maxAge time.Duration) error {
	text, err := t.Unsign(signed, maxAge)
	if err != nil {
		return err
	}
	return t.signer.decodeObject(text, v)
}

const base62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// base62 is Django's b62_encode.
func base62(n int64) string {
	if n == 0 {
		return "0"
	}
	// Negating as unsigned holds for the smallest int64, too.
	rest := uint64(n)
	if n < 0 {
		rest = -rest
	}
	var buf [12]byte // sign and 11 digits
	at := len(buf)
	for ; rest > 0; rest /= 62 {
		at--
		buf[at] = base62Digits[rest%62]
	}
	if n < 0 {
		at--
		buf[at] = '-'
	}
	return string(buf[at:])
}

// parseBase62 is Django's b62_decode for what fits an int64.
func parseBase62(text string) (n int64, ok bool) {
	digits, negative := strings.CutPrefix(text, "-")
	// Ten digits reach past the year 26 000 000; more could overflow.
	if digits == "" || len(digits) > 10 {
		return 0, false
	}
	for i := range len(digits) {
		digit := strings.IndexByte(base62Digits, digits[i])
		if digit < 0 {
			return 0, false
		}
		n = n*62 + int64(digit)
	}
	if negative {
		n = -n
	}
	return n, true
}
