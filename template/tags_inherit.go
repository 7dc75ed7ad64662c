package template

import (
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/nuages-web/nuages/markup"
)

// lineage is a template and those that it came to by extending, with their blocks. It never changes,
// but that it remembers the parent that it was last extended by, so that the table of blocks is made
// once rather than in each render.
type lineage struct {
	blocks map[string][]*blockNode // by name, the youngest first
	parent *Template               // the last of them
	next   atomic.Pointer[lineage]
}

// extend returns the lineage that goes on with a parent.
func (l *lineage) extend(parent *Template) *lineage {
	if next := l.next.Load(); next != nil && next.parent == parent {
		return next
	}
	next := &lineage{blocks: make(map[string][]*blockNode, len(l.blocks)), parent: parent}
	for name, blocks := range l.blocks {
		next.blocks[name] = slices.Clip(blocks)
	}
	for name, b := range parent.blocks {
		next.blocks[name] = append(next.blocks[name], b)
	}
	l.next.Store(next)
	return next
}

// newLineage is that of a template alone.
func newLineage(t *Template) *lineage {
	l := &lineage{blocks: make(map[string][]*blockNode, len(t.blocks)), parent: t}
	for name, b := range t.blocks {
		l.blocks[name] = []*blockNode{b}
	}
	return l
}

// blockNode is {% block name %}.
type blockNode struct {
	name  string
	nodes *NodeList
}

func (n *blockNode) children() []*NodeList { return []*NodeList{n.nodes} }

func compileBlock(p *Parser, t Token) (Node, error) {
	bits := strings.Fields(t.Contents)
	if len(bits) != 2 {
		return nil, syntaxErrorf("'block' tag takes one argument, the block's name")
	}
	name := bits[1]
	if p.tmpl.blocks[name] != nil {
		return nil, p.ErrorAt(t, name, "'block' tag with name '%s' appears more than once", name)
	}
	n := &blockNode{name: name}
	p.tmpl.blocks[name] = n
	var err error
	if n.nodes, err = p.Parse("endblock"); err != nil {
		return nil, err
	}
	end, _ := p.Next()
	if end.Contents != "endblock" && end.Contents != "endblock "+name {
		return nil, p.ErrorAt(end, "", "invalid block tag: '%s', expected 'endblock' or 'endblock %s'", end.Contents, name)
	}
	return n, nil
}

func (n *blockNode) Render(c *Context) error {
	if c.frame.lineage == nil {
		return c.renderBlock(n, nil) // no inheritance here: block.super is an error
	}
	chain := c.frame.lineage.blocks[n.name]
	if len(chain) == 0 {
		chain = []*blockNode{n}
	}
	return c.renderBlock(n, chain)
}

// blockRef is the variable block within a block.
type blockRef struct {
	c     *Context
	node  *blockNode
	chain []*blockNode // node and those that it overrides; empty without inheritance
}

// renderBlock renders the first block of the chain, or n where there is none.
func (c *Context) renderBlock(n *blockNode, chain []*blockNode) error {
	if len(chain) > 0 {
		n = chain[0]
	}
	c.Push()
	c.pushVar("block", ValueOf(&blockRef{c, n, chain}))
	err := n.nodes.Render(c)
	c.Pop()
	return err
}

// TemplateKey answers for block.super and block.name.
func (b *blockRef) TemplateKey(name string) (any, bool) {
	switch name {
	case "name":
		return b.node.name, true
	case "super":
		return b.super, true
	}
	return nil, false
}

// super renders the block that this one overrides.
func (b *blockRef) super() (markup.HTML, error) {
	if len(b.chain) == 0 {
		return "", syntaxErrorf("{{ block.super }} stands in a template that extends none")
	}
	if len(b.chain) == 1 {
		return "", nil
	}
	c, start, before := b.c, len(b.c.out), *b.c
	c.captures++
	err := c.renderBlock(b.chain[1], b.chain[1:])
	c.captures--
	s := markup.HTML(c.out[start:])
	c.out = c.out[:start]
	if err != nil { // the render may go on: conditions are false for an error
		c.rewind(&before)
	}
	return s, err
}

// extendsNode is {% extends … %} with the rest of its template.
type extendsNode struct {
	parent *Expr
	rest   *NodeList
}

func (n *extendsNode) children() []*NodeList { return []*NodeList{n.rest} }

func compileExtends(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) != 2 {
		return nil, syntaxErrorf("'extends' takes one argument, the name of a template")
	}
	if p.tmpl.extends != nil {
		return nil, syntaxErrorf("'extends' cannot appear more than once in the same template")
	}
	name, err := relativePath(p.src.name, bits[1])
	if err != nil {
		return nil, err
	}
	if current := strings.TrimLeft(p.src.name, "/"); name != bits[1] && name == `"`+current+`"` {
		return nil, p.ErrorAt(t, bits[1], "the relative path %s is template '%s' itself", bits[1], current)
	}
	n := &extendsNode{}
	if n.parent, err = p.Expr(name); err != nil {
		return nil, err
	}
	p.tmpl.extends = n
	n.rest, err = p.Parse()
	return n, err
}

// relativePath makes the quoted name of a template that starts with ./ or ../ whole; other bits of a
// tag it returns as they are.
func relativePath(current, bit string) (string, error) {
	name := strings.Trim(bit, `'"`)
	if len(name) == len(bit) {
		return bit, nil
	}
	whole, err := wholeName(current, name)
	if err != nil || whole == name {
		return bit, err
	}
	return `"` + whole + `"`, nil
}

// wholeName returns the name that a relative one means in the template called current.
func wholeName(current, name string) (string, error) {
	if !strings.HasPrefix(name, "./") && !strings.HasPrefix(name, "../") {
		return name, nil
	}
	if current == "" {
		return "", syntaxErrorf("the relative path %s can't be evaluated: the template has no name", quote(name))
	}
	current = strings.TrimLeft(current, "/")
	whole := path.Join(path.Dir(current), name)
	if strings.HasPrefix(whole, "../") {
		return "", syntaxErrorf("the relative path %s points outside the file hierarchy that template '%s' is in", quote(name), current)
	}
	return whole, nil
}

func (n *extendsNode) exprs() []*Expr { return []*Expr{n.parent} }

func (n *extendsNode) Render(c *Context) error {
	parent, err := n.resolve(c)
	if err != nil {
		return err
	}
	if c.depth >= maxDepth {
		return syntaxErrorf("templates extend one another more than %d deep", maxDepth)
	}
	c.frame.extend(c.tmpl, parent)
	outer := c.tmpl
	c.tmpl = parent
	c.depth++
	err = parent.nodes.Render(c)
	c.depth--
	c.tmpl = outer
	return err
}

// extend adds the blocks of the parent of a template.
func (f *frame) extend(t, parent *Template) {
	if f.lineage == nil {
		f.lineage = t.lineage
	}
	f.lineage = f.lineage.extend(parent)
}

// resolve finds the parent: a template by its name, or a value that is a template.
func (n *extendsNode) resolve(c *Context) (*Template, error) {
	v, err := n.parent.Eval(c)
	if err != nil {
		return nil, err
	}
	name, ok := v.Text()
	if !ok {
		if t, ok := v.Any().(*Template); ok {
			return t, nil
		}
		if v.Truth() {
			return nil, &NotFoundError{Name: v.String()}
		}
	}
	if name == "" {
		return nil, syntaxErrorf("invalid template name in 'extends' tag: %s, from %s", quote(v.String()), quote(n.parent.text))
	}
	f := c.frame
	if len(f.chain) == 0 {
		f.chain = append(f.chain, c.tmpl)
	}
	t, err := c.engine.Get(name)
	if err != nil {
		return nil, err
	}
	if skipped(f.chain, t.src.origin) {
		if t, err = c.engine.load(name, f.chain); err != nil {
			return nil, err
		}
	}
	f.chain = append(f.chain, t)
	return t, nil
}

// renderBlock renders one block of the template alone, with what children override.
func (t *Template) renderBlock(c *Context) error {
	c.frame.lineage = t.lineage
	for top := t; top.extends != nil; {
		c.tmpl = top
		parent, err := top.extends.resolve(c)
		if err != nil {
			return err
		}
		c.frame.extend(top, parent)
		top = parent
	}
	c.tmpl = t
	chain := c.frame.lineage.blocks[t.block]
	if len(chain) == 0 {
		return &NotFoundError{Name: t.src.name + "#" + t.block}
	}
	return c.renderBlock(chain[0], chain)
}
