package signing

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math"
)

// Algorithm names a hash as Python's hashlib does. The empty one is SHA256.
type Algorithm string

// The algorithms. SHA256 is Django's default for signing; SHA1 is that of old
// signatures (before Django 3.1) and of salted_hmac, MD5 that of very old
// passwords.
const (
	SHA256   Algorithm = "sha256"
	SHA224   Algorithm = "sha224"
	SHA384   Algorithm = "sha384"
	SHA512   Algorithm = "sha512"
	SHA3_224 Algorithm = "sha3_224"
	SHA3_256 Algorithm = "sha3_256"
	SHA3_384 Algorithm = "sha3_384"
	SHA3_512 Algorithm = "sha3_512"
	SHA1     Algorithm = "sha1"
	MD5      Algorithm = "md5"
)

// ErrInvalidAlgorithm says that an Algorithm is none of those named here.
var ErrInvalidAlgorithm = errors.New("unknown hash algorithm")

func (a Algorithm) hash() (func() hash.Hash, error) {
	switch a {
	case SHA256, "":
		return sha256.New, nil
	case SHA224:
		return sha256.New224, nil
	case SHA384:
		return sha512.New384, nil
	case SHA512:
		return sha512.New, nil
	case SHA3_224:
		return func() hash.Hash { return sha3.New224() }, nil
	case SHA3_256:
		return func() hash.Hash { return sha3.New256() }, nil
	case SHA3_384:
		return func() hash.Hash { return sha3.New384() }, nil
	case SHA3_512:
		return func() hash.Hash { return sha3.New512() }, nil
	case SHA1:
		return sha1.New, nil
	case MD5:
		return md5.New, nil
	}
	return nil, fmt.Errorf("%w %q", ErrInvalidAlgorithm, string(a))
}

// SaltedHMAC returns the HMAC of value with a key made from salt and secret, as
// Django's salted_hmac does. The salt names the purpose and is no secret. An
// empty algorithm is SHA256, where Django's function takes SHA1. It fails with
// ErrInvalidAlgorithm.
func SaltedHMAC(salt string, value []byte, secret string, algorithm Algorithm) ([]byte, error) {
	newHash, err := algorithm.hash()
	if err != nil {
		return nil, err
	}
	mac := hmac.New(newHash, deriveKey(newHash, salt, secret))
	mac.Write(value)
	return mac.Sum(nil), nil
}

// deriveKey hashes salt and secret because HMAC's own shortening of long keys
// would let some pairs of keys collide (Django's salted_hmac).
func deriveKey(newHash func() hash.Hash, salt, secret string) []byte {
	h := newHash()
	h.Write([]byte(salt))
	h.Write([]byte(secret))
	return h.Sum(nil)
}

// ConstantTimeCompare tells whether a and b are equal, in a time that depends
// on their lengths only and so tells an attacker nothing about a secret.
func ConstantTimeCompare[T ~string | ~[]byte](a, b T) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// RandomChars are the characters of RandomString where none are given: Django's
// RANDOM_STRING_CHARS, letters and digits.
const RandomChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// RandomString returns length characters drawn from alphabet, each equally
// likely, from the system's secure source; as Django's get_random_string. An
// empty alphabet is RandomChars, in which 22 characters hold 131 bits. A length
// below 1 gives the empty string.
func RandomString(length int, alphabet string) string {
	if alphabet == "" {
		alphabet = RandomChars
	}
	chars := []rune(alphabet)
	text := make([]rune, 0, max(length, 0))
	for len(text) < length {
		text = append(text, chars[randomIndex(uint32(len(chars)))])
	}
	return string(text)
}

// randomIndex draws from 0 to n-1. Draws from the incomplete last run of n are
// thrown away: they would make the first indexes likelier.
func randomIndex(n uint32) uint32 {
	limit := math.MaxUint32 - math.MaxUint32%n
	for {
		var buf [4]byte
		// Read never fails: crypto/rand ends the program when the system has
		// no secure source.
		_, _ = rand.Read(buf[:])
		if draw := binary.NativeEndian.Uint32(buf[:]); draw < limit {
			return draw % n
		}
	}
}

// RandomSecretKey returns a new secret key in the form of Django's
// get_random_secret_key: 50 characters with more than 280 bits.
func RandomSecretKey() string {
	return RandomString(50, "abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)")
}

// PBKDF2Params say how PBKDF2 works.
type PBKDF2Params struct {
	// Iterations is the number of rounds, at least 1. There is no default:
	// what is enough grows with the years.
	Iterations int

	// Length is the number of bytes wanted. Default (0): the length of the
	// hash.
	Length int

	// Algorithm is the hash. Default SHA256.
	Algorithm Algorithm
}

// PBKDF2 returns a key made from password and salt, as RFC 8018 and Django's
// pbkdf2 do. It fails with ErrInvalidAlgorithm, and on fewer than 1 iteration
// or a negative length.
func PBKDF2(password string, salt []byte, p PBKDF2Params) ([]byte, error) {
	newHash, err := p.Algorithm.hash()
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	if p.Iterations < 1 || p.Length < 0 {
		return nil, fmt.Errorf("derive key: %d iterations for %d bytes: want at least 1 iteration and no negative length", p.Iterations, p.Length)
	}
	length := p.Length
	if length == 0 {
		length = newHash().Size()
	}
	key, err := pbkdf2.Key(newHash, password, salt, p.Iterations, length)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return key, nil
}
