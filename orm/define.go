package orm

import "sync"

// linkState is how far a model's relations are known.
type linkState struct {
	once sync.Once
	err  error
}

// link finds the relations of all models. It is called before anything asks for
// one, after the program's packages are initialised.
func (m *Meta) link() error { return m.linked.err }

// linkTo returns the relation to the parent model, or nil (multi-table inheritance).
func (m *Meta) linkTo(parent *Meta) *Relation {
	for _, f := range m.Parents {
		if f.Relation.To == parent || f.Relation.To.linkTo(parent) != nil {
			return f.Relation
		}
	}
	return nil
}
