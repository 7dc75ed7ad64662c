package text

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

// SmartSplit yields the parts of s between white space, leaving quoted phrases together:
// `words="something else" x` has two. Quotes are single or double, and a backslash keeps a quote
// from ending its phrase; quotes and backslashes stay in the parts (see [UnescapeStringLiteral]).
// A quote that is never closed is a character like others.
func SmartSplit(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		p := splitter{s: s}
		for i := 0; i < len(s); {
			r, size := utf8.DecodeRuneInString(s[i:])
			if isSpace(r) {
				i += size
				continue
			}
			end := p.part(i)
			if !yield(s[i:end]) {
				return
			}
			i = end
		}
	}
}

type splitter struct {
	s string

	// Looking for the end of a phrase that starts before these, and after
	// an earlier one that has none, is in vain: between a quote and its end
	// both searches would read the same. Without this the time would grow
	// with the square of the text.
	openSingle, openDouble int
}

// part returns the end of the part that starts at i: text with phrases in it, or, where no phrase
// is closed, all up to white space.
func (p *splitter) part(i int) int {
	end, closed := p.plain(i), false
	for end < len(p.s) && (p.s[end] == '"' || p.s[end] == '\'') {
		quoted := p.phrase(end)
		if quoted < 0 {
			break
		}
		closed = true
		end = p.plain(quoted)
	}
	if closed {
		return end
	}
	for end < len(p.s) {
		r, size := utf8.DecodeRuneInString(p.s[end:])
		if isSpace(r) {
			break
		}
		end += size
	}
	return end
}

// plain returns the end of what is neither white space nor a quote.
func (p *splitter) plain(i int) int {
	for i < len(p.s) {
		r, size := utf8.DecodeRuneInString(p.s[i:])
		if r == '"' || r == '\'' || isSpace(r) {
			break
		}
		i += size
	}
	return i
}

// phrase returns the end of the phrase whose quote is at i, or -1.
func (p *splitter) phrase(i int) int {
	open, quote := &p.openDouble, p.s[i]
	if quote == '\'' {
		open = &p.openSingle
	}
	if i < *open {
		return -1
	}
	for j := i + 1; j < len(p.s); j++ {
		switch p.s[j] {
		case quote:
			return j + 1
		case '\\':
			// The dot of Python's expression does not match a newline.
			if j++; j < len(p.s) && p.s[j] == '\n' {
				*open = j
				return -1
			}
		}
	}
	*open = len(p.s)
	return -1
}

// ErrStringLiteral is the error of [UnescapeStringLiteral] for a text without quotes around it.
var ErrStringLiteral = errors.New("not a string literal")

// UnescapeStringLiteral returns what stands between the quotes of s, without the backslashes
// before quotes of that kind and before backslashes. The error is [ErrStringLiteral].
func UnescapeStringLiteral(s string) (string, error) {
	if s == "" || s[0] != '"' && s[0] != '\'' || s[len(s)-1] != s[0] {
		return "", fmt.Errorf("read %.100q: %w", s, ErrStringLiteral)
	}
	quote := s[:1]
	if len(s) < 2 {
		return "", nil // what Django makes of a lone quote
	}
	s = strings.ReplaceAll(s[1:len(s)-1], `\`+quote, quote)
	return strings.ReplaceAll(s, `\\`, `\`), nil
}

// ListOptions are the choices of [List]. Nil stands for all defaults.
type ListOptions struct {
	// Comma separates all items but the last. The default is ", ".
	Comma string
}

// List joins items as one says them: "a, b or c" where last is "or". Django's default for last is
// the translation of "or".
func List(items []string, last string, opts *ListOptions) string {
	comma := ", "
	if opts != nil && opts.Comma != "" {
		comma = opts.Comma
	}
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	n := len(items) - 1
	return strings.Join(items[:n], comma) + " " + last + " " + items[n]
}
