package markup

import (
	"strings"

	"github.com/nuages-web/nuages/text"
)

// LineBreaks makes paragraphs of h: <p> around what empty lines separate, <br> for the other ends
// of lines (the filter linebreaks). Text that is not HTML yet goes through [Escape] first.
func LineBreaks(h HTML) HTML {
	s := text.NormalizeNewlines(string(h))
	var b strings.Builder
	b.Grow(len(s) + len(s)/16 + len("<p></p>"))
	b.WriteString("<p>")
	for s != "" {
		i := strings.IndexByte(s, '\n')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		rest := strings.TrimLeft(s[i:], "\n")
		if len(s)-i-len(rest) > 1 {
			b.WriteString("</p>\n\n<p>")
		} else {
			b.WriteString("<br>")
		}
		s = rest
	}
	b.WriteString(s)
	b.WriteString("</p>")
	return HTML(b.String())
}

// LineBreaksBR makes <br> of the ends of lines in h (the filter linebreaksbr). Text that is not
// HTML yet goes through [Escape] first.
func LineBreaksBR(h HTML) HTML {
	return HTML(strings.ReplaceAll(text.NormalizeNewlines(string(h)), "\n", "<br>"))
}

// StripSpacesBetweenTags removes white space that has a > before it and a < after it, as the tag
// spaceless of templates does. White space inside of text stays.
func StripSpacesBetweenTags(h HTML) HTML {
	s := string(h)
	var b strings.Builder
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '>' {
			continue
		}
		end := skipSpace(s, i+1)
		if end > i+1 && end < len(s) && s[end] == '<' {
			b.WriteString(s[start : i+1])
			start = end
		}
		i = end - 1
	}
	if start == 0 {
		return h
	}
	b.WriteString(s[start:])
	return HTML(b.String())
}

// AvoidWrapping makes no-break spaces of the spaces of s, so that it stays on one line.
func AvoidWrapping(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }
