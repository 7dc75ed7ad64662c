package orm

import (
	"slices"
	"strings"
)

// alteration is one change of a field.
type alteration struct {
	s             *Schema
	before, after *Meta
	old, new      *Field
	was, is       columnShape
	value         string // for rows where the field is null and may no longer be; or ""
	referring     []reference
}

// reference is a foreign key that refers to a column that changes.
type reference struct {
	before, after *Field
	was, is       columnShape
}

// AlterField writes what makes of the field old of the model before the field new of the
// model after: its column's name, type, null, default, comment, keys, indexes and
// checks, and the columns that refer to it. fill replaces null where that is no longer
// allowed: a value of the field's type, an expression, or nil. A many-to-many field
// keeps its rows where its table gets another name; to give it a model of its own, or to
// make it another kind of field, is an error, as in Django: remove it, and add another.
func (s *Schema) AlterField(before, after *Meta, old, new *Field, fill any) {
	if !s.alters(before, after) {
		return
	}
	if old.Kind == KindM2M || new.Kind == KindM2M {
		s.alterManyToMany(old, new)
		return
	}
	a := &alteration{s: s, before: before, after: after, old: old, new: new, was: s.shape(before, old), is: s.shape(after, new)}
	if a.was.null && !a.is.null {
		a.value = s.filling(new, fill)
	}
	if a.was.generated != a.is.generated && a.is.generated != "" && !s.sqlite() {
		// What is computed can be computed anew.
		s.RemoveField(before, old)
		s.AddField(after, new, nil)
		return
	}
	a.referring = s.referring(old, new)
	for _, r := range a.referring {
		s.settle(r.after.Model.Table)
	}
	if s.err != nil {
		return
	}
	switch {
	case s.sqlite():
		a.sqlite()
	case s.postgres():
		a.postgres()
	default:
		a.mysql()
	}
	s.touched[after.Table] = true
}

// referring finds the keys that refer to a column, also by way of others, and change
// with it.
func (s *Schema) referring(old, new *Field) []reference {
	var found []reference
	queue := [][2]*Field{{old, new}}
	for len(queue) > 0 {
		target := queue[0]
		queue = queue[1:]
		for _, is := range target[1].Model.pointing() {
			was := counterpart(target[0].Model, is)
			if !refersTo(is, target[1]) || was == nil || !s.makes(is.Model) ||
				is == new || slices.ContainsFunc(found, func(r reference) bool { return r.after == is }) {
				continue
			}
			r := reference{was, is, s.shape(was.Model, was), s.shape(is.Model, is)}
			if r.was.key != "" && refersTo(was, target[0]) {
				r.was.key = s.keyTo(was, target[1].Column) // databases follow a new name
			}
			if !r.is.typed(r.was) && r.is.key == r.was.key {
				continue
			}
			found = append(found, r)
			queue = append(queue, [2]*Field{was, is})
		}
	}
	return found
}

// refersTo tells whether a key refers to a column; one to a proxy has the proxy's field.
func refersTo(key, target *Field) bool {
	to := key.Relation.ToField
	return key.Model.Proxy == nil && to != nil && to.Column == target.Column && to.Model.concrete() == target.Model.concrete()
}

// counterpart finds the key that pointed to a model before.
func counterpart(before *Meta, key *Field) *Field {
	for _, f := range before.pointing() {
		if f.Name == key.Name && strings.EqualFold(f.Model.Label(), key.Model.Label()) {
			return f
		}
	}
	return nil
}

// retyped tells whether the type of the column changes.
func (a *alteration) retyped() bool { return a.is.typed(a.was) }

// rekeyed tells whether the foreign key must go, and come anew where there is one.
func (a *alteration) rekeyed() bool {
	return a.was.key != a.is.key || a.was.key != "" && a.retyped()
}

// primary tells how the primary key of the table changes: the columns that it had, and
// those that it will have, or neither.
func (a *alteration) primary() (had, has []string) {
	had, has = columnsOf(a.before.PKs), columnsOf(a.after.PKs)
	renamed := slices.Clone(had)
	if i := slices.Index(renamed, a.was.name); i >= 0 {
		renamed[i] = a.is.name
	}
	if slices.Equal(renamed, has) {
		return nil, nil
	}
	return had, has
}

// setNull replaces null before the column refuses it.
func (a *alteration) setNull() {
	if a.value != "" {
		column := a.s.d.Ident(a.is.name)
		a.s.execute("UPDATE %s SET %s = %s WHERE %s IS NULL", a.s.d.Ident(a.after.Table), column, a.value, column)
		a.s.checkNow()
	}
}
