package introspection

import "strings"

// tokenKind is what a token of SQL is.
type tokenKind uint8

const (
	wordToken   tokenKind = iota // a keyword or a name, or a number
	quotedToken                  // a name in "", `` or []
	stringToken
	otherToken // one character
)

// token is a piece of SQL, from one place of the text to another.
type token struct {
	kind       tokenKind
	text       string
	start, end int
}

// tokens cuts SQL into tokens, without spaces and comments. A quotation that does
// not end ends with the text.
func tokens(sql string) []token {
	var list []token
	for i := 0; i < len(sql); {
		n, kind := tokenLen(sql[i:])
		if kind >= 0 {
			list = append(list, token{tokenKind(kind), sql[i : i+n], i, i + n})
		}
		i += n
	}
	return list
}

// tokenLen returns the length and kind of the token that the text begins with; kind is
// -1 for spaces and comments.
func tokenLen(s string) (n, kind int) {
	switch c := s[0]; {
	case c == ' ' || c >= '\t' && c <= '\r':
		return 1, -1
	case strings.HasPrefix(s, "--"):
		if end := strings.IndexByte(s, '\n'); end >= 0 {
			return end + 1, -1
		}
		return len(s), -1
	case strings.HasPrefix(s, "/*"):
		if end := strings.Index(s[2:], "*/"); end >= 0 {
			return end + 4, -1
		}
		return len(s), -1
	case c == '"' || c == '`':
		return quotedLen(s, c), int(quotedToken)
	case c == '[':
		if end := strings.IndexByte(s, ']'); end >= 0 {
			return end + 1, int(quotedToken)
		}
		return len(s), int(quotedToken)
	case c == '\'':
		return quotedLen(s, c), int(stringToken)
	case isWord(c):
		for n = 1; n < len(s) && isWord(s[n]); n++ {
		}
		return n, int(wordToken)
	}
	return 1, int(otherToken)
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// quotedLen returns the length of a text in quotation marks, which stand twice for
// themselves.
func quotedLen(s string, mark byte) int {
	for i := 1; i < len(s); i++ {
		if s[i] != mark {
			continue
		}
		if i+1 < len(s) && s[i+1] == mark {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

// name returns the name or text that the token writes.
func (t token) name() string {
	switch {
	case t.kind != quotedToken && t.kind != stringToken:
		return t.text
	case len(t.text) < 2:
		return ""
	case t.text[0] == '[':
		return t.text[1 : len(t.text)-1]
	}
	mark := t.text[:1]
	return strings.ReplaceAll(t.text[1:len(t.text)-1], mark+mark, mark)
}

// is tells whether the token is one of some keywords or signs, which are given in
// upper case.
func (t token) is(words ...string) bool {
	if t.kind != wordToken && t.kind != otherToken {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(t.text, w) {
			return true
		}
	}
	return false
}
