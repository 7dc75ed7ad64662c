package orm

// Text functions. Positions count from 1.

func textFunc(name string, args ...Node) TextExpr { return TextExpr{&funcNode{name, args}} }

func textValue(s string) Node { return &valNode{v: s} }

// Lower is the text in small letters.
func Lower[V ~string](e Operand[V]) TextExpr { return textFunc("LOWER", operand(e)) }

// Upper is the text in capital letters.
func Upper[V ~string](e Operand[V]) TextExpr { return textFunc("UPPER", operand(e)) }

// Length is how many characters the text has.
func Length[V ~string](e Operand[V]) Int64Expr {
	return Int64Expr{&funcNode{"LENGTH", []Node{operand(e)}}}
}

// Concat puts expressions of any type together as text; null is empty.
func Concat(parts ...AnyExpr) TextExpr { return TextExpr{&concatNode{operands(parts)}} }

// Left is the first n characters.
func Left[V ~string](e Operand[V], n int) TextExpr {
	return textFunc("LEFT", operand(e), positive("Left", n))
}

// Right is the last n characters.
func Right[V ~string](e Operand[V], n int) TextExpr {
	return textFunc("RIGHT", operand(e), positive("Right", n))
}

// Substr is n characters from position from, or all that follow where n is 0.
func Substr[V ~string](e Operand[V], from, n int) TextExpr {
	args := []Node{operand(e), positive("Substr", from)}
	if n != 0 {
		args = append(args, positive("Substr", n))
	}
	return textFunc("SUBSTRING", args...)
}

// Replace is the text with each old replaced.
func Replace[V ~string](e Operand[V], old, replacement string) TextExpr {
	return textFunc("REPLACE", operand(e), textValue(old), textValue(replacement))
}

// Trim is the text without spaces around it.
func Trim[V ~string](e Operand[V]) TextExpr { return textFunc("TRIM", operand(e)) }

// LTrim is the text without spaces before it.
func LTrim[V ~string](e Operand[V]) TextExpr { return textFunc("LTRIM", operand(e)) }

// RTrim is the text without spaces after it.
func RTrim[V ~string](e Operand[V]) TextExpr { return textFunc("RTRIM", operand(e)) }

// LPad is the text filled up to n characters with fill on its left, or cut to n.
func LPad[V ~string](e Operand[V], n int, fill string) TextExpr {
	return textFunc("LPAD", operand(e), notNegative("LPad", n), textValue(fill))
}

// RPad is the text filled up to n characters with fill on its right, or cut to n.
func RPad[V ~string](e Operand[V], n int, fill string) TextExpr {
	return textFunc("RPAD", operand(e), notNegative("RPad", n), textValue(fill))
}

// Repeat is the text n times.
func Repeat[V ~string](e Operand[V], n int) TextExpr {
	return textFunc("REPEAT", operand(e), notNegative("Repeat", n))
}

// Reverse is the text from its end to its beginning.
func Reverse[V ~string](e Operand[V]) TextExpr { return textFunc("REVERSE", operand(e)) }

// StrIndex is the position of part in the text, 0 where it does not occur.
func StrIndex[V ~string](e Operand[V], part string) Int64Expr {
	return Int64Expr{&funcNode{"STRPOS", []Node{operand(e), textValue(part)}}}
}

// MD5 is the digest of the text in hexadecimal. It protects nothing.
func MD5[V ~string](e Operand[V]) TextExpr { return textFunc("MD5", operand(e)) }

// SHA1 is the digest of the text in hexadecimal; PostgreSQL needs pgcrypto. It
// protects nothing.
func SHA1[V ~string](e Operand[V]) TextExpr { return textFunc("SHA1", operand(e)) }

// SHA224 is the digest of the text in hexadecimal.
func SHA224[V ~string](e Operand[V]) TextExpr { return textFunc("SHA224", operand(e)) }

// SHA256 is the digest of the text in hexadecimal.
func SHA256[V ~string](e Operand[V]) TextExpr { return textFunc("SHA256", operand(e)) }

// SHA384 is the digest of the text in hexadecimal.
func SHA384[V ~string](e Operand[V]) TextExpr { return textFunc("SHA384", operand(e)) }

// SHA512 is the digest of the text in hexadecimal.
func SHA512[V ~string](e Operand[V]) TextExpr { return textFunc("SHA512", operand(e)) }

// Chr is the character with a code point.
func Chr(e Operand[int64]) TextExpr { return textFunc("CHR", operand(e)) }

// Ord is the code point of the first character.
func Ord[V ~string](e Operand[V]) Int64Expr {
	return Int64Expr{&funcNode{"ORD", []Node{operand(e)}}}
}

func notNegative(what string, n int) Node {
	if n == 0 {
		return intNode(0)
	}
	return positive(what, n)
}

// concatNode puts text together with null as empty (Django's Concat).
type concatNode struct{ parts []Node }

func (n *concatNode) walk(f func(Node)) {
	for _, p := range n.parts {
		f(p)
	}
}

func (n *concatNode) write(c *Compiler) {
	if len(n.parts) == 0 {
		c.SQL("''")
		return
	}
	if c.d.Name != "postgresql" {
		(&funcNode{"CONCAT", n.parts}).write(c)
		return
	}
	// CONCAT is not immutable there, so that indexes and generated columns
	// cannot have it.
	c.SQL("(")
	for i, p := range n.parts {
		if i > 0 {
			c.SQL(" || ")
		}
		c.SQL("COALESCE((")
		c.typed(p)
		c.SQL(")::text, '')")
	}
	c.SQL(")")
}
