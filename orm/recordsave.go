package orm

import (
	"context"
	"fmt"
	"reflect"
	"unsafe"
)

// SaveRaw saves rows as [Record.Save] with SaveOptions.Raw does one by one: a row
// whose key is there is updated, others are inserted, as they are. It takes few
// statements where nobody listens to the signals of the model; keys that the
// database makes are read back. Records are of one model.
func SaveRaw(ctx context.Context, records []Record, using string) error {
	if len(records) == 0 {
		return nil
	}
	m := records[0].m
	if _, err := rowsOf(m, records); err != nil {
		return err
	}
	if listensTo(ctx, m, preSave) || listensTo(ctx, m, postSave) || m.hasDBDefaults() {
		return saveEach(ctx, records, using)
	}
	return AtomicWith(ctx, &AtomicOptions{Using: using, NoSavepoint: true}, func(ctx context.Context) error {
		for i, rows := range distinctRuns(m, records) {
			if err := m.saveRaw(ctx, rows, using); err != nil {
				return fmt.Errorf("save %s, part %d: %w", m.Label(), i+1, err)
			}
		}
		return nil
	})
}

func saveEach(ctx context.Context, records []Record, using string) error {
	for _, r := range records {
		if err := r.Save(ctx, &SaveOptions{Raw: true, Using: using}); err != nil {
			return err
		}
	}
	return nil
}

// distinctRuns splits rows so that no key is twice in one part: a later row of the
// same key is an update of the earlier one.
func distinctRuns(m *Meta, records []Record) [][]unsafe.Pointer {
	var runs [][]unsafe.Pointer
	var run []unsafe.Pointer
	seen := make(map[any]bool, len(records))
	for _, r := range records {
		w := writer{m: m, base: r.at}
		key := m.identity(r.at)
		if seen[key] && !w.keyIsZero() {
			runs, run = append(runs, run), nil
			clear(seen)
		}
		seen[key] = true
		run = append(run, r.at)
	}
	return append(runs, run)
}

// saveRaw saves rows with different keys.
func (m *Meta) saveRaw(ctx context.Context, rows []unsafe.Pointer, using string) error {
	q := &query{m: m, limit: -1, using: using}
	s, err := sessionFor(ctx, using, m, true)
	if err != nil {
		return err
	}
	opts := &BulkOptions{raw: true}
	for _, f := range m.Fields {
		if !f.PrimaryKey && f.Generated == nil {
			opts.Update = append(opts.Update, columnOf(m, f))
		}
	}
	if !s.Dialect().Features.OnConflict || len(opts.Update) == 0 || len(m.PKs) > 1 {
		return m.saveApart(ctx, s, rows)
	}
	opts.Unique = []AnyExpr{columnOf(m, m.PK)}
	var keyed []unsafe.Pointer
	for _, row := range rows {
		if w := (writer{m: m, base: row, opts: &SaveOptions{Raw: true, Using: using}}); m.PK.Auto && w.keyIsZero() {
			if err := w.save(ctx); err != nil { // its key is read back
				return err
			}
			continue
		}
		keyed = append(keyed, row)
	}
	return q.bulkCreate(ctx, keyed, opts)
}

// columnOf is a field as a column of its model.
func columnOf(m *Meta, f *Field) AnyExpr {
	return Expr[any]{&colNode{path: m.root, name: f.Name}}
}

// saveApart updates the rows that are there one by one, and inserts the others
// together: MySQL's ON DUPLICATE KEY would look at other constraints than the key.
func (m *Meta) saveApart(ctx context.Context, s *session, rows []unsafe.Pointer) error {
	there := map[any]bool{}
	var keys []any
	for _, row := range rows {
		keys = append(keys, m.keyAt(row))
	}
	if len(m.PKs) == 1 {
		q := (&query{m: m, limit: -1, using: s.alias, ordered: true}).filter([]Pred{oneOf(m.root, m.PK, keys)}, false)
		found, err := q.with(func(q *query) { q.only = []*colNode{{path: m.root}} }).all(ctx)
		if err != nil {
			return err
		}
		for _, row := range found {
			there[m.keyAt(row)] = true
		}
	}
	var fresh []unsafe.Pointer
	for i, row := range rows {
		w := writer{m: m, base: row, opts: &SaveOptions{Raw: true, Using: s.alias}}
		if !there[keys[i]] && len(m.PKs) == 1 && !w.keyIsZero() {
			fresh = append(fresh, row)
			continue
		}
		if err := w.save(ctx); err != nil {
			return err
		}
	}
	return (&query{m: m, limit: -1, using: s.alias}).bulkCreate(ctx, fresh, &BulkOptions{raw: true})
}

// inMemory turns a value into the type that the field has in the struct.
func inMemory(f *Field, v any) (any, error) {
	if v == nil || reflect.TypeOf(v) == f.valueType {
		return v, nil
	}
	to := reflect.New(f.valueType).Elem()
	if err := setField(to, v); err != nil {
		return nil, fmt.Errorf("orm: %s: %w", f, err)
	}
	return to.Interface(), nil
}
