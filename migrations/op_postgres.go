package migrations

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// The operations of this file do nothing on other databases than PostgreSQL, but for
// the indexes and constraints, which are made in the usual way there.

// AddIndexConcurrently makes an index without keeping others from writing meanwhile. Its
// migration must be NonAtomic.
type AddIndexConcurrently struct {
	Model string
	Index Index
}

func (op AddIndexConcurrently) plain() AddIndex { return AddIndex(op) }

// Describe says what it does.
func (op AddIndexConcurrently) Describe() string {
	return "Concurrently create index " + op.Index.Name + " on " + op.Model
}

// NameFragment is that of [AddIndex].
func (op AddIndexConcurrently) NameFragment() string { return op.plain().NameFragment() }

// Mutate adds the index.
func (op AddIndexConcurrently) Mutate(app string, s *State) error { return op.plain().Mutate(app, s) }

// Apply makes the index.
func (op AddIndexConcurrently) Apply(ctx context.Context, e *Editor) error {
	if err := e.outsideTransaction(); err != nil {
		return err
	}
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.index(m, op.Index.Name, s.AddIndexConcurrently) })
}

// Unapply drops it.
func (op AddIndexConcurrently) Unapply(ctx context.Context, e *Editor) error {
	if err := e.outsideTransaction(); err != nil {
		return err
	}
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.index(m, op.Index.Name, s.RemoveIndexConcurrently) })
}

func (op AddIndexConcurrently) ownTransactions() bool { return true }

// RemoveIndexConcurrently drops an index without keeping others from writing meanwhile.
// Its migration must be NonAtomic.
type RemoveIndexConcurrently struct{ Model, Name string }

func (op RemoveIndexConcurrently) plain() RemoveIndex { return RemoveIndex(op) }

// Describe says what it does.
func (op RemoveIndexConcurrently) Describe() string {
	return "Concurrently remove index " + op.Name + " from " + op.Model
}

// NameFragment is that of [RemoveIndex].
func (op RemoveIndexConcurrently) NameFragment() string { return op.plain().NameFragment() }

// Mutate removes the index.
func (op RemoveIndexConcurrently) Mutate(app string, s *State) error {
	return op.plain().Mutate(app, s)
}

// Apply drops the index.
func (op RemoveIndexConcurrently) Apply(ctx context.Context, e *Editor) error {
	if err := e.outsideTransaction(); err != nil {
		return err
	}
	return e.withBefore(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.index(m, op.Name, s.RemoveIndexConcurrently) })
}

// Unapply makes it again.
func (op RemoveIndexConcurrently) Unapply(ctx context.Context, e *Editor) error {
	if err := e.outsideTransaction(); err != nil {
		return err
	}
	return e.withBefore(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.index(m, op.Name, s.AddIndexConcurrently) })
}

func (op RemoveIndexConcurrently) ownTransactions() bool { return true }

// AddConstraintNotValid adds a check constraint that is kept for new rows only, without
// reading the table; [ValidateConstraint] checks the others later.
type AddConstraintNotValid struct {
	Model      string
	Constraint Constraint
}

// Describe says what it does.
func (op AddConstraintNotValid) Describe() string {
	return "Create not valid constraint " + op.Constraint.Name + " on model " + op.Model
}

// NameFragment returns the name of [AddConstraint] and "_not_valid".
func (op AddConstraintNotValid) NameFragment() string {
	return AddConstraint(op).NameFragment() + "_not_valid"
}

// Mutate adds the constraint.
func (op AddConstraintNotValid) Mutate(app string, s *State) error {
	if op.Constraint.Kind != orm.CheckConstraint {
		return fmt.Errorf("the constraint %q is no check, and must be valid", op.Constraint.Name)
	}
	return AddConstraint(op).Mutate(app, s)
}

// Apply adds the constraint.
func (op AddConstraintNotValid) Apply(ctx context.Context, e *Editor) error {
	if e.dialect.Name != "postgresql" {
		return AddConstraint(op).Apply(ctx, e)
	}
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.constraint(m, op.Constraint.Name, s.AddConstraintNotValid) })
}

// Unapply drops it.
func (op AddConstraintNotValid) Unapply(ctx context.Context, e *Editor) error {
	return AddConstraint(op).Unapply(ctx, e)
}

// ValidateConstraint checks the rows that were there before a constraint that was added
// as not valid. Readers and writers go on meanwhile.
type ValidateConstraint struct{ Model, Name string }

// Describe says what it does.
func (op ValidateConstraint) Describe() string {
	return "Validate constraint " + op.Name + " on model " + op.Model
}

// NameFragment returns "record_validate_" and the constraint.
func (op ValidateConstraint) NameFragment() string {
	return strings.ToLower(op.Model) + "_validate_" + strings.ToLower(op.Name)
}

// Mutate changes nothing.
func (op ValidateConstraint) Mutate(string, *State) error { return nil }

// Apply checks the rows.
func (op ValidateConstraint) Apply(ctx context.Context, e *Editor) error {
	if e.dialect.Name != "postgresql" {
		return nil
	}
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { s.ValidateConstraint(m, op.Name) })
}

// Unapply does nothing: the constraint stays valid.
func (op ValidateConstraint) Unapply(context.Context, *Editor) error { return nil }

// CreateExtension installs an extension, such as "hstore", "pg_trgm", "unaccent",
// "citext", "btree_gin", "btree_gist", "bloom", "pgcrypto". Where there is one, it stays
// as it is, and so it does when the migration is undone by a user without the right to
// drop it.
type CreateExtension struct{ Name string }

// Describe says what it does.
func (op CreateExtension) Describe() string { return "Creates extension " + op.Name }

// NameFragment returns "create_extension_hstore".
func (op CreateExtension) NameFragment() string { return "create_extension_" + op.Name }

// Mutate changes nothing.
func (op CreateExtension) Mutate(string, *State) error { return nil }

// Apply installs the extension.
func (op CreateExtension) Apply(ctx context.Context, e *Editor) error {
	return e.postgres(ctx, "CREATE EXTENSION IF NOT EXISTS "+e.dialect.Ident(op.Name))
}

// Unapply drops it.
func (op CreateExtension) Unapply(ctx context.Context, e *Editor) error {
	return e.postgres(ctx, "DROP EXTENSION IF EXISTS "+e.dialect.Ident(op.Name))
}

// CreateCollation makes a collation.
type CreateCollation struct {
	Name, Locale string
	// Provider is "libc", "icu" or "builtin". Default "libc".
	Provider string
	// NonDeterministic: texts that differ may be equal (ICU).
	NonDeterministic bool
}

// Describe says what it does.
func (op CreateCollation) Describe() string { return "Create collation " + op.Name }

// NameFragment returns "create_collation_" and the name.
func (op CreateCollation) NameFragment() string {
	return "create_collation_" + strings.ToLower(op.Name)
}

// Mutate changes nothing.
func (op CreateCollation) Mutate(string, *State) error { return nil }

// Apply makes the collation.
func (op CreateCollation) Apply(ctx context.Context, e *Editor) error {
	args := []string{"locale = " + e.dialect.Ident(op.Locale)}
	if op.Provider != "" && op.Provider != "libc" {
		args = append(args, "provider = "+e.dialect.Ident(op.Provider))
	}
	if op.NonDeterministic {
		args = append(args, "deterministic = false")
	}
	return e.postgres(ctx, fmt.Sprintf("CREATE COLLATION %s (%s)", e.dialect.Ident(op.Name), strings.Join(args, ", ")))
}

// Unapply drops it.
func (op CreateCollation) Unapply(ctx context.Context, e *Editor) error {
	return e.postgres(ctx, "DROP COLLATION "+e.dialect.Ident(op.Name))
}

// RemoveCollation drops a collation that is as [CreateCollation] makes it.
type RemoveCollation CreateCollation

// Describe says what it does.
func (op RemoveCollation) Describe() string { return "Drop collation " + op.Name }

// NameFragment returns "remove_collation_" and the name.
func (op RemoveCollation) NameFragment() string {
	return "remove_collation_" + strings.ToLower(op.Name)
}

// Mutate changes nothing.
func (op RemoveCollation) Mutate(string, *State) error { return nil }

// Apply drops the collation.
func (op RemoveCollation) Apply(ctx context.Context, e *Editor) error {
	return CreateCollation(op).Unapply(ctx, e)
}

// Unapply makes it again.
func (op RemoveCollation) Unapply(ctx context.Context, e *Editor) error {
	return CreateCollation(op).Apply(ctx, e)
}

// outsideTransaction returns an error where PostgreSQL would refuse the operation.
func (e *Editor) outsideTransaction() error {
	if e.atomic && e.dialect.Name == "postgresql" {
		return errors.New("it runs outside of transactions only: set NonAtomic in its migration, which should have no other operations")
	}
	return nil
}

// postgres runs a statement on PostgreSQL.
func (e *Editor) postgres(ctx context.Context, statement string) error {
	if e.dialect.Name != "postgresql" || e.db != nil && !e.db.AllowMigrate(e.Using, e.App, nil, nil) {
		return nil
	}
	return e.Exec(ctx, statement)
}
