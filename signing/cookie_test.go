package signing_test

import (
	"errors"
	"testing"
	"time"

	"github.com/nuages-web/nuages/signing"
)

func TestCookieSalts(t *testing.T) {
	t.Parallel()
	signer := func(form signing.CookieSalt) *signing.CookieSigner {
		return must(signing.NewCookieSigner("key", &signing.CookieOptions{Salt: form}))
	}
	v2, fallback, legacy := signer(signing.CookieSaltV2), signer(signing.InsecureCookieSaltFallback), signer(signing.InsecureCookieSaltLegacy)
	cookie, collides := signing.Cookie{Name: "a", Salt: "bc"}, signing.Cookie{Name: "ab", Salt: "c"}
	for _, test := range []struct {
		name             string
		writer, reader   *signing.CookieSigner
		same, thatOfElse bool // accepted as the same cookie, as the other
	}{
		{"v2 by v2", v2, v2, true, false},
		{"fallback by v2", fallback, v2, true, false},
		{"v2 by legacy", v2, legacy, true, false},
		{"legacy by v2", legacy, v2, false, false},
		{"legacy by fallback", legacy, fallback, true, true},
		{"legacy by legacy", legacy, legacy, true, true},
	} {
		signed := test.writer.Sign(cookie, "v")
		for c, want := range map[signing.Cookie]bool{cookie: test.same, collides: test.thatOfElse} {
			value, err := test.reader.Unsign(c, signed, time.Hour)
			if (err == nil) != want || err != nil && !errors.Is(err, signing.ErrBadSignature) || err == nil && value != "v" {
				t.Errorf("%s: Unsign(%+v) = %q, %v, want accepted: %v", test.name, c, value, err, want)
			}
		}
	}
	if _, err := signing.NewCookieSigner("", nil); err == nil {
		t.Error("NewCookieSigner takes an empty key")
	}
	if _, err := signing.NewCookieSigner("key", &signing.CookieOptions{Salt: 9}); err == nil {
		t.Error("NewCookieSigner takes an unknown form of salt")
	}
}

// The new form of salt has characters, not bytes, before its first colon.
func TestCookieSaltV2(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return time.Unix(1_700_000_000, 0) }
	cookies := must(signing.NewCookieSigner("key", &signing.CookieOptions{Clock: clock}))
	for cookie, salt := range map[signing.Cookie]string{
		{Name: "visits"}:                "django.http.cookies.v2:0:visits",
		{Name: "basket", Salt: "shop"}:  "django.http.cookies.v2:4:shopbasket",
		{Name: "basket", Salt: "größe"}: "django.http.cookies.v2:5:größebasket",
	} {
		plain := must(signing.NewTimestamp("django.http.cookieskey", &signing.Options{Salt: salt, Clock: clock}))
		if got, want := cookies.Sign(cookie, "3"), plain.Sign("3"); got != want {
			t.Errorf("cookie %+v signed as %q, want %q", cookie, got, want)
		}
	}
}
