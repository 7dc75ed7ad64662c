package orm

import (
	"math/big"
	"reflect"
	"slices"
)

// compare applies the lookup name, which values of type t have.
func (r *resolver) compare(n Node, t operandType, name string, value any) (Pred, error) {
	if p, ok, err := customLookup(n, t, name, value); ok || err != nil {
		if err != nil {
			return Pred{}, r.errorf(nil, "%v", err)
		}
		return p, nil
	}
	value = plain(value)
	if key, ok := n.(*tupleNode); ok {
		return r.compareTuple(key, t, name, value)
	}
	switch {
	case name == "isnull":
		null, ok := asBool(value)
		if !ok {
			return Pred{}, r.errorf(nil, "The value for an isnull lookup must be true or false.")
		}
		if t.kind == KindJSON {
			return jsonIsNull(n, null), nil
		}
		return isNull(n, null), nil
	case t.kind == KindJSON:
		return r.compareJSON(n, t, name, value)
	case slices.Contains(textLookups, name), slices.Contains(postgresLookups, name):
		return r.compareText(n, t, name, value)
	}
	switch name {
	case "exact":
		if value == nil {
			return isNull(n, true), nil
		}
		return r.operator("=", n, t, value)
	case "gt":
		return r.operator(">", n, t, value)
	case "gte":
		return r.operator(">=", n, t, value)
	case "lt":
		return r.operator("<", n, t, value)
	case "lte":
		return r.operator("<=", n, t, value)
	case "in":
		return r.compareIn(n, t, value)
	case "range":
		return r.compareRange(n, t, value)
	}
	return Pred{}, r.errorf(r.choices(t), "Unsupported lookup '%s' for %s or join on the field not permitted.", shortened(name), t.name())
}

// plain unwraps Null and pointers; a null one becomes nil.
func plain(value any) any {
	if n, ok := value.(nullable); ok {
		inner, ok := n.unwrap()
		if !ok {
			return nil
		}
		return inner
	}
	if _, ok := value.(Row); ok {
		return value
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		if kindOf(v.Type().Elem()) != KindInvalid && !isExpression(value) {
			return v.Elem().Interface()
		}
	}
	return value
}

func isExpression(v any) bool {
	_, ok := v.(AnyExpr)
	return ok
}

// operator compares with =, >, >=, < or <=. Integers that the column cannot hold
// match nothing, or all rows with a value, without asking the driver (Django 4.2).
func (r *resolver) operator(op string, n Node, t operandType, value any) (Pred, error) {
	if value == nil {
		return Pred{}, r.errorf(nil, "Cannot use None as a query value.")
	}
	if e, ok := value.(AnyExpr); ok {
		return compareF(op, n, e), nil
	}
	v, err := r.value(t, op, value)
	if err != nil {
		return Pred{}, err
	}
	if x, ok := v.(*big.Int); ok {
		return isNull(n, false).And(Pred{constNode(x.Sign() < 0 == (op[0] == '>') && op != "=")}), nil
	}
	if v, ok := v.(Node); ok {
		return Pred{&cmpNode{op, n, v}}, nil
	}
	return compare(op, n, v), nil
}

// constNode is a condition that is always true, or never.
type constNode bool

func (constNode) walk(func(Node)) {}
func (n constNode) write(c *Compiler) {
	if n {
		c.SQL("1 = 1")
	} else {
		c.SQL("1 = 0")
	}
}

func (r *resolver) compareIn(n Node, t operandType, value any) (Pred, error) {
	if e, ok := value.(AnyExpr); ok {
		return inQuery(n, e), nil
	}
	values, err := r.list("in", value)
	if err != nil {
		return Pred{}, err
	}
	var ints []int64
	var texts []string
	var others []any
	for _, v := range values {
		if v = plain(v); v == nil {
			continue // null is in no list
		}
		if isExpression(v) {
			return r.inExpressions(n, t, values)
		}
		v, err := r.value(t, "=", v)
		if err != nil {
			return Pred{}, err
		}
		switch v := v.(type) {
		case *big.Int: // matches nothing
		case int64:
			ints = append(ints, v)
		case string:
			texts = append(texts, v)
		default:
			others = append(others, v)
		}
	}
	switch {
	case len(others) > 0:
		for _, v := range ints {
			others = append(others, v)
		}
		for _, v := range texts {
			others = append(others, v)
		}
		return in(n, others), nil
	case len(texts) > 0 && len(ints) == 0:
		return in(n, texts), nil
	}
	return in(n, ints), nil
}

// inExpressions is IN where some of the values are expressions.
func (r *resolver) inExpressions(n Node, t operandType, values []any) (Pred, error) {
	preds := make([]Pred, 0, len(values))
	for _, v := range values {
		if v = plain(v); v == nil {
			continue
		}
		p, err := r.operator("=", n, t, v)
		if err != nil {
			return Pred{}, err
		}
		preds = append(preds, p)
	}
	return Or(preds...), nil
}

// list returns the values of a slice.
func (r *resolver) list(name string, value any) ([]any, error) {
	if vs, ok := value.([]any); ok {
		return vs, nil
	}
	v := reflect.ValueOf(value)
	if k := v.Kind(); k != reflect.Slice && k != reflect.Array || kindOf(v.Type()) != KindInvalid {
		return nil, r.errorf(nil, "The value for %s is a slice, not %T.", name, value)
	}
	values := make([]any, v.Len())
	for i := range values {
		values[i] = v.Index(i).Interface()
	}
	return values, nil
}

func (r *resolver) compareRange(n Node, t operandType, value any) (Pred, error) {
	values, err := r.list("range", value)
	if err != nil {
		return Pred{}, err
	}
	if len(values) != 2 {
		return Pred{}, r.errorf(nil, "The value for range has two elements, not %d.", len(values))
	}
	low, err := r.operator(">=", n, t, plain(values[0]))
	if err != nil {
		return Pred{}, err
	}
	high, err := r.operator("<=", n, t, plain(values[1]))
	if err != nil {
		return Pred{}, err
	}
	a, ok := low.n.(*cmpNode)
	b, also := high.n.(*cmpNode)
	if ok && also {
		return Pred{&betweenNode{n, a.right, b.right}}, nil
	}
	return And(low, high), nil // a bound is out of the column's range
}

// compareText applies a lookup that treats the value as text.
func (r *resolver) compareText(n Node, t operandType, name string, value any) (Pred, error) {
	if e, ok := value.(AnyExpr); ok {
		return likeF(name, n, operand(e)), nil
	}
	if value == nil {
		if name == "iexact" {
			return isNull(n, true), nil
		}
		return Pred{}, r.errorf(nil, "Cannot use None as a query value.")
	}
	s, err := r.text(value)
	if err != nil {
		return Pred{}, err
	}
	return like(name, n, s), nil
}

func (r *resolver) compareJSON(n Node, t operandType, name string, value any) (Pred, error) {
	key, isKey := n.(*jsonKeyNode)
	if slices.Contains(textLookups, name) && (name != "contains" || isKey && isText(value)) {
		if isKey {
			n = &jsonKeyNode{doc: key.doc, path: key.path, text: true}
		}
		return r.compareText(n, operandType{kind: KindString}, name, value)
	}
	switch name {
	case "exact":
		return jsonCompare("=", n, value), nil
	case "gt", "gte", "lt", "lte":
		return jsonCompare(map[string]string{"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[name], n, value), nil
	case "contains", "contained_by":
		return jsonContains(n, value, name == "contained_by"), nil
	case "in":
		if e, ok := value.(AnyExpr); ok {
			return inQuery(n, e), nil
		}
		values, err := r.list(name, value)
		return jsonIn(n, values), err
	case "has_key":
		s, err := r.text(value)
		return jsonHasKeys(n, "", []string{s}), err
	case "has_keys", "has_any_keys":
		values, err := r.list(name, value)
		if err != nil {
			return Pred{}, err
		}
		keys := make([]string, len(values))
		for i, v := range values {
			if keys[i], err = r.text(v); err != nil {
				return Pred{}, err
			}
		}
		return jsonHasKeys(n, map[string]string{"has_keys": "AND", "has_any_keys": "OR"}[name], keys), nil
	}
	return Pred{}, r.errorf(r.choices(t), "Unsupported lookup '%s' for JSONField.", shortened(name))
}
