package template

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/nuages-web/nuages/i18n"
)

// widthRatioNode is {% widthratio value max width as name %}.
type widthRatioNode struct {
	value, max, width *Expr
	name              string
}

func compileWidthRatio(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	n := &widthRatioNode{}
	switch {
	case len(bits) == 6 && bits[4] != "as":
		return nil, p.ErrorAt(t, bits[4], "invalid syntax in widthratio tag. Expecting 'as' keyword")
	case len(bits) == 6:
		n.name = bits[5]
	case len(bits) != 4:
		return nil, syntaxErrorf("widthratio takes at least three arguments")
	}
	e, err := p.exprs(t, bits[1:4])
	if err != nil {
		return nil, err
	}
	n.value, n.max, n.width = e[0], e[1], e[2]
	return n, nil
}

func (n *widthRatioNode) Render(c *Context) error {
	var args [3]Value
	for i, e := range [3]*Expr{n.value, n.max, n.width} {
		v, err := e.Eval(c)
		if isMissing(err) {
			return nil
		} else if err != nil { // as in Django, which takes a failed filter for a wrong argument
			return syntaxErrorf("widthratio: %w", err)
		}
		args[i] = v
	}
	width, err := args[2].pyInt()
	switch {
	case errors.Is(err, errOverflow):
		return fmt.Errorf("widthratio: %s %w", quote(args[2].String()), err)
	case err != nil:
		return syntaxErrorf("widthratio final argument must be a number")
	}
	start := len(c.out)
	c.out = appendRatio(c.out, args[0], args[1], width)
	if n.name != "" {
		s := string(c.out[start:])
		c.out = c.out[:start]
		c.Set(n.name, Text(s))
	}
	return nil
}

// appendRatio appends value / max * width, rounded; nothing where that is no number.
func appendRatio(dst []byte, value, max Value, width pyInt) []byte {
	f, err := value.pyFloat()
	if err != nil {
		return dst
	}
	g, err := max.pyFloat()
	if err != nil {
		return dst
	}
	if g == 0 {
		return append(dst, '0')
	}
	w, _ := width.value().Float()
	r := math.RoundToEven(f / g * w)
	if math.IsInf(r, 0) || math.IsNaN(r) {
		return dst
	}
	return strconv.AppendFloat(dst, r+0, 'f', 0, 64) // -0 + 0 is 0
}

// nowNode is {% now "format" as name %}.
type nowNode struct {
	format i18n.DateFormat
	name   string
}

func compileNow(p *Parser, t Token) (Node, error) {
	bits, n := t.Bits(), &nowNode{}
	if len(bits) == 4 {
		bits, n.name = cutAs(bits)
	}
	if len(bits) != 2 {
		return nil, syntaxErrorf("'now' statement takes one argument")
	}
	// As in Django the argument is a text whatever stands around it.
	format := bits[1]
	_, first := utf8.DecodeRuneInString(format)
	_, last := utf8.DecodeLastRuneInString(format)
	if format = format[first:]; len(format) > last {
		format = format[:len(format)-last]
	} else {
		format = "DATE_FORMAT"
	}
	n.format = i18n.ParseDateFormat(format)
	return n, nil
}

func (n *nowNode) Render(c *Context) error {
	now := c.Now()
	if c.zone != nil {
		now = now.In(c.zone)
	}
	if n.name == "" {
		var err error
		c.out, err = c.locale.AppendDate(c.out, i18n.Moment(now), n.format)
		return err
	}
	b, err := c.locale.AppendDate(c.Scratch(), i18n.Moment(now), n.format)
	c.Set(n.name, c.TextOf(b))
	return err
}
