package migrations

import (
	"context"
	"errors"
	"fmt"

	"github.com/nuages-web/nuages/orm"
)

// A Questioner answers what two states of the models do not tell. The command
// makemigrations asks the person at the terminal, or takes the answers from its flags.
type Questioner interface {
	// RenamedModel tells whether a model became another one, which has the same fields.
	RenamedModel(ctx context.Context, from, to *orm.ModelState) (bool, error)
	// RenamedField tells whether a field became another one, which is otherwise equal.
	// m is the model as it is now.
	RenamedField(ctx context.Context, m *orm.ModelState, from, to *Field) (bool, error)
	// Fill returns the value that the rows which exist get in a field that cannot be
	// null: a new one, or, altered, one that could be null before. The second may be nil,
	// where there are no nulls or a migration before has filled them.
	Fill(ctx context.Context, m *orm.ModelState, f *Field, altered bool) (any, error)
}

// ErrNoFill is the error of a field that cannot be null, where nobody says what existing
// rows get.
var ErrNoFill = errors.New("it cannot be null, and nothing says what existing rows get")

// Unattended answers that nothing was renamed, and has no values for existing rows.
type Unattended struct{}

// RenamedModel says no.
func (Unattended) RenamedModel(context.Context, *orm.ModelState, *orm.ModelState) (bool, error) {
	return false, nil
}

// RenamedField says no.
func (Unattended) RenamedField(context.Context, *orm.ModelState, *Field, *Field) (bool, error) {
	return false, nil
}

// Fill is an error for a new field, and nothing for one that exists.
func (Unattended) Fill(_ context.Context, m *orm.ModelState, f *Field, altered bool) (any, error) {
	if altered {
		return nil, nil
	}
	return nil, fmt.Errorf("%s.%s: %w", m.Label(), f.Name, ErrNoFill)
}
