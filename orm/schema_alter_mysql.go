package orm

import "slices"

// mysql changes a column in as few statements as it can, since MySQL undoes none:
// foreign keys go first, then one statement does all that is about the table, then
// the keys of other tables come anew.
func (a *alteration) mysql() {
	s, table := a.s, a.after.Table
	rekeyed := a.rekeyedMySQL()
	var parts []string
	if rekeyed && a.was.key != "" {
		parts = s.dropParts("DROP FOREIGN KEY ", s.keyNames(a.before, a.old))
	}
	indexes := a.indexParts()
	if len(a.referring) > 0 || len(indexes) > 0 || a.value != "" || a.was.keyName == a.is.keyName {
		// MySQL neither takes a key of the same name in the same statement, nor lets
		// go the index of one.
		s.alterTable(table, parts...)
		parts = nil
	}
	for _, r := range a.referring {
		if r.was.key != "" {
			s.alterTable(r.before.Model.Table, s.dropParts("DROP FOREIGN KEY ", s.keyNames(r.before.Model, r.before))...)
		}
	}
	if a.value != "" {
		a.fillMySQL()
		parts = append(parts, "MODIFY COLUMN "+s.fullColumn(a.after, a.new))
	} else {
		parts = append(parts, a.columnPart())
	}
	parts = append(parts, indexes...)
	if a.renamedTarget() {
		// MariaDB renames what others refer to in place, and adds no key in place
		// (error 1846).
		s.alterTable(table, parts...)
		parts = nil
	}
	if rekeyed && a.is.key != "" {
		parts = append(parts, "ADD "+s.keyConstraint(a.after, a.new))
	}
	s.alterTable(table, parts...)
	a.changeReferring()
}

// renamedTarget tells whether the column has another name, and keys refer to it.
func (a *alteration) renamedTarget() bool {
	return a.was.name != a.is.name && slices.ContainsFunc(a.after.pointing(), func(key *Field) bool { return refersTo(key, a.new) })
}

// changeReferring gives the keys that refer to the column its type, and makes them anew.
func (a *alteration) changeReferring() {
	s := a.s
	for _, r := range a.referring {
		if r.was.body() != r.is.body() {
			s.alterTable(r.after.Model.Table, "MODIFY COLUMN "+s.fullColumn(r.after.Model, r.after))
		}
	}
	for _, r := range a.referring {
		if r.is.key != "" {
			s.emit(s.foreignKey(r.after.Model, r.after))
		}
	}
}

// rekeyedMySQL: a foreign key comes anew also where its name changes with its column's,
// and where the index that it needs is another.
func (a *alteration) rekeyedMySQL() bool {
	return a.rekeyed() || a.was.keyName != a.is.keyName || a.was.key != "" && (a.was.unique != a.is.unique || a.was.primary != a.is.primary)
}

// fullColumn is the name of a column with all that MODIFY and CHANGE would else drop.
func (s *Schema) fullColumn(m *Meta, f *Field) string {
	return s.d.Ident(f.Column) + " " + s.columnBody(f) + s.columnTail(m, f)
}

// columnPart changes the column itself.
func (a *alteration) columnPart() string {
	s, was := a.s, a.s.d.Ident(a.was.name)
	renamed := a.was.name != a.is.name
	switch {
	case a.was.body() == a.is.body() && !renamed:
		return ""
	case a.was.body() == a.is.body() && a.is.check == "" && a.is.generated == "":
		return "RENAME COLUMN " + was + " TO " + s.d.Ident(a.is.name)
	case renamed:
		return "CHANGE COLUMN " + was + " " + s.fullColumn(a.after, a.new)
	}
	return "MODIFY COLUMN " + s.fullColumn(a.after, a.new)
}

// fillMySQL renames and retypes the column while it may be null, and fills it.
func (a *alteration) fillMySQL() {
	s, table := a.s, a.after.Table
	nullable := *a
	f := *a.new
	f.Null, f.DBDefault = true, nil
	nullable.new, nullable.is = &f, s.shape(a.after, &f)
	if a.retyped() || a.was.name != a.is.name {
		s.alterTable(table, nullable.columnPart())
	}
	a.setNull()
}

// indexParts change the keys and indexes of the column.
func (a *alteration) indexParts() []string {
	s := a.s
	var parts []string
	if a.was.unique && !a.is.unique {
		parts = append(parts, s.dropParts("DROP INDEX ", s.uniqueNames(a.before, []string{a.was.name}, a.was.name))...)
	}
	if a.was.indexed && !a.is.indexed {
		parts = append(parts, s.dropParts("DROP INDEX ", a.indexNamesMySQL())...)
	}
	if a.was.check != "" && a.was.check != a.is.check {
		parts = append(parts, a.dropCheckMySQL()...)
	}
	had, has := a.primary()
	if len(had) > 0 {
		parts = append(parts, s.dropPrimary(a.before, a.before.PKs)...)
	}
	if len(has) > 0 {
		parts = append(parts, s.primaryPart(a.after.Table, a.after.PKs))
	}
	if a.is.unique && !a.was.unique {
		name := s.d.Ident(indexName(a.after.Table, []string{a.is.name}, "_uniq", s.d.MaxName))
		parts = append(parts, "ADD CONSTRAINT "+name+" UNIQUE ("+s.d.Ident(a.is.name)+")")
	}
	if a.is.indexed && !a.was.indexed && a.is.key == "" {
		name := s.d.Ident(indexName(a.after.Table, []string{a.is.name}, "", s.d.MaxName))
		parts = append(parts, "ADD INDEX "+name+" ("+s.d.Ident(a.is.name)+")")
	}
	if a.is.check != "" && s.d.Name == "mysql" && (a.was.check != a.is.check || a.was.name != a.is.name) {
		parts = append(parts, a.checkPart())
	}
	return parts
}

// indexNamesMySQL: the index of a foreign key has the key's name.
func (a *alteration) indexNamesMySQL() []string {
	names := a.s.indexNames(a.before, a.old)
	if a.was.key != "" && a.s.Constraints == nil {
		return []string{a.was.keyName}
	}
	return names
}

// dropCheckMySQL drops the check of the type. MariaDB's is a part of the column, which
// MODIFY drops, unless Django has added it to a table that existed.
func (a *alteration) dropCheckMySQL() []string {
	names := a.s.checkNames(a.before, a.old)
	if a.s.d.Name == "mariadb" {
		names = slices.DeleteFunc(names, func(name string) bool { return name == a.was.name })
		return a.s.dropParts("DROP CONSTRAINT IF EXISTS ", names)
	}
	return a.s.dropParts("DROP CHECK ", names)
}
