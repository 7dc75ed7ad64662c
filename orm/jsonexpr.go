package orm

import (
	"encoding/json"
	"fmt"
)

// Values that a document is compared with are written as JSON, so nil is JSON's null.

func jsonDoc(n Node) JSONExpr { return JSONExpr{n} }

// Key goes down into the document: strings are keys of objects, integers are
// indexes of arrays. Keys may come from outside: they are never SQL.
func (e JSONExpr) Key(path ...any) JSONExpr { return jsonDoc(jsonStep(e.n, path, false)) }

// KeyText is Key as text: strings without quotation marks (Django's KT).
func (e JSONExpr) KeyText(path ...any) TextExpr {
	return TextExpr{jsonStep(e.n, path, true)}
}

// Eq is true where the documents are equal.
func (e JSONExpr) Eq(v any) Pred { return jsonCompare("=", e.n, v) }

// Ne is the opposite of Eq.
func (e JSONExpr) Ne(v any) Pred { return Not(jsonCompare("=", e.n, v)) }

// Gt is true where the value is greater than v.
func (e JSONExpr) Gt(v any) Pred { return jsonCompare(">", e.n, v) }

// Gte is true where the value is v or greater.
func (e JSONExpr) Gte(v any) Pred { return jsonCompare(">=", e.n, v) }

// Lt is true where the value is less than v.
func (e JSONExpr) Lt(v any) Pred { return jsonCompare("<", e.n, v) }

// Lte is true where the value is v or less.
func (e JSONExpr) Lte(v any) Pred { return jsonCompare("<=", e.n, v) }

// In is true where the value is one of vs.
func (e JSONExpr) In(vs ...any) Pred { return jsonIn(e.n, vs) }

// NotIn is the opposite of In.
func (e JSONExpr) NotIn(vs ...any) Pred { return Not(e.In(vs...)) }

// Contains is true where v is contained in the document: the keys and values of
// an object, the elements of an array. Not on SQLite.
func (e JSONExpr) Contains(v any) Pred { return jsonContains(e.n, v, false) }

// ContainedBy is true where the document is contained in v. Not on SQLite.
func (e JSONExpr) ContainedBy(v any) Pred { return jsonContains(e.n, v, true) }

// HasKey is true where the object has the key.
func (e JSONExpr) HasKey(key string) Pred { return jsonHasKeys(e.n, "", []string{key}) }

// HasKeys is true where the object has all keys.
func (e JSONExpr) HasKeys(keys ...string) Pred { return jsonHasKeys(e.n, "AND", keys) }

// HasAnyKeys is true where the object has one of the keys.
func (e JSONExpr) HasAnyKeys(keys ...string) Pred { return jsonHasKeys(e.n, "OR", keys) }

// IsNull is true where there is no value, which is not JSON's null; for a key,
// where the document has no such key.
func (e JSONExpr) IsNull() Pred { return jsonIsNull(e.n, true) }

// IsNotNull is the opposite of IsNull.
func (e JSONExpr) IsNotNull() Pred { return jsonIsNull(e.n, false) }

// jsonValueNode returns v as a JSON document; the value of an expression stays
// what it is.
func jsonValueNode(v any) Node {
	if e, ok := v.(AnyExpr); ok {
		return operand(e)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return &errNode{err: fmt.Errorf("orm: %T as JSON: %w", v, err)}
	}
	return &valNode{v: JSONText(pythonJSON(b))}
}

func jsonCompare(op string, left Node, v any) Pred {
	return Pred{&jsonCmpNode{op, left, jsonValueNode(v)}}
}

func jsonIsNull(left Node, null bool) Pred {
	if key, ok := left.(*jsonKeyNode); ok {
		return Pred{&jsonMissingNode{key, null}}
	}
	return isNull(left, null)
}

func jsonIn(left Node, vs []any) Pred {
	if len(vs) == 0 {
		return Pred{newIn(left, vs)}
	}
	preds := make([]Pred, len(vs))
	for i, v := range vs {
		preds[i] = jsonCompare("=", left, v)
	}
	return Or(preds...)
}

// jsonStep goes down from n; steps of steps become one.
func jsonStep(n Node, path []any, text bool) Node {
	key := &jsonKeyNode{doc: n, text: text}
	if outer, ok := n.(*jsonKeyNode); ok && !outer.text {
		key.doc, key.path = outer.doc, outer.path
	}
	for _, step := range path {
		switch s := step.(type) {
		case string:
			if err := checkText(s); err != nil {
				return &errNode{err: err}
			}
			key.path = append(key.path[:len(key.path):len(key.path)], jsonPart{key: s})
		case int:
			key.path = append(key.path[:len(key.path):len(key.path)], jsonPart{index: s, array: true})
		default:
			return &errNode{err: fmt.Errorf("orm: a step into JSON is a string or an int, not %T", step)}
		}
	}
	return key
}

func jsonHasKeys(left Node, op string, keys []string) Pred {
	for _, k := range keys {
		if err := checkText(k); err != nil {
			return Pred{&errNode{err: err}}
		}
	}
	return Pred{&jsonHasNode{left, op, keys}}
}

func jsonContains(left Node, v any, by bool) Pred {
	return Pred{&jsonContainsNode{left, jsonValueNode(v), by}}
}
