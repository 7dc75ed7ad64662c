package markup

import (
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/validators"
)

// UrlizeOptions are the choices of [Urlize] and [UrlizeHTML]. Nil stands for all defaults.
type UrlizeOptions struct {
	// Limit is how many characters of an address are shown, the ellipsis
	// included (the filter urlizetrunc). 0, the default, is no limit; of a
	// negative limit the ellipsis alone is shown.
	Limit int
	// NoFollow gives the links the attribute rel="nofollow", as the filter
	// urlize does: pages of others are not to rise by what visitors write.
	NoFollow bool
	// AssumeHTTPS is the scheme of what begins with no scheme, such as
	// www.example.com: https instead of http (the setting URLIZE_ASSUME_HTTPS).
	AssumeHTTPS bool
}

// Urlize escapes s and makes links of what looks like the address of a page or a mailbox: https://…
// and http://…, www.…, names that end in .com, .edu, .gov, .int, .mil, .net or .org, and
// user@example.com. Punctuation around an address stays outside of the link.
func Urlize(s string, opts *UrlizeOptions) HTML {
	return urlize(s, opts, AppendEscaped)
}

// UrlizeHTML is [Urlize] for text that is HTML already: nothing is escaped but the addresses of
// links. It does not know tags, so text with links in it gets links inside of them.
func UrlizeHTML(h HTML, opts *UrlizeOptions) HTML {
	return urlize(string(h), opts, func(dst []byte, s string) []byte { return append(dst, s...) })
}

// urlizer writes text with links.
type urlizer struct {
	UrlizeOptions
	b    []byte
	text func(dst []byte, s string) []byte // appends what is no address of a link
}

func urlize(s string, opts *UrlizeOptions, text func([]byte, string) []byte) HTML {
	u := urlizer{b: make([]byte, 0, len(s)+len(s)/4), text: text}
	if opts != nil {
		u.UrlizeOptions = *opts
	}
	for s != "" {
		n := strings.IndexFunc(s, isBetweenWords)
		if n < 0 {
			n = len(s)
		}
		u.word(s[:n])
		s = s[n:]
		n = strings.IndexFunc(s, func(r rune) bool { return !isBetweenWords(r) })
		if n < 0 {
			n = len(s)
		}
		u.b = text(u.b, s[:n])
		s = s[n:]
	}
	return HTML(u.b)
}

func isBetweenWords(r rune) bool {
	return r == '<' || r == '>' || r == '"' || r == '\'' || isSpace(r)
}

func (u *urlizer) word(word string) {
	if !strings.ContainsAny(word, ".@:") {
		u.b = u.text(u.b, word)
		return
	}
	lead, middle, trail := trimPunctuation(word)
	url, mail := u.address(middle)
	if url == "" {
		u.b = u.text(u.b, word)
		return
	}
	u.b = u.text(u.b, lead)
	u.b = append(u.b, `<a href="`...)
	u.b = AppendEscaped(u.b, url)
	u.b = append(u.b, '"')
	if u.NoFollow && !mail {
		u.b = append(u.b, ` rel="nofollow"`...)
	}
	u.b = append(u.b, '>')
	u.b = u.text(u.b, u.shown(middle))
	u.b = append(u.b, "</a>"...)
	u.b = u.text(u.b, trail)
}

// shown returns the text of the link to s.
func (u *urlizer) shown(s string) string {
	if u.Limit == 0 || utf8.RuneCountInString(s) <= u.Limit {
		return s
	}
	return firstChars(s, max(u.Limit-1, 0)) + "…"
}

// maxURL is the length in characters of the longest text that is taken for the address of a page.
const maxURL = 2048

// address returns what a link to s goes to, or "", and whether that is a mailbox.
func (u *urlizer) address(s string) (url string, mail bool) {
	if len(s) <= maxURL*utf8.UTFMax && utf8.RuneCountInString(s) <= maxURL {
		if hasScheme(s) {
			return SmartURLQuote(unescape(s)), false
		}
		if looksLikeHost(s) {
			scheme := "http://"
			if u.AssumeHTTPS {
				scheme = "https://"
			}
			return SmartURLQuote(scheme + unescape(s)), false
		}
	}
	i := strings.LastIndexByte(s, '@')
	if i < 0 || strings.Contains(s, ":") || anyMailbox.Validate(s) != nil {
		return "", false
	}
	return "mailto:" + QuoteURL(s[:i], "") + "@" + QuoteURL(s[i+1:], ""), true
}

// anyMailbox accepts no names of hosts without a dot.
var anyMailbox = &validators.EmailValidator{Allowlist: []string{}}

// hasScheme tells whether s begins with http:// or https://, perhaps [, and a letter, a digit or _.
func hasScheme(s string) bool {
	scheme, rest, _ := strings.Cut(s, "://")
	if !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return false
	}
	r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(rest, "["))
	return isWord(r)
}

const topLevels = " com edu gov int mil net org "

// looksLikeHost tells whether s, up to a slash, is a name of a host that begins with www., or that
// ends with one of the seven old top-level domains.
func looksLikeHost(s string) bool {
	if len(s) >= 4 && strings.EqualFold(s[:4], "www.") {
		return true
	}
	host, _, _ := strings.Cut(s, "/")
	dot := strings.LastIndexByte(host, '.')
	if dot < 0 || !strings.Contains(topLevels, " "+strings.ToLower(host[dot+1:])+" ") {
		return false
	}
	if len(s) >= 4 && strings.EqualFold(s[:4], "http") {
		return false
	}
	for label := range strings.SplitSeq(host[:dot], ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

// isLabel tells whether s may stand between the dots of a host's name.
func isLabel(s string) bool {
	if n := utf8.RuneCountInString(s); n == 0 || n > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, r := range s {
		ascii := r < utf8.RuneSelf && (isLetter(byte(r)) || isDigit(byte(r)) || r == '-')
		if !ascii && (r < 0xa1 || r > 0xffff) {
			return false
		}
	}
	return true
}
