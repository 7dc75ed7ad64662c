package template

import (
	"context"
	"errors"
	"reflect"

	"github.com/nuages-web/nuages/markup"
)

// signature is how a function or method is called when a template meets it: with nothing or the
// context of the render, giving a value and perhaps an error.
type signature struct {
	context bool // takes a context.Context
	err     bool // the last result is an error
	found   bool // the last result says whether there is a value
	// refused: the function needs arguments, or gives nothing and so works by changing something
	// (Django's alters_data). Templates show such as invalid.
	refused bool
	result  reflect.Type
}

// signatureOf reads the signature of a function type whose first parameters, as many as skip, are
// given.
func signatureOf(t reflect.Type, skip int) *signature {
	s := &signature{}
	switch in := t.NumIn() - skip; {
	case in == 1 && t.In(skip) == contextType:
		s.context = true
	case in == 1 && t.IsVariadic(), in == 0:
	default:
		s.refused = true
	}
	switch t.NumOut() {
	case 1:
		s.refused = s.refused || t.Out(0) == errorType
	case 2:
		s.err, s.found = t.Out(1) == errorType, t.Out(1).Kind() == reflect.Bool
		s.refused = s.refused || !s.err && !s.found
	default:
		s.refused = true
	}
	if t.NumOut() > 0 {
		s.result = t.Out(0)
	}
	return s
}

// silentFailure is an error that a template shows as an invalid variable rather than stopping
// (Django's silent_variable_failure).
type silentFailure interface{ SilentVariableFailure() bool }

// Silent tells whether a template shows err as an invalid variable: it is, or wraps, an error with a
// method SilentVariableFailure() bool that says so.
func Silent(err error) bool {
	if err == nil {
		return false
	}
	var s silentFailure // on the heap, as errors.As has it
	return errors.As(err, &s) && s.SilentVariableFailure()
}

// invoke calls fn. ok is false for what is shown as an invalid variable.
func (s *signature) invoke(ctx context.Context, fn reflect.Value) (_ Value, ok bool, err error) {
	if s.refused {
		return Value{}, false, nil
	}
	var in []reflect.Value
	if s.context {
		in = []reflect.Value{reflect.ValueOf(ctx)}
	}
	out := fn.Call(in)
	if s.found && !out[1].Bool() {
		return Value{}, true, nil
	}
	if s.err && !out[1].IsNil() {
		err := out[1].Interface().(error)
		if Silent(err) {
			return Value{}, false, nil
		}
		return Value{}, false, err
	}
	return reflected(out[0]), true, nil
}

// A NotCalled is a function that templates pass on rather than call (Django's
// do_not_call_in_templates).
type NotCalled interface{ DoNotCallInTemplates() }

// called calls v if it is a function, as templates do with every function they meet.
func called(ctx context.Context, v Value) (_ Value, ok bool, err error) {
	if v.kind != KindObject || v.ref.Kind() != reflect.Func {
		return v, true, nil
	}
	if t := v.ref.Type(); t.CanSeq() || t.CanSeq2() {
		return v, true, nil // an iterator
	}
	switch f := v.Any().(type) {
	case NotCalled:
		return v, true, nil
	case func() string:
		return Text(f()), true, nil
	case func() any:
		return ValueOf(f()), true, nil
	case func() (markup.HTML, error):
		html, err := f()
		if Silent(err) {
			return Value{}, false, nil
		}
		return HTML(html), err == nil, err
	}
	return signatureOf(v.ref.Type(), 0).invoke(ctx, v.ref)
}
