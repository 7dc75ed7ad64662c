package template

import (
	"fmt"
	"reflect"

	"github.com/nuages-web/nuages/markup"
)

// A SimpleTag is a Go function that is a tag: {% name arg name=arg as variable %} (Django's
// simple_tag). Its result is escaped unless it is markup.HTML.
//
// Func may take a context.Context or *Context first, and may be variadic. A last parameter (before
// the variadic one) of type map[string]Value takes the arguments by name that are no parameter's. It
// gives a value, or a value and an error, which stops the render.
type SimpleTag struct {
	Func any
	// Params names the parameters after the context, in order, so that they may be given by name or
	// left out. Default: none; then all are given in order.
	Params []Param
}

// A Param is a parameter of a tag's function.
type Param struct {
	Name string
	// Default is the argument where none is given; nil where one must be. None() is None.
	Default any
	// ByName says that the parameter is given by name alone (Python's keyword-only).
	ByName bool
}

// A BlockTag is a Go function that is a tag with an end: {% name %}…{% endname %} (Django's
// simple_block_tag). Its first parameter after the context is the rendered contents, of type
// markup.HTML.
type BlockTag struct {
	Func   any
	Params []Param // after the contents
	End    string  // the end tag. Default "end" and the name
}

// An InclusionTag is a Go function that gives the data of a template, which is shown in place of the
// tag (Django's inclusion_tag). The template sees this data alone.
type InclusionTag struct {
	Func     any
	Params   []Param
	Template string // its name
}

// signed is a tag's function with the names of its parameters.
type signed struct {
	*function
	names []Param
	rest  bool // takes arguments by any name
}

var restType = reflect.TypeFor[map[string]Value]()

// sign checks a function against the parameters that are named for it; given are filled by the tag.
func sign(fn any, params []Param, given int) (*signed, error) {
	f, err := newFunction(fn)
	if err != nil {
		return nil, err
	}
	s := &signed{function: f, names: params}
	n := len(f.params)
	if n > 0 && f.params[n-1] == restType {
		s.rest = true
		n--
	}
	n -= given
	if n < 0 || given == 1 && f.params[0] != htmlType {
		return nil, fmt.Errorf("%T must take the contents, of type markup.HTML, first", fn)
	}
	if len(params) > n || len(params) > 0 && len(params) < n {
		return nil, fmt.Errorf("%T has %d parameters, of which Params names %d", fn, n, len(params))
	}
	if len(params) == 0 {
		s.names = make([]Param, n)
	}
	for i, p := range s.names {
		if p.Default != nil {
			if err := accepts(ValueOf(p.Default), f.params[given+i]); err != nil {
				return nil, fmt.Errorf("default of %s: %w", p.Name, err)
			}
		}
	}
	return s, nil
}

// arguments are those of one use of a tag.
type arguments struct {
	params []*Expr // by parameter, nil for its default
	more   []*Expr // of the variadic parameter
	rest   []Kwarg
}

func (a *arguments) exprs() []*Expr {
	list := append([]*Expr(nil), a.more...)
	for _, e := range a.params {
		if e != nil {
			list = append(list, e)
		}
	}
	for _, kw := range a.rest {
		list = append(list, kw.Value)
	}
	return list
}

// parse reads the arguments of a tag (Django's parse_bits).
func (s *signed) parse(p *Parser, t Token, bits []string) (*arguments, error) {
	a := &arguments{params: make([]*Expr, len(s.names))}
	named, position := false, 0
	for _, bit := range bits {
		name, value, ok := cutKwarg(bit)
		if !ok {
			value = bit
		}
		e, err := p.Expr(value)
		if err != nil {
			return nil, err
		}
		if ok {
			named = true
			if err := s.setNamed(p, t, a, name, e); err != nil {
				return nil, err
			}
			continue
		}
		if named {
			return nil, p.ErrorAt(t, bit, "'%s' received positional argument %s after arguments by name", t.Name(), quote(bit))
		}
		switch {
		case position < len(s.names) && !s.names[position].ByName:
			a.params[position] = e
		case s.variadic != nil:
			a.more = append(a.more, e)
		default:
			return nil, p.ErrorAt(t, bit, "'%s' received too many positional arguments", t.Name())
		}
		position++
	}
	return a, s.check(p, t, a)
}

func (s *signed) setNamed(p *Parser, t Token, a *arguments, name string, e *Expr) error {
	for i, param := range s.names {
		if param.Name != name {
			continue
		}
		if a.params[i] != nil {
			return p.ErrorAt(t, name+"=", "'%s' received multiple values for argument '%s'", t.Name(), name)
		}
		a.params[i] = e
		return nil
	}
	if !s.rest {
		return p.ErrorAt(t, name+"=", "'%s' received unexpected argument '%s'", t.Name(), name)
	}
	for _, kw := range a.rest {
		if kw.Name == name {
			return p.ErrorAt(t, name+"=", "'%s' received multiple values for argument '%s'", t.Name(), name)
		}
	}
	a.rest = append(a.rest, Kwarg{name, e})
	return nil
}

// check finds arguments that are missing and constants of the wrong type.
func (s *signed) check(p *Parser, t Token, a *arguments) error {
	given := len(s.params) - len(s.names)
	if s.rest {
		given--
	}
	for i, e := range a.params {
		if e == nil {
			if s.names[i].Default == nil {
				return p.ErrorAt(t, "", "'%s' did not receive a value for argument %s", t.Name(), paramName(s.names[i], i))
			}
			continue
		}
		if v, ok := e.Constant(); ok {
			if err := accepts(v, s.params[given+i]); err != nil {
				return p.ErrorAt(t, e.text, "'%s': argument %s %w", t.Name(), paramName(s.names[i], i), err)
			}
		}
	}
	return nil
}

func paramName(p Param, i int) string {
	if p.Name == "" {
		return fmt.Sprint(i + 1)
	}
	return "'" + p.Name + "'"
}

// run calls the function with the arguments of a use.
func (s *signed) run(c *Context, a *arguments, contents ...Value) (Value, error) {
	args := contents
	for i, e := range a.params {
		if e == nil {
			args = append(args, ValueOf(s.names[i].Default))
			continue
		}
		v, err := e.Eval(c)
		if err != nil {
			return Value{}, err
		}
		args = append(args, v)
	}
	if s.rest {
		rest := make(map[string]Value, len(a.rest))
		for _, kw := range a.rest {
			v, err := kw.Value.Eval(c)
			if err != nil {
				return Value{}, err
			}
			rest[kw.Name] = v
		}
		args = append(args, ValueOf(rest))
	}
	for _, e := range a.more {
		v, err := e.Eval(c)
		if err != nil {
			return Value{}, err
		}
		args = append(args, v)
	}
	return s.call(c, args)
}

// simpleNode is a use of a SimpleTag or BlockTag.
type simpleNode struct {
	fn     *signed
	args   *arguments
	nodes  *NodeList // of a BlockTag
	asName string
}

func (n *simpleNode) children() []*NodeList { return []*NodeList{n.nodes} }

func (n *simpleNode) exprs() []*Expr { return n.args.exprs() }

func (n *simpleNode) binds() []string { return []string{n.asName} }

func (n *simpleNode) Render(c *Context) error {
	var contents []Value
	if n.nodes != nil {
		html, err := c.Capture(n.nodes)
		if err != nil {
			return err
		}
		contents = []Value{HTML(html)}
	}
	v, err := n.fn.run(c, n.args, contents...)
	if err != nil {
		return err
	}
	if n.asName != "" {
		c.Set(n.asName, v)
		return nil
	}
	return c.writePlain(v)
}

// writePlain writes the text of a value, escaped but not localized.
func (c *Context) writePlain(v Value) error {
	if v.kind == KindObject {
		if h, ok := v.method().(markup.HTMLer); ok {
			v = HTML(h.HTML())
		}
	}
	if v.kind != KindText {
		v = Text(v.String())
	}
	return c.write(v)
}

// cutAs takes "as name" off the end of a tag's bits.
func cutAs(bits []string) (rest []string, name string) {
	if n := len(bits); n >= 2 && bits[n-2] == "as" {
		return bits[:n-2], bits[n-1]
	}
	return bits, ""
}

func (s SimpleTag) checkTag() error {
	_, err := sign(s.Func, s.Params, 0)
	return err
}

func (s SimpleTag) compileTag(p *Parser, t Token) (Node, error) {
	fn, err := sign(s.Func, s.Params, 0)
	if err != nil {
		return nil, err
	}
	bits, name := cutAs(t.Bits()[1:])
	args, err := fn.parse(p, t, bits)
	return &simpleNode{fn: fn, args: args, asName: name}, err
}

func (b BlockTag) checkTag() error {
	_, err := sign(b.Func, b.Params, 1)
	return err
}

func (b BlockTag) compileTag(p *Parser, t Token) (Node, error) {
	fn, err := sign(b.Func, b.Params, 1)
	if err != nil {
		return nil, err
	}
	bits, name := cutAs(t.Bits()[1:])
	args, err := fn.parse(p, t, bits)
	if err != nil {
		return nil, err
	}
	end := b.End
	if end == "" {
		end = "end" + t.Name()
	}
	nodes, err := p.Block(end)
	return &simpleNode{fn: fn, args: args, nodes: nodes, asName: name}, err
}

// inclusionNode is a use of an InclusionTag.
type inclusionNode struct {
	fn       *signed
	args     *arguments
	template string
}

func (i InclusionTag) checkTag() error {
	if i.Template == "" {
		return fmt.Errorf("Template names no template")
	}
	_, err := sign(i.Func, i.Params, 0)
	return err
}

func (i InclusionTag) compileTag(p *Parser, t Token) (Node, error) {
	fn, err := sign(i.Func, i.Params, 0)
	if err != nil {
		return nil, err
	}
	args, err := fn.parse(p, t, t.Bits()[1:])
	return &inclusionNode{fn, args, i.Template}, err
}

func (n *inclusionNode) exprs() []*Expr { return n.args.exprs() }

func (n *inclusionNode) Render(c *Context) error {
	data, err := n.fn.run(c, n.args)
	if err != nil {
		return err
	}
	t, err := c.get(n.template)
	if err != nil {
		return err
	}
	token, given := c.given("csrf_token")
	outer := c.isolate(len(c.vars), data)
	c.inclusion = true
	c.Push()
	if given {
		c.pushVar("csrf_token", token)
	}
	err = t.renderIn(c)
	c.Pop()
	c.root = outer
	return err
}

// given finds a variable that a tag set or that is in the data.
func (c *Context) given(name string) (v Value, ok bool) {
	if set := c.variable(name); set != nil {
		return *set, true
	}
	for i := range c.changed {
		if c.changed[i].name == name {
			return c.changed[i].value, true
		}
	}
	if item, ok := c.keys[name]; ok {
		return ValueOf(item), true
	}
	if c.keys == nil && c.data.kind == KindObject {
		ok = c.ofData(&bit{name: name, index: -1}, &v)
	}
	return v, ok
}
