package orm

import (
	"maps"
	"slices"
)

// JSONObject is a JSON object of expressions by their keys.
func JSONObject(fields map[string]AnyExpr) JSONExpr {
	n := &jsonMakeNode{object: true}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if err := checkText(key); err != nil {
			return jsonDoc(&errNode{err: err})
		}
		n.args = append(n.args, &valNode{v: key}, operand(fields[key]))
	}
	return jsonDoc(n)
}

// JSONArray is a JSON array of expressions.
func JSONArray(items ...AnyExpr) JSONExpr { return jsonDoc(&jsonMakeNode{args: operands(items)}) }

type jsonMakeNode struct {
	object bool
	args   []Node
}

func (n *jsonMakeNode) walk(f func(Node)) {
	for _, arg := range n.args {
		f(arg)
	}
}

func (n *jsonMakeNode) write(c *Compiler) {
	if !c.d.Features.JSON {
		c.Unsupported("JSON", "")
		return
	}
	name := "JSON_ARRAY("
	if n.object {
		name = "JSON_OBJECT("
	}
	if c.d.Name == "postgresql" {
		name = "JSONB_BUILD_ARRAY("
		if n.object {
			name = "JSONB_BUILD_OBJECT("
		}
	}
	c.SQL(name)
	for i, arg := range n.args {
		if i > 0 {
			c.SQL(", ")
		}
		c.jsonItem(arg)
	}
	c.SQL(")")
}

// jsonItem writes an element of a new document. SQLite and MariaDB store documents
// as text, which must not become a string in the new one.
func (c *Compiler) jsonItem(n Node) {
	open, end := "", ""
	if isJSON(n) {
		switch c.d.Name {
		case "sqlite":
			open, end = "JSON(", ")"
		case "mariadb":
			open, end = "JSON_EXTRACT(", ", '$')"
		}
	}
	c.SQL(open)
	c.typed(n)
	c.SQL(end)
}

// isJSON tells whether n is a document.
func isJSON(n Node) bool {
	switch n := n.(type) {
	case *colNode:
		f, err := n.field()
		return err == nil && f.Kind == KindJSON
	case *jsonKeyNode:
		return !n.text
	case *jsonMakeNode:
		return true
	}
	return false
}
