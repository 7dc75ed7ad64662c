package orm

import (
	"context"
	"fmt"
	"unsafe"
)

// contentTypeKeys are the keys of content types that are known to be in the databases
// of a DB. Only what was read or written outside of a transaction is kept, since the
// end of one, or of a test, may take a row back.
type contentTypeKeys struct{ known sharedMap } // any key by contentTypeAt

type contentTypeAt struct {
	alias     string
	types, of *Meta
}

// ContentTypeRow returns the row that stands for model m among the content types, T,
// and creates it where there is none; package contenttypes calls it. A proxy has the
// content type of its model. Keys read outside of a transaction are remembered by the
// DB; see [ForgetContentTypes].
func ContentTypeRow[T any](ctx context.Context, m *Meta) (*T, error) {
	types, err := modelOf[*T]()
	if err != nil {
		return nil, err
	}
	s, err := sessionFor(ctx, "", types, true)
	if err != nil {
		return nil, err
	}
	key, err := contentTypeKey(ctx, s.alias, types, m)
	if err != nil {
		return nil, err
	}
	row := new(T)
	at := unsafe.Pointer(row)
	if err := setContentType(types, at, m); err != nil {
		return nil, err
	}
	if err := setKey(types, types.PK, at, key, nil); err != nil {
		return nil, err
	}
	stateOf(at, types).shared.using = s.alias
	return row, nil
}

// ForgetContentTypes drops the keys of content types that the DB of ctx remembers:
// call it after deleting rows of them (Django's ContentType.objects.clear_cache).
func ForgetContentTypes(ctx context.Context) error {
	db, ok := FromContext(ctx)
	if !ok {
		return ErrNoDatabase
	}
	db.types.known.clear()
	return nil
}

// contentTypeKey returns the key of a model's content type, made where there is none.
func contentTypeKey(ctx context.Context, using string, types, of *Meta) (any, error) {
	of = of.concrete()
	s, err := sessionFor(ctx, using, types, true)
	if err != nil {
		return nil, err
	}
	at, cache := contentTypeAt{s.alias, types, of}, &s.state.db.types.known
	if key, ok := cache.load(at); ok {
		return key, nil
	}
	row := types.newChunk(1)
	if err := setContentType(types, row, of); err != nil {
		return nil, err
	}
	q := &query{m: types, limit: -1, using: s.alias}
	found, _, err := q.getOrCreate(ctx, row, []Pred{
		equals(types.root, types.byName["app_label"], of.App), equals(types.root, types.byName["model"], of.modelName())})
	if err != nil {
		return nil, fmt.Errorf("content type of %s: %w", of.Label(), err)
	}
	key := types.keyAt(found)
	if s.block == nil {
		cache.loadOrStore(at, key)
	}
	return key, nil
}

// setContentType writes the names of a model into a row of content types.
func setContentType(types *Meta, row unsafe.Pointer, of *Meta) error {
	of = of.concrete()
	for name, v := range map[string]string{"app_label": of.App, "model": of.modelName()} {
		f := types.byName[name]
		if f == nil || f.Kind != KindString {
			return fmt.Errorf("orm: %s is no model of content types: it has no text %s", types.Label(), name)
		}
		f.setValue(unsafe.Add(row, types.fieldOffset(f)), v)
	}
	return nil
}
