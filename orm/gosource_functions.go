package orm

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/internal/gosource"
)

// function writes functions of the database.
func (w *goWriter) function(n Node) goExpr {
	if e := w.temporal(n); e.src != "" {
		return e
	}
	switch n := n.(type) {
	case *funcNode:
		return w.call(n)
	case *castNode:
		return w.cast(n)
	case *collateNode:
		return goExpr{src: "orm.Collate(" + w.as(w.expr(n.n), "string") + ", " + strconv.Quote(n.collation) + ")", value: "string", family: goText}
	case *concatNode:
		return goExpr{src: "orm.Concat(" + w.list(n.parts) + ")", value: "string", family: goText}
	case *roundNode:
		value := floatOr(n.float, "any")
		return goExpr{src: fmt.Sprintf("orm.Round(%s, %d)", w.as(w.expr(n.n), value), n.places), value: value, family: goNum}
	case *numericNode:
		return w.numeric(n)
	}
	return w.unknown(n)
}

func floatOr(float bool, other string) string {
	if float {
		return "float64"
	}
	return other
}

func (w *goWriter) numeric(n *numericNode) goExpr {
	if n.name == "LOG" {
		return goExpr{src: "orm.Log(" + w.list(n.args) + ")", value: "float64", family: goNum}
	}
	value := floatOr(n.float, "any")
	a, b := w.as(w.expr(n.args[0]), value), w.as(w.expr(n.args[1]), value)
	return goExpr{src: "orm.Mod(" + a + ", " + b + ")", value: value, family: goNum}
}

// goFunctions are the functions of this package by what they are in SQL, with their
// arguments: t text, n a number as part of the call, s a text as part of it, a an
// expression whose type they keep, i an integer, x any expression.
var goFunctions = map[string]struct{ name, args, value string }{
	"LOWER": {"Lower", "t", "string"}, "UPPER": {"Upper", "t", "string"}, "TRIM": {"Trim", "t", "string"}, "LTRIM": {"LTrim", "t", "string"},
	"RTRIM": {"RTrim", "t", "string"}, "REVERSE": {"Reverse", "t", "string"}, "MD5": {"MD5", "t", "string"}, "SHA1": {"SHA1", "t", "string"},
	"SHA224": {"SHA224", "t", "string"}, "SHA256": {"SHA256", "t", "string"}, "SHA384": {"SHA384", "t", "string"}, "SHA512": {"SHA512", "t", "string"},
	"LENGTH": {"Length", "t", "int64"}, "ORD": {"Ord", "t", "int64"}, "CHR": {"Chr", "i", "string"}, "LEFT": {"Left", "tn", "string"},
	"RIGHT": {"Right", "tn", "string"}, "REPEAT": {"Repeat", "tn", "string"}, "SUBSTRING": {"Substr", "tnn", "string"},
	"LPAD": {"LPad", "tns", "string"}, "RPAD": {"RPad", "tns", "string"}, "REPLACE": {"Replace", "tss", "string"}, "STRPOS": {"StrIndex", "ts", "int64"},
	"ABS": {"Abs", "a", "any"}, "CEILING": {"Ceil", "a", "any"}, "FLOOR": {"Floor", "a", "any"}, "SIGN": {"Sign", "a", "any"},
	"NULLIF": {"NullIf", "aa", "any"}, "NOW": {"Now", "", "time.Time"}, "UUID4": {"UUID4", "", "uuid.UUID"}, "UUID7": {"UUID7", "", "uuid.UUID"},
	"PI": {"Pi", "", "float64"}, "RANDOM": {"Random", "", "float64"}, "POWER": {"Power", "xx", "float64"}, "ATAN2": {"ATan2", "xx", "float64"},
	"SQRT": {"Sqrt", "x", "float64"}, "EXP": {"Exp", "x", "float64"}, "LN": {"Ln", "x", "float64"}, "SIN": {"Sin", "x", "float64"},
	"COS": {"Cos", "x", "float64"}, "TAN": {"Tan", "x", "float64"}, "COT": {"Cot", "x", "float64"}, "ASIN": {"ASin", "x", "float64"},
	"ACOS": {"ACos", "x", "float64"}, "ATAN": {"ATan", "x", "float64"}, "DEGREES": {"Degrees", "x", "float64"}, "RADIANS": {"Radians", "x", "float64"},
}

// goFamilies are the families that functions return, where it is not Expr.
var goFamilies = map[string]goFamily{"string": goText, "int64": goNum, "float64": goNum, "time.Time": goTime}

// call writes a function by its name here, or with Fn.
func (w *goWriter) call(n *funcNode) goExpr {
	switch n.name {
	case "COALESCE", "GREATEST", "LEAST":
		if len(n.args) >= 2 || n.name == "COALESCE" && len(n.args) == 1 {
			return goExpr{src: "orm." + n.name[:1] + strings.ToLower(n.name[1:]) + "(" + w.anys(n.args) + ")", value: "any"}
		}
	}
	f, ok := goFunctions[n.name]
	if args, fits := w.arguments(f.args, n); ok && fits {
		family := goFamilies[f.value]
		if f.args == "a" {
			family = goNum
		}
		return goExpr{src: "orm." + f.name + "(" + args + ")", value: f.value, family: family}
	}
	src := "orm.Fn[any](" + strconv.Quote(n.name)
	if len(n.args) > 0 {
		src += ", " + w.list(n.args)
	}
	return goExpr{src: src + ")", value: "any"}
}

// arguments writes the arguments of a function, or tells that they are not what it takes.
func (w *goWriter) arguments(kinds string, n *funcNode) (string, bool) {
	args := n.args
	substr := n.name == "SUBSTRING" && len(args) == 2
	if len(args) != len(kinds) && !substr {
		return "", false
	}
	parts := make([]string, len(args), len(kinds))
	for i, arg := range args {
		number, isNumber := arg.(intNode)
		value, isValue := arg.(*valNode)
		switch kinds[i] {
		case 'n':
			if !isNumber {
				return "", false
			}
			parts[i] = strconv.Itoa(int(number))
		case 's':
			s, isText := "", false
			if isValue {
				s, isText = value.v.(string)
			}
			if !isText {
				return "", false
			}
			parts[i] = gosource.String(s)
		case 'x':
			parts[i] = w.expr(arg).src
		default:
			parts[i] = w.as(w.expr(arg), map[byte]string{'t': "string", 'i': "int64", 'a': "any"}[kinds[i]])
		}
	}
	if substr {
		parts = append(parts, "0")
	}
	return strings.Join(parts, ", "), true
}
