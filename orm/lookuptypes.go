package orm

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// CustomLookups is implemented by types of fields, beside [CustomField], that have
// lookups or transforms of their own. The methods are called on a zero value.
type CustomLookups interface {
	// ColumnLookup returns the condition of the lookup name, or false where the
	// type has no such lookup.
	ColumnLookup(left AnyExpr, name string, value any) (Pred, bool, error)
	// ColumnTransform returns the expression that the transform name makes of
	// left, or false. Its type decides which lookups may follow.
	ColumnTransform(left AnyExpr, name string) (TypedExpr, bool, error)
}

// TypedExpr is an expression that knows its type: [Expr] and what embeds it.
type TypedExpr interface {
	AnyExpr
	valueType() reflect.Type
}

// comparisons are the lookups that all types have, and textLookups those that
// treat values as text.
var (
	comparisons = []string{"exact", "in", "gt", "gte", "lt", "lte", "isnull", "range"}
	textLookups = []string{
		"iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "regex", "iregex",
	}
	jsonLookups = []string{"contains", "contained_by", "has_key", "has_keys", "has_any_keys"}
	// postgresLookups are those of django.contrib.postgres on text.
	postgresLookups = []string{"search", "trigram_similar", "trigram_word_similar", "trigram_strict_word_similar"}
)

// comparison tells whether name is a lookup of such values.
func (r *resolver) comparison(t operandType, name string) bool {
	if _, ok, err := customLookup(nil, t, name, nil); ok || err != nil {
		return true
	}
	return slices.Contains(lookupsOf(t), name)
}

func lookupsOf(t operandType) []string {
	switch {
	case t.tuple:
		return tupleLookups
	case t.rel:
		return comparisons
	case t.kind == KindJSON:
		return slices.Concat(comparisons, textLookups, jsonLookups)
	case t.kind == KindString:
		return slices.Concat(comparisons, textLookups, postgresLookups)
	}
	return slices.Concat(comparisons, textLookups)
}

// choices returns the lookups and transforms that may follow a value.
func (r *resolver) choices(t operandType) []string {
	names := slices.Clone(lookupsOf(t))
	if t.to != nil {
		names = append(names, t.to.lookupNames()...)
	}
	if t.field != nil {
		names = slices.AppendSeq(slices.AppendSeq(names, maps.Keys(t.field.Lookups)), maps.Keys(t.field.Transforms))
	}
	for name, kinds := range transformKinds {
		if slices.Contains(kinds, t.kind) {
			names = append(names, name)
		}
	}
	return names
}

var (
	momentAndDay   = []Kind{KindTime, KindDate}
	momentAndClock = []Kind{KindTime, KindTimeOfDay}
	ofText         = []Kind{KindString}
	// transformKinds are the transforms and the kinds of values that have them.
	transformKinds = map[string][]Kind{
		"year": momentAndDay, "iso_year": momentAndDay, "quarter": momentAndDay, "month": momentAndDay, "week": momentAndDay,
		"day": momentAndDay, "week_day": momentAndDay, "iso_week_day": momentAndDay,
		"hour": momentAndClock, "minute": momentAndClock, "second": momentAndClock,
		"date": {KindTime}, "time": {KindTime},
		"lower": ofText, "upper": ofText, "length": ofText, "trim": ofText, "unaccent": ofText,
	}
)

// madeNode is an expression with the kind of its values.
type madeNode struct {
	n    Node
	kind Kind
}

func builtinTransform(n Node, kind Kind, name string) madeNode {
	if !slices.Contains(transformKinds[name], kind) {
		return madeNode{}
	}
	switch name {
	case "date":
		return madeNode{&castDayNode{n, false}, KindDate}
	case "time":
		return madeNode{&castDayNode{n, true}, KindTimeOfDay}
	case "lower", "upper", "trim", "unaccent":
		return madeNode{newFunc(name, n), KindString}
	case "length":
		return madeNode{newFunc("length", n), KindInt64}
	}
	of := map[Kind]temporal{KindTime: temporalMoment, KindDate: temporalDay, KindTimeOfDay: temporalClock}[kind]
	return madeNode{&extractNode{partNamed(name), n, of}, KindInt64}
}

// jsonKey returns a part of a lookup as a step into JSON: numbers are indexes.
func jsonKey(name string) any {
	if i, err := strconv.Atoi(name); err == nil && strconv.Itoa(i) == name {
		return i
	}
	return name
}

// custom returns the lookups of the field's own type.
func (t operandType) custom() CustomLookups {
	typ := t.made
	if t.field != nil {
		typ = t.field.valueType
	}
	if t.kind != KindCustom || typ == nil {
		return nil
	}
	zero := reflect.New(typ)
	if c, ok := zero.Interface().(CustomLookups); ok {
		return c
	}
	c, _ := zero.Elem().Interface().(CustomLookups)
	return c
}

// customTransform asks the field and then its type.
func customTransform(n Node, t operandType, name string) (e TypedExpr, ok bool, err error) {
	if t.field != nil && t.field.Transforms[name] != nil && isColumn(n) {
		e, err = t.field.Transforms[name](Expr[any]{n})
		if err == nil && e == nil {
			err = fmt.Errorf("the transform %s gave nothing", name)
		}
		return e, true, err
	}
	if c := t.custom(); c != nil {
		return c.ColumnTransform(Expr[any]{n}, name)
	}
	return nil, false, nil
}

// customLookup asks the field and then its type; without n, only whether there is
// such a lookup.
func customLookup(n Node, t operandType, name string, value any) (Pred, bool, error) {
	if t.field != nil && t.field.Lookups[name] != nil {
		if n == nil {
			return Pred{}, true, nil
		}
		p, err := t.field.Lookups[name](Expr[any]{n}, value)
		return p, true, err
	}
	if c := t.custom(); c != nil {
		if n == nil {
			n = &errNode{err: errMissing}
		}
		return c.ColumnLookup(Expr[any]{n}, name, value)
	}
	return Pred{}, false, nil
}

func isColumn(n Node) bool {
	_, ok := n.(*colNode)
	return ok
}
