package urls

import (
	"math"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// segment is what a pattern wants between two slashes: a literal, or one capture of a converter
// that knows no slash.
type segment struct {
	literal string
	name    string
	kind    converterKind
	capture bool
}

// shape finds the segments of an entry, or leaves them nil where a segment holds more than one part
// or a part is a regular expression; then leading has those in front of it.
func (e *entry) shape() {
	segs, plain := e.leading()
	if !plain {
		return
	}
	e.segments = segs
	if e.tail == nil && !slices.ContainsFunc(segs, func(s segment) bool { return s.capture }) {
		e.isStatic = e.host == nil || e.host.isLiteral()
		parts := make([]string, len(segs))
		for i, s := range segs {
			parts[i] = s.literal
		}
		e.text = strings.Join(parts, "/")
	}
}

// leading returns the segments from the start of the pattern on that are a literal or one capture,
// and whether they are all of it.
func (e *entry) leading() (segs []segment, plain bool) {
	var c cutter
	for _, s := range e.stages {
		switch {
		case s.rest:
			if !c.empty() {
				return c.segs, false
			}
			e.tail = &s.captures[0]
			return c.segs, true
		case s.isRegex:
			return append(c.segs, regexPrefix(s, c.last)...), false
		}
		for i, t := range s.tokens {
			if t.conv != nil && t.conv.kind == kindPath && c.empty() && s.end && i == len(s.tokens)-1 {
				e.tail = &capture{name: t.name, conv: t.conv}
				return c.segs, true
			}
			if !c.add(t) {
				return c.segs, false
			}
		}
	}
	return append(c.segs, c.last), true
}

// cutter cuts tokens at slashes.
type cutter struct {
	segs []segment // complete
	last segment   // being filled
}

func (c *cutter) empty() bool { return c.last == segment{} }

// add takes a token; false for one that makes a segment of more than one part, or may hold slashes.
func (c *cutter) add(t token) bool {
	if t.conv != nil {
		if !c.empty() || t.conv.kind > kindStr {
			return false
		}
		c.last = segment{name: t.name, kind: t.conv.kind, capture: true}
		return true
	}
	for rest, more := t.literal, true; more; {
		var text string
		if text, rest, more = strings.Cut(rest, "/"); text != "" {
			if c.last.capture {
				return false
			}
			c.last.literal += text
		}
		if more {
			c.segs, c.last = append(c.segs, c.last), segment{}
		}
	}
	return true
}

// regexPrefix returns the whole literal segments that an anchored expression begins with.
// cur is the literal that the includes before it left unfinished.
func regexPrefix(s *stage, cur segment) []segment {
	text, anchored := strings.CutPrefix(s.source, "^")
	if !anchored || cur.capture || strings.ContainsAny(text, "|") {
		return nil
	}
	end := strings.IndexAny(text, `\.+*?()[]{}^$`)
	if end < 0 {
		end = len(text)
	}
	var segs []segment
	// a quantifier belongs to the character before it, so a last slash may be optional
	if end < len(text) && end > 0 && strings.IndexByte("*?{", text[end]) >= 0 {
		end--
	}
	text = text[:end]
	for {
		lit, after, slash := strings.Cut(text, "/")
		if !slash {
			return segs
		}
		segs, text = append(segs, segment{literal: cur.literal + lit}), after
		cur = segment{}
	}
}

func (s *stage) isLiteral() bool {
	_, ok := s.literal()
	return ok
}

// node is a place in the tree of segments.
type node struct {
	least   int // index of an entry here or below
	static  map[string]*node
	params  [kindStr + 1]*node
	leaves  []*entry // end here
	tails   []*entry // take all that is left
	complex []*entry // whose stages have to be tried
}

func newNode() *node { return &node{least: math.MaxInt} }

func (n *node) insert(e *entry) {
	segs := e.segments
	plain := segs != nil || e.tail != nil
	if !plain {
		segs, _ = e.leading()
	}
	n.least = min(n.least, e.index)
	for _, s := range segs {
		n = n.child(s)
		n.least = min(n.least, e.index)
	}
	switch {
	case !plain:
		n.complex = append(n.complex, e)
	case e.tail != nil:
		n.tails = append(n.tails, e)
	default:
		n.leaves = append(n.leaves, e)
	}
}

func (n *node) child(s segment) *node {
	if s.capture {
		if n.params[s.kind] == nil {
			n.params[s.kind] = newNode()
		}
		return n.params[s.kind]
	}
	if n.static == nil {
		n.static = make(map[string]*node)
	}
	c := n.static[s.literal]
	if c == nil {
		c = newNode()
		n.static[s.literal] = c
	}
	return c
}

// search is one walk through a tree, for the first declared entry that matches.
type search struct {
	path   string
	method string // "" for any
	best   int    // only entries with a smaller index are of interest
	found  *entry
	denied bool // an entry matches, but not with this method
	every  bool // don't stop: collect the methods of all entries that match
	allow  []string
	visits int
}

// walk looks below n with the rest of the path; done when all segments are taken. Each node stands
// for one sequence of segments, so none is visited twice and the work is bounded by the number of
// nodes as deep as the path, whatever the path is.
func (s *search) walk(n *node, rest string, done bool) {
	s.visits++
	s.try(n.complex, rest, done)
	if done {
		s.try(n.leaves, rest, done)
		return
	}
	s.try(n.tails, rest, done)
	text, after, more := strings.Cut(rest, "/")
	if c := n.static[text]; c != nil && c.least < s.best {
		s.walk(c, after, !more)
	}
	if text == "" {
		return
	}
	for kind, c := range n.params {
		kind := converterKind(kind)
		if c != nil && c.least < s.best && kind.matches(text) && kind.accepts(text) {
			s.walk(c, after, !more)
		}
	}
}

// try takes the first of the entries that matches, if it was declared before the best so far.
func (s *search) try(list []*entry, rest string, done bool) {
	for _, e := range list {
		if e.index >= s.best {
			return
		}
		switch {
		case e.tail != nil && e.tail.name != restName && !kindPath.matches(rest):
			continue
		case e.segments == nil && e.tail == nil && !e.matchesStages(s.path):
			continue
		}
		if s.every {
			s.allow = append(s.allow, e.methods...)
			continue
		}
		if !e.allows(s.method) {
			s.denied = true
			continue
		}
		s.found, s.best = e, e.index
		return
	}
}

func (e *entry) allows(method string) bool {
	return e.methods == nil || method == "" || slices.Contains(e.methods, method)
}

// matchesStages tries the stages one after another.
func (e *entry) matchesStages(path string) bool {
	var buf [8]web.PathValue
	values, ok := buf[:0], true
	for _, s := range e.stages {
		if path, values, ok = s.match(path, values[:0]); !ok {
			return false
		}
	}
	return true
}

// table holds the entries of one host pattern, or those without one.
type table struct {
	host   *stage
	root   *node
	static map[string]*staticPath
}

// staticPath holds the entries without captures for one path.
type staticPath struct {
	entries []*entry
	guard   int // the least index of another entry that matches this path
}

func newTable(host *stage, entries []*entry) *table {
	t := &table{host: host, root: newNode(), static: make(map[string]*staticPath)}
	others := newNode()
	for _, e := range entries {
		t.root.insert(e)
		if !e.isStatic {
			others.insert(e)
			continue
		}
		p := t.static[e.text]
		if p == nil {
			p = &staticPath{}
			t.static[e.text] = p
		}
		p.entries = append(p.entries, e)
	}
	for path, p := range t.static {
		s := search{path: path, best: math.MaxInt}
		s.walk(others, path, false)
		p.guard = s.best
	}
	return t
}

// serves tells whether the table's routes are for a host.
func (t *table) serves(host string) bool {
	if t.host == nil {
		return true
	}
	_, _, ok := t.host.match(host, nil)
	return ok
}

// find looks for an entry that was declared before s.best.
func (t *table) find(s *search) {
	if p := t.static[s.path]; p != nil {
		for _, e := range p.entries {
			if e.index >= s.best || e.index > p.guard {
				break
			}
			if e.allows(s.method) {
				s.found, s.best = e, e.index
				return
			}
			s.denied = true
		}
	}
	if t.root.least < s.best {
		s.walk(t.root, s.path, false)
	}
}
