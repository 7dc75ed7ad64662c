package text

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// SlugifyOptions are the choices of [Slugify]. Nil stands for all defaults.
type SlugifyOptions struct {
	// AllowUnicode keeps letters and digits of all scripts. By default those
	// that have no form in ASCII are left out.
	AllowUnicode bool
}

// Slugify makes a name for a URL of s: small letters, digits, underscores, and single hyphens for
// white space and hyphens, with neither hyphens nor underscores at the ends. Other characters are
// left out. The result is empty where nothing is left.
func Slugify(s string, opts *SlugifyOptions) string {
	if isASCII(s) {
		return slug(s)
	}
	if opts != nil && opts.AllowUnicode {
		return slug(Lower(norm.NFKC.String(s)))
	}
	// Decomposed, a letter with accents is one of ASCII and marks that go.
	decomposed := norm.NFKD.String(s)
	ascii := make([]byte, 0, len(decomposed))
	for i := range len(decomposed) {
		if c := decomposed[i]; c < utf8.RuneSelf {
			ascii = append(ascii, c)
		}
	}
	return slug(string(ascii))
}

// slug finishes what Slugify began; capitals are left in ASCII only.
func slug(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r < utf8.RuneSelf && isASCIIUpper(byte(r)):
			b = append(b, byte(r)|0x20)
		case isWord(r):
			b = append(b, s[i:i+size]...)
		case (r == '-' || isSpace(r)) && (len(b) == 0 || b[len(b)-1] != '-'):
			b = append(b, '-')
		}
		i += size
	}
	return strings.Trim(string(b), "-_")
}

// ErrFilename is the error of [ValidFilename] for a name of which nothing is left.
var ErrFilename = errors.New("no character of the name is allowed in a file name")

// ValidFilename makes a name for a file of s: white space at the ends goes, spaces become
// underscores, and what is not a letter, a digit, an underscore, a hyphen or a dot is left out.
// The error, for a result that is empty, "." or "..", is [ErrFilename].
func ValidFilename(s string) (string, error) {
	var b strings.Builder
	for _, r := range TrimSpace(s) {
		switch {
		case r == ' ':
			b.WriteByte('_')
		case r == '-', r == '.', isWord(r):
			b.WriteRune(r)
		}
	}
	switch name := b.String(); name {
	case "", ".", "..":
		return "", fmt.Errorf("make a file name of %.100q: %w", s, ErrFilename)
	default:
		return name, nil
	}
}
