package template

import (
	"strings"

	"github.com/nuages-web/nuages/markup"
)

// builtinFilters are the filters that every template has.
func builtinFilters() map[string]Filter {
	return map[string]Filter{
		"default": {Func: filterDefault},
		"lower":   {Func: filterLower, Safe: true},
		"safe":    {Func: filterSafe, Safe: true},
		"upper":   {Func: filterUpper},
	}
}

func filterDefault(_ *Context, v, arg Value) (Value, error) {
	if v.Truth() {
		return v, nil
	}
	return arg, nil
}

func filterLower(_ *Context, v Value) (Value, error) { return Text(strings.ToLower(v.text())), nil }

func filterSafe(_ *Context, v Value) (Value, error) { return HTML(markup.HTML(v.text())), nil }

func filterUpper(_ *Context, v Value) (Value, error) { return Text(strings.ToUpper(v.text())), nil }
