package migrations

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// State is what the models are at one point of the history (Django's ProjectState).
// The zero value is not usable: see [NewState]. It is used by one goroutine.
type State struct {
	models map[string]*orm.ModelState // by label in lower case; never changed in place
	order  []string                   // labels in lower case, in the order in which they were added
	made   *orm.ModelSet
}

// NewState returns a state of models.
func NewState(models ...*orm.ModelState) *State {
	s := &State{models: map[string]*orm.ModelState{}}
	for _, m := range models {
		s.put(m)
	}
	return s
}

// StateOf returns the state of the models of a program.
func StateOf(models []*orm.Meta) (*State, error) {
	s := NewState()
	for _, m := range models {
		state, err := m.State()
		if err != nil {
			return nil, err
		}
		s.put(state)
	}
	return s, nil
}

func key(app, name string) string { return strings.ToLower(app + "." + name) }

func (s *State) put(m *orm.ModelState) {
	k := key(m.App, m.Name)
	if s.models[k] == nil {
		s.order = append(s.order, k)
	}
	s.models[k], s.made = m, nil
}

func (s *State) remove(k string) {
	delete(s.models, k)
	s.order = slices.DeleteFunc(s.order, func(o string) bool { return o == k })
	s.made = nil
}

// Clone returns a copy: what is done to it leaves s alone.
func (s *State) Clone() *State {
	return &State{models: maps.Clone(s.models), order: slices.Clone(s.order), made: s.made}
}

// All returns the models in the order in which they were made. They must not be changed.
func (s *State) All() []*orm.ModelState {
	out := make([]*orm.ModelState, len(s.order))
	for i, k := range s.order {
		out[i] = s.models[k]
	}
	return out
}

// Model returns a model, which must not be changed, and whether there is one. Names
// are compared without regard to case.
func (s *State) Model(app, name string) (*orm.ModelState, bool) {
	m, ok := s.models[key(app, name)]
	return m, ok
}

// ModelByLabel is [State.Model] for "shop.Record".
func (s *State) ModelByLabel(label string) (*orm.ModelState, bool) {
	m, ok := s.models[strings.ToLower(label)]
	return m, ok
}

// Models returns the models as the ORM knows them, whose rows are records.
func (s *State) Models() *orm.ModelSet {
	if s.made == nil {
		s.made = orm.NewModels(s.All())
	}
	return s.made
}

// change replaces a model by a copy that f has changed.
func (s *State) change(app, name string, f func(m *orm.ModelState) error) error {
	m, ok := s.Model(app, name)
	if !ok {
		return fmt.Errorf("there is no model %s.%s at this point of the history", app, name)
	}
	c := cloneModel(m)
	if err := f(c); err != nil {
		return err
	}
	s.put(c)
	return nil
}

// cloneModel returns a copy whose lists can be changed.
func cloneModel(m *orm.ModelState) *orm.ModelState {
	c := *m
	c.Fields, c.Bases = slices.Clone(m.Fields), slices.Clone(m.Bases)
	c.Indexes, c.Constraints = slices.Clone(m.Indexes), slices.Clone(m.Constraints)
	c.UniqueTogether = slices.Clone(m.UniqueTogether)
	return &c
}

// changeAll replaces every model that f changes.
func (s *State) changeAll(f func(m *orm.ModelState)) {
	for _, k := range s.order {
		c := cloneModel(s.models[k])
		f(c)
		s.models[k] = c
	}
	s.made = nil
}

// fieldIndex returns where a field stands in its model.
func fieldIndex(m *orm.ModelState, name string) (int, error) {
	i := slices.IndexFunc(m.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return 0, fmt.Errorf("%s has no field %q at this point of the history", m.Label(), name)
	}
	return i, nil
}

// fieldOf returns a field of a model.
func fieldOf(m *orm.ModelState, name string) (*Field, bool) {
	i, err := fieldIndex(m, name)
	if err != nil {
		return nil, false
	}
	return &m.Fields[i], true
}

// labelIn returns the label of a model that another one of app names, in full.
func labelIn(app, label string) string {
	if label != "" && !strings.Contains(label, ".") {
		return app + "." + label
	}
	return label
}
