package template

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
)

// sequence is a value to go over, by index.
type sequence struct {
	length int
	at     func(i int) Value
}

// errNotIterable is the error of a value that has no items, unlike one whose items can't be had.
var errNotIterable = errors.New("not iterable")

// maxSequence is how many items are taken from an iterator or a channel.
const maxSequence = 10_000_000

// sequence returns the items of a value: those of a slice or array, the code points of text, the keys
// of a map, what an iterator or a channel gives, the rows of an object with a method
// All(context.Context) ([]T, error), none of None.
func (v Value) sequence(c *Context) (sequence, error) {
	switch v.kind {
	case KindNone:
		return sequence{}, nil
	case KindText:
		runes := []rune(v.str)
		return sequence{len(runes), func(i int) Value { return Text(string(runes[i])) }}, nil
	case KindObject:
		return v.objectSequence(c)
	}
	return sequence{}, fmt.Errorf("%s is %w", v.typeName(), errNotIterable)
}

func (v Value) objectSequence(c *Context) (sequence, error) {
	r := v.deref()
	if _, ok := v.Any().(Mapping); ok && v.ref.MethodByName("All").IsValid() {
		return collect(func(yield func(Value) bool) {
			for key := range v.pairs() {
				if !yield(key) {
					return
				}
			}
		})
	}
	switch x := v.Any().(type) {
	case []any:
		return sequence{len(x), func(i int) Value { return ValueOf(x[i]) }}, nil
	case interface {
		Len() int
		TemplateIndex(int) (any, bool)
	}:
		return sequence{x.Len(), func(i int) Value { item, _ := x.TemplateIndex(i); return ValueOf(item) }}, nil
	}
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		read := typeOf(r.Type().Elem()).read
		if r.Type().Elem().Kind() == reflect.Interface {
			read = reflected
		}
		return sequence{r.Len(), func(i int) Value { return read(r.Index(i)) }}, nil
	case reflect.Map:
		keys := sortedKeys(r)
		return sequence{len(keys), func(i int) Value { return reflected(keys[i]) }}, nil
	}
	if info := typeOf(v.ref.Type()); info.all >= 0 {
		return v.rows(c, info)
	}
	if items, ok := iterated(c.ctx, v.ref); ok {
		return collect(items)
	}
	return sequence{}, fmt.Errorf("%s is %w", v.typeName(), errNotIterable)
}

// rows calls the method All. What one object gives is remembered over a render, as a queryset of
// Django remembers its rows: a page may ask whether there are any, count them and go over them.
func (v Value) rows(c *Context, info *typeInfo) (sequence, error) {
	r := v.ref
	if r.Kind() != reflect.Pointer {
		r = addressable(r).Addr()
	}
	if seq, ok := c.fetched[r.Interface()]; ok {
		return seq, nil
	}
	out := r.Method(info.all).Call([]reflect.Value{reflect.ValueOf(c.ctx)})
	if !out[1].IsNil() {
		return sequence{}, out[1].Interface().(error)
	}
	seq, err := object(out[0]).objectSequence(c)
	if err == nil {
		if c.fetched == nil {
			c.fetched = map[any]sequence{}
		}
		c.fetched[r.Interface()] = seq
	}
	return seq, err
}

// collect takes the items of an iterator, so that their number is known.
func collect(items iter.Seq[Value]) (sequence, error) {
	var all []Value
	for v := range items {
		if len(all) == maxSequence {
			return sequence{}, fmt.Errorf("more than %d items", maxSequence)
		}
		all = append(all, v)
	}
	return sequence{len(all), func(i int) Value { return all[i] }}, nil
}

// iterated returns the items of an iterator (iter.Seq, iter.Seq2 as pairs), an object with a method
// All() that gives one, or a channel, which is received from until it is closed or the context ends.
func iterated(ctx context.Context, r reflect.Value) (iter.Seq[Value], bool) {
	if m := r.MethodByName("All"); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		r = m.Call(nil)[0]
	}
	t := r.Type()
	switch {
	case t.CanSeq() && (t.Kind() == reflect.Func):
		return func(yield func(Value) bool) {
			for item := range r.Seq() {
				if !yield(reflected(item)) {
					return
				}
			}
		}, true
	case t.CanSeq2() && t.Kind() == reflect.Func:
		return func(yield func(Value) bool) {
			for key, item := range r.Seq2() {
				if !yield(ValueOf([]Value{reflected(key), reflected(item)})) {
					return
				}
			}
		}, true
	case t.Kind() == reflect.Chan && t.ChanDir()&reflect.RecvDir != 0:
		return received(ctx, r), true
	}
	return nil, false
}

func received(ctx context.Context, ch reflect.Value) iter.Seq[Value] {
	cases := []reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: ch},
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())},
	}
	return func(yield func(Value) bool) {
		for {
			i, item, ok := reflect.Select(cases)
			if i == 1 || !ok || !yield(reflected(item)) {
				return
			}
		}
	}
}

// items goes over the items of a value. The last error is that of a value without items.
func (v Value) items(c *Context) iter.Seq2[Value, error] {
	return func(yield func(Value, error) bool) {
		seq, err := v.sequence(c)
		if err != nil {
			yield(Value{}, err)
			return
		}
		for i := range seq.length {
			if !yield(seq.at(i), nil) {
				return
			}
		}
	}
}

// Items goes over what a loop over the value goes over. A value that has no items gives one error.
func (v Value) Items(c *Context) iter.Seq2[Value, error] { return v.items(c) }

// pairs goes over the entries of a map by sorted keys, or of a Mapping with a method All.
func (v Value) pairs() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		if r := v.deref(); r.Kind() == reflect.Map {
			for _, key := range sortedKeys(r) {
				if !yield(reflected(key), reflected(r.MapIndex(key))) {
					return
				}
			}
			return
		}
		m := v.ref.MethodByName("All")
		if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 || !m.Type().Out(0).CanSeq2() {
			return
		}
		for key, item := range m.Call(nil)[0].Seq2() {
			if !yield(reflected(key), reflected(item)) {
				return
			}
		}
	}
}

// isMap tells whether v is a map or a Mapping.
func (v Value) isMap() bool {
	if v.kind != KindObject {
		return false
	}
	_, ok := v.Any().(Mapping)
	return ok || v.deref().Kind() == reflect.Map
}

// typeName is what Python would call the type of v, for messages.
func (v Value) typeName() string {
	switch v.kind {
	case KindNone:
		return "None"
	case KindBool:
		return "bool"
	case KindInt:
		return "int"
	case KindFloat:
		return "float"
	case KindText:
		return "text"
	}
	return v.ref.Type().String()
}
