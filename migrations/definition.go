package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// Definitions are what is compared to find changes: Go source stands for expressions,
// and labels are in lower case.

// fieldDef is what a field is, but for its name.
type fieldDef struct {
	orm.FieldState
	dbDefault, generated string
}

func defineField(m *orm.ModelState, f *Field) (fieldDef, error) {
	d := fieldDef{FieldState: *f}
	var err error
	if d.dbDefault, _, err = orm.GoSource(f.DBDefault); err != nil {
		return d, fmt.Errorf("the default of %s.%s: %w", m.Label(), f.Name, err)
	}
	if d.generated, _, err = orm.GoSource(f.Generated); err != nil {
		return d, fmt.Errorf("the expression of %s.%s: %w", m.Label(), f.Name, err)
	}
	d.Name, d.DBDefault, d.Generated = "", nil, nil
	d.To, d.Through = strings.ToLower(labelIn(m.App, f.To)), strings.ToLower(labelIn(m.App, f.Through))
	return d, nil
}

// otherKind tells whether no column can become the other: one is a many-to-many relation,
// or computed by the database in another way.
func (d fieldDef) otherKind(other fieldDef) bool {
	return isMany(&d.FieldState) != isMany(&other.FieldState) || d.generated != other.generated || d.Virtual != other.Virtual
}

// unrelated is a definition without what it relates to, which changes where models are renamed.
func (d fieldDef) unrelated() fieldDef {
	d.To = ""
	return d
}

// sameFields tells whether two models have fields that differ in what they relate to only.
func sameFields(a, b *orm.ModelState) (bool, error) {
	fa, fb := sortedFields(a), sortedFields(b)
	if len(fa) != len(fb) {
		return false, nil
	}
	for i := range fa {
		da, err := defineField(a, fa[i])
		if err != nil {
			return false, err
		}
		db, err := defineField(b, fb[i])
		if err != nil {
			return false, err
		}
		if da.unrelated() != db.unrelated() {
			return false, nil
		}
	}
	return true, nil
}

// sortedFields are the fields of a model by their names, without that of its order.
func sortedFields(m *orm.ModelState) []*Field {
	var out []*Field
	for i := range m.Fields {
		if m.Fields[i].Type != orderType {
			out = append(out, &m.Fields[i])
		}
	}
	slices.SortFunc(out, func(a, b *Field) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// orderType is the type of the field that order_with_respect_to adds.
const orderType = "OrderWrt"

func isRelation(f *Field) bool { return f.To != "" }

func isMany(f *Field) bool { return f.Type == "ManyToManyField" }

// defineIndex returns what an index is, but for its name.
func defineIndex(m *orm.ModelState, i *Index) (string, error) {
	var b strings.Builder
	where, _, err := orm.GoSource(i.Where)
	if err != nil {
		return "", fmt.Errorf("the condition of the index %s of %s: %w", i.Name, m.Label(), err)
	}
	if err := writeKeys(&b, i.Fields, i.Keys); err != nil {
		return "", fmt.Errorf("the index %s of %s: %w", i.Name, m.Label(), err)
	}
	fmt.Fprintf(&b, "%s|%q|%s|%q|%s", where, i.Include, i.Using, i.With, i.Tablespace)
	return b.String(), nil
}

// defineConstraint returns what a constraint is, with its name.
func defineConstraint(m *orm.ModelState, c *Constraint) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%d|%s|", c.Kind, c.Name)
	for _, p := range []orm.Pred{c.Check, c.Where} {
		src, _, err := orm.GoSource(p)
		if err != nil {
			return "", fmt.Errorf("the constraint %s of %s: %w", c.Name, m.Label(), err)
		}
		b.WriteString(src + "|")
	}
	if err := writeKeys(&b, c.Fields, c.Keys); err != nil {
		return "", fmt.Errorf("the constraint %s of %s: %w", c.Name, m.Label(), err)
	}
	fmt.Fprintf(&b, "%q|%q|%d|%t|%s", c.Operators, c.Include, c.Deferrable, c.NullsNotDistinct, c.Using)
	return b.String(), nil
}

func writeKeys(b *strings.Builder, fields []string, keys []Key) error {
	fmt.Fprintf(b, "%q|", fields)
	for _, k := range keys {
		src, _, err := orm.GoSource(k.Expr)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%q %s %t %q %q|", k.Field, src, k.Desc, k.OpClass, k.Collation)
	}
	return nil
}

// namedIn returns the fields that keys, conditions and lists of an index or constraint name.
func namedIn(fields []string, keys []Key, include []string, conditions ...orm.Pred) []string {
	var names []string
	for _, name := range fields {
		names = append(names, strings.TrimPrefix(name, "-"))
	}
	for _, k := range keys {
		if k.Field != "" {
			names = append(names, k.Field)
		}
		names = append(names, orm.FieldNames(k.Expr)...)
	}
	names = append(names, include...)
	for _, p := range conditions {
		names = append(names, orm.FieldNames(p)...)
	}
	return names
}
