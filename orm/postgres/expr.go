package postgres

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// expression and condition make pieces of SQL. The template is always written in
// this package; what comes from outside is an argument.
func expression[V any](template string, args ...orm.AnyExpr) orm.Expr[V] {
	return orm.Template[V](template, args...)
}

func condition(template string, args ...orm.AnyExpr) orm.Pred {
	return orm.Holds(template, args...)
}

// val is a value as an argument.
func val[V any](v V) orm.Expr[V] { return orm.Val(v) }

func number(e orm.Expr[int64]) orm.NumExpr[int64] { return orm.NumOf(e) }

func float(e orm.Expr[float64]) orm.NumExpr[float64] { return orm.NumOf(e) }

func text(e orm.Expr[string]) orm.TextExpr { return orm.TextOf(e) }

// asExpression tells whether the value of a lookup is an expression.
func asExpression(value any) (orm.AnyExpr, bool) {
	e, ok := value.(orm.AnyExpr)
	return e, ok
}

// asElement turns the value of a lookup into a T: a T, a value of the same kind,
// or text.
func asElement[T any](value any) (v T, err error) {
	if v, ok := value.(T); ok {
		return v, nil
	}
	if s, ok := value.(string); ok {
		return v, takeElement(element{text: s}, &v)
	}
	dest, from := reflect.ValueOf(&v).Elem(), reflect.ValueOf(value)
	switch {
	case !from.IsValid():
		return v, takeElement(element{null: true}, &v)
	case dest.CanInt() && from.CanInt() && !dest.OverflowInt(from.Int()):
		dest.SetInt(from.Int())
		return v, nil
	case dest.CanFloat() && (from.CanFloat() || from.CanInt()):
		dest.Set(from.Convert(dest.Type()))
		return v, nil
	case dest.Kind() == reflect.String && from.Kind() == reflect.String:
		dest.SetString(from.String())
		return v, nil
	}
	if inner, ok := nullType(dest.Type()); ok && from.Type() == inner {
		dest.FieldByName("Valid").SetBool(true)
		dest.Field(0).Set(from)
		return v, nil
	}
	return v, fmt.Errorf("a value of type %T is no %T", value, v)
}

// asTexts turns the value of a lookup into a list of texts.
func asTexts(value any) (Array[string], error) {
	a, err := asArray[string](value)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return a, nil
}

// asArray turns the value of a lookup into an Array: one, a slice, or its literal.
func asArray[T any](value any) (Array[T], error) {
	switch v := value.(type) {
	case Array[T]:
		return v, nil
	case []T:
		return v, nil
	case string:
		var a Array[T]
		return a, a.UnmarshalText([]byte(strings.TrimSpace(v)))
	}
	list := reflect.ValueOf(value)
	if !list.IsValid() || list.Kind() != reflect.Slice {
		return nil, fmt.Errorf("a slice is needed, not %T", value)
	}
	a := make(Array[T], list.Len())
	for i := range a {
		item := list.Index(i).Interface()
		var err error
		if nested, ok := any(&a[i]).(interface{ convert(value any) error }); ok {
			err = nested.convert(item)
		} else {
			a[i], err = asElement[T](item)
		}
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	return a, nil
}

func (a *Array[T]) convert(value any) (err error) {
	*a, err = asArray[T](value)
	return err
}
