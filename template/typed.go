package template

import (
	"context"
	"fmt"
	"reflect"

	"github.com/nuages-web/nuages/markup"
)

// function is a typed Go function that templates call.
type function struct {
	fn       reflect.Value
	first    firstParam
	params   []reflect.Type // without the context and the variadic one
	variadic reflect.Type   // of one item, nil without
	fails    bool
	result   reflect.Type
}

// firstParam is the context that a function takes first.
type firstParam uint8

const (
	noContext firstParam = iota
	goContext
	renderContext
)

func newFunction(fn any) (*function, error) {
	f := &function{fn: reflect.ValueOf(fn)}
	if f.fn.Kind() != reflect.Func || f.fn.IsNil() {
		return nil, fmt.Errorf("%T is not a function", fn)
	}
	t := f.fn.Type()
	for i := range t.NumIn() {
		p := t.In(i)
		switch {
		case i == 0 && p == contextType:
			f.first = goContext
		case i == 0 && p == reflect.TypeFor[*Context]():
			f.first = renderContext
		case t.IsVariadic() && i == t.NumIn()-1:
			f.variadic = p.Elem()
		default:
			f.params = append(f.params, p)
		}
	}
	switch n := t.NumOut(); {
	case n == 2 && t.Out(1) == errorType:
		f.fails = true
	case n != 1:
		return nil, fmt.Errorf("%T must give one value, or a value and an error", fn)
	}
	f.result = t.Out(0)
	return f, nil
}

// call calls the function with arguments that fit its parameters in number.
func (f *function) call(c *Context, args []Value) (Value, error) {
	in := make([]reflect.Value, 0, len(args)+1)
	switch f.first {
	case goContext:
		in = append(in, reflect.ValueOf(c.ctx))
	case renderContext:
		in = append(in, reflect.ValueOf(c))
	}
	for i, v := range args {
		t := f.variadic
		if i < len(f.params) {
			t = f.params[i]
		}
		arg, err := convert(c, v, t)
		if err != nil {
			return Value{}, err
		}
		in = append(in, arg)
	}
	out := f.fn.Call(in)
	if f.fails && !out[1].IsNil() {
		return Value{}, out[1].Interface().(error)
	}
	return reflected(out[0]), nil
}

// accepts tells whether a constant can be an argument of type t.
func accepts(v Value, t reflect.Type) error {
	_, err := convert(nil, v, t)
	return err
}

// typed prepares a filter that is a typed function. Its name is for messages.
func (f *filter) typed(name string, fn any) error {
	switch fn := fn.(type) {
	case func(string) string:
		f.alone = func(_ *Context, v Value) (Value, error) { return Text(fn(v.text())), nil }
		return nil
	case func(string) markup.HTML:
		f.alone = func(_ *Context, v Value) (Value, error) { return HTML(fn(v.text())), nil }
		return nil
	case func(context.Context, string) string:
		f.alone = func(c *Context, v Value) (Value, error) { return Text(fn(c.ctx, v.text())), nil }
		return nil
	}
	g, err := newFunction(fn)
	if err != nil {
		return err
	}
	n := len(g.params)
	switch {
	case n == 0 || n > 2 || n == 2 && g.variadic != nil:
		return fmt.Errorf("%T must take the value, and one argument or none", fn)
	case n == 2:
		f.args = 1
		f.check = func(v Value) error { return accepts(v, g.params[1]) }
	case g.variadic != nil:
		f.args, f.optional = 1, true
		f.check = func(v Value) error { return accepts(v, g.variadic) }
	}
	call := func(c *Context, args ...Value) (Value, error) {
		v, err := g.call(c, args)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return v, err
	}
	f.alone = func(c *Context, v Value) (Value, error) { return call(c, v) }
	if f.args == 1 {
		f.call = func(c *Context, v, arg Value) (Value, error) { return call(c, v, arg) }
	}
	return nil
}
