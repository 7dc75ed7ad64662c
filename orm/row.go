package orm

import (
	"reflect"
	"unsafe"
)

// rowState is what a row remembers beyond its columns. Rows of one query that
// have nothing of their own share one.
type rowState struct {
	shared  *rowSet
	index   int                         // of the row within shared's annotations
	related map[string][]unsafe.Pointer // prefetched relations by name
	lists   map[*prefetchList][]unsafe.Pointer
	loaded  fieldSet // fields that were fetched (path nil); nil: all
	own     bool     // not shared with other rows
}

// rowSet is what rows fetched together have in common.
type rowSet struct {
	using       string // alias of the database
	mode        FetchMode
	annotations []annotationColumn
}

// annotationColumn holds the values of one annotation for a chunk of rows.
type annotationColumn struct {
	of     *annotation
	values any // *[]V
}

// link connects a key with the rows that were fetched together with it, so that
// one Get fetches for all of them.
type link struct {
	base  unsafe.Pointer // the key of the first row of the chunk
	size  uintptr        // of a row
	n     int            // rows in the chunk
	field *Field
	using string
	mode  FetchMode
}

// stateOf returns the state of a row, its own one, so that it may be changed.
func stateOf(row unsafe.Pointer, m *Meta) *rowState {
	at := (**rowState)(unsafe.Add(row, m.stateOff))
	switch s := *at; {
	case s == nil:
		*at = &rowState{shared: &rowSet{}, own: true}
	case !s.own:
		n := *s
		n.own, n.related, n.lists = true, nil, nil
		*at = &n
	}
	return *at
}

// peekState returns the state of a row, or nil.
func peekState(row unsafe.Pointer, m *Meta) *rowState {
	if m.stateless {
		return nil
	}
	return *(**rowState)(unsafe.Add(row, m.stateOff))
}

func (s *rowState) keep(relation string, rows []unsafe.Pointer) {
	if s.related == nil {
		s.related = map[string][]unsafe.Pointer{}
	}
	s.related[relation] = rows
}

// pointer returns the row as a *T in an interface.
func (m *Meta) pointer(row unsafe.Pointer) any { return reflect.NewAt(m.Type, row).Interface() }
