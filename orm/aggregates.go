package orm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Agg is an aggregate: one value of several rows. With Over it is a window
// function. Its methods return a changed copy. Those that are always of one type
// are an [Int64Agg], [Float64Agg] or [DecimalAgg], which have the same methods.
type Agg[V any] struct{ NumExpr[V] }

func aggregate[V any](n aggNode) Agg[V] { return Agg[V]{num[V](&n)} }

// Filter takes only the rows that fit.
//
//go:noinline
func (a Agg[V]) Filter(p Pred) Agg[V] {
	return Agg[V]{num[V](aggFilter(a.n, p))}
}

// Distinct takes equal values once.
//
//go:noinline
func (a Agg[V]) Distinct() Agg[V] {
	return Agg[V]{num[V](aggDistinct(a.n))}
}

// OrderBy gives the order of the rows, for aggregates such as [StringAgg].
//
//go:noinline
func (a Agg[V]) OrderBy(orders ...Order) Agg[V] {
	return Agg[V]{num[V](aggOrder(a.n, orders))}
}

// Default is the value where there are no rows, which is null otherwise, and 0 for Count.
//
//go:noinline
func (a Agg[V]) Default(v V) Agg[V] {
	return Agg[V]{num[V](aggDefault(a.n, v))}
}

// Over makes the aggregate a window function: each row has the value of the rows
// of its window, and rows are not grouped.
//
//go:noinline
func (a Agg[V]) Over(w Window) NumExpr[V] { return num[V](aggOver(a.n, w)) }

func aggWith(n Node, change func(*aggNode)) Node {
	c := *n.(*aggNode)
	change(&c)
	return &c
}

func aggFilter(n Node, p Pred) Node {
	return aggWith(n, func(n *aggNode) { n.filter = And(Pred{n.filter}, p).n })
}

func aggDistinct(n Node) Node { return aggWith(n, func(n *aggNode) { n.distinct = true }) }

func aggOrder(n Node, orders []Order) Node {
	return aggWith(n, func(n *aggNode) { n.order = orders })
}

func aggDefault(n Node, v any) Node {
	return aggWith(n, func(n *aggNode) { n.otherwise = &valNode{v: v} })
}

func aggOver(n Node, w Window) Node { return &overNode{n.(*aggNode), w} }

// Count is how many values are not null. Given a to-many relation it counts the
// related rows; when several are joined, rows multiply: use CountDistinct.
func Count(e AnyExpr) Int64Agg {
	return Int64Agg{Int64Expr{&aggNode{name: "COUNT", args: []Node{operand(e)}}}}
}

// CountDistinct is how many different values there are, null not counted.
func CountDistinct(e AnyExpr) Int64Agg { return Count(e).Distinct() }

// CountAll is how many rows there are.
func CountAll() Int64Agg { return Int64Agg{Int64Expr{&aggNode{name: "COUNT", star: true}}} }

// Sum is the sum of all values that are not null; null where there are none. For
// columns smaller than 64 bits see [SumInt].
func Sum[V any](e Operand[V]) Agg[V] {
	return aggregate[V](aggNode{name: "SUM", args: []Node{operand(e)}})
}

// SumInt is the sum of integers of any size.
func SumInt(e AnyExpr) Int64Agg {
	return Int64Agg{Int64Expr{&aggNode{name: "SUM", args: []Node{operand(e)}}}}
}

// Avg is the mean of all values that are not null.
func Avg(e AnyExpr) Float64Agg {
	return Float64Agg{Float64Expr{&aggNode{name: "AVG", args: []Node{operand(e)}}}}
}

// AvgDecimal is the mean of decimals, a decimal itself.
func AvgDecimal(e Operand[decimal.Decimal]) DecimalAgg {
	return DecimalAgg{DecimalExpr{&aggNode{name: "AVG", args: []Node{operand(e)}}}}
}

// Min is the smallest value.
func Min[V any](e Operand[V]) Agg[V] {
	return aggregate[V](aggNode{name: "MIN", args: []Node{operand(e)}})
}

// Max is the greatest value.
func Max[V any](e Operand[V]) Agg[V] {
	return aggregate[V](aggNode{name: "MAX", args: []Node{operand(e)}})
}

// StdDev is the standard deviation of the whole population.
func StdDev(e AnyExpr) Float64Agg {
	return Float64Agg{Float64Expr{&aggNode{name: "STDDEV_POP", args: []Node{operand(e)}}}}
}

// StdDevSample is the standard deviation of a sample (StdDev(sample=True)).
func StdDevSample(e AnyExpr) Float64Agg {
	return Float64Agg{Float64Expr{&aggNode{name: "STDDEV_SAMP", args: []Node{operand(e)}}}}
}

// Variance is the variance of the whole population.
func Variance(e AnyExpr) Float64Agg {
	return Float64Agg{Float64Expr{&aggNode{name: "VAR_POP", args: []Node{operand(e)}}}}
}

// VarianceSample is the variance of a sample (Variance(sample=True)).
func VarianceSample(e AnyExpr) Float64Agg {
	return Float64Agg{Float64Expr{&aggNode{name: "VAR_SAMP", args: []Node{operand(e)}}}}
}

// BitAnd is the bits that all values have.
func BitAnd[V any](e Operand[V]) Agg[V] {
	return aggregate[V](aggNode{name: "BIT_AND", args: []Node{operand(e)}})
}

// BitOr is the bits that a value has.
func BitOr[V any](e Operand[V]) Agg[V] {
	return aggregate[V](aggNode{name: "BIT_OR", args: []Node{operand(e)}})
}

// BitXor is the bits that an odd number of values has.
func BitXor[V any](e Operand[V]) Agg[V] {
	return aggregate[V](aggNode{name: "BIT_XOR", args: []Node{operand(e)}})
}

// AnyValue is one of the values that are not null, whichever is at hand.
func AnyValue[V any](e Operand[V]) Agg[V] {
	return aggregate[V](aggNode{name: "ANY_VALUE", args: []Node{operand(e)}})
}

// StringAgg is all texts with the delimiter between them. The delimiter may come
// from outside: it is a parameter (CVE-2020-7471).
func StringAgg[V ~string](e Operand[V], delimiter string) Agg[string] {
	return aggregate[string](aggNode{name: "STRING_AGG", args: []Node{operand(e)}, delimiter: delimiter})
}

// FnAgg calls an aggregate function of the database by its name, which is the
// program's, never from outside; see [Fn].
func FnAgg[V any](name string, args ...AnyExpr) Agg[V] {
	if !isFunctionName(name) {
		return aggregate[V](aggNode{name: "FnAgg", args: []Node{&errNode{err: fmt.Errorf("orm: FnAgg: %.80q is no name of a function", name)}}})
	}
	return aggregate[V](aggNode{name: strings.ToUpper(name), args: operands(args)})
}

// aggNode is a call of an aggregate.
type aggNode struct {
	name      string
	template  string // in place of name
	args      []Node
	star      bool
	delimiter string
	distinct  bool
	filter    Node
	order     []Order
	otherwise Node
}

func (n *aggNode) aggregates() bool { return true }

func (n *aggNode) walk(f func(Node)) {
	for _, arg := range n.args {
		f(arg)
	}
	if n.filter != nil {
		f(n.filter)
	}
	for _, o := range n.order {
		if o.n != nil {
			f(o.n)
		}
	}
}

func (n *aggNode) write(c *Compiler) { c.aggregate(n, nil) }

// shape: aggregates with more than a filter are compiled each time.
func (n *aggNode) shape(s *shape) {
	if n.order != nil || n.otherwise != nil || n.delimiter != "" {
		s.ok = false
		return
	}
	s.byte('g')
	s.text(n.name)
	s.text(n.template)
	s.bool(n.star)
	s.bool(n.distinct)
	s.nodes('g', n.args)
	s.bool(n.filter != nil)
	if n.filter != nil {
		s.node(n.filter)
	}
}

// aggregate writes a call, with its window if there is one.
func (c *Compiler) aggregate(n *aggNode, over *Window) {
	if over == nil {
		for _, arg := range n.args {
			if c.nested(arg) {
				c.Fail(fmt.Errorf("orm: %s of an aggregate: an aggregate cannot be inside another; use a Subquery", n.name))
				return
			}
		}
	}
	negated := c.negated
	c.negated = false
	defer func() { c.negated = negated }()
	if n.otherwise != nil {
		c.SQL("COALESCE(")
		defer func() {
			c.SQL(", ")
			c.typed(n.otherwise)
			c.SQL(")")
		}()
	}
	open, end := c.aggregateCast(n)
	c.SQL(open)
	c.aggregateCall(n)
	if over != nil {
		c.over(over)
	}
	c.SQL(end)
}

// aggregateCast: PostgreSQL's sums of integers are numeric, and MySQL's bits are
// unsigned.
func (c *Compiler) aggregateCast(n *aggNode) (open, end string) {
	if c.mysql() && strings.HasPrefix(n.name, "BIT_") {
		return "CONVERT(", ", SIGNED)"
	}
	return "", ""
}

// nested tells whether an argument holds an aggregate of the same SELECT.
func (c *Compiler) nested(n Node) bool {
	if ref, ok := n.(*annNode); ok && c.sel != nil && c.sel.inner != nil && c.sel.inner.q.annotationNamed(ref.a.name) == ref.a {
		return false // a column of the subquery that is selected from
	}
	if a, ok := n.(aggregating); ok && a.aggregates() {
		return true
	}
	found := false
	n.walk(func(child Node) { found = found || c.nested(child) })
	return found
}

func (c *Compiler) aggregateCall(n *aggNode) {
	name := n.name
	switch {
	case name == "ANY_VALUE" && c.d.Name == "postgresql":
		c.anyValue(n)
		return
	case name == "ANY_VALUE" && c.d.Name == "mariadb":
		name = "MIN" // has no ANY_VALUE
	case name == "STRING_AGG" && c.d.Name != "postgresql":
		name = "GROUP_CONCAT"
	}
	if n.template != "" {
		c.aggregateTemplate(n)
		return
	}
	if n.distinct && len(n.args) == 0 {
		c.Fail(errors.New("orm: CountAll counts rows, which are all different; use CountDistinct of a column"))
		return
	}
	c.SQL(name + "(")
	if n.distinct {
		c.SQL("DISTINCT ")
	}
	inCase := n.filter != nil && !c.d.Features.AggregateFilter
	c.aggregateArgs(n, inCase)
	if n.name == "STRING_AGG" && !c.mysql() {
		c.delimiter(n)
	}
	if len(n.order) > 0 {
		c.SQL(" ORDER BY ")
		c.orderKeys(n.order)
	}
	if n.name == "STRING_AGG" && c.mysql() {
		c.SQL(" SEPARATOR " + hexLiteral(n.delimiter))
	}
	c.SQL(")")
	if n.filter != nil && !inCase {
		c.SQL(" FILTER (WHERE ")
		c.condition(n.filter)
		c.SQL(")")
	}
}

// aggregateArgs writes what is summed up; where the database has no FILTER, null
// for the rows that do not fit.
func (c *Compiler) aggregateArgs(n *aggNode, inCase bool) {
	if inCase {
		c.SQL("CASE WHEN ")
		c.condition(n.filter)
		c.SQL(" THEN ")
	}
	switch {
	case n.star && inCase:
		c.SQL("1")
	case n.star:
		c.SQL("*")
	case n.name == "STRING_AGG" && c.d.Name == "postgresql":
		c.SQL("(")
		c.typed(n.args[0])
		c.SQL(")::text")
	default:
		c.typedNodes(n.args)
	}
	if inCase {
		c.SQL(" ELSE NULL END")
	}
}

// delimiter writes the delimiter of a StringAgg as a parameter. SQLite takes none
// together with DISTINCT.
func (c *Compiler) delimiter(n *aggNode) {
	if err := checkText(n.delimiter); err != nil {
		c.Fail(err)
		return
	}
	if c.d.Name == "sqlite" && n.distinct {
		if n.delimiter != "," {
			c.Unsupported("DISTINCT in StringAgg with a delimiter", "use \",\"")
		}
		return
	}
	c.SQL(", ")
	c.typed(&valNode{v: n.delimiter})
}

// hexLiteral writes text as a string that cannot end early, where MySQL takes no
// parameter.
func hexLiteral(s string) string {
	if s == "" {
		return "''"
	}
	return fmt.Sprintf("0x%x", s)
}

// anyValue: PostgreSQL has ANY_VALUE since 16 only.
func (c *Compiler) anyValue(n *aggNode) {
	c.SQL("(ARRAY_AGG(")
	c.typed(n.args[0])
	c.SQL(") FILTER (WHERE ")
	c.typed(n.args[0])
	c.SQL(" IS NOT NULL")
	if n.filter != nil {
		c.SQL(" AND ")
		c.condition(n.filter)
	}
	c.SQL("))[1]")
}

// orderKeys writes the keys of an order inside of an expression.
func (c *Compiler) orderKeys(orders []Order) {
	for i, o := range orders {
		if i > 0 {
			c.SQL(", ")
		}
		if o.n == nil {
			name := strings.TrimPrefix(o.name, "-")
			o.n, o.desc = &fNode{name: name}, o.desc != (name != o.name)
		}
		c.orderKey(o, c.sel)
	}
}
