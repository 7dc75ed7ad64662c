package orm

import (
	"fmt"
	"strings"
)

// postgres changes a column as Django does: what forbids a change goes first, and
// comes back at the end.
func (a *alteration) postgres() {
	s, table := a.s, a.after.Table
	a.dropConstraints()
	if a.was.name != a.is.name {
		s.alterTable(table, "RENAME COLUMN "+s.d.Ident(a.was.name)+" TO "+s.d.Ident(a.is.name))
		a.renameKey()
	}
	null := a.nullPart()
	if a.value != "" {
		s.alterTable(table, a.typeParts()...)
		a.setNull()
		s.alterTable(table, null)
	} else {
		s.alterTable(table, append(a.typeParts(), null)...)
	}
	a.sequence()
	for _, r := range a.referring {
		if r.is.typed(r.was) {
			s.alterTable(r.after.Model.Table, s.typePart(r.was, r.is))
		}
	}
	a.addConstraints()
	if a.was.comment != a.is.comment {
		s.commentOn(a.after, a.new)
	}
}

// dropConstraints drops what is no more, and what would be in the way.
func (a *alteration) dropConstraints() {
	s, table := a.s, a.after.Table
	if a.rekeyed() {
		s.dropKeys(a.before, a.old)
	}
	for _, r := range a.referring {
		s.dropKeys(r.before.Model, r.before)
	}
	if a.was.unique && !a.is.unique {
		s.alterTable(table, s.dropParts("DROP CONSTRAINT ", s.uniqueNames(a.before, []string{a.was.name}, s.uniqueName(a.before, a.old)))...)
	}
	if had, _ := a.primary(); len(had) > 0 {
		s.alterTable(table, s.dropPrimary(a.before, a.before.PKs)...)
	}
	if a.was.indexed && !a.is.indexed {
		s.dropIndexes(s.indexNames(a.before, a.old))
	}
	if a.was.like != "" && a.was.like != a.is.like {
		s.dropIndexes(s.likeNames(a.before, a.old))
	}
	if a.was.check != "" && a.was.check != a.is.check {
		s.alterTable(table, s.dropParts("DROP CONSTRAINT ", s.checkNames(a.before, a.old))...)
	}
}

func (s *Schema) dropIndexes(names []string) {
	for _, name := range names {
		s.execute("DROP INDEX IF EXISTS %s", s.d.Ident(name))
	}
}

// renameKey gives a foreign key that stays the name of its column.
func (a *alteration) renameKey() {
	if a.rekeyed() || a.was.key == "" {
		return
	}
	for _, name := range a.s.keyNames(a.before, a.old) {
		if name != a.is.keyName {
			a.s.alterTable(a.after.Table, "RENAME CONSTRAINT "+a.s.d.Ident(name)+" TO "+a.s.d.Ident(a.is.keyName))
		}
	}
}

func (a *alteration) nullPart() string {
	column := a.s.d.Ident(a.is.name)
	switch {
	case a.was.null && !a.is.null:
		return "ALTER COLUMN " + column + " SET NOT NULL"
	case !a.was.null && a.is.null:
		return "ALTER COLUMN " + column + " DROP NOT NULL"
	}
	return ""
}

// typeParts change the type and the default: one that does not fit the new type must
// go before.
func (a *alteration) typeParts() []string {
	column := a.s.d.Ident(a.is.name)
	var parts []string
	if a.was.generated != "" && a.is.generated == "" {
		parts = append(parts, "ALTER COLUMN "+column+" DROP EXPRESSION")
	}
	if a.was.dflt != "" && (a.was.dflt != a.is.dflt || a.retyped()) {
		parts = append(parts, "ALTER COLUMN "+column+" DROP DEFAULT")
	}
	if a.was.suffix != "" && a.is.suffix == "" {
		parts = append(parts, "ALTER COLUMN "+column+" DROP IDENTITY IF EXISTS")
	}
	if a.retyped() {
		parts = append(parts, a.s.typePart(a.was, a.is))
	}
	if a.is.dflt != "" && (a.was.dflt != a.is.dflt || a.retyped()) {
		parts = append(parts, "ALTER COLUMN "+column+" SET DEFAULT "+a.is.dflt)
	}
	return parts
}

// typePart changes the type of a column, and converts its values where it is another
// type, not just another length.
func (s *Schema) typePart(was, is columnShape) string {
	if was.typ == is.typ && was.collation == is.collation {
		return ""
	}
	column := s.d.Ident(is.name)
	sql := "ALTER COLUMN " + column + " TYPE " + is.typ
	if is.collation != "" {
		sql += " COLLATE " + s.d.Ident(is.collation)
	}
	if baseType(was.typ) != baseType(is.typ) {
		sql += " USING " + column + "::" + is.typ
	}
	return sql
}

// baseType is a type without its length: "varchar" of "varchar(20)".
func baseType(typ string) string {
	base, _, _ := strings.Cut(typ, "(")
	return base
}

// sequence sees to the numbers that a key gets.
func (a *alteration) sequence() {
	s, table := a.s, a.after.Table
	column := s.d.Ident(a.is.name)
	owned := s.d.Ident(s.serverName(table, a.is.name, "seq"))
	switch {
	case a.was.suffix == "" && a.is.suffix != "":
		s.alterTable(table, "ALTER COLUMN "+column+" ADD "+a.is.suffix)
		s.execute("SELECT setval(pg_get_serial_sequence(%s, %s), max(%s)) FROM %s", s.quote(s.d.Ident(table)), s.quote(a.is.name), column, s.d.Ident(table))
	case a.was.suffix != "" && a.is.suffix == "":
		// Django made serial columns before 4.1.
		s.execute("DROP SEQUENCE IF EXISTS %s CASCADE", owned)
	case a.is.suffix != "" && a.was.typ != a.is.typ:
		s.execute("ALTER SEQUENCE IF EXISTS %s AS %s", owned, a.is.typ)
	}
}

// addConstraints makes what is new, and what was in the way.
func (a *alteration) addConstraints() {
	s, table := a.s, a.after.Table
	if _, has := a.primary(); len(has) > 0 {
		s.alterTable(table, s.primaryPart(table, a.after.PKs))
	}
	if a.is.unique && !a.was.unique {
		s.emit(s.uniqueTogether(a.after, []*Field{a.new}))
	}
	if a.is.indexed && !a.was.indexed {
		s.emit(s.fieldIndex(a.after, a.new))
	}
	if a.is.like != "" && a.was.like != a.is.like {
		s.emit(s.likeIndex(a.after, a.new, a.is.like))
	}
	if a.is.check != "" && a.was.check != a.is.check {
		s.alterTable(table, a.checkPart())
	}
	if a.is.key != "" && a.rekeyed() {
		s.emit(s.foreignKey(a.after, a.new))
	}
	for _, r := range a.referring {
		if r.is.key != "" {
			s.emit(s.foreignKey(r.after.Model, r.after))
		}
	}
}

func (a *alteration) checkPart() string {
	name := indexName(a.after.Table, []string{a.is.name}, "_check", a.s.d.MaxName)
	return fmt.Sprintf("ADD CONSTRAINT %s CHECK (%s)", a.s.d.Ident(name), a.s.check(a.is.check, a.is.name))
}
