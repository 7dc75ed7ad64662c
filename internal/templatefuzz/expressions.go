package templatefuzz

import (
	"slices"
	"strings"
)

// expression makes an expression with filters, and says what it is.
func (g *gen) expression() (string, kind) {
	start, k := g.operand()
	return g.filtered(start, k, g.intn(4)*g.intn(2))
}

// expressionOf tries to make an expression of one of these kinds.
func (g *gen) expressionOf(wanted ...kind) string {
	if g.chance(3) {
		e, _ := g.expression()
		return e
	}
	for range 8 {
		if e, k := g.expression(); slices.Contains(wanted, k) {
			return e
		}
	}
	return g.variableOf(wanted...)
}

// variableOf returns a variable of one of these kinds: there is always one.
func (g *gen) variableOf(wanted ...kind) string {
	var fitting []variable
	for _, v := range g.scope {
		if slices.Contains(wanted, v.kind) {
			fitting = append(fitting, v)
		}
	}
	if len(fitting) == 0 {
		return "missing"
	}
	return pick(g, fitting).path
}

// operand is a variable or a literal.
func (g *gen) operand() (string, kind) {
	if g.chance(80) {
		v := pick(g, g.scope)
		return g.deeper(v)
	}
	switch g.intn(5) {
	case 0:
		return g.pick([]string{"0", "1", "42", "-3", "+7"}), integer
	case 1:
		return g.pick([]string{"1.5", "-0.25", "2e2", "10.0"}), float
	case 2:
		return g.pick([]string{"True", "False"}), boolean
	case 3:
		return "None", none
	}
	return g.literal(), safeText // a literal is safe
}

// deeper is the variable, or something that it holds.
func (g *gen) deeper(v variable) (string, kind) {
	if g.chance(60) {
		return v.path, v.kind
	}
	switch v.kind {
	case texts:
		return v.path + "." + g.pick([]string{"0", "1", "0.0", "9"}), text
	case integers:
		return v.path + "." + g.pick([]string{"0", "1", "9"}), integer
	case pairs:
		return v.path + ".0." + g.pick([]string{"0", "1"}), text
	case rows:
		return v.path + ".0." + g.pick([]string{"name", "n"}), text
	case counts:
		return v.path + "." + g.pick([]string{"k0", "k1", "k9"}), integer
	case text:
		return v.path + "." + g.pick([]string{"0", "nothing"}), text
	}
	return v.path, v.kind
}

// literal is a literal text with quotes of either sort.
func (g *gen) literal() string {
	word := g.pick(words)
	if strings.ContainsAny(word, "{}\n\r%") { // they would end the tag
		word = "word"
	}
	quote := g.pick([]string{`"`, `'`})
	word = strings.ReplaceAll(word, `\`, `\\`)
	return quote + strings.ReplaceAll(word, quote, `\`+quote) + quote
}

// filtered adds n filters that fit, or now and then do not.
func (g *gen) filtered(expression string, k kind, n int) (string, kind) {
	for range n {
		var fitting []filter
		anyway := g.chance(4)
		for _, f := range filters {
			if f.in == nil || anyway || slices.Contains(f.in, k) {
				fitting = append(fitting, f)
			}
		}
		f := pick(g, fitting)
		expression += "|" + f.name + g.argument(f)
		if f.out != same {
			k = f.out
		}
	}
	return expression, k
}

func (g *gen) argument(f filter) string {
	if len(f.args) == 0 || f.bare && g.chance(50) {
		return ""
	}
	switch arg := g.pick(f.args); arg {
	case "number":
		return ":" + g.variableOf(integer)
	case "text":
		return ":" + g.variableOf(text)
	default:
		return ":" + arg
	}
}

// condition makes what {% if %} decides on.
func (g *gen) condition(depth int) string {
	if depth > 0 && g.chance(40) {
		return g.condition(depth-1) + g.pick([]string{" and ", " or "}) + g.condition(depth-1)
	}
	if g.chance(15) {
		return "not " + g.condition(0)
	}
	left, k := g.expression()
	switch n := g.intn(100); {
	case n < 40 || k == missing:
		return left
	case n < 50:
		return left + g.pick([]string{" is ", " is not "}) + g.pick([]string{"None", "True", "False"})
	case k > datetime: // Python does not compare a list with a tuple, nor look one up in a dict
		return left
	case n < 65:
		return left + g.pick([]string{" in ", " not in "}) + g.collection(k)
	}
	right := g.expressionOf(k, k, integer)
	return left + g.pick([]string{" == ", " != ", " < ", " > ", " <= ", " >= "}) + right
}

// collection makes what may hold something of kind k.
func (g *gen) collection(k kind) string {
	if k == integer {
		return g.variableOf(integers, counts, text)
	}
	return g.variableOf(texts, text, safeText, counts)
}
