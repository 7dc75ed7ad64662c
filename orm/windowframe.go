package orm

import (
	"errors"
	"strconv"
)

// Bound is one end of a frame.
type Bound struct {
	unbounded bool
	offset    int
}

// Unbounded is the end of the partition: its first row as the start of a frame,
// its last as the end.
func Unbounded() Bound { return Bound{unbounded: true} }

// CurrentRow is the current row, and in a [ValueRange] its equals.
func CurrentRow() Bound { return Bound{} }

// Preceding is n rows, or n in value, before the current row.
func Preceding(n int) Bound { return Bound{offset: -n} }

// Following is n rows, or n in value, after the current row.
func Following(n int) Bound { return Bound{offset: n} }

// FrameExclusion is what is left out of a frame.
type FrameExclusion uint8

// What a frame can leave out. MySQL and MariaDB leave out nothing.
const (
	ExcludeNothing FrameExclusion = iota
	ExcludeCurrentRow
	ExcludeGroup // the current row and its equals
	ExcludeTies  // the equals of the current row
)

var exclusions = [...]string{"NO OTHERS", "CURRENT ROW", "GROUP", "TIES"}

// Frame is the part of a partition that a window function sees.
type Frame struct {
	unit       string
	start, end Bound
	exclude    FrameExclusion
}

// RowRange is a frame counted in rows.
func RowRange(start, end Bound) *Frame { return &Frame{unit: "ROWS", start: start, end: end} }

// ValueRange is a frame by the value of the order, which must have one key.
func ValueRange(start, end Bound) *Frame { return &Frame{unit: "RANGE", start: start, end: end} }

// Excluding returns the frame without some of its rows.
func (f *Frame) Excluding(e FrameExclusion) *Frame {
	n := *f
	n.exclude = e
	return &n
}

func (c *Compiler) frame(f *Frame) {
	if int(f.exclude) >= len(exclusions) || f.start.offset > f.end.offset && !f.start.unbounded && !f.end.unbounded {
		c.Fail(errors.New("orm: a frame ends before it begins"))
		return
	}
	c.SQL(f.unit + " BETWEEN " + f.start.sql("PRECEDING") + " AND " + f.end.sql("FOLLOWING"))
	if f.exclude != ExcludeNothing {
		if c.mysql() {
			c.Unsupported("EXCLUDE in frames", "")
			return
		}
		c.SQL(" EXCLUDE " + exclusions[f.exclude])
	}
}

func (b Bound) sql(side string) string {
	switch {
	case b.unbounded:
		return "UNBOUNDED " + side
	case b.offset < 0:
		return strconv.Itoa(-b.offset) + " PRECEDING"
	case b.offset > 0:
		return strconv.Itoa(b.offset) + " FOLLOWING"
	}
	return "CURRENT ROW"
}
