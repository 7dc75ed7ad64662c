package orm

import (
	"context"
	"fmt"
	"slices"
)

// Query is a query of rows of T: a value that is built in steps, each of which
// returns a new query and leaves the old one as it was. It may be kept, shared
// between goroutines and used again. Nothing is asked of the database before one
// of the methods that take a context; a mistake made in a step is returned there.
type Query[T any] = QueryOf[*T]

// QueryOf is [Query] by the type of its rows, which is a pointer: Query[Product] is
// QueryOf[*Product]. So the compiler makes the code of its methods once for all
// models, and for each model only a call of it.
type QueryOf[P any] struct{ q *query }

// query is what a Query[T] holds, whatever T is.
type query struct {
	m        *Meta
	steps    []step
	groups   int // Filter calls so far
	order    []Order
	ordered  bool // OrderBy was called, if only with nothing
	reversed bool
	limit    int // -1: none
	offset   int
	distinct bool
	on       []Node // DISTINCT ON
	related  []*Path
	prefetch []Prefetcher
	only     []*colNode
	deferred []*colNode
	using    string
	lock     *LockOptions
	none     bool
	mode     FetchMode
	values   *valuesOf
	combined *combination
	filtered []*Path // filtered relations
	err      error
}

// step is a filter or an annotation, in the order in which they were given: that
// decides which joins they share.
type step struct {
	filter Node
	group  int
	ann    *annotation
	hidden bool // an annotation that is not selected (alias)
}

// Objects returns the query of all rows of a model, which are of type P, a pointer.
// Generated code makes the model's manager with it.
//
//go:noinline
func Objects[P any](m *Meta) *QueryOf[P] { return &QueryOf[P]{&query{m: m, limit: -1}} }

// with returns a copy of the query that f has changed. Slices are clipped, so that
// appending to the copy leaves the original alone.
func (q *query) with(f func(q *query)) *query {
	n := *q
	n.steps = slices.Clip(n.steps)
	n.related = slices.Clip(n.related)
	n.prefetch = slices.Clip(n.prefetch)
	n.only = slices.Clip(n.only)
	n.deferred = slices.Clip(n.deferred)
	f(&n)
	return &n
}

func (q *query) fail(err error) {
	if q.err == nil {
		q.err = err
	}
}

func (q *query) filter(preds []Pred, negate bool) *query {
	p := And(preds...)
	if negate {
		p = Not(p)
	}
	if p.n == nil {
		return q
	}
	return q.with(func(q *query) {
		if q.sliced() {
			q.fail(fmt.Errorf("orm: Filter after Limit or Offset: filter first"))
		}
		if q.combined != nil {
			q.fail(fmt.Errorf("orm: Filter after a union: filter the queries that go into it"))
		}
		q.groups++
		q.steps = append(q.steps, step{filter: p.n, group: q.groups})
	})
}

func (q *query) sliced() bool { return q.limit >= 0 || q.offset > 0 }

// Filter keeps the rows that fit all conditions. Conditions of one call on the same
// to-many relation speak of the same related row; those of two calls need not
// (Django's rule). Without conditions it returns the query as it is.
//
//go:noinline
func (q *QueryOf[P]) Filter(preds ...Pred) *QueryOf[P] { return &QueryOf[P]{q.q.filter(preds, false)} }

// Exclude leaves out the rows that fit all conditions.
//
//go:noinline
func (q *QueryOf[P]) Exclude(preds ...Pred) *QueryOf[P] { return &QueryOf[P]{q.q.filter(preds, true)} }

// Lookup keeps the rows that fit a lookup in Django's notation, such as
// "category__name__icontains". For lookups that come from outside see
// [AllowLookups].
//
//go:noinline
func (q *QueryOf[P]) Lookup(lookup string, value any) *QueryOf[P] {
	return &QueryOf[P]{q.q.filter([]Pred{q.q.lookup(lookup, value)}, false)}
}

// OrderBy orders the rows, and forgets any order that the query had; without
// arguments the rows come as the database likes.
//
//go:noinline
func (q *QueryOf[P]) OrderBy(orders ...Order) *QueryOf[P] { return &QueryOf[P]{q.q.orderBy(orders)} }

// Order orders by names in Django's notation: "name", "-created",
// "category__name", an annotation, or "?" for a random order.
//
//go:noinline
func (q *QueryOf[P]) Order(names ...string) *QueryOf[P] {
	orders := make([]Order, len(names))
	for i, name := range names {
		orders[i] = Order{name: name}
	}
	return &QueryOf[P]{q.q.orderBy(orders)}
}

func (q *query) orderBy(orders []Order) *query {
	return q.with(func(q *query) {
		if q.sliced() {
			q.fail(fmt.Errorf("orm: OrderBy after Limit or Offset: order first"))
		}
		q.order, q.ordered, q.reversed = slices.Clone(orders), true, false
	})
}

// Reverse turns the order round.
//
//go:noinline
func (q *QueryOf[P]) Reverse() *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) { q.reversed = !q.reversed })}
}

// Annotate adds the values of expressions to each row; read them with [Ann.Of].
//
//go:noinline
func (q *QueryOf[P]) Annotate(anns ...Annotation) *QueryOf[P] {
	return &QueryOf[P]{q.q.annotate(anns, false)}
}

// Alias names expressions for later conditions and orders without selecting them.
//
//go:noinline
func (q *QueryOf[P]) Alias(anns ...Annotation) *QueryOf[P] {
	return &QueryOf[P]{q.q.annotate(anns, true)}
}

func (q *query) annotate(anns []Annotation, hidden bool) *query {
	return q.with(func(q *query) {
		for _, a := range anns {
			ann := a.annotation()
			if err := q.checkName(ann.name); err != nil {
				q.fail(err)
			}
			if ann.path != nil {
				q.addFiltered(ann)
				continue
			}
			q.steps = append(q.steps, step{ann: ann, hidden: hidden})
		}
	})
}

// Limit returns at most n rows; negative is no limit.
//
//go:noinline
func (q *QueryOf[P]) Limit(n int) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) { q.limit = max(n, -1) })}
}

// Offset leaves out the first n rows.
//
//go:noinline
func (q *QueryOf[P]) Offset(n int) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) {
		if n < 0 {
			q.fail(fmt.Errorf("orm: Offset(%d): it counts from the first row", n))
		}
		q.offset = n
	})}
}

// Distinct leaves out equal rows; with expressions, all but the first row of those
// that are equal in them (PostgreSQL only; order by them first).
//
//go:noinline
func (q *QueryOf[P]) Distinct(on ...AnyExpr) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) {
		q.distinct, q.on = true, nil
		for _, e := range on {
			q.on = append(q.on, e.node())
		}
	})}
}

// RelatedPath is a relation seen from a model: a descriptor's method gives it.
type RelatedPath interface{ relPath() *Path }

// SelectRelated fetches the rows that keys point to with the same statement, by
// joins; their Obj then returns them.
//
//go:noinline
func (q *QueryOf[P]) SelectRelated(relations ...RelatedPath) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) {
		for _, r := range relations {
			q.related = append(q.related, r.relPath())
		}
	})}
}

// Prefetch fetches related rows with one statement more for each relation,
// however many rows there are. See [With] for the rows to fetch.
//
//go:noinline
func (q *QueryOf[P]) Prefetch(relations ...Prefetcher) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) { q.prefetch = append(q.prefetch, relations...) })}
}

// Only fetches these columns and the key; the rest is left zero, and Save leaves it
// alone. See [Deferred].
//
//go:noinline
func (q *QueryOf[P]) Only(columns ...AnyExpr) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) { q.only = q.columns("Only", columns) })}
}

// Defer leaves these columns out; see [Query.Only].
//
//go:noinline
func (q *QueryOf[P]) Defer(columns ...AnyExpr) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) { q.deferred = append(q.deferred, q.columns("Defer", columns)...) })}
}

// columns returns the columns among expressions, and notes an error for others.
func (q *query) columns(method string, exprs []AnyExpr) []*colNode {
	var cols []*colNode
	for _, e := range exprs {
		col, ok := e.node().(*colNode)
		if !ok {
			q.fail(fmt.Errorf("orm: %s takes columns, not other expressions", method))
			continue
		}
		cols = append(cols, col)
	}
	return cols
}

// Using takes the database of that alias.
//
//go:noinline
func (q *QueryOf[P]) Using(alias string) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) { q.using = alias })}
}

// SelectForUpdate locks the rows until the end of the transaction; nil is the plain
// lock. SQLite locks the whole database for a transaction anyway, and ignores it.
//
//go:noinline
func (q *QueryOf[P]) SelectForUpdate(opts *LockOptions) *QueryOf[P] {
	if opts == nil {
		opts = &LockOptions{}
	}
	return &QueryOf[P]{q.q.with(func(q *query) { q.lock = opts })}
}

// LockOptions says how [Query.SelectForUpdate] locks.
type LockOptions struct {
	NoWait     bool          // fail with ErrLockNotAvailable where a row is locked
	SkipLocked bool          // leave locked rows out
	NoKey      bool          // allow others to refer to the rows (PostgreSQL)
	Of         []RelatedPath // lock only the rows of these relations, and of Self
	Self       bool          // with Of: the model's own rows too
}

// None returns a query that has no rows and asks nothing of the database.
//
//go:noinline
func (q *QueryOf[P]) None() *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) { q.none = true })}
}

// FetchMode says what the Get of a key does where the row was not fetched with the
// query; see [FetchMode].
//
//go:noinline
func (q *QueryOf[P]) FetchMode(mode FetchMode) *QueryOf[P] {
	return &QueryOf[P]{q.q.with(func(q *query) { q.mode = mode })}
}

// SQL returns the statement that All would run on the database of ctx.
//
//go:noinline
func (q *QueryOf[P]) SQL(ctx context.Context) (Statement, error) {
	s, err := sessionFor(ctx, q.q.using, q.q.m, false)
	if err != nil {
		return Statement{}, err
	}
	p, err := q.q.compile(s)
	if err != nil {
		return Statement{}, err
	}
	return p.statement, nil
}

// core gives functions of this package the query without its type.
func (q *QueryOf[P]) core() *query { return q.q }

// AnyQuery is a query of rows of any type, as subqueries and unions take.
type AnyQuery interface{ core() *query }
