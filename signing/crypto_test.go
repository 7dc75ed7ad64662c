package signing_test

import (
	"strings"
	"testing"

	"github.com/nuages-web/nuages/signing"
)

func TestRandomString(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		length   int
		alphabet string
		chars    string
	}{{0, "", ""}, {-1, "", ""}, {40, "", signing.RandomChars}, {40, "é€😀", "é€😀"}, {5, "x", "x"}} {
		got := signing.RandomString(test.length, test.alphabet)
		if n := len([]rune(got)); n != max(test.length, 0) || strings.Trim(got, test.chars) != "" {
			t.Errorf("RandomString(%d, %q) = %q", test.length, test.alphabet, got)
		}
	}
	// Each of three letters a third of the time: 30 000 draws have a standard
	// deviation of 82, so that a fault of the test is rarer than 1 in 10^15.
	for _, letter := range "abc" {
		if n := strings.Count(signing.RandomString(30_000, "abc"), string(letter)); n < 9_300 || n > 10_700 {
			t.Errorf("%c drawn %d times of 30000", letter, n)
		}
	}
	if a, b := signing.RandomSecretKey(), signing.RandomSecretKey(); len(a) != 50 || a == b {
		t.Errorf("RandomSecretKey gave %q, then %q", a, b)
	}
}

func TestPBKDF2Refuses(t *testing.T) {
	t.Parallel()
	for _, p := range []signing.PBKDF2Params{{}, {Iterations: 1, Length: -1}, {Iterations: 1, Algorithm: "x"}} {
		if key, err := signing.PBKDF2("p", []byte("s"), p); err == nil {
			t.Errorf("PBKDF2 with %+v gave %x, want an error", p, key)
		}
	}
}
