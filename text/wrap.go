package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Wrap breaks lines longer than width characters at spaces. A word longer than width stays whole.
// Breaks that s has stay, as "\n"; tabs become spaces, up to the next multiple of eight. A width
// below 1 counts as 1.
func Wrap(s string, width int) string {
	width = max(width, 1)
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	first := true
	for line := range splitLines(s) {
		if !first {
			b.WriteByte('\n')
		}
		first = false
		wrapLine(&b, line, width)
	}
	if strings.HasSuffix(s, "\n") {
		b.WriteByte('\n')
	}
	return b.String()
}

// wrapLine writes the lines that Python's textwrap.TextWrapper makes of one, or the line itself
// where it makes none because there is white space only.
func wrapLine(b *strings.Builder, line string, width int) {
	s := expandTabs(line)
	written := false
	for i := 0; i < len(s); {
		if end := chunkEnd(s, i); written && TrimSpace(s[i:end]) == "" {
			i = end
		}
		start, last, end := i, i, i // of the new line, and of its last chunk
		for length := 0; end < len(s); {
			next := chunkEnd(s, end)
			length += utf8.RuneCountInString(s[end:next])
			if length > width && end > start {
				break
			}
			last, end = end, next
		}
		i = end
		if TrimSpace(s[last:end]) == "" {
			end = last
		}
		if end == start {
			continue
		}
		if written {
			b.WriteByte('\n')
		}
		b.WriteString(s[start:end])
		written = true
	}
	if !written {
		b.WriteString(line)
	}
}

// chunkEnd returns the end of the run of spaces, or of others, that begins at i. Python also looks
// for other white space of ASCII here; tabs are gone by now, and the rest are ends of lines.
func chunkEnd(s string, i int) int {
	end := i + 1
	for end < len(s) && (s[end] == ' ') == (s[i] == ' ') {
		end++
	}
	return end
}

// expandTabs is Python's str.expandtabs for one line.
func expandTabs(line string) string {
	if strings.IndexByte(line, '\t') < 0 {
		return line
	}
	var b strings.Builder
	column := 0
	for _, r := range line {
		if r != '\t' {
			b.WriteRune(r)
			column++
			continue
		}
		n := 8 - column%8
		b.WriteString("        "[:n])
		column += n
	}
	return b.String()
}

// LineNumbers puts its number in front of each line of s, with zeros so that all numbers have the
// same length (the filter linenumbers).
func LineNumbers(s string) string {
	lines := strings.Split(s, "\n")
	width := len(strconv.Itoa(len(lines)))
	b := make([]byte, 0, len(s)+len(lines)*(width+2))
	for i, line := range lines {
		if i > 0 {
			b = append(b, '\n')
		}
		b = fmt.Appendf(b, "%0*d. ", width, i+1)
		b = append(b, line...)
	}
	return string(b)
}
