package text

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// DefaultEnding is what becomes of a text that was cut, unless options say otherwise: it gets an
// ellipsis.
const DefaultEnding = "%(truncated_text)s…"

// keptText stands for what is kept in an ending, as in Django, whose translators may want the
// mark of the cut before the text.
const keptText = "%(truncated_text)s"

// TruncateOptions are the choices of [TruncateChars] and [TruncateWords]. Nil stands for all
// defaults.
type TruncateOptions struct {
	// Ending is put at the end of a text that was cut, unless the text ends
	// with it. Where it holds "%(truncated_text)s", it is a pattern in which
	// that stands for the text that is kept, and which is always used; so that
	// alone adds nothing. The default is [DefaultEnding].
	Ending string
}

func (o *TruncateOptions) ending() string {
	if o == nil || o.Ending == "" {
		return DefaultEnding
	}
	return o.Ending
}

// End returns kept with the ending that the options ask for.
func (o *TruncateOptions) End(kept string) string {
	ending := o.ending()
	if strings.Contains(ending, keptText) {
		return fillEnding(ending, kept)
	}
	if strings.HasSuffix(kept, ending) {
		return kept
	}
	return kept + ending
}

// fillEnding is Python's operator % for the one name that there is.
func fillEnding(pattern, kept string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(pattern, '%')
		if i < 0 {
			b.WriteString(pattern)
			return b.String()
		}
		b.WriteString(pattern[:i])
		pattern = pattern[i:]
		switch {
		case strings.HasPrefix(pattern, keptText):
			b.WriteString(kept)
			pattern = pattern[len(keptText):]
		case strings.HasPrefix(pattern, "%%"):
			b.WriteByte('%')
			pattern = pattern[2:]
		default:
			b.WriteByte('%')
			pattern = pattern[1:]
		}
	}
}

// Room returns how many of n characters are left for the text when the ending has its own. Marks
// that combine with the character before them are not counted.
func (o *TruncateOptions) Room(n int) int {
	for _, r := range o.End("") {
		if n <= 0 {
			return 0
		}
		if !isCombining(r) {
			n--
		}
	}
	return n
}

// isCombining tells whether r joins the character before it (its combining class is not zero).
func isCombining(r rune) bool {
	if r < 0x300 {
		return false
	}
	var b [utf8.UTFMax]byte
	n := utf8.EncodeRune(b[:], r)
	return norm.NFD.Properties(b[:n]).CCC() != 0
}

// TruncateChars cuts s to at most n characters, the ending included. Marks that combine with the
// character before them are not counted. The result is in Unicode's normal form NFC, whether it
// was cut or not; it is empty if n is not positive.
func TruncateChars(s string, n int, opts *TruncateOptions) string {
	if n <= 0 {
		return ""
	}
	s = norm.NFC.String(s)
	if len(s) <= n {
		return s
	}
	room := opts.Room(n)
	count, cut := 0, -1
	for i, r := range s {
		if isCombining(r) {
			continue
		}
		count++
		if cut < 0 && count > room {
			cut = i
		}
		if count > n {
			return opts.End(s[:cut])
		}
	}
	return s
}

// TruncateWords cuts s after n words. Every run of white space becomes one space, whether the
// text was cut or not; the result is empty if n is not positive.
func TruncateWords(s string, n int, opts *TruncateOptions) string {
	if n <= 0 {
		return ""
	}
	var b strings.Builder
	words := 0
	for word := range strings.FieldsFuncSeq(s, isSpace) {
		if words == n {
			return opts.End(b.String())
		}
		if words > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
		words++
	}
	return b.String()
}
