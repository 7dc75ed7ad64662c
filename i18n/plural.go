package i18n

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limits of a Plural-Forms header. Real expressions stay far below: Arabic's has
// 117 characters and nests six deep.
const (
	maxPluralLength = 1000
	maxPluralDepth  = 50
	maxPluralForms  = 64
)

// pluralRule picks the form of a message for a number: the expression of a
// catalogue's Plural-Forms header. The zero value is Germanic: one form for 1,
// another for everything else.
type pluralRule struct {
	root *pluralNode
}

// pluralNode is a number, n, or an operator with its operands.
type pluralNode struct {
	op      string // "" is a number, "n" the variable, "?" has three operands
	value   int
	a, b, c *pluralNode
}

// parsePluralForms reads the value of a Plural-Forms header, such as
// "nplurals=2; plural=(n != 1);".
func parsePluralForms(header string) (pluralRule, error) {
	_, expr, ok := strings.Cut(header, "plural=")
	if rest, found := strings.CutPrefix(strings.TrimSpace(header), "nplurals="); found {
		_, expr, ok = strings.Cut(rest, "plural=")
	}
	if !ok {
		return pluralRule{}, fmt.Errorf("plural forms %.40q: no plural=", header)
	}
	expr, _, _ = strings.Cut(expr, ";")
	if len(expr) > maxPluralLength {
		return pluralRule{}, fmt.Errorf("plural forms %.40q: longer than %d characters", header, maxPluralLength)
	}
	p := pluralParser{text: expr}
	root, err := p.ternary()
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("unexpected %q", p.peek())
	}
	if err != nil {
		return pluralRule{}, fmt.Errorf("plural forms %.40q: %w", header, err)
	}
	return pluralRule{root}, nil
}

// formFor returns the index of the form for n. It is not limited to the forms
// that a message has.
func formFor[N count](r pluralRule, n N) int {
	if r.root != nil {
		return int(evalPlural(r.root, n))
	}
	return int(toCount[N](n != 1))
}

// pluralParser reads C expressions of one variable by precedence.
type pluralParser struct {
	text  string
	pos   int
	depth int
}

var errPluralDepth = errors.New("too deeply nested")

// peek returns the next token without taking it, "" at the end.
func (p *pluralParser) peek() string {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
	rest := p.text[p.pos:]
	if rest == "" {
		return ""
	}
	for _, op := range [...]string{"||", "&&", "==", "!=", "<=", ">="} {
		if strings.HasPrefix(rest, op) {
			return op
		}
	}
	end := 1
	for isDigit(rest[0]) && end < len(rest) && isDigit(rest[end]) {
		end++
	}
	return rest[:end]
}

func (p *pluralParser) take(token string) bool {
	if token == "" || p.peek() != token {
		return false
	}
	p.pos += len(token)
	return true
}

func (p *pluralParser) ternary() (*pluralNode, error) {
	if p.depth++; p.depth > maxPluralDepth {
		return nil, errPluralDepth
	}
	defer func() { p.depth-- }()
	test, err := p.binary(0)
	if err != nil || !p.take("?") {
		return test, err
	}
	yes, err := p.ternary()
	if err != nil {
		return nil, err
	}
	if !p.take(":") {
		return nil, fmt.Errorf("%q where a colon belongs", p.peek())
	}
	no, err := p.ternary()
	if err != nil {
		return nil, err
	}
	return &pluralNode{op: "?", a: test, b: yes, c: no}, nil
}

// pluralLevels are the binary operators, the loosest first.
var pluralLevels = [...][]string{{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/", "%"}}

func (p *pluralParser) binary(level int) (*pluralNode, error) {
	if level == len(pluralLevels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	if err != nil {
		return nil, err
	}
	// A chain nests to the left, so it counts as depth too.
	chain := 0
	defer func() { p.depth -= chain }()
	for {
		op := p.peek()
		if !slices.Contains(pluralLevels[level], op) {
			return left, nil
		}
		p.take(op)
		if chain++; p.depth+chain > maxPluralDepth {
			return nil, errPluralDepth
		}
		right, err := p.binary(level + 1)
		if err != nil {
			return nil, err
		}
		left = &pluralNode{op: op, a: left, b: right}
	}
}

func (p *pluralParser) unary() (*pluralNode, error) {
	token := p.peek()
	switch {
	case p.take("!"):
		if p.depth++; p.depth > maxPluralDepth {
			return nil, errPluralDepth
		}
		a, err := p.unary()
		p.depth--
		return &pluralNode{op: "!", a: a}, err
	case p.take("n"):
		return &pluralNode{op: "n"}, nil
	case p.take("("):
		inner, err := p.ternary()
		if err == nil && !p.take(")") {
			err = errors.New("unbalanced parenthesis")
		}
		return inner, err
	case token != "" && isDigit(token[0]):
		p.take(token)
		value, err := strconv.Atoi(token)
		return &pluralNode{value: value}, err
	case token == "":
		return nil, errors.New("it ends too early")
	}
	return nil, fmt.Errorf("unexpected %q", token)
}

// count is the type of what is counted. Python passes floats on to the
// expression as they are.
type count interface{ int | float64 }

func evalPlural[N count](e *pluralNode, n N) N {
	switch e.op {
	case "":
		return N(e.value)
	case "n":
		return n
	case "!":
		return toCount[N](evalPlural(e.a, n) == 0)
	case "?":
		if evalPlural(e.a, n) != 0 {
			return evalPlural(e.b, n)
		}
		return evalPlural(e.c, n)
	case "||", "&&": // the operand that decides, as in Python
		a := evalPlural(e.a, n)
		if (a != 0) == (e.op == "||") {
			return a
		}
		return evalPlural(e.b, n)
	}
	return arithmetic(e.op, evalPlural(e.a, n), evalPlural(e.b, n))
}

// arithmetic divides towards minus infinity, as Python does, and takes a
// division by zero as 0.
func arithmetic[N count](op string, a, b N) N {
	switch op {
	case "==":
		return toCount[N](a == b)
	case "!=":
		return toCount[N](a != b)
	case "<=":
		return toCount[N](a <= b)
	case ">=":
		return toCount[N](a >= b)
	case "<":
		return toCount[N](a < b)
	case ">":
		return toCount[N](a > b)
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	if b == 0 {
		return 0
	}
	quotient := N(int64(a / b))
	rest := a - quotient*b
	if rest != 0 && (rest < 0) != (b < 0) {
		quotient, rest = quotient-1, rest+b
	}
	if op == "/" {
		return quotient
	}
	return rest
}

func toCount[N count](b bool) N {
	if b {
		return 1
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
