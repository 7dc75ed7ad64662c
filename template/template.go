package template

import (
	"context"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
)

// A Template is a compiled template. It is safe for use by several goroutines.
type Template struct {
	engine   *Engine
	src      *source
	nodes    *NodeList
	extends  *extendsNode // nil for a template without parent
	blocks   map[string]*blockNode
	lineage  *lineage
	partials map[string]*partial
	block    string // the block that is rendered alone
	declares string // the type of its data: {# type: … #}
	dataType reflect.Type
}

// compile makes a template of its source.
func (e *Engine) compile(src *source) (*Template, error) {
	t := &Template{engine: e, src: src, blocks: map[string]*blockNode{}, partials: map[string]*partial{}}
	p := &Parser{
		engine: e, src: src, tokens: lex(src.text), tmpl: t,
		libraries: slices.Clip(e.builtins), seen: map[any]any{},
	}
	var err error
	if t.nodes, err = p.Parse(); err != nil {
		return nil, src.at(err, 0, 0)
	}
	for _, n := range t.nodes.nodes {
		if x, ok := n.node.(*extendsNode); ok {
			t.extends = x
		}
	}
	t.lineage = newLineage(t)
	t.dataType, _ = t.declaredType()
	for _, part := range t.partials {
		// Its data is not the page's: the type that the template declares is not asked of it.
		part.tmpl = &Template{engine: e, src: src, nodes: part.nodes, partials: t.partials, lineage: &lineage{}}
	}
	return t, nil
}

// Name returns the template's name, "" if it was made without.
func (t *Template) Name() string { return t.src.name }

// Origin returns where the template was loaded from, "" for one that was parsed from a string.
func (t *Template) Origin() string { return t.src.origin }

// Source returns the template's text.
func (t *Template) Source() string { return t.src.text }

// part returns a partial or a block as a template.
func (t *Template) part(name string) (*Template, error) {
	if p, ok := t.partials[name]; ok {
		return p.tmpl, nil
	}
	if t.hasBlock(name) {
		return &Template{engine: t.engine, src: t.src, nodes: t.nodes, extends: t.extends, blocks: t.blocks,
			lineage: t.lineage, partials: t.partials, block: name, declares: t.declares, dataType: t.dataType}, nil
	}
	return nil, &NotFoundError{Name: t.src.name + "#" + name}
}

// hasBlock tells whether the template, or one that it extends by a constant name, has a block.
func (t *Template) hasBlock(name string) bool {
	for depth := 0; t != nil && depth < maxDepth; depth++ {
		if t.blocks[name] != nil {
			return true
		}
		if t.extends == nil {
			return false
		}
		parent, ok := t.extends.parent.Constant()
		if !ok {
			return true // seen when it renders
		}
		t, _ = t.engine.Get(parent.str)
	}
	return false
}

// Part returns a partial, or a block, as a template of its own (htmx, Turbo, events that update a
// part of a page). A block is what the whole page would show in it, with what children override. The
// error is a *[NotFoundError].
func (t *Template) Part(name string) (*Template, error) { return t.part(name) }

// Parts returns the names of the template's own partials and blocks.
func (t *Template) Parts() []string {
	all := map[string]bool{}
	for n := range maps.Keys(t.partials) {
		all[n] = true
	}
	for n := range maps.Keys(t.blocks) {
		all[n] = true
	}
	return sortedNames(all)
}

// Render renders the template. See [Engine.Render].
func (t *Template) Render(ctx context.Context, w io.Writer, data any) error {
	c := t.engine.newContext(ctx, data)
	if err := t.root(c); err != nil {
		return err
	}
	_, err := w.Write(c.out)
	c.release()
	return err
}

// RenderString renders the template into a string.
func (t *Template) RenderString(ctx context.Context, data any) (string, error) {
	c := t.engine.newContext(ctx, data)
	if err := t.root(c); err != nil {
		return "", err
	}
	s := string(c.out)
	c.release()
	return s, nil
}

// flushSize is the size in bytes from which a streamed render is written.
const flushSize = 16 << 10

// Stream renders the template and writes it in pieces while it goes: at {% flush %}, and when 16 KiB
// are ready. What is written stays written when an error comes. A w with a method Flush is flushed
// after each piece.
func (t *Template) Stream(ctx context.Context, w io.Writer, data any) error {
	c := t.engine.newContext(ctx, data)
	c.flush = func(b []byte) error {
		if _, err := w.Write(b); err != nil {
			return err
		}
		switch f := w.(type) {
		case interface{ Flush() }:
			f.Flush()
		case interface{ Flush() error }:
			return f.Flush()
		}
		return nil
	}
	if err := t.root(c); err != nil {
		return err
	}
	err := c.Flush()
	c.release()
	return err
}

// Flush writes what is ready where the render is streamed; it does nothing otherwise, nor within tags
// that need the text of their contents.
func (c *Context) Flush() error {
	if c.flush == nil || c.captures > 0 || len(c.out) == 0 {
		return nil
	}
	if err := c.ctx.Err(); err != nil {
		return err
	}
	err := c.flush(c.out)
	c.out = c.out[:0]
	return err
}

// maxDepth is how deep templates may include and extend one another.
const maxDepth = 100

// root renders the template as the first of a render.
func (t *Template) root(c *Context) error {
	if declared := t.dataType; declared != nil && c.data.kind == KindObject && c.data.deref().Type() != declared {
		return fmt.Errorf("template %q is declared for data of type %s, not %s", t.src.name, declared, c.data.typeName())
	}
	return t.renderIn(c)
}

// renderIn renders the template within a render, with blocks and state of its own.
func (t *Template) renderIn(c *Context) error {
	if c.depth >= maxDepth {
		return fmt.Errorf("templates include or extend one another more than %d deep", maxDepth)
	}
	outer, outerTemplate := c.frame, c.tmpl
	c.frame, c.tmpl = c.newFrame(t), t
	c.depth++
	var err error
	if t.block != "" {
		err = t.renderBlock(c)
	} else {
		err = t.nodes.Render(c)
	}
	c.depth--
	clear(c.frame.state)
	c.frames = c.frames[:len(c.frames)-1]
	c.frame, c.tmpl = outer, outerTemplate
	return err
}

// newFrame returns a frame for t, one that was used before if there is.
func (c *Context) newFrame(t *Template) *frame {
	n := len(c.frames)
	if n < cap(c.frames) && c.frames[:n+1][n] != nil {
		c.frames = c.frames[:n+1]
	} else {
		c.frames = append(c.frames, &frame{})
	}
	f := c.frames[n]
	*f = frame{tmpl: t, state: f.state, chain: f.chain[:0]}
	return f
}
