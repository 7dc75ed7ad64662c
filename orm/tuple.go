package orm

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
)

// TupleExpr is several expressions that are compared together, such as the columns of a
// composite key (Django's tuple lookups, 5.2). [Tuple] makes it. Values have the type of
// the columns, or one that a lookup in text takes for them.
type TupleExpr struct{ n *tupleNode }

// Tuple makes one of several expressions:
//
//	key := orm.Tuple(shop.StockF.ShopID, shop.StockF.ArticleID)
//	shop.Stocks.Filter(key.In([]any{1, 7}, []any{2, 7}))
//	shop.Stocks.Filter(key.Gt(last.ShopID, last.ArticleID)).Order("pk").Limit(100)
//
// In text, "pk", "pk__in", "pk__gt" and so on compare the composite key of a model, with
// a slice or a struct of its parts.
func Tuple(exprs ...AnyExpr) TupleExpr { return TupleExpr{&tupleNode{operands(exprs)}} }

func (e TupleExpr) node() Node   { return e.n }
func (e TupleExpr) yields([]any) {}

// Eq is true where all expressions have these values.
func (e TupleExpr) Eq(values ...any) Pred { return e.compare("=", values) }

// Ne is the opposite of Eq.
func (e TupleExpr) Ne(values ...any) Pred { return Not(e.Eq(values...)) }

// Gt is true where the tuple comes after the values: where the first expression is
// greater, or equal and the second is greater, and so on.
func (e TupleExpr) Gt(values ...any) Pred { return e.compare(">", values) }

// Gte is [TupleExpr.Gt], or all are equal.
func (e TupleExpr) Gte(values ...any) Pred { return e.compare(">=", values) }

// Lt is true where the tuple comes before the values; see [TupleExpr.Gt].
func (e TupleExpr) Lt(values ...any) Pred { return e.compare("<", values) }

// Lte is [TupleExpr.Lt], or all are equal.
func (e TupleExpr) Lte(values ...any) Pred { return e.compare("<=", values) }

// EqF is true where two tuples are equal.
func (e TupleExpr) EqF(o TupleExpr) Pred { return Pred{&cmpNode{"=", e.n, o.n}} }

// In is true where the tuple is one of the rows, each of which has a value for each
// expression; no rows match nothing. Rows with a nil are left out.
func (e TupleExpr) In(rows ...[]any) Pred { return Pred{&tupleInNode{e.n, slices.Clone(rows)}} }

// NotIn is the opposite of In.
func (e TupleExpr) NotIn(rows ...[]any) Pred { return Not(e.In(rows...)) }

// InQuery is true where the tuple is among the rows of a subquery:
// orm.Subquery(q, orm.Tuple(a, b)).
func (e TupleExpr) InQuery(sub Operand[[]any]) Pred { return inQuery(e.n, sub) }

// IsNull is true where one of the expressions has no value.
func (e TupleExpr) IsNull() Pred {
	preds := make([]Pred, len(e.n.nodes))
	for i, n := range e.n.nodes {
		preds[i] = isNull(n, true)
	}
	return Or(preds...)
}

func (e TupleExpr) compare(op string, values []any) Pred {
	return Pred{&tupleCmpNode{op, e.n, values}}
}

// tupleNode is (a, b, …).
type tupleNode struct{ nodes []Node }

func (n *tupleNode) walk(f func(Node)) {
	for _, child := range n.nodes {
		f(child)
	}
}

func (n *tupleNode) write(c *Compiler) {
	if len(n.nodes) < 2 {
		c.Fail(errors.New("orm: a tuple has two expressions or more"))
		return
	}
	c.SQL("(")
	c.Nodes(n.nodes)
	c.SQL(")")
}

// row makes nodes of values, which get the types of the columns. ok is false where a
// column cannot hold its value, or the value is nil.
func (n *tupleNode) row(op string, values []any) (row *tupleNode, ok bool, err error) {
	if len(values) != len(n.nodes) {
		return nil, false, fmt.Errorf("orm: a tuple of %d columns was compared with %d values", len(n.nodes), len(values))
	}
	row, ok = &tupleNode{make([]Node, len(values))}, true
	for i, v := range values {
		v = plain(v)
		if e, isExpr := v.(AnyExpr); isExpr {
			row.nodes[i] = operand(e)
			continue
		}
		if v == nil {
			ok = false
			continue
		}
		if col, isCol := n.nodes[i].(*colNode); isCol {
			f, err := col.field()
			if err != nil {
				return nil, false, err
			}
			r := &resolver{root: f.Model.root, lookup: f.Name}
			if v, err = r.value(typeOfField(f), op, v); err != nil {
				return nil, false, err
			}
		}
		if _, beyond := v.(*big.Int); beyond {
			ok = false
		}
		row.nodes[i] = &valNode{v: v}
	}
	return row, ok, nil
}

// tupleCmpNode compares a tuple with values.
type tupleCmpNode struct {
	op     string
	left   *tupleNode
	values []any
}

func (n *tupleCmpNode) walk(f func(Node)) { f(n.left) }
func (n *tupleCmpNode) write(c *Compiler) {
	row, ok, err := n.left.row(n.op, n.values)
	switch {
	case err != nil:
		c.Fail(err)
	case !ok && n.op == "=" && !slices.ContainsFunc(n.values, func(v any) bool { return plain(v) == nil }):
		c.SQL("1 = 0")
	case !ok:
		c.Fail(fmt.Errorf("orm: %v cannot be compared with a tuple: a value is nil, or the column cannot hold it", n.values))
	default:
		(&cmpNode{n.op, n.left, row}).write(c)
	}
}

// tupleInNode is (a, b) IN ((1, 2), …).
type tupleInNode struct {
	left *tupleNode
	rows [][]any
}

func (n *tupleInNode) walk(f func(Node)) { f(n.left) }
func (n *tupleInNode) write(c *Compiler) {
	var rows []*tupleNode
	for _, values := range n.rows {
		row, ok, err := n.left.row("=", values)
		if err != nil {
			c.Fail(err)
			return
		}
		if ok {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		c.SQL("1 = 0")
		return
	}
	c.guarded(n.left, nil, func() {
		c.Node(n.left)
		c.SQL(" IN (")
		if c.d.Name == "sqlite" {
			c.SQL("VALUES ")
		}
		for i, row := range rows {
			if i > 0 {
				c.SQL(", ")
			}
			c.Node(row)
		}
		c.SQL(")")
	})
}

// compositeKey returns the columns of the key of the model at p.
func compositeKey(p *Path, m *Meta) *tupleNode {
	n := &tupleNode{}
	for _, f := range m.PKs {
		n.nodes = append(n.nodes, column(p, f.Name))
	}
	return n
}

// tupleLookups are the lookups of a composite key, as in Django.
var tupleLookups = []string{"exact", "gt", "gte", "in", "isnull", "lt", "lte"}

// compareTuple applies a lookup of a composite key.
func (r *resolver) compareTuple(n *tupleNode, t operandType, name string, value any) (Pred, error) {
	e := TupleExpr{n}
	if sub, ok := value.(AnyExpr); ok {
		if other, ok := sub.node().(*tupleNode); ok && name == "exact" {
			return e.EqF(TupleExpr{other}), nil
		}
		if name == "in" {
			return inQuery(n, sub), nil
		}
	}
	switch name {
	case "isnull":
		null, ok := asBool(value)
		if !ok {
			return Pred{}, r.errorf(nil, "The value for an isnull lookup must be true or false.")
		}
		if null {
			return e.IsNull(), nil
		}
		return Not(e.IsNull()), nil
	case "in":
		list, err := r.list(name, value)
		if err != nil {
			return Pred{}, err
		}
		rows := make([][]any, len(list))
		for i, item := range list {
			if rows[i], err = r.keyValues(n, name, item); err != nil {
				return Pred{}, err
			}
		}
		return e.In(rows...), nil
	case "exact", "gt", "gte", "lt", "lte":
		values, err := r.keyValues(n, name, value)
		if err != nil {
			return Pred{}, err
		}
		return e.compare(map[string]string{"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[name], values), nil
	}
	return Pred{}, r.errorf(slices.Clone(tupleLookups), "Unsupported lookup '%s' for %s.", shortened(name), t.name())
}

// keyValues returns the parts of a composite key: the elements of a slice, the fields of
// a struct.
func (r *resolver) keyValues(n *tupleNode, name string, value any) (values []any, err error) {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Struct && kindOf(v.Type()) == KindInvalid {
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				return nil, r.errorf(nil, "A key is a struct with exported fields, not %T.", value)
			}
			values = append(values, v.Field(i).Interface())
		}
	} else if values, err = r.list(name, value); err != nil {
		return nil, err
	}
	if len(values) != len(n.nodes) {
		return nil, r.errorf(nil, "'%s' lookup of 'pk' must have %d elements, not %d.", name, len(n.nodes), len(values))
	}
	return values, nil
}
