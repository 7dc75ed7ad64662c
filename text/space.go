package text

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isSpace is Python's str.isspace for one character: Unicode's white space and the four
// separators of ASCII.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// isWord is \w of Python's regular expressions.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '_' || isASCIILetter(byte(r)) || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// Fields splits s around runs of white space, as Python's str.split does without arguments. White
// space at the ends makes no fields.
func Fields(s string) []string { return strings.FieldsFunc(s, isSpace) }

// TrimSpace removes white space at both ends, as Python's str.strip does.
func TrimSpace(s string) string { return strings.TrimFunc(s, isSpace) }

// NormalizeNewlines makes "\n" of "\r\n" and "\r".
func NormalizeNewlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// splitLines is Python's str.splitlines: it knows ten ends of lines, and a text that ends with
// one has no empty line after it.
func splitLines(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start := 0
		for i := 0; i < len(s); {
			r, size := utf8.DecodeRuneInString(s[i:])
			if !isLineEnd(r) {
				i += size
				continue
			}
			if !yield(s[start:i]) {
				return
			}
			i += size
			if r == '\r' && i < len(s) && s[i] == '\n' {
				i++
			}
			start = i
		}
		if start < len(s) {
			yield(s[start:])
		}
	}
}

func isLineEnd(r rune) bool {
	return r >= '\n' && r <= '\r' || r >= 0x1c && r <= 0x1e || r == 0x85 || r == 0x2028 || r == 0x2029
}
