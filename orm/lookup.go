package orm

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// LookupError is a mistake in a lookup or in the value given for it. Where
// lookups come from outside, it is the client's mistake.
type LookupError struct {
	Model   string // label of the model that the lookup begins at
	Lookup  string // the whole: "category__nme__icontains"
	Message string
	Choices []string // what could have stood there, where that is known
	Err     error    // what is wrong with the value, such as ErrData, or nil
}

// Unwrap gives what is wrong with the value.
func (e *LookupError) Unwrap() error { return e.Err }

// Error tells the mistake in Django's words, with the choices.
func (e *LookupError) Error() string {
	s := fmt.Sprintf("orm: lookup %q of %s: %s", e.Lookup, e.Model, e.Message)
	if len(e.Choices) > 0 {
		s += " Choices are: " + strings.Join(e.Choices, ", ")
	}
	return s
}

// Lookup returns the condition that a lookup in Django's notation means for rows of
// m: a path along relations and JSON keys, transforms, and a comparison, as in
// "category__name__icontains" or "created__year__gte"; without a comparison it is
// exact. The value is turned into the type of the field, also from text (as a
// query string has it), and may be a row for a relation, an expression such as
// [F], or a subquery. A mistake is a [*LookupError] from the call that runs the
// query.
//
// Lookups from outside can reach all fields of all related models: see
// [AllowLookups].
func Lookup(m *Meta, lookup string, value any) Pred { return newLookup(m.root, lookup, value, nil) }

// newLookup makes a condition that is resolved when it is first needed, after
// models are known; named finds what the query has named, and may be nil.
func newLookup(root *Path, lookup string, value any, named names) Pred {
	return Pred{&lookupNode{root: root, lookup: lookup, value: value, named: named}}
}

func (q *query) lookup(lookup string, value any) Pred {
	return newLookup(q.m.root, lookup, value, q)
}

// lookupNode is a lookup in text until it is resolved.
type lookupNode struct {
	root   *Path
	lookup string
	value  any
	named  names
	once   sync.Once
	n      Node
}

func (n *lookupNode) resolved() Node {
	n.once.Do(func() {
		r := &resolver{root: n.root, lookup: n.lookup, named: n.named}
		p, err := r.condition(n.value)
		if err != nil {
			p.n = &errNode{err: err}
		}
		n.n = p.n
	})
	return n.n
}

func (n *lookupNode) walk(f func(Node)) { f(n.resolved()) }
func (n *lookupNode) shape(s *shape)    { s.node(n.resolved()) }
func (n *lookupNode) write(c *Compiler) { c.condition(n.resolved()) }

// Lookups is a list of the lookups that may come from outside.
type Lookups struct {
	m       *Meta
	allowed []string
}

// AllowLookups returns the list of lookups of m that may come from outside, each
// in full: "name__icontains", "price__gte", "name" (exact). Others are refused,
// since every lookup is a question about the data: with password__startswith one
// could read a password sign by sign.
func AllowLookups(m *Meta, allowed ...string) Lookups {
	return Lookups{m, slices.Clone(allowed)}
}

// Lookup is [Lookup] for one of the allowed lookups, and a [*LookupError] for others.
func (l Lookups) Lookup(lookup string, value any) (Pred, error) {
	if !slices.Contains(l.allowed, lookup) {
		return Pred{}, &LookupError{Model: l.m.Label(), Lookup: shortened(lookup), Message: "it is not allowed.", Choices: l.allowed}
	}
	p := Lookup(l.m, lookup, value)
	if bad, ok := p.n.(*lookupNode).resolved().(*errNode); ok {
		return Pred{}, bad.err
	}
	return p, nil
}

// shortened keeps errors short, whatever came from outside.
func shortened(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
