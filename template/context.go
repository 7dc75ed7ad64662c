package template

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/markup"
)

// A Context is the state of one render: the variables in scope, what is written, and the settings
// that tags switch. It belongs to the goroutine that renders and must not be kept.
type Context struct {
	ctx    context.Context
	engine *Engine
	tmpl   *Template // whose nodes run
	out    []byte
	spare  []byte // room for texts that filters make

	vars   []variable
	scopes []int // where each scope of vars begins
	root
	shared []variable // of Options.Processors, those that were asked for

	autoescape bool
	locale     *i18n.Locale
	localize   localization
	zone       *time.Location
	ownTime    bool // {% localtime off %}: moments are shown in their own zones
	frame      *frame
	frames     []*frame
	loaded     map[string]*Template // of Options.Reload
	fetched    map[any]sequence     // rows of queries, by the pointer to the query
	depth      int                  // of templates within templates
	flush      func([]byte) error
	captures   int
	failed     error // of a processor or a method of the data
}

// root is where variables are looked up that no tag set, and how far tags reach.
type root struct {
	data  Value          // what the caller gave, see setData
	keys  map[string]any // data, where it is such a map
	floor int            // variables before it are hidden (include … only)
	alone bool           // so are those of processors
	// changed are variables of the data that a tag has set (SetOutside).
	changed []variable
	// inclusion is an inclusion tag's template, which sees the csrf_token of the page.
	inclusion bool
}

// variable is a name set by a tag.
type variable struct {
	name  string
	value Value
}

// localization is what {% localize %} says: nothing, on or off.
type localization uint8

const (
	localizeDefault localization = iota
	localizeOn
	localizeOff
)

// frame is what belongs to one template of a render (Django's render_context): the blocks that its
// children override, and the state of its nodes.
type frame struct {
	tmpl    *Template
	lineage *lineage    // the blocks that its children override; nil without inheritance
	chain   []*Template // templates extended so far
	state   map[any]any
}

var contexts = sync.Pool{New: func() any { return &Context{} }}

// newContext returns the state of a render of t.
func (e *Engine) newContext(ctx context.Context, data any) *Context {
	c := contexts.Get().(*Context)
	c.ctx, c.engine = ctx, e
	c.setData(ValueOf(data))
	c.autoescape = !e.opts.NoAutoescape
	c.locale = e.localeOf(ctx)
	c.zone = e.zoneOf(ctx)
	return c
}

// release gives the state back for the next render.
func (c *Context) release() {
	clear(c.vars)
	clear(c.shared)
	if cap(c.out) > maxKept {
		c.out = nil
	}
	*c = Context{
		out: c.out[:0], spare: c.spare, vars: c.vars[:0], scopes: c.scopes[:0],
		shared: c.shared[:0], frames: c.frames[:0],
	}
	contexts.Put(c)
}

// maxKept is the size of a buffer that is kept for the next render.
const maxKept = 1 << 20

// Context returns the context.Context of the render.
func (c *Context) Context() context.Context { return c.ctx }

// Engine returns the engine that renders.
func (c *Context) Engine() *Engine { return c.engine }

// Autoescape tells whether variables are escaped here.
func (c *Context) Autoescape() bool { return c.autoescape }

// Locale returns the language and formats of the render; a nil one is English.
func (c *Context) Locale() *i18n.Locale { return c.locale }

// SetLocale changes the language until it is set back.
func (c *Context) SetLocale(l *i18n.Locale) { c.locale = l }

// Zone returns the current time zone, nil where moments are shown in their own.
func (c *Context) Zone() *time.Location { return c.zone }

// SetZone changes the current time zone until it is set back.
func (c *Context) SetZone(z *time.Location) { c.zone = z }

// Now returns the time of the render.
func (c *Context) Now() time.Time { return c.engine.now() }

// lookup finds a variable: the innermost set by a tag, then the data, then those of processors, then
// True, False and None.
func (c *Context) lookup(b *bit, v *Value) (ok bool) {
	if set := c.variable(b.name); set != nil {
		*v = *set
		return true
	}
	for i := range c.changed {
		if c.changed[i].name == b.name {
			*v = c.changed[i].value
			return true
		}
	}
	if item, ok := c.keys[b.name]; ok {
		*v = ValueOf(item)
		return true
	}
	if c.keys == nil && c.data.kind == KindObject {
		if c.ofData(b, v) {
			return true
		}
	}
	if *v, ok = c.processed(b.name); ok {
		return true
	}
	switch b.name {
	case "True":
		*v = Bool(true)
	case "False":
		*v = Bool(false)
	case "None":
	default:
		return false
	}
	return true
}

// Lookup finds a variable by its name.
func (c *Context) Lookup(name string) (v Value, ok bool) {
	ok = c.lookup(&bit{name: name, index: -1}, &v)
	return v, ok
}

// variable finds a variable set by a tag, nil where there is none.
func (c *Context) variable(name string) *Value {
	for i := len(c.vars) - 1; i >= c.floor; i-- {
		if c.vars[i].name == name {
			return &c.vars[i].value
		}
	}
	return nil
}

// setData makes v what variables that no tag set are looked up in.
func (c *Context) setData(v Value) {
	c.data, c.keys = v, nil
	if v.kind == KindObject {
		c.keys, _ = v.Any().(map[string]any)
	}
}

// ofData finds a variable in data that is an object.
func (c *Context) ofData(b *bit, v *Value) (ok bool) {
	p := b.planOf(c.data.ref.Type())
	switch {
	case p.info.keys == keysMap, p.info.keys == keysMapping:
		*v, ok = p.info.key(c.data, b.name)
		return ok
	case p.attr == nil:
		return false
	case p.attr.method < 0:
		p.attr.ofField(c.data.ref, v)
		return true
	}
	var err error
	if *v, ok, err = p.attr.value(c, c.data.ref); err != nil {
		c.failed = fmt.Errorf("call %s: %w", b.name, err)
	}
	return ok && err == nil
}

func (c *Context) processed(name string) (Value, bool) {
	if c.alone && (!c.inclusion || name != "csrf_token") {
		return Value{}, false
	}
	return c.ofProcessors(name)
}

// ofProcessors finds a variable that every template has. It is made when the first template asks.
func (c *Context) ofProcessors(name string) (Value, bool) {
	for i := range c.shared {
		if c.shared[i].name == name {
			return c.shared[i].value, true
		}
	}
	p, ok := c.engine.opts.Processors[name]
	if !ok {
		return Value{}, false
	}
	x, err := p(c.ctx)
	if err != nil {
		c.failed = fmt.Errorf("context variable %s: %w", name, err)
		return Value{}, false
	}
	v := ValueOf(x)
	c.shared = append(c.shared, variable{name, v})
	return v, true
}

// Set sets a variable in the innermost scope.
func (c *Context) Set(name string, v Value) {
	start := c.floor
	if n := len(c.scopes); n > 0 {
		start = max(start, c.scopes[n-1])
	}
	for i := start; i < len(c.vars); i++ {
		if c.vars[i].name == name {
			c.vars[i].value = v
			return
		}
	}
	c.vars = append(c.vars, variable{name, v})
}

// SetOutside sets a variable where it was set last, the data included, or in the innermost scope
// (Django's set_upward). The data itself is not changed.
func (c *Context) SetOutside(name string, v Value) {
	if set := c.variable(name); set != nil {
		*set = v
		return
	}
	for i := range c.changed {
		if c.changed[i].name == name {
			c.changed[i].value = v
			return
		}
	}
	if _, ok := c.given(name); ok {
		c.changed = append(c.changed, variable{name, v})
		return
	}
	c.Set(name, v)
}

// Push opens a scope of variables.
func (c *Context) Push() { c.scopes = append(c.scopes, len(c.vars)) }

// Pop closes the innermost scope.
func (c *Context) Pop() {
	n := len(c.scopes) - 1
	clear(c.vars[c.scopes[n]:])
	c.vars = c.vars[:c.scopes[n]]
	c.scopes = c.scopes[:n]
}

// pushVar adds a variable to a scope that was just opened.
func (c *Context) pushVar(name string, v Value) { c.vars = append(c.vars, variable{name, v}) }

// translate returns the translation of a message.
func (c *Context) translate(context, message string) string {
	if context != "" {
		return c.locale.PGettext(context, message)
	}
	return c.locale.Gettext(message)
}

// invalid is what stands for a variable that is missing.
func (c *Context) invalid(name string) Value {
	return Text(strings.Replace(c.engine.opts.StringIfInvalid, "%s", name, 1))
}

// State returns the state that a node keeps during a render of its template, made by make at its
// first use there.
func (c *Context) State(node any, make func() any) any {
	f := c.frame
	if s, ok := f.state[node]; ok {
		return s
	}
	if f.state == nil {
		f.state = map[any]any{}
	}
	s := make()
	f.state[node] = s
	return s
}

// WriteString writes text as it is.
func (c *Context) WriteString(s string) { c.out = append(c.out, s...) }

// Write shows a value as {{ variable }} does: localized, and escaped where escaping is on.
func (c *Context) Write(v Value) error { return c.write(v) }

// Capture renders nodes and returns what they wrote.
func (c *Context) Capture(nodes *NodeList) (markup.HTML, error) {
	b, err := c.capture(nodes)
	return markup.HTML(b), err
}

// capture renders nodes and returns what they wrote, valid until the next write.
func (c *Context) capture(nodes *NodeList) ([]byte, error) {
	start := len(c.out)
	c.captures++
	err := nodes.Render(c)
	c.captures--
	b := c.out[start:]
	c.out = c.out[:start]
	return b, err
}

// rewind brings the state back to what it was before, when an error left it within tags. What was made
// since then for use in all of the render stays.
func (c *Context) rewind(before *Context) {
	now := *c
	*c = *before
	c.out, c.vars = now.out[:len(before.out)], now.vars[:len(before.vars)]
	c.spare, c.shared, c.fetched, c.failed = now.spare, now.shared, now.fetched, now.failed
}

// spareSize is the size of the pieces of memory that filters' results are made in.
const spareSize = 4096

// Scratch returns an empty slice to append the text of a filter's result to. [Context.TextOf] makes
// a value of it, before the next is begun. Together they make many small texts in one allocation.
func (c *Context) Scratch() []byte {
	if cap(c.spare)-len(c.spare) < 64 {
		c.spare = make([]byte, 0, spareSize)
	}
	return c.spare[len(c.spare):len(c.spare)]
}

// TextOf returns a text of what was appended to [Context.Scratch]. The bytes must not be used after.
func (c *Context) TextOf(b []byte) Value {
	if len(b) == 0 {
		return Value{kind: KindText}
	}
	if n := len(c.spare); n+len(b) <= cap(c.spare) && &c.spare[:cap(c.spare)][n] == &b[0] {
		c.spare = c.spare[:n+len(b)]
	}
	return Text(unsafe.String(&b[0], len(b)))
}
