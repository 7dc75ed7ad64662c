package orm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unsafe"
)

// BulkOptions refine [Query.BulkCreate].
type BulkOptions struct {
	// BatchSize is how many rows go into one statement at most; 0 is as many as
	// the database takes.
	BatchSize int
	// IgnoreConflicts leaves out rows that a unique constraint forbids. Keys are
	// not read back then.
	IgnoreConflicts bool
	// Update sets these columns of rows that are there already, by the columns of
	// Unique, to the new values. MySQL looks at all unique constraints.
	Update, Unique []AnyExpr

	raw bool // as SaveOptions.Raw
}

// BulkCreate inserts rows with few statements. Keys that the database makes are
// read back, but for MySQL (MariaDB reads them) and conflicts. It runs no hooks and
// sends no signals, and takes no children of parent models (multi-table
// inheritance).
//
//go:noinline
func (q *QueryOf[P]) BulkCreate(ctx context.Context, rows []P, opts *BulkOptions) error {
	return q.q.bulkCreate(ctx, addressesOf(rows), opts)
}

func (q *query) bulkCreate(ctx context.Context, rows []unsafe.Pointer, opts *BulkOptions) error {
	m := q.m
	if err := m.link(); err != nil {
		return err
	}
	if q.err != nil {
		return q.err
	}
	if opts == nil {
		opts = &BulkOptions{}
	}
	if i := slices.Index(rows, nil); i >= 0 {
		return fmt.Errorf("orm: BulkCreate: row %d is nil", i)
	}
	if len(m.Parents) > 0 && !opts.raw {
		return fmt.Errorf("orm: BulkCreate: %s has the parent %s, and rows of two tables need two inserts: create them one by one", m.Label(), m.Parents[0].Relation.To.Label())
	}
	if opts.IgnoreConflicts && len(opts.Update) > 0 {
		return errors.New("orm: BulkCreate: conflicts are ignored or update, not both")
	}
	if len(rows) == 0 {
		return nil
	}
	return AtomicWith(ctx, &AtomicOptions{Using: q.using}, func(ctx context.Context) error {
		s, err := sessionFor(ctx, q.using, m, true)
		if err != nil {
			return err
		}
		b := &bulk{m: m, s: s, opts: opts}
		if err := b.conflict(); err != nil {
			return err
		}
		keyed, fresh := b.sort(rows)
		if err := b.insert(ctx, keyed, false); err != nil {
			return err
		}
		return b.insert(ctx, fresh, true)
	})
}

// bulk inserts many rows of one model.
type bulk struct {
	m       *Meta
	s       *session
	opts    *BulkOptions
	onClash fragment // ON CONFLICT …
}

// sort sets automatic columns and separates rows that have their key from those
// whose key the database makes.
func (b *bulk) sort(rows []unsafe.Pointer) (keyed, fresh []unsafe.Pointer) {
	for _, row := range rows {
		w := &writer{m: b.m, base: row, opts: &SaveOptions{ForceInsert: true}}
		if !b.opts.raw {
			w.setAutomatic(b.m, b.s)
		}
		if b.m.PK.Auto && w.keyIsZero() {
			fresh = append(fresh, row)
		} else {
			keyed = append(keyed, row)
		}
	}
	return keyed, fresh
}

// insert writes rows; fresh ones get their keys.
func (b *bulk) insert(ctx context.Context, rows []unsafe.Pointer, fresh bool) error {
	if len(rows) == 0 {
		return nil
	}
	var columns []*Field
	for _, f := range b.m.Fields {
		if f.Generated != nil || fresh && f.PrimaryKey || f.DBDefault != nil && b.allZero(f, rows) {
			continue
		}
		columns = append(columns, f)
	}
	if len(columns) == 0 {
		return b.oneByOne(ctx, rows)
	}
	if types := b.arrayTypes(columns); types != nil {
		return b.insertArrays(ctx, rows, columns, types, fresh)
	}
	cells, err := b.cells(rows, columns)
	if err != nil {
		return err
	}
	if b.onClash.sql == "" {
		done, err := b.native(ctx, rows, columns, cells, fresh)
		if done || err != nil {
			return err
		}
	}
	size := len(rows)
	if limit := b.s.Dialect().MaxParams; limit > 0 {
		size = min(size, max(1, limit/len(columns)))
	}
	if b.opts.BatchSize > 0 {
		size = min(size, b.opts.BatchSize)
	}
	for len(rows) > 0 {
		n := min(size, len(rows))
		if err := b.statement(ctx, rows[:n], columns, cells[:n*len(columns)], fresh); err != nil {
			return err
		}
		rows, cells = rows[n:], cells[n*len(columns):]
	}
	return nil
}

// allZero tells whether all rows leave a column to the database's default.
func (b *bulk) allZero(f *Field, rows []unsafe.Pointer) bool {
	for _, row := range rows {
		w := writer{m: b.m, base: row}
		if !w.isZero(b.m, f) {
			return false
		}
	}
	return true
}

// oneByOne inserts rows of a table that has only a key.
func (b *bulk) oneByOne(ctx context.Context, rows []unsafe.Pointer) error {
	for _, row := range rows {
		w := &writer{m: b.m, base: row, opts: &SaveOptions{ForceInsert: true}}
		if err := w.insert(ctx, b.s, b.m); err != nil {
			return err
		}
		w.written(b.s)
	}
	return nil
}

// cells returns the arguments of all rows, row by row.
func (b *bulk) cells(rows []unsafe.Pointer, columns []*Field) ([]any, error) {
	cells := make([]any, 0, len(rows)*len(columns))
	for i, row := range rows {
		w := writer{m: b.m, base: row}
		for _, f := range columns {
			if f.DBDefault != nil && w.isZero(b.m, f) {
				return nil, fmt.Errorf("orm: BulkCreate: row %d leaves %s to the database's default, and others do not: insert them apart", i, f.Name)
			}
			arg, err := w.argumentOf(b.m, f)
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", i, err)
			}
			cells = append(cells, arg)
		}
	}
	return cells, nil
}

// native inserts by the backend's own way, if it has one.
func (b *bulk) native(ctx context.Context, rows []unsafe.Pointer, columns []*Field, cells []any, fresh bool) (bool, error) {
	names := make([]string, len(columns))
	for i, f := range columns {
		names[i] = f.Column
	}
	value := func(row, column int) any { return cells[row*len(columns)+column] }
	if fresh {
		key := b.m.PK
		done, err := b.s.InsertKeys(ctx, b.m.Table, names, len(rows), value, func(row int, id int64) {
			setInt(key, unsafe.Add(rows[row], b.m.fieldOffset(key)), id)
		})
		if done && err == nil {
			b.written(rows)
		}
		return done, err
	}
	if !b.s.hasCopy() {
		return false, nil
	}
	if _, err := b.s.CopyFrom(ctx, b.m.Table, names, len(rows), value); err != nil {
		return true, err
	}
	b.written(rows)
	return true, nil
}

// written notes that the rows are in the database; rows that nothing is known of
// share what is.
func (b *bulk) written(rows []unsafe.Pointer) {
	var shared *rowState
	b.m.rowSteps()
	for _, row := range rows {
		if len(b.m.many) > 0 || b.m.stateless || peekState(row, b.m) != nil {
			w := &writer{m: b.m, base: row}
			w.written(b.s)
			continue
		}
		if shared == nil {
			shared = &rowState{shared: &rowSet{using: b.s.alias}}
		}
		*(**rowState)(unsafe.Add(row, b.m.stateOff)) = shared
	}
}

// statement inserts rows by INSERT … VALUES.
func (b *bulk) statement(ctx context.Context, rows []unsafe.Pointer, columns []*Field, cells []any, fresh bool) error {
	return b.run(ctx, rows, columns, fresh, func(c *Compiler) { c.valuesOf(len(columns), cells) })
}

// run runs INSERT INTO table (columns) and what values writes behind it.
func (b *bulk) run(ctx context.Context, rows []unsafe.Pointer, columns []*Field, fresh bool, values func(c *Compiler)) error {
	c := newCompiler(b.s.Dialect(), b.s.zone())
	if b.opts.IgnoreConflicts && !c.d.Features.OnConflict {
		c.SQL("INSERT IGNORE INTO ")
	} else {
		c.SQL("INSERT INTO ")
	}
	c.columnsOf(b.m, columns)
	values(c)
	c.fragment(b.onClash)
	returning := fresh && b.onClash.sql == "" && !b.opts.IgnoreConflicts && c.d.Features.Returning
	if returning {
		c.SQL(" RETURNING ")
		c.Ident(b.m.PK.Column)
	}
	st, err := c.statement()
	if err != nil {
		return err
	}
	if returning {
		return b.readKeys(ctx, st, rows)
	}
	_, err = b.s.Exec(ctx, st.SQL, st.Args)
	if err == nil && !fresh {
		b.written(rows)
	}
	return err
}

// readKeys runs an INSERT that returns the keys of the rows in their order.
func (b *bulk) readKeys(ctx context.Context, st Statement, rows []unsafe.Pointer) error {
	got, err := b.s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return err
	}
	defer got.Close()
	key, offset := b.m.PK, b.m.fieldOffset(b.m.PK)
	i := 0
	for ; got.Next() && i < len(rows); i++ {
		if key.Kind == KindInt64 {
			*(*int64)(unsafe.Add(rows[i], offset)) = got.Int64(0)
			continue
		}
		setInt(key, unsafe.Add(rows[i], offset), got.Int64(0))
	}
	if err := got.Err(); err != nil {
		return err
	}
	if i != len(rows) {
		return fmt.Errorf("orm: BulkCreate: %d keys for %d rows of %s: a trigger or rule of the database changes inserts", i, len(rows), b.m.Label())
	}
	b.written(rows)
	return nil
}
