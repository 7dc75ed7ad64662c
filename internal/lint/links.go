package lint

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/internal/source"
)

var (
	inlineCode    = regexp.MustCompile("`+[^`]*`+")
	inlineLink    = regexp.MustCompile(`\]\(\s*<?([^)<>\s]+)>?(?:\s+"[^"]*")?\s*\)`)
	referenceLink = regexp.MustCompile(`^ {0,3}\[[^\]]+\]:\s*<?([^<>\s]+)>?`)
	scheme        = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)
)

// links: every link of a Markdown file to another file of the module leads to
// a file, and its anchor to a heading there.
func links(m *source.Module) ([]Problem, error) {
	names, err := m.Find(".md")
	if err != nil {
		return nil, err
	}
	checker := linkChecker{m: m, anchors: make(map[string]map[string]bool)}
	var problems []Problem
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("check links: %w", err)
		}
		for i, line := range source.Prose(string(text)) {
			line = inlineCode.ReplaceAllString(line, "")
			found := inlineLink.FindAllStringSubmatch(line, -1)
			found = append(found, referenceLink.FindAllStringSubmatch(line, -1)...)
			for _, link := range found {
				if message := checker.judge(name, link[1]); message != "" {
					problems = append(problems, Problem{name, i + 1, message})
				}
			}
		}
	}
	return problems, nil
}

type linkChecker struct {
	m       *source.Module
	anchors map[string]map[string]bool // by file
}

// judge says what is wrong with a link from a file, or "".
func (c *linkChecker) judge(from, link string) string {
	if scheme.MatchString(link) || strings.HasPrefix(link, "//") {
		return ""
	}
	target, anchor, _ := strings.Cut(link, "#")
	target, err := url.PathUnescape(target)
	if err != nil {
		return fmt.Sprintf("link to %s: bad escape", link)
	}
	to := from
	switch {
	case strings.HasPrefix(target, "/"):
		return fmt.Sprintf("link to %s: write it relative to this file", link)
	case target != "":
		to = path.Join(path.Dir(from), target)
	}
	if to == ".." || strings.HasPrefix(to, "../") {
		return fmt.Sprintf("link to %s: leads out of the module", link)
	}
	info, err := os.Stat(filepath.Join(c.m.Dir, filepath.FromSlash(to)))
	if err != nil {
		return fmt.Sprintf("link to %s: there is no %s", link, to)
	}
	if anchor == "" || info.IsDir() || !strings.HasSuffix(to, ".md") {
		return ""
	}
	if !c.of(to)[anchor] {
		return fmt.Sprintf("link to %s: %s has no heading #%s", link, to, anchor)
	}
	return ""
}

func (c *linkChecker) of(name string) map[string]bool {
	if c.anchors[name] == nil {
		text, err := os.ReadFile(filepath.Join(c.m.Dir, filepath.FromSlash(name)))
		if err != nil {
			return nil
		}
		c.anchors[name] = source.Anchors(string(text))
	}
	return c.anchors[name]
}
