package orm

import (
	"maps"
	"slices"
	"strings"
)

// ByDatabase is an expression that has a form of its own on some databases (Django's
// as_sqlite, as_postgresql, as_mysql): by [Dialect].Name, where "mysql" is MariaDB's,
// too, if that has none, and "" that of all others. On a database without a form the
// query fails with [ErrNotSupported].
//
//	orm.ByDatabase(map[string]orm.Operand[float64]{
//		"sqlite": orm.Template[float64]("julianday(%s)", day),
//		"":       orm.Fn[float64]("to_days", day),
//	})
func ByDatabase[V any](forms map[string]Operand[V]) Expr[V] {
	n := &formsNode{forms: map[string]Node{}}
	for name, form := range forms {
		n.forms[name] = operand(form)
	}
	return Expr[V]{n}
}

// ConditionByDatabase is [ByDatabase] for conditions, such as those of a lookup of the
// program's own ([FieldOptions.Lookup]).
func ConditionByDatabase(forms map[string]Pred) Pred {
	n := &formsNode{forms: map[string]Node{}}
	for name, form := range forms {
		n.forms[name] = form.n
	}
	return Pred{n}
}

// formsNode is one of several expressions, by the database.
type formsNode struct{ forms map[string]Node }

func (n *formsNode) walk(f func(Node)) {
	for _, name := range slices.Sorted(maps.Keys(n.forms)) {
		if n.forms[name] != nil {
			f(n.forms[name])
		}
	}
}

func (n *formsNode) form(d *Dialect) Node {
	if form := n.forms[d.Name]; form != nil {
		return form
	}
	if form := n.forms["mysql"]; form != nil && d.Name == "mariadb" {
		return form
	}
	return n.forms[""]
}

func (n *formsNode) shape(s *shape) {
	if form := n.form(s.d); form != nil {
		s.node(form)
		return
	}
	s.ok = false
}

func (n *formsNode) write(c *Compiler) {
	form := n.form(c.d)
	if form == nil {
		c.Unsupported("form of an expression", "it has one for "+strings.Join(slices.Sorted(maps.Keys(n.forms)), ", "))
		return
	}
	c.condition(form)
}
