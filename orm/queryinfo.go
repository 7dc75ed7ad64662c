package orm

import (
	"context"
	"slices"
	"strings"
)

// IsOrdered tells whether the rows of q come in an order: one that it was given, or that
// of its model (Django's QuerySet.ordered).
func IsOrdered(q AnyQuery) bool {
	base := q.core()
	switch {
	case base.none:
		return true
	case base.ordered:
		return len(base.order) > 0
	}
	return base.m.link() == nil && len(base.m.Ordering) > 0 && !base.grouped()
}

// IsTotallyOrdered tells whether the order of q leaves nothing to chance: whether it has
// the key, or columns that are unique together and never null (Django's
// QuerySet.totally_ordered, 6.1). Pages of rows need such an order.
func IsTotallyOrdered(q AnyQuery) bool {
	base := q.core()
	if base.none {
		return true
	}
	if !IsOrdered(q) || base.m.link() != nil || base.combined != nil || base.values != nil {
		return false
	}
	keys := base.order
	if !base.ordered {
		keys = base.m.Ordering
	}
	var fields []*Field
	for _, o := range keys {
		if f := base.orderField(o); f != nil && !f.Null {
			fields = append(fields, f)
		}
	}
	has := func(unique []*Field) bool {
		return len(unique) > 0 && !slices.ContainsFunc(unique, func(f *Field) bool { return !slices.Contains(fields, f) })
	}
	m := base.m
	if has(m.PKs) || slices.ContainsFunc(fields, func(f *Field) bool { return f.Unique }) || slices.ContainsFunc(m.UniqueTogether, has) {
		return true
	}
	return slices.ContainsFunc(m.TotalUniqueConstraints(), func(c *Constraint) bool {
		unique := make([]*Field, len(c.Fields))
		for i, part := range c.Fields {
			unique[i] = part.Field
		}
		return has(unique)
	})
}

// orderField returns the model's own column that an order goes by, or nil.
func (q *query) orderField(o Order) *Field {
	if o.n == nil {
		name := strings.TrimPrefix(o.name, "-")
		f := q.m.byName[name]
		if q.annotationNamed(name) != nil || f != nil && f.Relation != nil && name == f.Name {
			return nil // the order of the model that the relation leads to
		}
		return f
	}
	col, ok := o.n.(*colNode)
	if !ok || col.path != q.m.root {
		return nil
	}
	f, err := col.field()
	if err != nil {
		return nil
	}
	return f
}

// TotalUniqueConstraints are the unique constraints of columns that hold for all rows
// (Django's Options.total_unique_constraints).
func (m *Meta) TotalUniqueConstraints() []*Constraint {
	m.link() // its error is told by queries and checks
	var total []*Constraint
	for _, c := range m.Constraints {
		if c.Kind == UniqueConstraint && c.Where.n == nil && !hasExpression(c.Fields) {
			total = append(total, c)
		}
	}
	return total
}

// AliasOf returns the alias of the database that q would read from (Django's
// QuerySet.db): that of Using, or the router's choice.
func AliasOf(ctx context.Context, q AnyQuery) (string, error) {
	base := q.core()
	s, err := sessionFor(ctx, base.using, base.m, false)
	if err != nil {
		return "", err
	}
	return s.alias, nil
}

// DeferredFields are the columns of a row that were not fetched, by Only or Defer
// (Django's get_deferred_fields).
func DeferredFields(row Row) ([]*Field, error) {
	m, at, err := rowOf(row)
	if err != nil {
		return nil, err
	}
	s := peekState(at, m)
	if s == nil || s.loaded == nil {
		return nil, nil
	}
	var deferred []*Field
	for f := range m.columns() {
		if !s.loaded.has(nil, f) {
			deferred = append(deferred, f)
		}
	}
	return deferred, nil
}
