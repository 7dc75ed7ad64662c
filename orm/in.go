package orm

import (
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// inNode is left IN (values). No values match nothing.
type inNode struct {
	left   Node
	values any // a slice
	n      int
	at     func(i int) any
	array  bool // values are of a type that databases with arrays take as one
}

// newIn makes left IN values, a slice that is not changed from then on. Values
// are not boxed before the statement is written, and not at all where the
// database takes an array.
func newIn(left Node, values any) *inNode {
	n := &inNode{left: left, values: values, array: true}
	switch v := values.(type) {
	case []int64:
		n.n, n.at = len(v), func(i int) any { return v[i] }
	case []int32:
		n.n, n.at = len(v), func(i int) any { return int64(v[i]) }
	case []string:
		n.n, n.at = len(v), func(i int) any { return v[i] }
	case []uuid.UUID:
		n.n, n.at = len(v), func(i int) any { return v[i] }
	case []time.Time:
		n.n, n.at = len(v), func(i int) any { return v[i] }
	case []any:
		n.n, n.at, n.array = len(v), func(i int) any { return v[i] }, false
	default:
		r := reflect.ValueOf(values)
		n.n, n.at, n.array = r.Len(), func(i int) any { return r.Index(i).Interface() }, false
	}
	return n
}

func (n *inNode) walk(f func(Node)) { f(n.left) }
func (n *inNode) write(c *Compiler) {
	if _, part := n.left.(*extractNode); part {
		n = n.withinParts()
	}
	if n.n == 0 {
		c.SQL("1 = 0")
		return
	}
	c.guarded(n.left, nil, func() {
		if n.array && c.d.Features.Arrays {
			c.Node(n.left)
			c.SQL(" = ANY(")
			c.slot(n)
			c.SQL(")")
			return
		}
		if n.n > maxIn && c.inJSON(n) {
			return
		}
		c.inChunks(n)
	})
}

// inJSON writes a long list as one JSON document, where each value would be a
// parameter otherwise, of which statements take no more than some ten thousand. It
// tells whether the database can, and JSON holds the values as the column does.
func (c *Compiler) inJSON(n *inNode) bool {
	kind := "BIGINT"
	values := n.values
	switch v := n.values.(type) {
	case []int64, []int32:
	case []string:
		longest := 1
		for _, s := range v {
			if err := checkText(s); err != nil {
				c.Fail(err)
				return true
			}
			longest = max(longest, len(s))
		}
		if longest > 1000 {
			return false // MySQL compares long texts one by one
		}
		kind = "VARCHAR(" + strconv.Itoa(longest) + ")"
	case []uuid.UUID:
		kind = "CHAR(32)"
		hexes := make([]string, len(v))
		for i, u := range v {
			hexes[i] = hex.EncodeToString(u[:])
		}
		values = hexes
	default:
		return false
	}
	doc, err := json.Marshal(values)
	if err != nil {
		c.Fail(err)
		return true
	}
	switch c.d.Name {
	case "sqlite":
		c.Node(n.left)
		c.SQL(" IN (SELECT value FROM json_each(")
		c.rawArg(string(doc))
		c.SQL("))")
	case "mysql", "mariadb":
		c.Node(n.left)
		c.SQL(" IN (SELECT jt.v FROM JSON_TABLE(")
		c.rawArg(string(doc))
		c.SQL(", '$[*]' COLUMNS (v " + kind + " PATH '$')) AS jt)")
	default:
		return false
	}
	return true
}

func (n *inNode) slotArg(*Dialect) (any, error) {
	if texts, ok := n.values.([]string); ok {
		for _, s := range texts {
			if err := checkText(s); err != nil {
				return nil, err
			}
		}
	}
	return n.values, nil
}

// maxIn is how many values stand in one IN list (Oracle's limit, and kind to
// parsers elsewhere).
const maxIn = 1000

func (c *Compiler) inChunks(n *inNode) {
	several := n.n > maxIn
	if several {
		c.buf.WriteByte('(')
	}
	for start := 0; start < n.n; start += maxIn {
		if start > 0 {
			c.SQL(" OR ")
		}
		c.Node(n.left)
		c.SQL(" IN (")
		for i := start; i < min(start+maxIn, n.n); i++ {
			if i > start {
				c.SQL(", ")
			}
			c.value(n.at(i))
		}
		c.buf.WriteByte(')')
	}
	if several {
		c.buf.WriteByte(')')
	}
}
