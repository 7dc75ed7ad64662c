package settings

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// mask is what a secret shows instead of itself, whatever its length.
const mask = "********"

// Secret is a text that does not show itself: every way of printing, logging or
// marshalling it gives "********", also from within other values. Reveal gives
// the text. The zero value is the empty secret. Secrets are compared with
// Equal; == does not compile.
type Secret struct {
	_ [0]func()

	// A pointer, because fmt prints the unexported fields of other packages'
	// structs without asking for their methods: it then shows an address.
	text *string
}

// SecretOf wraps a text.
func SecretOf(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// Reveal returns the text.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether the text is empty.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal compares two secrets in a time that tells nothing of where they differ.
func (s Secret) Equal(other Secret) bool {
	// Hashes have one length, so that not even the lengths show.
	a, b := sha256.Sum256([]byte(s.Reveal())), sha256.Sum256([]byte(other.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// String returns "********".
func (s Secret) String() string { return mask }

// GoString returns "********".
func (s Secret) GoString() string { return mask }

// Format writes "********" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, mask) }

// MarshalText returns "********".
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// MarshalJSON returns "********" as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// LogValue returns "********".
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// UnmarshalText takes the text, so that a Secret may stand in a struct that is
// decoded from JSON.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = SecretOf(string(text))
	return nil
}
