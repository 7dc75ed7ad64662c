package migrations

import (
	"fmt"

	"github.com/nuages-web/nuages/orm"
)

// Hazard is what an operation does to a program that runs while it is applied: the
// version before it, which goes on until the new one has started.
type Hazard struct {
	// Operation counts from 0 in the migration.
	Operation int
	// Breaks: the running version fails. Otherwise the operation keeps a table locked
	// for as long as its size asks for.
	Breaks bool
	// Text says what happens, and Hint which steps avoid it.
	Text, Hint string
}

// Hazards tells what the operations of a migration, before which the models are as
// before says, do to a program that runs. Tables that the migration itself makes are
// safe. vendor is [orm.Dialect] Name.
func Hazards(m *Migration, before *State, vendor string) ([]Hazard, error) {
	states, err := statesOf(m, before)
	if err != nil {
		return nil, err
	}
	h := &hazards{app: m.App, vendor: vendor, fresh: map[string]bool{}}
	for i, op := range m.Operations {
		h.i, h.before, h.after = i, states[i], states[i+1]
		h.operation(op)
	}
	return h.found, nil
}

// Hazards are those of the migrations of a plan that are to be applied to a database
// whose tables are in use: where nothing is applied yet there are none.
func (x *Executor) Hazards(plan []Step) (map[*Migration][]Hazard, error) {
	state, err := x.State()
	if err != nil || len(state.order) == 0 {
		return nil, err
	}
	found := map[*Migration][]Hazard{}
	for _, step := range plan {
		if step.Backwards {
			return nil, nil
		}
		if found[step.Migration], err = Hazards(step.Migration, state, x.dialect.Name); err != nil {
			return nil, err
		}
		state = state.Clone()
		if err := step.Migration.Mutate(state); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// hazards looks at one operation after the other.
type hazards struct {
	app, vendor   string
	before, after *State
	fresh         map[string]bool // models that the migration makes
	i             int
	found         []Hazard
}

func (h *hazards) breaks(hint, format string, args ...any) {
	h.found = append(h.found, Hazard{h.i, true, fmt.Sprintf(format, args...), hint})
}

func (h *hazards) locks(hint, format string, args ...any) {
	h.found = append(h.found, Hazard{h.i, false, fmt.Sprintf(format, args...), hint})
}

func (h *hazards) operation(op Operation) {
	switch op := op.(type) {
	case CreateModel:
		h.fresh[key(h.app, op.Name)] = true
	case DeleteModel:
		h.breaks("First release a version that does not use the model; delete it in the next release.",
			"The running version still reads the table of %s.", op.Name)
	case RenameModel:
		h.rename(op)
	case AlterModelTable:
		h.breaks("Keep the old name in the model's Meta by Table, or make a view of the old name first.",
			"The running version still uses the old name of the table of %s.", op.Model)
	case RenameField:
		h.renameField(op)
	case AddField:
		h.addField(op)
	case RemoveField:
		h.removeField(op)
	case AlterField:
		h.alterField(op)
	case AddIndex:
		if h.vendor == "postgresql" && !h.made(op.Model) {
			h.locks("Use AddIndexConcurrently in a migration that is NonAtomic.",
				"Nobody can write to the table of %s while the index %s is made.", op.Model, op.Index.Name)
		}
	case AddConstraint:
		h.addConstraint(op)
	case AlterUniqueTogether:
		if !h.made(op.Model) && len(op.UniqueTogether) > 0 {
			h.locks("On PostgreSQL make a unique index concurrently, and the constraint of it by RunSQL.",
				"Nobody can write to the table of %s while its rows are compared.", op.Model)
		}
	case SeparateDatabaseAndState:
		for _, o := range op.Database {
			h.operation(o)
		}
	}
}

// made tells whether the table is new, so that nobody uses it.
func (h *hazards) made(model string) bool { return h.fresh[key(h.app, model)] }

func (h *hazards) rename(op RenameModel) {
	if h.made(op.From) {
		h.fresh[key(h.app, op.To)] = true
		return
	}
	if m, ok := h.before.Model(h.app, op.From); ok && m.Table != "" {
		return // the table keeps its name
	}
	h.breaks("Give the model the old name of its table in Meta by Table, and rename the table when no version uses it.",
		"The running version still uses the table of %s.", op.From)
}

func (h *hazards) renameField(op RenameField) {
	if h.made(op.Model) {
		return
	}
	old, ok1 := h.field(h.before, op.Model, op.From)
	now, ok2 := h.field(h.after, op.Model, op.To)
	if ok1 && ok2 && column(old) == column(now) {
		return
	}
	h.breaks("Keep the column by the tag column="+column(old)+", or add the new field, copy the values, and remove the old one in the next release.",
		"The running version still uses the column of %s.%s.", op.Model, op.From)
}

func (h *hazards) field(s *State, model, name string) (Field, bool) {
	m, ok := s.Model(h.app, model)
	if !ok {
		return Field{}, false
	}
	f, ok := fieldOf(m, name)
	if !ok {
		return Field{}, false
	}
	return *f, true
}

// column returns the name of a field's column.
func column(f Field) string {
	switch {
	case f.Column != "":
		return f.Column
	case f.To != "":
		return f.Name + "_id"
	}
	return f.Name
}

func (h *hazards) addField(op AddField) {
	f := op.Field
	if h.made(op.Model) || f.Type == "ManyToManyField" {
		return
	}
	if !f.Null && f.DBDefault == nil && f.Generated == nil {
		h.breaks("Add it with null or with a default of the database (DBDefault), and change that in the next release.",
			"The running version inserts rows into %s without a value for %s, which cannot be null.", op.Model, f.Name)
	}
	if f.Unique || f.Type == "OneToOneField" {
		h.locks("Add the field first, then the uniqueness: on PostgreSQL by a unique index that is made concurrently.",
			"Nobody can write to the table of %s while the unique index of %s is made.", op.Model, f.Name)
	}
	if f.Generated != nil && !f.Virtual {
		h.locks("", "The table of %s is written anew to compute %s.", op.Model, f.Name)
	}
}

func (h *hazards) removeField(op RemoveField) {
	if h.made(op.Model) {
		return
	}
	if f, ok := h.field(h.before, op.Model, op.Name); ok && f.Type == "ManyToManyField" {
		h.breaks("First release a version that does not use the relation; remove it in the next release.",
			"The running version still uses the table of %s.%s.", op.Model, op.Name)
		return
	}
	h.breaks("First release a version without the field, whose migration only says so (SeparateDatabaseAndState); drop the column in the next release.",
		"The running version still reads the column of %s.%s.", op.Model, op.Name)
}

func (h *hazards) alterField(op AlterField) {
	old, ok := h.field(h.before, op.Model, op.Field.Name)
	if !ok || h.made(op.Model) {
		return
	}
	now, _ := h.field(h.after, op.Model, op.Field.Name)
	if column(old) != column(now) {
		h.breaks("Keep the column by the tag column="+column(old)+".", "The running version still uses the column %s of %s.", column(old), op.Model)
	}
	if old.Null && !now.Null {
		hint := "Fill the nulls in batches (RunBatches) before."
		if h.vendor == "postgresql" {
			hint += " A check \"is not null\" that is added by AddConstraintNotValid and validated lets PostgreSQL skip the reading."
		}
		h.breaks(hint, "The running version may insert nulls into %s.%s, and the table is read while it is locked.", op.Model, now.Name)
	}
	if h.rewrites(old, now) {
		h.locks("Add a field of the new type, copy the values in batches (RunBatches), and remove the old one in the next release.",
			"The table of %s is written anew while it is locked, for the new type of %s.", op.Model, now.Name)
	}
	if now.Unique && !old.Unique {
		h.locks("On PostgreSQL make a unique index concurrently before.",
			"Nobody can write to the table of %s while the unique index of %s is made.", op.Model, now.Name)
	}
}

// rewrites tells whether a change of the type touches every row.
func (h *hazards) rewrites(old, now Field) bool {
	if h.vendor == "sqlite" || old.Type == "ManyToManyField" {
		return false
	}
	texts := map[string]bool{"CharField": true, "SlugField": true, "EmailField": true, "URLField": true, "TextField": true}
	if texts[old.Type] && texts[now.Type] {
		return now.Type != "TextField" && (old.Type == "TextField" || now.MaxLength < old.MaxLength)
	}
	return old.Type != now.Type && old.To == "" && now.To == "" || old.DecimalPlaces != now.DecimalPlaces || now.MaxDigits < old.MaxDigits
}

func (h *hazards) addConstraint(op AddConstraint) {
	if h.made(op.Model) {
		return
	}
	hint := "On PostgreSQL make a unique index concurrently, and the constraint of it by RunSQL."
	if op.Constraint.Kind == orm.CheckConstraint {
		hint = "On PostgreSQL add it by AddConstraintNotValid, and check the rows by ValidateConstraint in the next migration."
	}
	h.locks(hint, "The table of %s is read while it is locked, for the constraint %s; the running version may write rows that violate it.", op.Model, op.Constraint.Name)
}
