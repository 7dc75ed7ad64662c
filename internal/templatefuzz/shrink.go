package templatefuzz

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/internal/pyvalue"
)

// Shrink makes a sample smaller for as long as one of the smaller ones still
// differs. differ says so of many samples at once.
func Shrink(s *Sample, differ func([]*Sample) ([]bool, error)) (*Sample, error) {
	for {
		smaller := s.smaller()
		differs, err := differ(smaller)
		if err != nil {
			return s, err
		}
		best := s
		for i, candidate := range smaller {
			if differs[i] && candidate.size() < best.size() {
				best = candidate
			}
		}
		if best == s {
			return s, nil
		}
		s = best
	}
}

// smaller returns samples that have something less than s, of each thing one.
func (s *Sample) smaller() []*Sample {
	var all []*Sample
	add := func(change func(*Sample)) {
		c := *s
		c.templates = maps.Clone(s.templates)
		change(&c)
		if c.size() < s.size() {
			all = append(all, &c)
		}
	}
	for _, name := range s.names() {
		if name != "main" {
			add(func(c *Sample) { delete(c.templates, name) })
			add(func(c *Sample) { // it in place of what extends or includes it
				c.templates["main"] = c.templates[name]
				delete(c.templates, name)
			})
		}
		for _, nodes := range smallerNodes(s.templates[name]) {
			add(func(c *Sample) { c.templates[name] = nodes })
		}
	}
	for i := range s.context {
		add(func(c *Sample) { c.context = slices.Delete(slices.Clone(c.context), i, i+1) })
	}
	if n := len(s.context) / 2; n > 0 {
		add(func(c *Sample) { c.context = c.context[:n] })
		add(func(c *Sample) { c.context = c.context[n:] })
	}
	for i, pair := range s.context {
		for _, value := range smallerValues(pair.Value) {
			add(func(c *Sample) {
				c.context = slices.Clone(c.context)
				c.context[i].Value = value
			})
		}
	}
	add(func(c *Sample) { c.autoescape = true })
	add(func(c *Sample) { c.invalid = "" })
	add(func(c *Sample) { c.language = "" })
	return all
}

// smallerNodes returns lists with a node less, with the body of a node in place
// of the node, or with one node smaller.
func smallerNodes(nodes []node) [][]node {
	var all [][]node
	if n := len(nodes) / 2; n > 1 {
		all = append(all, nodes[:n], nodes[n:])
	}
	for i, n := range nodes {
		replace := func(with ...node) { all = append(all, slices.Concat(nodes[:i], with, nodes[i+1:])) }
		replace()
		for j, p := range n.parts {
			if n.close != "" {
				replace(p.body...)
			}
			for _, head := range smallerHeads(p.head) {
				replace(n.with(j, part{head, p.body}))
			}
			for _, body := range smallerNodes(p.body) {
				replace(n.with(j, part{p.head, body}))
			}
			if j > 0 {
				replace(node{slices.Delete(slices.Clone(n.parts), j, j+1), n.close})
			}
		}
	}
	return all
}

// with returns n with another part.
func (n node) with(i int, p part) node {
	n.parts = slices.Clone(n.parts)
	n.parts[i] = p
	return n
}

var (
	aFilter = regexp.MustCompile(`\|\w+(:("[^"]*"|'[^']*'|[\w.+-]+))?`)
	aWord   = regexp.MustCompile(`\s+("[^"]*"|'[^']*'|[^\s"'])+`)
	aPath   = regexp.MustCompile(`\.\w+`)
)

// smallerHeads returns the text without one filter, word or step of a path, or
// half of it when it is no tag.
func smallerHeads(head string) []string {
	if !strings.Contains(head, "{%") && !strings.Contains(head, "{{") {
		return halves(head)
	}
	var all []string
	for _, what := range []*regexp.Regexp{aFilter, aWord, aPath} {
		for _, at := range what.FindAllStringIndex(head, -1) {
			if head[at[0]:at[1]] == ".super" { // {{ block }} is in Python's own notation
				continue
			}
			all = append(all, head[:at[0]]+head[at[1]:])
		}
	}
	return all
}

// halves returns the two halves of a text, and it without its first and last character.
func halves(s string) []string {
	runes := []rune(s)
	n := len(runes)
	if n < 2 {
		return nil
	}
	return []string{string(runes[:n/2]), string(runes[n/2:]), string(runes[1:]), string(runes[:n-1])}
}

func smallerValues(v any) []any {
	var all []any
	switch v := v.(type) {
	case string:
		for _, s := range halves(v) {
			all = append(all, s)
		}
	case pyvalue.Safe:
		for _, s := range halves(string(v)) {
			all = append(all, pyvalue.Safe(s))
		}
	case int64:
		all = append(all, v/10)
	case []any:
		for _, list := range smallerLists(v) {
			all = append(all, list)
		}
	case pyvalue.Tuple:
		all = append(all, []any(v))
		for _, list := range smallerLists(v) {
			all = append(all, pyvalue.Tuple(list))
		}
	case pyvalue.Dict:
		for i, pair := range v {
			all = append(all, slices.Delete(slices.Clone(v), i, i+1))
			for _, value := range smallerValues(pair.Value) {
				dict := slices.Clone(v)
				dict[i].Value = value
				all = append(all, dict)
			}
		}
	}
	return all
}

func smallerLists(list []any) [][]any {
	var all [][]any
	for i, item := range list {
		all = append(all, slices.Delete(slices.Clone(list), i, i+1))
		for _, value := range smallerValues(item) {
			other := slices.Clone(list)
			other[i] = value
			all = append(all, other)
		}
	}
	return all
}
