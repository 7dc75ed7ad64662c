package serializers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// ReadOptions refine [Read]. The zero value, like nil, is all defaults.
type ReadOptions struct {
	// IgnoreNonexistent skips models and fields that there are not (any more); without
	// it they are an error.
	IgnoreNonexistent bool
	// ForwardReferences puts natural keys without a row off until [Object.SaveDeferred];
	// without it they are an error.
	ForwardReferences bool
	// Using is the alias of the database for natural keys and for Save. Default: what
	// the routers say.
	Using string
	// Models are the models that a text may name. Default: those of the context's DB.
	Models []*orm.Meta
	// Limits bound one object.
	Limits Limits
	// Formats are the forms there are. Default [DefaultFormats].
	Formats Formats
}

// Object is a row that has been read and not been saved, with what can be saved only
// after it (DeserializedObject).
type Object struct {
	Record orm.Record
	// ManyToMany are the keys of the rows that many-to-many fields relate to it.
	ManyToMany []Related
	// Deferred are the fields whose natural key had no row: see
	// [ReadOptions].ForwardReferences.
	Deferred []Value
	// Line is where the object began in its text; 0 where that is not known.
	Line int

	binder *binder
}

// Related are the keys that belong to a many-to-many field.
type Related struct {
	Field *orm.Field
	Keys  []any
}

// Read returns the objects of a text in a format, one by one. An error, which is an
// [*Error] where the text is wrong, ends it.
func Read(ctx context.Context, r io.Reader, format string, opts *ReadOptions) iter.Seq2[*Object, error] {
	if opts == nil {
		opts = &ReadOptions{}
	}
	return Objects(ctx, decode(r, format, opts), opts)
}

// decode returns the entries of a text.
func decode(r io.Reader, format string, opts *ReadOptions) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		f, err := opts.Formats.Get(format)
		if err != nil {
			yield(nil, err)
			return
		}
		d := f.Decoder(r, opts.Limits.complete())
		for {
			e, err := d.Decode()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Objects turns plain forms into rows: Django's deserializer "python".
func Objects(ctx context.Context, entries iter.Seq2[*Entry, error], opts *ReadOptions) iter.Seq2[*Object, error] {
	if opts == nil {
		opts = &ReadOptions{}
	}
	return func(yield func(*Object, error) bool) {
		b := newBinder(ctx, *opts)
		for e, err := range entries {
			var obj *Object
			if err == nil {
				obj, err = b.bind(ctx, e)
			}
			switch {
			case err != nil:
				yield(nil, err)
				return
			case obj != nil && !yield(obj, nil):
				return
			}
		}
	}
}

// Save writes the row as it is, without hooks and auto_now (signals tell of it by
// SaveEvent.Raw), and then its many-to-many relations. The row of a child of another
// model (multi-table inheritance) is that of its own table alone.
func (o *Object) Save(ctx context.Context) error {
	if err := o.Record.Save(ctx, &orm.SaveOptions{Raw: true, Using: o.binder.opts.Using}); err != nil {
		return o.failed(err)
	}
	for _, r := range o.ManyToMany {
		if err := o.Record.SetRelatedKeys(ctx, r.Field, r.Keys); err != nil {
			return o.failed(fmt.Errorf("%s: %w", r.Field.Name, err))
		}
	}
	o.binder.saved(o.Record.Meta())
	return nil
}

// SaveDeferred looks up the natural keys that had no row when the object was read, and
// saves them.
func (o *Object) SaveDeferred(ctx context.Context) error {
	if len(o.Deferred) == 0 {
		return nil
	}
	late := &Object{Record: o.Record, Line: o.Line, binder: o.binder}
	for _, v := range o.Deferred {
		if err := o.binder.field(ctx, late, v.Field, v.Value, false); err != nil {
			return o.binder.wrap(o.Record.Meta().LabelLower(), o.Record.Key(), v.Name, o.Line, err)
		}
	}
	o.Deferred = nil
	return late.Save(ctx)
}

func (o *Object) failed(err error) error {
	return o.binder.wrap(o.Record.Meta().LabelLower(), o.Record.Key(), "", o.Line, err)
}

// binder turns entries into objects.
type binder struct {
	opts    ReadOptions
	models  map[string]*orm.Meta // by label in lower case
	natural map[*orm.Meta][]string
	found   map[*orm.Meta]map[string]any // values by natural keys
	kept    int                          // entries of found
	// before is called before the database is asked, so that rows that wait can be
	// written; nil where none do.
	before func(context.Context) error
}

func newBinder(ctx context.Context, opts ReadOptions) *binder {
	b := &binder{opts: opts, natural: map[*orm.Meta][]string{}, found: map[*orm.Meta]map[string]any{}}
	models := opts.Models
	if models == nil {
		if db, ok := orm.FromContext(ctx); ok {
			models = db.Models()
		}
	}
	if models != nil {
		b.models = map[string]*orm.Meta{}
		for _, m := range models {
			b.models[m.LabelLower()] = m
		}
	}
	return b
}

// model finds a model by its label.
func (b *binder) model(label string) (*orm.Meta, bool) {
	app, name, _ := strings.Cut(label, ".")
	label = app + "." + strings.ToLower(name)
	if b.models == nil {
		return orm.ModelByLabel(label)
	}
	m, ok := b.models[label]
	return m, ok
}

func (b *binder) wrap(model string, pk any, field string, line int, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	return &Error{Model: model, PK: pk, Field: field, Line: line, Err: err}
}

// bind makes the row of an entry; nil where it is to be skipped.
func (b *binder) bind(ctx context.Context, e *Entry) (*Object, error) {
	m, ok := b.model(e.Model)
	if !ok {
		if b.opts.IgnoreNonexistent {
			return nil, nil
		}
		return nil, &Error{Line: e.Line, Err: fmt.Errorf("there is no model %q: name it as app.model, or skip what there is not (--ignorenonexistent)", shown(e.Model))}
	}
	record, err := m.NewRecord()
	if err != nil {
		return nil, &Error{Model: e.Model, Line: e.Line, Err: err}
	}
	o := &Object{Record: record, Line: e.Line, binder: b}
	pk, err := columnValue(m.PK, e.PK)
	if err == nil && pk != nil {
		err = record.SetValue(m.PK, pk)
	}
	if err != nil {
		return nil, &Error{Model: e.Model, PK: plainText(e.PK), Line: e.Line, Err: err}
	}
	set := map[string]bool{}
	for _, v := range e.Fields {
		f, ok := m.Field(v.Name)
		if !ok || f.Name != v.Name {
			if b.opts.IgnoreNonexistent {
				continue
			}
			return nil, &Error{Model: e.Model, PK: plainText(e.PK), Field: v.Name, Line: e.Line,
				Err: errors.New("the model has no such field: correct the name, or skip what there is not (--ignorenonexistent)")}
		}
		if f.Generated != nil { // the database computes it
			continue
		}
		if err := b.field(ctx, o, f, v.Value, b.opts.ForwardReferences); err != nil {
			return nil, b.wrap(e.Model, plainText(e.PK), v.Name, e.Line, err)
		}
		set[f.Name] = true
	}
	if pk == nil {
		if err := b.identify(ctx, o, set); err != nil {
			return nil, b.wrap(e.Model, nil, "", e.Line, err)
		}
	}
	return o, nil
}

// field gives an object the value of one field.
func (b *binder) field(ctx context.Context, o *Object, f *orm.Field, v any, deferrable bool) error {
	if f.Kind == orm.KindM2M {
		return b.many(ctx, o, f, v, deferrable)
	}
	if f.Relation != nil {
		if key, ok := naturalOf(v); ok && b.lookups(f.Relation.To) != nil {
			found, err := b.find(ctx, f.Relation.To, f.Relation.ToField, key)
			if deferrable && errors.Is(err, orm.ErrNotFound) {
				o.Deferred = append(o.Deferred, Value{Name: f.Name, Value: v, Field: f})
				return nil
			}
			if err != nil {
				return err
			}
			return o.Record.SetValue(f, found)
		}
	}
	value, err := columnValue(f, v)
	if err != nil {
		return err
	}
	return o.Record.SetValue(f, value)
}

// many gives an object the keys of a many-to-many field.
func (b *binder) many(ctx context.Context, o *Object, f *orm.Field, v any, deferrable bool) error {
	if f.Relation.Kind != orm.ManyToManyRel {
		return errors.New("a generic relation has no values of its own")
	}
	list, ok := naturalOf(v)
	if !ok && v == any(Text("")) { // an element without children
		ok = true
	}
	if !ok {
		return fmt.Errorf("%s is no list of keys", shown(plainText(v)))
	}
	to := f.Relation.To
	keys := make([]any, len(list))
	for i, item := range list {
		var err error
		if key, ok := naturalOf(item); ok && b.lookups(to) != nil {
			keys[i], err = b.find(ctx, to, to.PK, key)
			if deferrable && errors.Is(err, orm.ErrNotFound) {
				o.Deferred = append(o.Deferred, Value{Name: f.Name, Value: v, Field: f})
				return nil
			}
		} else if keys[i], err = columnValue(to.PK, item); err == nil && keys[i] == nil {
			err = errors.New("a key is null")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", shown(plainText(item)), err)
		}
	}
	o.ManyToMany = append(o.ManyToMany, Related{f, keys})
	return nil
}

// lookups returns the natural key of a model, or nil.
func (b *binder) lookups(m *orm.Meta) []string {
	lookups, ok := b.natural[m]
	if !ok {
		lookups = naturalKey(m)
		b.natural[m] = lookups
	}
	return lookups
}

// maxKept is how many natural keys are remembered.
const maxKept = 10_000

// find is the function of that name, and remembers.
func (b *binder) find(ctx context.Context, m *orm.Meta, to *orm.Field, key []any) (any, error) {
	values := make([]any, len(key))
	var id strings.Builder
	for i, part := range key {
		values[i] = plainText(part)
		fmt.Fprintf(&id, "%T %q ", values[i], fmt.Sprint(values[i]))
	}
	id.WriteString(to.Name)
	if v, ok := b.found[m][id.String()]; ok {
		return v, nil
	}
	if b.before != nil {
		if err := b.before(ctx); err != nil {
			return nil, err
		}
	}
	v, err := find(ctx, b.opts.Using, m, to, b.lookups(m), values)
	if err != nil {
		return nil, err
	}
	if b.kept++; b.kept > maxKept {
		clear(b.found)
		b.kept = 1
	}
	if b.found[m] == nil {
		b.found[m] = map[string]any{}
	}
	b.found[m][id.String()] = v
	return v, nil
}

// saved forgets the natural keys that a row of m may have changed: those of its model,
// and of those that reach it.
func (b *binder) saved(m *orm.Meta) {
	for other := range b.found {
		if other == m || other.Table == m.Table || throughRelations(b.lookups(other)) {
			delete(b.found, other)
		}
	}
}

func throughRelations(lookups []string) bool {
	for _, l := range lookups {
		if strings.Contains(l, "__") {
			return true
		}
	}
	return false
}

// identify gives an object without a key that of the row which has its natural key, if
// there is one (build_instance).
func (b *binder) identify(ctx context.Context, o *Object, set map[string]bool) error {
	m := o.Record.Meta()
	lookups := b.lookups(m)
	if lookups == nil {
		return nil
	}
	var preds []orm.Pred
	seen := map[string]bool{}
	for _, lookup := range lookups {
		// What is behind a relation is told by the relation's own key.
		name, _, _ := strings.Cut(lookup, "__")
		f, ok := m.Field(name)
		if !ok || f.Kind == orm.KindM2M || !set[f.Name] {
			return nil
		}
		if seen[f.Name] {
			continue
		}
		seen[f.Name] = true
		if v := o.Record.Value(f); v == nil {
			preds = append(preds, orm.Lookup(m, f.Name+"__isnull", true))
		} else {
			preds = append(preds, orm.Lookup(m, f.Name, v))
		}
	}
	if b.before != nil {
		if err := b.before(ctx); err != nil {
			return err
		}
	}
	rows, err := orm.Records(m).Using(b.opts.Using).Filter(preds...).Limit(2).Values(m.PK.Name).Lists(ctx)
	switch {
	case err != nil:
		return err
	case len(rows) > 1:
		return fmt.Errorf("%w: by the natural key %s", orm.ErrMultiple, strings.Join(lookups, ", "))
	case len(rows) == 1:
		return o.Record.SetValue(m.PK, rows[0][0])
	}
	return nil
}
