package orm

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
)

// valuesOf says that a query has values for rows rather than structs.
type valuesOf struct {
	items []valueItem     // where named is nil
	named *namedValues    // columns that were named in text
	anns  map[string]bool // annotations made before Values that are selected
	at    int             // steps before Values
}

// valueItem is one column of the rows.
type valueItem struct {
	name  string
	n     Node
	field *Field // whose type it has, or nil
}

func (v *valuesOf) keeps(a *annotation) bool { return v.anns == nil || v.anns[a.name] }

// groupsRows tells whether Values stands after an aggregate, so that rows are
// grouped by the rows of the model, and not by the values alone.
func (v *valuesOf) groupsRows(q *query) bool {
	return slices.ContainsFunc(q.steps[:v.at], func(s step) bool { return s.ann != nil && hasAggregate(s.ann.n) })
}

// ValuesQuery is a query whose rows are values by name (Django's values). It is a
// value like [Query]. An aggregate annotated to it groups by the values that were
// named before: GROUP BY.
type ValuesQuery struct{ q *query }

// Values returns the rows as values of these columns, in Django's notation:
// "name", "category__name", a JSON key path, an annotation; without names, all
// columns and annotations.
//
//go:noinline
func (q *QueryOf[P]) Values(names ...string) *ValuesQuery {
	return &ValuesQuery{q.q.with(func(q *query) { q.setValues(names) })}
}

func (q *query) setValues(names []string) {
	v := &valuesOf{at: len(q.steps), anns: map[string]bool{}, named: &namedValues{m: q.m, all: len(names) == 0, filtered: q.filtered}}
	for _, name := range names {
		if q.annotationNamed(name) != nil {
			v.anns[name] = true
			continue
		}
		v.named.names = append(v.named.names, name)
	}
	q.values = v
	for _, s := range q.steps {
		switch {
		case s.ann == nil:
		case v.named.all && !s.hidden:
			v.anns[s.ann.name] = true
		case s.hidden && v.anns[s.ann.name]:
			q.fail(fmt.Errorf("orm: Values(%q): it is an Alias, which is not selected", s.ann.name))
		}
	}
}

func (q *query) annotationNamed(name string) *annotation {
	for _, s := range q.steps {
		if s.ann != nil && s.ann.name == name {
			return s.ann
		}
	}
	return nil
}

// valueColumns writes the columns of a values query, at the place among the steps
// where Values was called: filters before share joins with them, filters after do not.
func (c *Compiler) valueColumns(q *query, cl *clauses) {
	cl.sel.reuse = reuseAll
	items, err := q.values.columns()
	if err != nil {
		c.Fail(err)
	}
	for _, item := range items {
		cl.values = append(cl.values, c.capture(func() { c.selectable(item.n) }))
	}
}

// Filter keeps the rows that fit all conditions; conditions on aggregates are HAVING.
func (q *ValuesQuery) Filter(preds ...Pred) *ValuesQuery {
	return &ValuesQuery{q.q.filter(preds, false)}
}

// Exclude leaves out the rows that fit all conditions.
func (q *ValuesQuery) Exclude(preds ...Pred) *ValuesQuery {
	return &ValuesQuery{q.q.filter(preds, true)}
}

// Annotate adds expressions to the rows; with an aggregate, the rows are grouped.
func (q *ValuesQuery) Annotate(anns ...Annotation) *ValuesQuery {
	n := q.q.annotate(anns, false)
	v := *n.values
	v.anns = map[string]bool{}
	for name := range n.values.anns {
		v.anns[name] = true
	}
	for _, a := range anns {
		v.anns[a.annotation().name] = true
	}
	n.values = &v
	return &ValuesQuery{n}
}

// OrderBy orders the rows, and forgets any order that the query had.
func (q *ValuesQuery) OrderBy(orders ...Order) *ValuesQuery { return &ValuesQuery{q.q.orderBy(orders)} }

// Order orders by names, as [Query.Order].
func (q *ValuesQuery) Order(names ...string) *ValuesQuery {
	orders := make([]Order, len(names))
	for i, name := range names {
		orders[i] = Order{name: name}
	}
	return &ValuesQuery{q.q.orderBy(orders)}
}

// Distinct leaves out equal rows.
func (q *ValuesQuery) Distinct() *ValuesQuery {
	return &ValuesQuery{q.q.with(func(q *query) { q.distinct = true })}
}

// Limit returns at most n rows; negative is no limit.
func (q *ValuesQuery) Limit(n int) *ValuesQuery {
	return &ValuesQuery{q.q.with(func(q *query) { q.limit = max(n, -1) })}
}

// Offset leaves out the first n rows.
func (q *ValuesQuery) Offset(n int) *ValuesQuery {
	return &ValuesQuery{q.q.with(func(q *query) { q.offset = max(n, 0) })}
}

// Count returns how many rows there are.
func (q *ValuesQuery) Count(ctx context.Context) (int64, error) { return q.q.count(ctx) }

// Exists tells whether there is a row.
func (q *ValuesQuery) Exists(ctx context.Context) (bool, error) { return q.q.exists(ctx) }

func (q *ValuesQuery) core() *query { return q.q }

// Names returns the names of the columns in order.
func (q *ValuesQuery) Names() []string {
	var names []string
	if named := q.q.values.named; named != nil && !named.all {
		names = slices.Clone(named.names)
	} else {
		items, _ := q.q.values.columns() // its error is told when the query runs
		for _, item := range items {
			names = append(names, item.name)
		}
	}
	for _, s := range q.q.steps {
		if s.ann != nil && !s.hidden && q.q.values.keeps(s.ann) {
			names = append(names, s.ann.name)
		}
	}
	return names
}

// All returns all rows as maps by name. Values have the types of the fields
// without Null around them; null is nil.
func (q *ValuesQuery) All(ctx context.Context) ([]map[string]any, error) {
	names := q.Names()
	var out []map[string]any
	for row, err := range q.Each(ctx) {
		if err != nil {
			return nil, err
		}
		m := make(map[string]any, len(names))
		for i, name := range names {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out, nil
}

// Lists returns all rows as values in the order of Names (values_list).
func (q *ValuesQuery) Lists(ctx context.Context) ([][]any, error) {
	var out [][]any
	for row, err := range q.Each(ctx) {
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// Each goes through the rows; see [Query.Each].
func (q *ValuesQuery) Each(ctx context.Context) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		stopped := false
		values := q.q.values
		if q.q.combined != nil {
			values = q.q.combined.queries[0].values
		}
		items, err := values.columns()
		if err != nil {
			yield(nil, err)
			return
		}
		err = q.q.raw(ctx, func(p *plan, rows Rows) (bool, error) {
			row := make([]any, 0, p.columns)
			for i, item := range items {
				v, err := readBoxed(rows, i, item.field)
				if err != nil {
					return false, err
				}
				row = append(row, v)
			}
			for i, a := range p.anns {
				v, err := a.value(rows, p.annStart+i)
				if err != nil {
					return false, err
				}
				row = append(row, v)
			}
			stopped = !yield(row, nil)
			return !stopped, nil
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

// raw runs the query and hands the rows on unread.
func (q *query) raw(ctx context.Context, f func(p *plan, rows Rows) (bool, error)) error {
	if q.none && q.err == nil {
		return nil
	}
	s, err := sessionFor(ctx, q.using, q.m, false)
	if err != nil {
		return err
	}
	p, err := q.compile(s)
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, p.statement.SQL, p.statement.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		goOn, err := f(p, rows)
		if err != nil || !goOn {
			return err
		}
	}
	return rows.Err()
}

// value reads the annotation of the current row.
func (a *annotation) value(rows Rows, column int) (any, error) {
	cell := a.chunk(1)
	if err := a.read(cell, 0, rows, column); err != nil {
		return nil, err
	}
	return a.boxed(cell, 0), nil
}

// readBoxed reads a column as the type of a field, or as the database's own type.
func readBoxed(rows Rows, i int, f *Field) (any, error) {
	if rows.IsNull(i) {
		return nil, nil
	}
	if f == nil {
		var v any
		err := rows.Scan(i, &v)
		return v, err
	}
	at := reflect.New(kindType(f))
	st := scanStep{kind: f.Kind, field: f}
	err := readOne(rows, i, &st, at)
	return at.Elem().Interface(), err
}

// kindType returns the type that a field's values have in memory, without Null.
func kindType(f *Field) reflect.Type { return f.valueType }

// Select returns the rows as structs of the caller's: each annotation goes into the
// field of its name ("total_price" into TotalPrice, or the field with the tag
// orm:"total_price"). With aggregates, rows are grouped by the other annotations.
// A null needs a field of type Null[V]; elsewhere it is zero.
//
//	type Line struct {
//		Category string
//		N        int64
//	}
//	lines, err := orm.Select[Line](ctx, shop.Products.Order("category"),
//		shop.ProductF.Category().Name.As("category"), orm.Count(shop.ProductF.ID).As("n"))
func Select[Row any](ctx context.Context, q AnyQuery, columns ...Annotation) ([]Row, error) {
	base := q.core().with(func(q *query) {
		q.values = &valuesOf{at: len(q.steps), anns: map[string]bool{}}
		for _, c := range columns {
			q.values.anns[c.annotation().name] = true
		}
	})
	for _, c := range columns {
		if base.annotationNamed(c.annotation().name) == nil {
			base = base.annotate([]Annotation{c}, false)
		}
	}
	into, err := rowFields(reflect.TypeFor[Row](), columns)
	if err != nil {
		return nil, err
	}
	var out []Row
	err = base.raw(ctx, func(p *plan, rows Rows) (bool, error) {
		out = append(out, *new(Row))
		row := reflect.ValueOf(&out[len(out)-1]).Elem()
		for i, a := range p.anns {
			v, err := a.value(rows, p.annStart+i)
			if err == nil {
				err = setField(row.FieldByIndex(into[a.name]), v)
			}
			if err != nil {
				return false, fmt.Errorf("orm: Select: column %q: %w", a.name, err)
			}
		}
		return true, nil
	})
	return out, err
}

// rowFields finds the field of each column.
func rowFields(t reflect.Type, columns []Annotation) (map[string][]int, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("orm: Select needs a struct for rows, not %s", t)
	}
	byName := columnFields(t)
	for _, c := range columns {
		if wrong, ok := c.annotation().n.(*errNode); ok {
			return nil, wrong.err
		}
		if name := c.annotation().name; byName[name] == nil {
			return nil, fmt.Errorf("orm: Select: %s has no field for the column %q", t, name)
		}
	}
	return byName, nil
}

// columnFields returns the fields of a struct by the names of their columns.
func columnFields(t reflect.Type) map[string][]int {
	byName := map[string][]int{}
	for _, sf := range reflect.VisibleFields(t) {
		if !sf.IsExported() || sf.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(sf.Tag.Get("orm"), ",")
		if name == "" {
			name = snake(sf.Name)
		}
		byName[name] = sf.Index
	}
	return byName
}

// setField puts a value into a field of its own type, one of the same kind, or a
// Null of it.
func setField(to reflect.Value, v any) error {
	if v == nil {
		return nil
	}
	from := reflect.ValueOf(v)
	switch {
	case from.Type().AssignableTo(to.Type()):
		to.Set(from)
	case to.Type().Implements(reflect.TypeFor[nullable]()) && to.Kind() == reflect.Struct:
		if err := setField(to.FieldByName("V"), v); err != nil {
			return err
		}
		to.FieldByName("Valid").SetBool(true)
	case from.Type().ConvertibleTo(to.Type()) && sameFamily(from.Kind(), to.Kind()):
		to.Set(from.Convert(to.Type()))
		if to.CanInt() && from.CanInt() && to.Int() != from.Int() {
			return fmt.Errorf("%v does not fit %s: %w", v, to.Type(), ErrData)
		}
	default:
		return fmt.Errorf("a value of type %T does not go into %s", v, to.Type())
	}
	return nil
}

// sameFamily refuses conversions that change what a value says, such as a number
// to the character of that number.
func sameFamily(a, b reflect.Kind) bool {
	number := func(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Float64 }
	return a == b || number(a) && number(b)
}
