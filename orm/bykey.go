package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/google/uuid"
)

// ModelByLabel returns the model with a label, "shop.Product" or "shop.product", linked with
// the others, and whether the program defines one (Django's apps.get_model).
func ModelByLabel(label string) (*Meta, bool) {
	defined.link()
	app, name, _ := strings.Cut(label, ".")
	m := defined.byLabel[app+"."+strings.ToLower(name)]
	return m, m != nil
}

// RowKey returns the model and the primary key of a row, which is a pointer to a
// model. Of a row that has no key yet, the key is nil.
func RowKey(row any) (*Meta, any, error) {
	v := reflect.ValueOf(row)
	if !v.IsValid() || v.Kind() != reflect.Pointer || v.IsNil() {
		return nil, nil, fmt.Errorf("orm: %T is no row: give the address of one", row)
	}
	m, err := modelOfType(v.Type())
	if err != nil {
		return nil, nil, err
	}
	key := m.keyAt(v.UnsafePointer())
	if m.PK.Auto && isZero(key) {
		key = nil
	}
	return m, key, nil
}

// GetByKey returns the row of model m, a *T, with this primary key, which may be text
// or a number of another type; without one the error is [ErrNotFound].
func GetByKey(ctx context.Context, m *Meta, key any) (any, error) {
	rows, err := RowsByKeys(ctx, m, []any{key})
	if err != nil {
		return nil, err
	}
	if row := rows[key]; row != nil {
		return row, nil
	}
	return nil, fmt.Errorf("%w: %s with the key %v", ErrNotFound, m.Label(), key)
}

// RowsByKeys returns the rows of model m, each a *T, by those of the keys that have
// one. Keys may be text or numbers of another type than the model's, as generic
// relations have them; they must be comparable.
func RowsByKeys(ctx context.Context, m *Meta, keys []any) (map[any]any, error) {
	if err := m.link(); err != nil {
		return nil, err
	}
	if m.Type == nil || len(m.PKs) != 1 {
		return nil, fmt.Errorf("orm: rows of %s by key: the model has no struct, or no key of one field", m.Label())
	}
	given := map[any][]any{} // by the key in the model's type
	var wanted []any
	for _, key := range keys {
		k, err := keyFor(m.PK, key)
		if err != nil {
			continue // no row has it
		}
		if given[k] == nil {
			wanted = append(wanted, k)
		}
		given[k] = append(given[k], key)
	}
	q := &query{m: m, limit: -1, ordered: true}
	found, err := rowsByKeys(ctx, q, func(keys []any) Pred { return oneOf(m.root, m.PK, keys) }, wanted)
	if err != nil {
		return nil, err
	}
	rows := make(map[any]any, len(found))
	for _, row := range found {
		for _, key := range given[m.keyAt(row)] {
			rows[key] = m.pointer(row)
		}
	}
	return rows, nil
}

// Same tells whether two rows are the same one of the database: pointers to one model, or
// to a model and its proxy, with equal keys (Django's ==). A row that has no key yet is
// the same as itself alone. Use [RowKey] for keys of maps.
func Same(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	if x.Kind() != reflect.Pointer || y.Kind() != reflect.Pointer || x.IsNil() || y.IsNil() {
		return false
	}
	m, err := modelOfType(x.Type())
	other, otherErr := modelOfType(y.Type())
	if err != nil || otherErr != nil || m.concrete() != other.concrete() {
		return false
	}
	at, otherAt := x.UnsafePointer(), y.UnsafePointer()
	if at == otherAt {
		return true
	}
	return !m.keyless(at) && m.identity(at) == other.identity(otherAt)
}

// keyless tells whether a row has no key yet: the database or the row of a parent is to
// give it.
func (m *Meta) keyless(base unsafe.Pointer) bool {
	key := m.keyAt(base)
	return key == nil || isZero(key) && len(m.PKs) == 1 && (m.PK.Auto || m.PK.Relation != nil)
}

// Contains tells whether row, which has been saved, is among the rows of the query.
//
//go:noinline
func (q *QueryOf[P]) Contains(ctx context.Context, row P) (bool, error) {
	return q.q.contains(ctx, addressOf(row))
}

func (q *query) contains(ctx context.Context, row unsafe.Pointer) (bool, error) {
	switch {
	case q.err != nil:
		return false, q.err
	case row == nil:
		return false, q.m.errNilRow("look for")
	}
	if err := q.m.link(); err != nil {
		return false, err
	}
	if q.m.keyless(row) {
		return false, fmt.Errorf("orm: Contains: a %s without a key: save it first", q.m.Label())
	}
	return q.filter([]Pred{q.m.isRow(row)}, false).exists(ctx)
}

// InBulk returns the rows with these keys by key; keys without a row are missing. The
// key of a model with several is a struct with a field for each, in their order.
func InBulk[T any, K comparable](ctx context.Context, q *Query[T], keys ...K) (map[K]*T, error) {
	out := make(map[K]*T, len(keys))
	m := q.q.m
	if err := m.link(); err != nil {
		return nil, err
	}
	if q.q.sliced() {
		return nil, errors.New("orm: InBulk after Limit or Offset")
	}
	parts, err := m.keyParts(reflect.TypeFor[K]())
	if err != nil {
		return nil, err
	}
	size := keyChunk
	if len(m.PKs) > 1 {
		size = compositeChunk
	}
	for chunk := range slices.Chunk(keys, size) {
		preds := make([]Pred, len(chunk))
		values := make([]any, len(chunk))
		for i, k := range chunk {
			values[i] = k
			if len(m.PKs) > 1 {
				preds[i] = m.hasKey(parts(reflect.ValueOf(&k).Elem()))
			}
		}
		cond := Or(preds...)
		if len(m.PKs) == 1 {
			cond = oneOf(m.root, m.PK, values)
		}
		rows, err := q.Filter(cond).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			var k K
			for i, part := range parts(reflect.ValueOf(&k).Elem()) {
				part.Set(reflect.ValueOf(m.memoryValue(m.PKs[i], unsafe.Pointer(row))))
			}
			out[k] = row
		}
	}
	return out, nil
}

// compositeChunk is how many keys of several columns one statement asks for: each is a
// condition of its own, and SQLite takes a thousand in a row.
const compositeChunk = 200

// keyParts returns what takes a key of type t apart, into the values of the columns.
func (m *Meta) keyParts(t reflect.Type) (func(key reflect.Value) []reflect.Value, error) {
	if len(m.PKs) == 1 {
		if want := kindType(m.PK); t != want {
			return nil, fmt.Errorf("orm: InBulk: the key of %s is a %s, not a %s", m.Label(), want, t)
		}
		return func(key reflect.Value) []reflect.Value { return []reflect.Value{key} }, nil
	}
	fits := t.Kind() == reflect.Struct && t.NumField() == len(m.PKs)
	for i := 0; fits && i < len(m.PKs); i++ {
		fits = t.Field(i).IsExported() && t.Field(i).Type == kindType(m.PKs[i])
	}
	if !fits {
		return nil, fmt.Errorf("orm: InBulk: the key of %s is a struct with exported fields of the types of %v, not a %s", m.Label(), m.PKs, t)
	}
	return func(key reflect.Value) []reflect.Value {
		parts := make([]reflect.Value, len(m.PKs))
		for i := range parts {
			parts[i] = key.Field(i)
		}
		return parts
	}, nil
}

// hasKey is the condition that a row has a key of several columns.
func (m *Meta) hasKey(parts []reflect.Value) Pred {
	preds := make([]Pred, len(parts))
	for i, part := range parts {
		preds[i] = equals(m.root, m.PKs[i], part.Interface())
	}
	return And(preds...)
}

// keyFor returns a key as the type that field f has in memory.
func keyFor(f *Field, key any) (any, error) {
	k, err := convertKey(kindType(f), key)
	if err != nil {
		return nil, fmt.Errorf("orm: %v is no key for %s: %w", key, f, err)
	}
	return k, nil
}

// convertKey returns a key as type t: numbers of another size, and text, where it is
// that of a key.
func convertKey(t reflect.Type, key any) (any, error) {
	v := reflect.ValueOf(key)
	if !v.IsValid() {
		return nil, errors.New("it is null")
	}
	out := reflect.New(t).Elem()
	switch {
	case v.Type() == t:
		return key, nil
	case t.Kind() == reflect.String:
		out.SetString(fmt.Sprint(key))
	case v.Kind() == reflect.String && kindOf(t) == KindUUID:
		id, err := uuid.Parse(v.String())
		if err != nil {
			return nil, err
		}
		out.Set(reflect.ValueOf(id).Convert(t))
	case out.CanInt():
		n, err := strconv.ParseInt(fmt.Sprint(key), 10, t.Bits())
		if err != nil {
			return nil, err
		}
		out.SetInt(n)
	case out.CanUint():
		n, err := strconv.ParseUint(fmt.Sprint(key), 10, t.Bits())
		if err != nil {
			return nil, err
		}
		out.SetUint(n)
	case v.Type().ConvertibleTo(t) && v.Kind() == t.Kind():
		return v.Convert(t).Interface(), nil
	default:
		return nil, fmt.Errorf("a %s is no %s", v.Type(), t)
	}
	return out.Interface(), nil
}
