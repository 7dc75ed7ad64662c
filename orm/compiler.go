package orm

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Compiler writes one statement for one dialect. Backends meet it in
// [Dialect.Write] only.
//
// Clauses are written as fragments in the order in which the query was built,
// since that decides which joins they share, and put together in SQL's order at
// the end. A placeholder is a zero byte until then.
type Compiler struct {
	d    *Dialect
	buf  strings.Builder
	args []any
	err  error
	loc  *time.Location // zone of dates and truncations

	// sel is the SELECT that is being written; it has those around it.
	sel     *selection
	negated bool                     // below an odd number of Not
	bare    bool                     // columns stand without their table, as in constraints
	root    *Path                    // outside of a query, the model whose fields F names; or nil
	rename  func(name string) string // of fields that F names; or nil
	// row writes the value of one row in place of a column, for those it knows.
	row     func(f *Field) Node
	rebased *rebase
	// recording keeps slots beside arguments, so that the plan can be used again.
	recording     bool
	limit, offset *countSlot
}

// selection is one SELECT: the statement's own, or a subquery's.
type selection struct {
	outer *selection
	depth int
	top   *Path // what is selected from
	alias string
	joins []tableJoin
	// reuse is the group of to-many joins that may be used again. The
	// conditions of one Filter call share theirs, those of two calls do not;
	// annotations and orderings share all.
	reuse int
	refs  map[*annotation]fragment
	inner *innerColumns // what is selected from, where that is a subquery
	// filtered are the filtered relations of the query; pinned is the one whose
	// condition is being written, and pinnedAt its join.
	filtered []*Path
	pinned   *Path
	pinnedAt int
}

// tableJoin is one joined table.
type tableJoin struct {
	parent int // index of the join that it hangs on, top for the first table
	hop    *hop
	alias  string
	inner  bool
	group  int
}

const (
	top      = -1
	reuseAll = -1
)

// fragment is a piece of a statement, its placeholders not yet numbered.
type fragment struct {
	sql  string
	args []any
}

func newCompiler(d *Dialect, loc *time.Location) *Compiler {
	if loc == nil {
		loc = time.UTC
	}
	return &Compiler{d: d, loc: loc}
}

// Dialect returns the dialect that is written.
func (c *Compiler) Dialect() *Dialect { return c.d }

// Zone returns the time zone of date functions that were given none.
func (c *Compiler) Zone() *time.Location { return c.loc }

// SQL writes text as it stands. It must never come from outside of the program.
func (c *Compiler) SQL(s string) { c.buf.WriteString(s) }

// Ident writes a name in quotation marks.
func (c *Compiler) Ident(name string) {
	if strings.IndexByte(name, 0) >= 0 {
		c.Fail(fmt.Errorf("orm: a NUL byte in the name %q", name))
		return
	}
	c.buf.WriteString(c.d.Ident(name))
}

// Node writes an expression.
func (c *Compiler) Node(n Node) {
	if n == nil {
		c.Fail(errMissing)
		return
	}
	n.write(c)
}

// Nodes writes expressions with commas between them.
func (c *Compiler) Nodes(nodes []Node) {
	for i, n := range nodes {
		if i > 0 {
			c.buf.WriteString(", ")
		}
		c.Node(n)
	}
}

// Arg writes a placeholder for a value of any type that a field can have.
func (c *Compiler) Arg(v any) {
	v, err := argument(v)
	if err != nil {
		c.Fail(err)
		return
	}
	c.rawArg(v)
}

func (c *Compiler) rawArg(v any) {
	c.args = append(c.args, v)
	c.buf.WriteByte(0)
}

// Fail remembers the first error; the statement will not be run.
func (c *Compiler) Fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.buf.WriteString("NULL")
}

// Unsupported fails because the database has no such thing, and says what to do instead.
func (c *Compiler) Unsupported(what, instead string) {
	if instead != "" {
		instead = "; " + instead
	}
	c.Fail(fmt.Errorf("orm: %s has no %s%s: %w", c.d.Name, what, instead, ErrNotSupported))
}

// capture returns what write writes, apart from what was written before.
func (c *Compiler) capture(write func()) fragment {
	buf, args := c.buf, c.args
	c.buf, c.args = strings.Builder{}, nil
	write()
	f := fragment{c.buf.String(), c.args}
	c.buf, c.args = buf, args
	return f
}

func (c *Compiler) fragment(f fragment) {
	c.buf.WriteString(f.sql)
	c.args = append(c.args, f.args...)
}

// statement numbers the placeholders and returns the whole.
func (c *Compiler) statement() (Statement, error) {
	if c.err != nil {
		return Statement{}, c.err
	}
	s := c.buf.String()
	if len(c.args) == 0 {
		return Statement{SQL: s}, nil
	}
	if limit := c.d.MaxParams; limit > 0 && len(c.args) > limit {
		return Statement{}, fmt.Errorf("orm: the statement has %d parameters, and %s takes %d", len(c.args), c.d.Name, limit)
	}
	out := make([]byte, 0, len(s)+3*len(c.args))
	n := 0
	for {
		i := strings.IndexByte(s, 0)
		if i < 0 {
			break
		}
		out = append(out, s[:i]...)
		s = s[i+1:]
		n++
		if c.d.Dollar {
			out = append(out, '$')
			out = strconv.AppendInt(out, int64(n), 10)
		} else {
			out = append(out, '?')
		}
	}
	out = append(out, s...)
	return Statement{SQL: string(out), Args: c.args}, nil
}

// from begins a SELECT from the model at p.
func (c *Compiler) from(p *Path) (*selection, error) {
	m, err := p.target()
	if err != nil {
		return nil, err
	}
	if err := m.link(); err != nil {
		return nil, err
	}
	s := &selection{outer: c.sel, top: p}
	if c.sel != nil {
		s.depth = c.sel.depth + 1
	}
	s.alias = s.name(m)
	c.sel = s
	return s, nil
}

// name returns the next alias: the table's own name for the first table of the
// statement, T2, T3 … for the others, U0, U1 … in a subquery, V0 … below that.
func (s *selection) name(m *Meta) string {
	n := len(s.joins)
	if s.alias != "" {
		n++
	}
	if s.depth > 0 {
		return string(rune('T'+min(s.depth, 6))) + strconv.Itoa(n)
	}
	if n == 0 {
		return m.Table
	}
	for _, j := range s.joins {
		if j.alias == m.Table {
			return "T" + strconv.Itoa(n+1)
		}
	}
	if m.Table == s.alias {
		return "T" + strconv.Itoa(n+1)
	}
	return m.Table
}

func (s *selection) aliasOf(join int) string {
	if join == top {
		return s.alias
	}
	return s.joins[join].alias
}

func (s *selection) innerAt(join int) bool { return join == top || s.joins[join].inner }

// join returns the table at the end of h seen from parent, joined now or before.
func (s *selection) join(parent int, h *hop) int {
	if i := s.joined(parent, h); i != top {
		return i
	}
	s.joins = append(s.joins, tableJoin{
		parent: parent, hop: h, alias: s.name(h.to), group: s.reuse,
		inner: s.innerAt(parent) && !h.many && !h.nullable,
	})
	return len(s.joins) - 1
}

// joined returns the table at the end of h seen from parent that may be used again,
// or top. Of several it is the last, as in Django.
func (s *selection) joined(parent int, h *hop) int {
	for i := len(s.joins) - 1; i >= 0; i-- {
		j := &s.joins[i]
		if j.parent == parent && j.hop.same(h) && (!h.many || s.reuse == reuseAll || j.group == s.reuse) {
			return i
		}
	}
	return top
}

// joinPath returns the table of the model at p, which lies under s.top.
func (s *selection) joinPath(p *Path) (int, error) {
	if p == s.top {
		return top, nil
	}
	if s.pinned != nil {
		if at, ok := s.pinnedJoin(p); ok {
			return at, nil
		}
	}
	if err := s.knows(p); err != nil {
		return 0, err
	}
	at, err := s.joinPath(p.parent)
	if err != nil {
		return 0, err
	}
	r, err := p.relation()
	if err != nil {
		return 0, err
	}
	for i := range r.hops {
		at = s.join(at, &r.hops[i])
	}
	return at, nil
}

// find returns the innermost selection that p can be reached from.
func (s *selection) find(p *Path) *selection {
	for ; s != nil; s = s.outer {
		if p.under(s.top) {
			return s
		}
	}
	return nil
}

// locate returns the table and column of field f of the model at p, without
// joining a table only for the key that the table before it has too.
func (s *selection) locate(p *Path, f *Field) (int, *Field, error) {
	if p == s.top {
		return top, f, nil
	}
	r, err := p.relation()
	if err != nil {
		return 0, nil, err
	}
	last := &r.hops[len(r.hops)-1]
	if !last.sameKey(f) {
		at, err := s.joinPath(p)
		return at, f, err
	}
	if len(r.hops) == 1 {
		return s.locate(p.parent, last.from)
	}
	at, err := s.joinPath(p.parent)
	if err != nil {
		return 0, nil, err
	}
	for i := range r.hops[:len(r.hops)-1] {
		at = s.join(at, &r.hops[i])
	}
	return at, last.from, nil
}

// column writes the column of field f of the model at p.
func (c *Compiler) column(p *Path, f *Field) {
	p = c.moved(p)
	for f.Model != mustTarget(p) {
		link := mustTarget(p).linkTo(f.Model)
		if link == nil {
			c.Fail(fmt.Errorf("orm: %s has no field %s", p, f))
			return
		}
		p = p.Step(link.Name)
	}
	if c.bare {
		c.bareColumn(p, f)
		return
	}
	s := c.sel.find(p)
	if s == nil {
		c.Fail(fmt.Errorf("orm: %s.%s was used in a query of %s", p, f.Name, c.sel.top))
		return
	}
	at, f, err := s.locate(p, f)
	if err != nil {
		c.Fail(err)
		return
	}
	c.Ident(s.aliasOf(at))
	c.buf.WriteByte('.')
	c.Ident(f.Column)
}

// bareColumn writes a column of the table that a definition is of: one of its own, or
// the key that leads to a related row.
func (c *Compiler) bareColumn(p *Path, f *Field) {
	if p.parent != nil {
		r, err := p.relation()
		if err != nil {
			c.Fail(err)
			return
		}
		key := r.Field
		if p.parent.parent != nil || key == nil || key.Column == "" || r.From != key.Model || r.ToField != f {
			c.Fail(fmt.Errorf("orm: %s.%s stands in a definition of a table, which can name columns of that table only", p, f.Name))
			return
		}
		f = key
	}
	c.Ident(f.Column)
}

// mustTarget returns the model at p, which has been resolved before.
func mustTarget(p *Path) *Meta {
	m, err := p.target()
	if err != nil {
		panic(err)
	}
	return m
}

// tables writes the FROM clause with its joins.
func (c *Compiler) tables(s *selection) {
	c.table(mustTarget(s.top), s.alias)
	c.joinsOf(s)
}

func (c *Compiler) joinsOf(s *selection) {
	for i := range s.joins {
		j := &s.joins[i]
		if j.inner {
			c.SQL(" INNER JOIN ")
		} else {
			c.SQL(" LEFT OUTER JOIN ")
		}
		c.table(j.hop.to, j.alias)
		c.SQL(" ON (")
		if j.hop.filter != nil {
			c.onPinned(s, i)
		} else {
			c.onHop(s.aliasOf(j.parent), j.hop, j.alias)
		}
		c.SQL(")")
	}
}

func (c *Compiler) table(m *Meta, alias string) {
	c.Ident(m.Table)
	if alias != m.Table {
		c.buf.WriteByte(' ')
		c.Ident(alias)
	}
}

func (c *Compiler) onHop(left string, h *hop, right string) {
	c.hopColumn(left, h.from, h)
	c.SQL(" = ")
	c.hopColumn(right, h.into, h)
	if h.extra != nil {
		c.SQL(" AND ")
		h.extra(c, left, right)
	}
	if h.filter != nil {
		c.onFilter(h.filter)
	}
}

// hopColumn writes a column of a join, a number as text where the other is text.
func (c *Compiler) hopColumn(alias string, f *Field, h *hop) {
	cast := h.text && f.Kind != KindString
	if cast {
		c.SQL("CAST(")
	}
	c.Ident(alias)
	c.buf.WriteByte('.')
	c.Ident(f.Column)
	switch {
	case !cast:
	case c.d.Name == "mysql" || c.d.Name == "mariadb":
		c.SQL(" AS CHAR)")
	default:
		c.SQL(" AS TEXT)")
	}
}

// rebasedNode is an expression about one model, used where the model stands at the
// end of a path: the ordering of a related model, the conditions of [Any].
type rebasedNode struct {
	n        Node
	from, to *Path
}

func (n *rebasedNode) walk(f func(Node)) { f(n.n) }
func (n *rebasedNode) write(c *Compiler) {
	outer := c.rebased
	c.rebased = &rebase{n.from, n.to, outer}
	c.condition(n.n)
	c.rebased = outer
}

// rebase is where paths are moved to.
type rebase struct {
	from, to *Path
	outer    *rebase
}

// moved returns where a path leads in the statement that is being written.
func (c *Compiler) moved(p *Path) *Path {
	for r := c.rebased; r != nil; r = r.outer {
		p = r.move(p)
	}
	return p
}

func (r *rebase) move(p *Path) *Path {
	switch {
	case p == r.from:
		return r.to
	case p.parent == nil || p.filter != nil || p.under(r.to):
		return p
	}
	return r.move(p.parent).Step(p.name)
}
