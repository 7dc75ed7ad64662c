package inspectdb

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nuages-web/nuages/internal/goname"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// addColumn makes the field of a column.
func (g *generator) addColumn(m *model, c *introspection.Column, pk bool) {
	reference, target := g.references(m, c.Name)
	f := &field{column: c, typ: g.typeOf(c, g.unsigned(m, c.Name)), pk: pk, target: target, ofView: m.table.Kind == introspection.View}
	if !expressible(c.Name) {
		m.notes = append(m.notes, fmt.Sprintf("The column %q is left out: no tag can name it.", c.Name))
		m.managed = false
		return
	}
	if target != nil {
		g.addKey(m, f, reference)
	}
	m.noteReferences(f)
	f.name = m.nameField(f, fieldName(c.Name, target != nil))
	keyTags := g.keyTags(m, f)
	if f.target == nil {
		f.tags = f.typ.tags
		f.note = f.typ.note
	}
	if pk {
		f.tags = slices.Concat(keyTags, f.tags)
	} else {
		f.tags = slices.Concat(f.tags, keyTags)
	}
	g.addColumnTags(f)
	m.fields = append(m.fields, f)
}

// addColumnTags adds the tags of the column itself: its name, comment and collation.
func (g *generator) addColumnTags(f *field) {
	c := f.column
	usual := goname.Snake(f.name)
	if f.target != nil {
		usual += "_id"
	}
	if usual != c.Name {
		f.tags = append(f.tags, "column="+c.Name)
	}
	switch {
	case c.Comment == "":
	case taggable(c.Comment):
		f.tags = append(f.tags, "comment="+c.Comment)
	case f.note == "":
		f.note = c.Comment
	default:
		f.note = c.Comment + "; " + f.note
	}
	if c.Collation != "" && f.target == nil && f.typ.name == "string" && taggable(c.Collation) {
		f.tags = append(f.tags, "collation="+c.Collation)
	}
}

// keyTags are those of primary keys and unique columns.
func (g *generator) keyTags(m *model, f *field) []string {
	switch {
	case f.pk && f.column.Auto && f.target == nil && slices.Contains([]string{"int16", "int32", "int64"}, f.typ.name):
		return []string{"pk", "auto"}
	case f.pk:
		return []string{"pk"}
	case f.column.Auto && f.column.Identity != "":
		f.typ.note = "the database makes its value: an identity"
	}
	if f.kind == oneToOne && f.target != nil {
		return nil
	}
	if g.uniqueAlone(m, f.column.Name) {
		return []string{"unique"}
	}
	return nil
}

// uniqueAlone tells whether a column is unique by a constraint that a tag can say.
func (g *generator) uniqueAlone(m *model, column string) bool {
	return slices.ContainsFunc(m.table.Constraints, func(c orm.TableConstraint) bool { return c.Unique && g.plainUnique(c) && c.Columns[0] == column })
}

// nameField takes a name for a field: among those of the struct, and of its columns.
func (m *model) nameField(f *field, name string) string {
	take := func(name string) bool {
		if m.rows[name] || name == "Pk" || name == "PK" || name == "ID" && !f.pk {
			return false
		}
		names := []string{name}
		if f.target != nil && f.kind != manyToMany {
			names = append(names, name+"ID")
		}
		return m.columns.claim(names...) && m.rows.claim(name)
	}
	if take(name) {
		return name
	}
	return numbered(name+"Field", take)
}

// columnOf is the Go expression of a column: ProductF.CategoryID.
func (m *model) columnOf(column string) (string, bool) {
	if m.parent != nil && slices.Contains(m.table.PrimaryKey(), column) {
		return m.name + "F." + m.parent.name + "PtrID", true
	}
	if m.usual && column == "id" {
		return m.name + "F.ID", true
	}
	for _, f := range m.fields {
		if f.column == nil || f.column.Name != column {
			continue
		}
		if f.target != nil {
			return m.name + "F." + f.name + "ID", true
		}
		return m.name + "F." + f.name, true
	}
	return "", false
}

// pointer is the address of a column's field in Meta: &p.Category.
func (m *model) pointer(column string) (string, bool) {
	if m.usual && column == "id" {
		return "&" + m.receiver() + ".ID", true
	}
	for _, f := range m.fields {
		if f.column != nil && f.column.Name == column {
			return "&" + m.receiver() + "." + f.name, true
		}
	}
	return "", false
}

// receiver is what Meta calls the model. The options are m.
func (m *model) receiver() string {
	r, _ := utf8.DecodeRuneInString(m.name)
	if letter := string(unicode.ToLower(r)); letter != "m" {
		return letter
	}
	return "row"
}

// expressible tells whether the tag column= can say a name.
func expressible(name string) bool { return name != "" && taggable(name) }

func taggable(text string) bool {
	return strings.TrimSpace(text) == text && !strings.ContainsAny(text, ",\x00\n\r") && utf8.ValidString(text)
}
