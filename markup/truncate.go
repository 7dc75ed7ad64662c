package markup

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/nuages-web/nuages/text"
)

// voidElements have no end tags; the last two are of old.
var voidElements = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true,
	"link": true, "meta": true, "param": true, "source": true, "track": true, "wbr": true,
	"frame": true, "spacer": true,
}

// TruncateChars cuts h to at most n characters of text, the ending included, and closes the
// elements that are open at the cut. Tags do not count, comments are left out. Text is written
// with characters in place of their references, but for the five that [Escape] knows, and in
// Unicode's normal form NFC, whether it was cut or not. The result is empty if n is not positive.
//
// As in Django, text at the very end of h that may be a reference without its semicolon, such as
// "AT&T", is lost with the text since the last tag.
func TruncateChars(h HTML, n int, opts *text.TruncateOptions) HTML {
	if n <= 0 {
		return ""
	}
	s := norm.NFC.String(string(h))
	t := truncator{opts: opts, length: n, remaining: opts.Room(n), total: utf8.RuneCountInString(s)}
	return t.truncate(s)
}

// TruncateWords cuts h after n words of text and closes the elements that are open at the cut. It
// treats h as [TruncateChars] does, but for the normal form. White space between words becomes one
// space; text between two tags is a word, too, when it is white space only.
func TruncateWords(h HTML, n int, opts *text.TruncateOptions) HTML {
	if n <= 0 {
		return ""
	}
	t := truncator{opts: opts, remaining: n, words: true}
	return t.truncate(string(h))
}

// truncator writes HTML until there is enough text.
type truncator struct {
	opts      *text.TruncateOptions
	b         []byte
	open      []string
	words     bool // count words, not characters
	remaining int  // characters or words

	// For characters only: what was asked for, what was read and written so
	// far, and how long the whole is.
	length, read, written, total int
}

func (t *truncator) truncate(s string) HTML {
	p := newScanner(s, t)
	p.convert = true
	if !p.scan(false) {
		for i := len(t.open) - 1; i >= 0; i-- {
			t.write("</" + t.open[i] + ">")
		}
	}
	return HTML(t.b)
}

func (t *truncator) write(s string) {
	t.b = append(t.b, s...)
	if !t.words {
		t.written += utf8.RuneCountInString(s)
	}
}

func (t *truncator) text(data string) bool {
	var kept string
	var n int
	if t.words {
		kept, n = firstWords(data, t.remaining)
	} else {
		n = utf8.RuneCountInString(data)
		t.read += n
		if t.read == t.length && t.written+n == t.total {
			// It ends exactly here, and needs no ending. Django does not
			// escape it then.
			t.write(data)
			return false
		}
		kept = firstChars(data, t.remaining)
	}
	kept = string(Escape(kept))
	if t.remaining < n {
		t.remaining = 0
		t.write(t.opts.End(kept))
		return false
	}
	t.remaining -= n
	t.write(kept)
	return true
}

// firstWords returns the first words of s with one space between them, and how many there are in
// all. White space at the ends belongs to the words there.
func firstWords(s string, limit int) (kept string, n int) {
	var b strings.Builder
	for start := 0; ; n++ {
		end, next := wordEnd(s, start)
		if n < limit {
			if n > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(s[start:end])
		}
		if next == len(s) {
			return b.String(), n + 1
		}
		start = next
	}
}

// wordEnd returns the end of the word that begins at i, and the start of the next, both len(s) if
// it is the last.
func wordEnd(s string, i int) (end, next int) {
	i = skipSpace(s, i)
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isSpace(r) {
			i += size
			continue
		}
		if next = skipSpace(s, i); next < len(s) {
			return i, next
		}
		break
	}
	return len(s), len(s)
}

func (t *truncator) start(name, raw string) bool {
	t.write(raw)
	if !voidElements[name] {
		t.open = append(t.open, name)
	}
	return true
}

func (t *truncator) startEnd(name, raw string) bool {
	t.start(name, raw)
	return t.end(name)
}

func (t *truncator) end(name string) bool {
	if voidElements[name] {
		return true
	}
	t.write("</" + name + ">")
	// An end tag that fits none closes none: to look for it would take time.
	if n := len(t.open); n > 0 && t.open[n-1] == name {
		t.open = t.open[:n-1]
	}
	return true
}

// reference is never called: references are converted.
func (t *truncator) reference(ref string) bool { return t.text(ref) }
