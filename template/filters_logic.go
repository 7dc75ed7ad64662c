package template

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/internal/pyfmt"
)

// logicFilters choose.
func logicFilters() map[string]Filter {
	letterS := Text("s")
	return map[string]Filter{
		"default":         {Func: filterDefault},
		"default_if_none": {Func: filterDefaultIfNone},
		"pluralize":       {Func: filterPluralize, Default: &letterS},
		"pprint":          {Func: filterPPrint, Safe: true},
		"yesno":           {Func: filterYesNo, Default: &Value{}},
	}
}

func filterDefault(c *Context, v, arg Value) (Value, error) {
	if yes, err := c.truth(v); yes || err != nil {
		return v, err
	}
	return arg, nil
}

func filterDefaultIfNone(_ *Context, v, arg Value) (Value, error) {
	if v.IsNone() {
		return arg, nil
	}
	return v, nil
}

// filterYesNo takes the words for true, false and None from arg, or "yes,no,maybe" in the language.
func filterYesNo(c *Context, v, arg Value) (Value, error) {
	words := ""
	if arg.IsNone() {
		words = c.translate("", "yes,no,maybe")
	} else if s, ok := arg.plainText(); ok {
		words = s
	} else {
		return Value{}, fmt.Errorf("yesno needs text, got %s", arg.typeName())
	}
	yes, rest, ok := strings.Cut(words, ",")
	if !ok {
		return v, nil
	}
	no, maybe, ok := strings.Cut(rest, ",")
	if !ok || strings.Contains(maybe, ",") {
		maybe = no
	}
	if v.IsNone() {
		return Text(maybe), nil
	}
	if is, err := c.truth(v); is || err != nil {
		return Text(yes), err
	}
	return Text(no), nil
}

// filterPluralize returns the ending for one thing, or that for another number of them; of a list
// its length is the number.
func filterPluralize(_ *Context, v, arg Value) (Value, error) {
	endings, ok := arg.plainText()
	if !ok {
		return Value{}, fmt.Errorf("pluralize needs text, got %s", arg.typeName())
	}
	singular, plural, ok := strings.Cut(endings, ",")
	if !ok {
		singular, plural = "", endings
	}
	if strings.Contains(plural, ",") {
		return Text(""), nil
	}
	one := false
	switch n, err := v.pyFloat(); {
	case err == nil:
		one = n == 1
	case errors.Is(err, errOverflow):
		return Value{}, fmt.Errorf("pluralize: %w", err)
	case errors.Is(err, errValue):
		return Text(""), nil
	default:
		length, ok := v.Len()
		if !ok {
			return Text(""), nil
		}
		one = length == 1
	}
	if one {
		return Text(singular), nil
	}
	return Text(plural), nil
}

func filterPPrint(c *Context, v Value) (Value, error) {
	return c.TextOf(pyfmt.AppendPretty(c.Scratch(), v.python())), nil
}
