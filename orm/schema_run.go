package orm

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// CopyProgress tells how far the copying of a table is (SQLite); see [Schema.Run].
type CopyProgress struct {
	Table string
	Done  int64 // rows
	Total int64
}

// copyChunk is how many rows are copied by one statement.
const copyChunk = 10000

// Run runs the steps that were written since the last Run on the database using; ""
// is the default one. Those that wait for other tables stay for [Schema.Finish]. Where
// SQLite builds a table anew, its rows are copied in parts, after each of which
// progress is called, unless it is nil; it must run inside of [AtomicSchema] there.
func (s *Schema) Run(ctx context.Context, using string, progress func(CopyProgress)) error {
	steps, err := s.Take()
	if err != nil {
		return err
	}
	c, err := ConnectionOf(ctx, using)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(steps, func(step Step) bool { return step.Copy != nil }) {
		if err := c.unchecked(ctx); err != nil {
			return err
		}
	}
	for _, step := range steps {
		if step.Copy != nil {
			err = step.Copy.run(ctx, c, progress)
		} else {
			_, err = c.Exec(ctx, step.SQL)
		}
		if err != nil && (s.Ignore == nil || !s.Ignore(err)) {
			return fmt.Errorf("orm: change tables: %s: %w", step.SQL, err)
		}
	}
	if len(steps) == 0 {
		return nil
	}
	return c.ForgetStatements(ctx)
}

// Finish is Run with the statements that wait.
func (s *Schema) Finish(ctx context.Context, using string, progress func(CopyProgress)) error {
	for _, l := range s.later {
		s.emit(l.sql)
	}
	s.later = nil
	return s.Run(ctx, using, progress)
}

// unchecked tells whether a table may be dropped and come back: with checks of
// foreign keys the rows that refer to it would go with it.
func (c Connection) unchecked(ctx context.Context) error {
	checked, err := c.number(ctx, "PRAGMA foreign_keys")
	if err == nil && (checked != 0 || c.s.block == nil) {
		err = errors.New("orm: change tables: SQLite builds a table anew in a transaction without checks of foreign keys only; call AtomicSchema")
	}
	return err
}

// number returns the number that a query gives, and 0 where it gives no row.
func (c Connection) number(ctx context.Context, query string, args ...any) (int64, error) {
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var n int64
	if rows.Next() {
		n = rows.Int64(0)
	}
	return n, rows.Err()
}

// run copies the rows in parts of neighbouring rowids.
func (t *TableCopy) run(ctx context.Context, c Connection, progress func(CopyProgress)) error {
	if t.RowID == "" {
		_, err := c.Exec(ctx, t.Insert+" "+t.Select)
		return err
	}
	table := c.Dialect().Ident(t.Table)
	at := CopyProgress{Table: t.Table}
	var err error
	if at.Total, err = c.number(ctx, "SELECT count(*) FROM "+table); err != nil {
		return err
	}
	from, args := "", []any(nil)
	for at.Done < at.Total {
		query := fmt.Sprintf("SELECT max(id) FROM (SELECT %[1]s AS id FROM %[2]s%[3]s ORDER BY %[1]s LIMIT %[4]d)", t.RowID, table, from, copyChunk)
		last, err := c.number(ctx, query, args...)
		if err != nil {
			return err
		}
		part := " AND "
		if from == "" {
			part = " WHERE "
		}
		result, err := c.Exec(ctx, fmt.Sprintf("%[1]s %[2]s%[3]s%[4]s%[5]s <= ? ORDER BY %[5]s", t.Insert, t.Select, from, part, t.RowID), append(args, last)...)
		if err != nil {
			return err
		}
		if result.RowsAffected == 0 {
			return fmt.Errorf("%d of %d rows were there to copy", at.Done, at.Total)
		}
		at.Done += result.RowsAffected
		if progress != nil {
			progress(at)
		}
		from, args = " WHERE "+t.RowID+" > ?", []any{last}
	}
	return nil
}
