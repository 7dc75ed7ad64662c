package orm

import "errors"

// Window tells which rows a window function sees from each row.
type Window struct {
	PartitionBy []AnyExpr // the rows that are equal in these; none: all rows
	OrderBy     []Order
	Frame       *Frame // nil: up to the current row where there is an order, else all
}

// overNode is an aggregate or a window function with its window.
type overNode struct {
	call   *aggNode
	window Window
}

// aggregates: rows are not grouped by it.
func (n *overNode) aggregates() bool { return false }
func (n *overNode) windows() bool    { return true }

// walk leaves out the call itself, which is no aggregate of the SELECT.
func (n *overNode) walk(f func(Node)) {
	n.call.walk(f)
	for _, e := range n.window.PartitionBy {
		f(operand(e))
	}
	for _, o := range n.window.OrderBy {
		if o.n != nil {
			f(o.n)
		}
	}
}

func (n *overNode) write(c *Compiler) {
	if n.call.distinct {
		c.Fail(errors.New("orm: DISTINCT in a window function: no database has that"))
		return
	}
	c.aggregate(n.call, &n.window)
}

// hasWindow tells whether n holds a window function. Conditions on one need a
// query around the one that computes it.
func hasWindow(n Node) bool {
	return find(n, func(n Node) bool {
		w, ok := n.(interface{ windows() bool })
		return ok && w.windows()
	})
}

func (c *Compiler) over(w *Window) {
	c.SQL(" OVER (")
	space := ""
	if len(w.PartitionBy) > 0 {
		c.SQL("PARTITION BY ")
		c.Nodes(operands(w.PartitionBy))
		space = " "
	}
	if len(w.OrderBy) > 0 {
		c.SQL(space + "ORDER BY ")
		c.orderKeys(w.OrderBy)
		space = " "
	}
	if w.Frame != nil {
		c.SQL(space)
		c.frame(w.Frame)
	}
	c.SQL(")")
}

// WindowFunc is a function that has a value only over a window.
type WindowFunc[V any] struct{ call aggNode }

func windowFunc[V any](name string, args ...Node) WindowFunc[V] {
	return WindowFunc[V]{aggNode{name: name, args: args}}
}

// Over gives the function its window.
func (f WindowFunc[V]) Over(w Window) NumExpr[V] { return num[V](&overNode{&f.call, w}) }

// RowNumber is the number of the row in its partition, from 1.
func RowNumber() WindowFunc[int64] { return windowFunc[int64]("ROW_NUMBER") }

// Rank is the number of the first of the rows that are equal in the order.
func Rank() WindowFunc[int64] { return windowFunc[int64]("RANK") }

// DenseRank is Rank without gaps.
func DenseRank() WindowFunc[int64] { return windowFunc[int64]("DENSE_RANK") }

// PercentRank is Rank from 0 to 1.
func PercentRank() WindowFunc[float64] { return windowFunc[float64]("PERCENT_RANK") }

// CumeDist is the share of rows up to the current one, its equals included.
func CumeDist() WindowFunc[float64] { return windowFunc[float64]("CUME_DIST") }

// Ntile is the number of the row's bucket, of n of the same size.
func Ntile(n int) WindowFunc[int64] { return windowFunc[int64]("NTILE", positive("Ntile", n)) }

// Lag is the value of the row that stands offset rows before; null where there is
// none.
func Lag[V any](e Operand[V], offset int) WindowFunc[V] {
	return windowFunc[V]("LAG", operand(e), positive("Lag", offset))
}

// LagOr is Lag with a value in place of null.
func LagOr[V any](e Operand[V], offset int, otherwise V) WindowFunc[V] {
	return windowFunc[V]("LAG", operand(e), positive("Lag", offset), &valNode{v: otherwise})
}

// Lead is the value of the row that comes offset rows later; null where there is
// none.
func Lead[V any](e Operand[V], offset int) WindowFunc[V] {
	return windowFunc[V]("LEAD", operand(e), positive("Lead", offset))
}

// LeadOr is Lead with a value in place of null.
func LeadOr[V any](e Operand[V], offset int, otherwise V) WindowFunc[V] {
	return windowFunc[V]("LEAD", operand(e), positive("Lead", offset), &valNode{v: otherwise})
}

// FirstValue is the value of the first row of the frame.
func FirstValue[V any](e Operand[V]) WindowFunc[V] { return windowFunc[V]("FIRST_VALUE", operand(e)) }

// LastValue is the value of the last row of the frame, which is the current one
// where the window has an order and no frame.
func LastValue[V any](e Operand[V]) WindowFunc[V] { return windowFunc[V]("LAST_VALUE", operand(e)) }

// NthValue is the value of row n of the frame, from 1.
func NthValue[V any](e Operand[V], n int) WindowFunc[V] {
	return windowFunc[V]("NTH_VALUE", operand(e), positive("NthValue", n))
}

func positive(what string, n int) Node {
	if n < 1 {
		return &errNode{err: errors.New("orm: " + what + ": the number must be positive")}
	}
	return intNode(n)
}
