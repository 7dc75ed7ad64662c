package random

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// change changes models, which are copies, or gives "" where it finds nothing to do.
type change func(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string)

// changes are all kinds; those of fields come more often.
var changes = []change{
	addModel, addModel, removeModel, renameModel, addField, addField, addField, addField, removeField, removeField, renameField, renameField,
	alterField, alterField, alterField, alterField, changeIndexes, changeIndexes, changeConstraints, changeConstraints, changeTogether,
	changeOptions, changeTable, changeOrder,
}

func addModel(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := model(rng, models)
	return append(models, m), "add model " + m.Label()
}

// removeModel removes a model with the proxies and children of it and what relates to them.
func removeModel(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	if len(models) < 2 {
		return nil, ""
	}
	gone := map[string]bool{}
	first := pick(rng, models).Label()
	var remove func(label string)
	remove = func(label string) {
		gone[label] = true
		for _, m := range models {
			if !gone[m.Label()] && (m.ProxyOf == label || slices.Contains(m.Bases, label)) {
				remove(m.Label())
			}
		}
	}
	remove(first)
	if len(gone) == len(models) {
		return nil, ""
	}
	models = slices.DeleteFunc(models, func(m *orm.ModelState) bool { return gone[m.Label()] })
	for _, m := range models {
		for _, f := range slices.Clone(m.Fields) {
			if gone[f.To] {
				dropField(m, f.Name)
			}
		}
	}
	return models, "remove model " + first
}

func renameModel(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := pick(rng, models)
	from := m.Label()
	m.Name = modelName(rng, models, m.App)
	for _, other := range models {
		if other.ProxyOf == from {
			other.ProxyOf = m.Label()
		}
		for i := range other.Bases {
			if other.Bases[i] == from {
				other.Bases[i] = m.Label()
			}
		}
		for i := range other.Fields {
			f := &other.Fields[i]
			if f.To != from {
				continue
			}
			f.To = m.Label()
			if f.ParentLink {
				f.Name = strings.ToLower(m.Name) + "_ptr"
			}
		}
	}
	return models, "rename model " + from + " to " + m.Name
}

// table returns a model with a table of its own, or nil.
func table(rng *rand.Rand, models []*orm.ModelState) *orm.ModelState {
	if list := tables(models); len(list) > 0 {
		return pick(rng, list)
	}
	return nil
}

// changeable returns a field that is no key of the model, or nil.
func changeable(rng *rand.Rand, m *orm.ModelState) *orm.FieldState {
	if m == nil {
		return nil
	}
	var at []int
	for i, f := range m.Fields {
		if !f.PrimaryKey && !f.ParentLink && f.Type != "OrderWrt" {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil
	}
	return &m.Fields[pick(rng, at)]
}

func addField(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	if m == nil {
		return nil, ""
	}
	f := field(rng, models, m)
	if rng.IntN(3) == 0 && len(m.Fields) > 1 {
		m.Fields = slices.Insert(m.Fields, 1, f)
	} else {
		m.Fields = append(m.Fields, f)
	}
	return models, "add field " + f.Name + " to " + m.Label()
}

func removeField(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	f := changeable(rng, m)
	if f == nil {
		return nil, ""
	}
	name := f.Name
	dropField(m, name)
	return models, "remove field " + name + " from " + m.Label()
}

// dropField removes a field with all that names it.
func dropField(m *orm.ModelState, name string) {
	m.Fields = slices.DeleteFunc(m.Fields, func(f orm.FieldState) bool {
		return f.Name == name || f.Type == "OrderWrt" && m.OrderWithRespectTo == name
	})
	if m.OrderWithRespectTo == name {
		m.OrderWithRespectTo = ""
	}
	named := func(list []string) bool { return slices.Contains(list, name) || slices.Contains(list, "-"+name) }
	m.Ordering = slices.DeleteFunc(m.Ordering, func(o string) bool { return strings.TrimPrefix(o, "-") == name })
	m.UniqueTogether = slices.DeleteFunc(m.UniqueTogether, named)
	m.Indexes = slices.DeleteFunc(m.Indexes, func(i orm.IndexState) bool {
		return named(i.Fields) || slices.Contains(orm.FieldNames(i.Where), name) || keyed(i.Keys, name)
	})
	m.Constraints = slices.DeleteFunc(m.Constraints, func(c orm.ConstraintState) bool {
		return named(c.Fields) || slices.Contains(orm.FieldNames(c.Check), name) || slices.Contains(orm.FieldNames(c.Where), name)
	})
}

func keyed(keys []orm.KeyState, name string) bool {
	return slices.ContainsFunc(keys, func(k orm.KeyState) bool { return k.Field == name || slices.Contains(orm.FieldNames(k.Expr), name) })
}

// renameField renames a field that nothing else names.
func renameField(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	f := changeable(rng, m)
	if f == nil {
		return nil, ""
	}
	from, kept := f.Name, *f
	to := fieldName(rng, m)
	if m.OrderWithRespectTo == from {
		return nil, ""
	}
	what := fmt.Sprintf("rename field %s of %s to %s", from, m.Label(), to)
	if rng.IntN(4) == 0 && kept.Type != "ManyToManyField" && kept.Column == "" {
		kept.Column = from
		if kept.To != "" {
			kept.Column += "_id"
		}
		what += ", but for its column"
	}
	i := slices.IndexFunc(m.Fields, func(f orm.FieldState) bool { return f.Name == from })
	others := *m
	dropField(m, from)
	kept.Name = to
	m.Fields = slices.Insert(m.Fields, i, kept)
	for _, x := range others.Indexes {
		if slices.Equal(x.Fields, []string{from}) && x.Where == (orm.Pred{}) && x.Keys == nil {
			x.Fields = []string{to}
			if rng.IntN(2) == 0 {
				x.Name = "r" + x.Name
				what += " with its index"
			}
			m.Indexes = append(m.Indexes, x)
		}
	}
	return models, what
}

func alterField(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	f := changeable(rng, m)
	if f == nil || m.OrderWithRespectTo == f.Name {
		return nil, ""
	}
	what := fmt.Sprintf("alter field %s of %s", f.Name, m.Label())
	if f.To != "" {
		switch rng.IntN(3) {
		case 0:
			f.To = pick(rng, tables(models)).Label()
		case 1:
			f.RelatedName = fmt.Sprintf("%s_%06d", f.Name, rng.IntN(1e6))
		default:
			if f.Type == "ManyToManyField" {
				return nil, ""
			}
			f.Null, f.OnDelete = !f.Null, orm.Cascade
		}
		return models, what
	}
	switch rng.IntN(6) {
	case 0:
		f.Null = !f.Null
	case 1:
		f.Index = !f.Index && f.Type != "TextField" && f.Type != "BinaryField"
	case 2:
		f.Comment = word(rng)
	case 3:
		f.Column = []string{"", "c_" + f.Name, "d_" + f.Name}[rng.IntN(3)]
	case 4:
		if f.MaxLength == 0 {
			return nil, ""
		}
		f.MaxLength += 10
	default:
		if f.Type != "IntegerField" && f.Type != "SmallIntegerField" {
			return nil, ""
		}
		f.Type = pick(rng, []string{"BigIntegerField", "TextField", "FloatField"})
		f.Index = false
	}
	return models, what
}

// column returns a field that indexes and constraints can have, or nil.
func column(rng *rand.Rand, m *orm.ModelState) *orm.FieldState {
	for range 4 {
		f := changeable(rng, m)
		if f != nil && f.Type != "ManyToManyField" && f.Type != "TextField" && f.Type != "BinaryField" && f.To == "" {
			return f
		}
	}
	return nil
}

func addIndex(rng *rand.Rand, m *orm.ModelState) bool {
	f := column(rng, m)
	if f == nil {
		return false
	}
	i := orm.IndexState{Name: fmt.Sprintf("i_%s_%06d", strings.ToLower(m.Name), rng.IntN(1e6)), Fields: []string{f.Name}}
	if rng.IntN(3) == 0 {
		i.Fields = []string{"-" + f.Name}
	}
	if f.Type == "IntegerField" && rng.IntN(2) == 0 {
		i.Where = orm.F(f.Name).Gt(rng.IntN(100))
	}
	m.Indexes = append(m.Indexes, i)
	return true
}

func addConstraint(rng *rand.Rand, m *orm.ModelState) bool {
	f := column(rng, m)
	if f == nil {
		return false
	}
	c := orm.ConstraintState{Name: fmt.Sprintf("c_%s_%06d", strings.ToLower(m.Name), rng.IntN(1e6))}
	if strings.HasSuffix(f.Type, "IntegerField") || f.Type == "FloatField" {
		c.Check = orm.F(f.Name).Gte(-rng.IntN(100))
	} else {
		c.Kind, c.Fields = orm.UniqueConstraint, []string{f.Name}
		if slices.ContainsFunc(m.Constraints, func(o orm.ConstraintState) bool { return slices.Equal(o.Fields, c.Fields) }) {
			return false // PostgreSQL makes one of two that are equal, in CREATE TABLE alone
		}
	}
	m.Constraints = append(m.Constraints, c)
	return true
}

func changeIndexes(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	if m == nil {
		return nil, ""
	}
	if len(m.Indexes) == 0 || rng.IntN(3) == 0 {
		if addIndex(rng, m) {
			return models, "add an index to " + m.Label()
		}
		return nil, ""
	}
	at := rng.IntN(len(m.Indexes))
	if rng.IntN(2) == 0 {
		m.Indexes[at].Name = fmt.Sprintf("n_%s_%06d", strings.ToLower(m.Name), rng.IntN(1e6))
		return models, "rename an index of " + m.Label()
	}
	m.Indexes = slices.Delete(m.Indexes, at, at+1)
	return models, "remove an index of " + m.Label()
}

func changeConstraints(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	if m == nil {
		return nil, ""
	}
	if len(m.Constraints) == 0 || rng.IntN(3) == 0 {
		if addConstraint(rng, m) {
			return models, "add a constraint to " + m.Label()
		}
		return nil, ""
	}
	at := rng.IntN(len(m.Constraints))
	if c := &m.Constraints[at]; c.Kind == orm.CheckConstraint && rng.IntN(2) == 0 {
		c.Check = orm.And(c.Check, orm.F(orm.FieldNames(c.Check)[0]).Lt(1000+rng.IntN(1000)))
		return models, "alter a constraint of " + m.Label()
	}
	m.Constraints = slices.Delete(m.Constraints, at, at+1)
	return models, "remove a constraint of " + m.Label()
}

func changeTogether(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	if m == nil {
		return nil, ""
	}
	if len(m.UniqueTogether) > 0 {
		m.UniqueTogether = nil
		return models, "no unique_together of " + m.Label()
	}
	a, b := column(rng, m), column(rng, m)
	if a == nil || b == nil || a.Name == b.Name {
		return nil, ""
	}
	m.UniqueTogether = [][]string{{a.Name, b.Name}}
	return models, "unique_together of " + m.Label()
}

func changeOptions(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := pick(rng, models)
	if m.ProxyOf != "" || len(m.Fields) == 0 || m.OrderWithRespectTo != "" {
		return nil, ""
	}
	m.Ordering = []string{[]string{"", "-"}[rng.IntN(2)] + "pk"}
	return models, "ordering of " + m.Label()
}

func changeTable(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	if m == nil {
		return nil, ""
	}
	if rng.IntN(2) == 0 {
		m.Comment = "the " + word(rng)
		return models, "comment of " + m.Label()
	}
	m.Table = []string{"", fmt.Sprintf("t_%s_%d", word(rng), rng.IntN(1000))}[rng.IntN(2)]
	return models, "table of " + m.Label()
}

// changeOrder sets or unsets order_with_respect_to.
func changeOrder(rng *rand.Rand, models []*orm.ModelState) ([]*orm.ModelState, string) {
	m := table(rng, models)
	if m == nil {
		return nil, ""
	}
	if m.OrderWithRespectTo != "" {
		m.OrderWithRespectTo = ""
		m.Fields = slices.DeleteFunc(m.Fields, func(f orm.FieldState) bool { return f.Type == "OrderWrt" })
		return models, "no order_with_respect_to of " + m.Label()
	}
	for _, f := range m.Fields {
		if f.Type == "ForeignKey" {
			m.OrderWithRespectTo, m.Ordering = f.Name, nil
			m.Fields = append(m.Fields, orm.FieldState{Name: "place_in_order", Type: "OrderWrt", Column: "_order"})
			return models, "order_with_respect_to of " + m.Label()
		}
	}
	return nil, ""
}
