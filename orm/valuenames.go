package orm

import (
	"fmt"
	"strings"
	"sync"
)

// namedValues are columns by their names, which are looked up when the query runs: in
// variables of packages Values is called before all models are known.
type namedValues struct {
	m        *Meta
	all      bool // all columns
	names    []string
	filtered []*Path // filtered relations of the query
	once     sync.Once
	items    []valueItem
	err      error
}

// columns returns the columns of the rows.
func (v *valuesOf) columns() ([]valueItem, error) {
	n := v.named
	if n == nil {
		return v.items, nil
	}
	n.once.Do(func() {
		if n.all {
			for _, f := range n.m.allFields() {
				n.items = append(n.items, valueItem{f.Attr(), &colNode{path: n.m.root, name: f.Name}, f})
			}
		}
		for _, name := range n.names {
			node, f, err := resolveName(startAmong(n.m.root, n.filtered, name))
			if err != nil {
				n.err = fmt.Errorf("orm: Values(%q): %w", name, err)
				return
			}
			n.items = append(n.items, valueItem{name, node, f})
		}
	})
	return n.items, n.err
}

// allFields returns the fields that have a column, those of parents first.
func (m *Meta) allFields() []*Field {
	if err := m.link(); err != nil {
		return m.Fields
	}
	var out []*Field
	for _, st := range m.rowSteps() {
		out = append(out, st.field)
	}
	return out
}

// resolveName returns the expression that a name in Django's notation means, seen from
// path, and the field whose type it has, or nil; without a name the key of a filtered
// relation.
func resolveName(path *Path, name string) (Node, *Field, error) {
	m, err := path.target()
	if err == nil {
		err = m.link()
	}
	if err != nil {
		return nil, nil, err
	}
	if name == "" && path.filter != nil {
		return column(path, ""), m.PK, nil
	}
	parts := strings.Split(name, "__")
	for i, part := range parts {
		m, err := path.target()
		if err != nil {
			return nil, nil, err
		}
		if err := m.link(); err != nil {
			return nil, nil, err
		}
		f, r := m.byName[part], m.relations[part]
		last := i == len(parts)-1
		switch {
		case r != nil && !last && (f == nil || part == r.Name):
			path = path.Step(r.Name)
		case f != nil && last && f.Kind != KindM2M:
			return &colNode{path: path, name: f.Name}, f, nil
		case f != nil && f.Kind != KindM2M:
			n, err := transformed(&colNode{path: path, name: f.Name}, f, parts[i+1:])
			if k, ok := n.(*jsonKeyNode); ok && !k.text {
				return n, f, err // a document, too
			}
			return n, nil, err
		case r != nil:
			return &colNode{path: path.Step(r.Name)}, r.To.PK, nil
		default:
			return nil, nil, fmt.Errorf("%s has no field %q; it has %s", m.Label(), part, m.choices())
		}
	}
	return nil, nil, fmt.Errorf("no field")
}
