package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// prefetchNode is a relation to fetch for the rows of the node above it. The top node
// stands for the rows of the query.
type prefetchNode struct {
	path     *Path
	rel      *Relation
	q        *query        // the rows to choose from
	chosen   bool          // q is that of With
	list     *prefetchList // where the rows go; nil: to the relation
	children []*prefetchNode

	parents  []unsafe.Pointer
	requests []rowsRequest
	fetched  []unsafe.Pointer
	finish   func() error     // gives the parents what was fetched
	rows     []unsafe.Pointer // of all parents
}

// add adds what q prefetches to the node of its rows.
func (n *prefetchNode) add(q *query) error {
	for _, item := range q.prefetch {
		p := prefetchOf(item)
		steps, err := relationsTo(p.path, q.m)
		if err != nil {
			return err
		}
		at := n
		for i, r := range steps {
			if i == len(steps)-1 && p.q != nil {
				err = at.choose(q, r, p)
				break
			}
			at = at.child(q, r, p.path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// relationsTo returns the relations from rows of m to the end of a path. The way to the
// table of a parent is none: its relations are the child's too.
func relationsTo(path *Path, m *Meta) ([]*Relation, error) {
	if path.filtered() {
		return nil, fmt.Errorf("orm: Prefetch(%s): %w", path, errFilteredRows)
	}
	var steps []*Path
	for at := path; at != m.root; at = at.parent {
		if at == nil {
			return nil, fmt.Errorf("orm: Prefetch: %s is no relation of %s", path, m.Label())
		}
		steps = append(steps, at)
	}
	var relations []*Relation
	for _, step := range slices.Backward(steps) {
		r, err := step.relation()
		if err != nil {
			return nil, err
		}
		if r.ParentLink && !r.Reverse {
			continue
		}
		if own := m.relations[r.Name]; own != nil {
			r = own
		}
		relations = append(relations, r)
		m = r.To
	}
	return relations, nil
}

// child returns the node of a relation, which it makes where there is none.
func (n *prefetchNode) child(q *query, r *Relation, path *Path) *prefetchNode {
	for _, c := range n.children {
		if c.rel.Name == r.Name && c.list == nil {
			return c
		}
	}
	c := &prefetchNode{path: path, rel: r, q: &query{m: r.To, limit: -1, mode: q.mode, using: q.using}}
	n.children = append(n.children, c)
	return c
}

// choose gives the node of a relation the rows of With, or makes one for a list.
func (n *prefetchNode) choose(q *query, r *Relation, p prefetch) error {
	switch {
	case p.q.m != r.To:
		return fmt.Errorf("orm: Prefetch: With(%s, …) takes a query of %s, not of %s", p.path, r.To.Label(), p.q.m.Label())
	case p.rows != reflect.PointerTo(r.To.Type):
		return fmt.Errorf("orm: Prefetch: With(%s, …): the method All of the query returns %s", p.path, p.rows)
	case p.q.sliced():
		return errors.New("orm: a prefetched query has no Limit: it would count the rows of all parents together")
	}
	c := &prefetchNode{path: p.path, rel: r, list: p.list}
	if p.list != nil {
		n.children = append(n.children, c)
	} else {
		c = n.child(q, r, p.path)
	}
	if c.chosen {
		return fmt.Errorf("orm: Prefetch: With(%s, …) twice: give one of them a list of its own by As", p.path)
	}
	c.q, c.chosen = p.q, true
	if c.q.using == "" {
		c.q = c.q.with(func(n *query) { n.using = q.using })
	}
	return c.add(c.q)
}

// next gives the nodes below the rows that were fetched.
func (n *prefetchNode) next() []*prefetchNode {
	for _, c := range n.children {
		c.parents = n.rows
	}
	return n.children
}

// prepare finds out what to ask for.
func (n *prefetchNode) prepare() error {
	parents := n.parents
	if !n.chosen {
		parents = n.unloaded()
	}
	if len(parents) == 0 {
		return nil
	}
	switch r := n.rel; {
	case r.Kind == GenericMany:
		n.generic(parents)
	case r.Kind == GenericBack:
		return errors.New("orm: the relation is for conditions; contenttypes.PrefetchTargets fetches the objects")
	case r.Kind == ManyToManyRel:
		n.manyToMany(parents)
	case r.Reverse:
		n.reverse(parents)
	default:
		n.forward(parents)
	}
	return nil
}

// unloaded takes the rows that were fetched before, by a join or another prefetch, and
// returns the parents without.
func (n *prefetchNode) unloaded() []unsafe.Pointer {
	r := n.rel
	var missing []unsafe.Pointer
	for _, parent := range n.parents {
		if r.Reverse || r.Many() {
			if rows, ok := (&related{rel: r, row: parent}).prefetched(); ok {
				n.rows = append(n.rows, rows...)
			} else {
				missing = append(missing, parent)
			}
			continue
		}
		at := unsafe.Add(parent, r.From.fieldOffset(r.Field))
		if r.Field.Null && !*(*bool)(unsafe.Add(at, r.Field.nullOff)) {
			continue
		}
		if obj := *(*unsafe.Pointer)(unsafe.Add(at, r.Field.objOff)); obj != nil {
			n.rows = append(n.rows, obj)
		} else {
			missing = append(missing, parent)
		}
	}
	return missing
}

// give gives a parent its rows.
func (n *prefetchNode) give(parent unsafe.Pointer, rows []unsafe.Pointer) {
	s := stateOf(parent, n.rel.From)
	if n.list == nil {
		s.keep(n.rel.Name, rows)
		return
	}
	if s.lists == nil {
		s.lists = map[*prefetchList][]unsafe.Pointer{}
	}
	s.lists[n.list] = rows
}

// keysOf returns the values of field f of the rows, each once.
func keysOf(m *Meta, f *Field, rows []unsafe.Pointer) []any {
	seen := map[any]bool{}
	var keys []any
	for _, row := range rows {
		k := m.memoryValue(f, row)
		if k != nil && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// keyChunk is how many keys one statement asks for.
const keyChunk = 10_000

// byKeys asks for the rows that one of the keys leads to.
func (n *prefetchNode) byKeys(keys []any, cond func(keys []any) Pred) {
	for chunk := range slices.Chunk(keys, keyChunk) {
		n.requests = append(n.requests, rowsRequest{n.q.filter([]Pred{cond(chunk)}, false),
			func(row unsafe.Pointer) { n.fetched = append(n.fetched, row) }})
	}
}

func (n *prefetchNode) forward(parents []unsafe.Pointer) {
	r := n.rel
	n.byKeys(keysOf(r.From, r.Field, parents), func(keys []any) Pred { return oneOf(n.q.m.root, r.ToField, keys) })
	n.finish = func() error {
		byKey := map[any]unsafe.Pointer{}
		for _, row := range n.fetched {
			byKey[r.To.memoryValue(r.ToField, row)] = row
		}
		for _, parent := range parents {
			switch row := byKey[r.From.memoryValue(r.Field, parent)]; {
			case row == nil:
			case n.list != nil:
				n.give(parent, []unsafe.Pointer{row})
			default:
				setObj(parent, r.Field, r.From, row)
			}
		}
		return nil
	}
}

func (n *prefetchNode) reverse(parents []unsafe.Pointer) {
	r, keyField := n.rel, n.rel.Inverse.ToField
	n.byKeys(keysOf(r.From, keyField, parents), func(keys []any) Pred { return oneOf(n.q.m.root, r.Field, keys) })
	n.finish = func() error {
		owners := map[any][]unsafe.Pointer{}
		for _, parent := range parents {
			k := r.From.memoryValue(keyField, parent)
			owners[k] = append(owners[k], parent)
		}
		sets := map[any][]unsafe.Pointer{}
		for _, row := range n.fetched {
			k := r.To.memoryValue(r.Field, row)
			sets[k] = append(sets[k], row)
			if own := owners[k]; len(own) > 0 && r.Field.typed {
				setObj(row, r.Field, r.To, own[0])
			}
		}
		for k, own := range owners {
			for _, parent := range own {
				n.give(parent, sets[k])
			}
		}
		return nil
	}
}

// manyToMany selects with each row the key of the parent that it belongs to.
func (n *prefetchNode) manyToMany(parents []unsafe.Pointer) {
	r, keyField := n.rel, n.rel.ThroughFrom.Relation.ToField
	back := n.q.m.root.Step(r.Inverse.Name)
	ann := boxedAnnotation("prefetch_owner", &colNode{path: back, name: keyField.Name}, keyField)
	sets := map[any][]unsafe.Pointer{}
	take := func(row unsafe.Pointer) {
		k := keptAnnotation(row, r.To, ann)
		sets[k] = append(sets[k], row)
		n.fetched = append(n.fetched, row)
	}
	for keys := range slices.Chunk(keysOf(r.From, keyField, parents), keyChunk) {
		q := n.q.filter([]Pred{oneOf(back, keyField, keys)}, false)
		n.requests = append(n.requests, rowsRequest{q.with(func(q *query) { q.steps = append(q.steps, step{ann: ann}) }), take})
	}
	n.finish = func() error {
		for _, parent := range parents {
			n.give(parent, sets[r.From.memoryValue(keyField, parent)])
		}
		return nil
	}
}

// rowsByKeys runs q for rows whose field has one of the keys.
func rowsByKeys(ctx context.Context, q *query, cond func(keys []any) Pred, keys []any) ([]unsafe.Pointer, error) {
	var out []unsafe.Pointer
	for chunk := range slices.Chunk(keys, keyChunk) {
		sub := q.filter([]Pred{cond(chunk)}, false)
		if err := sub.each(ctx, func(row unsafe.Pointer) bool { out = append(out, row); return true }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// boxedAnnotation selects an expression with the type of a field, for use inside
// of this package.
func boxedAnnotation(name string, n Node, f *Field) *annotation {
	t := kindType(f)
	st := scanStep{kind: f.Kind, field: f}
	return &annotation{
		name:  name,
		n:     n,
		chunk: func(n int) any { return reflect.MakeSlice(reflect.SliceOf(t), n, n) },
		read: func(values any, i int, rows Rows, column int) error {
			if rows.IsNull(column) {
				return nil
			}
			return readOne(rows, column, &st, values.(reflect.Value).Index(i).Addr())
		},
		boxed: func(values any, i int) any { return values.(reflect.Value).Index(i).Interface() },
	}
}

// keptAnnotation returns the value of an annotation of a row.
func keptAnnotation(row unsafe.Pointer, m *Meta, a *annotation) any {
	s := peekState(row, m)
	if s == nil || s.shared == nil {
		return nil
	}
	for _, column := range s.shared.annotations {
		if column.of == a {
			return a.boxed(column.values, s.index)
		}
	}
	return nil
}
