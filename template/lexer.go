package template

import (
	"slices"
	"strings"
	"unicode"

	"github.com/nuages-web/nuages/text"
)

// A TokenKind says what a token is.
type TokenKind uint8

// The kinds of tokens.
const (
	TokenText    TokenKind = iota
	TokenVar               // {{ … }}
	TokenBlock             // {% … %}
	TokenComment           // {# … #}
)

// A Token is a piece of a template's source.
type Token struct {
	Kind TokenKind
	// Contents is the text, or what stands between the delimiters without the space around it.
	Contents string
	start    int // offsets in the source
	end      int
}

// Bits splits the contents of a tag at spaces outside of quotes and of _("…") (Django's
// split_contents).
func (t Token) Bits() []string {
	var bits []string
	parts := slices.Collect(text.SmartSplit(t.Contents))
	for i := 0; i < len(parts); i++ {
		bit := parts[i]
		if strings.HasPrefix(bit, `_("`) || strings.HasPrefix(bit, `_('`) {
			first := i
			for end := bit[2:3] + ")"; !strings.HasSuffix(parts[i], end) && i+1 < len(parts); {
				i++
			}
			bit = strings.Join(parts[first:i+1], " ")
		}
		bits = append(bits, bit)
	}
	return bits
}

// Name returns the name of a tag, the first word of its contents.
func (t Token) Name() string {
	name, _, _ := cutSpace(t.Contents)
	return name
}

// cutSpace cuts s around its first run of spaces.
func cutSpace(s string) (before, after string, found bool) {
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, "", false
	}
	return s[:i], strings.TrimLeftFunc(s[i:], unicode.IsSpace), true
}

// lexer cuts a source into tokens. A tag ends on the line on which it begins; what doesn't is text
// (Django's tag_re, whose dot matches no newline).
type lexer struct {
	src      string
	pos      int
	tokens   []Token
	verbatim string            // the tag that ends a verbatim block
	closer   map[string]closer // by delimiter
}

// closer is where the next closing delimiter of a kind is, searched from a position.
type closer struct{ from, at int }

func lex(src string) []Token {
	l := &lexer{src: src, closer: map[string]closer{}}
	last := 0
	for {
		start, end := l.nextTag()
		if start < 0 {
			break
		}
		if start > last {
			l.text(last, start)
		}
		l.tag(start, end)
		last, l.pos = end, end
	}
	if last < len(src) {
		l.text(last, len(src))
	}
	return l.tokens
}

// nextTag finds the next tag from the position on.
func (l *lexer) nextTag() (start, end int) {
	for {
		i := strings.IndexByte(l.src[l.pos:], '{')
		if i < 0 || l.pos+i+1 >= len(l.src) {
			return -1, -1
		}
		start := l.pos + i
		closing := ""
		switch l.src[start+1] {
		case '%':
			closing = "%}"
		case '{':
			closing = "}}"
		case '#':
			closing = "#}"
		}
		if closing != "" {
			if end := l.find(closing, start+2); end >= 0 {
				return start, end + 2
			}
		}
		l.pos = start + 1
	}
}

// find returns where a delimiter is next on the line of from, or -1. Places are remembered, so that
// many openings without an end take linear time.
func (l *lexer) find(delimiter string, from int) int {
	newline := l.next("\n", from)
	if at := l.next(delimiter, from); at < newline {
		return at
	}
	return -1
}

// next returns where s is next, or the end of the source.
func (l *lexer) next(s string, from int) int {
	if c, ok := l.closer[s]; ok && c.from <= from && from <= c.at {
		return c.at
	}
	at := len(l.src)
	if i := strings.Index(l.src[from:], s); i >= 0 {
		at = from + i
	}
	l.closer[s] = closer{from, at}
	return at
}

func (l *lexer) text(start, end int) {
	l.tokens = append(l.tokens, Token{TokenText, l.src[start:end], start, end})
}

func (l *lexer) tag(start, end int) {
	content := strings.TrimFunc(l.src[start+2:end-2], unicode.IsSpace)
	kind := map[byte]TokenKind{'%': TokenBlock, '{': TokenVar, '#': TokenComment}[l.src[start+1]]
	if l.verbatim != "" && (kind != TokenBlock || content != l.verbatim) {
		l.text(start, end)
		return
	}
	if kind == TokenBlock {
		if l.verbatim != "" {
			l.verbatim = ""
		} else if content == "verbatim" || strings.HasPrefix(content, "verbatim ") {
			l.verbatim = "end" + content
		}
	}
	l.tokens = append(l.tokens, Token{kind, content, start, end})
}
