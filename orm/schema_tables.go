package orm

import (
	"context"
	"fmt"
	"slices"
)

// CreateTables makes the tables of models on the default database, those that others
// refer to first; in a transaction, where the database can. It is for tests and small
// programs: migrations change tables that exist.
func CreateTables(ctx context.Context, models ...*Meta) error {
	return changeTables(ctx, "create tables", func(s *Schema) {
		for _, m := range inOrder(models) {
			s.CreateModel(m)
		}
	})
}

// DropTables drops the tables of models on the default database, with their rows.
func DropTables(ctx context.Context, models ...*Meta) error {
	return changeTables(ctx, "drop tables", func(s *Schema) {
		ordered := inOrder(models)
		if s.mysql() {
			s.dropForeignKeys(ordered)
		}
		slices.Reverse(ordered)
		for _, m := range ordered {
			s.DeleteModel(m)
		}
	})
}

func changeTables(ctx context.Context, what string, write func(s *Schema)) error {
	c, err := ConnectionOf(ctx, "")
	if err != nil {
		return err
	}
	s := NewSchema(c.Dialect())
	write(s)
	statements, err := s.Statements()
	if err != nil {
		return err
	}
	run := func(ctx context.Context) error {
		for _, statement := range statements {
			if _, err := Exec(ctx, statement); err != nil {
				return fmt.Errorf("orm: %s: %s: %w", what, statement, err)
			}
		}
		return nil
	}
	if c.Dialect().Features.TransactionalDDL {
		return Atomic(ctx, run)
	}
	return run(ctx)
}

// inOrder sorts models so that those that others refer to come first; where they
// refer to each other, in the order given.
func inOrder(models []*Meta) []*Meta {
	var ordered []*Meta
	state := map[*Meta]bool{}
	for _, m := range models {
		state[m] = false
	}
	var visit func(m *Meta)
	visit = func(m *Meta) {
		if done, asked := state[m]; done || !asked {
			return
		}
		state[m] = true
		m.link() // CreateModel tells of its error
		for _, f := range m.Fields {
			if f.Relation != nil && f.Relation.To != nil {
				visit(f.Relation.To.concrete())
			}
		}
		for _, f := range m.ManyToMany {
			if f.Relation.To != nil {
				visit(f.Relation.To.concrete())
			}
		}
		ordered = append(ordered, m)
	}
	for _, m := range models {
		visit(m)
	}
	return ordered
}

// dropForeignKeys drops the keys among models that refer to each other, since MySQL
// drops no table that another refers to.
func (s *Schema) dropForeignKeys(ordered []*Meta) {
	seen := map[*Meta]bool{}
	for _, m := range ordered {
		seen[m] = true
		for _, f := range m.Fields {
			if f.Relation == nil || f.Relation.NoConstraint || f.Relation.ToField == nil || !s.makes(m) {
				continue
			}
			if to := f.Relation.ToField.Model.concrete(); slices.Contains(ordered, to) && !seen[to] {
				s.execute("ALTER TABLE %s DROP FOREIGN KEY %s", s.d.Ident(m.Table), s.d.Ident(s.foreignKeyName(m, f)))
			}
		}
	}
}
