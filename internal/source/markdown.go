package source

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

var (
	fence      = regexp.MustCompile("^\\s*(```+|~~~+)")
	heading    = regexp.MustCompile(`^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$`)
	htmlAnchor = regexp.MustCompile(`<a\s+(?:id|name)="([^"]+)"`)
	htmlTag    = regexp.MustCompile(`<[^>]*>`)
	linkText   = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// Prose returns the lines of a Markdown text with those of fenced code blocks
// and their fences emptied, so that line numbers stay as they are.
func Prose(markdown string) []string {
	lines := strings.Split(markdown, "\n")
	open := ""
	for i, line := range lines {
		mark := fence.FindStringSubmatch(line)
		switch {
		case open == "" && mark != nil:
			open = mark[1]
			lines[i] = ""
		case open != "":
			if Closes(line, open) {
				open = ""
			}
			lines[i] = ""
		}
	}
	return lines
}

// Closes reports whether a line ends the fenced block that the fence mark
// ("```", "~~~~") opened: at least as many of its signs and nothing else.
func Closes(line, mark string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, mark) && strings.Trim(line, mark[:1]) == ""
}

// Anchors returns the names that a link to the Markdown text may carry after
// "#": one for each heading, made as GitHub makes them, and explicit ones.
func Anchors(markdown string) map[string]bool {
	anchors := make(map[string]bool)
	seen := make(map[string]int)
	for _, line := range Prose(markdown) {
		for _, m := range htmlAnchor.FindAllStringSubmatch(line, -1) {
			anchors[m[1]] = true
		}
		m := heading.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name := slug(m[1])
		if n := seen[name]; n > 0 {
			anchors[fmt.Sprintf("%s-%d", name, n)] = true
		} else {
			anchors[name] = true
		}
		seen[name]++
	}
	return anchors
}

// slug makes GitHub's anchor from a heading: lower case, blanks become
// hyphens, letters, digits, hyphens and underscores stay.
func slug(title string) string {
	title = linkText.ReplaceAllString(htmlTag.ReplaceAllString(title, ""), "$1")
	title = strings.TrimSpace(title)
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}
