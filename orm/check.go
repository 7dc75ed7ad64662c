package orm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/checks"
)

// Check looks models over, with Django's codes: wrong tags, relations without a
// target, names that clash, and what no database takes. Codes with an N, as
// fields.N001, are of Nuages alone. The models are linked first.
func Check(models []*Meta) []checks.Message {
	c := &modelCheck{}
	for _, m := range models {
		m.link() // what went wrong is among the problems
	}
	for _, m := range models {
		c.m = m
		for _, p := range m.problems {
			c.add(p)
		}
		if m.Type != nil {
			c.model()
		}
	}
	c.tables(models)
	c.names(models)
	return c.found
}

// modelCheck collects findings.
type modelCheck struct {
	m     *Meta
	found []checks.Message
}

func (c *modelCheck) add(p problem) {
	file, line := c.m.Source.split()
	message := checks.Message{Level: p.level, ID: p.id, Text: p.text, Hint: p.hint, Object: p.object}.At(file, line)
	if p.object == "" {
		message.Object = c.m.Label()
	}
	c.found = append(c.found, message)
}

func (c *modelCheck) errorf(id, format string, args ...any) {
	c.add(problem{checks.Error, id, fmt.Sprintf(format, args...), "", ""})
}

func (c *modelCheck) model() {
	m := c.m
	switch {
	case strings.HasPrefix(m.Name, "_") || strings.HasSuffix(m.Name, "_"):
		c.errorf("models.E023", "The model name %q cannot start or end with an underscore as it collides with the query lookup syntax.", m.Name)
	case strings.Contains(m.Name, "__"):
		c.errorf("models.E024", "The model name %q cannot contain double underscores as it collides with the query lookup syntax.", m.Name)
	}
	if m.Proxy != nil {
		return
	}
	columns := map[string]*Field{}
	for _, f := range m.Fields {
		c.field(f)
		if other := columns[f.Column]; other != nil {
			c.errorf("models.E007", "Field %q has column name %q that is used by another field.", f.Name, f.Column)
		}
		columns[f.Column] = f
	}
	for _, f := range m.ManyToMany {
		c.fieldName(f)
		c.relatedNames(f)
	}
	for _, f := range m.Generic {
		c.fieldName(f)
		c.relatedNames(f)
	}
	c.ordering()
	c.indexes()
}

// ordering looks for the fields that the order of the model names.
func (c *modelCheck) ordering() {
	for _, o := range c.m.Ordering {
		if o.name == "" || o.name == "?" || o.name == "pk" || c.m.orders(o.name) {
			continue
		}
		c.errorf("models.E015", "'ordering' refers to the nonexistent field, related field, or lookup %q.", o.name)
	}
}

// timeParts are the transforms of dates and times.
var timeParts = []string{"date", "year", "iso_year", "month", "day", "week", "week_day", "iso_week_day", "quarter", "time", "hour", "minute", "second"}

// orders tells whether a lookup path leads to a column.
func (m *Meta) orders(path string) bool {
	at := m
	parts := strings.Split(path, "__")
	for i, part := range parts {
		rel, isRel := at.relations[part]
		if isRel {
			at = rel.To
			continue
		}
		f := at.byName[part]
		if f == nil || f.Kind == KindM2M {
			return false
		}
		rest := parts[i+1:]
		switch f.Kind {
		case KindJSON, KindCustom:
			return true
		case KindTime, KindDate, KindTimeOfDay:
			return !slices.ContainsFunc(rest, func(s string) bool { return !slices.Contains(timeParts, s) })
		}
		return len(rest) == 0
	}
	return true
}

// maxIndexName is how long the name of an index may be on all databases (Oracle's).
const maxIndexName = 30

func (c *modelCheck) indexes() {
	for _, i := range c.m.Indexes {
		switch {
		case i.Name == "":
		case startsBadly(i.Name):
			c.errorf("models.E033", "The index name %q cannot start with an underscore or a number.", i.Name)
		case runes(i.Name) > maxIndexName:
			c.errorf("models.E034", "The index name %q cannot be longer than %d characters.", i.Name, maxIndexName)
		}
		c.local("indexes", i.Fields)
	}
	for _, k := range c.m.Constraints {
		c.local("constraints", k.Fields)
		for _, n := range []Node{k.Check.n, k.Where.n} {
			c.localNode("constraints", n)
		}
	}
	for _, together := range c.m.UniqueTogether {
		for _, f := range together {
			if f.Kind == KindM2M {
				c.errorf("models.E013", "'unique_together' refers to a ManyToManyField %q, but ManyToManyFields are not permitted in 'unique_together'.", f.Name)
			}
		}
	}
}

// local tells of columns that are not in the model's table.
func (c *modelCheck) local(option string, parts []IndexField) {
	for _, p := range parts {
		if p.Field != nil && p.Field.Kind == KindM2M {
			c.errorf("models.E013", "'%s' refers to a ManyToManyField %q, but ManyToManyFields are not permitted in '%[1]s'.", option, p.Field.Name)
		}
		c.localNode(option, p.Expr)
	}
}

func (c *modelCheck) localNode(option string, n Node) {
	find(n, func(n Node) bool {
		col, ok := n.(*colNode)
		switch {
		case !ok:
		case col.path.parent != nil:
			c.errorf("models.E041", "'%s' refers to the joined field %q.", option, strings.TrimPrefix(col.path.String(), c.m.Label()+": ")+"__"+col.name)
		default:
			if _, err := col.field(); err != nil {
				c.errorf("models.E012", "'%s' refers to the nonexistent field %q.", option, col.name)
			}
		}
		return false
	})
}

// tables looks for tables of several models.
func (c *modelCheck) tables(models []*Meta) {
	tables := map[string]*Meta{}
	for _, m := range models {
		if m.Proxy != nil || m.Unmanaged {
			continue
		}
		c.m = m
		if other := tables[m.Table]; other != nil {
			c.errorf("models.E028", "db_table %q is used by multiple models: %s, %s.", m.Table, other.Label(), m.Label())
			continue
		}
		tables[m.Table] = m
	}
	for _, m := range models {
		for _, f := range m.ManyToMany {
			t := f.Relation.Through
			if t == nil || !t.AutoCreated || m.Proxy != nil {
				continue
			}
			c.m = m
			if other := tables[t.Table]; other != nil && other != t {
				c.add(problem{checks.Error, "fields.E340",
					fmt.Sprintf("The field's intermediary table %q clashes with the table name of %q.", t.Table, other.Label()), "", f.String()})
				continue
			}
			tables[t.Table] = t
		}
	}
}

// names looks for names of indexes and constraints that are given twice.
func (c *modelCheck) names(models []*Meta) {
	indexes, constraints := map[string]*Meta{}, map[string]*Meta{}
	see := func(seen map[string]*Meta, name, what, same, among string) {
		switch other := seen[name]; other {
		case nil:
			seen[name] = c.m
		case c.m:
			c.errorf(same, "%s name %q is not unique for model %s.", what, name, c.m.Label())
		default:
			c.errorf(among, "%s name %q is not unique among models: %s, %s.", what, name, other.Label(), c.m.Label())
		}
	}
	for _, m := range models {
		c.m = m
		if m.Proxy != nil {
			continue
		}
		for _, i := range m.Indexes {
			see(indexes, i.Name, "index", "models.E029", "models.E030")
		}
		for _, k := range m.Constraints {
			see(constraints, k.Name, "constraint", "models.E031", "models.E032")
		}
	}
}
