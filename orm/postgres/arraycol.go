package postgres

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// ArrayExpr is an expression that is an array. Comparisons of the whole are those
// of [orm.Expr].
type ArrayExpr[T any] struct{ orm.Expr[Array[T]] }

// ArrayOf gives an expression the methods of arrays.
func ArrayOf[T any](e orm.Expr[Array[T]]) ArrayExpr[T] { return ArrayExpr[T]{e} }

// typed is a value with its type: several functions of the server take arrays of
// any elements.
func (e ArrayExpr[T]) typed(vs []T) orm.AnyExpr {
	return expression[Array[T]]("%s::"+elementType(reflect.TypeFor[T](), nil)+"[]", val(Array[T](vs)))
}

// Contains is true where all vs are among the elements.
func (e ArrayExpr[T]) Contains(vs ...T) orm.Pred { return condition("%s @> %s", e, val(Array[T](vs))) }

// ContainsF is true where all elements of o are among those of e.
func (e ArrayExpr[T]) ContainsF(o orm.Operand[Array[T]]) orm.Pred {
	return condition("%s @> %s", e, o)
}

// ContainedBy is true where all elements are among vs; so it is of an empty array.
func (e ArrayExpr[T]) ContainedBy(vs ...T) orm.Pred {
	return condition("%s <@ %s", e, val(Array[T](vs)))
}

// ContainedByF is true where all elements of e are among those of o.
func (e ArrayExpr[T]) ContainedByF(o orm.Operand[Array[T]]) orm.Pred {
	return condition("%s <@ %s", e, o)
}

// Overlap is true where one of vs is among the elements.
func (e ArrayExpr[T]) Overlap(vs ...T) orm.Pred { return condition("%s && %s", e, val(Array[T](vs))) }

// OverlapF is true where e and o have an element in common.
func (e ArrayExpr[T]) OverlapF(o orm.Operand[Array[T]]) orm.Pred { return condition("%s && %s", e, o) }

// Len is the number of elements (of rows, where there are more dimensions).
func (e ArrayExpr[T]) Len() orm.NumExpr[int64] {
	return number(expression[int64]("CASE WHEN %s IS NULL THEN NULL ELSE coalesce(array_length(%s, 1), 0) END", e, e))
}

// Index is element i, counted from 0; null where there is none. A negative i gives
// null, too: arrays of PostgreSQL do not count from their end.
func (e ArrayExpr[T]) Index(i int) orm.Expr[T] {
	return expression[T]("(%s)[%s]", e, val(int64(i)+1))
}

// Slice is the elements from number from, counted from 0, to before number to.
func (e ArrayExpr[T]) Slice(from, to int) ArrayExpr[T] {
	return ArrayExpr[T]{expression[Array[T]]("(%s)[%s:%s]", e, val(int64(from)+1), val(int64(to)))}
}

// ArrayCol is a column of type [Array]. Generated code makes it.
type ArrayCol[T any] struct {
	ArrayExpr[T]
	col orm.Col[Array[T]]
}

// NewArrayCol returns the column of field name of the model at p.
func NewArrayCol[T any](p *orm.Path, name string) ArrayCol[T] {
	c := orm.NewCol[Array[T]](p, name)
	return ArrayCol[T]{ArrayExpr[T]{c.Expr}, c}
}

// Set gives the column the elements vs.
func (c ArrayCol[T]) Set(vs ...T) orm.Assignment { return c.col.Set(vs) }

// SetF gives the column the value of an expression.
func (c ArrayCol[T]) SetF(e orm.Operand[Array[T]]) orm.Assignment { return c.col.SetF(e) }

// SetNull makes the column null.
func (c ArrayCol[T]) SetNull() orm.Assignment { return c.col.SetNull() }

// Append adds v at the end of the array, in the database.
func (c ArrayCol[T]) Append(v T) orm.Assignment {
	return c.col.SetF(expression[Array[T]]("%s || %s", c, c.typed([]T{v})))
}

// ColumnLookup has the lookups contains, contained_by, overlap and exact, whose
// value is an Array, a slice, a literal such as {1,2}, or an expression.
func (Array[T]) ColumnLookup(left orm.AnyExpr, name string, value any) (orm.Pred, bool, error) {
	op := map[string]string{"contains": "@>", "contained_by": "<@", "overlap": "&&", "exact": "="}[name]
	if op == "" {
		return orm.Pred{}, false, nil
	}
	if value == nil {
		return condition("%s IS NULL", left), true, nil
	}
	right, ok := asExpression(value)
	if !ok {
		a, err := asArray[T](value)
		if err != nil {
			return orm.Pred{}, true, err
		}
		right = val(a)
	}
	return condition("%s "+op+" %s", left, right), true, nil
}

// ColumnTransform has the transforms len, a number for the element with that
// index, and 0_2 for a slice.
func (Array[T]) ColumnTransform(left orm.AnyExpr, name string) (orm.TypedExpr, bool, error) {
	e := ArrayExpr[T]{expression[Array[T]]("%s", left)}
	if name == "len" {
		return e.Len(), true, nil
	}
	if i, err := strconv.ParseUint(name, 10, 31); err == nil {
		return e.Index(int(i)), true, nil
	}
	from, to, ok := strings.Cut(name, "_")
	start, err := strconv.ParseUint(from, 10, 31)
	end, err2 := strconv.ParseUint(to, 10, 31)
	if ok && err == nil && err2 == nil {
		return e.Slice(int(start), int(end)), true, nil
	}
	return nil, false, nil
}
