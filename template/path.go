package template

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/nuages-web/nuages/i18n"
)

// A Mapping is an object that templates ask for keys before fields and methods, as Python's dicts
// are: {{ object.key }}. Where it has a method All() iter.Seq2[K, V], a loop goes over its keys, and
// items, keys and values are what they are for dicts.
type Mapping interface {
	TemplateKey(name string) (value any, ok bool)
}

// varPath is a variable with its dotted lookups: book.author.name.
type varPath struct {
	text string
	bits []bit
}

// bit is one lookup of a path, with the plan of the type that it met last.
type bit struct {
	name  string
	index int // the name as a number, or -1
	plan  atomic.Pointer[plan]
}

// plan remembers what a name means for a type.
type plan struct {
	typ   reflect.Type
	info  *typeInfo
	attr  *attr // nil where the type has no such name
	plain bool  // attr is a field, and nothing comes before it
}

func newPath(text string) *varPath {
	names := strings.Split(text, ".")
	p := &varPath{text: text, bits: make([]bit, len(names))}
	for i, name := range names {
		p.bits[i].name, p.bits[i].index = name, -1
		if n, err := strconv.ParseUint(name, 10, 31); err == nil {
			p.bits[i].index = int(n)
		}
	}
	return p
}

// resolve looks the path up. ok is false where a part of it is missing; a function that must not be
// called gives the text of invalid variables, with ok true, as Django does.
func (p *varPath) resolve(c *Context) (v Value, ok bool, err error) {
	ok, err = p.into(c, &v)
	return v, ok, err
}

// into is resolve that sets *v, None where a part is missing. Values are large: what is done for every
// variable of a page hands on where to put them rather than the values.
func (p *varPath) into(c *Context, v *Value) (ok bool, err error) {
	if !c.lookup(&p.bits[0], v) {
		return false, c.failed
	}
	for i := range p.bits {
		if i > 0 {
			if v.kind == KindObject && p.bits[i].known(v) {
				// Nearly all lookups are such.
			} else if *v, ok, err = p.bits[i].of(c, *v); err != nil {
				return false, fmt.Errorf("look up %s: %w", p.upto(i), err)
			} else if !ok {
				return false, nil
			}
		}
		if v.kind != KindObject || v.ref.Kind() != reflect.Func {
			continue
		}
		if *v, ok, err = called(c.ctx, *v); err != nil {
			return false, fmt.Errorf("call %s: %w", p.upto(i), err)
		} else if !ok {
			*v = c.invalid(p.text)
		}
	}
	if v.kind == KindObject && v.ref.Type() == lazyType {
		*v = Text(v.Any().(i18n.Lazy).In(c.locale))
	}
	return true, nil
}

// upto returns the path's text up to its lookup i.
func (p *varPath) upto(i int) string {
	var names []string
	for j := range p.bits[:i+1] {
		names = append(names, p.bits[j].name)
	}
	return strings.Join(names, ".")
}

// of looks the name up in v.
func (b *bit) of(c *Context, v Value) (_ Value, ok bool, err error) {
	switch v.kind {
	case KindObject:
		return b.ofObject(c, v)
	case KindText:
		if v, ok := textAttr(v, b.name); ok {
			return v, true, nil
		}
		return runeAt(v, b.index)
	}
	return Value{}, false, nil
}

func (b *bit) ofObject(c *Context, v Value) (_ Value, ok bool, err error) {
	p := b.planOf(v.ref.Type())
	if v, ok := p.info.key(v, b.name); ok {
		return v, true, nil
	}
	if p.attr != nil {
		return p.attr.value(c, v.ref)
	}
	if b.index >= 0 {
		if item, ok := v.index(b.index); ok {
			return item, true, nil
		}
		if p.info.all >= 0 {
			rows, err := v.rows(c, p.info)
			if err != nil || b.index >= rows.length {
				return Value{}, false, err
			}
			return rows.at(b.index), true, nil
		}
	}
	if p.info.get >= 0 {
		target, err := p.info.target(c, v.ref)
		if err != nil || target.IsNone() {
			return Value{}, false, err
		}
		return b.of(c, target)
	}
	return Value{}, false, nil
}

// key answers for what comes before fields and methods: keys of maps, and the attributes of Python's
// own types.
func (t *typeInfo) key(v Value, name string) (Value, bool) {
	switch t.keys {
	case keysAny:
		if item, ok := v.Any().(map[string]any)[name]; ok {
			return ValueOf(item), true
		}
	case keysMapping:
		if item, ok := v.Any().(Mapping).TemplateKey(name); ok {
			return ValueOf(item), true
		}
	case keysMap:
		if item, ok := mapKey(v.deref(), name); ok {
			return item, true
		}
	case keysTime:
		return timeObjectAttr(v, name)
	case keysLoop:
		if item, ok := v.Any().(*forLoop).attr(name); ok {
			return item, true
		}
	default:
		return Value{}, false
	}
	return mapView(v, name)
}

// known looks the name up in *v, an object, where the last plan says that it is a field, or v is a map
// that has the key. It is false, and *v as it was, for all else.
func (b *bit) known(v *Value) bool {
	p := b.plan.Load()
	if p == nil || p.typ != v.ref.Type() {
		return false
	}
	if p.plain {
		p.attr.ofField(v.ref, v)
		return true
	}
	if p.info.keys == keysAny {
		if item, ok := v.ref.Interface().(map[string]any)[b.name]; ok {
			*v = ValueOf(item)
			return true
		}
	}
	return false
}

// planOf returns the plan for a type, remembered from the last time.
func (b *bit) planOf(t reflect.Type) *plan {
	if p := b.plan.Load(); p != nil && p.typ == t {
		return p
	}
	info := typeOf(t)
	p := &plan{typ: t, info: info, attr: info.attr(b.name)}
	p.plain = p.attr != nil && p.attr.method < 0 && info.keys == keysNone
	b.plan.Store(p)
	return p
}

// value reads the field, or calls the method, of r.
func (a *attr) value(c *Context, r reflect.Value) (Value, bool, error) {
	if a.method < 0 {
		var v Value
		a.ofField(r, &v)
		return v, true, nil
	}
	v, ok, err := a.call.invoke(c.ctx, a.ofMethod(r))
	if err == nil && !ok {
		v = c.invalid("")
	}
	return v, true, err
}

// target calls the method Get of an object that stands for another.
func (t *typeInfo) target(c *Context, r reflect.Value) (Value, error) {
	if r.Kind() != reflect.Pointer {
		r = addressable(r).Addr()
	}
	out := r.Method(t.get).Call([]reflect.Value{reflect.ValueOf(c.ctx)})
	if !out[1].IsNil() {
		err := out[1].Interface().(error)
		if Silent(err) {
			return Value{}, nil
		}
		return Value{}, err
	}
	return reflected(out[0]), nil
}

// standsFor returns the object that v stands for, or v.
func (v Value) standsFor(c *Context) (Value, error) {
	if v.kind != KindObject || v.ref.Type() == timeType { // a moment is the object that pages show most
		return v, nil
	}
	if info := typeOf(v.ref.Type()); info.get >= 0 {
		return info.target(c, v.ref)
	}
	return v, nil
}

// mapKey returns the item of a map whose keys are text or integers.
func mapKey(r reflect.Value, name string) (Value, bool) {
	if r.Kind() != reflect.Map || r.IsNil() {
		return Value{}, false
	}
	key := reflect.New(r.Type().Key()).Elem()
	switch {
	case key.Kind() == reflect.String:
		key.SetString(name)
	case key.Kind() == reflect.Interface && reflect.TypeFor[string]().Implements(key.Type()):
		key.Set(reflect.ValueOf(name))
	default:
		return Value{}, false
	}
	item := r.MapIndex(key)
	return reflected(item), item.IsValid()
}

// index returns item i of a slice or array, or of a map by an integer key.
func (v Value) index(i int) (Value, bool) {
	if x, ok := v.Any().(interface{ TemplateIndex(int) (any, bool) }); ok {
		item, ok := x.TemplateIndex(i)
		return ValueOf(item), ok
	}
	switch r := v.deref(); r.Kind() {
	case reflect.Slice, reflect.Array:
		if i >= 0 && i < r.Len() {
			return reflected(r.Index(i)), true
		}
	case reflect.Map:
		key := reflect.New(r.Type().Key()).Elem()
		switch {
		case key.CanInt() && !key.OverflowInt(int64(i)):
			key.SetInt(int64(i))
		case key.CanUint() && i >= 0 && !key.OverflowUint(uint64(i)):
			key.SetUint(uint64(i))
		default:
			return Value{}, false
		}
		item := r.MapIndex(key)
		return reflected(item), item.IsValid()
	}
	return Value{}, false
}

// runeAt returns the code point i of text.
func runeAt(v Value, i int) (Value, bool, error) {
	if i < 0 {
		return Value{}, false, nil
	}
	for pos, r := range v.str {
		if i == 0 {
			return Value{kind: KindText, str: v.str[pos : pos+len(string(r))]}, true, nil
		}
		i--
	}
	return Value{}, false, nil
}
