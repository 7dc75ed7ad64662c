package serializers

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/nuages-web/nuages/orm"
)

// WriteOptions refine [Write]. The zero value, like nil, is all defaults.
type WriteOptions struct {
	// Fields are the names of the fields to write; nil is all. Keys are always written.
	Fields []string
	// NaturalForeign writes natural keys for relations to models that have them, see
	// [NaturalKeyed], and NaturalPrimary leaves out the keys of such models.
	NaturalForeign, NaturalPrimary bool
	// Indent is how many spaces a level is indented by. Default 0: all on one line.
	Indent int
	// Using is the alias of the database in which related rows are looked up. Default:
	// what the routers say.
	Using string
	// Formats are the forms there are. Default [DefaultFormats].
	Formats Formats
}

// page is how many rows are held at once, so that what belongs to them is asked for
// together.
const page = 500

// Write writes rows in a format, as Django's serializers.serialize. Rows of several
// models may be mixed. It holds some hundred rows at a time.
func Write(ctx context.Context, w io.Writer, format string, rows iter.Seq2[orm.Record, error], opts *WriteOptions) error {
	if opts == nil {
		opts = &WriteOptions{}
	}
	f, err := opts.Formats.Get(format)
	if err != nil {
		return err
	}
	encoder := f.Encoder(w, EncodeOptions{Indent: opts.Indent})
	for entry, err := range Entries(ctx, rows, opts) {
		if err != nil {
			return err
		}
		if err := encoder.Encode(entry); err != nil {
			return fmt.Errorf("write %s (pk=%v): %w", entry.Model, shown(entry.PK), err)
		}
	}
	return encoder.Close()
}

// Entries returns rows in plain form: Django's serializer "python".
func Entries(ctx context.Context, rows iter.Seq2[orm.Record, error], opts *WriteOptions) iter.Seq2[*Entry, error] {
	if opts == nil {
		opts = &WriteOptions{}
	}
	return func(yield func(*Entry, error) bool) {
		var held []orm.Record
		flush := func() bool {
			entries, err := entriesOf(ctx, held, opts)
			if err != nil {
				yield(nil, err)
				return false
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return false
				}
			}
			held = held[:0]
			return true
		}
		for r, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(held) > 0 && (len(held) == page || held[0].Meta() != r.Meta()) && !flush() {
				return
			}
			held = append(held, r)
		}
		if len(held) > 0 {
			flush()
		}
	}
}

// entriesOf returns rows of one model in plain form.
func entriesOf(ctx context.Context, rows []orm.Record, opts *WriteOptions) ([]*Entry, error) {
	m := rows[0].Meta()
	key := m.PK
	entries := make([]*Entry, len(rows))
	primary := !opts.NaturalPrimary || naturalKey(m) == nil
	fields := writtenFields(m, opts)
	columns := make([]Value, len(rows)*len(fields))
	for i, r := range rows {
		e := &Entry{Model: m.LabelLower(), HasPK: primary, Fields: columns[i*len(fields) : i*len(fields) : (i+1)*len(fields)]}
		if primary {
			e.PK = plain(key, r.Value(key))
		}
		entries[i] = e
	}
	for _, f := range fields {
		values, err := fieldValues(ctx, rows, f, opts)
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			e.Fields = append(e.Fields, Value{Name: f.Name, Value: values[i], Field: f})
		}
	}
	return entries, nil
}

// writtenFields are the fields of the model's own table, without the key, and its
// many-to-many fields. With natural keys a child (multi-table inheritance) needs its
// link to the parent.
func writtenFields(m *orm.Meta, opts *WriteOptions) []*orm.Field {
	concrete := m
	for concrete.Proxy != nil {
		concrete = concrete.Proxy
	}
	var fields []*orm.Field
	for _, f := range concrete.Fields {
		link := opts.NaturalPrimary && f == concrete.PK && f.Relation != nil && f.Relation.ParentLink
		if (!f.PrimaryKey || link) && f.Generated == nil {
			fields = append(fields, f)
		}
	}
	for _, f := range concrete.ManyToMany {
		if f.Relation.Through != nil && f.Relation.Through.AutoCreated {
			fields = append(fields, f)
		}
	}
	if opts.Fields == nil {
		return fields
	}
	return slices.DeleteFunc(fields, func(f *orm.Field) bool { return !slices.Contains(opts.Fields, f.Name) })
}

// fieldValues returns the values of one field of all rows in plain form.
func fieldValues(ctx context.Context, rows []orm.Record, f *orm.Field, opts *WriteOptions) ([]any, error) {
	if f.Kind == orm.KindM2M {
		return manyValues(ctx, rows, f, opts)
	}
	values := make([]any, len(rows))
	natural, err := lookupsOf(f, opts)
	if err != nil {
		return nil, err
	}
	if natural == nil {
		for i, r := range rows {
			values[i] = plain(f, r.Value(f))
		}
		return values, nil
	}
	seen := map[any]bool{}
	var keys []any
	for i, r := range rows {
		if values[i] = r.Value(f); values[i] != nil && !seen[values[i]] {
			seen[values[i]] = true
			keys = append(keys, values[i])
		}
	}
	byKey, err := naturalKeys(ctx, opts.Using, f.Relation.To, f.Relation.ToField, natural, keys)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f, err)
	}
	for i, v := range values {
		if v != nil {
			values[i] = byKey[v]
		}
	}
	return values, nil
}

// lookupsOf returns the natural key that a relation is written by, or nil.
func lookupsOf(f *orm.Field, opts *WriteOptions) ([]string, error) {
	if f.Relation == nil || !opts.NaturalForeign {
		return nil, nil
	}
	if f.Relation.To == nil {
		return nil, fmt.Errorf("%s leads to no model", f)
	}
	return naturalKey(f.Relation.To), nil
}

// manyValues returns the keys, or natural keys, of the rows that a many-to-many field
// relates to each row.
func manyValues(ctx context.Context, rows []orm.Record, f *orm.Field, opts *WriteOptions) ([]any, error) {
	related, err := orm.RelatedKeys(ctx, f, rows)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f, err)
	}
	natural, err := lookupsOf(f, opts)
	if err != nil {
		return nil, err
	}
	to := f.Relation.To
	var byKey map[any]Natural
	if natural != nil {
		seen := map[any]bool{}
		var keys []any
		for _, list := range related {
			for _, k := range list {
				if !seen[k] {
					seen[k] = true
					keys = append(keys, k)
				}
			}
		}
		if byKey, err = naturalKeys(ctx, opts.Using, to, to.PK, natural, keys); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
	}
	values := make([]any, len(rows))
	for i, list := range related {
		out := make([]any, len(list))
		for k, key := range list {
			if natural != nil {
				out[k] = byKey[key]
			} else {
				out[k] = plain(to.PK, key)
			}
		}
		values[i] = out
	}
	return values, nil
}

// RowsOptions refine [Rows].
type RowsOptions struct {
	// Using is the alias of the database. Default: what the routers say.
	Using string
	// Keys are the primary keys of the rows; nil is all rows.
	Keys []any
}

// Rows returns the rows of a model in the order of their keys. It asks for some
// hundred at a time and keeps no query open meanwhile, so that other statements can
// run in the same transaction.
func Rows(ctx context.Context, m *orm.Meta, opts *RowsOptions) iter.Seq2[orm.Record, error] {
	if opts == nil {
		opts = &RowsOptions{}
	}
	q := orm.Records(m).Using(opts.Using).Order("pk")
	if opts.Keys != nil {
		q = q.Lookup("pk__in", opts.Keys)
	}
	if len(m.PKs) > 1 { // what follows a key of several parts is not one comparison
		return q.Each(ctx)
	}
	return func(yield func(orm.Record, error) bool) {
		next := q.Limit(page)
		for {
			rows, err := next.All(ctx)
			if err != nil {
				yield(orm.Record{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if len(rows) < page {
				return
			}
			next = q.Lookup("pk__gt", rows[page-1].Key()).Limit(page)
		}
	}
}
