package markup

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// reserved are the delimiters of URLs, which stay when a part is quoted.
const reserved = ":/?#[]@!$&'()*+,;="

func requote(s string) string { return QuoteURL(unquote(s), reserved) }

// SmartURLQuote percent-encodes what a URL may not hold as it is. What is encoded already stays.
// Names of hosts are encoded, too, so browsers see to international ones. Tabs and ends of lines
// are removed, as browsers do.
func SmartURLQuote(url string) string {
	u, ok := splitURL(url)
	if !ok {
		return requote(url)
	}
	u.host = requote(u.host)
	u.path = requote(u.path)
	u.fragment = requote(u.fragment)
	u.query = requoteQuery(u.query)
	return u.String()
}

// requoteQuery quotes names and values apart, so that a separator that was encoded stays so.
func requoteQuery(query string) string {
	var b strings.Builder
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		name, value, _ := strings.Cut(pair, "=")
		writeQueryPart(&b, name)
		b.WriteByte('=')
		writeQueryPart(&b, value)
	}
	return b.String()
}

// writeQueryPart decodes s twice, as Django does: once to read the query, once to see what is
// quoted already.
func writeQueryPart(b *strings.Builder, s string) {
	s = unquote(unquote(strings.ReplaceAll(s, "+", " ")))
	b.WriteString(strings.ReplaceAll(QuoteURL(s, " "), " ", "+"))
}

var (
	withoutBreaks     = strings.NewReplacer("\t", "", "\r", "", "\n", "")
	withoutDelimiters = strings.NewReplacer("@", "", ":", "", "#", "", "?", "")
)

// urlParts is what Python's urlsplit makes of a URL.
type urlParts struct{ scheme, host, path, query, fragment string }

// splitURL tells in ok whether Python takes url for one.
func splitURL(url string) (u urlParts, ok bool) {
	url = strings.TrimLeftFunc(url, func(r rune) bool { return r <= ' ' })
	url = withoutBreaks.Replace(url)
	if scheme, rest, found := strings.Cut(url, ":"); found && isScheme(scheme) {
		u.scheme, url = strings.ToLower(scheme), rest
	}
	if rest, found := strings.CutPrefix(url, "//"); found {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		u.host, url = rest[:end], rest[end:]
		if !isHostPart(u.host) {
			return u, false
		}
	}
	url, u.fragment, _ = strings.Cut(url, "#")
	u.path, u.query, _ = strings.Cut(url, "?")
	return u, true
}

func isScheme(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && (i == 0 || !isDigit(c) && strings.IndexByte("+-.", c) < 0) {
			return false
		}
	}
	return s != ""
}

var futureAddress = regexp.MustCompile(`^v[a-fA-F0-9]+\..+$`)

// isHostPart refuses brackets around anything but an address of IPv6 or later, and characters that
// become delimiters when a program normalizes the host.
func isHostPart(host string) bool {
	_, inside, open := strings.Cut(host, "[")
	if open != strings.Contains(host, "]") {
		return false
	}
	if open {
		inside, _, _ = strings.Cut(inside, "]")
		addr, err := netip.ParseAddr(inside)
		if (err != nil || addr.Is4()) && !futureAddress.MatchString(inside) {
			return false
		}
	}
	if !strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return true
	}
	plain := withoutDelimiters.Replace(host)
	normal := norm.NFKC.String(plain)
	return normal == plain || !strings.ContainsAny(normal, "/?#@:")
}

// schemesWithHost write // also where there is no host.
const schemesWithHost = " ftp http gopher nntp telnet imap wais file mms https shttp snews prospero" +
	" rtsp rtsps rtspu rsync svn svn+ssh sftp nfs git git+ssh ws wss itms-services "

// String puts the parts together as Python's urlunsplit does.
func (u urlParts) String() string {
	s := u.path
	switch {
	case u.host != "":
		if s != "" && s[0] != '/' {
			s = "/" + s
		}
		s = "//" + u.host + s
	case strings.HasPrefix(s, "//"),
		u.scheme != "" && strings.Contains(schemesWithHost, " "+u.scheme+" ") && (s == "" || s[0] == '/'):
		s = "//" + s
	}
	if u.scheme != "" {
		s = u.scheme + ":" + s
	}
	if u.query != "" {
		s += "?" + u.query
	}
	if u.fragment != "" {
		s += "#" + u.fragment
	}
	return s
}
