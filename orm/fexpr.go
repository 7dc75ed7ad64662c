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
	r := &resolver{root: root, lookup: n.name, named: c.annotationNamed}
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
