package template

import (
	"strconv"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/markup"
)

// builtinFilters are the filters that every template has
// (https://docs.djangoproject.com/en/6.1/ref/templates/builtins/#built-in-filter-reference). They
// fail silently exactly where Django's do; where Django's raise, the render ends with an error.
func builtinFilters() map[string]Filter {
	all := map[string]Filter{}
	for _, filters := range []map[string]Filter{
		textFilters(), padFilters(), htmlFilters(), linkFilters(), listFilters(), numberFilters(), dateFilters(), logicFilters(),
	} {
		for name, f := range filters {
			all[name] = f
		}
	}
	return all
}

// ofText makes a filter of a function of text, which gets the text of any value (Django's
// stringfilter). Safe is [Filter.Safe]; it also holds for objects whose text is HTML.
func ofText(safe bool, fn func(c *Context, s Value) (Value, error)) Filter {
	return Filter{Safe: safe, Func: func(c *Context, v Value) (Value, error) {
		s, err := v, error(nil)
		if s.kind != KindText {
			if s, err = c.textOf(v); err != nil {
				return Value{}, err
			}
		}
		out, err := fn(c, s)
		if safe && s.safe && err == nil {
			out = out.MarkSafe()
		}
		return out, err
	}}
}

// ofTextArg is ofText for a filter with an argument.
func ofTextArg(safe bool, fn func(c *Context, s, arg Value) (Value, error)) Filter {
	return Filter{Safe: safe, Func: func(c *Context, v, arg Value) (Value, error) {
		s, err := c.textOf(v)
		if err != nil {
			return Value{}, err
		}
		out, err := fn(c, s, arg)
		if safe && s.safe && err == nil {
			out = out.MarkSafe()
		}
		return out, err
	}}
}

// textOf returns Python's str of a value, as text that is safe where the value is HTML.
func (c *Context) textOf(v Value) (Value, error) {
	switch v.kind {
	case KindText:
		return v, nil
	case KindInt, KindFloat, KindBool, KindNone:
		b, _ := c.appendText(c.Scratch(), v)
		return c.TextOf(b), nil
	}
	v, err := v.standsFor(c)
	if err != nil || v.kind != KindObject {
		return Text(v.String()), err
	}
	if s, ok := v.Any().(i18n.Lazy); ok {
		return Text(s.In(c.locale)), nil
	}
	if h, ok := v.method().(markup.HTMLer); ok {
		return HTML(h.HTML()), nil
	}
	return Text(v.String()), nil
}

// appendText appends Python's str of a value.
func (c *Context) appendText(dst []byte, v Value) ([]byte, error) {
	switch v.kind {
	case KindText:
		return append(dst, v.str...), nil
	case KindInt:
		return strconv.AppendInt(dst, int64(v.num), 10), nil
	case KindFloat:
		f, _ := v.Float()
		return pyfmt.AppendFloat(dst, f), nil
	case KindObject:
		// What these make is not in the scratch space, which dst may be.
		s, err := c.textOf(v)
		return append(dst, s.str...), err
	}
	return append(dst, v.String()...), nil
}

// appendHTML appends the text of a value, escaped unless it is HTML (Django's conditional_escape).
func (c *Context) appendHTML(dst []byte, v Value) ([]byte, error) {
	switch v.kind {
	case KindInt, KindFloat, KindBool, KindNone: // no characters to escape
		return c.appendText(dst, v)
	}
	s, err := c.textOf(v)
	if s.safe {
		return append(dst, s.str...), err
	}
	return markup.AppendEscaped(dst, s.str), err
}

// htmlOf returns the text of a value, escaped unless it is HTML.
func (c *Context) htmlOf(s Value) Value {
	if s.safe {
		return s
	}
	return c.TextOf(markup.AppendEscaped(c.Scratch(), s.str)).MarkSafe()
}

// unsafe returns a text as one that is escaped where it is shown.
func (v Value) unsafe() Value {
	v.safe = false
	return v
}
