package orm

import (
	"encoding/json"
	"strconv"
	"strings"
)

// jsonPart is one step into a document: a key or an index.
type jsonPart struct {
	key   string
	index int
	array bool
}

// jsonKeyNode is a part of a document. Its path is always a parameter
// (CVE-2019-14234).
type jsonKeyNode struct {
	doc  Node
	path []jsonPart
	text bool
}

func (n *jsonKeyNode) walk(f func(Node)) { f(n.doc) }
func (n *jsonKeyNode) transformed() Node { return n.doc }

func (n *jsonKeyNode) write(c *Compiler) {
	switch {
	case c.d.Name == "postgresql":
		c.jsonArrow(n)
	case c.d.Name == "sqlite" && n.text:
		// As PostgreSQL's ->>: text, and nothing for JSON's null.
		c.SQL("(CASE ")
		c.jsonCall("JSON_TYPE", n)
		c.SQL(" WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE ")
		c.jsonCall("JSON_EXTRACT", n)
		c.SQL(" END)")
	case c.d.Name == "sqlite":
		c.buf.WriteByte('(')
		c.Node(n.doc)
		c.SQL(" -> ")
		c.rawArg(n.pathText(c.mysql()))
		c.buf.WriteByte(')')
	case c.mysql() && n.text:
		// JSON's null must not become the text "null".
		c.SQL("JSON_UNQUOTE(NULLIF(")
		c.jsonCall("JSON_EXTRACT", n)
		if c.d.Name == "mysql" {
			c.SQL(", CAST('null' AS JSON)))")
		} else {
			c.SQL(", 'null'))")
		}
	case c.mysql():
		c.jsonCall("JSON_EXTRACT", n)
	default:
		c.Unsupported("keys of JSON", "")
	}
}

func (c *Compiler) mysql() bool { return c.d.Name == "mysql" || c.d.Name == "mariadb" }

// jsonArrow writes PostgreSQL's ->, ->>, #> or #>>.
func (c *Compiler) jsonArrow(n *jsonKeyNode) {
	c.buf.WriteByte('(')
	c.Node(n.doc)
	op := ">"
	if n.text {
		op = ">>"
	}
	switch {
	case len(n.path) != 1:
		steps := make([]string, len(n.path))
		for i, p := range n.path {
			steps[i] = p.key
			if p.array {
				steps[i] = strconv.Itoa(p.index)
			}
		}
		c.SQL(" #" + op + " ")
		c.rawArg(steps)
		c.SQL("::text[]")
	case n.path[0].array:
		c.SQL(" -" + op + " ")
		c.rawArg(int64(n.path[0].index))
		c.SQL("::integer")
	default:
		c.SQL(" -" + op + " ")
		c.rawArg(n.path[0].key)
		c.SQL("::text")
	}
	c.buf.WriteByte(')')
}

// pathText returns the path as SQLite and MySQL write it: $."a"[0].
func (n *jsonKeyNode) pathText(mysql bool) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, p := range n.path {
		switch {
		case p.array && p.index == -1 && mysql: // since MySQL 8.0.2 and MariaDB 10.9
			b.WriteString("[last]")
		case p.array && p.index < 0 && mysql:
			b.WriteString("[last" + strconv.Itoa(p.index+1) + "]")
		case p.array && p.index < 0: // from the end, as in Django 6.0
			b.WriteString("[#" + strconv.Itoa(p.index) + "]")
		case p.array:
			b.WriteString("[" + strconv.Itoa(p.index) + "]")
		default:
			b.WriteByte('.')
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(p.key); err != nil {
				panic(err) // text can be written
			}
		}
	}
	return strings.ReplaceAll(b.String(), "\n", "")
}

// jsonCall writes FUNCTION(document, path).
func (c *Compiler) jsonCall(function string, n *jsonKeyNode) {
	c.SQL(function + "(")
	c.Node(n.doc)
	c.SQL(", ")
	c.rawArg(n.pathText(c.mysql()))
	c.buf.WriteByte(')')
}

// jsonPlace returns n as a place in a document: the whole one has an empty path.
func jsonPlace(n Node) *jsonKeyNode {
	if key, ok := n.(*jsonKeyNode); ok {
		return key
	}
	return &jsonKeyNode{doc: n}
}

// jsonGuarded writes a condition on a place in a document; below Not, a place that
// is not there makes it false.
func (c *Compiler) jsonGuarded(left Node, write func()) {
	if !c.negated {
		write()
		return
	}
	c.buf.WriteByte('(')
	write()
	c.SQL(" AND ")
	c.Node(left)
	c.SQL(" IS NOT NULL)")
}

// jsonCmpNode compares a place in a document with a value.
type jsonCmpNode struct {
	op          string
	left, right Node
}

func (n *jsonCmpNode) walk(f func(Node)) { f(n.left); f(n.right) }
func (n *jsonCmpNode) write(c *Compiler) {
	c.jsonGuarded(n.left, func() {
		v, known := n.right.(*valNode)
		switch {
		case c.d.Name == "postgresql":
			c.Node(n.left)
			c.SQL(" " + n.op + " ")
			c.typed(n.right)
		case !known:
			c.Node(n.left)
			c.SQL(" " + n.op + " ")
			c.Node(n.right)
		case c.d.Name == "sqlite":
			c.jsonCmpSQLite(jsonPlace(n.left), n.op, v.v.(JSONText))
		case c.mysql():
			c.jsonCmpMySQL(n, v.v.(JSONText))
		default:
			c.Unsupported("comparisons of JSON", "")
		}
	})
}

// jsonCmpSQLite compares values of SQL where the type of the place is that of the
// value: JSON_EXTRACT makes 1 of true, and text of objects.
func (c *Compiler) jsonCmpSQLite(place *jsonKeyNode, op string, v JSONText) {
	c.buf.WriteByte('(')
	c.jsonCall("JSON_TYPE", place)
	switch v[0] {
	case 't', 'f', 'n':
		c.SQL(" " + op + " ")
		c.rawArg(string(v))
		c.buf.WriteByte(')')
		return
	case '"':
		c.SQL(" = 'text' AND ")
	case '{':
		c.SQL(" = 'object' AND ")
	case '[':
		c.SQL(" = 'array' AND ")
	default:
		c.SQL(" IN ('integer', 'real') AND ")
	}
	plain := plainJSON(v)
	several := op == "=" && string(plain) != string(v)
	if several {
		c.buf.WriteByte('(')
	}
	c.jsonCall("JSON_EXTRACT", place)
	c.SQL(" " + op + " JSON_EXTRACT(")
	c.rawArg(v)
	c.SQL(", '$')")
	if several { // objects and lists are text
		c.SQL(" OR ")
		c.jsonCall("JSON_EXTRACT", place)
		c.SQL(" = JSON_EXTRACT(")
		c.rawArg(JSONText(plain))
		c.SQL(", '$'))")
	}
	c.buf.WriteByte(')')
}

// jsonMissingNode tells whether there is nothing at a place.
type jsonMissingNode struct {
	place *jsonKeyNode
	null  bool
}

func (n *jsonMissingNode) walk(f func(Node)) { f(n.place) }
func (n *jsonMissingNode) write(c *Compiler) {
	if c.d.Name == "sqlite" {
		c.jsonCall("JSON_TYPE", n.place)
	} else {
		(&jsonKeyNode{doc: n.place.doc, path: n.place.path}).write(c)
	}
	if n.null {
		c.SQL(" IS NULL")
	} else {
		c.SQL(" IS NOT NULL")
	}
}

// jsonContainsNode is @> or <@.
type jsonContainsNode struct {
	left, right Node
	by          bool
}

func (n *jsonContainsNode) walk(f func(Node)) { f(n.left); f(n.right) }
func (n *jsonContainsNode) write(c *Compiler) {
	c.jsonGuarded(n.left, func() {
		switch {
		case c.d.Name == "postgresql":
			op := " @> "
			if n.by {
				op = " <@ "
			}
			c.Node(n.left)
			c.SQL(op)
			c.typed(n.right)
		case c.mysql():
			a, b := n.left, n.right
			if n.by {
				a, b = b, a
			}
			c.SQL("JSON_CONTAINS(")
			c.Node(a)
			c.SQL(", ")
			c.Node(b)
			c.buf.WriteByte(')')
		default:
			c.Unsupported("containment of JSON", "compare the keys one by one")
		}
	})
}

// jsonHasNode tells whether an object has keys: all of them (AND), or one (OR).
type jsonHasNode struct {
	left Node
	op   string // "" for one key
	keys []string
}

func (n *jsonHasNode) walk(f func(Node)) { f(n.left) }
func (n *jsonHasNode) write(c *Compiler) {
	c.jsonGuarded(n.left, func() {
		if c.d.Name == "postgresql" {
			c.Node(n.left)
			switch n.op {
			case "":
				c.SQL(" ? ")
				c.rawArg(n.keys[0])
				c.SQL("::text")
			case "AND":
				c.SQL(" ?& ")
				c.rawArg(n.keys)
				c.SQL("::text[]")
			default:
				c.SQL(" ?| ")
				c.rawArg(n.keys)
				c.SQL("::text[]")
			}
			return
		}
		c.jsonHas(n)
	})
}

func (c *Compiler) jsonHas(n *jsonHasNode) {
	if len(n.keys) == 0 {
		c.SQL(map[string]string{"AND": "1 = 1", "OR": "1 = 0"}[n.op])
		return
	}
	at := jsonPlace(n.left)
	c.buf.WriteByte('(')
	for i, key := range n.keys {
		if i > 0 {
			c.SQL(" " + n.op + " ")
		}
		below := &jsonKeyNode{doc: at.doc, path: append(at.path[:len(at.path):len(at.path)], jsonPart{key: key})}
		switch {
		case c.d.Name == "sqlite":
			c.jsonCall("JSON_TYPE", below)
			c.SQL(" IS NOT NULL")
		case c.mysql():
			c.SQL("JSON_CONTAINS_PATH(")
			c.Node(below.doc)
			c.SQL(", 'one', ")
			c.rawArg(below.pathText(c.mysql()))
			c.buf.WriteByte(')')
		default:
			c.Unsupported("keys of JSON", "")
		}
	}
	c.buf.WriteByte(')')
}
