package orm

import "fmt"

// F is a column or annotation by its name in Django's notation, seen from the
// model of the query: F("cost"), F("category__name"). It belongs to lookups and
// names in text, where the type is not known; typed code uses the generated
// columns.
func F(name string) NumExpr[any] { return num[any](&fNode{name: name}) }

// fNode is a name that is resolved when the query is compiled.
type fNode struct {
	leaf
	name string
}

func (n *fNode) write(c *Compiler) { c.Node(n.resolved(c)) }

func (n *fNode) resolved(c *Compiler) Node {
	root := c.root
	switch {
	case root != nil:
	case c.sel == nil:
		return &errNode{err: fmt.Errorf("orm: F(%q) stands outside of a query", n.name)}
	default:
		root = c.sel.top.root()
	}
	name := n.name
	if c.rename != nil {
		name = c.rename(name)
	}
	r := &resolver{root: root, lookup: name, named: c}
	e, _, err := r.expression()
	if err != nil {
		return &errNode{err: err}
	}
	return e
}

// annotationNamed returns the annotation of the query that is being written.
func (c *Compiler) annotationNamed(name string) *annotation {
	for s := c.sel; s != nil; s = s.outer {
		for a := range s.refs {
			if a.name == name {
				return a
			}
		}
	}
	return nil
}

// RenameIn returns an expression in which [F] names a field anew, as migrations do when
// a field is renamed; nil stays nil.
func RenameIn(e AnyExpr, from, to string) AnyExpr {
	if e == nil || e.node() == nil {
		return e
	}
	return Expr[any]{&renamedNode{e.node(), from, to}}
}

// RenameInPred is [RenameIn] for a condition.
func RenameInPred(p Pred, from, to string) Pred {
	if p.n == nil {
		return p
	}
	return Pred{&renamedNode{p.n, from, to}}
}

// renamedNode is an expression in which a field has another name.
type renamedNode struct {
	n        Node
	from, to string
}

func (n *renamedNode) walk(f func(Node)) { f(n.n) }

func (n *renamedNode) write(c *Compiler) {
	outer := c.rename
	c.rename = func(name string) string {
		if name == n.from {
			name = n.to
		}
		if outer != nil {
			name = outer(name)
		}
		return name
	}
	c.condition(n.n)
	c.rename = outer
}
