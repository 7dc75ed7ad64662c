// Package sqltoken cuts SQL into tokens, as far as reading definitions needs it:
// names, texts, words and signs, without spaces and comments.
//
//	for _, t := range sqltoken.Split(`CHECK ("a b" > 0)`) {
//		fmt.Println(t.Name())
//	}
package sqltoken

import "strings"

// Kind is what a token is.
type Kind uint8

// Kinds of tokens.
const (
	Word   Kind = iota // a keyword or a name, or a number
	Quoted             // a name in "", `` or []
	Text               // in apostrophes
	Other              // one character
)

// Token is a piece of SQL, from one place of the text to another.
type Token struct {
	Kind       Kind
	Text       string
	Start, End int
}

// Split cuts SQL into tokens, without spaces and comments. A quotation that does
// not end ends with the text.
func Split(sql string) []Token { return split(sql, false) }

// SplitMySQL is [Split] for texts in which a backslash escapes, as in those that
// MySQL and MariaDB write.
func SplitMySQL(sql string) []Token { return split(sql, true) }

func split(sql string, backslash bool) []Token {
	var list []Token
	for i := 0; i < len(sql); {
		n, kind := tokenLen(sql[i:])
		if backslash && kind == int(Text) {
			n = escapedLen(sql[i:])
		}
		if kind >= 0 {
			list = append(list, Token{Kind(kind), sql[i : i+n], i, i + n})
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
		return quotedLen(s, c), int(Quoted)
	case c == '[':
		if end := strings.IndexByte(s, ']'); end >= 0 {
			return end + 1, int(Quoted)
		}
		return len(s), int(Quoted)
	case c == '\'':
		return quotedLen(s, c), int(Text)
	case isWord(c):
		for n = 1; n < len(s) && isWord(s[n]); n++ {
		}
		return n, int(Word)
	}
	return 1, int(Other)
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

// escapedLen returns the length of a text in apostrophes with backslashes.
func escapedLen(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] != '\'':
		case i+1 < len(s) && s[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	return len(s)
}

// Name returns the name or text that the token writes.
func (t Token) Name() string {
	switch {
	case t.Kind != Quoted && t.Kind != Text:
		return t.Text
	case len(t.Text) < 2:
		return ""
	case t.Text[0] == '[':
		return t.Text[1 : len(t.Text)-1]
	}
	mark := t.Text[:1]
	return strings.ReplaceAll(t.Text[1:len(t.Text)-1], mark+mark, mark)
}

// Is tells whether the token is one of some keywords or signs, which are given in
// upper case.
func (t Token) Is(words ...string) bool {
	if t.Kind != Word && t.Kind != Other {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(t.Text, w) {
			return true
		}
	}
	return false
}
