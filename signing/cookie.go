package signing

import (
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// cookieKeyPrefix keeps the keys of cookies apart from those of other uses.
const cookieKeyPrefix = "django.http.cookies"

// CookieSalt says how the salt of a cookie's signature is made from its name
// and the salt that the program gives.
type CookieSalt int

const (
	// CookieSaltV2 is the form of Django 6.1, and of 6.0 from 6.0.6 and 5.2
	// from 5.2.15 on: "django.http.cookies.v2:", the length of the salt, the
	// salt and the name, which no other pair of salt and name can give.
	CookieSaltV2 CookieSalt = iota

	// InsecureCookieSaltFallback signs as CookieSaltV2 does, but also accepts
	// the older form, as Django does with SIGNED_COOKIE_LEGACY_SALT_FALLBACK:
	// for the time in which old cookies are still about.
	InsecureCookieSaltFallback

	// InsecureCookieSaltLegacy signs in the older form, name and salt put
	// together, and accepts both: for a program that shares its cookies with
	// an older Django. In that form a cookie "a" with salt "bc" passes for a
	// cookie "ab" with salt "c" (CVE-2026-6873).
	InsecureCookieSaltLegacy
)

// CookieOptions refine a CookieSigner. The zero value, like nil, is the safe
// default.
type CookieOptions struct {
	// FallbackKeys are former secret keys; see Options. Default none.
	FallbackKeys []string

	// Algorithm is the hash of the HMAC. Default SHA256.
	Algorithm Algorithm

	// Salt is the form of the salt. Default CookieSaltV2.
	Salt CookieSalt

	// Clock gives the time. Default time.Now.
	Clock func() time.Time
}

// Cookie names what a signature is for.
type Cookie struct {
	Name string // the cookie's name
	Salt string // may be empty; as in Django's set_signed_cookie
}

// CookieSigner signs the values of cookies as Django's set_signed_cookie and
// get_signed_cookie do, so that either side reads the other's. What takes one
// may ask for an interface with Sign and Unsign instead, and so let the program
// plug in another, as Django does with SIGNING_BACKEND. It is safe for
// concurrent use.
type CookieSigner struct {
	key     string
	options Options // no salt
	form    CookieSalt
}

// NewCookieSigner returns a cookie signer with the secret key. It refuses what
// New refuses.
func NewCookieSigner(key string, o *CookieOptions) (*CookieSigner, error) {
	if o == nil {
		o = &CookieOptions{}
	}
	if o.Salt < CookieSaltV2 || o.Salt > InsecureCookieSaltLegacy {
		return nil, fmt.Errorf("make cookie signer: unknown form of salt %d", o.Salt)
	}
	if key == "" {
		return nil, errors.New("make cookie signer: the secret key is empty")
	}
	s := &CookieSigner{
		key:     cookieKeyPrefix + key,
		options: Options{Algorithm: o.Algorithm, Clock: o.Clock},
		form:    o.Salt,
	}
	for _, fallback := range o.FallbackKeys {
		if fallback == "" {
			return nil, errors.New("make cookie signer: a fallback key is empty")
		}
		s.options.FallbackKeys = append(s.options.FallbackKeys, cookieKeyPrefix+fallback)
	}
	if _, err := NewTimestamp(s.key, &s.options); err != nil {
		return nil, err
	}
	return s, nil
}

// Sign returns value with time and signature, to be set as the value of the
// cookie.
func (s *CookieSigner) Sign(c Cookie, value string) string {
	salt := c.salt()
	if s.form == InsecureCookieSaltLegacy {
		salt = c.legacySalt()
	}
	return s.salted(salt, nil).Sign(value)
}

// Unsign returns the value of the cookie. It fails with ErrBadSignature, and
// with ErrExpired when the cookie was signed longer than maxAge ago (AnyAge: no
// limit).
func (s *CookieSigner) Unsign(c Cookie, signed string, maxAge time.Duration) (string, error) {
	value, err := s.salted(c.salt(), nil).Unsign(signed, maxAge)
	if err == nil || s.form == CookieSaltV2 || errors.Is(err, ErrExpired) {
		return value, err
	}
	return s.salted(c.legacySalt(), nil).Unsign(signed, maxAge)
}

// TimestampSigner returns the signer for a salt of the program's own, as
// Django's get_cookie_signer does; contrib messages keeps its cookie so. An
// empty salt is Django's default, "django.core.signing.get_cookie_signer".
// Compress and MaxBytes of o are used (a MaxBytes below 1 is the default), the
// rest is the cookie signer's; o may be nil.
func (s *CookieSigner) TimestampSigner(salt string, o *Options) *TimestampSigner {
	if salt == "" {
		salt = "django.core.signing.get_cookie_signer"
	}
	return s.salted(salt, o)
}

func (s *CookieSigner) salted(salt string, o *Options) *TimestampSigner {
	options := s.options
	options.Salt = salt
	if o != nil {
		options.Compress, options.MaxBytes = o.Compress, max(o.MaxBytes, 0)
	}
	t, err := NewTimestamp(s.key, &options)
	if err != nil {
		panic("signing: options that NewCookieSigner has checked: " + err.Error())
	}
	return t
}

// salt is Django's _cookie_signer_salt; Python counts the salt in characters.
func (c Cookie) salt() string {
	return "django.http.cookies.v2:" + strconv.Itoa(utf8.RuneCountInString(c.Salt)) + ":" + c.Salt + c.Name
}

func (c Cookie) legacySalt() string { return c.Name + c.Salt }
