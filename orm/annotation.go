package orm

// annotation is a named expression of a query.
type annotation struct {
	name  string
	n     Node
	chunk func(n int) any // makes *[]V
	read  func(values any, i int, rows Rows, column int)
}
