package orm

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/google/uuid"
)

// FetchMode says what Get of a relation does where the row was not fetched with
// the query.
type FetchMode uint8

// The modes. FetchPeers is Django 6.1's FETCH_PEERS.
const (
	// FetchDefault is the mode of the context, which is FetchPeers unless
	// WithFetchMode says another.
	FetchDefault FetchMode = iota
	// FetchPeers fetches for all rows that came together (up to 64) at once.
	FetchPeers
	// FetchOne fetches for this row alone.
	FetchOne
	// FetchRaise makes it an error, ErrFetchBlocked: for tests and templates.
	FetchRaise
)

type fetchModeKey struct{}

// WithFetchMode returns a context in which relations are fetched by mode, unless
// their query has a mode of its own.
func WithFetchMode(ctx context.Context, mode FetchMode) context.Context {
	return context.WithValue(ctx, fetchModeKey{}, mode)
}

func fetchMode(ctx context.Context, own FetchMode) FetchMode {
	if own != FetchDefault {
		return own
	}
	if mode, _ := ctx.Value(fetchModeKey{}).(FetchMode); mode != FetchDefault {
		return mode
	}
	return FetchPeers
}

// To returns a key that points to obj, which must have been saved.
func To[T any](obj *T) FK[T] {
	var f FK[T]
	f.Set(obj)
	return f
}

// OneTo returns a one-to-one relation to obj, which must have been saved.
func OneTo[T any](obj *T) OneToOne[T] { return OneToOne[T]{To(obj)} }

// NullTo returns a key that points to obj, or null where obj is nil.
func NullTo[T any](obj *T) NullFK[T] {
	var f NullFK[T]
	f.Set(obj)
	return f
}

// Set points the key to obj, which must have been saved. A key that obj has and K
// can't hold stays zero, and saving is an error.
//
//go:noinline
func (f *KeyOf[P, K]) Set(obj P) {
	f.obj = obj
	f.ID, _ = keyTo(f.link, reflect.TypeFor[P](), addressOf(obj), reflect.TypeFor[K]()).(K)
}

// Set points the key to obj, or to nothing where obj is nil; see [KeyOf.Set].
//
//go:noinline
func (f *NullKeyOf[P, K]) Set(obj P) {
	f.obj, f.Valid = obj, addressOf(obj) != nil
	f.ID = *new(K)
	if f.Valid {
		f.ID, _ = keyTo(f.link, reflect.TypeFor[P](), addressOf(obj), reflect.TypeFor[K]()).(K)
	}
}

// Get returns the row that the key points to, and fetches it where it was not; see
// [FetchMode]. A key of a struct that was neither fetched nor saved is taken for the
// primary key, also where the tag has a to_field. It must not be called by two goroutines at once on rows of one query.
//
//go:noinline
func (f *KeyOf[P, K]) Get(ctx context.Context) (P, error) {
	if addressOf(f.obj) != nil && keyTo(f.link, reflect.TypeFor[P](), addressOf(f.obj), reflect.TypeFor[K]()) == any(f.ID) {
		return f.obj, nil
	}
	obj, err := fetchKey(ctx, reflect.TypeFor[P](), f.link, unsafe.Pointer(f), f.ID)
	if err == nil {
		f.obj = rowAt[P](obj)
	}
	return rowAt[P](obj), err
}

// Get returns the row that the key points to, or nil where it is null; see
// [KeyOf.Get].
//
//go:noinline
func (f *NullKeyOf[P, K]) Get(ctx context.Context) (P, error) {
	if !f.Valid {
		return *new(P), nil
	}
	if addressOf(f.obj) != nil && keyTo(f.link, reflect.TypeFor[P](), addressOf(f.obj), reflect.TypeFor[K]()) == any(f.ID) {
		return f.obj, nil
	}
	obj, err := fetchKey(ctx, reflect.TypeFor[P](), f.link, unsafe.Pointer(f), f.ID)
	if err == nil {
		f.obj = rowAt[P](obj)
	}
	return rowAt[P](obj), err
}

// keyTo returns what a key of type t holds that points to the row at base, or nil
// where the type can't hold it. By the key's link it knows of a to_field.
func keyTo(l *link, row reflect.Type, base unsafe.Pointer, t reflect.Type) any {
	m, err := modelOfType(row)
	if err != nil || m.PK == nil || base == nil {
		return nil
	}
	to := m.PK
	if l != nil && l.field.Relation.ToField != nil {
		to = l.field.Relation.ToField
	}
	key := m.memoryValue(to, base)
	if key == nil || reflect.TypeOf(key) == t {
		return key
	}
	key, _ = convertKey(t, key)
	return key
}

// keyAt returns the primary key of the row at base, as the type that it has in
// memory; nil where it is null.
func (m *Meta) keyAt(base unsafe.Pointer) any {
	return m.memoryValue(m.PK, base)
}

// identity returns what tells a row from others of its model, as a key of maps.
func (m *Meta) identity(base unsafe.Pointer) any {
	if len(m.PKs) < 2 {
		return m.keyAt(base)
	}
	var b strings.Builder
	for _, f := range m.PKs {
		fmt.Fprintf(&b, "%#v,", m.memoryValue(f, base))
	}
	return b.String()
}

// isRow is the condition that a row is the one at base, by all parts of its key.
func (m *Meta) isRow(base unsafe.Pointer) Pred {
	preds := make([]Pred, len(m.PKs))
	for i, f := range m.PKs {
		preds[i] = equals(m.root, f, m.memoryValue(f, base))
	}
	return And(preds...)
}

// memoryValue returns a field's value, as the type that it has in memory.
func (m *Meta) memoryValue(f *Field, base unsafe.Pointer) any {
	at := unsafe.Add(base, m.fieldOffset(f))
	if f.Null && !*(*bool)(unsafe.Add(at, f.nullOff)) {
		return nil
	}
	switch f.Kind {
	case KindInt64:
		return *(*int64)(at)
	case KindString:
		if t := kindType(f); t == stringType {
			return *(*string)(at)
		}
	}
	return reflect.NewAt(kindType(f), at).Elem().Interface()
}

var stringType = reflect.TypeFor[string]()

// fetchKey fetches the row of a key; l connects it with its peers.
func fetchKey(ctx context.Context, target reflect.Type, l *link, at unsafe.Pointer, key any) (unsafe.Pointer, error) {
	m, err := modelOfType(target)
	if err != nil {
		return nil, err
	}
	own, using := FetchDefault, ""
	to := m.PK
	if l != nil {
		own, using = l.mode, l.using
		if l.field.Relation.ToField != nil {
			to = l.field.Relation.ToField
		}
	}
	q := &query{m: m, limit: -1, using: using, mode: own}
	switch fetchMode(ctx, own) {
	case FetchRaise:
		return nil, fmt.Errorf("%w: %s %v", ErrFetchBlocked, m.Label(), key)
	case FetchPeers:
		if l != nil && l.n > 1 {
			if err := fetchPeers(ctx, q, l, to); err != nil {
				return nil, err
			}
			if obj := *(*unsafe.Pointer)(unsafe.Add(at, l.field.objOff)); obj != nil {
				return obj, nil
			}
		}
	}
	return q.get(ctx, []Pred{equals(m.root, to, key)})
}

// equals is the condition that a field of the model at path has a value.
func equals(path *Path, f *Field, v any) Pred {
	return Pred{&cmpNode{"=", &colNode{path: path, name: f.Name}, &valNode{v: v, f: f}}}
}

// oneOf is the condition that a field of the model at path has one of the values.
func oneOf(path *Path, f *Field, values []any) Pred {
	return Pred{newIn(&colNode{path: path, name: f.Name}, typedSlice(values))}
}

// typedSlice returns keys as a slice of their type, which databases with arrays
// take as one argument.
func typedSlice(values []any) any {
	if len(values) == 0 {
		return values
	}
	switch values[0].(type) {
	case int64:
		return sliceOf[int64](values)
	case string:
		return sliceOf[string](values)
	case uuid.UUID:
		return sliceOf[uuid.UUID](values)
	}
	return values
}

func sliceOf[V any](values []any) any {
	out := make([]V, len(values))
	for i, v := range values {
		x, ok := v.(V)
		if !ok {
			return values
		}
		out[i] = x
	}
	return out
}

// fetchPeers fetches the rows that the keys of one chunk point to.
func fetchPeers(ctx context.Context, q *query, l *link, to *Field) error {
	var keys []any
	rows := map[any]unsafe.Pointer{}
	key := func(at unsafe.Pointer) (any, bool) {
		f := l.field
		if f.Null && !*(*bool)(unsafe.Add(at, f.nullOff)) {
			return nil, false
		}
		return reflect.NewAt(kindType(f), at).Elem().Interface(), true
	}
	for i := range l.n {
		at := unsafe.Add(l.base, uintptr(i)*l.size)
		k, ok := key(at)
		if _, seen := rows[k]; !ok || seen || *(*unsafe.Pointer)(unsafe.Add(at, l.field.objOff)) != nil {
			continue
		}
		rows[k] = nil
		keys = append(keys, k)
	}
	found, err := q.filter([]Pred{oneOf(q.m.root, to, keys)}, false).all(ctx)
	if err != nil {
		return err
	}
	for _, row := range found {
		rows[q.m.memoryValue(to, row)] = row
	}
	for i := range l.n {
		at := unsafe.Add(l.base, uintptr(i)*l.size)
		obj := (*unsafe.Pointer)(unsafe.Add(at, l.field.objOff))
		if k, ok := key(at); ok && *obj == nil {
			*obj = rows[k]
		}
	}
	return nil
}
