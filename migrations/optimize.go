package migrations

import (
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// Reducer is implemented by operations of your own that can be merged with those that
// follow them.
type Reducer interface {
	// Reduce returns what stands for the operation and next together, or that they
	// cannot be merged.
	Reduce(app string, next Operation) (merged []Operation, ok bool)
}

// Optimize returns operations of an app that do the same in fewer steps: a model that is
// created and gets a field is created with it, a field that is added and removed was
// never there (Django's MigrationOptimizer). Operations that may be left out ([Elidable])
// are. The list that is given is not changed.
func Optimize(app string, ops []Operation) []Operation {
	for {
		shorter, changed := optimizeOnce(app, ops)
		if !changed {
			return shorter
		}
		ops = shorter
	}
}

// optimizeOnce merges two operations. What stands between them must not mind that one
// of them moves to the other: the first behind it or, failing that, the second before it.
func optimizeOnce(app string, ops []Operation) ([]Operation, bool) {
	for i, op := range ops {
		right := true
		for k, other := range ops[i+1:] {
			merged, through, ok := reduce(app, op, other)
			if !ok {
				right = right && through
				continue
			}
			between := ops[i+1 : i+1+k]
			left := !slices.ContainsFunc(between, func(b Operation) bool { return !passes(app, b, other) })
			switch {
			case right:
				return slices.Concat(ops[:i], between, merged, ops[i+k+2:]), true
			case left:
				return slices.Concat(ops[:i], merged, between, ops[i+k+2:]), true
			}
			break
		}
	}
	return slices.Clone(ops), false
}

// passes tells whether two operations can change places.
func passes(app string, op, other Operation) bool {
	_, through, ok := reduce(app, op, other)
	return !ok && through
}

// reduce returns what stands for two operations together (ok), or whether the first one
// can be moved behind the other (through).
func reduce(app string, op, next Operation) (merged []Operation, through, ok bool) {
	if r, is := op.(Reducer); is {
		if merged, ok := r.Reduce(app, next); ok {
			return merged, false, true
		}
	}
	if merged, ok := mergedKinds(app, op, next); ok {
		return merged, false, true
	}
	switch {
	case elidable(op):
		return []Operation{next}, false, true
	case elidable(next):
		return []Operation{op}, false, true
	}
	return nil, independent(app, op, next), false
}

func elidable(op Operation) bool {
	e, ok := op.(Elidable)
	return ok && e.Elidable()
}

// independent tells whether next has nothing to do with what op changes, nor op with a
// name that next changes.
func independent(app string, op, next Operation) bool {
	switch next := next.(type) {
	case RenameModel:
		if refersToModel(app, op, next.From) || refersToModel(app, op, next.To) {
			return false
		}
	case RenameField:
		if refersToField(app, op, next.Model, next.From) || refersToField(app, op, next.Model, next.To) {
			return false
		}
	}
	return changesNothingOf(app, op, next)
}

// changesNothingOf tells whether next has nothing to do with what op changes.
func changesNothingOf(app string, op, next Operation) bool {
	switch op := op.(type) {
	case CreateModel:
		return !refersToModel(app, next, op.Name)
	case DeleteModel:
		return !refersToModel(app, next, op.Name)
	case RenameModel:
		return !refersToModel(app, next, op.To) && !refersToModel(app, next, op.From)
	case RenameField:
		return !refersToField(app, next, op.Model, op.To) && !refersToField(app, next, op.Model, op.From)
	case AddField:
		return !refersToField(app, next, op.Model, op.Field.Name)
	case AlterField:
		return !refersToField(app, next, op.Model, op.Field.Name)
	case RemoveField:
		return !refersToField(app, next, op.Model, op.Name)
	}
	if model, ok := changesOnly(op); ok {
		return !refersToModel(app, next, model)
	}
	return false
}

// optionOf returns the model whose options an operation sets, all of one kind at once.
func optionOf(op Operation) (model string, ok bool) {
	switch op := op.(type) {
	case AlterModelOptions:
		return op.Model, true
	case AlterModelTable:
		return op.Model, true
	case AlterModelTableComment:
		return op.Model, true
	case AlterUniqueTogether:
		return op.Model, true
	case AlterOrderWithRespectTo:
		return op.Model, true
	}
	return "", false
}

// refersToModel tells whether an operation has to do with a model; where it is not
// known, it has.
func refersToModel(app string, op Operation, name string) bool {
	is := func(model string) bool { return strings.EqualFold(model, name) }
	label := func(l string) bool { return strings.EqualFold(labelIn(app, l), app+"."+name) }
	switch op := op.(type) {
	case CreateModel:
		return is(op.Name) || label(op.ProxyOf) || slices.ContainsFunc(op.Bases, label) ||
			slices.ContainsFunc(op.Fields, func(f Field) bool { return label(f.To) || label(f.Through) })
	case RenameModel:
		return is(op.From) || is(op.To)
	case AddField:
		return is(op.Model) || label(op.Field.To) || label(op.Field.Through)
	case AlterField:
		return is(op.Model) || label(op.Field.To) || label(op.Field.Through)
	}
	if model, ok := changesOnly(op); ok {
		return is(model)
	}
	return true
}

// refersToField tells whether an operation has to do with a field.
func refersToField(app string, op Operation, model, field string) bool {
	is := func(m, f string) bool { return strings.EqualFold(m, model) && f == field }
	relates := func(f *Field) bool {
		label := app + "." + model
		return strings.EqualFold(labelIn(app, f.To), label) && (f.ToField == "" || f.ToField == field) ||
			strings.EqualFold(labelIn(app, f.Through), label) && (f.ThroughFields == [2]string{} || slices.Contains(f.ThroughFields[:], field))
	}
	// An expression of the same model may name the field.
	names := func(m string, f *Field) bool {
		return strings.EqualFold(m, model) && f.Generated != nil && slices.Contains(orm.FieldNames(f.Generated), field)
	}
	switch op := op.(type) {
	case AddField:
		return is(op.Model, op.Field.Name) || relates(&op.Field) || names(op.Model, &op.Field)
	case AlterField:
		return is(op.Model, op.Field.Name) || relates(&op.Field) || names(op.Model, &op.Field)
	case RemoveField:
		return is(op.Model, op.Name)
	case RenameField:
		return is(op.Model, op.From) || is(op.Model, op.To)
	case AlterUniqueTogether:
		return strings.EqualFold(op.Model, model) &&
			(op.UniqueTogether == nil || slices.ContainsFunc(op.UniqueTogether, func(names []string) bool { return slices.Contains(names, field) }))
	case AlterOrderWithRespectTo:
		return strings.EqualFold(op.Model, model) && (op.To == "" || op.To == field)
	}
	return refersToModel(app, op, model)
}
