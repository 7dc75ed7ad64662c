package orm

import (
	"fmt"
	"strconv"
	"time"
)

// plan is a compiled SELECT and how its rows are read.
type plan struct {
	statement Statement
	parts     []part
	anns      []*annotation // selected, after the parts
	annStart  int
	columns   int
	slots     []int // which slot of the shape each argument comes from
	// What the shape holds as addresses lives as long as the plan: another dialect
	// must not come to lie there.
	dialect   *Dialect
	zone      *time.Location
	columnsAt []int // of a raw query: where the steps' columns stand
}

// part is one model within a row: the query's own, or a related one.
type part struct {
	m      *Meta
	path   *Path
	steps  []scanStep
	keys   []scanStep // of the steps, those that are relations
	start  int        // first column
	key    int        // column that is null where there is no row
	parent int        // index of the part that it hangs on
	rel    *Relation
}

// clauses are the parts of a SELECT, written in the order in which they were
// built and put together in SQL's.
type clauses struct {
	sel           *selection
	list          []fragment // expressions of the select list
	values        []fragment // of them, those that Values named
	where, having []fragment
	windows       []Node // conditions on window functions
	group         []fragment
	order         []fragment
	groupable     []fragment // what rows are grouped by where a key does not do
	grouped       bool
	rows          bool // more columns may follow those that are read
}

// selectRows writes q as a SELECT of rows, described by p.
func (c *Compiler) selectRows(q *query, p *plan) {
	if q.err != nil {
		c.Fail(q.err)
		return
	}
	if q.combined != nil {
		c.selectCombined(q, p)
		return
	}
	outer, negated := c.sel, c.negated
	defer func() { c.sel, c.negated = outer, negated }()
	c.negated = false
	cl, ok := c.begin(q)
	if !ok {
		return
	}
	if q.values != nil {
		cl.list = append(cl.list, cl.values...)
	} else {
		c.selectModel(q, cl, p)
	}
	p.annStart, cl.groupable = len(cl.list), cl.list
	for _, st := range q.steps {
		if st.ann != nil && !st.hidden && (q.values == nil || q.values.keeps(st.ann)) {
			f := cl.sel.refs[st.ann]
			f.sql += " AS " + c.d.Ident(st.ann.name)
			cl.list = append(cl.list, f)
			p.anns = append(p.anns, st.ann)
		}
	}
	p.columns = len(cl.list)
	cl.rows = true
	c.finish(q, cl)
}

// begin writes filters and annotations in their order.
func (c *Compiler) begin(q *query) (*clauses, bool) {
	s, err := c.from(q.m.root)
	if err != nil {
		c.Fail(err)
		return nil, false
	}
	s.refs, s.filtered = map[*annotation]fragment{}, q.filtered
	cl := &clauses{sel: s}
	for i, st := range q.steps {
		if q.values != nil && q.values.at == i {
			c.valueColumns(q, cl)
		}
		if st.ann != nil {
			s.reuse = reuseAll
			n := st.ann.n
			s.refs[st.ann] = c.capture(func() { c.selectable(n) })
			cl.grouped = cl.grouped || hasAggregate(n)
			continue
		}
		s.reuse = st.group
		c.filters(st.filter, cl)
	}
	if q.values != nil && q.values.at == len(q.steps) {
		c.valueColumns(q, cl)
	}
	s.reuse = reuseAll
	if len(cl.windows) > 0 {
		cl.where = append(cl.where, c.capture(func() { c.qualify(q, cl.windows) }))
	}
	return cl, true
}

// filters adds a condition to WHERE, or to HAVING where it is about aggregates;
// the parts of an And are looked at one by one.
func (c *Compiler) filters(n Node, cl *clauses) {
	if b, ok := n.(*boolNode); ok && b.op == "AND" {
		for _, child := range b.nodes {
			c.filters(child, cl)
		}
		return
	}
	if hasWindow(n) {
		cl.windows = append(cl.windows, n)
		return
	}
	f := c.capture(func() { c.condition(n) })
	if hasAggregate(n) {
		cl.grouped = true
		cl.having = append(cl.having, f)
		return
	}
	cl.where = append(cl.where, f)
}

// selectable writes an expression for the select list, where a condition needs a
// CASE on databases whose conditions are no values.
func (c *Compiler) selectable(n Node) {
	if isCondition(n) {
		c.condition(n)
		return
	}
	c.Node(n)
}

// isCondition tells whether n is a condition rather than a value.
func isCondition(n Node) bool {
	switch n.(type) {
	case *boolNode, *notNode, *cmpNode, *tupleCmpNode, *tupleInNode, *betweenNode, *nullNode, *inNode, *anyNode:
		return true
	}
	return false
}

// selectModel writes the columns of the model and of related ones.
func (c *Compiler) selectModel(q *query, cl *clauses, p *plan) {
	skip, err := q.skipped()
	if err != nil {
		c.Fail(err)
		return
	}
	c.addPart(q.m.root, top, nil, skip, cl, p)
	index := map[*Path]int{q.m.root: 0}
	for _, path := range q.related {
		if err := c.addRelated(path, index, skip, cl, p); err != nil {
			c.Fail(err)
			return
		}
	}
}

func (c *Compiler) addRelated(path *Path, index map[*Path]int, skip fieldSet, cl *clauses, p *plan) error {
	if _, done := index[path]; done {
		return nil
	}
	if path.parent == nil {
		return fmt.Errorf("orm: SelectRelated: %s is no relation of %s", path, cl.sel.top)
	}
	if err := c.addRelated(path.parent, index, skip, cl, p); err != nil {
		return err
	}
	r, err := path.relation()
	if err != nil {
		return err
	}
	if r.Many() {
		return fmt.Errorf("orm: SelectRelated(%s): the relation has many rows; use Prefetch", path)
	}
	if r.Kind == GenericBack {
		return fmt.Errorf("orm: SelectRelated(%s): it is for conditions; contenttypes.PrefetchTargets fetches the objects", path)
	}
	if path.filtered() {
		return fmt.Errorf("orm: SelectRelated(%s): %w", path, errFilteredRows)
	}
	index[path] = len(p.parts)
	c.addPart(path, index[path.parent], r, skip, cl, p)
	return nil
}

// addPart adds the columns of the model at path.
func (c *Compiler) addPart(path *Path, parent int, r *Relation, skip fieldSet, cl *clauses, p *plan) {
	m := mustTarget(path)
	if err := m.link(); err != nil {
		c.Fail(err)
		return
	}
	pt := part{m: m, path: path, start: len(cl.list), parent: parent, rel: r, key: -1}
	plan := m.rowSteps()
	if skip == nil {
		pt.steps = plan
	}
	for _, st := range plan {
		if skip.has(path, st.field) {
			continue
		}
		if skip != nil {
			pt.steps = append(pt.steps, st)
		}
		if st.field == m.PK {
			pt.key = len(cl.list)
		}
		cl.list = append(cl.list, c.capture(func() { c.column(path, st.field) }))
	}
	pt.findKeys()
	if pt.key < 0 {
		c.Fail(fmt.Errorf("orm: %s has no primary key among its columns", m.Label()))
	}
	p.parts = append(p.parts, pt)
}

// findKeys notes which steps read a key that can hold the row it points to.
func (pt *part) findKeys() {
	for _, st := range pt.steps {
		if st.field.typed {
			pt.keys = append(pt.keys, st)
		}
	}
}

// fieldSet holds columns that are not fetched; nil is none.
type fieldSet map[fieldAt]bool

type fieldAt struct {
	path *Path
	f    *Field
}

func (s fieldSet) has(path *Path, f *Field) bool { return s != nil && s[fieldAt{path, f}] }

// skipped returns the columns that Only and Defer leave out.
func (q *query) skipped() (fieldSet, error) {
	if len(q.only) == 0 && len(q.deferred) == 0 {
		return nil, nil
	}
	skip := fieldSet{}
	if len(q.only) > 0 {
		keep := fieldSet{}
		models := map[*Path]bool{q.m.root: false}
		for _, col := range q.only {
			f, err := col.fetched()
			if err != nil {
				return nil, err
			}
			path := col.path.owner()
			keep[fieldAt{path, f}] = true
			models[path] = true
		}
		for path := range models {
			for _, st := range mustTarget(path).rowSteps() {
				skip[fieldAt{path, st.field}] = !keep[fieldAt{path, st.field}]
			}
		}
		for _, path := range q.related { // the keys that joins begin at stay
			if r, err := path.relation(); err == nil && r.Field != nil && !r.Reverse {
				delete(skip, fieldAt{path.parent, r.Field})
			}
		}
	}
	for _, col := range q.deferred {
		f, err := col.fetched()
		if err != nil {
			return nil, err
		}
		skip[fieldAt{col.path.owner(), f}] = true
	}
	for at := range skip {
		if at.f.PrimaryKey {
			delete(skip, at)
		}
	}
	return skip, nil
}

// fetched returns the field of a column that Only or Defer names.
func (n *colNode) fetched() (*Field, error) {
	if n.path.filtered() {
		return nil, fmt.Errorf("orm: Only and Defer of %s: %w", n.path, errFilteredRows)
	}
	return n.field()
}

// finish puts the statement together.
func (c *Compiler) finish(q *query, cl *clauses) {
	if q.none {
		cl.where = append(cl.where, fragment{sql: "1 = 0"})
	}
	c.orders(q, cl)
	if cl.grouped {
		c.groups(q, cl)
	}
	on := c.captureAll(q.on)
	if len(on) > 0 && !c.d.Features.DistinctOn {
		c.Unsupported("DISTINCT ON", "use a subquery with a window function")
	}
	c.SQL("SELECT ")
	if q.distinct {
		c.SQL("DISTINCT ")
		if len(on) > 0 {
			c.SQL("ON (")
			c.list(on, ", ")
			c.SQL(") ")
		}
	}
	if len(cl.list) == 0 {
		c.SQL("1")
	}
	c.list(cl.list, ", ")
	c.SQL(" FROM ")
	c.tables(cl.sel)
	c.clause(" WHERE ", cl.where, " AND ")
	c.clause(" GROUP BY ", cl.group, ", ")
	c.clause(" HAVING ", cl.having, " AND ")
	c.clause(" ORDER BY ", cl.order, ", ")
	c.limits(q)
	c.locks(q, cl.sel)
}

func (c *Compiler) captureAll(nodes []Node) []fragment {
	out := make([]fragment, len(nodes))
	for i, n := range nodes {
		out[i] = c.capture(func() { c.Node(n) })
	}
	return out
}

func (c *Compiler) list(fs []fragment, sep string) {
	for i, f := range fs {
		if i > 0 {
			c.SQL(sep)
		}
		c.fragment(f)
	}
}

func (c *Compiler) clause(keyword string, fs []fragment, sep string) {
	if len(fs) > 0 {
		c.SQL(keyword)
		c.list(fs, sep)
	}
}

// groups writes GROUP BY: what is selected beside aggregates, and what the order
// and HAVING need. Where the database knows that a key decides the other columns
// of its table, the key alone.
func (c *Compiler) groups(q *query, cl *clauses) {
	seen := map[string]bool{}
	add := func(f fragment) {
		if key := f.sql + argsKey(f.args); !seen[key] {
			seen[key] = true
			if at := c.selected(cl, f); at > 0 && len(f.args) > 0 {
				f = fragment{sql: strconv.Itoa(at)} // two parameters are not known to be equal
			}
			cl.group = append(cl.group, f)
		}
	}
	switch {
	case q.values != nil:
		if q.values.groupsRows(q) {
			add(c.capture(func() { c.column(q.m.root, q.m.PK) }))
		}
		for _, f := range cl.values {
			add(f)
		}
	case c.d.Features.GroupByKey:
		add(c.capture(func() { c.column(q.m.root, q.m.PK) }))
		for _, path := range q.related {
			for ; path.parent != nil; path = path.parent {
				add(c.capture(func() { c.keyOfTable(path) }))
			}
		}
	default:
		for _, f := range cl.groupable {
			add(f)
		}
	}
	for _, st := range q.steps {
		switch {
		case st.ann != nil && !st.hidden && !hasAggregate(st.ann.n) && (q.values == nil || q.values.keeps(st.ann)):
			add(cl.sel.refs[st.ann])
		case st.filter != nil && hasAggregate(st.filter):
			c.groupColumns(st.filter, add)
		}
	}
	for _, o := range c.resolved(q) {
		if !hasAggregate(o.n) && q.values == nil {
			c.groupColumns(o.n, add)
		} else if !hasAggregate(o.n) {
			add(c.capture(func() { c.Node(o.n) }))
		}
	}
	if len(cl.group) == 0 && q.values == nil {
		c.Fail(fmt.Errorf("orm: nothing to group the rows of %s by", q.m.Label()))
	}
}

// keyOfTable writes the key of the joined table at path, where [Compiler.column]
// would write the equal column of the table before it.
func (c *Compiler) keyOfTable(path *Path) {
	at, err := c.sel.joinPath(path)
	if err != nil {
		c.Fail(err)
		return
	}
	c.Ident(c.sel.aliasOf(at))
	c.buf.WriteByte('.')
	c.Ident(mustTarget(path).PK.Column)
}

// groupColumns adds the columns that stand outside of aggregates.
func (c *Compiler) groupColumns(n Node, add func(fragment)) {
	if a, ok := n.(aggregating); ok && a.aggregates() {
		return
	}
	if col, ok := n.(*colNode); ok {
		add(c.capture(func() { c.Node(col) }))
		return
	}
	n.walk(func(child Node) { c.groupColumns(child, add) })
}

func argsKey(args []any) string {
	if len(args) == 0 {
		return ""
	}
	return fmt.Sprint(args...)
}
