package pyfmt

import (
	"cmp"
	"iter"
	"reflect"
	"slices"
	"strings"
)

// pairsOf returns the items of a Mapping.
func pairsOf(v any) (iter.Seq2[any, any], bool) {
	if _, ok := v.(Mapping); !ok {
		return nil, false
	}
	if all, ok := v.(interface{ All() iter.Seq2[any, any] }); ok {
		return all.All(), true
	}
	all := reflect.ValueOf(v).MethodByName("All")
	if !all.IsValid() || all.Type().NumIn() != 0 || all.Type().NumOut() != 1 || !all.Type().Out(0).CanSeq2() {
		return nil, false
	}
	return func(yield func(key, value any) bool) {
		for key, value := range all.Call(nil)[0].Seq2() {
			if !yield(interfaceOf(key), interfaceOf(value)) {
				return
			}
		}
	}, true
}

// interfaceOf returns r as a Go value, nil for an unexported field.
func interfaceOf(r reflect.Value) any {
	if !r.CanInterface() {
		return nil
	}
	return r.Interface()
}

// order returns the items of a mapping as they are to be shown.
func (p *printer) order(pairs iter.Seq2[any, any]) iter.Seq2[any, any] {
	if !p.sorted {
		return pairs
	}
	return func(yield func(key, value any) bool) {
		for _, item := range sortedPairs(pairs) {
			if !yield(item.key, item.value) {
				return
			}
		}
	}
}

// pair is an item of a mapping.
type pair struct{ key, value any }

func sortedPairs(items iter.Seq2[any, any]) []pair {
	var pairs []pair
	for k, v := range items {
		pairs = append(pairs, pair{k, v})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return compareValues(a.key, b.key) })
	return pairs
}

func mapPairs(r reflect.Value) []pair {
	keys := sortedKeys(r)
	pairs := make([]pair, len(keys))
	for i, k := range keys {
		pairs[i] = pair{interfaceOf(k), interfaceOf(r.MapIndex(k))}
	}
	return pairs
}

func compareValues(a, b any) int {
	return compareKeys(reflect.ValueOf(unwrap(a)), reflect.ValueOf(unwrap(b)))
}

// sortedKeys returns the keys of a map in the order in which Python sorts them;
// keys of several types by the name of the type, as pprint does.
func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, compareKeys)
	return keys
}

func compareKeys(a, b reflect.Value) int {
	if !a.IsValid() || !b.IsValid() { // None
		return cmp.Compare(boolInt(a.IsValid()), boolInt(b.IsValid()))
	}
	for a.Kind() == reflect.Interface && !a.IsNil() {
		a = a.Elem()
	}
	for b.Kind() == reflect.Interface && !b.IsNil() {
		b = b.Elem()
	}
	switch {
	case a.CanInt() && b.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint() && b.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat() && b.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	case a.Kind() == reflect.String && b.Kind() == reflect.String:
		return strings.Compare(a.String(), b.String())
	}
	if c := cmp.Compare(a.Type().String(), b.Type().String()); c != 0 || !a.CanInterface() || !b.CanInterface() {
		return c
	}
	return strings.Compare(string(AppendRepr(nil, a.Interface())), string(AppendRepr(nil, b.Interface())))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
