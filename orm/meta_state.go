package orm

import (
	"cmp"
	"slices"
	"strings"
)

// State returns the model as data, without its Go struct; the error is the model's
// own mistake, if it has one. Expressions are those of the model.
func (m *Meta) State() (*ModelState, error) {
	if err := m.link(); err != nil {
		return nil, err
	}
	s := &ModelState{App: m.App, Name: m.Name, Ordering: orderNames(m.Ordering), GetLatestBy: slices.Clone(m.GetLatestBy)}
	if m.Proxy != nil {
		s.ProxyOf = m.Proxy.Label()
		return s, nil
	}
	for _, f := range slices.Concat(m.Fields, m.ManyToMany) {
		s.Fields = append(s.Fields, f.state())
	}
	for _, link := range m.Parents {
		s.Bases = append(s.Bases, link.Relation.To.Label())
	}
	if m.Table != strings.ToLower(m.App+"_"+m.Name) {
		s.Table = m.Table
	}
	s.Comment, s.Tablespace, s.Unmanaged = m.Comment, m.Tablespace, m.Unmanaged
	s.RequiredVendor, s.RequiredFeatures = m.RequiredVendor, slices.Clone(m.RequiredFeatures)
	if m.OrderWithRespectTo != nil {
		s.OrderWithRespectTo, s.Ordering = m.OrderWithRespectTo.Name, nil
	}
	for _, together := range m.UniqueTogether {
		s.UniqueTogether = append(s.UniqueTogether, namesOf(together))
	}
	for _, i := range m.Indexes {
		fields, keys := keyStates(i.Fields)
		s.Indexes = append(s.Indexes, IndexState{Name: i.Name, Fields: fields, Keys: keys, Where: i.Where, Include: namesOf(i.Include),
			Using: i.Using, With: i.With, Tablespace: i.Tablespace})
	}
	for _, c := range m.Constraints {
		fields, keys := keyStates(c.Fields)
		s.Constraints = append(s.Constraints, ConstraintState{Kind: c.Kind, Name: c.Name, Check: c.Check, Fields: fields, Keys: keys,
			Operators: c.Operators, Where: c.Where, Include: namesOf(c.Include), Deferrable: c.Deferrable,
			NullsNotDistinct: c.NullsNotDistinct, Using: c.Using})
	}
	return s, nil
}

// state returns a field as data.
func (f *Field) state() FieldState {
	s := FieldState{Name: f.Name, Type: f.Type, Null: f.Null, PrimaryKey: f.PrimaryKey && !f.parentLink(), Collation: f.Collation,
		Comment: f.Comment, Tablespace: f.Tablespace, AutoNow: f.AutoNow, AutoNowAdd: f.AutoNowAdd, DBDefault: exprOf(f.DBDefault),
		Generated: exprOf(f.Generated), Virtual: f.Virtual}
	s.Unique = f.Unique && !f.PrimaryKey
	switch f.Type {
	case "CharField", "SlugField", "EmailField", "URLField", "FileField", "FilePathField", "ImageField":
		s.MaxLength = f.MaxLength
	case "DecimalField":
		s.MaxDigits, s.DecimalPlaces = f.MaxDigits, f.DecimalPlaces
	case "CustomField":
		s.GoType, s.MaxLength, s.Size = f.valueType, f.MaxLength, f.Size
	}
	r := f.Relation
	if r == nil {
		s.Index = f.Index
		if f.Column != f.Name {
			s.Column = f.Column
		}
		return s
	}
	s.To, s.OnDelete, s.RelatedName, s.RelatedQueryName = r.To.Label(), r.OnDelete, r.RelatedName, r.QueryName
	s.NoConstraint, s.ParentLink = r.NoConstraint, r.ParentLink
	if f.Kind == KindM2M {
		f.manyState(&s)
		return s
	}
	if f.Column != f.Name+"_id" {
		s.Column = f.Column
	}
	if r.ToField != nil && r.ToField != r.To.PK {
		s.ToField = r.ToField.Name
	}
	if f.Type == "OneToOneField" {
		s.Unique = false // it always is
	}
	return s
}

func (f *Field) parentLink() bool { return f.Relation != nil && f.Relation.ParentLink }

func (f *Field) manyState(s *FieldState) {
	r := f.Relation
	s.NotSymmetrical = r.To.concrete() == f.Model && !r.Symmetrical
	if r.Through == nil || r.Through.AutoCreated {
		s.DBTable = r.throughTable
		return
	}
	s.Through, s.ThroughFields = r.Through.Label(), r.throughFields
}

func exprOf(n Node) AnyExpr {
	if n == nil {
		return nil
	}
	return Expr[any]{n}
}

func namesOf(fields []*Field) []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return names
}

// orderNames returns an order by names; keys that are other expressions are left out.
func orderNames(orders []Order) []string {
	var names []string
	for _, o := range orders {
		name := o.name
		if col, ok := o.n.(*colNode); ok && col.path.parent == nil {
			name = cmp.Or(col.name, "pk")
		}
		if name == "" {
			continue
		}
		if o.desc {
			name = "-" + name
		}
		names = append(names, name)
	}
	return names
}

// keyStates returns the keys of an index as names, and as more where one needs it.
func keyStates(parts []IndexField) (names []string, keys []KeyState) {
	plain := true
	for _, p := range parts {
		k := KeyState{Expr: exprOf(p.Expr), Desc: p.Desc, OpClass: p.OpClass, Collation: p.Collation}
		if p.Field != nil {
			k.Field = p.Field.Name
		}
		plain = plain && k.Expr == nil && k.OpClass == "" && k.Collation == ""
		name := k.Field
		if k.Desc {
			name = "-" + name
		}
		names, keys = append(names, name), append(keys, k)
	}
	if plain {
		return names, nil
	}
	return nil, keys
}
