package template

import (
	"fmt"
	"iter"
	"reflect"
	"strings"
)

// forNode is {% for a, b in items reversed %}…{% empty %}…{% endfor %}.
type forNode struct {
	names    []string
	items    *Expr
	reversed bool
	body     *NodeList
	empty    *NodeList // nil without
}

func (n *forNode) children() []*NodeList { return []*NodeList{n.body, n.empty} }

func compileFor(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) < 4 {
		return nil, syntaxErrorf("'for' statements should have at least four words: %s", t.Contents)
	}
	n := &forNode{reversed: bits[len(bits)-1] == "reversed"}
	in := len(bits) - 2
	if n.reversed {
		in--
	}
	if bits[in] != "in" {
		return nil, syntaxErrorf("'for' statements should use the format 'for x in y': %s", t.Contents)
	}
	for _, name := range strings.Split(strings.Join(bits[1:in], " "), ",") {
		name = strings.TrimSpace(name)
		if name == "" || strings.ContainsAny(name, " \"'|") {
			return nil, syntaxErrorf("'for' tag received an invalid argument: %s", t.Contents)
		}
		n.names = append(n.names, name)
	}
	var err error
	if n.items, err = p.Expr(bits[in+1]); err != nil {
		return nil, p.locate(err, t)
	}
	if n.body, err = p.Parse("empty", "endfor"); err != nil {
		return nil, err
	}
	if t, _ := p.Next(); t.Contents == "empty" { // as in Django "empty" and more words end the loop
		n.empty, err = p.Block("endfor")
	}
	return n, err
}

// forLoop is the variable forloop.
type forLoop struct {
	counter0, length int
	parent           *forLoop
	state            map[any]any // of {% ifchanged %}
}

// attr answers for the names of forloop.
func (l *forLoop) attr(name string) (Value, bool) {
	switch name {
	case "counter":
		return Int(int64(l.counter0 + 1)), true
	case "counter0":
		return Int(int64(l.counter0)), true
	case "revcounter":
		return Int(int64(l.length - l.counter0)), true
	case "revcounter0":
		return Int(int64(l.length - l.counter0 - 1)), true
	case "first":
		return Bool(l.counter0 == 0), true
	case "last":
		return Bool(l.counter0 == l.length-1), true
	case "length":
		return Int(int64(l.length)), true
	case "parentloop":
		if l.parent == nil {
			return ValueOf(map[string]any{}), true
		}
		return object(reflect.ValueOf(l.parent)), true
	}
	return Value{}, false
}

// TemplateKey and All make a Mapping of forloop: {{ forloop }} shows a dict.
func (l *forLoop) TemplateKey(name string) (any, bool) { return l.attr(name) }

// All goes over the names in the order of Django's dict.
func (l *forLoop) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, name := range []string{"parentloop", "length", "counter0", "counter", "revcounter", "revcounter0", "first", "last"} {
			v, _ := l.attr(name)
			if !yield(name, v.Any()) {
				return
			}
		}
	}
}

func (n *forNode) Render(c *Context) error {
	v, err := n.items.EvalOrNone(c)
	if err != nil {
		return err
	}
	seq, err := v.sequence(c)
	if err != nil {
		return fmt.Errorf("for %s in %s: %w", strings.Join(n.names, ", "), n.items, err)
	}
	if seq.length == 0 {
		c.Push()
		defer c.Pop()
		return n.empty.Render(c)
	}
	loop := &forLoop{length: seq.length, parent: c.loop()}
	c.Push()
	c.pushVar("forloop", object(reflect.ValueOf(loop)))
	err = n.loop(c, loop, seq)
	c.Pop()
	return err
}

// loop returns the innermost loop, nil outside of loops.
func (c *Context) loop() *forLoop {
	if v := c.variable("forloop"); v != nil {
		l, _ := v.Any().(*forLoop)
		return l
	}
	return nil
}

func (n *forNode) loop(c *Context, loop *forLoop, seq sequence) error {
	at := len(c.vars)
	if len(n.names) == 1 {
		c.pushVar(n.names[0], Value{})
	}
	for i := range seq.length {
		item := seq.at(i)
		if n.reversed {
			item = seq.at(seq.length - 1 - i)
		}
		loop.counter0 = i
		if len(n.names) == 1 {
			c.vars[at].value = item
			if err := n.body.Render(c); err != nil {
				return err
			}
			continue
		}
		c.Push()
		if err := n.unpack(c, item); err != nil {
			return err
		}
		if err := n.body.Render(c); err != nil {
			return err
		}
		c.Pop()
	}
	return nil
}

// unpack sets the loop's variables to the parts of an item.
func (n *forNode) unpack(c *Context, item Value) error {
	parts, err := item.sequence(c)
	if err != nil || item.kind == KindNone {
		parts = sequence{length: 1}
	}
	if parts.length != len(n.names) {
		return fmt.Errorf("need %d values to unpack in for loop; got %d", len(n.names), parts.length)
	}
	for i, name := range n.names {
		c.Set(name, parts.at(i))
	}
	return nil
}
