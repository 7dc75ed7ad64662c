package orm

import (
	"fmt"
	"strings"
)

// orders writes ORDER BY.
func (c *Compiler) orders(q *query, cl *clauses) {
	for _, o := range c.resolved(q) {
		if cl.rows && (cl.grouped || q.distinct && len(q.on) == 0) {
			o = c.orderSelected(q, cl, o)
		}
		cl.order = append(cl.order, c.capture(func() { c.orderKey(o, cl.sel) }))
	}
}

// orderSelected adds what distinct rows are ordered by to the select list: rows that
// are equal but for it are different, as in Django, and databases demand it. What is
// selected with parameters is named by its place, since a database does not know
// that those of another clause are equal.
func (c *Compiler) orderSelected(q *query, cl *clauses, o Order) Order {
	key := c.capture(func() { c.selectable(o.n) })
	at := c.selected(cl, key)
	if at == 0 && q.distinct {
		cl.list = append(cl.list, key)
	}
	if at > 0 && len(key.args) > 0 {
		o.n = &positionNode{at: at}
	}
	return o
}

// selected returns the place of an expression in the select list, from 1, or 0.
func (c *Compiler) selected(cl *clauses, f fragment) int {
	if !cl.rows {
		return 0
	}
	for i, item := range cl.list {
		if expr, _, _ := strings.Cut(item.sql, " AS "+string(c.d.Quote)); expr == f.sql && argsKey(item.args) == argsKey(f.args) {
			return i + 1
		}
	}
	return 0
}

// resolved returns the keys of q's order as expressions: those given, or the
// model's own. Rows that are grouped have no order of the model (Django 3.1).
func (c *Compiler) resolved(q *query) []Order {
	orders := q.order
	if !q.ordered {
		if q.grouped() {
			return nil
		}
		orders = q.m.Ordering
	}
	var out []Order
	for _, o := range orders {
		named, err := q.resolveOrder(o)
		if err != nil {
			c.Fail(err)
			return nil
		}
		out = append(out, named...)
	}
	if q.reversed {
		for i := range out {
			out[i] = out[i].Reversed()
		}
	}
	return out
}

func (q *query) grouped() bool {
	for _, s := range q.steps {
		if s.ann != nil && hasAggregate(s.ann.n) || s.filter != nil && hasAggregate(s.filter) {
			return true
		}
	}
	return false
}

// resolveOrder finds what a name stands for: an annotation, a column, or a
// relation, which means the order of its model.
func (q *query) resolveOrder(o Order) ([]Order, error) {
	if o.n != nil {
		return []Order{o}, nil
	}
	name := strings.TrimPrefix(o.name, "-")
	desc := o.desc != (name != o.name)
	if name == "?" {
		return []Order{{n: randomNode{}}}, nil
	}
	for _, s := range q.steps {
		if s.ann != nil && s.ann.name == name {
			return []Order{{n: &annNode{s.ann}, desc: desc, nulls: o.nulls}}, nil
		}
	}
	start, rest := q.startOf(name)
	if rest == "" && start != q.m.root {
		return relatedOrder(start, desc, o.nulls, 0)
	}
	return orderByPath(start, rest, desc, o.nulls, 0)
}

func orderByPath(path *Path, name string, desc bool, nulls nullsOrder, depth int) ([]Order, error) {
	if depth > 8 {
		return nil, fmt.Errorf("orm: the order of %s goes round in circles", path)
	}
	parts := strings.Split(name, "__")
	for i, part := range parts {
		m, err := path.target()
		if err != nil {
			return nil, err
		}
		if err := m.link(); err != nil {
			return nil, err
		}
		last := i == len(parts)-1
		f := m.byName[part]
		r := m.relations[part]
		switch {
		case last && f != nil && (r == nil || part != r.Name || f.Relation == nil):
			if part == "pk" {
				var keys []Order
				for _, f := range m.PKs {
					keys = append(keys, Order{n: &colNode{path: path, name: f.Name}, desc: desc, nulls: nulls})
				}
				return keys, nil
			}
			return []Order{{n: &colNode{path: path, name: f.Name}, desc: desc, nulls: nulls}}, nil
		case last && r != nil:
			return relatedOrder(path.Step(r.Name), desc, nulls, depth)
		case r != nil:
			path = path.Step(r.Name)
		case f != nil:
			n, err := transformed(&colNode{path: path, name: f.Name}, f, parts[i+1:])
			if err != nil {
				return nil, fmt.Errorf("orm: Order(%q): %w", name, err)
			}
			return []Order{{n: n, desc: desc, nulls: nulls}}, nil
		default:
			return nil, fmt.Errorf("orm: Order(%q): %s has no field %q; it has %s", name, m.Label(), part, m.choices())
		}
	}
	return nil, fmt.Errorf("orm: Order(%q): no field", name)
}

// relatedOrder is the order of the model that a relation leads to, or its key
// where it has none.
func relatedOrder(to *Path, desc bool, nulls nullsOrder, depth int) ([]Order, error) {
	m, err := to.target()
	if err == nil {
		err = m.link()
	}
	if err != nil {
		return nil, err
	}
	if len(m.Ordering) == 0 {
		return []Order{{n: &colNode{path: to}, desc: desc, nulls: nulls}}, nil
	}
	var out []Order
	for _, o := range m.Ordering {
		if o.n != nil {
			o.n = &rebasedNode{o.n, m.root, to}
			o.desc = o.desc != desc
			out = append(out, o)
			continue
		}
		name := strings.TrimPrefix(o.name, "-")
		more, err := orderByPath(to, name, (name != o.name) != desc, nulls, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// orderKey writes one key.
func (c *Compiler) orderKey(o Order, s *selection) {
	write := func() {
		if ref, ok := o.n.(*annNode); ok {
			if _, selected := s.refs[ref.a]; selected {
				c.Node(o.n)
				return
			}
		}
		c.selectable(o.n)
	}
	if o.nulls != nullsDefault && !c.d.Features.NullsFirst {
		write()
		if o.nulls == nullsFirst {
			c.SQL(" IS NOT NULL, ")
		} else {
			c.SQL(" IS NULL, ")
		}
	}
	write()
	if o.desc {
		c.SQL(" DESC")
	} else {
		c.SQL(" ASC")
	}
	if c.d.Features.NullsFirst {
		switch o.nulls {
		case nullsFirst:
			c.SQL(" NULLS FIRST")
		case nullsLast:
			c.SQL(" NULLS LAST")
		}
	}
}

// randomNode is a random number for each row (order_by("?")).
type randomNode struct{ leaf }

func (randomNode) write(c *Compiler) {
	if c.d.Name == "mysql" || c.d.Name == "mariadb" {
		c.SQL("RAND()")
		return
	}
	c.SQL("RANDOM()")
}

// choices lists the names that lookups may begin with.
func (m *Meta) choices() string {
	var names []string
	for name := range m.byName {
		names = append(names, name)
	}
	for name := range m.relations {
		if m.byName[name] == nil && name[0] != '+' {
			names = append(names, name)
		}
	}
	sortStrings(names)
	return strings.Join(names, ", ")
}
