package orm

import (
	"encoding/json"
	"strings"
)

// jsonCmpMySQL compares with MySQL's type JSON. MariaDB has none: there,
// comparisons are of text or of numbers.
func (c *Compiler) jsonCmpMySQL(n *jsonCmpNode, v JSONText) {
	place := jsonPlace(n.left)
	if n.op == "=" {
		if c.d.Name == "mariadb" {
			c.jsonEqMariaDB(place, v)
			return
		}
		c.Node(n.left)
		c.SQL(" = JSON_EXTRACT(")
		c.rawArg(v)
		c.SQL(", '$')")
		return
	}
	var plain any
	if err := json.Unmarshal(v, &plain); err != nil {
		c.Fail(err)
		return
	}
	c.SQL("(JSON_TYPE(")
	c.jsonCall("JSON_EXTRACT", place)
	switch plain.(type) {
	case string:
		c.SQL(") = 'STRING' AND JSON_UNQUOTE(")
		c.jsonCall("JSON_EXTRACT", place)
		c.SQL(") " + n.op + " ")
	case float64:
		c.SQL(") IN ('INTEGER', 'DOUBLE', 'DECIMAL') AND ")
		c.jsonCall("JSON_EXTRACT", place)
		c.SQL(" " + n.op + " ")
	default:
		c.Unsupported("order of such JSON", "compare with a number or text")
		return
	}
	c.rawArg(plain)
	c.buf.WriteByte(')')
}

// jsonEqMariaDB compares as MySQL's type would: by type and value, and text by its
// bytes. JSON_EQUALS takes letters as they are escaped: as Django does and we do, or
// others do not.
func (c *Compiler) jsonEqMariaDB(place *jsonKeyNode, v JSONText) {
	c.buf.WriteByte('(')
	defer c.buf.WriteByte(')')
	switch v[0] {
	case 'n':
		c.jsonType(place, "NULL")
	case 't', 'f':
		c.jsonType(place, "BOOLEAN")
		c.SQL(" AND ")
		c.jsonCall("JSON_EXTRACT", place)
		c.SQL(" = ")
		c.rawArg(string(v))
	case '"':
		var text string
		if err := json.Unmarshal(v, &text); err != nil {
			c.Fail(err)
			return
		}
		c.jsonType(place, "STRING")
		c.SQL(" AND JSON_UNQUOTE(")
		c.jsonCall("JSON_EXTRACT", place)
		c.SQL(") = BINARY ")
		c.rawArg(text)
	default:
		c.jsonEquals(place, v)
		if plain := plainJSON(v); string(plain) != string(v) {
			c.SQL(" OR ")
			c.jsonEquals(place, plain)
		}
	}
}

func (c *Compiler) jsonType(place *jsonKeyNode, name string) {
	c.SQL("JSON_TYPE(")
	c.jsonCall("JSON_EXTRACT", place)
	c.SQL(") = '" + name + "'")
}

// jsonEquals writes the dialect's JSON_EQUALS, which old versions lack. As a
// condition it is true of null in MariaDB, so it must be compared.
func (c *Compiler) jsonEquals(place *jsonKeyNode, v JSONText) {
	template, ok := c.d.Functions["JSON_EQUALS"]
	if !ok {
		template = "JSON_EQUALS(%s, %s) = 1"
	}
	parts := strings.Split(template, "%s")
	c.SQL(parts[0])
	c.jsonCall("JSON_EXTRACT", place)
	c.SQL(parts[1])
	c.rawArg(v)
	c.SQL(parts[2])
}

// foldsCase tells whether a lookup must make both sides lower case: JSON's text is
// binary in MySQL and MariaDB, where other columns have their collation.
func (c *Compiler) foldsCase(lookup string, left Node) bool {
	key, ok := left.(*jsonKeyNode)
	if !ok || !key.text || !c.mysql() {
		return false
	}
	switch lookup {
	case "iexact", "icontains", "istartswith", "iendswith", "iregex":
		return true
	}
	return false
}

// lowerNode is text in lower case.
type lowerNode struct{ n Node }

func (n *lowerNode) walk(f func(Node)) { f(n.n) }
func (n *lowerNode) write(c *Compiler) {
	c.SQL("LOWER(")
	c.Node(n.n)
	c.buf.WriteByte(')')
}
