package introspection

import (
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm/introspection/internal/sqltoken"
)

// sqliteTable is what the text of a CREATE TABLE says and no pragma of SQLite tells.
// Names of columns are as in the text; SQLite compares them without regard to case.
type sqliteTable struct {
	columns     map[string]*sqliteColumn // by name in lower case
	constraints []sqliteConstraint
}

type sqliteColumn struct{ collation, generated string }

// sqliteConstraint is a constraint of a column or of the table.
type sqliteConstraint struct {
	name    string // "" for none
	kind    string // PRIMARY, UNIQUE, CHECK, REFERENCES
	columns []string
	// text is from the keyword to the end: "CHECK (a > 0)". ofColumn: without the column.
	text     string
	ofColumn bool
}

// parseSQLite reads the text that SQLite keeps of a table, which SQLite has accepted
// before. Of any other text, as that of a virtual table, it makes what it can.
func parseSQLite(sql string) *sqliteTable {
	p := &sqliteParser{sql: sql, tokens: sqltoken.Split(sql), table: &sqliteTable{columns: map[string]*sqliteColumn{}}}
	for !p.ended() && !p.peek().Is("(") {
		p.at++
	}
	p.at++
	for !p.ended() && !p.peek().Is(")") {
		switch t := p.peek(); {
		case t.Is(","):
			p.at++
		case t.Is("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"):
			p.tableConstraint()
		default:
			p.column()
		}
	}
	return p.table
}

type sqliteParser struct {
	sql    string
	tokens []sqltoken.Token
	at     int
	table  *sqliteTable
}

func (p *sqliteParser) ended() bool { return p.at >= len(p.tokens) }

// peek returns the next token; after the last one, an empty one.
func (p *sqliteParser) peek() sqltoken.Token {
	if p.ended() {
		return sqltoken.Token{Kind: sqltoken.Other, Start: len(p.sql), End: len(p.sql)}
	}
	return p.tokens[p.at]
}

func (p *sqliteParser) next() sqltoken.Token {
	t := p.peek()
	p.at++
	return t
}

// accept goes past the next token if it is one of the words.
func (p *sqliteParser) accept(words ...string) bool {
	if p.ended() || !p.peek().Is(words...) {
		return false
	}
	p.at++
	return true
}

// group goes past a group in parentheses, or else one token, and returns the text
// between the parentheses.
func (p *sqliteParser) group() string {
	open := p.next()
	if !open.Is("(") {
		return ""
	}
	for depth := 1; !p.ended(); {
		t := p.next()
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		}
		if depth == 0 {
			return strings.TrimSpace(p.sql[open.End:t.Start])
		}
	}
	return strings.TrimSpace(p.sql[open.End:])
}

// names reads the columns of a list in parentheses: each is the first name after the
// parenthesis or a comma.
func (p *sqliteParser) names() []string {
	var names []string
	first, depth := true, 0
	for _, t := range sqltoken.Split("(" + p.group() + ")") {
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		case t.Is(",") && depth == 1:
			first = true
		case first:
			names = append(names, t.Name())
			first = false
		}
	}
	return names
}

// column reads the definition of a column.
func (p *sqliteParser) column() {
	name := p.next().Name()
	c := &sqliteColumn{}
	p.table.columns[strings.ToLower(name)] = c
	constraint := ""
	for !p.ended() && !p.peek().Is(",", ")") {
		start := p.peek().Start
		switch t := p.next(); {
		case t.Is("CONSTRAINT"):
			constraint = p.next().Name()
			continue
		case t.Is("COLLATE"):
			c.collation = p.next().Name()
		case t.Is("AS"):
			c.generated = p.group()
		case t.Is("DEFAULT"):
			p.accept("+", "-")
			p.group() // or one token
		case t.Is("PRIMARY", "UNIQUE", "CHECK", "REFERENCES"):
			p.rest(t)
			p.add(sqliteConstraint{name: constraint, kind: strings.ToUpper(t.Text), columns: []string{name}, ofColumn: true}, start)
		case t.Is("("):
			p.at--
			p.group()
			continue // of the type
		case t.Is("NOT", "NULL", "GENERATED", "ALWAYS", "STORED", "VIRTUAL"):
		default:
			continue // of the type
		}
		constraint = ""
	}
}

// tableConstraint reads a constraint of the table. Between those of a table SQLite
// needs no commas.
func (p *sqliteParser) tableConstraint() {
	c := sqliteConstraint{}
	if p.accept("CONSTRAINT") {
		c.name = p.next().Name()
	}
	start := p.peek().Start
	t := p.next()
	c.kind = strings.ToUpper(t.Text)
	switch {
	case t.Is("PRIMARY"):
		p.accept("KEY")
		c.columns = p.names()
		p.conflict()
	case t.Is("UNIQUE"):
		c.columns = p.names()
		p.conflict()
	case t.Is("CHECK"):
		p.rest(t)
	case t.Is("FOREIGN"):
		p.accept("KEY")
		c.kind, c.columns = "REFERENCES", p.names()
		if reference := p.peek(); p.accept("REFERENCES") {
			p.rest(reference)
		}
	default:
		return // a name without a constraint, as SQLite allows
	}
	p.add(c, start)
}

func (p *sqliteParser) add(c sqliteConstraint, start int) {
	end := start
	if p.at > 0 && p.at <= len(p.tokens) {
		end = max(end, p.tokens[p.at-1].End)
	} else {
		end = len(p.sql)
	}
	c.text = p.sql[start:end]
	p.table.constraints = append(p.table.constraints, c)
}

// rest goes past what follows the keyword t of a column's constraint.
func (p *sqliteParser) rest(t sqltoken.Token) {
	switch {
	case t.Is("PRIMARY"):
		p.accept("KEY")
		p.accept("ASC", "DESC")
		p.conflict()
		p.accept("AUTOINCREMENT")
	case t.Is("UNIQUE"):
		p.conflict()
	case t.Is("CHECK"):
		p.group()
		p.conflict()
	case t.Is("REFERENCES"):
		p.reference()
	}
}

func (p *sqliteParser) conflict() {
	if p.accept("ON") {
		p.accept("CONFLICT")
		p.at++
	}
}

// reference goes past the table that a key refers to, and its rules.
func (p *sqliteParser) reference() {
	p.at++
	if p.peek().Is("(") {
		p.group()
	}
	for {
		switch {
		case p.accept("ON"):
			p.at++ // DELETE, UPDATE
			if p.accept("SET", "NO") {
				p.at++
			} else {
				p.accept("CASCADE", "RESTRICT")
			}
		case p.accept("MATCH"):
			p.at++
		case p.peek().Is("NOT") && p.at+1 < len(p.tokens) && p.tokens[p.at+1].Is("DEFERRABLE"):
			p.at++
		case p.accept("DEFERRABLE"):
		case p.accept("INITIALLY"):
			p.at++
		default:
			return
		}
	}
}

// columnsIn returns the columns that an expression names, in its order. Names of
// functions, which a parenthesis follows, are none.
func columnsIn(expr string, columns []Column) []string {
	var names []string
	list := sqltoken.Split(expr)
	for i, t := range list {
		if t.Kind != sqltoken.Word && t.Kind != sqltoken.Quoted || i+1 < len(list) && list[i+1].Is("(") {
			continue
		}
		at := slices.IndexFunc(columns, func(c Column) bool { return strings.EqualFold(c.Name, t.Name()) })
		if at >= 0 && !slices.Contains(names, columns[at].Name) {
			names = append(names, columns[at].Name)
		}
	}
	return names
}

// saysJSON tells whether a check begins with JSON_VALID of a column alone, as that
// of Django's JSONField does.
func saysJSON(check string) bool {
	for _, t := range sqltoken.Split(check) {
		if !t.Is("CHECK", "(") {
			return t.Is("JSON_VALID")
		}
	}
	return false
}
