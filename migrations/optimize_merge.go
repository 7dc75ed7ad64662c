package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// mergedKinds merges operations by what they are.
func mergedKinds(app string, op, next Operation) ([]Operation, bool) {
	switch op := op.(type) {
	case CreateModel:
		return op.merged(app, next)
	case RenameModel:
		if next, ok := next.(RenameModel); ok && strings.EqualFold(op.To, next.From) {
			return []Operation{RenameModel{From: op.From, To: next.To}}, true
		}
	case AddField:
		return op.merged(next)
	case AlterField:
		return op.merged(next)
	case RemoveField:
		if next, ok := next.(DeleteModel); ok && strings.EqualFold(op.Model, next.Name) {
			return []Operation{next}, true
		}
	case RenameField:
		if next, ok := next.(RenameField); ok && strings.EqualFold(op.Model, next.Model) && op.To == next.From {
			return []Operation{RenameField{Model: op.Model, From: op.From, To: next.To}}, true
		}
	case AddIndex:
		return op.merged(next)
	case AddConstraint:
		if next, ok := next.(RemoveConstraint); ok && strings.EqualFold(op.Model, next.Model) && op.Constraint.Name == next.Name {
			return nil, true
		}
	case RenameIndex:
		if next, ok := next.(RenameIndex); ok && strings.EqualFold(op.Model, next.Model) && op.To == next.From {
			return []Operation{RenameIndex{Model: op.Model, From: op.From, To: next.To}}, true
		}
	}
	if model, ok := optionOf(op); ok {
		return optionsMerged(op, model, next)
	}
	return nil, false
}

// optionsMerged drops options that are set again, or whose model is deleted. The field
// of an order with respect to another row keeps its name.
func optionsMerged(op Operation, model string, next Operation) ([]Operation, bool) {
	if d, ok := next.(DeleteModel); ok && strings.EqualFold(model, d.Name) {
		return []Operation{next}, true
	}
	if other, ok := optionOf(next); !ok || !strings.EqualFold(model, other) || fmt.Sprintf("%T", op) != fmt.Sprintf("%T", next) {
		return nil, false
	}
	if _, ok := op.(AlterOrderWithRespectTo); ok {
		return nil, false // it adds or removes a column
	}
	return []Operation{next}, true
}

func (op AddField) merged(next Operation) ([]Operation, bool) {
	same := func(model, field string) bool {
		return strings.EqualFold(model, op.Model) && field == op.Field.Name
	}
	switch next := next.(type) {
	case AlterField:
		if same(next.Model, next.Field.Name) {
			fill := op.Fill
			if next.Fill != nil {
				fill = next.Fill
			}
			return []Operation{AddField{Model: op.Model, Field: next.Field, Fill: fill}}, true
		}
	case RemoveField:
		return nil, same(next.Model, next.Name)
	case RenameField:
		if same(next.Model, next.From) {
			op.Field.Name = next.To
			return []Operation{op}, true
		}
	}
	return nil, false
}

func (op AlterField) merged(next Operation) ([]Operation, bool) {
	same := func(model, field string) bool {
		return strings.EqualFold(model, op.Model) && field == op.Field.Name
	}
	switch next := next.(type) {
	case AlterField:
		if same(next.Model, next.Field.Name) {
			if next.Fill == nil && !next.Field.Null {
				next.Fill = op.Fill
			}
			return []Operation{next}, true
		}
	case RemoveField:
		if same(next.Model, next.Name) {
			return []Operation{next}, true
		}
	case RenameField:
		if same(next.Model, next.From) && op.Field.Column == "" {
			op.Field.Name = next.To
			return []Operation{next, op}, true
		}
	}
	return nil, false
}

func (op AddIndex) merged(next Operation) ([]Operation, bool) {
	switch next := next.(type) {
	case RemoveIndex:
		return nil, strings.EqualFold(next.Model, op.Model) && next.Name == op.Index.Name
	case RenameIndex:
		if strings.EqualFold(next.Model, op.Model) && next.From == op.Index.Name {
			op.Index.Name = next.To
			return []Operation{op}, true
		}
	}
	return nil, false
}

// merged lets the model be created as what follows makes it.
func (op CreateModel) merged(app string, next Operation) ([]Operation, bool) {
	if next, ok := next.(DeleteModel); ok && strings.EqualFold(op.Name, next.Name) {
		return nil, op.ProxyOf == ""
	}
	model, ok := changesOnly(next)
	if !ok || !strings.EqualFold(model, op.Name) {
		return nil, false
	}
	// What the state becomes is what the model is created as.
	s := NewState()
	m := orm.ModelState(op)
	m.App = app
	s.put(cloneModel(&m))
	before := cloneModel(&m)
	if remove, ok := next.(RemoveField); ok {
		forget(s, app, op.Name, remove.Name)
	}
	if next.Mutate(app, s) != nil {
		return nil, false
	}
	made := s.All()[0]
	relabelOwn(before, made)
	made.App = ""
	return []Operation{CreateModel(*made)}, true
}

// changesOnly returns the model that an operation changes, if that is all that it does.
func changesOnly(op Operation) (model string, ok bool) {
	switch op := op.(type) {
	case RenameModel:
		return op.From, true
	case AddField:
		return op.Model, true
	case AlterField:
		return op.Model, true
	case RemoveField:
		return op.Model, true
	case RenameField:
		return op.Model, true
	case AddIndex:
		return op.Model, true
	case RemoveIndex:
		return op.Model, true
	case RenameIndex:
		return op.Model, true
	case AddConstraint:
		return op.Model, true
	case RemoveConstraint:
		return op.Model, true
	}
	return optionOf(op)
}

// forget takes a field that is to be removed out of what names it in the model.
func forget(s *State, app, model, field string) {
	_ = s.change(app, model, func(m *orm.ModelState) error {
		for i, names := range m.UniqueTogether {
			m.UniqueTogether[i] = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == field })
		}
		m.UniqueTogether = slices.DeleteFunc(m.UniqueTogether, func(names []string) bool { return len(names) == 0 })
		if m.OrderWithRespectTo == field {
			m.OrderWithRespectTo = ""
		}
		return nil
	})
}

// relabelOwn keeps labels as they were written: fields to models of the same app may
// leave out the app.
func relabelOwn(before, after *orm.ModelState) {
	for i := range after.Fields {
		if f, ok := fieldOf(before, after.Fields[i].Name); ok && strings.EqualFold(labelIn(before.App, f.To), after.Fields[i].To) {
			after.Fields[i].To = f.To
		}
	}
}
