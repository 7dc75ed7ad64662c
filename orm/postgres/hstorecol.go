package postgres

import (
	"fmt"

	"github.com/nuages-web/nuages/orm"
)

// HStoreExpr is an expression of type hstore.
type HStoreExpr struct{ orm.Expr[HStore] }

// HStoreOf gives an expression the methods of hstore.
func HStoreOf(e orm.Expr[HStore]) HStoreExpr { return HStoreExpr{e} }

// Key is the value of a key; null where there is no such key, or its value is null.
func (e HStoreExpr) Key(key string) orm.TextExpr {
	return text(expression[string]("(%s -> %s)", e, val(key)))
}

// Contains is true where e has all keys of h, with their values.
func (e HStoreExpr) Contains(h HStore) orm.Pred {
	return condition("%s @> %s::hstore", e, val(h))
}

// ContainedBy is true where all keys of e are in h, with their values.
func (e HStoreExpr) ContainedBy(h HStore) orm.Pred {
	return condition("%s <@ %s::hstore", e, val(h))
}

// HasKey is true where there is the key, be its value null.
func (e HStoreExpr) HasKey(key string) orm.Pred { return condition("%s ? %s", e, val(key)) }

// HasKeys is true where there are all keys.
func (e HStoreExpr) HasKeys(keys ...string) orm.Pred {
	return condition("%s ?& %s::text[]", e, val(Array[string](keys)))
}

// HasAnyKeys is true where there is one of the keys.
func (e HStoreExpr) HasAnyKeys(keys ...string) orm.Pred {
	return condition("%s ?| %s::text[]", e, val(Array[string](keys)))
}

// Keys is the array of the keys.
func (e HStoreExpr) Keys() ArrayExpr[string] {
	return ArrayExpr[string]{expression[Array[string]]("akeys(%s)", e)}
}

// Values is the array of the values.
func (e HStoreExpr) Values() ArrayExpr[orm.Null[string]] {
	return ArrayExpr[orm.Null[string]]{expression[Array[orm.Null[string]]]("avals(%s)", e)}
}

// HStoreCol is a column of type [HStore]. Generated code makes it.
type HStoreCol struct {
	HStoreExpr
	col orm.Col[HStore]
}

// NewHStoreCol returns the column of field name of the model at p.
func NewHStoreCol(p *orm.Path, name string) HStoreCol {
	c := orm.NewCol[HStore](p, name)
	return HStoreCol{HStoreExpr{c.Expr}, c}
}

// Set gives the column the value h.
func (c HStoreCol) Set(h HStore) orm.Assignment { return c.col.Set(h) }

// SetF gives the column the value of an expression.
func (c HStoreCol) SetF(e orm.Operand[HStore]) orm.Assignment { return c.col.SetF(e) }

// SetNull makes the column null.
func (c HStoreCol) SetNull() orm.Assignment { return c.col.SetNull() }

// ColumnLookup has the lookups exact, contains and contained_by, whose value is an
// HStore, a map of texts or a literal, and has_key, has_keys and has_any_keys.
func (HStore) ColumnLookup(left orm.AnyExpr, name string, value any) (orm.Pred, bool, error) {
	e := HStoreExpr{expression[HStore]("%s", left)}
	switch name {
	case "exact", "contains", "contained_by":
		if value == nil {
			return e.IsNull(), true, nil
		}
		h, err := asHStore(value)
		if err != nil {
			return orm.Pred{}, true, err
		}
		switch name {
		case "contains":
			return e.Contains(h), true, nil
		case "contained_by":
			return e.ContainedBy(h), true, nil
		}
		return e.Eq(h), true, nil
	case "has_key":
		return e.HasKey(fmt.Sprint(value)), true, nil
	case "has_keys", "has_any_keys":
		if value == nil {
			return orm.Pred{}, true, nil
		}
		keys, err := asTexts(value)
		if name == "has_keys" {
			return e.HasKeys(keys...), true, err
		}
		return e.HasAnyKeys(keys...), true, err
	}
	return orm.Pred{}, false, nil
}

// ColumnTransform has the transforms keys and values; every other name is a key.
func (HStore) ColumnTransform(left orm.AnyExpr, name string) (orm.TypedExpr, bool, error) {
	e := HStoreExpr{expression[HStore]("%s", left)}
	switch name {
	case "keys":
		return e.Keys(), true, nil
	case "values":
		return e.Values(), true, nil
	}
	return e.Key(name), true, nil
}

func asHStore(value any) (HStore, error) {
	switch v := value.(type) {
	case HStore:
		return v, nil
	case map[string]string:
		return NewHStore(v), nil
	case string:
		var h HStore
		return h, h.UnmarshalText([]byte(v))
	case map[string]any:
		h := HStore{}
		for key, item := range v {
			if item == nil {
				h[key] = orm.Null[string]{}
				continue
			}
			h[key] = orm.Some(fmt.Sprint(item))
		}
		return h, nil
	}
	return nil, fmt.Errorf("a map of texts is needed, not %T", value)
}
