package orm

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// keysOnly is the query of all rows of a model, with their keys alone.
func keysOnly(m *Meta) *query {
	return (&query{m: m, limit: -1}).byKeyUnlessOrdered().with(func(q *query) {
		q.only = []*colNode{{path: q.m.root}}
	})
}

// Values returns the rows as values of these columns: see [Query.Values].
func (q *RecordQuery) Values(names ...string) *ValuesQuery {
	return &ValuesQuery{q.q.with(func(q *query) { q.setValues(names) })}
}

// relatedKeys prefetches the keys of related rows.
type relatedKeys struct {
	path *Path
	q    *query
}

func (k relatedKeys) relPath() *Path { return k.path }
func (k relatedKeys) prefetch() prefetch {
	return prefetch{path: k.path, q: k.q, rows: reflect.PointerTo(k.q.m.Type)}
}

// RelatedKeys returns the keys of the rows that a many-to-many field relates to the
// record, in the order of the other model: by its key where it has none.
func (r Record) RelatedKeys(ctx context.Context, f *Field) ([]any, error) {
	keys, err := RelatedKeys(ctx, f, []Record{r})
	if err != nil {
		return nil, err
	}
	return keys[0], nil
}

// RelatedKeys is [Record.RelatedKeys] for many rows of one model, with one query: the
// keys at i belong to records[i].
func RelatedKeys(ctx context.Context, f *Field, records []Record) ([][]any, error) {
	if len(records) == 0 {
		return nil, nil
	}
	m := records[0].m
	rows, err := rowsOf(m, records)
	if err != nil {
		return nil, err
	}
	var rel *Relation
	var missing []unsafe.Pointer
	for _, r := range records {
		many, err := r.many(f)
		if err != nil {
			return nil, err
		}
		rel = many.rel
		if _, ok := many.prefetched(); !ok {
			missing = append(missing, r.at)
		}
	}
	if len(missing) > 0 {
		q := &query{m: m, limit: -1, prefetch: []Prefetcher{relatedKeys{m.root.Step(rel.Name), keysOnly(rel.To)}}}
		if s := peekState(rows[0], m); s != nil && s.shared != nil {
			q.using = s.shared.using
		}
		if err := q.prefetchRows(ctx, missing); err != nil {
			return nil, err
		}
	}
	out := make([][]any, len(rows))
	for i, row := range rows {
		related, _ := (&related{rel: rel, row: row}).prefetched()
		out[i] = make([]any, len(related))
		for k, other := range related {
			out[i][k] = rel.To.keyAt(other)
		}
	}
	for _, row := range missing { // they have keys alone, and nobody has asked for them
		(&related{rel: rel, row: row}).forget()
	}
	return out, nil
}

// SetRelatedKeys makes the rows with these keys the only ones that a many-to-many
// field relates to the record: it adds and removes the difference. Keys are
// converted as by [Field.Convert] of the other model's key.
func (r Record) SetRelatedKeys(ctx context.Context, f *Field, keys []any) error {
	rel, err := r.many(f)
	if err != nil {
		return err
	}
	wanted, err := convertKeys(rel.rel, keys)
	if err != nil {
		return err
	}
	return rel.change(ctx, func(ctx context.Context, s *session) error {
		p := rel.pairs()
		var have, gone []any
		err := rel.rel.eachPair(ctx, s, equals(rel.rel.Through.root, rel.rel.ThroughFrom, p.owner), func(_, to any) {
			if have = append(have, to); !slices.Contains(wanted, to) {
				gone = append(gone, to)
			}
		})
		if err != nil {
			return err
		}
		if len(gone) > 0 {
			if err := p.remove(ctx, s, gone); err != nil {
				return err
			}
		}
		fresh := slices.DeleteFunc(wanted, func(k any) bool { return slices.Contains(have, k) })
		if len(fresh) == 0 {
			return nil
		}
		return p.add(ctx, s, fresh)
	})
}

// SetRelatedKeys is [Record.SetRelatedKeys] for many rows of one model: keys[i]
// belong to records[i]. It takes few statements where nobody listens to M2MChanged
// and the relation is not symmetrical.
func SetRelatedKeys(ctx context.Context, f *Field, records []Record, keys [][]any) error {
	if len(records) == 0 {
		return nil
	}
	m := records[0].m
	if _, err := rowsOf(m, records); err != nil {
		return err
	}
	rel, err := records[0].many(f)
	if err != nil {
		return err
	}
	if rel.rel.Symmetrical || listensTo(ctx, m, m2mChangedSignal) {
		for i, r := range records {
			if err := r.SetRelatedKeys(ctx, f, keys[i]); err != nil {
				return err
			}
		}
		return nil
	}
	last := map[any][]any{}
	var owners []any
	for i, r := range records {
		owner, _ := (&related{rel: rel.rel, row: r.at}).ownerKey()
		if _, again := last[owner]; !again {
			owners = append(owners, owner)
		}
		if last[owner], err = convertKeys(rel.rel, keys[i]); err != nil {
			return err
		}
	}
	return rel.change(ctx, func(ctx context.Context, s *session) error {
		return rel.rel.setPairs(ctx, s, owners, last)
	})
}

// setPairs makes the keys the only ones of the owners.
func (r *Relation) setPairs(ctx context.Context, s *session, owners []any, keys map[any][]any) error {
	wanted := map[[2]any]bool{} // to whether it is missing
	for owner, list := range keys {
		for _, k := range list {
			wanted[[2]any{owner, k}] = true
		}
	}
	gone := map[any][]any{}
	for left := owners; len(left) > 0; {
		n := min(len(left), keyChunk)
		err := r.eachPair(ctx, s, oneOf(r.Through.root, r.ThroughFrom, left[:n]), func(from, to any) {
			pair := [2]any{from, to}
			if _, ok := wanted[pair]; ok {
				wanted[pair] = false
			} else {
				gone[from] = append(gone[from], to)
			}
		})
		if err != nil {
			return err
		}
		left = left[n:]
	}
	var fresh [][2]any
	for _, owner := range owners {
		if len(gone[owner]) > 0 {
			if err := (&pairTable{rel: r, owner: owner}).delete(ctx, s, gone[owner]); err != nil {
				return err
			}
		}
		for _, k := range keys[owner] {
			if pair := [2]any{owner, k}; wanted[pair] {
				fresh = append(fresh, pair)
			}
		}
	}
	return (&pairTable{rel: r}).insertAll(ctx, s, fresh)
}

// convertKeys returns the keys as the type that they have in memory, each once.
func convertKeys(r *Relation, keys []any) ([]any, error) {
	to := r.ThroughTo.Relation.ToField
	seen := map[any]bool{}
	var out []any
	for _, k := range keys {
		converted, err := to.Convert(k)
		if err != nil {
			return nil, err
		}
		if converted, err = inMemory(to, converted); err != nil {
			return nil, err
		}
		if !seen[converted] {
			seen[converted] = true
			out = append(out, converted)
		}
	}
	return out, nil
}

func (r Record) many(f *Field) (related, error) {
	if f.Kind != KindM2M || f.generic() || r.m.relations[f.Name] == nil {
		return related{}, fmt.Errorf("orm: %s is no many-to-many field of %s", f, r.m.Label())
	}
	return related{rel: r.m.relations[f.Name], row: r.at}, nil
}

// rowsOf returns where records of the model are.
func rowsOf(m *Meta, records []Record) ([]unsafe.Pointer, error) {
	rows := make([]unsafe.Pointer, len(records))
	for i, r := range records {
		if r.m != m {
			return nil, fmt.Errorf("orm: a row of %s among those of %s", r.m.Label(), m.Label())
		}
		rows[i] = r.at
	}
	return rows, nil
}
