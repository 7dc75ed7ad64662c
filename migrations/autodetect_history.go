package migrations

import (
	"slices"
	"strings"
)

// referrers returns the leaves of other apps whose history speaks of models and fields
// that a migration removes or renames: else a new database could come to it first, and
// those migrations would speak of what is gone.
func (b *builder) referrers(m *Migration) []string {
	if b.graph == nil {
		return nil
	}
	var ids []string
	for _, app := range b.graph.Apps() {
		if app == m.App {
			continue
		}
		for _, other := range b.graph.All() {
			if other.App == app && slices.ContainsFunc(m.Operations, func(op Operation) bool { return outdates(m.App, op, other.App, other.Operations) }) {
				for _, leaf := range b.graph.Leaves(app) {
					ids = append(ids, leaf.ID())
				}
				break
			}
		}
	}
	return ids
}

// outdates tells whether operations of another app speak of what op removes or renames.
func outdates(app string, op Operation, other string, ops []Operation) bool {
	var model, field string
	switch op := op.(type) {
	case DeleteModel:
		model = op.Name
	case RenameModel:
		model = op.From
	case RemoveField:
		model, field = op.Model, op.Name
	case RenameField:
		model, field = op.Model, op.From
	default:
		return false
	}
	return slices.ContainsFunc(ops, func(o Operation) bool { return speaksOf(other, o, app+"."+model, field) })
}

// speaksOf tells whether an operation relates to a model or, with field, to that field
// of it by name.
func speaksOf(app string, op Operation, label, field string) bool {
	is := func(l string) bool { return l != "" && strings.EqualFold(labelIn(app, l), label) }
	relates := func(f Field) bool {
		if field == "" {
			return is(f.To) || is(f.Through)
		}
		return is(f.To) && f.ToField == field || is(f.Through) && slices.Contains(f.ThroughFields[:], field)
	}
	nested := func(ops []Operation) bool {
		return slices.ContainsFunc(ops, func(o Operation) bool { return speaksOf(app, o, label, field) })
	}
	switch op := op.(type) {
	case CreateModel:
		return field == "" && (is(op.ProxyOf) || slices.ContainsFunc(op.Bases, is)) || slices.ContainsFunc(op.Fields, relates)
	case AddField:
		return relates(op.Field)
	case AlterField:
		return relates(op.Field)
	case SeparateDatabaseAndState:
		return nested(op.State) || nested(op.Database)
	case RunSQL:
		return nested(op.State)
	}
	return false
}
