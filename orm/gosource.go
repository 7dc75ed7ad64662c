package orm

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/internal/gosource"
)

// GoSource returns Go source that makes an expression again, with the packages that it
// needs. Columns are named by [F], so that the source outlives the models. Equal
// expressions have equal source: migrations are written and compared by it. Subqueries,
// aggregates, windows, conditions on related rows and values without a form in Go
// source are errors.
func GoSource(e AnyExpr) (src string, imports []string, err error) {
	w := &goWriter{imports: gosource.Imports{}}
	src = w.whole(e)
	return src, w.imports.List(), w.err
}

// GoValue is [GoSource] for a value that a column takes, or an expression.
func GoValue(v any) (src string, imports []string, err error) {
	if e, ok := v.(AnyExpr); ok {
		return GoSource(e)
	}
	w := &goWriter{imports: gosource.Imports{}}
	src = w.literal(v)
	return src, w.imports.List(), w.err
}

// FieldNames returns the names of the fields that an expression speaks of, in Django's
// notation, each as often as it occurs; text of [Template] is not looked into.
func FieldNames(e AnyExpr) []string {
	if e == nil || e.node() == nil {
		return nil
	}
	w := &goWriter{imports: gosource.Imports{}}
	w.expr(e.node())
	return w.names
}

// FText is [F] for a column of text, with the comparisons of text.
func FText(name string) TextExpr { return TextExpr{&fNode{name: name}} }

// FTime is [F] for a column of moments, with their parts.
func FTime(name string) TimeExpr { return moment(&fNode{name: name}) }

// FDate is [F] for a column of days, with their parts.
func FDate(name string) DateExpr { return day(&fNode{name: name}) }

// FTimeOfDay is [F] for a column of times of day, with their parts.
func FTimeOfDay(name string) TimeOfDayExpr { return clock(&fNode{name: name}) }

// FJSON is [F] for a column of JSON documents, with their keys.
func FJSON(name string) JSONExpr { return jsonDoc(&fNode{name: name}) }

// InZone is In with the zone of a name, "Europe/Berlin", as the time zone database has it.
func (e TimeExpr) InZone(name string) TimeExpr {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return moment(&errNode{err: fmt.Errorf("orm: InZone: %w", err)})
	}
	return e.In(loc)
}

// goWriter writes expressions as Go source. The first error counts.
type goWriter struct {
	imports gosource.Imports
	rename  func(name string) string
	names   []string // of fields
	err     error
}

// goExpr is the source of an expression with what is known of its Go type.
type goExpr struct {
	src    string
	value  string // the type of its values: "any", "string"
	family goFamily
	field  string // the name, where it is F alone, which can be made of any type
}

// goFamily is the Go type of an expression, which decides what methods it has.
type goFamily uint8

const (
	goPlain goFamily = iota // Expr
	goNum
	goText
	goTime
	goDate
	goClock
	goJSON
	goPred
)

// goMakers make a column, and an expression, of a family that has one type of values.
var goMakers = map[goFamily]struct{ value, column, wrap string }{
	goText: {"string", "orm.FText", "orm.TextOf"}, goTime: {"time.Time", "orm.FTime", "orm.TimeOf"},
	goDate: {"civil.Date", "orm.FDate", "orm.DateOf"}, goJSON: {"json.RawMessage", "orm.FJSON", "orm.JSONOf"},
	goClock: {"civil.Time", "orm.FTimeOfDay", ""},
}

const ormPath = "github.com/nuages-web/nuages/orm"

// goTypePaths are the packages of types of values.
var goTypePaths = map[string]string{
	"time": "time", "civil": "github.com/nuages-web/nuages/civil", "json": "encoding/json", "uuid": "github.com/google/uuid",
	"decimal": "github.com/shopspring/decimal", "netip": "net/netip",
}

// typ returns the name of a type and notes its package.
func (w *goWriter) typ(name string) string {
	if pkg, _, ok := strings.Cut(name, "."); ok {
		w.imports[goTypePaths[pkg]] = true
	}
	return name
}

func (w *goWriter) fail(what string) string {
	if w.err == nil {
		w.err = fmt.Errorf("orm: %s cannot be written as Go source: say it with orm.Template or orm.Holds", what)
	}
	return ""
}

func (w *goWriter) whole(e AnyExpr) string {
	if e == nil || e.node() == nil {
		return "nil"
	}
	w.imports[ormPath] = true
	if _, ok := e.(Pred); ok {
		return w.condition(e.node())
	}
	if v := soleValue(e.node()); v != nil {
		return "orm.Val(" + w.literal(v) + ")"
	}
	return w.expr(e.node()).src
}

// soleValue returns the value that a node is alone, or nil.
func soleValue(n Node) any {
	switch n := n.(type) {
	case *literalNode:
		return n.v
	case *valNode:
		return n.v
	}
	return nil
}

// literal writes a value as what a column of it holds, which is how values compare.
func (w *goWriter) literal(v any) string {
	arg, err := argument(v)
	if err != nil {
		w.fail(fmt.Sprintf("the value %v (%s)", v, err))
		return ""
	}
	switch arg := arg.(type) {
	case int64:
		return strconv.FormatInt(arg, 10)
	case JSONText:
		w.imports["encoding/json"] = true
		return "json.RawMessage(" + gosource.String(string(arg)) + ")"
	}
	src, err := gosource.Value(arg, w.imports)
	if errors.Is(err, gosource.ErrNoSource) {
		src, err = gosource.Value(v, w.imports) // what backends make of their types
	}
	if err != nil {
		w.fail("in an expression " + err.Error())
	}
	return src
}

// jsonLiteral writes a JSON document as Go's value where that is short.
func (w *goWriter) jsonLiteral(n Node) string {
	v, ok := n.(*valNode)
	if !ok {
		return w.expr(n).src
	}
	text, ok := v.v.(JSONText)
	if !ok {
		return w.literal(v.v)
	}
	doc, s := string(text), ""
	switch {
	case doc == "null":
		return "nil"
	case doc == "true" || doc == "false":
		return doc
	case json.Unmarshal([]byte(doc), &s) == nil:
		return gosource.String(s)
	}
	if i, err := strconv.ParseInt(doc, 10, 64); err == nil && strconv.FormatInt(i, 10) == doc {
		return doc
	}
	return w.literal(text)
}

// goValueTypes are the types of what argument returns.
func goValueType(v any) string {
	arg, err := argument(v)
	if err != nil {
		return "any"
	}
	switch arg.(type) {
	case bool, int64, float64, string:
		return reflect.TypeOf(arg).String()
	}
	if t := reflect.TypeOf(arg); t != nil && goTypePaths[strings.Split(t.String(), ".")[0]] != "" {
		return t.String()
	}
	return "any"
}

func (w *goWriter) column(name string) goExpr {
	w.names = append(w.names, name)
	return goExpr{"orm.F(" + strconv.Quote(name) + ")", "any", goNum, name}
}

// as writes an expression that has values of a type.
func (w *goWriter) as(e goExpr, value string) string {
	if e.value == value {
		return e.src
	}
	if e.field != "" {
		for _, m := range goMakers {
			if m.value == value {
				return m.column + "(" + strconv.Quote(e.field) + ")"
			}
		}
	}
	return "orm.Typed[" + w.typ(value) + "](" + e.src + ")"
}

// in writes an expression with the methods of a family.
func (w *goWriter) in(e goExpr, family goFamily) string {
	if e.family == family {
		return e.src
	}
	m := goMakers[family]
	switch {
	case e.field != "":
		return m.column + "(" + strconv.Quote(e.field) + ")"
	case family == goJSON:
		return m.wrap + "(" + e.src + ")"
	case m.wrap == "":
		return w.fail("a time of day that is no column")
	}
	return m.wrap + "(" + w.as(e, m.value) + ")"
}

// num writes an expression with arithmetic.
func (w *goWriter) num(e goExpr) string {
	if e.family == goNum {
		return e.src
	}
	return "orm.NumOf(" + e.src + ")"
}

func (w *goWriter) family(n Node, family goFamily) string { return w.in(w.expr(n), family) }

func (w *goWriter) anys(nodes []Node) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = w.as(w.expr(n), "any")
	}
	return strings.Join(parts, ", ")
}

// list writes expressions of any types.
func (w *goWriter) list(nodes []Node) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = w.expr(n).src
	}
	return strings.Join(parts, ", ")
}

// common writes two expressions with one type of values.
func (w *goWriter) common(left, right goExpr) (goExpr, string) {
	switch {
	case left.value == right.value:
		return left, right.src
	case left.field != "":
		return w.typed(left, right.value), right.src
	}
	return left, w.as(right, left.value)
}

// typed is as, with what is known of it then.
func (w *goWriter) typed(e goExpr, value string) goExpr {
	if e.value == value {
		return e
	}
	typed := goExpr{src: w.as(e, value), value: value}
	for family, m := range goMakers {
		if e.field != "" && m.value == value {
			typed.family = family
		}
	}
	return typed
}
