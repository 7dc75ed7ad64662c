package orm

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// A query that differs from an earlier one in its values only is not compiled
// again: the shape of a query is all that its SQL depends on, written as bytes.
// Nodes that have no method shape make a query that is compiled each time.

// shaped is a node whose shape can be told.
type shaped interface {
	Node
	// shape writes everything that the node's SQL depends on, and notes its
	// slots in the order of its own choice.
	shape(s *shape)
}

// slot is a node that writes one placeholder, for a value that is no part of the
// shape.
type slot interface {
	Node
	slotArg(d *Dialect) (any, error)
}

// shape is the shape of one query.
type shape struct {
	key   []byte
	slots []slot
	d     *Dialect
	ok    bool
}

func (s *shape) byte(b byte) { s.key = append(s.key, b) }

func (s *shape) bool(b bool) {
	if b {
		s.byte(1)
	} else {
		s.byte(0)
	}
}

func (s *shape) pointer(p unsafe.Pointer) {
	b := *(*[unsafe.Sizeof(p)]byte)(unsafe.Pointer(&p))
	s.key = append(s.key, b[:]...)
}

func (s *shape) text(t string) {
	s.count(len(t))
	s.key = append(s.key, t...)
}

func (s *shape) count(n int) {
	s.key = append(s.key, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}

func (s *shape) node(n Node) {
	if x, ok := n.(shaped); ok && s.ok {
		x.shape(s)
		return
	}
	s.ok = false
}

func (s *shape) nodes(tag byte, nodes []Node) {
	s.byte(tag)
	s.count(len(nodes))
	for _, n := range nodes {
		s.node(n)
	}
}

func (n *colNode) shape(s *shape) {
	s.byte('c')
	s.pointer(unsafe.Pointer(n.path))
	s.text(n.name)
}

// shape of a value is its type: decimals are cast, and PostgreSQL is told types.
func (n *valNode) shape(s *shape) {
	if n.v == nil {
		s.byte('0')
	} else if _, null := n.v.(nullable); null {
		s.ok = false
	} else {
		s.byte('v')
		t := reflect.TypeOf(n.v)
		s.pointer((*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1])
	}
	s.slots = append(s.slots, n)
}

func (n *valNode) slotArg(*Dialect) (any, error) { return argument(n.v) }

func (n *cmpNode) shape(s *shape) {
	s.byte('o')
	s.text(n.op)
	s.node(n.left)
	s.node(n.right)
}

func (n *betweenNode) shape(s *shape) {
	s.byte('w')
	s.node(n.left)
	s.node(n.low)
	s.node(n.high)
}

func (n *nullNode) shape(s *shape) {
	s.byte('u')
	s.bool(n.null)
	s.node(n.left)
}

func (n *boolNode) shape(s *shape) {
	s.text(n.op)
	s.nodes('b', n.nodes)
}

func (n *notNode) shape(s *shape) {
	s.byte('!')
	s.node(n.child)
}

func (n *anyNode) shape(s *shape) {
	s.byte('e')
	s.pointer(unsafe.Pointer(n.path))
	s.nodes('b', n.conditions)
}

// shape of a list of values is nothing where it is sent as an array.
func (n *inNode) shape(s *shape) {
	if !n.array || !s.d.Features.Arrays || n.n == 0 {
		s.ok = false
		return
	}
	s.byte('i')
	t := reflect.TypeOf(n.values)
	s.pointer((*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1])
	s.node(n.left)
	s.slots = append(s.slots, n)
}

func (n *likeNode) shape(s *shape) {
	s.byte('l')
	s.text(n.lookup)
	s.node(n.left)
	s.bool(n.right == nil)
	if n.right != nil {
		s.node(n.right)
		return
	}
	s.slots = append(s.slots, n)
}

func (n *annNode) shape(s *shape) {
	s.byte('a')
	s.text(n.a.name)
	s.node(n.a.n)
}

// countSlot is LIMIT or OFFSET.
type countSlot struct {
	leaf
	n int
}

func (n *countSlot) write(c *Compiler)             { c.slot(n) }
func (n *countSlot) slotArg(*Dialect) (any, error) { return int64(n.n), nil }

// shape writes the shape of a query of rows.
func (q *query) shape(s *shape, zone unsafe.Pointer) bool {
	if q.err != nil || q.values != nil || q.combined != nil || q.none || q.lock != nil ||
		len(q.on) > 0 || len(q.only) > 0 || len(q.deferred) > 0 || len(q.filtered) > 0 {
		return false
	}
	s.ok = true
	s.pointer(unsafe.Pointer(s.d))
	s.pointer(zone)
	for _, st := range q.steps {
		if st.ann != nil {
			s.byte('A')
			s.bool(st.hidden)
			s.text(st.ann.name)
			s.node(st.ann.n)
			continue
		}
		s.byte('F')
		s.node(st.filter)
	}
	s.byte('R')
	for _, p := range q.related {
		s.pointer(unsafe.Pointer(p))
	}
	s.byte('O')
	s.bool(q.ordered)
	s.bool(q.reversed)
	s.bool(q.distinct)
	for _, o := range q.order {
		s.bool(o.desc)
		s.byte(byte(o.nulls))
		if o.n == nil {
			s.text(o.name)
			continue
		}
		s.byte('N')
		s.node(o.n)
	}
	s.byte('L')
	s.bool(q.limit >= 0)
	s.bool(q.offset > 0)
	return s.ok
}

// planCache holds the compiled queries of one model by their shape.
type planCache struct {
	mu    sync.RWMutex
	plans map[string]*plan
}

// maxPlans bounds a cache: a program has as many shapes as places that ask, unless
// it builds conditions at random.
const maxPlans = 1000

func (c *planCache) get(key []byte) *plan {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.plans[string(key)]
}

func (c *planCache) put(key []byte, p *plan) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.plans == nil || len(c.plans) >= maxPlans {
		c.plans = map[string]*plan{}
	}
	c.plans[string(key)] = p
}

// slotted is an argument while a plan is compiled for the cache.
type slotted struct {
	slot slot
	arg  any
}

var shapes = sync.Pool{New: func() any { return &shape{} }}

// compile writes the SELECT of whole rows, or takes it from the cache.
func (q *query) compile(s *session) (*plan, error) {
	return q.cached(s, 'S', nil, func(c *Compiler, p *plan) { c.selectRows(q, p) })
}

// cached returns the statement that write writes about q, or takes it from the cache.
// The tag tells kinds of statements apart; more adds to the shape what the statement
// says beside q, or is nil.
func (q *query) cached(s *session, tag byte, more func(*shape), write func(c *Compiler, p *plan)) (*plan, error) {
	sh := shapes.Get().(*shape)
	defer func() {
		clear(sh.slots)
		sh.key, sh.slots = sh.key[:0], sh.slots[:0]
		shapes.Put(sh)
	}()
	sh.d = s.Dialect()
	sh.byte(tag)
	cacheable := q.shape(sh, unsafe.Pointer(s.zone()))
	if cacheable && more != nil {
		more(sh)
		cacheable = sh.ok
	}
	c := Compiler{d: s.Dialect(), loc: s.zone()}
	if cacheable {
		limit, offset := q.countSlots(sh)
		if p := q.m.plans.get(sh.key); p != nil {
			filled, err := p.fill(q, sh)
			if checkPlans && err == nil {
				filled.check(s, write)
			}
			return filled, err
		}
		c.recording, c.limit, c.offset = true, limit, offset
	}
	return q.compileNew(&c, sh, write)
}

// compileNew writes a statement, and keeps it where its shape is known.
func (q *query) compileNew(c *Compiler, sh *shape, write func(c *Compiler, p *plan)) (*plan, error) {
	p := &plan{}
	write(c, p)
	kept := c.recording && c.err == nil && p.keepSlots(c.args, sh)
	if c.recording {
		for i, a := range c.args {
			if x, ok := a.(*slotted); ok {
				c.args[i] = x.arg
			}
		}
	}
	st, err := c.statement()
	if err != nil {
		return nil, err
	}
	p.statement = st
	if kept {
		p.dialect, p.zone = c.d, c.loc
		q.m.plans.put(sh.key, p)
	}
	return p, nil
}

// check panics where a plan from the cache is not what write writes.
func (p *plan) check(s *session, write func(c *Compiler, p *plan)) {
	c := newCompiler(s.Dialect(), s.zone())
	fresh := &plan{}
	write(c, fresh)
	st, err := c.statement()
	sameArgs := len(st.Args) == len(p.statement.Args) && (len(st.Args) == 0 || reflect.DeepEqual(st.Args, p.statement.Args))
	if err != nil || st.SQL != p.statement.SQL || !sameArgs || !slices.Equal(fresh.anns, p.anns) || len(fresh.parts) != len(p.parts) {
		panic(fmt.Sprintf("orm: a cached plan is wrong:\n%s %v\n%s %v %v", p.statement.SQL, p.statement.Args, st.SQL, st.Args, err))
	}
}

// countSlots adds those of LIMIT and OFFSET.
func (q *query) countSlots(sh *shape) (limit, offset *countSlot) {
	if q.limit >= 0 {
		limit = &countSlot{n: q.limit}
		sh.slots = append(sh.slots, limit)
	}
	if q.offset > 0 {
		offset = &countSlot{n: q.offset}
		sh.slots = append(sh.slots, offset)
	}
	return limit, offset
}

// keepSlots notes which slot each argument comes from, and tells whether all come
// from one.
func (p *plan) keepSlots(args []any, sh *shape) bool {
	p.slots = make([]int, len(args))
	for i, a := range args {
		x, ok := a.(*slotted)
		if !ok {
			return false
		}
		at := slices.IndexFunc(sh.slots, func(s slot) bool { return s == x.slot })
		if at < 0 {
			return false
		}
		p.slots[i] = at
	}
	return true
}

// fill returns a cached plan with the values and annotations of q.
func (p *plan) fill(q *query, sh *shape) (*plan, error) {
	n := *p
	if len(p.slots) > 0 {
		n.statement.Args = make([]any, len(p.slots))
	}
	for i, at := range p.slots {
		arg, err := sh.slots[at].slotArg(sh.d)
		if err != nil {
			return nil, err
		}
		n.statement.Args[i] = arg
	}
	if len(p.anns) > 0 {
		n.anns = make([]*annotation, 0, len(p.anns))
		for _, st := range q.steps {
			if st.ann != nil && !st.hidden {
				n.anns = append(n.anns, st.ann)
			}
		}
	}
	return &n, nil
}

// slot writes the placeholder of a slot.
func (c *Compiler) slot(n slot) {
	v, err := n.slotArg(c.d)
	if err != nil {
		c.Fail(err)
		return
	}
	c.slotValue(n, v)
}

// slotValue is slot where the argument has been made.
func (c *Compiler) slotValue(n slot, v any) {
	if c.recording {
		v = &slotted{n, v}
	}
	c.args = append(c.args, v)
	c.buf.WriteByte(0)
}
