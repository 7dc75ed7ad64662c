package urls

import (
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// A Converter is a kind of capture of one's own: <name:x> for the name it has in
// Options.Converters. It is used by many goroutines at once.
type Converter interface {
	// Pattern is the regular expression of the text, without ^ and $.
	Pattern() string
	// Parse makes a value of a text that the pattern matched. An error means that the route does
	// not match.
	Parse(text string) (any, error)
	// Format makes the text of a value, for reversing. An error means that the route does not take
	// this value.
	Format(value any) (string, error)
}

type converterKind int

const (
	kindInt converterKind = iota // the first four, in order of preference, have a place in each node
	kindUUID
	kindSlug
	kindStr
	kindPath
	kindLabel // of a host
	kindCustom
)

// converter is a Converter as the router uses it.
type converter struct {
	name    string
	kind    converterKind
	pattern string // RE2
	groups  int    // capturing groups of the pattern
	full    *regexp.Regexp
	own     Converter // of kindCustom
}

func builtinConverters() map[string]*converter {
	list := []*converter{
		{name: "int", kind: kindInt, pattern: "[0-9]+"},
		{name: "slug", kind: kindSlug, pattern: "[-a-zA-Z0-9_]+"},
		{name: "str", kind: kindStr, pattern: "[^/]+"},
		{name: "path", kind: kindPath, pattern: ".+"},
		{name: "uuid", kind: kindUUID, pattern: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"},
	}
	m := make(map[string]*converter, len(list))
	for _, c := range list {
		m[c.name] = c
	}
	return m
}

func newConverter(name string, own Converter) (*converter, error) {
	pattern := pythonToRE2(own.Pattern())
	full, err := regexp.Compile(`^(?:` + pattern + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("converter %q: compile pattern: %w", name, err)
	}
	return &converter{name: name, kind: kindCustom, pattern: pattern, groups: full.NumSubexp(), full: full, own: own}, nil
}

// matches tells whether the whole text is of this kind.
func (c *converter) matches(text string) bool {
	if c.kind == kindCustom {
		return c.full.MatchString(text)
	}
	return c.kind.matches(text)
}

func (k converterKind) matches(text string) bool {
	switch k {
	case kindInt:
		return text != "" && allBytes(text, isDigit)
	case kindUUID:
		return isUUID(text)
	case kindSlug:
		return text != "" && allBytes(text, isSlug)
	case kindPath:
		return text != "" && strings.IndexByte(text, '\n') < 0
	case kindLabel:
		return text != "" && strings.IndexByte(text, '.') < 0
	}
	return text != "" && strings.IndexByte(text, '/') < 0
}

// accepts tells whether a text that matches can be made a value.
func (k converterKind) accepts(text string) bool {
	if k != kindInt || len(text) < 19 {
		return true
	}
	_, err := strconv.ParseInt(text, 10, 64)
	return err == nil
}

// parse completes a path value; false means that the route doesn't match.
func (c *converter) parse(v *web.PathValue) bool {
	if c.kind != kindCustom {
		return c.kind.accepts(v.Raw)
	}
	var err error
	v.Value, err = c.own.Parse(v.Raw)
	return err == nil
}

// format makes the text of a value.
func (c *converter) format(value any) (string, error) {
	if c == nil || c.kind != kindCustom {
		return textOf(value)
	}
	return c.own.Format(value)
}

// textOf writes a value as Python's str would.
func textOf(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", errors.New("is nil")
	case string:
		return v, nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case fmt.Stringer:
		return v.String(), nil
	case encoding.TextMarshaler:
		b, err := v.MarshalText()
		return string(b), err
	case []byte:
		return string(v), nil
	}
	return fmt.Sprint(value), nil
}

func allBytes(s string, f func(byte) bool) bool {
	for i := 0; i < len(s); i++ {
		if !f(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isSlug(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '-' || c == '_'
}

// isUUID tells whether s is a UUID as Django's converter takes it: lower case, with hyphens.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case !isDigit(c) && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}

// A UUID is 16 bytes (RFC 9562), written as 32 hexadecimal digits with hyphens.
type UUID [16]byte

// ParseUUID reads the form with hyphens, in lower or upper case.
func ParseUUID(s string) (UUID, error) {
	var u UUID
	if !isUUID(strings.ToLower(s)) {
		return u, fmt.Errorf("parse UUID %s: want 32 hexadecimal digits in groups of 8-4-4-4-12", quoteShort(s))
	}
	digits := strings.ReplaceAll(s, "-", "")
	if _, err := hex.Decode(u[:], []byte(digits)); err != nil {
		return UUID{}, fmt.Errorf("parse UUID: %w", err)
	}
	return u, nil
}

// String returns the form with hyphens, in lower case.
func (u UUID) String() string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// MarshalText returns String's form.
func (u UUID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what ParseUUID does.
func (u *UUID) UnmarshalText(text []byte) (err error) {
	*u, err = ParseUUID(string(text))
	return err
}

func knownConverters(m map[string]*converter) string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// quoteShort quotes text from outside, cut after 100 bytes.
func quoteShort(s string) string {
	if len(s) > 100 {
		return strconv.Quote(s[:100]) + "…"
	}
	return strconv.Quote(s)
}
