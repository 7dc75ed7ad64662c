// Package contenttypes lets rows point to rows of any model, as Django's
// contrib.contenttypes does: by a content type, which names the model, and a key.
//
//	type TaggedItem struct {
//		orm.Model
//		Label       string                                    `orm:"max_length=50"`
//		ContentType orm.FKey[contenttypes.ContentType, int32] `orm:"on_delete=cascade"`
//		ObjectID    int64
//	}
//
//	item := &TaggedItem{Label: "new"}
//	err := contenttypes.Point(ctx, &item.ContentType, &item.ObjectID, product)
//	obj, err := contenttypes.Target(ctx, &item.ContentType, item.ObjectID) // a *Product
//
// The way back is a field of type [orm.GenericRelation]. The app's tables are those of
// [Models]; the table and its rows are Django's, so both can work on one database.
package contenttypes

import (
	"context"
	"errors"
	"fmt"

	"github.com/nuages-web/nuages/orm"
)

// ErrStale is the error for a content type whose model the program does not define.
var ErrStale = errors.New("contenttypes: no model is defined for the content type")

// Key is the type of a field that points to a content type. Models write it out, for
// nuages generate to see: orm.FKey[contenttypes.ContentType, int32].
type Key = orm.FKey[ContentType, int32]

// For returns the content type of a model, and creates it where there is none. A proxy
// has that of its model. Keys that were read outside of a transaction are remembered by
// the DB of ctx, so that For is not a query each time; see [orm.ForgetContentTypes].
func For(ctx context.Context, m *orm.Meta) (*ContentType, error) {
	return orm.ContentTypeRow[ContentType](ctx, m)
}

// ForObject returns the content type of a row's model; obj is a pointer to a model.
func ForObject(ctx context.Context, obj any) (*ContentType, error) {
	m, _, err := orm.RowKey(obj)
	if err != nil {
		return nil, err
	}
	return For(ctx, m)
}

// ByID returns the content type with a key, or [orm.ErrNotFound].
func ByID(ctx context.Context, id int32) (*ContentType, error) {
	return ContentTypes.Get(ctx, ContentTypeF.ID.Eq(id))
}

// Point makes a row point to obj, a pointer to a model that has been saved: it sets the
// two fields of the row, and leaves saving it to the caller. K is the type of the field
// that holds the key; text takes keys of all models.
func Point[K int | int32 | int64 | string](ctx context.Context, contentType *Key, objectID *K, obj any) error {
	m, key, err := orm.RowKey(obj)
	if err != nil {
		return err
	}
	if key == nil {
		return fmt.Errorf("contenttypes: point to a %s without a key: save it first", m.Label())
	}
	id, err := keyAs[K](key)
	if err != nil {
		return fmt.Errorf("contenttypes: point to a %s: %w", m.Label(), err)
	}
	t, err := For(ctx, m)
	if err != nil {
		return err
	}
	contentType.Set(t)
	*objectID = id
	return nil
}

// keyAs turns a key into the type of the field that holds it.
func keyAs[K int | int32 | int64 | string](key any) (K, error) {
	var out K
	if text, ok := any(&out).(*string); ok {
		*text = fmt.Sprint(key)
		return out, nil
	}
	text := fmt.Sprint(key)
	if _, err := fmt.Sscan(text, &out); err != nil || fmt.Sprint(out) != text {
		return out, fmt.Errorf("the key %s does not go into a field of type %T", text, out)
	}
	return out, nil
}

// Target returns the row that a row points to, a *T of the model that the content type
// names, or [orm.ErrNotFound] where it was deleted. For many rows, [PrefetchTargets]
// asks less.
func Target(ctx context.Context, contentType *Key, objectID any) (any, error) {
	t, err := contentType.Get(ctx)
	if err != nil {
		return nil, err
	}
	return t.Object(ctx, objectID)
}

// PrefetchTargets returns the rows that rows point to, in their order, nil where there
// is none: with one query for each content type among them, and one for the content
// types (prefetch_related along a GenericForeignKey). pointer returns the two fields of
// a row:
//
//	targets, err := contenttypes.PrefetchTargets(ctx, items, func(i *TaggedItem) (int32, any) {
//		return i.ContentType.ID, i.ObjectID
//	})
func PrefetchTargets[T any](ctx context.Context, rows []*T, pointer func(row *T) (contentType int32, objectID any)) ([]any, error) {
	keys := map[int32][]any{}
	var ids []int32
	for _, row := range rows {
		id, key := pointer(row)
		if keys[id] == nil {
			ids = append(ids, id)
		}
		keys[id] = append(keys[id], key)
	}
	types, err := orm.InBulk(ctx, ContentTypes, ids...)
	if err != nil {
		return nil, err
	}
	found := map[int32]map[any]any{}
	for id, t := range types {
		m, err := t.ModelClass()
		if err != nil {
			return nil, err
		}
		if found[id], err = orm.RowsByKeys(ctx, m, keys[id]); err != nil {
			return nil, err
		}
	}
	targets := make([]any, len(rows))
	for i, row := range rows {
		id, key := pointer(row)
		targets[i] = found[id][key]
	}
	return targets, nil
}
