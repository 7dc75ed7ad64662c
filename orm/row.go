package orm

import "unsafe"

// rowState is what a row remembers beyond its columns. Rows of one query that
// have nothing of their own share one; see own.
type rowState struct {
	shared  *rowSet
	index   int            // of the row within shared's annotations
	related map[string]any // prefetched relations by name: []*T, or *T
	loaded  []bool         // by field, where some were deferred; nil: all are
}

// rowSet is what rows fetched together have in common.
type rowSet struct {
	using       string // alias of the database
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
	base  unsafe.Pointer // the first row of the chunk
	size  uintptr        // of a row
	n     int            // rows in the chunk
	field *Field
	using string
}
