package template

import (
	"cmp"
	"math/big"
	"reflect"
	"strings"

	"github.com/nuages-web/nuages/i18n"
	"github.com/shopspring/decimal"
)

// Equal tells whether two values are equal as Python's == is: numbers by value whatever their type,
// True as 1, text whether safe or not, sequences by their items, moments by the instant.
func Equal(a, b Value) bool {
	if order, ok := compare(a, b); ok {
		return order == 0
	}
	switch {
	case a.kind == KindNone || b.kind == KindNone:
		return a.kind == b.kind
	case a.isMap() && b.isMap():
		return equalMaps(a, b)
	case a.kind != KindObject || b.kind != KindObject:
		return false
	}
	x, y := a.ref, b.ref
	if x.Type() != y.Type() {
		return false
	}
	if x.Comparable() && y.Comparable() && x.Equal(y) {
		return true
	}
	return sameRow(a, b)
}

func equalMaps(a, b Value) bool {
	entries := map[string]Value{}
	for key, item := range a.pairs() {
		entries[key.String()] = item
	}
	n := 0
	for key, item := range b.pairs() {
		other, ok := entries[key.String()]
		if n++; !ok || !Equal(item, other) {
			return false
		}
	}
	return n == len(entries)
}

// compare orders two values as Python's < does; ok is false where it has no order for them.
func compare(a, b Value) (order int, ok bool) {
	if a.kind == KindText && b.kind == KindText {
		return strings.Compare(a.str, b.str), true
	}
	if a.kind == KindInt && b.kind == KindInt {
		return cmp.Compare(int64(a.num), int64(b.num)), true
	}
	if a.kind == KindNone || b.kind == KindNone {
		return 0, false
	}
	if order, ok := compareNumbers(a, b); ok {
		return order, true
	}
	if x, ok := a.Time(); ok {
		if y, ok := b.Time(); ok {
			return x.Compare(y), true
		}
		return 0, false
	}
	if s, ok := a.plainText(); ok {
		if t, ok := b.plainText(); ok {
			return strings.Compare(s, t), true
		}
		return 0, false
	}
	return compareObjects(a, b)
}

// plainText is the text of a value whose type is a kind of string.
func (v Value) plainText() (string, bool) {
	if v.kind == KindText {
		return v.str, true
	}
	if v.kind == KindObject && v.ref.Kind() == reflect.String {
		return v.ref.String(), true
	}
	return "", false
}

func compareNumbers(a, b Value) (int, bool) {
	if i, ok := a.Int(); ok {
		if j, ok := b.Int(); ok {
			return cmp.Compare(i, j), true
		}
	}
	x, ok := a.rational()
	if !ok {
		return 0, false
	}
	y, ok := b.rational()
	if !ok {
		return 0, false
	}
	if x == nil || y == nil { // infinities and NaN
		f, _ := a.Float()
		g, _ := b.Float()
		return cmp.Compare(f, g), f == f && g == g
	}
	return x.Cmp(y), true
}

// maxExponent bounds the decimals that are compared by value.
const maxExponent = 5000

// rational returns a number as it is; nil for infinities and NaN.
func (v Value) rational() (*big.Rat, bool) {
	if i, ok := v.Int(); ok {
		return new(big.Rat).SetInt64(i), true
	}
	if v.kind == KindFloat {
		f, _ := v.Float()
		return new(big.Rat).SetFloat64(f), true
	}
	if v.kind != KindObject {
		return nil, false
	}
	switch x := v.Any().(type) {
	case decimal.Decimal:
		if x.Exponent() > maxExponent || x.Exponent() < -maxExponent {
			return nil, false
		}
		return x.Rat(), true
	case *big.Int:
		return new(big.Rat).SetInt(x), true
	}
	if f, ok := v.Float(); ok {
		return new(big.Rat).SetFloat64(f), true
	}
	return nil, false
}

func compareObjects(a, b Value) (int, bool) {
	if a.kind != KindObject || b.kind != KindObject {
		return 0, false
	}
	x, y := a.deref(), b.deref()
	if isList(x) && isList(y) {
		for i := range min(x.Len(), y.Len()) {
			p, q := reflected(x.Index(i)), reflected(y.Index(i))
			if Equal(p, q) {
				continue
			}
			order, ok := compare(p, q)
			return order, ok
		}
		return cmp.Compare(x.Len(), y.Len()), true
	}
	if x.Type() != y.Type() {
		return 0, false
	}
	if d, ok := as[i18n.DateValue](a.ref); ok {
		e, _ := as[i18n.DateValue](b.ref)
		return compareDates(d, e)
	}
	// Types with an order of their own: civil.Date, netip.Addr, …
	for _, name := range []string{"Compare", "Cmp"} {
		m := a.ref.MethodByName(name)
		if m.IsValid() && m.Type().NumIn() == 1 && m.Type().In(0) == b.ref.Type() && m.Type().NumOut() == 1 && m.Type().Out(0).Kind() == reflect.Int {
			return int(m.Call([]reflect.Value{b.ref})[0].Int()), true
		}
	}
	return 0, false
}

// compareDates orders two dates or times of one kind.
func compareDates(a, b i18n.DateValue) (int, bool) {
	t, isMoment := a.Moment()
	u, otherIsMoment := b.Moment()
	if isMoment && otherIsMoment {
		return t.Compare(u), true
	}
	alike := isMoment == otherIsMoment && a.HasDay() == b.HasDay() && a.HasClock() == b.HasClock()
	return a.Wall().Compare(b.Wall()), alike
}

func isList(r reflect.Value) bool { return r.Kind() == reflect.Slice || r.Kind() == reflect.Array }

// identical is Python's is, where it has a meaning here: the same None, boolean, or object; numbers
// and texts are the same where they are equal and of one type.
func identical(a, b Value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case KindNone:
		return true
	case KindObject:
		switch a.ref.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.Slice:
			return b.ref.Kind() == a.ref.Kind() && a.ref.Pointer() == b.ref.Pointer()
		}
	}
	return Equal(a, b)
}

// contains is Python's item in collection; ok is false where the collection is none.
func contains(c *Context, collection, item Value) (found, ok bool) {
	if collection.kind == KindText {
		s, ok := item.plainText()
		return ok && strings.Contains(collection.str, s), ok
	}
	if collection.kind != KindObject {
		return false, false
	}
	if collection.isMap() {
		if item.isMap() || item.kind == KindObject && isList(item.deref()) && item.deref().Type() != tupleType {
			return false, false // Python: unhashable
		}
		if s, ok := item.plainText(); ok {
			_, found := typeOf(collection.ref.Type()).keyed(collection, s)
			return found, true
		}
	}
	for v, err := range collection.items(c) {
		if err != nil {
			return false, false
		}
		if identical(v, item) || Equal(v, item) {
			return true, true
		}
	}
	return false, true
}

// keyed looks a key up in a map, without the methods of dict.
func (t *typeInfo) keyed(v Value, key string) (Value, bool) {
	if m, ok := v.Any().(Mapping); ok {
		item, ok := m.TemplateKey(key)
		return ValueOf(item), ok
	}
	return mapKey(v.deref(), key)
}
