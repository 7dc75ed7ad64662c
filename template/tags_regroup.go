package template

import (
	"fmt"
	"reflect"

	"github.com/nuages-web/nuages/internal/pyfmt"
)

// regroupNode is {% regroup items by attribute as name %}.
type regroupNode struct {
	items *Expr
	by    *Expr // attribute of the variable name
	name  string
}

func compileRegroup(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	switch {
	case len(bits) != 6:
		return nil, syntaxErrorf("'regroup' tag takes five arguments")
	case bits[2] != "by":
		return nil, p.ErrorAt(t, bits[2], "second argument to 'regroup' tag must be 'by'")
	case bits[4] != "as":
		return nil, p.ErrorAt(t, bits[4], "next-to-last argument to 'regroup' tag must be 'as'")
	}
	n := &regroupNode{name: bits[5]}
	var err error
	if n.items, err = p.expr(t, bits[1]); err != nil {
		return nil, err
	}
	n.by, err = p.expr(t, n.name+"."+bits[3])
	return n, err
}

// grouped is neighbours that have the attribute in common: Python's namedtuple of grouper and list.
type grouped struct{ Grouper, List Value }

// TemplateIndex answers for the items of the tuple.
func (g *grouped) TemplateIndex(i int) (any, bool) {
	switch i {
	case 0:
		return g.Grouper, true
	case 1:
		return g.List, true
	}
	return nil, false
}

// Len is the number of items of the tuple.
func (g *grouped) Len() int { return 2 }

// String shows the tuple as Python does.
func (g *grouped) String() string {
	b := append([]byte(nil), "GroupedResult(grouper="...)
	b = pyfmt.AppendRepr(b, g.Grouper.plain())
	b = append(b, ", list="...)
	return string(append(pyfmt.AppendRepr(b, g.List.plain()), ')'))
}

func (n *regroupNode) Render(c *Context) error {
	items, err := n.items.EvalOrNone(c)
	if err != nil {
		return err
	}
	seq, err := items.sequence(c)
	if err != nil {
		return fmt.Errorf("regroup %s: %w", n.items, err)
	}
	groups := []*grouped{}
	start := 0
	for i := range seq.length {
		c.Set(n.name, seq.at(i))
		key, err := n.by.EvalOrNone(c)
		if err != nil {
			return err
		}
		if last := len(groups) - 1; last >= 0 {
			if identical(groups[last].Grouper, key) || Equal(groups[last].Grouper, key) {
				continue
			}
			groups[last].List = items.part(seq, start, i)
		}
		groups, start = append(groups, &grouped{Grouper: key}), i
	}
	if last := len(groups) - 1; last >= 0 {
		groups[last].List = items.part(seq, start, seq.length)
	}
	c.Set(n.name, ValueOf(groups))
	return nil
}

// part returns the items from start to end as a list: of a slice the slice of it, which copies
// nothing.
func (v Value) part(seq sequence, start, end int) Value {
	if v.kind == KindObject {
		if r := v.deref(); r.Kind() == reflect.Slice && r.Len() == seq.length && r.Type() != tupleType {
			return object(r.Slice3(start, end, end))
		}
	}
	list := make([]any, 0, end-start)
	for i := start; i < end; i++ {
		list = append(list, seq.at(i).Any())
	}
	return ValueOf(list)
}
