package inspectdb

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/introspection/internal/sqltoken"
)

// split cuts SQL of the database into tokens.
func (g *generator) split(sql string) []sqltoken.Token {
	if g.vendor == "mysql" || g.vendor == "mariadb" {
		return sqltoken.SplitMySQL(sql)
	}
	return sqltoken.Split(sql)
}

// bare takes off the parentheses around a whole expression.
func (g *generator) bare(sql string) string {
	for {
		sql = strings.TrimSpace(sql)
		list := g.split(sql)
		if len(list) < 2 || !list[0].Is("(") || closing(list, 0) != len(list)-1 {
			return sql
		}
		sql = sql[list[0].End:list[len(list)-1].Start]
	}
}

// closing returns the place of the parenthesis that closes the one at open, or of the
// last token.
func closing(list []sqltoken.Token, open int) int {
	depth := 0
	for i := open; i < len(list); i++ {
		switch {
		case list[i].Is("("):
			depth++
		case list[i].Is(")"):
			depth--
		}
		if depth == 0 {
			return i
		}
	}
	return len(list) - 1
}

// checkOf returns the condition of a check's definition.
func (g *generator) checkOf(definition string) (string, bool) {
	list := g.split(definition)
	if len(list) < 3 || !list[0].Is("CHECK") || !list[1].Is("(") {
		return "", false
	}
	end := closing(list, 1)
	if !list[end].Is(")") || end < len(list)-1 { // NOT VALID, NO INHERIT
		return "", false
	}
	return g.bare(definition[list[1].Start:list[end].End]), true
}

// givenName matches names that a check has which was given none: those of PostgreSQL
// and MySQL.
var givenName = regexp.MustCompile(`^$|_check$|_chk_[0-9]+$`)

// notNegative returns the column of a check without a name of its own that says it is
// not below zero, as Django writes it for positive fields; else "".
func (g *generator) notNegative(c orm.TableConstraint) string {
	condition, ok := g.checkOf(c.Definition)
	list := g.split(condition)
	if !c.Check || !ok || !givenName.MatchString(c.Name) || len(list) != 4 || list[1].Text != ">" || list[2].Text != "=" || list[3].Text != "0" {
		return ""
	}
	return list[0].Name()
}

// template turns SQL into Go: the text with %s for columns, and the columns. It tells
// whether all columns that the SQL names are fields.
func (g *generator) template(m *model, sql string, columns []string) (code string, ok bool) {
	var text strings.Builder
	var args []string
	at, found := 0, map[string]bool{}
	list := g.split(sql)
	for i, t := range list {
		if !g.isColumn(list, i) {
			continue
		}
		name := t.Name()
		j := slices.IndexFunc(m.table.Columns, func(c introspection.Column) bool {
			return c.Name == name || g.vendor == "sqlite" && strings.EqualFold(c.Name, name)
		})
		if j < 0 {
			continue
		}
		expr, ok := m.columnOf(m.table.Columns[j].Name)
		if !ok {
			return "", false
		}
		found[m.table.Columns[j].Name] = true
		text.WriteString(percent(sql[at:t.Start]) + "%s")
		args = append(args, expr)
		at = t.End
	}
	text.WriteString(percent(sql[at:]))
	for _, c := range columns {
		if !found[c] {
			return "", false
		}
	}
	return strings.Join(append([]string{strconv.Quote(text.String())}, args...), ", "), true
}

// isColumn tells whether a token may be the name of a column: it is no function, no
// type after "::", and not of a table before it.
func (g *generator) isColumn(list []sqltoken.Token, i int) bool {
	if list[i].Kind != sqltoken.Word && list[i].Kind != sqltoken.Quoted {
		return false
	}
	if i+1 < len(list) && list[i+1].Is("(") && list[i].Kind == sqltoken.Word {
		return false
	}
	return i == 0 || !list[i-1].Is(":", ".")
}

func percent(sql string) string { return strings.ReplaceAll(sql, "%", "%%") }

// index is the definition of an index or unique constraint in its parts.
type index struct {
	keys             [][]sqltoken.Token
	text             []string // of the keys
	where            string
	deferrable       string // orm.DeferredInitially
	nullsNotDistinct bool
	whole            bool // nothing is left that a model cannot say
}

// parseIndex reads "UNIQUE (a, b) …" and "CREATE INDEX n ON t USING m (a, b) …".
func (g *generator) parseIndex(definition string) index {
	var x index
	list := g.split(definition)
	open := slices.IndexFunc(list, func(t sqltoken.Token) bool { return t.Is("(") })
	if open < 0 {
		return x
	}
	end := closing(list, open)
	start := open + 1
	for i := open + 1; i <= end; i++ {
		if list[i].Is("(") {
			i = closing(list, i)
			continue
		}
		if list[i].Is(",") || i == end {
			x.keys = append(x.keys, list[start:i])
			if start < i {
				x.text = append(x.text, definition[list[start].Start:list[i-1].End])
			} else {
				x.text = append(x.text, "")
			}
			start = i + 1
		}
	}
	g.tail(&x, definition, list[end+1:])
	return x
}

// tail reads what follows the keys.
func (g *generator) tail(x *index, definition string, rest []sqltoken.Token) {
	for len(rest) > 0 {
		switch {
		case rest[0].Is("WHERE") && len(rest) > 1:
			x.where = g.bare(definition[rest[1].Start:rest[len(rest)-1].End])
			rest = nil
		case rest[0].Is("INCLUDE") && len(rest) > 1:
			rest = rest[closing(rest, 1)+1:]
		case begins(rest, "NULLS", "NOT", "DISTINCT"):
			x.nullsNotDistinct, rest = true, rest[3:]
		case begins(rest, "DEFERRABLE", "INITIALLY", "DEFERRED"):
			x.deferrable, rest = "orm.DeferredInitially", rest[3:]
		case begins(rest, "DEFERRABLE"):
			x.deferrable, rest = "orm.ImmediateInitially", rest[1:]
		default:
			return
		}
	}
	x.whole = true
}

func begins(list []sqltoken.Token, words ...string) bool {
	if len(list) < len(words) {
		return false
	}
	for i, w := range words {
		if !list[i].Is(w) {
			return false
		}
	}
	return true
}

// plainUnique tells whether the tag unique says all of a constraint.
func (g *generator) plainUnique(c orm.TableConstraint) bool {
	if c.PrimaryKey || len(c.Columns) != 1 || c.Columns[0] == "" || c.Partial || c.Desc != nil || c.Include != nil {
		return false
	}
	x := g.parseIndex(c.Definition)
	return x.whole && len(x.keys) == 1 && len(x.keys[0]) == 1 && !x.nullsNotDistinct && x.deferrable == ""
}

var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// literalOf returns the value of a default that is a literal, with PostgreSQL's cast
// or without, and whether it is text.
func (g *generator) literalOf(sql string) (value string, text, ok bool) {
	sql = g.bare(sql)
	list := g.split(sql)
	switch {
	case number.MatchString(sql):
		return sql, false, true
	case len(list) == 1 && list[0].Is("TRUE", "FALSE"):
		return strings.ToLower(sql), false, true
	case len(list) == 0 || list[0].Kind != sqltoken.Text || strings.Contains(list[0].Text, `\`):
		return "", false, false
	case len(list) > 1 && (len(list) < 4 || !list[1].Is(":") || !list[2].Is(":")):
		return "", false, false
	}
	for _, t := range list[min(len(list), 3):] { // the type
		if t.Kind != sqltoken.Word && !t.Is("(", ")") && t.Kind != sqltoken.Quoted {
			return "", false, false
		}
	}
	return list[0].Name(), true, true
}
