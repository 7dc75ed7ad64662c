package template

import (
	"fmt"

	"github.com/nuages-web/nuages/markup"
)

// linkFilters are about addresses.
func linkFilters() map[string]Filter {
	return map[string]Filter{
		"urlencode":   {Func: filterURLEncode, Default: &Value{}},
		"urlize":      ofText(true, filterUrlize),
		"urlizetrunc": ofTextArg(true, filterUrlizeTrunc),
	}
}

func filterURLEncode(c *Context, v, arg Value) (Value, error) {
	s, err := c.textOf(v)
	if err != nil {
		return Value{}, err
	}
	plain := "/"
	if !arg.IsNone() {
		var ok bool
		if plain, ok = arg.plainText(); !ok {
			return Value{}, fmt.Errorf("urlencode needs text, got %s", arg.typeName())
		}
	}
	return Text(markup.QuoteURL(s.str, plain)), nil
}
