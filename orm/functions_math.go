package orm

import (
	"reflect"
	"strconv"
)

// Mathematical functions. What they say of arguments without a result (the root of
// -1) is the database's: null on SQLite and MySQL, an error on PostgreSQL.

func mathFunc(name string, args ...AnyExpr) Float64Expr {
	return Float64Expr{&funcNode{name, operands(args)}}
}

// Abs is the number without its sign.
func Abs[V any](e Operand[V]) NumExpr[V] { return num[V](&funcNode{"ABS", []Node{operand(e)}}) }

// Ceil is the smallest whole number that is not less.
func Ceil[V any](e Operand[V]) NumExpr[V] { return num[V](&funcNode{"CEILING", []Node{operand(e)}}) }

// Floor is the greatest whole number that is not greater.
func Floor[V any](e Operand[V]) NumExpr[V] { return num[V](&funcNode{"FLOOR", []Node{operand(e)}}) }

// Round rounds to places digits after the point; negative places round before it,
// not on SQLite.
func Round[V any](e Operand[V], places int) NumExpr[V] {
	return num[V](&roundNode{operand(e), places, isFloat[V]()})
}

func isFloat[V any]() bool {
	k := reflect.TypeFor[V]().Kind()
	return k == reflect.Float64 || k == reflect.Float32
}

// Sign is -1, 0 or 1.
func Sign[V any](e Operand[V]) NumExpr[V] { return num[V](&funcNode{"SIGN", []Node{operand(e)}}) }

// Mod is the remainder of a / b, with the sign of a.
func Mod[V any](a, b Operand[V]) NumExpr[V] {
	return num[V](&numericNode{"MOD", []Node{operand(a), operand(b)}, isFloat[V]()})
}

// Power is base to the power of exponent.
func Power(base, exponent AnyExpr) Float64Expr { return mathFunc("POWER", base, exponent) }

// Sqrt is the square root.
func Sqrt(e AnyExpr) Float64Expr { return mathFunc("SQRT", e) }

// Exp is e to the power of the number.
func Exp(e AnyExpr) Float64Expr { return mathFunc("EXP", e) }

// Ln is the natural logarithm.
func Ln(e AnyExpr) Float64Expr { return mathFunc("LN", e) }

// Log is the logarithm of e to a base.
func Log(base, e AnyExpr) Float64Expr {
	return Float64Expr{&numericNode{"LOG", []Node{operand(base), operand(e)}, true}}
}

// Sin is the sine of an angle in radians.
func Sin(e AnyExpr) Float64Expr { return mathFunc("SIN", e) }

// Cos is the cosine of an angle in radians.
func Cos(e AnyExpr) Float64Expr { return mathFunc("COS", e) }

// Tan is the tangent of an angle in radians.
func Tan(e AnyExpr) Float64Expr { return mathFunc("TAN", e) }

// Cot is the cotangent of an angle in radians.
func Cot(e AnyExpr) Float64Expr { return mathFunc("COT", e) }

// ASin is the arc sine in radians.
func ASin(e AnyExpr) Float64Expr { return mathFunc("ASIN", e) }

// ACos is the arc cosine in radians.
func ACos(e AnyExpr) Float64Expr { return mathFunc("ACOS", e) }

// ATan is the arc tangent in radians.
func ATan(e AnyExpr) Float64Expr { return mathFunc("ATAN", e) }

// ATan2 is the arc tangent of y / x in radians, in the right quadrant.
func ATan2(y, x AnyExpr) Float64Expr { return mathFunc("ATAN2", y, x) }

// Degrees turns radians into degrees.
func Degrees(e AnyExpr) Float64Expr { return mathFunc("DEGREES", e) }

// Radians turns degrees into radians.
func Radians(e AnyExpr) Float64Expr { return mathFunc("RADIANS", e) }

// Pi is π.
func Pi() Float64Expr { return mathFunc("PI") }

// Random is a number from 0 to 1, another one for each row.
func Random() Float64Expr { return mathFunc("RANDOM") }

// numericNode is a function that PostgreSQL has for numeric only.
type numericNode struct {
	name  string
	args  []Node
	float bool // the result is a float
}

func (n *numericNode) walk(f func(Node)) {
	for _, arg := range n.args {
		f(arg)
	}
}

func (n *numericNode) write(c *Compiler) {
	if c.d.Name != "postgresql" || !n.float {
		(&funcNode{n.name, n.args}).write(c)
		return
	}
	c.SQL("CAST(" + n.name + "(")
	for i, arg := range n.args {
		if i > 0 {
			c.SQL(", ")
		}
		c.SQL("CAST(")
		c.typed(arg)
		c.SQL(" AS numeric)")
	}
	c.SQL(") AS double precision)")
}

type roundNode struct {
	n      Node
	places int
	float  bool
}

func (n *roundNode) walk(f func(Node)) { f(n.n) }
func (n *roundNode) write(c *Compiler) {
	if c.d.Name == "sqlite" && n.places < 0 {
		c.Unsupported("ROUND with negative places", "")
		return
	}
	if c.d.Name != "postgresql" || !n.float {
		(&funcNode{"ROUND", []Node{n.n, intNode(n.places)}}).write(c)
		return
	}
	c.SQL("CAST(ROUND(CAST(")
	c.typed(n.n)
	c.SQL(" AS numeric), " + strconv.Itoa(n.places) + ") AS double precision)")
}
