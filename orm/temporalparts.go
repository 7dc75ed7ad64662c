package orm

import (
	"math"
	"slices"
	"time"

	"github.com/nuages-web/nuages/civil"
)

// beyondParts writes a comparison of a part with a number that no part can be, such as
// the year 3000000000, which databases don't even take.
func (c *Compiler) beyondParts(n *cmpNode, x int64) bool {
	if x == int64(int32(x)) {
		return false
	}
	greater := n.op == ">" || n.op == ">="
	c.Node(And(isNull(n.left, false), Pred{constNode(n.op == "<>" || n.op != "=" && greater == (x < 0))}).n)
	return true
}

// withinPart returns the bound of a range of parts, or the last number that it may be
// where it is beyond.
func withinPart(n Node) Node {
	if v, ok := n.(*valNode); ok {
		if x, ok := v.v.(int64); ok {
			return &valNode{v: max(math.MinInt32, min(x, math.MaxInt32)), f: v.f}
		}
	}
	return n
}

// withinParts leaves out what no part can be.
func (n *inNode) withinParts() *inNode {
	values, ok := n.values.([]int64)
	beyond := func(x int64) bool { return x != int64(int32(x)) }
	if !ok || !slices.ContainsFunc(values, beyond) {
		return n
	}
	return newIn(n.left, slices.DeleteFunc(slices.Clone(values), beyond))
}

// yearBounds writes a comparison with a year by the first and last moment of the
// year, so that an index on the column serves (Django's YearLookup).
func (c *Compiler) yearBounds(n *extractNode, op string, year int64) bool {
	if n.part != PartYear && n.part != PartISOYear || year < 1 || year > 9999 {
		return false
	}
	first := time.Date(int(year), 1, 1, 0, 0, 0, 0, c.zoneOf(n.value))
	after := time.Date(int(year)+1, 1, 1, 0, 0, 0, 0, c.zoneOf(n.value))
	if n.part == PartISOYear {
		first, after = isoYear(first), isoYear(after)
	}
	var low, high any = first.UTC(), after.Add(-time.Microsecond).UTC()
	if n.of == temporalDay {
		low, high = civil.DateOf(first), civil.DateOf(after).AddDays(-1)
	}
	c.guarded(n.value, nil, func() {
		c.Node(n.value)
		switch op {
		case "=":
			c.SQL(" BETWEEN ")
			c.value(low)
			c.SQL(" AND ")
			c.value(high)
		case ">", "<=":
			c.SQL(" " + op + " ")
			c.value(high)
		default:
			c.SQL(" " + op + " ")
			c.value(low)
		}
	})
	return true
}

// isoYear returns the Monday of the first ISO week of the year of t, 1 January:
// the week with 4 January.
func isoYear(t time.Time) time.Time {
	fourth := t.AddDate(0, 0, 3)
	return fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
}
