package orm

import "strings"

// Whether Contains, StartsWith and EndsWith mind capitals is up to the database:
// SQLite's do not for ASCII (Django's database notes).

// IExact is true where the text is s, whatever the capitals.
func (e TextExpr) IExact(s string) Pred { return like("iexact", e.n, s) }

// Contains is true where s occurs in the text.
func (e TextExpr) Contains(s string) Pred { return like("contains", e.n, s) }

// IContains is Contains, whatever the capitals.
func (e TextExpr) IContains(s string) Pred { return like("icontains", e.n, s) }

// StartsWith is true where the text begins with s.
func (e TextExpr) StartsWith(s string) Pred { return like("startswith", e.n, s) }

// IStartsWith is StartsWith, whatever the capitals.
func (e TextExpr) IStartsWith(s string) Pred { return like("istartswith", e.n, s) }

// EndsWith is true where the text ends with s.
func (e TextExpr) EndsWith(s string) Pred { return like("endswith", e.n, s) }

// IEndsWith is EndsWith, whatever the capitals.
func (e TextExpr) IEndsWith(s string) Pred { return like("iendswith", e.n, s) }

// Regex is true where a part of the text fits the regular expression, in the
// database's own syntax. One from outside can be slow: do not pass those on.
func (e TextExpr) Regex(re string) Pred { return like("regex", e.n, re) }

// IRegex is Regex, whatever the capitals.
func (e TextExpr) IRegex(re string) Pred { return like("iregex", e.n, re) }

// Match compares the text with another expression by one of the lookups "iexact",
// "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith",
// "regex", "iregex".
func (e TextExpr) Match(lookup string, o Operand[string]) Pred {
	return likeF(lookup, e.n, operand(o))
}

func like(lookup string, left Node, s string) Pred {
	return Pred{&likeNode{lookup: lookup, left: left, value: s}}
}

func likeF(lookup string, left, right Node) Pred {
	return Pred{&likeNode{lookup: lookup, left: left, right: right}}
}

// likeNode compares text by one of Django's lookups. Signs that mean something to
// LIKE are escaped, in values and in expressions.
type likeNode struct {
	lookup string
	left   Node
	value  string
	right  Node // in place of value
}

func (n *likeNode) walk(f func(Node)) {
	f(n.left)
	if n.right != nil {
		f(n.right)
	}
}

func (n *likeNode) write(c *Compiler) {
	op, ok := c.d.Operators[n.lookup]
	before, after, two := strings.Cut(op, "%s")
	if !ok || !two {
		c.Unsupported("lookup "+n.lookup, "")
		return
	}
	left := n.left
	if c.foldsCase(n.lookup, n.left) {
		left, before, after = &lowerNode{n.left}, before+"LOWER(", ")"+after
	}
	c.guarded(n.left, n.right, func() {
		c.wrapped(n.lookup, left)
		c.buf.WriteByte(' ')
		c.SQL(before)
		if n.right == nil {
			c.slot(n)
		} else {
			c.likeExpr(n.lookup, op, n.right)
		}
		c.SQL(after)
	})
}

func (n *likeNode) slotArg(d *Dialect) (any, error) {
	return argument(likePattern(n.lookup, d.Operators[n.lookup], n.value))
}

// wrapped writes the left side of a lookup as the dialect wants it.
func (c *Compiler) wrapped(lookup string, left Node) {
	if w, ok := c.d.Wrap[lookup]; ok {
		before, after, _ := strings.Cut(w, "%s")
		c.SQL(before)
		c.Node(left)
		c.SQL(after)
		return
	}
	c.Node(left)
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// likeShape tells where a lookup written with op allows other text, and whether
// signs of LIKE must be escaped.
func likeShape(lookup, op string) (before, after, escaped bool) {
	switch lookup {
	case "contains", "icontains":
		return true, true, true
	case "startswith", "istartswith":
		return false, true, true
	case "endswith", "iendswith":
		return true, false, true
	}
	return false, false, strings.HasPrefix(op, "LIKE") // iexact
}

// likePattern returns the pattern that a value becomes.
func likePattern(lookup, op, s string) string {
	before, after, escaped := likeShape(lookup, op)
	if escaped {
		s = likeEscaper.Replace(s)
	}
	if before {
		s = "%" + s
	}
	if after {
		s += "%"
	}
	return s
}

// likeExpr writes the pattern that an expression becomes, as Django's pattern_ops.
func (c *Compiler) likeExpr(lookup, op string, right Node) {
	before, after, escaped := likeShape(lookup, op)
	if !escaped {
		c.Node(right)
		return
	}
	open, join, end := "", " || ", ""
	if c.mysql() {
		open, join, end = "CONCAT(", ", ", ")"
	}
	if before || after {
		c.SQL(open)
	}
	if before {
		c.SQL("'%'" + join)
	}
	slash, slashes, percent, under := `'\'`, `'\\'`, `'\%'`, `'\_'`
	if c.mysql() {
		slash, slashes = `'\\'`, `'\\\\'`
	}
	c.SQL("REPLACE(REPLACE(REPLACE(")
	c.Node(right)
	c.SQL(", " + slash + ", " + slashes + "), '%', " + percent + "), '_', " + under + ")")
	if after {
		c.SQL(join + "'%'")
	}
	if before || after {
		c.SQL(end)
	}
}
