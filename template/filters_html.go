package template

import (
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/text"
)

// htmlFilters escape text, and make HTML of it.
func htmlFilters() map[string]Filter {
	return map[string]Filter{
		"escape":       ofText(true, func(c *Context, s Value) (Value, error) { return c.htmlOf(s), nil }),
		"escapejs":     ofText(false, filterEscapeJS),
		"escapeseq":    {Func: filterEscapeSeq, Safe: true},
		"force_escape": ofText(true, func(c *Context, s Value) (Value, error) { return c.htmlOf(s.unsafe()), nil }),
		"json_script":  {Func: filterJSONScript, Default: &Value{}, Safe: true},
		"linebreaks":   ofText(true, filterLineBreaks),
		"linebreaksbr": ofText(true, filterLineBreaksBR),
		"linenumbers":  ofText(true, filterLineNumbers),
		"safe":         ofText(true, func(_ *Context, s Value) (Value, error) { return s.MarkSafe(), nil }),
		"safeseq":      {Func: filterSafeSeq, Safe: true},
		"striptags":    ofText(true, filterStripTags),

		"truncatechars_html": ofTextArg(true, filterTruncateCharsHTML),
		"truncatewords_html": ofTextArg(true, filterTruncateWordsHTML),
	}
}

func filterEscapeJS(c *Context, s Value) (Value, error) {
	return c.TextOf(markup.AppendEscapedJS(c.Scratch(), s.str)).MarkSafe(), nil
}

func filterEscapeSeq(c *Context, v Value) (Value, error) {
	return c.eachText(v, func(s Value) Value { return c.htmlOf(s) })
}

func filterSafeSeq(c *Context, v Value) (Value, error) {
	return c.eachText(v, Value.MarkSafe)
}

// eachText returns the list of what f makes of the text of each item.
func (c *Context) eachText(v Value, f func(Value) Value) (Value, error) {
	items, err := v.iterate(c)
	if err != nil {
		return Value{}, err
	}
	list := make([]markup.HTML, items.length)
	for i := range list {
		s, err := c.textOf(items.at(i))
		if err != nil {
			return Value{}, err
		}
		list[i] = markup.HTML(f(s).str)
	}
	return ValueOf(list), nil
}

func filterJSONScript(c *Context, v, id Value) (Value, error) {
	name := ""
	if id.Truth() {
		s, err := c.textOf(id)
		if err != nil {
			return Value{}, err
		}
		name = s.str
	}
	script, err := markup.JSONScript(v.Any(), name)
	return HTML(script), err
}

// escaped returns s as HTML: escaped where escaping is on and it is not HTML already.
func (c *Context) escaped(s Value) markup.HTML {
	if c.autoescape {
		s = c.htmlOf(s)
	}
	return markup.HTML(s.str)
}

func filterLineBreaks(c *Context, s Value) (Value, error) {
	return HTML(markup.LineBreaks(c.escaped(s))), nil
}

func filterLineBreaksBR(c *Context, s Value) (Value, error) {
	return HTML(markup.LineBreaksBR(c.escaped(s))), nil
}

// filterLineNumbers puts its number before each line, all of one width.
func filterLineNumbers(c *Context, s Value) (Value, error) {
	return HTML(markup.HTML(text.LineNumbers(string(c.escaped(s))))), nil
}

// filterStripTags fails for text with so many tags that are nested or never end that it is an attack.
func filterStripTags(_ *Context, s Value) (Value, error) {
	plain, err := markup.StripTags(s.str)
	return Text(plain), err
}

func filterTruncateCharsHTML(_ *Context, s, arg Value) (Value, error) {
	n, ok, err := arg.count()
	if !ok || err != nil {
		return s.unsafe(), err
	}
	return Text(string(markup.TruncateChars(markup.HTML(s.str), n, nil))), nil
}

func filterTruncateWordsHTML(_ *Context, s, arg Value) (Value, error) {
	n, ok, err := arg.count()
	if !ok || err != nil {
		return s.unsafe(), err
	}
	return Text(string(markup.TruncateWords(markup.HTML(s.str), n, &wordsEnding))), nil
}
