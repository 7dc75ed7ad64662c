package orm

import (
	"fmt"
	"reflect"
)

// annotation is a named expression of a query.
type annotation struct {
	name  string
	n     Node
	kind  Kind            // of the values
	chunk func(n int) any // makes *[]Null[V]
	read  func(values any, i int, rows Rows, column int) error
	boxed func(values any, i int) any // value i for rows without a type; nil where it is null
	path  *Path                       // of a filtered relation, which has nothing but a name beside
}

// Ann is a named expression of a query: what [Query.Annotate] adds to each row.
// It is an expression itself, for Filter and OrderBy. Those of the usual types are
// [Int64Ann], [TextAnn] and others.
type Ann[V any] struct {
	Expr[V]
	a *annotation
}

// Annotation is a named expression of any type.
type Annotation interface {
	AnyExpr
	annotation() *annotation
}

func (a Ann[V]) annotation() *annotation { return a.a }

// Name returns the name.
//
//go:noinline
func (a Ann[V]) Name() string { return a.a.name }

// Of returns the value of a row of a query with this annotation. It is zero where
// the value is null, or the row has no such annotation.
//
//go:noinline
func (a Ann[V]) Of(row Row) V {
	v, _ := annotated[V](row, a.a)
	return v
}

// Lookup returns the value of a row, and whether there is one that is not null.
//
//go:noinline
func (a Ann[V]) Lookup(row Row) (V, bool) { return annotated[V](row, a.a) }

// annotated is the value of a row, and whether there is one that is not null.
func annotated[V any](row Row, a *annotation) (V, bool) {
	values, i := annotationOf(row, a)
	if values, ok := values.(*[]Null[V]); ok && i < len(*values) {
		v := (*values)[i]
		return v.V, v.Valid
	}
	var zero V
	return zero, false
}

// Row is a pointer to a model.
type Row interface{ state() *State }

func (s *State) state() *State { return s }

// annotationOf returns the column of values that a row has a share in, and which
// of them is the row's.
func annotationOf(row Row, a *annotation) (any, int) {
	r := row.state().row
	if r == nil || r.shared == nil {
		return nil, 0
	}
	for i := range r.shared.annotations {
		if col := &r.shared.annotations[i]; col.of == a {
			return col.values, r.index
		}
	}
	return nil, 0
}

// checkName refuses an annotation that hides a field or another annotation.
func (q *query) checkName(name string) error {
	if q.values == nil && q.m.byName[name] != nil {
		return fmt.Errorf("orm: annotation %q: %s has a field of that name", name, q.m.Label())
	}
	if q.annotationNamed(name) != nil || q.relationNamed(name) != nil {
		return fmt.Errorf("orm: two annotations are called %q", name)
	}
	return nil
}

func newAnnotation[V any](name string, n Node) *annotation {
	if err := checkAlias(name); err != nil {
		n = &errNode{err: err}
	}
	return &annotation{
		name: name, n: n, kind: kindOfType(reflect.TypeFor[V]()),
		chunk: makeChunk[V], read: readChunk[V], boxed: boxChunk[V],
	}
}

func makeChunk[V any](n int) any {
	values := make([]Null[V], n)
	return &values
}

func readChunk[V any](values any, i int, rows Rows, column int) error {
	v := &(*values.(*[]Null[V]))[i]
	if v.Valid = !rows.IsNull(column); !v.Valid {
		return nil
	}
	return readValue(&v.V, rows, column)
}

func boxChunk[V any](values any, i int) any {
	if v := (*values.(*[]Null[V]))[i]; v.Valid {
		return v.V
	}
	return nil
}

// annNode is an annotation used in another expression of the same query.
type annNode struct{ a *annotation }

func (n *annNode) walk(f func(Node)) { f(n.a.n) }
func (n *annNode) write(c *Compiler) {
	if c.inside(n) {
		return
	}
	for s := c.sel; s != nil; s = s.outer {
		if f, ok := s.refs[n.a]; ok {
			c.fragment(f)
			return
		}
	}
	c.Node(n.a.n)
}
