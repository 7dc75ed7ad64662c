package orm

import (
	"fmt"
	"sync"
)

// Path is a way along relations, beginning at a model: what Django writes as
// "category__parent". There is one Path for each way, so pointers can be compared.
// Generated code makes them; they are safe for concurrent use.
type Path struct {
	model  *Meta // at the root only
	parent *Path
	name   string
	mu     sync.RWMutex
	steps  map[string]*Path
	fields any             // the generated descriptor of this path
	make   any             // what made it, a func(*Path) F
	rel    *Relation       // once resolved
	filter *relationFilter // of the last step, where it is a filtered relation
	within bool            // a step of the path is one
}

// Step returns the path one relation further. Whether there is such a relation
// shows when a query is compiled, after all models are known.
func (p *Path) Step(name string) *Path {
	p.mu.RLock()
	s := p.steps[name]
	p.mu.RUnlock()
	if s != nil {
		return s
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s = p.steps[name]; s != nil {
		return s
	}
	s = &Path{parent: p, name: name, within: p.within}
	if p.steps == nil {
		p.steps = map[string]*Path{}
	}
	p.steps[name] = s
	return s
}

// root returns the path of the model that the path begins at.
func (p *Path) root() *Path {
	for p.parent != nil {
		p = p.parent
	}
	return p
}

// relation resolves the last step; nil at the root.
func (p *Path) relation() (*Relation, error) {
	if p.parent == nil {
		return nil, nil
	}
	p.mu.RLock()
	r := p.rel
	p.mu.RUnlock()
	if r != nil {
		return r, nil
	}
	from, err := p.parent.target()
	if err != nil {
		return nil, err
	}
	if err := from.link(); err != nil {
		return nil, err
	}
	if p.filter != nil {
		if r, err = p.filteredRelation(); err != nil {
			return nil, err
		}
	} else if r = from.relations[p.name]; r == nil {
		return nil, fmt.Errorf("orm: %s has no relation %q", from.Label(), p.name)
	}
	p.mu.Lock()
	p.rel = r
	p.mu.Unlock()
	return r, nil
}

// target returns the model that the path leads to.
func (p *Path) target() (*Meta, error) {
	if p.parent == nil {
		return p.model, nil
	}
	r, err := p.relation()
	if err != nil {
		return nil, err
	}
	return r.To, nil
}

// owner returns the path of the rows that hold the columns at p: the child's, where
// p is its way to a parent model.
func (p *Path) owner() *Path {
	for p.parent != nil {
		if r, err := p.relation(); err != nil || r.Reverse || !r.ParentLink {
			break
		}
		p = p.parent
	}
	return p
}

// under tells whether p is top or lies below it.
func (p *Path) under(top *Path) bool {
	for ; p != nil; p = p.parent {
		if p == top {
			return true
		}
	}
	return false
}

// String returns "shop.Product" or "shop.Product: category__parent".
func (p *Path) String() string {
	if p.parent == nil {
		return p.model.Label()
	}
	if p.parent.parent == nil {
		return p.parent.String() + ": " + p.name
	}
	return p.parent.String() + "__" + p.name
}

// SubFields returns the generated descriptor of the relation name seen from p, and
// makes it with mk when it is asked for the first time. Generated code uses it.
//
// F is a pointer, so that its code is compiled once for all descriptors.
func SubFields[F any](p *Path, name string, mk func(*Path) F) F {
	s := p.Step(name)
	s.mu.RLock()
	f, ok := s.fields.(F)
	s.mu.RUnlock()
	if ok {
		return f
	}
	f = mk(s)
	s.mu.Lock()
	s.fields, s.make = f, mk
	s.mu.Unlock()
	return f
}
