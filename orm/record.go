package orm

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// Record is a row of any model, whose fields are known by name: for serializers,
// the admin, and migrations, where there may be no Go type. The zero value is no row.
type Record struct {
	m  *Meta
	at unsafe.Pointer
}

// NewRecord returns a new row of the model, with its defaults.
func (m *Meta) NewRecord() (Record, error) {
	if err := m.link(); err != nil {
		return Record{}, err
	}
	if m.newChunk == nil {
		return Record{}, fmt.Errorf("orm: %s has no rows of its own: change it by its relation", m.Label())
	}
	r := Record{m, m.newChunk(1)}
	m.setDefaults(r.at)
	return r, nil
}

// RecordOf returns a row, which is a pointer to a model, as a record of the same
// memory.
func RecordOf(row Row) (Record, error) {
	v := reflect.ValueOf(row)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return Record{}, fmt.Errorf("orm: a record of %T: the row is nil", row)
	}
	m, err := modelOfType(v.Type())
	return Record{m, v.UnsafePointer()}, err
}

// Meta returns the record's model, or nil.
func (r Record) Meta() *Meta { return r.m }

// Row returns the row as a pointer to its struct: *shop.Product.
func (r Record) Row() any { return r.m.pointer(r.at) }

// Key returns the primary key, nil where it is null; of a composite key, its first part.
func (r Record) Key() any { return r.m.keyAt(r.at) }

// HasKey tells whether all parts of the key have a value other than zero.
func (r Record) HasKey() bool {
	for _, f := range r.m.PKs {
		if isZero(r.m.memoryValue(f, r.at)) {
			return false
		}
	}
	return true
}

// Value returns the value of a field: its own type, nil for null, and the key for a
// relation.
func (r Record) Value(f *Field) any { return r.m.memoryValue(f, r.at) }

// Get returns the value of the field of that name ("price", "category",
// "category_id"); see [Record.Value].
func (r Record) Get(name string) (any, error) {
	f, err := r.column(name)
	if err != nil {
		return nil, err
	}
	return r.Value(f), nil
}

// Set gives the field of that name a value, which is converted as by
// [Field.Convert]; nil is null.
func (r Record) Set(name string, v any) error {
	f, err := r.column(name)
	if err != nil {
		return err
	}
	return r.SetValue(f, v)
}

func (r Record) column(name string) (*Field, error) {
	f, ok := r.m.byName[name]
	if !ok || f.Kind == KindM2M {
		return nil, fmt.Errorf("orm: %s has no column %q", r.m.Label(), name)
	}
	return f, nil
}

// SetValue is [Record.Set] for a field.
func (r Record) SetValue(f *Field, v any) error {
	at := unsafe.Add(r.at, r.m.fieldOffset(f))
	if v == nil {
		if !f.Null {
			return fmt.Errorf("orm: %s cannot be null", f)
		}
		reflect.NewAt(f.GoType, at).Elem().SetZero()
		return nil
	}
	to := reflect.NewAt(f.valueType, at).Elem() // the value comes first in Null and in keys
	if err := f.set(to, v); err != nil {
		return err
	}
	if f.Null {
		*(*bool)(unsafe.Add(at, f.nullOff)) = true
	}
	if f.typed {
		*(*unsafe.Pointer)(unsafe.Add(at, f.objOff)) = nil
	}
	return nil
}

// set writes a value from outside to where it belongs.
func (f *Field) set(to reflect.Value, v any) error {
	if text, ok := v.(json.RawMessage); ok && f.Kind == KindJSON && to.Type() != reflect.TypeOf(text) {
		if err := json.Unmarshal(text, to.Addr().Interface()); err != nil {
			return fmt.Errorf("orm: %s: %w", f, err)
		}
		return nil
	}
	v, err := f.Convert(v)
	if err != nil {
		return err
	}
	if err := setField(to, v); err != nil {
		return fmt.Errorf("orm: %s: %w", f, err)
	}
	return nil
}

// Convert turns a value from outside, such as text of a fixture, into the type of
// the field, as to_python of Django's fields. An error says what the field expects.
// nil stays nil. A moment without a zone is in UTC.
func (f *Field) Convert(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	to := f
	for to.Relation != nil && to.Relation.ToField != nil {
		to = to.Relation.ToField
	}
	if f.valueType != nil && reflect.TypeOf(v) == f.valueType {
		return v, nil
	}
	r := &resolver{root: f.Model.root, lookup: f.Name}
	out, err := r.value(operandType{kind: f.Kind, field: to}, "=", v)
	if err != nil {
		return nil, err
	}
	if _, tooBig := out.(*big.Int); tooBig {
		return nil, fmt.Errorf("orm: %s: %s is out of range: %w", f, shown(v), ErrData)
	}
	if naive, ok := out.(*naiveNode); ok {
		return naive.in(time.UTC), nil
	}
	return out, nil
}

// Save writes the row; nil options are those of [Save].
func (r Record) Save(ctx context.Context, opts *SaveOptions) error { return r.m.save(ctx, r.at, opts) }

// Delete deletes the row, and what goes with it: see [Delete].
func (r Record) Delete(ctx context.Context) (Deleted, error) { return r.m.delete(ctx, r.at) }

// RecordQuery is a query of rows of a model that is known by its metadata alone. Its
// steps are those of [Query]; columns are named by [F] and in lookups.
type RecordQuery struct{ q *query }

// Records returns the query of all rows of a model.
func Records(m *Meta) *RecordQuery {
	q := &query{m: m, limit: -1}
	if err := m.link(); err != nil {
		q.fail(err)
	}
	return &RecordQuery{q}
}

// FailedRecords returns a query whose use fails with err, for functions that look a
// model up and return a query alone.
func FailedRecords(err error) *RecordQuery {
	m := &Meta{}
	m.root = &Path{model: m}
	q := &query{m: m, limit: -1}
	m.linked.err = err
	q.fail(err)
	return &RecordQuery{q}
}

func (q *RecordQuery) core() *query { return q.q }

// Filter keeps the rows that fit all conditions: see [Query.Filter].
func (q *RecordQuery) Filter(preds ...Pred) *RecordQuery {
	return &RecordQuery{q.q.filter(preds, false)}
}

// Exclude leaves out the rows that fit all conditions.
func (q *RecordQuery) Exclude(preds ...Pred) *RecordQuery {
	return &RecordQuery{q.q.filter(preds, true)}
}

// Lookup keeps the rows that fit a lookup in Django's notation: see [Query.Lookup].
func (q *RecordQuery) Lookup(lookup string, value any) *RecordQuery {
	return &RecordQuery{q.q.filter([]Pred{q.q.lookup(lookup, value)}, false)}
}

// Order orders by names in Django's notation: see [Query.Order].
func (q *RecordQuery) Order(names ...string) *RecordQuery {
	orders := make([]Order, len(names))
	for i, name := range names {
		orders[i] = Order{name: name}
	}
	return &RecordQuery{q.q.orderBy(orders)}
}

// Limit returns at most n rows; negative is no limit.
func (q *RecordQuery) Limit(n int) *RecordQuery {
	return &RecordQuery{q.q.with(func(q *query) { q.limit = max(n, -1) })}
}

// Using takes the database of that alias.
func (q *RecordQuery) Using(alias string) *RecordQuery {
	return &RecordQuery{q.q.with(func(q *query) { q.using = alias })}
}

// All returns all rows.
func (q *RecordQuery) All(ctx context.Context) ([]Record, error) {
	rows, err := q.q.all(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Record, len(rows))
	for i, row := range rows {
		out[i] = Record{q.q.m, row}
	}
	return out, nil
}

// Each goes through the rows without holding them all: see [Query.Each].
func (q *RecordQuery) Each(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		q.q.eachRow(ctx, func(row unsafe.Pointer, err error) bool { return yield(Record{q.q.m, row}, err) })
	}
}

// Get returns the only row: see [Query.Get].
func (q *RecordQuery) Get(ctx context.Context, preds ...Pred) (Record, error) {
	row, err := q.q.get(ctx, preds)
	if err != nil {
		return Record{}, err
	}
	return Record{q.q.m, row}, nil
}

// Count returns how many rows there are.
func (q *RecordQuery) Count(ctx context.Context) (int64, error) { return q.q.count(ctx) }

// Exists tells whether there is a row.
func (q *RecordQuery) Exists(ctx context.Context) (bool, error) { return q.q.exists(ctx) }

// Create inserts a row with these values by the names of fields, and returns it.
func (q *RecordQuery) Create(ctx context.Context, values map[string]any) (Record, error) {
	r, err := q.q.m.NewRecord()
	if err != nil {
		return Record{}, err
	}
	for name, v := range values {
		if err := r.Set(name, v); err != nil {
			return Record{}, err
		}
	}
	return r, q.q.create(ctx, r.at)
}

// BulkCreate inserts rows: see [Query.BulkCreate].
func (q *RecordQuery) BulkCreate(ctx context.Context, records []Record, opts *BulkOptions) error {
	rows, err := rowsOf(q.q.m, records)
	if err != nil {
		return err
	}
	return q.q.bulkCreate(ctx, rows, opts)
}

// Update changes all rows: the values, which may be expressions as F("price"), by
// the names of fields. It returns how many rows there were.
func (q *RecordQuery) Update(ctx context.Context, values map[string]any) (int64, error) {
	var assignments []Assignment
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f, err := (Record{m: q.q.m}).column(name)
		if err != nil {
			return 0, err
		}
		var to Node
		if e, ok := values[name].(AnyExpr); ok {
			to = operand(e)
		} else {
			v, err := f.Convert(values[name])
			if err != nil {
				return 0, err
			}
			to = &valNode{v: v, f: f}
		}
		assignments = append(assignments, Assignment{&colNode{path: q.q.m.root, name: f.Name}, to})
	}
	return q.q.update(ctx, assignments)
}

// Delete deletes all rows, and what goes with them: see [Query.Delete].
func (q *RecordQuery) Delete(ctx context.Context) (Deleted, error) { return q.q.delete(ctx) }
