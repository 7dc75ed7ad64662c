package orm

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// pythonJSON writes a document as Python's json.dumps does, and so Django: a space
// behind commas and colons, and ASCII alone. SQLite and MariaDB store and compare the
// text, so what is written otherwise is not found by the other side. What is no JSON
// stays as it is, for the database to refuse.
func pythonJSON(doc []byte) []byte { return rewriteJSON(doc, true) }

// plainJSON is [pythonJSON] with letters as they are, which others may have written.
func plainJSON(doc []byte) []byte { return rewriteJSON(doc, false) }

func rewriteJSON(doc []byte, ascii bool) []byte {
	if !json.Valid(doc) {
		return doc
	}
	out := make([]byte, 0, len(doc)+len(doc)/8+2)
	for i := 0; i < len(doc); {
		switch b := doc[i]; b {
		case ' ', '\t', '\n', '\r':
			i++
		case ',', ':':
			out = append(out, b, ' ')
			i++
		case '"':
			out, i = appendJSONText(append(out, '"'), doc, i+1, ascii)
		default:
			out = append(out, b)
			i++
		}
	}
	return out
}

// appendJSONText appends the text that begins at i, with the quotation mark that ends
// it, and returns where it ended.
func appendJSONText(out, doc []byte, i int, ascii bool) ([]byte, int) {
	for doc[i] != '"' {
		r, size := utf8.DecodeRune(doc[i:])
		if r == '\\' {
			r, size = jsonEscape(doc[i:])
		}
		i += size
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < ' ':
			out = appendControl(out, byte(r))
		case r < utf8.RuneSelf && r != 0x7f:
			out = append(out, byte(r))
		case ascii || 0xd800 <= r && r < 0xe000:
			out = appendEscaped(out, r)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"'), i + 1
}

// jsonEscape returns what an escape stands for, and its length. The half of a pair that
// has no other half is returned as it is: JSON allows it.
func jsonEscape(s []byte) (rune, int) {
	switch s[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		n, _ := strconv.ParseUint(string(s[2:6]), 16, 16)
		r := rune(n)
		if 0xd800 <= r && r < 0xdc00 && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
			low, _ := strconv.ParseUint(string(s[8:12]), 16, 16)
			if 0xdc00 <= low && low < 0xe000 {
				return (r-0xd800)<<10 + (rune(low) - 0xdc00) + 0x10000, 12
			}
		}
		return r, 6
	}
	return rune(s[1]), 2 // a quotation mark, or a stroke
}

func appendControl(out []byte, b byte) []byte {
	switch b {
	case '\b':
		return append(out, '\\', 'b')
	case '\f':
		return append(out, '\\', 'f')
	case '\n':
		return append(out, '\\', 'n')
	case '\r':
		return append(out, '\\', 'r')
	case '\t':
		return append(out, '\\', 't')
	}
	return appendEscaped(out, rune(b))
}

// appendEscaped appends a letter as one escape of four digits, or two.
func appendEscaped(out []byte, r rune) []byte {
	if r >= 0x10000 {
		r -= 0x10000
		return appendEscaped(appendEscaped(out, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	const digits = "0123456789abcdef"
	return append(out, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
