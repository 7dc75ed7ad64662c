package orm

import "errors"

// TemplateAgg is an aggregate in SQL of the program's own (Django's Aggregate.template),
// with %s for each argument as in [Template]:
//
//	orm.TemplateAgg[float64]("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", shop.ProductF.Price)
//
// Filter, Default and Over go with it; Distinct and OrderBy are the template's own. The
// text must never come from outside.
func TemplateAgg[V any](sql string, args ...AnyExpr) Agg[V] {
	return aggregate[V](aggNode{name: "TemplateAgg", template: sql, args: operands(args)})
}

// aggregateTemplate writes an aggregate of [TemplateAgg].
func (c *Compiler) aggregateTemplate(n *aggNode) {
	if n.distinct || len(n.order) > 0 {
		c.Fail(errors.New("orm: TemplateAgg: write DISTINCT and ORDER BY into the template"))
		return
	}
	args := n.args
	inCase := n.filter != nil && !c.d.Features.AggregateFilter
	if inCase {
		args = make([]Node, len(n.args))
		for i, arg := range n.args {
			args[i] = &onlyWhere{n.filter, arg}
		}
	}
	c.template(n.template, args)
	if n.filter != nil && !inCase {
		c.SQL(" FILTER (WHERE ")
		c.condition(n.filter)
		c.SQL(")")
	}
}

// onlyWhere is n for the rows that fit, and null for others.
type onlyWhere struct{ filter, n Node }

func (n *onlyWhere) walk(f func(Node)) { f(n.filter); f(n.n) }
func (n *onlyWhere) write(c *Compiler) {
	c.SQL("CASE WHEN ")
	c.condition(n.filter)
	c.SQL(" THEN ")
	c.typed(n.n)
	c.SQL(" ELSE NULL END")
}
