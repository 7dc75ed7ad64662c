package orm

import (
	"context"
	"fmt"
	"strings"
)

// DeferConstraints runs f in a transaction in which rows may point to rows that are
// not there yet (Django's constraint_checks_disabled), on the database using; "" is
// the default one. [CheckForeignKeys] should be called at the end of f: PostgreSQL
// and SQLite look at the keys when the transaction ends, MySQL never again.
func DeferConstraints(ctx context.Context, using string, f func(ctx context.Context) error) error {
	return AtomicWith(ctx, &AtomicOptions{Using: using}, func(ctx context.Context) (err error) {
		s, err := sessionFor(ctx, using, nil, true)
		if err != nil {
			return err
		}
		var off, on string
		switch s.Dialect().Name {
		case "sqlite":
			off = "PRAGMA defer_foreign_keys = ON" // ends with the transaction
		case "postgresql":
			off = "SET CONSTRAINTS ALL DEFERRED"
		case "mysql", "mariadb":
			off, on = "SET foreign_key_checks = 0", "SET foreign_key_checks = 1"
		default:
			return f(ctx)
		}
		if _, err := s.Exec(ctx, off, nil); err != nil {
			return err
		}
		if on != "" {
			// Past the block, which a failed statement has closed: the connection goes
			// back to the pool.
			defer func() {
				if _, e := s.block.tx.conn().Exec(context.WithoutCancel(ctx), on, nil); err == nil {
					err = e
				}
			}()
		}
		return f(ctx)
	})
}

// CheckForeignKeys returns an error, which is an ErrForeignKey, for the first row of
// these models whose key points to no row (Django's check_constraints); on PostgreSQL
// also for other deferred constraints. using is the alias of the database, "" the
// default one.
func CheckForeignKeys(ctx context.Context, using string, models ...*Meta) error {
	s, err := sessionFor(ctx, using, nil, true)
	if err != nil {
		return err
	}
	for _, m := range models {
		if err := m.link(); err != nil {
			return err
		}
		for _, f := range m.concrete().Fields {
			if f.Relation == nil || f.Relation.ToField == nil || f.Relation.NoConstraint {
				continue
			}
			if err := f.checkKeys(ctx, s); err != nil {
				return err
			}
		}
	}
	if s.Dialect().Name != "postgresql" || s.block == nil {
		return nil
	}
	for _, when := range []string{"IMMEDIATE", "DEFERRED"} {
		if _, err := s.Exec(ctx, "SET CONSTRAINTS ALL "+when, nil); err != nil {
			return err
		}
	}
	return nil
}

// checkKeys looks for a row whose key points to nothing.
func (f *Field) checkKeys(ctx context.Context, s *session) error {
	m, to := f.Model.concrete(), f.Relation.ToField
	c := newCompiler(s.Dialect(), s.zone())
	column := func(table string, f *Field) {
		c.SQL(table + ".")
		c.Ident(f.Column)
	}
	c.SQL("SELECT ")
	column("a", m.PK)
	c.SQL(", ")
	column("a", f)
	c.SQL(" FROM ")
	c.Ident(m.Table)
	c.SQL(" a LEFT JOIN ")
	c.Ident(to.Model.concrete().Table)
	c.SQL(" b ON ")
	column("a", f)
	c.SQL(" = ")
	column("b", to)
	c.SQL(" WHERE ")
	column("a", f)
	c.SQL(" IS NOT NULL AND ")
	column("b", to)
	c.SQL(" IS NULL LIMIT 1")
	st, err := c.statement()
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return rows.Err()
	}
	key, err := readBoxed(rows, 0, m.PK)
	if err != nil {
		return err
	}
	value, err := readBoxed(rows, 1, f)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: the row of %s with the key %v has %s %v, and no row of %s has that %s: load that row too, or set the field to one that is there",
		ErrForeignKey, m.Label(), key, f.Name, value, to.Model.Label(), to.Name)
}

// withPairs returns the models that have a table of their own, each once, and behind
// each the models of its automatic many-to-many tables.
func withPairs(models []*Meta) []*Meta {
	var out []*Meta
	seen := map[string]bool{}
	add := func(m *Meta) {
		if m.Proxy == nil && !seen[m.Table] {
			seen[m.Table] = true
			out = append(out, m)
		}
	}
	for _, m := range models {
		if m.link() != nil { // its error is told by queries and checks
			continue
		}
		add(m)
		for _, f := range m.ManyToMany {
			if through := f.Relation.Through; through != nil && through.AutoCreated {
				add(through)
			}
		}
	}
	return out
}

// FlushSQL returns the statements that empty the tables of models, those of their
// many-to-many relations too, and begin keys anew, in Django's form (sqlflush).
func FlushSQL(d *Dialect, models ...*Meta) []string {
	var tables, names []string
	counts := false
	for _, m := range withPairs(models) {
		if m.Unmanaged {
			continue
		}
		counts = counts || m.PK != nil && m.PK.Auto
		tables = append(tables, d.Ident(m.Table))
		names = append(names, "'"+strings.ReplaceAll(m.Table, "'", "''")+"'")
	}
	if len(tables) == 0 {
		return nil
	}
	var out []string
	each := func(statement string) {
		for _, table := range tables {
			out = append(out, fmt.Sprintf(statement, table))
		}
	}
	switch d.Name {
	case "postgresql":
		out = append(out, "TRUNCATE "+strings.Join(tables, ", ")+" RESTART IDENTITY;")
	case "mysql", "mariadb":
		out = append(out, "SET FOREIGN_KEY_CHECKS = 0;")
		each("TRUNCATE %s;")
		out = append(out, "SET FOREIGN_KEY_CHECKS = 1;")
	case "sqlite":
		each("DELETE FROM %s;")
		if !counts { // then there is no such table
			break
		}
		out = append(out, `UPDATE "sqlite_sequence" SET "seq" = 0 WHERE "name" IN (`+strings.Join(names, ", ")+`);`)
	default:
		each("DELETE FROM %s;")
	}
	return out
}

// SequenceResetSQL returns the statements that make the database count on after the
// highest key of each model, and of its many-to-many relations (Django's
// sqlsequencereset); none where databases do so
// by themselves.
func SequenceResetSQL(d *Dialect, models ...*Meta) []string {
	if d.Name != "postgresql" {
		return nil
	}
	var out []string
	for _, m := range withPairs(models) {
		if m.PK == nil || !m.PK.Auto || m.PK.Model != m {
			continue
		}
		column := d.Ident(m.PK.Column)
		out = append(out, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s','%s'), coalesce(max(%s), 1), max(%s) IS NOT null) FROM %s;",
			strings.ReplaceAll(d.Ident(m.Table), "'", "''"), strings.ReplaceAll(m.PK.Column, "'", "''"), column, column, d.Ident(m.Table)))
	}
	return out
}
