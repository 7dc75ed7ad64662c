package postgres

import (
	"fmt"
	"reflect"

	"github.com/nuages-web/nuages/orm"
)

// RangeExpr is an expression that is a range. Methods that end in F take another
// expression where the others take a value.
type RangeExpr[T any] struct{ orm.Expr[Range[T]] }

// RangeOf gives an expression the methods of ranges.
func RangeOf[T any](e orm.Expr[Range[T]]) RangeExpr[T] { return RangeExpr[T]{e} }

// typed is a range with its type: the operators also take elements and
// multiranges.
func (r Range[T]) typed() orm.AnyExpr {
	return expression[Range[T]]("%s::"+r.rangeType(), val(r))
}

// point is an element with its type.
func point[T any](v T) orm.AnyExpr {
	return expression[T]("%s::"+elementType(reflect.TypeFor[T](), nil), val(v))
}

func (e RangeExpr[T]) compare(op string, r Range[T]) orm.Pred {
	return condition("%s "+op+" %s", e, r.typed())
}

func (e RangeExpr[T]) compareF(op string, o orm.AnyExpr) orm.Pred {
	return condition("%s "+op+" %s", e, o)
}

// Contains is true where v lies in the range.
func (e RangeExpr[T]) Contains(v T) orm.Pred { return condition("%s @> %s", e, point(v)) }

// ContainsF is true where the value of o lies in the range.
func (e RangeExpr[T]) ContainsF(o orm.Operand[T]) orm.Pred { return e.compareF("@>", o) }

// ContainsRange is true where all of r lies in the range.
func (e RangeExpr[T]) ContainsRange(r Range[T]) orm.Pred { return e.compare("@>", r) }

// ContainsRangeF is ContainsRange of an expression.
func (e RangeExpr[T]) ContainsRangeF(o orm.Operand[Range[T]]) orm.Pred { return e.compareF("@>", o) }

// ContainedBy is true where the range lies in r.
func (e RangeExpr[T]) ContainedBy(r Range[T]) orm.Pred { return e.compare("<@", r) }

// ContainedByF is ContainedBy of an expression.
func (e RangeExpr[T]) ContainedByF(o orm.Operand[Range[T]]) orm.Pred { return e.compareF("<@", o) }

// Overlap is true where the range and r have a value in common.
func (e RangeExpr[T]) Overlap(r Range[T]) orm.Pred { return e.compare("&&", r) }

// OverlapF is Overlap of an expression.
func (e RangeExpr[T]) OverlapF(o orm.Operand[Range[T]]) orm.Pred { return e.compareF("&&", o) }

// FullyLt is true where the whole range is before r.
func (e RangeExpr[T]) FullyLt(r Range[T]) orm.Pred { return e.compare("<<", r) }

// FullyGt is true where the whole range is after r.
func (e RangeExpr[T]) FullyGt(r Range[T]) orm.Pred { return e.compare(">>", r) }

// NotLt is true where nothing of the range is before r.
func (e RangeExpr[T]) NotLt(r Range[T]) orm.Pred { return e.compare("&>", r) }

// NotGt is true where nothing of the range is after r.
func (e RangeExpr[T]) NotGt(r Range[T]) orm.Pred { return e.compare("&<", r) }

// AdjacentTo is true where the range and r touch without a value in common.
func (e RangeExpr[T]) AdjacentTo(r Range[T]) orm.Pred { return e.compare("-|-", r) }

// AdjacentToF is AdjacentTo of an expression.
func (e RangeExpr[T]) AdjacentToF(o orm.Operand[Range[T]]) orm.Pred { return e.compareF("-|-", o) }

// Lower is the lower bound; null where there is none (Django's startswith).
func (e RangeExpr[T]) Lower() orm.Expr[T] { return expression[T]("lower(%s)", e) }

// Upper is the upper bound; null where there is none (Django's endswith).
func (e RangeExpr[T]) Upper() orm.Expr[T] { return expression[T]("upper(%s)", e) }

// IsEmpty is true of the range of nothing.
func (e RangeExpr[T]) IsEmpty() orm.Pred { return condition("isempty(%s)", e) }

// LowerInc is true where the lower bound belongs to the range.
func (e RangeExpr[T]) LowerInc() orm.Pred { return condition("LOWER_INC(%s)", e) }

// LowerInf is true where the range has no lower bound.
func (e RangeExpr[T]) LowerInf() orm.Pred { return condition("LOWER_INF(%s)", e) }

// UpperInc is true where the upper bound belongs to the range.
func (e RangeExpr[T]) UpperInc() orm.Pred { return condition("UPPER_INC(%s)", e) }

// UpperInf is true where the range has no upper bound.
func (e RangeExpr[T]) UpperInf() orm.Pred { return condition("UPPER_INF(%s)", e) }

// Within is true where the value of e lies in r (Django's contained_by of numbers,
// days and moments).
func Within[T any](e orm.Operand[T], r Range[T]) orm.Pred {
	left := orm.AnyExpr(e)
	switch r.rangeType() {
	case "numrange":
		left = expression[T]("%s::numeric", e)
	case "int4range", "int8range":
		left = expression[T]("%s::"+elementType(reflect.TypeFor[T](), nil), e)
	}
	return condition("%s <@ %s", left, r.typed())
}

// MakeRange is the range from lower to upper, two expressions of one row, with
// the given bounds (Django's TsTzRange and RangeBoundary): for exclusion
// constraints over two columns.
func MakeRange[T any](lower, upper orm.Operand[T], bounds Bounds) RangeExpr[T] {
	return RangeExpr[T]{expression[Range[T]](Range[T]{}.rangeType()+"(%s, %s, '"+bounds.String()+"')", lower, upper)}
}

// RangeCol is a column of type [Range]. Generated code makes it.
type RangeCol[T any] struct {
	RangeExpr[T]
	col orm.Col[Range[T]]
}

// NewRangeCol returns the column of field name of the model at p.
func NewRangeCol[T any](p *orm.Path, name string) RangeCol[T] {
	c := orm.NewCol[Range[T]](p, name)
	return RangeCol[T]{RangeExpr[T]{c.Expr}, c}
}

// Set gives the column the value r.
func (c RangeCol[T]) Set(r Range[T]) orm.Assignment { return c.col.Set(r) }

// SetF gives the column the value of an expression.
func (c RangeCol[T]) SetF(e orm.Operand[Range[T]]) orm.Assignment { return c.col.SetF(e) }

// SetNull makes the column null.
func (c RangeCol[T]) SetNull() orm.Assignment { return c.col.SetNull() }

// rangeLookups are Django's names of the operators.
var rangeLookups = map[string]string{
	"exact": "=", "contains": "@>", "contained_by": "<@", "overlap": "&&", "fully_lt": "<<", "fully_gt": ">>",
	"not_lt": "&>", "not_gt": "&<", "adjacent_to": "-|-",
}

// ColumnLookup has the lookups exact, contains, contained_by, overlap, fully_lt,
// fully_gt, not_lt, not_gt and adjacent_to, whose value is a Range, its literal, a
// list of two bounds, or an expression; for contains also an element. The lookups
// startswith, endswith, isempty, lower_inc, lower_inf, upper_inc and upper_inf
// compare what their transforms give.
func (r Range[T]) ColumnLookup(left orm.AnyExpr, name string, value any) (orm.Pred, bool, error) {
	op := rangeLookups[name]
	if op == "" {
		return r.partLookup(left, name, value)
	}
	if value == nil {
		return condition("%s IS NULL", left), true, nil
	}
	if e, ok := asExpression(value); ok {
		return condition("%s "+op+" %s", left, e), true, nil
	}
	if name == "contains" {
		if v, err := asElement[T](value); err == nil {
			return condition("%s @> %s", left, point(v)), true, nil
		}
	}
	other, err := asRange[T](value)
	if err != nil {
		return orm.Pred{}, true, err
	}
	return condition("%s "+op+" %s", left, other.typed()), true, nil
}

// partLookup compares a bound, or one of the questions.
func (r Range[T]) partLookup(left orm.AnyExpr, name string, value any) (orm.Pred, bool, error) {
	e := RangeExpr[T]{expression[Range[T]]("%s", left)}
	if ask, ok := questions[name]; ok {
		answer := expression[bool](ask+"(%s)", left)
		switch value {
		case nil, true, "true", "True", "1":
			return answer.Eq(true), true, nil
		case false, "false", "False", "0":
			return answer.Eq(false), true, nil
		}
		return orm.Pred{}, true, fmt.Errorf("%s is true or false, not %v", name, value)
	}
	bound := e.Lower()
	switch name {
	case "startswith":
	case "endswith":
		bound = e.Upper()
	default:
		return orm.Pred{}, false, nil
	}
	if value == nil {
		return bound.IsNull(), true, nil
	}
	v, err := asElement[T](value)
	return bound.Eq(v), true, err
}

var questions = map[string]string{
	"isempty": "isempty", "lower_inc": "LOWER_INC", "lower_inf": "LOWER_INF", "upper_inc": "UPPER_INC", "upper_inf": "UPPER_INF",
}

// ColumnTransform has the transforms startswith, endswith (the bounds), isempty,
// lower_inc, lower_inf, upper_inc and upper_inf.
func (r Range[T]) ColumnTransform(left orm.AnyExpr, name string) (orm.TypedExpr, bool, error) {
	e := RangeExpr[T]{expression[Range[T]]("%s", left)}
	switch name {
	case "startswith":
		return e.Lower(), true, nil
	case "endswith":
		return e.Upper(), true, nil
	}
	if ask, ok := questions[name]; ok {
		return expression[bool](ask+"(%s)", left), true, nil
	}
	return nil, false, nil
}

// asRange turns the value of a lookup into a Range.
func asRange[T any](value any) (r Range[T], err error) {
	switch v := value.(type) {
	case Range[T]:
		return v, nil
	case string:
		return r, r.UnmarshalText([]byte(v))
	}
	list := reflect.ValueOf(value)
	if list.Kind() != reflect.Slice || list.Len() != 2 {
		return r, fmt.Errorf("a range is needed, or a list of two bounds, not %T", value)
	}
	for i, bound := range []*orm.Null[T]{&r.Lower, &r.Upper} {
		item := list.Index(i).Interface()
		if item == nil {
			continue
		}
		if bound.V, err = asElement[T](item); err != nil {
			return r, err
		}
		bound.Valid = true
	}
	return r, nil
}
