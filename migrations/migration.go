package migrations

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// Migration is one step in the history of an app.
type Migration struct {
	// App is the app's label, and Name the name of the file without its end:
	// "0002_record_notes". Both are what Django's table remembers.
	App, Name string
	// Initial marks a migration that makes the app's tables: --fake-initial takes it
	// as applied where they exist.
	Initial bool
	// Dependencies are the migrations that must be applied before: "shop.0001_initial",
	// "auth.__first__", "auth.__latest__".
	Dependencies []string
	// RunBefore are migrations of other apps that must come after this one.
	RunBefore []string
	// Replaces are the migrations that this one stands for: it was squashed from them,
	// or takes their place in a database that Django made.
	Replaces []string
	// NonAtomic runs the operations outside of a transaction, for those that a
	// transaction forbids (CREATE INDEX CONCURRENTLY), and for long data migrations.
	NonAtomic bool
	// Operations are what is done, in order.
	Operations []Operation
}

// ID returns "shop.0001_initial".
func (m *Migration) ID() string { return m.App + "." + m.Name }

// Mutate changes a state as the migration changes the models.
func (m *Migration) Mutate(s *State) error {
	for i, op := range m.Operations {
		if err := op.Mutate(m.App, s); err != nil {
			return fmt.Errorf("migration %s: operation %d (%s): %w", m.ID(), i+1, op.Describe(), err)
		}
	}
	return nil
}

// splitID returns the two parts of "shop.0001_initial".
func splitID(id string) (app, name string, err error) {
	app, name, ok := strings.Cut(id, ".")
	if !ok || app == "" || name == "" {
		return "", "", fmt.Errorf("%q names no migration: give app and name, as in \"shop.0001_initial\"", id)
	}
	return app, name, nil
}

// ErrIrreversible is the error of an operation that cannot be undone.
var ErrIrreversible = errors.New("the operation cannot be reversed")

// Operation is one change of the models, of the database, or of both. Operations are
// plain values; those of this package are Django's. A type of yours may implement it.
type Operation interface {
	// Describe says in a few words what it does: "Add field notes to Record".
	Describe() string
	// Mutate changes the state as the models change.
	Mutate(app string, s *State) error
	// Apply changes the database from one state to the next.
	Apply(ctx context.Context, e *Editor) error
	// Unapply changes the database back; [ErrIrreversible] where it cannot.
	Unapply(ctx context.Context, e *Editor) error
}

// Reversible is implemented by operations that are not always reversible.
type Reversible interface{ Reversible() bool }

// Named is implemented by operations that name the migration which holds them alone:
// "record_notes".
type Named interface{ NameFragment() string }

// Elidable is implemented by operations that a squash may leave out.
type Elidable interface{ Elidable() bool }

// reversible tells whether an operation can be undone.
func reversible(op Operation) bool {
	r, ok := op.(Reversible)
	return !ok || r.Reversible()
}

// Field is a field as data.
type Field = orm.FieldState

// Index is an index as data.
type Index = orm.IndexState

// Constraint is a constraint as data.
type Constraint = orm.ConstraintState

// Key is a key of an index or constraint as data.
type Key = orm.KeyState
