// Package layers keeps the import policy of layers.txt: which package of this
// module may import which.
//
//	policy, err := layers.Parse("layers.txt", text)
//	…
//	for _, problem := range policy.Check(module) {
//		fmt.Println(problem)
//	}
package layers

import (
	"fmt"
	"strings"
)

// Policy is a parsed layers.txt. It is read-only after Parse.
type Policy struct {
	name  string // of the file, for messages
	lines []line
	deny  []deny
}

// line is one package or pattern in its place.
type line struct {
	pattern string
	only    []string // patterns; nil: every earlier line
	number  int      // in the file, from 1
}

// deny is a rule that holds whatever the order says.
type deny struct {
	from, to string
	number   int
}

// Parse reads a policy; name is what messages call the file. A pattern that
// stands twice and a list that names a later line are errors.
func Parse(name, text string) (*Policy, error) {
	p := &Policy{name: name}
	for i, raw := range strings.Split(text, "\n") {
		number := i + 1
		raw, _, _ = strings.Cut(raw, "#")
		fields := strings.Fields(raw)
		if len(fields) == 0 {
			continue
		}
		if fields[0] == "deny" {
			if len(fields) != 3 {
				return nil, fmt.Errorf("%s:%d: want \"deny FROM TO\"", name, number)
			}
			p.deny = append(p.deny, deny{fields[1], fields[2], number})
			continue
		}
		pattern, listed := strings.CutSuffix(fields[0], ":")
		if !listed && len(fields) > 1 {
			return nil, fmt.Errorf("%s:%d: want one package a line, or \"%s: IMPORT…\"", name, number, pattern)
		}
		for _, earlier := range p.lines {
			if earlier.pattern == pattern {
				return nil, fmt.Errorf("%s:%d: %s stands on line %d already", name, number, pattern, earlier.number)
			}
		}
		l := line{pattern: pattern, number: number}
		if listed {
			l.only = fields[1:]
			for _, want := range l.only {
				if !p.has(want) {
					return nil, fmt.Errorf("%s:%d: %s is on no earlier line", name, number, want)
				}
			}
		} else if internal(pattern) {
			l.only = []string{"internal/..."}
		}
		p.lines = append(p.lines, l)
	}
	return p, nil
}

func (p *Policy) has(pattern string) bool {
	for _, l := range p.lines {
		if l.pattern == pattern {
			return true
		}
	}
	return false
}

// find returns the line that governs the package in dir: the exact one, else
// the longest pattern.
func (p *Policy) find(dir string) (line, bool) {
	var best line
	for _, l := range p.lines {
		if l.pattern == dir {
			return l, true
		}
		if match(l.pattern, dir) && len(l.pattern) > len(best.pattern) {
			best = l
		}
	}
	return best, best.pattern != ""
}

// match reports whether a pattern covers a folder.
func match(pattern, dir string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == base || strings.HasPrefix(dir, base+"/")
	}
	return pattern == dir
}

func internal(dir string) bool {
	return dir == "internal" || strings.HasPrefix(dir, "internal/")
}

// testKit reports whether test files may import the package wherever it stands.
func testKit(dir string) bool {
	return dir == "internal/realdjango" || strings.HasSuffix(dir, "test")
}
