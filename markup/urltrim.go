package markup

import (
	"strings"
	"unicode/utf8"
)

const trailingPunctuation = ".,:;!"

// trimPunctuation splits a word in what stands before an address, the address, and what stands
// after it: opening brackets, and punctuation and closing brackets that have no opening one in it.
func trimPunctuation(word string) (lead, middle, trail string) {
	middle = strings.TrimLeft(word, "([")
	lead = word[:len(word)-len(middle)]
	end := word[len(lead):]
	round := strings.Count(middle, ")") - strings.Count(middle, "(")
	square := strings.Count(middle, "]") - strings.Count(middle, "[")
	for before := ""; before != middle && middle != ""; {
		before = middle
		// Each kind at most once, and then as many characters as there are
		// brackets too many, whatever they are: so does Django.
		if round > 0 && strings.HasSuffix(middle, ")") {
			middle, round = cutLastChars(middle, round), 0
		}
		if square > 0 && strings.HasSuffix(middle, "]") {
			middle, square = cutLastChars(middle, square), 0
		}
		middle = trimTrailing(middle)
	}
	return lead, middle, end[len(middle):]
}

// trimTrailing removes punctuation from the end of s, but for the semicolon of a reference to a
// character.
func trimTrailing(s string) string {
	amp := strings.LastIndexByte(s, '&')
	if amp < 0 {
		return strings.TrimRight(s, trailingPunctuation)
	}
	s = strings.TrimRight(s, ".,:!")
	if !strings.HasSuffix(s, ";") {
		return s
	}
	// The & is still there: no punctuation.
	if character := unescape(s[amp:]); character != s[amp:] && !strings.HasSuffix(character, ";") {
		return s
	}
	rest := strings.TrimRight(s, trailingPunctuation)
	if strings.HasSuffix(s, ";;") {
		// The first semicolon may belong to a reference.
		return s[:len(rest)+strings.IndexByte(s[len(rest):], ';')+1]
	}
	return rest
}

// cutLastChars returns s without its last n characters.
func cutLastChars(s string, n int) string {
	for ; n > 0 && s != ""; n-- {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
