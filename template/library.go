package template

import (
	"fmt"
	"maps"
	"slices"
)

// A Library is a set of tags and filters that templates load by its name ({% load shop %}), or that
// are there without, in Options.Builtins. It is a plain value: nothing registers itself.
type Library struct {
	Filters map[string]Filter
	Tags    map[string]Tag
}

// A Filter is a function that templates apply to a value: {{ value|filter:argument }}.
//
// Func is a Go function of the value, or of the value and one argument: func(string) string,
// func(decimal.Decimal, int) (string, error), func(time.Time, ...string) markup.HTML. A last parameter
// that is variadic is an optional argument. A context.Context may come first, an error last: an error
// stops the render. Text and numbers are converted to the types of the parameters as they would be
// in Django; what can't be is an error. A result of type markup.HTML is not escaped.
//
// Func may also be func(*Context, Value) (Value, error) or func(*Context, Value, Value) (Value,
// error), which convert nothing and make no allocation.
type Filter struct {
	Func any
	// Default makes the argument of a func(*Context, Value, Value) optional; it is the argument then.
	Default *Value
	// Safe says that the filter brings no character into the text that HTML must escape: safe text
	// stays safe (Django's is_safe).
	Safe bool
	// LocalTime says that moments are converted to the current time zone first (Django's
	// expects_localtime).
	LocalTime bool
	// Bind, if given, makes the filter of an argument that is a constant when the template is
	// compiled; its errors are errors of the template.
	Bind func(arg Value) (func(*Context, Value) (Value, error), error)
}

// A Tag is what {% name … %} means: a [CompileFunc], [SimpleTag], [BlockTag] or [InclusionTag].
type Tag interface {
	compileTag(p *Parser, t Token) (Node, error)
	checkTag() error
}

// A CompileFunc compiles a tag by hand: it reads the token, takes what it needs from the parser and
// returns the node (Django's Library.tag).
type CompileFunc func(p *Parser, t Token) (Node, error)

func (f CompileFunc) compileTag(p *Parser, t Token) (Node, error) { return f(p, t) }

func (f CompileFunc) checkTag() error {
	if f == nil {
		return fmt.Errorf("the function is nil")
	}
	return nil
}

// filter is a Filter as the engine calls it.
type filter struct {
	alone     func(c *Context, v Value) (Value, error)      // without an argument
	call      func(c *Context, v, arg Value) (Value, error) // with one
	args      int                                           // 0 or 1
	optional  bool
	missing   Value
	safe      bool
	localtime bool
	bind      func(Value) (func(*Context, Value) (Value, error), error)
	check     func(Value) error // of a constant argument
}

func (f Filter) prepare(name string) (*filter, error) {
	p := &filter{safe: f.Safe, localtime: f.LocalTime, bind: f.Bind}
	switch fn := f.Func.(type) {
	case func(*Context, Value) (Value, error):
		p.alone = fn
	case func(*Context, Value, Value) (Value, error):
		p.call, p.args = fn, 1
		if f.Default != nil {
			p.optional, p.missing = true, *f.Default
			p.alone = func(c *Context, v Value) (Value, error) { return fn(c, v, p.missing) }
		}
	default:
		return p, p.typed(name, f.Func)
	}
	return p, nil
}

// library is a Library made ready.
type library struct {
	filters map[string]*filter
	tags    map[string]Tag
}

func (l *Library) prepare(name string) (*library, error) {
	out := &library{filters: map[string]*filter{}, tags: l.Tags}
	for _, n := range sortedNames(l.Filters) {
		f, err := l.Filters[n].prepare(n)
		if err != nil {
			return nil, fmt.Errorf("library %s: filter %s: %w", name, n, err)
		}
		out.filters[n] = f
	}
	for _, n := range sortedNames(l.Tags) {
		if err := l.Tags[n].checkTag(); err != nil {
			return nil, fmt.Errorf("library %s: tag %s: %w", name, n, err)
		}
	}
	return out, nil
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// add makes a library's tags and filters known to the rest of the template.
func (p *Parser) add(l *library) {
	p.libraries = append(p.libraries, l)
	if len(p.libraries) > maxLibraries {
		p.libraries = []*library{merged(p.libraries)}
	}
}

// maxLibraries is how many libraries are asked one after the other for a name. A template that loads
// more has them merged, so that names are found in the same time however often it loads.
const maxLibraries = 32

func merged(list []*library) *library {
	all := &library{filters: map[string]*filter{}, tags: map[string]Tag{}}
	for _, l := range list {
		maps.Copy(all.filters, l.filters)
		maps.Copy(all.tags, l.tags)
	}
	return all
}

func (p *Parser) tag(name string) (Tag, bool) {
	for _, l := range slices.Backward(p.libraries) {
		if t, ok := l.tags[name]; ok {
			return t, true
		}
	}
	return nil, false
}

func (p *Parser) filter(name string) (*filter, bool) {
	for _, l := range slices.Backward(p.libraries) {
		if f, ok := l.filters[name]; ok {
			return f, true
		}
	}
	return nil, false
}
