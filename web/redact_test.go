package web

import (
	"strings"
	"testing"
)

func TestShownText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"plain", "plain", "plain"},
		{"password of an address", "dial postgres://shop:hunter2@db/x: no", "dial postgres://shop:********@db/x: no"},
		{"invalid", "a\xffb", "a\uFFFDb"},
		{"long", strings.Repeat("é", 1500), strings.Repeat("é", 1000) + "… (3000 bytes)"},
		{"cut inside a letter", "a" + strings.Repeat("é", 1500), "a" + strings.Repeat("é", 999) + "… (3001 bytes)"},
	} {
		if got := shownText(test.in); got != test.want {
			t.Errorf("%s: shownText(%.40q) = %q, want %q", test.name, test.in, got, test.want)
		}
	}
	if got := shownText(strings.Repeat("x", 10<<20)); len(got) > maxShown+40 {
		t.Errorf("%d bytes are shown", len(got))
	}
}

func TestHiddenNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"password", "API_KEY", "X-Api-Key", "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "csrfmiddlewaretoken",
		"sessionid", "Signature", "client_secret", "passphrase", "PrivateThing", "credentials",
	} {
		if got := shownValue(name, "v"); got != hiddenMark {
			t.Errorf("%s is shown as %q", name, got)
		}
	}
	for in, want := range map[string]string{
		"http://x/a?q=1&token=abc&b=2#f": "http://x/a?q=1&token=********&b=2#f",
		"http://x/?to%6ben=abc":          "http://x/?to%6ben=********",
		"what?":                          "what?",
		"?%zz=abc":                       "?%zz=********",
	} {
		if got := shownValue("Referer", in); got != want {
			t.Errorf("shownValue of %q = %q, want %q", in, got, want)
		}
	}
}
