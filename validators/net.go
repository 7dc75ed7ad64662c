package validators

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxIPv6 is how many characters an address of IPv6 may have.
const maxIPv6 = 39

// IPv4 accepts addresses of IPv4, without leading zeros.
func IPv4(s string) error {
	if !isIPv4(s) {
		return invalid("Enter a valid IPv4 address.", s)
	}
	return nil
}

func isIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

// IPv6 accepts addresses of IPv6, also with a zone.
func IPv6(s string) error {
	if !isIPv6(s) {
		return invalid("Enter a valid IPv6 address.", s)
	}
	return nil
}

func isIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && len(s) <= maxIPv6
}

// IPv46 accepts addresses of IPv4 and IPv6.
func IPv46(s string) error {
	if !isIPv4(s) && !isIPv6(s) {
		return invalid("Enter a valid IPv4 or IPv6 address.", s)
	}
	return nil
}

// DomainName accepts names of hosts with at least two labels, also with letters of
// other scripts (Django 5.1's DomainNameValidator).
func DomainName(s string) error { return domainName(s, true) }

// ASCIIDomainName is [DomainName] without letters of other scripts.
func ASCIIDomainName(s string) error { return domainName(s, false) }

func domainName(s string, international bool) error {
	if len(s) > 255 || !international && !isASCII(s) || !isHost(s, international) {
		return invalid("Enter a valid domain name.", s)
	}
	return nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// isHost tells whether s is labels with dots between them, of which the last is a
// top-level domain; a dot may follow.
func isHost(s string, international bool) bool {
	s = strings.TrimSuffix(s, ".")
	labels := strings.Split(s, ".")
	if len(labels) < 2 {
		return false
	}
	for i, label := range labels {
		if !isLabel(label, international) || i == len(labels)-1 && !isTopLevel(label, international) {
			return false
		}
	}
	return true
}

func isLabel(s string, international bool) bool {
	if n := utf8.RuneCountInString(s); n == 0 || n > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		if r < utf8.RuneSelf {
			return r != '-' && !isLetter(byte(r)) && !isDigit(byte(r))
		}
		return !international || !isInternational(r)
	})
}

// isInternational is Django's range of letters of other scripts.
func isInternational(r rune) bool { return r >= 0xa1 && r <= 0xffff }

// isTopLevel: two letters or more, or Punycode.
func isTopLevel(s string, international bool) bool {
	if len(s) > 4 && strings.EqualFold(s[:4], "xn--") {
		return len(s) <= 63 && isASCII(s)
	}
	return utf8.RuneCountInString(s) >= 2 && !strings.ContainsFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
}

// EmailValidator accepts addresses of e-mail. The zero value is what [Email] uses.
type EmailValidator struct {
	// Allowlist are domains that are accepted though they are none; default
	// localhost.
	Allowlist []string
	// Message and Code of the error; default "Enter a valid email address." and
	// "invalid".
	Message, Code string
}

// Email accepts addresses of e-mail, as Django's EmailValidator: it is stricter than
// RFC 5322, and lets through most of what is delivered.
func Email(s string) error { return (&EmailValidator{}).Validate(s) }

// maxEmail is the length of an address by RFC 3696, section 3.
const maxEmail = 320

// Validate tells whether s is accepted.
func (v *EmailValidator) Validate(s string) error {
	i := strings.LastIndexByte(s, '@')
	if i >= 0 && utf8.RuneCountInString(s) <= maxEmail && isMailbox(s[:i]) && v.domain(s[i+1:]) {
		return nil
	}
	return &Error{Code: cmp.Or(v.Code, "invalid"), Message: cmp.Or(v.Message, "Enter a valid email address."), Params: map[string]any{"value": s}}
}

func (v *EmailValidator) domain(s string) bool {
	allowed := v.Allowlist
	if allowed == nil {
		allowed = []string{"localhost"}
	}
	if slices.Contains(allowed, s) || isMailDomain(s) {
		return true
	}
	if isASCII(s) {
		return false
	}
	ascii, err := idna.ToASCII(s)
	return err == nil && isMailDomain(ascii)
}

// isMailDomain: labels of ASCII, or an address in brackets.
func isMailDomain(s string) bool {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return !strings.Contains(s, "%") && IPv46(s[1:len(s)-1]) == nil
	}
	labels := strings.Split(s, ".")
	last := labels[len(labels)-1]
	if len(labels) < 2 || len(last) < 2 || len(last) > 63 || strings.HasSuffix(last, "-") {
		return false
	}
	for _, label := range labels[:len(labels)-1] {
		if !isLabel(label, false) {
			return false
		}
	}
	return isLabel(strings.TrimLeft(last, "-"), false)
}

// isMailbox is the part before the @: words with dots between them, or a text in
// quotation marks.
func isMailbox(s string) bool {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return isQuoted(s[1 : len(s)-1])
	}
	for word := range strings.SplitSeq(s, ".") {
		if word == "" {
			return false
		}
		for i := range len(word) {
			if !isLetter(word[i]) && !isDigit(word[i]) && strings.IndexByte("-!#$%&'*+/=?^_`{}|~", word[i]) < 0 {
				return false
			}
		}
	}
	return true
}

func isQuoted(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' {
			i++
			if i == len(s) || s[i] == 0 || s[i] == '\n' || s[i] == '\r' || s[i] > 0x7f {
				return false
			}
			continue
		}
		if c == 0 || c == '\t' || c == '\n' || c == '\r' || c == ' ' || c == '"' || c > 0x7f {
			return false
		}
	}
	return true
}

// URLValidator accepts URLs. The zero value is what [URL] uses.
type URLValidator struct {
	// Schemes in lower case; default http, https, ftp, ftps.
	Schemes []string
	// Message and Code of the error; default "Enter a valid URL." and "invalid".
	Message, Code string
}

// URL accepts addresses with a scheme and a host, as Django's URLValidator.
func URL(s string) error { return (&URLValidator{}).Validate(s) }

// Limits of characters: of a URL, and of the name of a host (RFC 1034, 3.1).
const (
	maxURL  = 2048
	maxHost = 253
)

// Validate tells whether s is accepted.
func (v *URLValidator) Validate(s string) error {
	schemes := v.Schemes
	if schemes == nil {
		schemes = []string{"http", "https", "ftp", "ftps"}
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if ok && utf8.RuneCountInString(s) <= maxURL && slices.Contains(schemes, strings.ToLower(scheme)) && isAuthorityAndPath(rest) {
		return nil
	}
	return &Error{Code: cmp.Or(v.Code, "invalid"), Message: cmp.Or(v.Message, "Enter a valid URL."), Params: map[string]any{"value": s}}
}

// lookalikes become one of / ? # @ : when a program normalizes the host (NFKC), so
// that it would go to another one; Python's urlsplit refuses them.
const lookalikes = "\u2047\u2048\u2049\u2100\u2101\u2105\u2106\u2a74\ufe13\ufe16\ufe55\ufe56\ufe5f\ufe6b\uff03\uff0f\uff1a\uff1f\uff20"

func isAuthorityAndPath(s string) bool {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	authority := s
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		authority = s[:i]
	}
	if strings.ContainsAny(authority, lookalikes) {
		return false
	}
	user, host, ok := cutLast(authority, "@")
	if !ok {
		host = authority
	} else if name, password, _ := strings.Cut(user, ":"); name == "" || strings.ContainsAny(password, ":@") || strings.Contains(name, "@") {
		return false
	}
	host, ok = cutPort(host)
	return ok && utf8.RuneCountInString(host) <= maxHost && isURLHost(host)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+len(sep):], true
}

// cutPort takes a port of one to five digits away.
func cutPort(s string) (host string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.HasSuffix(s, "]") {
		return s, true
	}
	port := s[i+1:]
	return s[:i], len(port) <= 5 && isInteger(port, false)
}

func isURLHost(s string) bool {
	if strings.HasPrefix(s, "[") {
		return strings.HasSuffix(s, "]") && !strings.Contains(s, "%") && isIPv6(s[1:len(s)-1])
	}
	if isIPv4(s) || strings.EqualFold(s, "localhost") || isHost(s, true) {
		return true
	}
	if isASCII(s) {
		return false
	}
	ascii, err := idna.ToASCII(s)
	return err == nil && isHost(ascii, true)
}
