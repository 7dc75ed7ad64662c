package orm

//go:generate go run ../scripts/ormexprs

import "slices"

// Columns are made by generated code, one for each field of a model seen along a
// path. Their fields are looked up when a query is compiled.

func column(p *Path, name string) *colNode { return &colNode{path: p, name: name} }

func assign(n Node, v any) Assignment { return assignNode(n, &valNode{v: v}) }

func assignF(n Node, e AnyExpr) Assignment { return assignNode(n, operand(e)) }

func assignNode(n, to Node) Assignment {
	col, _ := n.(*colNode)
	return Assignment{col: col, n: to}
}

// Col is a column of type V where that has no column of its own: netip.Addr,
// named types, custom types. The usual types have: [TextCol], [Int64Col], [TimeCol].
type Col[V any] struct{ Expr[V] }

// NewCol returns the column of field name of the model at p.
func NewCol[V any](p *Path, name string) Col[V] { return Col[V]{Expr[V]{column(p, name)}} }

// Set gives the column the value v.
//
//go:noinline
func (c Col[V]) Set(v V) Assignment { return assign(c.n, v) }

// SetF gives the column the value of an expression, computed by the database.
//
//go:noinline
func (c Col[V]) SetF(e Operand[V]) Assignment { return assignF(c.n, e) }

// SetNull makes the column null.
//
//go:noinline
func (c Col[V]) SetNull() Assignment { return assign(c.n, nil) }

// Num is a column of numbers of type V: int16, uint64, named types. For int64, int32,
// int, float64 and decimal.Decimal there are [Int64Col], [Int32Col], [IntCol],
// [Float64Col] and [DecimalCol].
type Num[V any] struct{ NumExpr[V] }

// NewNum returns the column of field name of the model at p.
func NewNum[V any](p *Path, name string) Num[V] { return Num[V]{num[V](column(p, name))} }

// Set gives the column the value v.
//
//go:noinline
func (c Num[V]) Set(v V) Assignment { return assign(c.n, v) }

// SetF gives the column the value of an expression, computed by the database:
// Stock.SetF(Stock.Sub(1)) loses no update of others.
//
//go:noinline
func (c Num[V]) SetF(e Operand[V]) Assignment { return assignF(c.n, e) }

// SetNull makes the column null.
//
//go:noinline
func (c Num[V]) SetNull() Assignment { return assign(c.n, nil) }

// Enum is a column of a named type of text, such as a status. The compiler makes it
// anew for each such type, so it has what they need, by pointer only, and
// [Enum.Text] has the rest: OrderF.Status.Text().StartsWith("x").
type Enum[V ~string] struct{ col colNode }

// NewEnum returns the column of field name of the model at p.
//
//go:noinline
func NewEnum[V ~string](p *Path, name string) *Enum[V] {
	return &Enum[V]{colNode{path: p, name: name}}
}

func (c *Enum[V]) node() Node { return &c.col }
func (c *Enum[V]) yields(V)   {}

// Eq is true where the column is v.
//
//go:noinline
func (c *Enum[V]) Eq(v V) Pred { return compare("=", &c.col, string(v)) }

// Ne is the opposite of Eq; see [Expr.Ne].
//
//go:noinline
func (c *Enum[V]) Ne(v V) Pred { return Not(compare("=", &c.col, string(v))) }

// In is true where the column is one of vs; no values match nothing.
//
//go:noinline
func (c *Enum[V]) In(vs ...V) Pred { return in(&c.col, slices.Clone(vs)) }

// NotIn is the opposite of In.
//
//go:noinline
func (c *Enum[V]) NotIn(vs ...V) Pred { return Not(in(&c.col, slices.Clone(vs))) }

// Text returns the column as plain text, with all that text can do.
//
//go:noinline
func (c *Enum[V]) Text() TextExpr { return TextExpr{&c.col} }

// IsNull is true where the column has no value.
//
//go:noinline
func (c *Enum[V]) IsNull() Pred { return isNull(&c.col, true) }

// Asc orders by the column.
//
//go:noinline
func (c *Enum[V]) Asc() Order { return Order{n: &c.col} }

// Desc orders by the column, from great to small.
//
//go:noinline
func (c *Enum[V]) Desc() Order { return Order{n: &c.col, desc: true} }

// Set gives the column the value v.
//
//go:noinline
func (c *Enum[V]) Set(v V) Assignment { return assign(&c.col, string(v)) }

// SetNull makes the column null.
//
//go:noinline
func (c *Enum[V]) SetNull() Assignment { return assign(&c.col, nil) }

// Set gives the column v as a JSON document; nil is JSON's null.
func (c JSONCol) Set(v any) Assignment { return assignNode(c.n, jsonValueNode(v)) }

// SetF gives the column the value of an expression, computed by the database.
func (c JSONCol) SetF(e AnyExpr) Assignment { return assignF(c.n, e) }

// SetNull makes the column null for SQL, which is not JSON's null.
func (c JSONCol) SetNull() Assignment { return assign(c.n, nil) }

// Rel is a model seen along a path, embedded by its generated descriptor. As an
// expression it is the key of that model. Its methods are compiled again for each
// model: they are few.
type Rel struct {
	// Path is the way to the model.
	Path *Path
	_    [0]func() // not comparable, which would be code for each model
}

func (r *Rel) node() Node     { return column(r.Path, "") }
func (r *Rel) relPath() *Path { return r.Path }

// IsNull is true where no row is related.
func (r *Rel) IsNull() Pred { return isNull(r.node(), true) }

// IsNotNull is true where a row is related; to-many, one result for each related
// row.
func (r *Rel) IsNotNull() Pred { return isNull(r.node(), false) }

// Relative is a path along relations: a generated descriptor.
type Relative interface {
	AnyExpr
	relPath() *Path
}

// Any is true where a row at the end of a to-many relation fits all conditions. They
// speak of the related row, by the relation's columns or by those of its model:
// Any(AuthorF.Books(), BookF.Pages.Gt(500)). It is EXISTS: unlike a plain condition
// it gives each row once.
func Any(many Relative, conditions ...Pred) Pred {
	nodes := make([]Node, 0, len(conditions))
	for _, p := range conditions {
		if p.n != nil {
			nodes = append(nodes, p.n)
		}
	}
	return Pred{&anyNode{many.relPath(), nodes}}
}
