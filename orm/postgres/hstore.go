package postgres

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// HStore is a field of the type hstore, a map of text to text or null (Django's
// HStoreField). The database needs the extension of that name. A nil HStore is
// an empty one.
type HStore map[string]orm.Null[string]

// NewHStore returns the HStore with the values of m.
func NewHStore(m map[string]string) HStore {
	h := make(HStore, len(m))
	for k, v := range m {
		h[k] = orm.Some(v)
	}
	return h
}

// ColumnType returns hstore.
func (h HStore) ColumnType(d *orm.Dialect, _ *orm.Field) (string, error) {
	return "hstore", onlyPostgres(d, "fields of type hstore")
}

// ColumnValue returns the argument of a statement.
func (h HStore) ColumnValue() (any, error) {
	b, err := h.MarshalText()
	return literal(b), err
}

// ScanColumn reads the value of a column.
func (h *HStore) ScanColumn(rows orm.Rows, i int) error {
	return h.UnmarshalText([]byte(rows.Text(i)))
}

// MarshalText returns the literal, with sorted keys: "a"=>"1", "b"=>NULL.
func (h HStore) MarshalText() ([]byte, error) {
	keys := make([]string, 0, len(h))
	for k := range h {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b := []byte{}
	for i, k := range keys {
		if i > 0 {
			b = append(b, ", "...)
		}
		v := h[k]
		if err := checkText(k + v.V); err != nil {
			return nil, err
		}
		b = append(appendQuoted(b, k), "=>"...)
		if v.Valid {
			b = appendQuoted(b, v.V)
		} else {
			b = append(b, "NULL"...)
		}
	}
	return b, nil
}

// MarshalJSON writes an object of texts and nulls.
func (h HStore) MarshalJSON() ([]byte, error) {
	if h == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]orm.Null[string](h))
}

// UnmarshalJSON reads an object of texts and nulls.
func (h *HStore) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, (*map[string]orm.Null[string])(h))
}

// UnmarshalText reads the literal as the server writes it.
func (h *HStore) UnmarshalText(text []byte) error {
	s := string(text)
	n := HStore{}
	fail := fmt.Errorf("%q is not an hstore such as \"a\"=>\"1\"", s)
	for s != "" {
		if s[0] != '"' {
			return fail
		}
		key, rest, err := cutQuoted(s)
		if err != nil {
			return fail
		}
		rest, ok := strings.CutPrefix(rest, "=>")
		var value orm.Null[string]
		switch {
		case !ok:
			return fail
		case strings.HasPrefix(rest, "NULL"):
			rest = rest[4:]
		case strings.HasPrefix(rest, `"`):
			value.Valid = true
			if value.V, rest, err = cutQuoted(rest); err != nil {
				return fail
			}
		default:
			return fail
		}
		n[key] = value
		if s, ok = strings.CutPrefix(rest, ", "); !ok && rest != "" || ok && s == "" {
			return fail
		}
	}
	*h = n
	return nil
}
