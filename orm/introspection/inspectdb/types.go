package inspectdb

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/orm/introspection"
)

// goType is the Go type of a column, without Null.
type goType struct {
	name string   // "decimal.Decimal"
	tags []string // "max_digits=8"
	note string   // a comment, where the type is a guess
}

// imports are the packages of Go types by the name before the dot.
var imports = map[string]string{
	"json": "encoding/json", "time": "time", "netip": "net/netip",
	"civil":    "github.com/nuages-web/nuages/civil",
	"decimal":  "github.com/shopspring/decimal",
	"orm":      "github.com/nuages-web/nuages/orm",
	"postgres": "github.com/nuages-web/nuages/orm/postgres",
	"uuid":     "github.com/google/uuid",
}

// basicTypes are the Go types of types of columns that have one meaning.
var basicTypes = map[string]string{
	"bool": "bool", "boolean": "bool",
	"tinyint": "int8", "smallint": "int16", "int2": "int16", "mediumint": "int32", "int": "int32", "integer": "int32", "int4": "int32",
	"bigint": "int64", "int8": "int64",
	"real": "float64", "float": "float64", "float4": "float64", "float8": "float64", "double": "float64", "double precision": "float64",
	"text": "string", "clob": "string", "tinytext": "string", "mediumtext": "string", "longtext": "string", "citext": "string",
	"char": "string", "character": "string", "varchar": "string", "character varying": "string", "nchar": "string", "nvarchar": "string",
	"blob": "[]byte", "tinyblob": "[]byte", "mediumblob": "[]byte", "longblob": "[]byte", "binary": "[]byte", "varbinary": "[]byte", "bytea": "[]byte",
	"numeric": "decimal.Decimal", "decimal": "decimal.Decimal",
	"date": "civil.Date", "datetime": "time.Time", "timestamp": "time.Time", "timestamp with time zone": "time.Time",
	"timestamp without time zone": "time.Time", "time": "civil.Time", "time without time zone": "civil.Time", "interval": "time.Duration",
	"uuid": "uuid.UUID", "inet": "netip.Addr", "json": "orm.JSON[any]", "jsonb": "orm.JSON[any]",
	"int4range": "postgres.Range[int32]", "int8range": "postgres.Range[int64]", "numrange": "postgres.Range[decimal.Decimal]",
	"tstzrange": "postgres.Range[time.Time]", "daterange": "postgres.Range[civil.Date]",
	"hstore": "postgres.HStore", "tsvector": "postgres.TSVector",
}

// sqlType is the type of a column in its parts: "int(10) unsigned".
type sqlType struct {
	name     string // in lower case, without lengths
	args     []int
	unsigned bool
	arrays   int // dimensions
}

var inParentheses = regexp.MustCompile(`\s*\(([^)]*)\)`)

func parseType(text string) sqlType {
	t := sqlType{name: strings.ToLower(text)}
	for strings.HasSuffix(t.name, "[]") {
		t.name = strings.TrimSuffix(t.name, "[]")
		t.arrays++
	}
	if m := inParentheses.FindStringSubmatch(t.name); m != nil {
		for part := range strings.SplitSeq(m[1], ",") {
			n, err := strconv.Atoi(strings.TrimSpace(part))
			if err != nil || n < 0 {
				t.args = nil
				break
			}
			t.args = append(t.args, n)
		}
		t.name = inParentheses.ReplaceAllString(t.name, "")
	}
	t.name = strings.TrimSuffix(strings.TrimSpace(t.name), " zerofill")
	t.name, t.unsigned = strings.CutSuffix(t.name, " unsigned")
	return t
}

// typeOf finds the Go type of a column. unsigned: a check says so.
func (g *generator) typeOf(c *introspection.Column, unsigned bool) goType {
	t := parseType(c.BaseType)
	switch {
	case c.JSON:
		return goType{name: "orm.JSON[any]"}
	case len(c.Enum) > 0:
		longest := 1
		for _, value := range c.Enum {
			longest = max(longest, utf8.RuneCountInString(value))
		}
		return goType{name: "string", tags: []string{fmt.Sprintf("max_length=%d", longest)}, note: "an enumerated type: " + c.Type}
	case t.arrays > 0:
		return g.arrayOf(c, t)
	}
	name, ok := basicTypes[t.name]
	if !ok {
		return goType{name: "string", note: fmt.Sprintf("text is a guess: the type is %q", c.Type)}
	}
	out := goType{name: name}
	switch name {
	case "string":
		return g.textOf(c, t)
	case "decimal.Decimal":
		return decimalOf(t)
	case "int8", "int16", "int32", "int64":
		return g.integerOf(c, t, name, unsigned || t.unsigned)
	case "time.Time":
		if t.name == "timestamp without time zone" {
			out.note = "without a time zone: taken as UTC"
		}
	case "orm.JSON[any]":
		if t.name == "json" && g.vendor == "postgresql" {
			out.note = "the type is json, where jsonb is usual"
		}
	}
	return out
}

// textOf finds the type of a text. Django keeps UUIDs and addresses in columns of a
// length of their own where there is no such type; its other texts are varchar.
func (g *generator) textOf(c *introspection.Column, t sqlType) goType {
	if len(t.args) == 0 || t.args[0] == 0 {
		return goType{name: "string"}
	}
	length := fmt.Sprintf("max_length=%d", t.args[0])
	if g.vendor != "postgresql" && t.name == "char" {
		switch t.args[0] {
		case 32:
			return goType{name: "uuid.UUID", note: "a guess: Django's UUIDs are char(32) here"}
		case 39:
			return goType{name: "netip.Addr", note: "a guess: Django's IP addresses are char(39) here"}
		}
	}
	out := goType{name: "string", tags: []string{length}}
	if strings.HasPrefix(t.name, "char") && t.name != "character varying" || t.name == "nchar" {
		out.note = "the type is " + c.Type
	}
	return out
}

func decimalOf(t sqlType) goType {
	digits, places, note := 20, 5, "a guess: the database sets no limits"
	if len(t.args) > 0 && t.args[0] > 0 {
		digits, places, note = t.args[0], 0, ""
		if len(t.args) > 1 {
			places = t.args[1]
		}
	}
	return goType{"decimal.Decimal", []string{fmt.Sprintf("max_digits=%d", digits), fmt.Sprintf("decimal_places=%d", places)}, note}
}

// wider are integers that hold all values of the unsigned ones.
var wider = map[string]string{"int8": "int16", "int16": "int32", "int32": "int64", "int64": "int64"}

func (g *generator) integerOf(c *introspection.Column, t sqlType, name string, unsigned bool) goType {
	switch {
	case g.vendor == "sqlite" && (t.name == "integer" || t.name == "int") && !unsigned:
		name = "int64" // as all integers of SQLite are
	case t.name == "tinyint" && len(t.args) == 1 && t.args[0] == 1 && g.vendor != "sqlite":
		return goType{name: "bool"}
	}
	note := ""
	if name == "int8" {
		note = "the type is " + c.Type
	}
	switch {
	case unsigned && c.Auto:
		name = wider[name] // keys that the database makes are signed
	case unsigned:
		name = "u" + name
	case name == "int8" && c.Auto:
		name = "int16"
	}
	return goType{name: name, note: note}
}

// arrayOf finds the type of an array of PostgreSQL. The server does not keep how many
// dimensions were declared.
func (g *generator) arrayOf(c *introspection.Column, t sqlType) goType {
	element := *c
	element.BaseType = strings.TrimRight(c.BaseType, "[]")
	of := g.typeOf(&element, false)
	if of.note != "" && of.name == "string" && len(of.tags) == 0 || strings.HasPrefix(of.name, "postgres.") || strings.HasPrefix(of.name, "orm.") {
		return goType{name: "string", note: fmt.Sprintf("text is a guess: the type is %q", c.Type)}
	}
	of.name = strings.Repeat("postgres.Array[", t.arrays) + of.name + strings.Repeat("]", t.arrays)
	return of
}
