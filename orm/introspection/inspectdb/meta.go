package inspectdb

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection/internal/sqltoken"
)

// addMeta writes the lines of the method Meta.
func (g *generator) addMeta(m *model) {
	if m.table.Name != g.app+"_"+strings.ToLower(m.name) {
		m.metaf("m.Table(%q)", m.table.Name)
	}
	if m.table.Comment != "" {
		m.metaf("m.TableComment(%q)", m.table.Comment)
	}
	if !m.managed {
		m.metaf("m.Managed(false)")
	}
	for _, f := range m.fields {
		if f.column != nil {
			g.addFieldOptions(m, f)
		}
	}
	for _, c := range m.table.Constraints {
		if !g.addConstraint(m, c) {
			m.notes = append(m.notes, "Not in the model: "+strings.TrimSpace(c.Name+" "+c.Definition))
		}
	}
}

func (m *model) metaf(format string, args ...any) {
	m.meta = append(m.meta, fmt.Sprintf(format, args...))
}

// addFieldOptions writes what tags cannot say of a field.
func (g *generator) addFieldOptions(m *model, f *field) {
	c := f.column
	at := "&" + m.receiver() + "." + f.name
	if c.Generated != "" {
		method := "Generated"
		if c.Virtual {
			method = "GeneratedVirtual"
		}
		code, ok := g.template(m, g.bare(c.Generated), nil)
		if !ok {
			m.notes = append(m.notes, fmt.Sprintf("%s is computed by the database: %s", f.name, c.Generated))
			return
		}
		m.metaf("m.Field(%s).%s(orm.Template[%s](%s))", at, method, f.valueType(), code)
		return
	}
	if code := g.defaultOf(f); code != "" {
		m.metaf("m.Field(%s).DBDefault(%s)", at, code)
	}
	if len(c.Enum) > 0 && f.typ.name == "string" {
		var choices []string
		for _, v := range c.Enum {
			choices = append(choices, fmt.Sprintf("orm.Choice{Value: %q, Label: %[1]q}", v))
		}
		m.metaf("m.Field(%s).Choices(%s)", at, strings.Join(choices, ", "))
	}
}

// valueType is the Go type of the column's value, without Null.
func (f *field) valueType() string { return cmp.Or(f.key, f.typ.name) }

// defaultOf writes the default of a column in Go, or "" where there is none.
func (g *generator) defaultOf(f *field) string {
	c := f.column
	if !c.Default.Valid || f.ofView || c.Auto || c.Generated != "" || strings.EqualFold(g.bare(c.Default.V), "NULL") {
		return ""
	}
	typ := f.valueType()
	value, text, ok := g.literalOf(c.Default.V)
	numeric := ok && number.MatchString(value)
	switch {
	case typ == "string" && ok && text:
		return strconv.Quote(value)
	case typ == "bool" && (value == "true" || value == "1"):
		return "true"
	case typ == "bool" && (value == "false" || value == "0"):
		return "false"
	case strings.Contains(typ, "int") && !strings.Contains(typ, ".") && numeric && !strings.Contains(value, "."), typ == "float64" && numeric:
		return value
	case typ == "decimal.Decimal" && numeric:
		return fmt.Sprintf("decimal.RequireFromString(%q)", value)
	}
	return fmt.Sprintf("orm.RawSQL[%s](%q)", typ, percent(g.bare(c.Default.V)))
}

// Names that Django makes up by hashing what they name: of db_index, of the further
// index on text of PostgreSQL, and of unique_together.
var (
	indexedName  = regexp.MustCompile(`_[0-9a-f]{8}$`)
	likeName     = regexp.MustCompile(`_[0-9a-f]{8}_like$`)
	togetherName = regexp.MustCompile(`_[0-9a-f]{8}_uniq$`)
)

// addConstraint writes a constraint or an index, and tells whether the model says it now.
func (g *generator) addConstraint(m *model, c orm.TableConstraint) bool {
	switch {
	case c.PrimaryKey, c.References != nil:
		return true
	case c.Check:
		return g.addCheck(m, c)
	case c.Exclusion || slices.ContainsFunc(c.Columns, func(name string) bool { return name != "" && !m.has(name) }):
		return false
	case c.Unique && g.plainUnique(c):
		return true // by its tag, or as a key of one to one
	case !c.Unique && likeName.MatchString(c.Name):
		return true // comes with the other index
	}
	return g.addIndex(m, c)
}

func (m *model) has(column string) bool {
	_, ok := m.pointer(column)
	return ok
}

func (g *generator) addCheck(m *model, c orm.TableConstraint) bool {
	if g.checkOfType(m, c) {
		return true
	}
	condition, ok := g.checkOf(c.Definition)
	if !ok || c.Name == "" {
		return false
	}
	code, ok := g.template(m, condition, c.Columns)
	if ok {
		m.metaf("m.Check(%q, orm.Holds(%s))", c.Name, code)
	}
	return ok
}

// checkOfType tells whether a check comes with the type of a field.
func (g *generator) checkOfType(m *model, c orm.TableConstraint) bool {
	if len(c.Columns) != 1 {
		return false
	}
	column, _ := m.table.Column(c.Columns[0])
	if column == nil {
		return false
	}
	if column.JSON && g.vendor != "postgresql" {
		return true
	}
	return g.notNegative(c) == column.Name && strings.HasPrefix(g.typeOf(column, true).name, "u")
}

// addIndex writes an index or a unique constraint.
func (g *generator) addIndex(m *model, c orm.TableConstraint) bool {
	x := g.parseIndex(c.Definition)
	if !x.whole || len(x.keys) != len(c.Columns) || c.Method != "" && c.Method != "btree" && g.vendor != "postgresql" {
		return false
	}
	var keys []string
	for i, column := range c.Columns {
		key, ok := g.key(m, c, x, i, column)
		if !ok {
			return false
		}
		keys = append(keys, key)
	}
	var include []string
	for _, column := range c.Include {
		at, ok := m.pointer(column)
		if !ok {
			return false
		}
		include = append(include, at)
	}
	options, ok := g.indexOptions(m, c, x, include)
	if !ok {
		return false
	}
	return m.writeIndex(c, keys, options)
}

// indexOptions writes the options besides the name.
func (g *generator) indexOptions(m *model, c orm.TableConstraint, x index, include []string) (options []string, ok bool) {
	if c.Partial {
		code, ok := g.template(m, x.where, nil)
		if !ok || x.where == "" {
			return nil, false
		}
		options = append(options, "Where: orm.Holds("+code+")")
	}
	if len(include) > 0 {
		options = append(options, "Include: []any{"+strings.Join(include, ", ")+"}")
	}
	if x.deferrable != "" {
		options = append(options, "Deferrable: "+x.deferrable)
	}
	if x.nullsNotDistinct {
		options = append(options, "NullsNotDistinct: true")
	}
	if c.Method != "" && c.Method != "btree" {
		if c.Unique {
			return nil, false
		}
		options = append(options, "Using: "+strconv.Quote(c.Method))
	}
	return options, true
}

// maxIndexName is how long the name of an index may be in a model, as in Django (models.E034).
const maxIndexName = 30

// writeIndex writes the call for an index or a unique constraint.
func (m *model) writeIndex(c orm.TableConstraint, keys, options []string) bool {
	list := strings.Join(keys, ", ")
	plain := len(options) == 0 && c.Desc == nil && !slices.Contains(c.Columns, "")
	switch {
	case c.Unique && plain && (c.Name == "" || togetherName.MatchString(c.Name)):
		m.metaf("m.UniqueTogether(%s)", list)
	case c.Name == "":
		return false
	case c.Unique && len(options) == 0:
		m.metaf("m.Unique(%q, %s)", c.Name, list)
	case c.Unique:
		m.metaf("m.AddUnique(orm.UniqueOptions{Name: %q, %s}, %s)", c.Name, strings.Join(options, ", "), list)
	case plain && len(c.Columns) == 1 && m.tagIndex(c):
	case utf8.RuneCountInString(c.Name) > maxIndexName:
		return false
	default:
		options = append([]string{fmt.Sprintf("Name: %q", c.Name)}, options...)
		m.metaf("m.AddIndex(orm.IndexOptions{%s}, %s)", strings.Join(options, ", "), list)
	}
	return true
}

// tagIndex tags a field as indexed, where the index has a name that Django would give it.
// Keys have such an index anyhow.
func (m *model) tagIndex(c orm.TableConstraint) bool {
	if !indexedName.MatchString(c.Name) {
		return false
	}
	for _, f := range m.fields {
		if f.column != nil && f.column.Name == c.Columns[0] && f.target == nil && !slices.Contains(f.tags, "index") {
			f.tags = append(f.tags, "index")
		}
	}
	return true
}

// key writes one key of an index.
func (g *generator) key(m *model, c orm.TableConstraint, x index, i int, column string) (string, bool) {
	desc := c.Desc != nil && c.Desc[i]
	tokens := x.keys[i]
	if n := len(tokens); n > 1 && tokens[n-1].Is("ASC", "DESC") {
		tokens = tokens[:n-1]
	}
	if len(tokens) == 0 {
		return "", false
	}
	var key string
	if column == "" {
		text := x.text[i][:tokens[len(tokens)-1].End-tokens[0].Start]
		code, ok := g.template(m, g.bare(text), nil)
		if !ok || slices.ContainsFunc(tokens, func(t sqltoken.Token) bool { return t.Is("COLLATE", "NULLS") }) {
			return "", false
		}
		key = "orm.Template[any](" + code + ")"
	} else {
		key, _ = m.pointer(column)
		switch {
		case len(tokens) == 1:
		case len(tokens) == 2 && tokens[1].Kind == sqltoken.Word && g.vendor == "postgresql":
			key = "orm.Key(" + key + ").OpClass(" + strconv.Quote(tokens[1].Text) + ")"
			if desc {
				return "", false
			}
		default:
			return "", false
		}
	}
	if desc {
		key = "orm.Desc(" + key + ")"
	}
	return key, true
}
