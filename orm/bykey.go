package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

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
