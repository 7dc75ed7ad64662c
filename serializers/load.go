package serializers

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/nuages-web/nuages/orm"
)

// Source is a text to load.
type Source struct {
	// Name stands in errors: "shop/fixtures/books.json".
	Name string
	// Format is the name of its form.
	Format string
	// Open opens it.
	Open func() (io.ReadCloser, error)
}

// LoadOptions refine [Load]. The zero value, like nil, is all defaults, but that
// ForwardReferences of ReadOptions is always on.
type LoadOptions struct {
	ReadOptions
	// Skip tells of models whose objects are not to be saved. Default none.
	Skip func(m *orm.Meta) bool
	// Progress is called now and then with how many objects have been read. Default
	// nothing.
	Progress func(objects int)
	// Begin is called before a source is read, and End with how many objects it had.
	// Default nothing.
	Begin func(Source)
	End   func(source Source, objects int)
}

// Loaded tells what [Load] has done.
type Loaded struct {
	Objects int // that were read
	Saved   int // of them
	Sources int
	Models  []*orm.Meta // whose rows were saved, each once
}

// Load saves all objects of some texts in one transaction (Django's loaddata): foreign
// keys are looked at only at the end, natural keys may lead to objects that come
// later, and on PostgreSQL keys are counted on behind the highest. Rows of a model
// without listeners to its signals are written many at once.
func Load(ctx context.Context, sources []Source, opts *LoadOptions) (*Loaded, error) {
	if opts == nil {
		opts = &LoadOptions{}
	}
	var l *loader
	err := orm.DeferConstraints(ctx, opts.Using, func(ctx context.Context) error {
		l = newLoader(ctx, opts)
		for _, s := range sources {
			if err := l.load(ctx, s); err != nil {
				return fmt.Errorf("load %s: %w", s.Name, err)
			}
		}
		if err := l.end(ctx); err != nil {
			return fmt.Errorf("load fixtures: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &l.done, nil
}

// batch is how many rows are written at once, at most.
const batch = 500

// loader saves objects.
type loader struct {
	opts     *LoadOptions
	db       *orm.DB
	binder   *binder
	pending  []*Object // of one model, not saved yet
	deferred []*Object
	done     Loaded
}

func newLoader(ctx context.Context, opts *LoadOptions) *loader {
	l := &loader{opts: opts}
	l.db, _ = orm.FromContext(ctx)
	read := opts.ReadOptions
	read.ForwardReferences = true
	l.binder = newBinder(ctx, read)
	l.binder.before = l.flush
	return l
}

// load saves the objects of one text.
func (l *loader) load(ctx context.Context, s Source) (err error) {
	if l.opts.Begin != nil {
		l.opts.Begin(s)
	}
	r, err := s.Open()
	if err != nil {
		return err
	}
	defer func() {
		if e := r.Close(); err == nil {
			err = e
		}
	}()
	l.done.Sources++
	before := l.done.Objects
	if err := l.entries(ctx, decode(r, s.Format, &l.binder.opts)); err != nil {
		return err
	}
	if l.opts.End != nil {
		l.opts.End(s, l.done.Objects-before)
	}
	return nil
}

func (l *loader) entries(ctx context.Context, entries iter.Seq2[*Entry, error]) error {
	for e, err := range entries {
		if err != nil {
			return err
		}
		obj, err := l.binder.bind(ctx, e)
		if err != nil {
			return err
		}
		if obj == nil {
			continue
		}
		l.done.Objects++
		if l.opts.Progress != nil && l.done.Objects%1000 == 0 {
			l.opts.Progress(l.done.Objects)
		}
		if err := l.add(ctx, obj); err != nil {
			return err
		}
	}
	return l.flush(ctx)
}

// add puts an object to those that wait.
func (l *loader) add(ctx context.Context, obj *Object) error {
	m := obj.Record.Meta()
	if l.opts.Skip != nil && l.opts.Skip(m) || !l.db.AllowMigrate(l.alias(), m.App, m, nil) {
		return nil
	}
	l.done.Saved++
	if len(obj.Deferred) > 0 {
		l.deferred = append(l.deferred, obj)
	}
	if len(l.pending) > 0 && (len(l.pending) == batch || l.pending[0].Record.Meta() != m) {
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	l.pending = append(l.pending, obj)
	return nil
}

func (l *loader) alias() string {
	if l.opts.Using == "" {
		return orm.DefaultAlias
	}
	return l.opts.Using
}

// flush saves the objects that wait.
func (l *loader) flush(ctx context.Context) error {
	if len(l.pending) == 0 {
		return nil
	}
	objects := l.pending
	l.pending = l.pending[:0]
	m := objects[0].Record.Meta()
	if !slices.Contains(l.done.Models, m) {
		l.done.Models = append(l.done.Models, m)
	}
	records := make([]orm.Record, len(objects))
	for i, o := range objects {
		records[i] = o.Record
	}
	err := orm.AtomicWith(ctx, &orm.AtomicOptions{Using: l.opts.Using}, func(ctx context.Context) error {
		return orm.SaveRaw(ctx, records, l.opts.Using)
	})
	if err != nil {
		return l.blame(ctx, objects, err)
	}
	l.binder.saved(m)
	return l.relate(ctx, objects)
}

// blame finds the object that could not be saved with others.
func (l *loader) blame(ctx context.Context, objects []*Object, cause error) error {
	for _, o := range objects {
		err := orm.AtomicWith(ctx, &orm.AtomicOptions{Using: l.opts.Using}, func(ctx context.Context) error {
			return o.Record.Save(ctx, &orm.SaveOptions{Raw: true, Using: l.opts.Using})
		})
		if err != nil {
			return o.failed(err)
		}
	}
	return cause
}

// relate saves the many-to-many relations of objects of one model.
func (l *loader) relate(ctx context.Context, objects []*Object) error {
	var fields []*orm.Field
	records, keys := map[*orm.Field][]orm.Record{}, map[*orm.Field][][]any{}
	for _, o := range objects {
		for _, r := range o.ManyToMany {
			if records[r.Field] == nil {
				fields = append(fields, r.Field)
			}
			records[r.Field] = append(records[r.Field], o.Record)
			keys[r.Field] = append(keys[r.Field], r.Keys)
		}
	}
	for _, f := range fields {
		if err := orm.SetRelatedKeys(ctx, f, records[f], keys[f]); err != nil {
			return fmt.Errorf("%s, lines %d to %d: %w", f, objects[0].Line, objects[len(objects)-1].Line, err)
		}
	}
	return nil
}

// end saves what had to wait for other objects, and looks at what constraints were not
// looked at.
func (l *loader) end(ctx context.Context) error {
	for _, o := range l.deferred {
		if err := o.SaveDeferred(ctx); err != nil {
			return err
		}
	}
	if err := orm.CheckForeignKeys(ctx, l.opts.Using, l.done.Models...); err != nil {
		return err
	}
	c, err := orm.ConnectionOf(ctx, l.opts.Using)
	if err != nil {
		return err
	}
	for _, statement := range orm.SequenceResetSQL(c.Dialect(), l.done.Models...) {
		rows, err := c.Query(ctx, statement)
		if err != nil {
			return fmt.Errorf("reset sequences: %w", err)
		}
		for rows.Next() {
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return fmt.Errorf("reset sequences: %w", err)
		}
	}
	return nil
}
