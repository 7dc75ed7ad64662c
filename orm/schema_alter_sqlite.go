package orm

import (
	"fmt"
	"slices"
)

// sqlite renames in place, after it has built the table anew for all that is more:
// SQLite then sees to the name in indexes, triggers, views and other tables.
func (a *alteration) sqlite() {
	s := a.s
	var dropped []string
	if a.was.indexed && !a.is.indexed {
		dropped = s.indexNames(a.before, a.old)
	}
	if a.reshaped() {
		r := s.rebuilding(a.underOldName())
		r.dropped = dropped
		if a.value != "" {
			r.values[a.was.name] = fmt.Sprintf("coalesce(%s, %s)", s.d.Ident(a.was.name), a.value)
		}
		s.rebuild(r)
	} else {
		for _, name := range dropped {
			s.execute("DROP INDEX %s", s.d.Ident(name))
		}
	}
	if a.was.name != a.is.name {
		s.alterTable(a.after.Table, "RENAME COLUMN "+s.d.Ident(a.was.name)+" TO "+s.d.Ident(a.is.name))
	}
	if a.is.indexed && !a.was.indexed {
		s.emit(s.fieldIndex(a.after, a.new))
	}
	a.rebuildReferring()
}

// reshaped tells whether the table's own definition must be another.
func (a *alteration) reshaped() bool {
	had, has := a.primary()
	return a.was.bare() != a.is.bare() || !slices.Equal(had, has) ||
		slices.ContainsFunc(a.referring, func(r reference) bool { return r.after.Model == a.after })
}

func (a *alteration) rebuildReferring() {
	var rebuilt []*Meta
	for _, r := range a.referring {
		if m := r.after.Model; m != a.after && !slices.Contains(rebuilt, m) {
			rebuilt = append(rebuilt, m)
			a.s.rebuild(a.s.rebuilding(m))
		}
	}
}

// underOldName is the model after, where the column has the name and the index that
// it had: what the database told of its indexes is about that name.
func (a *alteration) underOldName() *Meta {
	f := *a.new
	f.Column, f.Index = a.was.name, a.was.indexed
	renamed := func(fields []*Field) []*Field {
		out := slices.Clone(fields)
		for i, other := range out {
			switch {
			case other == a.new:
				out[i] = &f
			case other.Relation != nil && other.Relation.ToField == a.new:
				key, relation := *other, *other.Relation
				relation.ToField, key.Relation = &f, &relation
				out[i] = &key
			}
		}
		return out
	}
	return &Meta{App: a.after.App, Name: a.after.Name, Table: a.after.Table, Fields: renamed(a.after.Fields), PKs: renamed(a.after.PKs),
		UniqueTogether: a.before.UniqueTogether, Constraints: a.before.Constraints, Indexes: a.before.Indexes}
}
