package template

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/text"
)

// blockTransNode is {% blocktranslate with a=b count n=c context "…" trimmed asvar name %}.
type blockTransNode struct {
	tag      string
	with     []Kwarg
	count    *Kwarg // nil without
	context  *Expr  // nil without
	trimmed  bool
	name     string
	singular string // messages in the form that Python's % takes
	plural   string
	vars     map[string]*varPath
}

func compileBlockTranslate(p *Parser, t Token) (Node, error) {
	n := &blockTransNode{tag: t.Name(), vars: map[string]*varPath{}}
	if err := n.options(p, t, t.Bits()[1:]); err != nil {
		return nil, err
	}
	var end Token
	n.singular, end = n.message(p)
	if n.count != nil {
		if end.Kind != TokenBlock || end.Contents != "plural" {
			return nil, n.misplaced(p, t, end)
		}
		n.plural, end = n.message(p)
	}
	if end.Kind != TokenBlock || end.Contents != "end"+n.tag {
		return nil, n.misplaced(p, t, end)
	}
	return n, nil
}

// misplaced is the error of a tag within the block, or of a block without end.
func (n *blockTransNode) misplaced(p *Parser, t, seen Token) error {
	if seen.end == 0 {
		return p.ErrorAt(t, "", "unclosed tag '%s'. Looking for 'end%s'", n.tag, n.tag)
	}
	return p.ErrorAt(seen, "", "'%s' doesn't allow other block tags (seen '%s') inside it", n.tag, seen.Contents)
}

func (n *blockTransNode) options(p *Parser, t Token, bits []string) (err error) {
	seen := map[string]bool{}
	for len(bits) > 0 {
		option := bits[0]
		if seen[option] {
			return p.ErrorAt(t, option, "the '%s' option was specified more than once", option)
		}
		seen[option], bits = true, bits[1:]
		switch option {
		case "with", "count":
			var kwargs []Kwarg
			if kwargs, bits, err = p.Kwargs(bits, OldKwargs); err != nil {
				return p.locate(err, t)
			}
			switch {
			case option == "with" && len(kwargs) == 0:
				return p.ErrorAt(t, option, `"with" in '%s' tag needs at least one keyword argument`, n.tag)
			case option == "with":
				n.with = kwargs
			case len(kwargs) != 1:
				return p.ErrorAt(t, option, `"count" in '%s' tag expected exactly one keyword argument`, n.tag)
			default:
				n.count = &kwargs[0]
			}
		case "context":
			if len(bits) > 0 {
				n.context, err = p.Expr(bits[0])
			}
			if len(bits) == 0 || err != nil {
				return p.ErrorAt(t, option, `"context" in '%s' tag expected exactly one argument`, n.tag)
			}
			bits = bits[1:]
		case "trimmed":
			n.trimmed = true
		case "asvar":
			if len(bits) == 0 {
				return p.ErrorAt(t, option, "no argument provided to the '%s' tag for the asvar option", n.tag)
			}
			n.name, bits = bits[0], bits[1:]
		default:
			return p.ErrorAt(t, option, "unknown argument for '%s' tag: '%s'", n.tag, option)
		}
	}
	return nil
}

// message reads text and variables up to a tag or comment, which is returned.
func (n *blockTransNode) message(p *Parser) (string, Token) {
	var b strings.Builder
	for {
		t, ok := p.Next()
		switch {
		case ok && t.Kind == TokenText:
			b.WriteString(strings.ReplaceAll(t.Contents, "%", "%%"))
			continue
		case ok && t.Kind == TokenVar:
			// What stands in the braces is a name, whatever it looks like: filters have no place here.
			b.WriteString("%(" + t.Contents + ")s")
			n.vars[t.Contents] = &varPath{text: t.Contents, bits: []bit{{name: t.Contents, index: -1}}}
			continue
		}
		if n.trimmed {
			return trimLines(b.String()), t
		}
		return b.String(), t
	}
}

// trimLines takes the space around line ends and puts one blank in its place (Django's
// trim_whitespace).
func trimLines(s string) string {
	var b strings.Builder
	s = text.TrimSpace(s)
	for s != "" {
		i := strings.IndexByte(s, '\n')
		if i < 0 {
			break
		}
		b.WriteString(strings.TrimRightFunc(s[:i], unicode.IsSpace))
		b.WriteByte(' ')
		s = strings.TrimLeftFunc(s[i:], unicode.IsSpace)
	}
	b.WriteString(s)
	return b.String()
}

func (n *blockTransNode) Render(c *Context) error {
	context, err := n.messageContext(c)
	if err != nil {
		return err
	}
	start := len(c.out)
	c.Push()
	err = n.write(c, context)
	c.Pop()
	if err != nil || n.name == "" {
		return err
	}
	s := string(c.out[start:])
	c.out = c.out[:start]
	c.Set(n.name, Value{kind: KindText, str: s, safe: true})
	return nil
}

func (n *blockTransNode) messageContext(c *Context) (string, error) {
	if n.context == nil {
		return "", nil
	}
	v, err := n.context.Eval(c)
	if err != nil || !v.Truth() {
		return "", err
	}
	return v.text(), nil
}

// write writes the translation, or the source text where the translation can't be used: Django's way
// with a mistake of a translator.
func (n *blockTransNode) write(c *Context, context string) error {
	if err := c.setAll(n.with); err != nil {
		return err
	}
	count, err := n.number(c)
	if err != nil {
		return err
	}
	var message string
	source := n.singular
	switch {
	case n.count == nil:
		message = c.translate(context, n.singular)
	case context != "":
		message = c.locale.NPGettext(context, n.singular, n.plural, count)
	default:
		message = c.locale.NGettext(n.singular, n.plural, count)
	}
	if n.count != nil && count != 1 {
		source = n.plural
	}
	if n.format(c, message) == nil {
		return nil
	}
	locale := c.locale
	c.locale = nil
	err = n.format(c, source)
	c.locale = locale
	if err != nil {
		return syntaxErrorf("'%s' is unable to format the message %s: %w", n.tag, quote(message), err)
	}
	return nil
}

// number returns the number that the form of the message depends on, and sets its variable.
func (n *blockTransNode) number(c *Context) (int, error) {
	if n.count == nil {
		return 0, nil
	}
	v, err := n.count.Value.Eval(c)
	if err != nil {
		return 0, err
	}
	if _, ok := v.number(); !ok && v.kind != KindBool {
		return 0, syntaxErrorf("'%s' argument to '%s' tag must be a number", n.count.Name, n.tag)
	}
	c.Set(n.count.Name, v)
	if i, ok := v.Int(); ok {
		return int(i), nil
	}
	// Forms are for whole numbers; 1.5 has that of 2 and 0.5 that of 0, as in most languages.
	f, _ := v.Float()
	if f = math.Abs(f); f >= 1 {
		f = math.Ceil(f)
	}
	return int(min(math.Trunc(f), math.MaxInt32)), nil
}

// errMessage is a message that Python's % would refuse.
var errMessage = errors.New("its % is not followed by (name)s or %")

// format writes a message with the variables in it. It writes nothing when it returns an error.
func (n *blockTransNode) format(c *Context, message string) error {
	start := len(c.out)
	for rest := message; ; {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			c.WriteString(rest)
			return nil
		}
		c.WriteString(rest[:i])
		rest = rest[i+1:]
		if strings.HasPrefix(rest, "%") {
			c.WriteString("%")
			rest = rest[1:]
			continue
		}
		name, after, ok := strings.Cut(strings.TrimPrefix(rest, "("), ")s")
		path := n.vars[name]
		if !ok || path == nil || rest[0] != '(' || strings.ContainsAny(name, "()") {
			c.out = c.out[:start]
			return n.formatAsPython(c, message)
		}
		if err := n.writeVar(c, path); err != nil {
			c.out = c.out[:start]
			return err
		}
		rest = after
	}
}

func (n *blockTransNode) writeVar(c *Context, path *varPath) error {
	v, ok, err := path.resolve(c)
	if err != nil {
		return err
	}
	if !ok {
		v = c.invalid(path.text)
	}
	return c.write(v)
}

// formatAsPython writes a message of another form than %(name)s, which translators rarely need.
func (n *blockTransNode) formatAsPython(c *Context, message string) error {
	values := map[string]any{}
	for name, path := range n.vars {
		start := len(c.out)
		err := n.writeVar(c, path)
		values[name] = string(c.out[start:])
		c.out = c.out[:start]
		if err != nil {
			return err
		}
	}
	out, err := pyfmt.AppendFormat(c.out, message, values)
	if err != nil {
		return fmt.Errorf("%w: %w", errMessage, err)
	}
	c.out = out
	return nil
}
