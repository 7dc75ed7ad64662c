package orm

import "fmt"

func (q *query) lookup(lookup string, value any) Pred {
	return Pred{&errNode{err: fmt.Errorf("orm: Lookup(%q): lookups in text are not built yet", lookup)}}
}

// transformed applies transforms in Django's notation to a column.
func transformed(n Node, f *Field, names []string) (Node, error) {
	return nil, fmt.Errorf("%s has no transform %q", f, names[0])
}
