package orm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Filtered is a relation of which only some rows are joined, under a name of its own;
// [FilteredRelation] makes it. It belongs to the queries that it is given to by
// Annotate or Alias. As an expression it is the key of the related row.
type Filtered[F Relative] struct {
	// F are the columns and relations of the related rows.
	F F
	a *annotation
}

func (f Filtered[F]) node() Node              { return column(f.a.path, "") }
func (f Filtered[F]) annotation() *annotation { return f.a }

// FilteredRelation names a relation joined with further conditions (Django's
// FilteredRelation): rows that do not fit are as if they were not related, and a row
// without any stays, unlike with a Filter. relation is a method of a descriptor, along
// as many relations as are needed; the conditions are about its last one.
//
//	long := orm.FilteredRelation("long", shop.AuthorF.Books(), shop.BookF.Pages.Gt(500))
//	n := orm.Count(long.F).As("n")
//	authors, err := shop.Authors.Annotate(long, n).Filter(long.F.Title.IContains("x")).All(ctx)
//
// Conditions speak of the related row by the relation's columns or those of its
// model, and may name columns of the tables on the way; where a relation leads to the
// model that it begins at, that model's columns are those of the related row. Other
// relations cannot be named there: [Any] can. In text the name stands where a
// relation would: "long__title".
//
// SelectRelated, Prefetch, Only and Defer do not take it.
//
// https://docs.djangoproject.com/en/stable/ref/models/querysets/#filteredrelation-objects
func FilteredRelation[F Relative](name string, relation F, conditions ...Pred) Filtered[F] {
	base := relation.relPath()
	f := Filtered[F]{relation, newFiltered(name, base, conditions, true)}
	if mk, ok := base.make.(func(*Path) F); ok {
		f.F = mk(f.a.path)
	}
	return f
}

// FilteredRelationNamed is [FilteredRelation] of a relation of m by its name, as
// "books" or "publisher__books", for queries in text. The conditions name columns as
// seen from m, and Lookup(m, "books__pages__gt", 500) is one.
func FilteredRelationNamed(m *Meta, name, relation string, conditions ...Pred) Annotation {
	base := m.root
	for part := range strings.SplitSeq(relation, "__") {
		base = base.Step(part)
	}
	return Filtered[*Rel]{&Rel{Path: base}, newFiltered(name, base, conditions, false)}
}

// newFiltered makes the annotation that brings a filtered relation into a query.
func newFiltered(name string, base *Path, conditions []Pred, typed bool) *annotation {
	err := checkAlias(name)
	if err == nil && base.parent == nil {
		err = fmt.Errorf("orm: FilteredRelation(%q) of %s: it takes a relation of a model, not a model", name, base)
	}
	if err == nil && base.filter != nil {
		err = fmt.Errorf("orm: FilteredRelation(%q) of %s, which is filtered: give all conditions to one", name, base)
	}
	p := &Path{parent: base.parent, name: name, within: true, filter: &relationFilter{base: base, condition: And(conditions...).n, typed: typed, err: err}}
	return &annotation{name: name, n: &errNode{err: fmt.Errorf("orm: the filtered relation %q is no value; it belongs to Annotate or Alias", name)}, path: p}
}

// relationFilter is what a filtered relation has beside the relation itself.
type relationFilter struct {
	base      *Path // the relation
	condition Node  // or nil
	typed     bool  // the condition may speak of the related row by its own model
	err       error
}

// filtered tells whether p goes along a filtered relation.
func (p *Path) filtered() bool { return p.within }

// filteredRelation makes the relation at the end of a filtered path. It is like the one
// that it filters, whose tables it shares but for the last.
func (p *Path) filteredRelation() (*Relation, error) {
	f := p.filter
	if f.err != nil {
		return nil, f.err
	}
	base, err := f.base.relation()
	if err != nil {
		return nil, err
	}
	r := *base
	r.Name, r.Accessor = p.name, ""
	r.hops = slices.Clone(base.hops)
	for i := range r.hops {
		r.hops[i].origin = &base.hops[i]
	}
	last := &r.hops[len(r.hops)-1]
	last.origin, last.filter, last.nullable = nil, p, true
	return &r, nil
}

// onFilter writes the condition of a filtered relation into its join, or EXISTS.
func (c *Compiler) onFilter(p *Path) {
	f := p.filter
	if f.condition == nil {
		return
	}
	outer, negated := c.rebased, c.negated
	defer func() { c.rebased, c.negated = outer, negated }()
	c.rebased, c.negated = &rebase{from: f.base, to: p}, false
	if f.typed {
		c.rebased.outer = &rebase{from: mustTarget(p).root, to: p}
	}
	c.SQL(" AND ")
	if err := c.filterColumns(p, f.condition); err != nil {
		c.Fail(err)
		return
	}
	c.condition(f.condition)
}

// filterColumns refuses columns that would need a join of their own.
func (c *Compiler) filterColumns(p *Path, condition Node) (err error) {
	find(condition, func(n Node) bool {
		if ref, ok := n.(*fNode); ok {
			n = ref.resolved(c)
		}
		col, ok := n.(*colNode)
		if !ok {
			return false
		}
		field, e := col.field()
		if err = e; e != nil {
			return true
		}
		at := c.moved(col.path)
		if field.Model != mustTarget(at) { // a parent's, in a table of its own
			at = at.Step(mustTarget(at).linkTo(field.Model).Name)
		}
		for at.parent != nil && !p.under(at) {
			r, e := at.relation()
			if err = e; e != nil {
				return true
			}
			last := &r.hops[len(r.hops)-1]
			if len(r.hops) > 1 || !last.sameKey(field) {
				err = fmt.Errorf("orm: the condition of the filtered relation %s speaks of %s, which needs a join of its own: write that part as orm.Any", p, at)
				return true
			}
			at, field = at.parent, last.from
		}
		return false
	})
	return err
}

// onPinned writes what join i is joined on. The columns of a filtered relation and of the
// tables on the way are there those of this join, of which there may be several.
func (c *Compiler) onPinned(s *selection, i int) {
	sel := c.sel
	c.sel, s.pinned, s.pinnedAt = s, s.joins[i].hop.filter, i
	c.onHop(s.aliasOf(s.joins[i].parent), s.joins[i].hop, s.joins[i].alias)
	c.sel, s.pinned = sel, nil
}

// pinnedJoin returns the table at p where p is pinned or lies before what is.
func (s *selection) pinnedJoin(p *Path) (int, bool) {
	at := s.pinnedAt
	for x := s.pinned; x != nil; x = x.parent {
		if x == p {
			return at, true
		}
		r, err := x.relation()
		if err != nil || r == nil {
			return 0, false
		}
		for range r.hops {
			if at == top {
				return 0, false
			}
			at = s.joins[at].parent
		}
	}
	return 0, false
}

// knows refuses a filtered relation that the query was not given.
func (s *selection) knows(p *Path) error {
	if p.filter == nil || slices.Contains(s.filtered, p) {
		return nil
	}
	if p.filter.err != nil {
		return p.filter.err
	}
	return fmt.Errorf("orm: the query does not have the filtered relation %s: give it to Annotate", p)
}

// addFiltered gives q a filtered relation.
func (q *query) addFiltered(a *annotation) {
	if a.path.filter.err != nil {
		q.fail(a.path.filter.err)
	}
	if err := q.m.link(); err == nil && q.m.relations[a.name] != nil {
		q.fail(fmt.Errorf("orm: filtered relation %q: %s has a relation of that name", a.name, q.m.Label()))
	}
	if a.path.root() != q.m.root {
		q.fail(fmt.Errorf("orm: the filtered relation %s was used in a query of %s", a.path, q.m.Label()))
	}
	q.filtered = append(slices.Clip(q.filtered), a.path)
}

// relationNamed returns the filtered relation of a name.
func (q *query) relationNamed(name string) *Path { return pathNamed(q.filtered, name) }

func pathNamed(paths []*Path, name string) *Path {
	for _, p := range paths {
		if p.name == name {
			return p
		}
	}
	return nil
}

// relationNamed returns the filtered relation of a name, of the query that is written.
func (c *Compiler) relationNamed(name string) *Path {
	for s := c.sel; s != nil; s = s.outer {
		if p := pathNamed(s.filtered, name); p != nil {
			return p
		}
	}
	return nil
}

// startOf returns where a name in Django's notation begins: at a filtered relation that
// its first part names, or at the model.
func (q *query) startOf(name string) (*Path, string) { return startAmong(q.m.root, q.filtered, name) }

func startAmong(root *Path, filtered []*Path, name string) (*Path, string) {
	first, rest, _ := strings.Cut(name, "__")
	if p := pathNamed(filtered, first); p != nil {
		return p, rest
	}
	return root, name
}

var errFilteredRows = errors.New("a filtered relation is for conditions, orders and values: its rows are not those of the relation")
