package orm

import (
	"errors"
	"fmt"
)

// boolNode joins conditions with AND, OR or XOR.
type boolNode struct {
	op    string
	nodes []Node
}

func (n *boolNode) walk(f func(Node)) {
	for _, child := range n.nodes {
		f(child)
	}
}

func (n *boolNode) write(c *Compiler) { c.condition(n) }

type notNode struct{ child Node }

func (n *notNode) walk(f func(Node)) { f(n.child) }
func (n *notNode) write(c *Compiler) { c.condition(n) }

// condition writes a condition. Below Not, a comparison along a to-many relation
// becomes EXISTS, so that Not means "has none that", as Django's exclude does.
func (c *Compiler) condition(n Node) {
	if l, ok := n.(*lookupNode); ok {
		n = l.resolved()
	}
	switch n := n.(type) {
	case *boolNode:
		c.buf.WriteByte('(')
		if n.op == "XOR" {
			c.xor(n.nodes)
		} else {
			for i, child := range n.nodes {
				if i > 0 {
					c.SQL(" " + n.op + " ")
				}
				c.condition(child)
			}
		}
		c.buf.WriteByte(')')
	case *notNode:
		c.SQL("NOT (")
		c.negated = !c.negated
		c.condition(n.child)
		c.negated = !c.negated
		c.buf.WriteByte(')')
	default:
		if c.negated && c.sel != nil && !hasAggregate(n) {
			if p := c.manyPath(n); p != nil {
				c.existsBelowNot(p, n)
				return
			}
		}
		c.Node(n)
	}
}

// xor writes that an odd number of conditions is true, with operators that every
// database has.
func (c *Compiler) xor(nodes []Node) {
	c.buf.WriteByte('(')
	for i, n := range nodes {
		if i > 0 {
			c.SQL(" + ")
		}
		c.SQL("CASE WHEN ")
		c.condition(n)
		c.SQL(" THEN 1 ELSE 0 END")
	}
	c.SQL(") % 2 = 1")
}

// manyPath returns the way to the first to-many relation below the current
// SELECT that a column of n goes along, or nil.
func (c *Compiler) manyPath(n Node) (found *Path) {
	find(n, func(n Node) bool {
		col, ok := n.(*colNode)
		if !ok {
			return false
		}
		for p := c.moved(col.path); p != nil && p != c.sel.top && p.parent != nil && !c.sel.pinned.under(p); p = p.parent {
			if r, err := p.relation(); err == nil && r.Many() && p.under(c.sel.top) {
				found = p
			}
		}
		return found != nil
	})
	return found
}

// existsBelowNot writes that a row along the to-many relation p fits n. A row that
// has none counts as one full of nulls, as it is in the join without Not.
func (c *Compiler) existsBelowNot(p *Path, n Node) {
	null, ok := n.(*nullNode)
	if !ok || !null.null {
		c.existsAlong(p, []Node{n}, true)
		return
	}
	c.SQL("(NOT ")
	c.existsAlong(p, nil, true)
	c.SQL(" OR ")
	c.existsAlong(p, []Node{n}, true)
	c.buf.WriteByte(')')
}

// existsAlong writes EXISTS over the rows at p that belong to the current row and
// fit all conditions. Where the same Filter call speaks of the relation without Not
// too, sameRow is the one that it speaks of: in Filter(a.Eq(1), Not(b.Eq(2))) both
// are about one related row, as in Django.
func (c *Compiler) existsAlong(p *Path, conditions []Node, sameRow bool) {
	r, err := p.relation()
	if err != nil {
		c.Fail(err)
		return
	}
	s := c.sel.find(p.parent)
	if s == nil {
		c.Fail(fmt.Errorf("orm: %s was used in a query of %s", p, c.sel.top))
		return
	}
	if err := s.knows(p); err != nil {
		c.Fail(err)
		return
	}
	at, err := s.joinPath(p.parent)
	if err != nil {
		c.Fail(err)
		return
	}
	hops := r.hops
	for len(hops) > 1 && !hops[0].many {
		at = s.join(at, &hops[0])
		hops = hops[1:]
	}
	sub := &selection{outer: c.sel, depth: c.sel.depth + 1, top: p}
	first := string(rune('T'+min(sub.depth, 6))) + "0"
	sub.alias = first
	if len(hops) > 1 {
		sub.alias = first[:1] + "00"
	}
	outer, negated := c.sel, c.negated
	c.sel, c.negated = sub, false
	where := c.capture(func() {
		for _, n := range conditions {
			c.SQL(" AND ")
			c.condition(n)
		}
	})
	c.SQL("EXISTS(SELECT 1 FROM ")
	c.table(hops[0].to, first)
	if len(hops) > 1 {
		c.SQL(" INNER JOIN ")
		c.table(hops[1].to, sub.alias)
		c.SQL(" ON (")
		c.onHop(first, &hops[1], sub.alias)
		c.buf.WriteByte(')')
	}
	c.joinsOf(sub)
	c.SQL(" WHERE ")
	c.onHop(s.aliasOf(at), &hops[0], first)
	if join := s.joined(at, &hops[0]); sameRow && join != top && hops[0].to.PK != nil {
		pk := c.d.Ident(hops[0].to.PK.Column)
		c.SQL(" AND " + c.d.Ident(first) + "." + pk + " = " + c.d.Ident(s.aliasOf(join)) + "." + pk)
	}
	c.fragment(where)
	c.buf.WriteByte(')')
	c.sel, c.negated = outer, negated
}

// anyNode is EXISTS over a to-many relation.
type anyNode struct {
	path       *Path
	conditions []Node
}

func (n *anyNode) walk(func(Node)) {}
func (n *anyNode) write(c *Compiler) {
	p := c.moved(n.path)
	m, err := p.target()
	if err != nil {
		c.Fail(err)
		return
	}
	conditions := make([]Node, len(n.conditions))
	for i, cond := range n.conditions {
		conditions[i] = &rebasedNode{cond, m.root, p}
	}
	c.existsAlong(p, conditions, false)
}

// guarded writes a comparison; below Not, null on either side makes it false, so
// that its negation holds for rows without a value, as in Django.
func (c *Compiler) guarded(left, right Node, write func()) {
	var guards []Node
	if c.negated {
		sides := []Node{left, right}
		if t, ok := left.(*tupleNode); ok {
			sides = append(sides, t.nodes...)
		}
		if t, ok := right.(*tupleNode); ok {
			sides = append(sides, t.nodes...)
		}
		for _, n := range sides {
			if col := c.nullableColumn(n); col != nil {
				guards = append(guards, col)
			}
		}
	}
	if len(guards) == 0 {
		write()
		return
	}
	c.buf.WriteByte('(')
	write()
	for _, g := range guards {
		c.SQL(" AND ")
		c.Node(g)
		c.SQL(" IS NOT NULL")
	}
	c.buf.WriteByte(')')
}

// nullableColumn returns the column that n is, or transforms, where it may be null.
func (c *Compiler) nullableColumn(n Node) Node {
	for {
		switch x := n.(type) {
		case *colNode:
			if x.nullable(c) {
				return x
			}
			return nil
		case *jsonKeyNode:
			return x // a key may be missing
		case *fNode:
			n = x.resolved(c)
		case transform:
			n = x.transformed()
		default:
			return nil
		}
	}
}

// transform is implemented by nodes that make another value of one column, as
// lookups such as created__year do.
type transform interface{ transformed() Node }

// colNode is a column of the model at path. The field is found when the query is
// compiled, since generated code makes columns before models are linked.
type colNode struct {
	leaf
	path *Path
	name string // of the field; "" is the primary key
}

func (n *colNode) field() (*Field, error) {
	m, err := n.path.target()
	if err != nil {
		return nil, err
	}
	if n.name == "" {
		if m.PK == nil {
			return nil, fmt.Errorf("orm: %s has no primary key", m.Label())
		}
		return m.PK, nil
	}
	f := m.byName[n.name]
	if f == nil {
		return nil, fmt.Errorf("orm: %s has no field %q", m.Label(), n.name)
	}
	return f, nil
}

func (n *colNode) write(c *Compiler) {
	if c.inside(n) {
		return
	}
	f, err := n.field()
	if err != nil {
		c.Fail(err)
		return
	}
	if c.row != nil {
		if value := c.row(f); value != nil {
			c.Node(value)
			return
		}
	}
	c.column(n.path, f)
}

func (n *colNode) nullable(c *Compiler) bool {
	if f, err := n.field(); err != nil || f.Null {
		return true
	}
	for p := c.moved(n.path); p.parent != nil && (c.sel == nil || p != c.sel.top); p = p.parent {
		r, err := p.relation()
		if err != nil {
			return true
		}
		for _, h := range r.hops {
			if h.nullable || h.many {
				return true
			}
		}
	}
	return false
}

// valNode is a value given by the program: always a parameter, never SQL.
type valNode struct {
	leaf
	v any
	f *Field // of the column that it is compared with, or nil
}

func (n *valNode) write(c *Compiler) { c.valueSlot(n) }

var errMissing = errors.New("orm: an expression is missing")

// errNode is a mistake found while the query was built.
type errNode struct {
	leaf
	err error
}

func (n *errNode) write(c *Compiler) { c.Fail(n.err) }

// cmpNode compares two expressions with an operator: =, <>, <, <=, >, >=.
type cmpNode struct {
	op          string
	left, right Node
}

func (n *cmpNode) walk(f func(Node)) { f(n.left); f(n.right) }
func (n *cmpNode) write(c *Compiler) {
	if part, ok := n.left.(*extractNode); ok {
		if v, ok := n.right.(*valNode); ok {
			if x, ok := v.v.(int64); ok && (c.yearBounds(part, n.op, x) || c.beyondParts(n, x)) {
				return
			}
		}
	}
	c.guarded(n.left, n.right, func() {
		c.Node(n.left)
		c.buf.WriteByte(' ')
		c.SQL(n.op)
		c.buf.WriteByte(' ')
		c.Node(n.right)
	})
}

// betweenNode is left BETWEEN low AND high (Django's range).
type betweenNode struct{ left, low, high Node }

func (n *betweenNode) walk(f func(Node)) { f(n.left); f(n.low); f(n.high) }
func (n *betweenNode) write(c *Compiler) {
	c.guarded(n.left, nil, func() {
		c.Node(n.left)
		low, high := n.low, n.high
		if _, part := n.left.(*extractNode); part {
			low, high = withinPart(low), withinPart(high)
		}
		c.SQL(" BETWEEN ")
		c.Node(low)
		c.SQL(" AND ")
		c.Node(high)
	})
}

// nullNode is left IS NULL or IS NOT NULL.
type nullNode struct {
	left Node
	null bool
}

func (n *nullNode) walk(f func(Node)) { f(n.left) }
func (n *nullNode) write(c *Compiler) {
	c.Node(n.left)
	if n.null {
		c.SQL(" IS NULL")
	} else {
		c.SQL(" IS NOT NULL")
	}
}
