package markup

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrTags is the error of [StripTags] for text that is made to cost time: Django's
// SuspiciousOperation, an answer with status 400.
var ErrTags = errors.New("too many tags that are nested or never end")

// maxStripDepth is how often tags may appear out of what is left when others are removed.
const maxStripDepth = 50

// StripTags removes tags, comments and declarations from html. References to characters stay as
// they are, and so does what is not quite a tag: the result is not safe to be put into a page
// without being escaped. The content of script and style elements stays, too. The error is
// [ErrTags].
func StripTags(html string) (string, error) {
	if hasLongTag(html) {
		return "", ErrTags
	}
	wasted := 0
	for depth := 0; strings.Contains(html, "<") && strings.Contains(html, ">"); depth++ {
		if depth == maxStripDepth {
			return "", ErrTags
		}
		stripped, ok := stripOnce(html, &wasted)
		if !ok {
			return "", ErrTags
		}
		if strings.Count(stripped, "<") == strings.Count(html, "<") {
			break
		}
		html = stripped
	}
	return html, nil
}

// hasLongTag tells whether html has a tag that does not end for a thousand characters, and in
// which many others begin.
func hasLongTag(html string) bool {
	for part := range strings.SplitSeq(html, ">") {
		for i := range len(part) {
			if part[i] != '<' || i+1 == len(part) || !isLetter(part[i+1]) {
				continue
			}
			long := part[i+2:]
			if strings.Count(long, "<")+1 >= maxStripDepth && utf8.RuneCountInString(long) >= 1000 {
				return true
			}
			break // what begins later is shorter
		}
	}
	return false
}

// stripOnce removes the tags that a scanner finds. It counts on in wasted, and gives up where that
// becomes too much.
func stripOnce(html string, wasted *int) (string, bool) {
	s := &stripper{b: make([]byte, 0, len(html))}
	p := newScanner(html, s)
	p.wasted = *wasted
	ok := p.scan(false) && p.scan(true)
	*wasted = p.wasted
	return string(s.b), ok
}

type stripper struct{ b []byte }

func (s *stripper) text(data string) bool {
	s.b = append(s.b, data...)
	return true
}

func (s *stripper) reference(ref string) bool { return s.text(ref) }

func (s *stripper) start(name, raw string) bool { return true }

func (s *stripper) startEnd(name, raw string) bool { return true }

func (s *stripper) end(name string) bool { return true }
