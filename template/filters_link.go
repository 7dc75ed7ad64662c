package template

import (
	"fmt"
	"math"

	"github.com/nuages-web/nuages/markup"
)

// linkFilters are about addresses.
func linkFilters() map[string]Filter {
	return map[string]Filter{
		"iriencode": ofText(true, func(_ *Context, s Value) (Value, error) {
			return Text(markup.QuoteURL(s.str, "/#%[]=:;$&()+,!?*@'~")), nil
		}),
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

func filterUrlize(c *Context, s Value) (Value, error) { return c.urlized(s, 0), nil }

func filterUrlizeTrunc(c *Context, s, arg Value) (Value, error) {
	limit, err := arg.pyInt()
	if err != nil {
		return Value{}, numberError("urlizetrunc", arg, err)
	}
	n := limit.n
	if limit.big != nil {
		n = math.MaxInt32 * int64(limit.big.Sign())
	}
	if n == 0 {
		n = -1 // the ellipsis alone; 0 is no limit to package markup
	}
	return c.urlized(s, int(n)), nil
}

// urlized makes links of the addresses in s, and escapes the rest where escaping is on and it is not
// HTML already.
func (c *Context) urlized(s Value, limit int) Value {
	opts := &markup.UrlizeOptions{Limit: limit, NoFollow: true, AssumeHTTPS: c.engine.opts.UrlizeAssumeHTTPS}
	if s.safe || !c.autoescape {
		return HTML(markup.UrlizeHTML(markup.HTML(s.str), opts))
	}
	return HTML(markup.Urlize(s.str, opts))
}
