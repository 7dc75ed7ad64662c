package orm

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/civil"
)

// Val is a value as an expression (Django's Value).
func Val[V any](v V) Expr[V] { return Expr[V]{&literalNode{valNode{v: v}}} }

// literalNode is a value that brings its type with it.
type literalNode struct{ valNode }

func (n *literalNode) write(c *Compiler) { c.typed(&n.valNode) }

// shape: on PostgreSQL it is not what a plain value of the type is.
func (n *literalNode) shape(s *shape) {
	s.byte('V')
	n.valNode.shape(s)
}

// intNode is a number that the program gives as part of a call. It stands in the
// SQL itself, so that PostgreSQL sees two calls with equal numbers as equal.
type intNode int

func (intNode) walk(func(Node))     {}
func (n intNode) write(c *Compiler) { c.SQL(strconv.Itoa(int(n))) }

// NumOf, TextOf, TimeOf and DateOf give an expression the methods of its family.

// NumOf is e with arithmetic.
func NumOf[V any](e Operand[V]) NumExpr[V] { return num[V](operand(e)) }

// TextOf is e with the comparisons of text.
func TextOf[V ~string](e Operand[V]) TextExpr { return TextExpr{operand(e)} }

// TimeOf is e with the parts of a moment.
func TimeOf(e Operand[time.Time]) TimeExpr { return moment(operand(e)) }

// DateOf is e with the parts of a day.
func DateOf(e Operand[civil.Date]) DateExpr { return day(operand(e)) }

// JSONOf is e as a JSON document.
func JSONOf(e AnyExpr) JSONExpr { return jsonDoc(operand(e)) }

// Typed says that e has values of type V, whatever its own type
// (ExpressionWrapper).
func Typed[V any](e AnyExpr) Expr[V] { return Expr[V]{operand(e)} }

// IsTrue is the condition that e is true.
func IsTrue(e Operand[bool]) Pred { return Pred{operand(e)} }

// Negated is the opposite of a value of true or false, and null where that is null
// (Django's ~F): Active.SetF(orm.Negated(Active)).
func Negated(e Operand[bool]) BoolExpr {
	return BoolExpr{&templateNode{"(NOT %s)", []Node{operand(e)}}}
}

// Test is a condition as a value, for annotations.
func Test(p Pred) BoolExpr {
	if p.n == nil {
		return BoolExpr{&literalNode{valNode{v: true}}}
	}
	return BoolExpr{&testNode{p.n}}
}

// testNode is a condition used as a value.
type testNode struct{ condition Node }

func (n *testNode) walk(f func(Node)) { f(n.condition) }
func (n *testNode) write(c *Compiler) {
	negated := c.negated
	c.negated = false
	if c.d.Features.BooleanType {
		c.SQL("(")
		c.condition(n.condition)
		c.SQL(")")
	} else {
		c.SQL("CASE WHEN ")
		c.condition(n.condition)
		c.SQL(" THEN 1 ELSE 0 END")
	}
	c.negated = negated
}

// Fn calls a function of the database by its name, for which a dialect may have a
// spelling of its own (Django's Func). The name is the program's, never from
// outside.
func Fn[V any](name string, args ...AnyExpr) Expr[V] {
	if !isFunctionName(name) {
		return Expr[V]{&errNode{err: fmt.Errorf("orm: Fn: %.80q is no name of a function", name)}}
	}
	return Expr[V]{&funcNode{strings.ToUpper(name), operands(args)}}
}

func isFunctionName(name string) bool {
	for i, r := range name {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r != '.' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= 128
}

// Template is SQL of the program's own, with %s for each argument and %% for a
// percent sign: Template[bool]("%s @> %s", a, b). The text must never come from
// outside.
func Template[V any](sql string, args ...AnyExpr) Expr[V] {
	return Expr[V]{&templateNode{sql, operands(args)}}
}

// RawSQL is SQL of the program's own in parentheses, with %s for each parameter
// and %% for a percent sign. The text must never come from outside.
func RawSQL[V any](sql string, params ...any) Expr[V] {
	args := make([]Node, len(params))
	for i, p := range params {
		args[i] = &rawParam{valNode{v: p}}
	}
	return Expr[V]{&templateNode{"(" + sql + ")", args}}
}

// rawParam is a parameter whose type the SQL around it decides.
type rawParam struct{ valNode }

func (n *rawParam) shape(s *shape) {
	s.byte('P')
	n.valNode.shape(s)
}

type templateNode struct {
	sql  string
	args []Node
}

func (n *templateNode) walk(f func(Node)) {
	for _, arg := range n.args {
		f(arg)
	}
}

func (n *templateNode) write(c *Compiler) { c.template(n.sql, n.args) }
