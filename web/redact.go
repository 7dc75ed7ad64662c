package web

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/settings"
)

// hiddenMark stands for a value that pages for developers do not show.
const hiddenMark = "********"

// hiddenName tells whether a parameter, header or cookie of this name is not to be shown: what
// settings.IsSensitive names, as Django's hidden_settings, and what carries sessions.
func hiddenName(name string) bool {
	if settings.IsSensitive(name) {
		return true
	}
	name = strings.ToUpper(name)
	for _, part := range []string{"SESSION", "COOKIE", "CREDENTIAL", "PRIVATE"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// shownValue returns a value of the request as a page for developers shows it.
func shownValue(name, value string) string {
	switch {
	case hiddenName(name):
		return hiddenMark
	case strings.Contains(value, "?"):
		value = redactURL(value)
	}
	return shownText(value)
}

// redactURL hides parameters in the query of an address, as those of a Referer.
func redactURL(s string) string {
	base, query, _ := strings.Cut(s, "?")
	query, fragment, hasFragment := strings.Cut(query, "#")
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, _, ok := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); ok && (err != nil || hiddenName(plain)) {
			pairs[i] = name + "=" + hiddenMark
		}
	}
	s = base + "?" + strings.Join(pairs, "&")
	if hasFragment {
		s += "#" + fragment
	}
	return s
}

const (
	maxRedacted = 64 << 10 // bytes of a text that are searched for passwords
	maxShown    = 2000     // bytes of a text that are shown
)

// shownText hides passwords inside of a text, makes it valid UTF-8 and cuts it.
func shownText(s string) string {
	n := len(s)
	s = settings.RedactText(s[:min(n, maxRedacted)])
	cut := n > maxRedacted
	if end := maxShown; len(s) > end {
		for end > maxShown-utf8.UTFMax && !utf8.RuneStart(s[end]) {
			end--
		}
		s, cut = s[:end], true
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	if cut {
		s += "… (" + itoa(n) + " bytes)"
	}
	return s
}
