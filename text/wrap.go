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
	for i, line := range splitLines(s) {
		if i > 0 {
			b.WriteByte('\n')
		}
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
	chunks := splitChunks(expandTabs(line))
	written := false
	for len(chunks) > 0 {
		if written && TrimSpace(chunks[0]) == "" {
			chunks = chunks[1:]
		}
		n, length := 0, 0
		for n < len(chunks) {
			size := utf8.RuneCountInString(chunks[n])
			if n > 0 && length+size > width {
				break
			}
			length += size
			n++
		}
		kept := chunks[:n]
		chunks = chunks[n:]
		if n > 0 && TrimSpace(kept[n-1]) == "" {
			kept = kept[:n-1]
		}
		if len(kept) == 0 {
			continue
		}
		if written {
			b.WriteByte('\n')
		}
		for _, chunk := range kept {
			b.WriteString(chunk)
		}
		written = true
	}
	if !written {
		b.WriteString(line)
	}
}

// splitChunks splits s into runs of spaces and runs of others. Python also looks for other white
// space of ASCII here; tabs are gone by now, and the rest are ends of lines.
func splitChunks(s string) []string {
	var chunks []string
	start := 0
	for i := 1; i < len(s); i++ {
		if (s[i] == ' ') != (s[i-1] == ' ') {
			chunks = append(chunks, s[start:i])
			start = i
		}
	}
	if s != "" {
		chunks = append(chunks, s[start:])
	}
	return chunks
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
