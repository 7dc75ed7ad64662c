package template

import (
	"fmt"
	"strings"
	"sync"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/text"
)

func i18nLibrary() *Library {
	return &Library{
		Tags: map[string]Tag{
			"blocktrans":                CompileFunc(compileBlockTranslate),
			"blocktranslate":            CompileFunc(compileBlockTranslate),
			"get_available_languages":   CompileFunc(compileLanguages),
			"get_current_language":      CompileFunc(compileCurrentLanguage),
			"get_current_language_bidi": CompileFunc(compileCurrentLanguage),
			"get_language_info":         CompileFunc(compileLanguageInfo),
			"get_language_info_list":    CompileFunc(compileLanguageInfo),
			"language":                  CompileFunc(compileLanguage),
			"trans":                     CompileFunc(compileTranslate),
			"translate":                 CompileFunc(compileTranslate),
		},
		Filters: map[string]Filter{
			"language_bidi":            languageFilter(func(_ *Context, l i18n.Language) Value { return Bool(l.Bidi) }),
			"language_name":            languageFilter(func(_ *Context, l i18n.Language) Value { return Text(l.Name) }),
			"language_name_local":      languageFilter(func(_ *Context, l i18n.Language) Value { return Text(l.NameLocal) }),
			"language_name_translated": languageFilter(func(c *Context, l i18n.Language) Value { return Text(c.locale.Gettext(l.Name)) }),
		},
	}
}

func languageFilter(f func(*Context, i18n.Language) Value) Filter {
	return Filter{Func: func(c *Context, v Value) (Value, error) {
		l, err := i18n.LanguageInfo(v.text())
		if err != nil {
			return Value{}, err
		}
		return f(c, l), nil
	}}
}

// transNode is {% translate message noop context "…" as name %}.
type transNode struct {
	message *Expr
	noop    bool
	context *Expr // nil without
	name    string
}

func compileTranslate(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) < 2 {
		return nil, syntaxErrorf("'%s' takes at least one argument", bits[0])
	}
	n := &transNode{}
	var err error
	if n.message, err = p.expr(t, bits[1]); err != nil {
		return nil, err
	}
	if o := &n.message.operand; o.path == nil && !o.translate && o.constant.kind == KindText {
		// Django reads a literal's backslashes twice here.
		if s, err := text.UnescapeStringLiteral("'" + o.constant.str + "'"); err == nil {
			o.constant.str = s
		}
	}
	return n, n.options(p, t, bits[2:])
}

func (n *transNode) options(p *Parser, t Token, bits []string) (err error) {
	seen := map[string]bool{}
	for len(bits) > 0 {
		option := bits[0]
		if seen[option] {
			return p.ErrorAt(t, option, "the '%s' option was specified more than once", option)
		}
		seen[option], bits = true, bits[1:]
		switch option {
		case "noop":
			n.noop = true
			continue
		case "context", "as":
		default:
			return p.ErrorAt(t, option, "unknown argument for '%s' tag: '%s'. The only options available are 'noop', "+
				`'context' "xxx", and 'as VAR'`, t.Name(), option)
		}
		if len(bits) == 0 {
			return p.ErrorAt(t, option, "no argument provided to the '%s' tag for the %s option", t.Name(), option)
		}
		value := bits[0]
		bits = bits[1:]
		if option == "as" {
			n.name = value
			continue
		}
		if value == "as" || value == "noop" {
			return p.ErrorAt(t, value, "invalid argument '%s' provided to the '%s' tag for the context option", value, t.Name())
		}
		if n.context, err = p.expr(t, value); err != nil {
			return err
		}
	}
	return nil
}

func (n *transNode) Render(c *Context) error {
	v, err := n.value(c)
	if err != nil {
		return err
	}
	if n.name == "" {
		start := len(c.out)
		if err := c.write(v); err != nil {
			return err
		}
		c.out = singlePercents(c.out, start)
		return nil
	}
	if v, err = c.rendered(v); err != nil {
		return err
	}
	v.str = strings.ReplaceAll(v.str, "%%", "%")
	c.Set(n.name, v)
	return nil
}

// singlePercents replaces %% by % in what was written from start on.
func singlePercents(out []byte, start int) []byte {
	at := start
	for i := start; i < len(out); i++ {
		out[at] = out[i]
		at++
		if out[i] == '%' && i+1 < len(out) && out[i+1] == '%' {
			i++
		}
	}
	return out[:at]
}

// value translates the message, then applies the filters.
func (n *transNode) value(c *Context) (Value, error) {
	e := n.message
	v, ok, err := e.operand.value(c)
	if err != nil {
		return v, err
	}
	if !ok {
		return e.Eval(c)
	}
	if !n.noop && !e.operand.translate {
		context := Text("")
		if n.context != nil {
			if context, err = n.context.Eval(c); err != nil {
				return v, err
			}
		}
		if v, err = c.translated(context, v); err != nil {
			return v, err
		}
	}
	err = e.filter(c, &v)
	return v, err
}

// translated translates text, in which Django doubles percent signs first: messages with variables,
// of {% blocktranslate %}, have the form that Python's % takes, and all are in one catalogue.
func (c *Context) translated(context, v Value) (Value, error) {
	s, ok := v.plainText()
	if !ok {
		return v, fmt.Errorf("translate: %s is no text", quote(v.String()))
	}
	if context.IsNone() {
		context = Text("")
	}
	s = c.translate(context.text(), strings.ReplaceAll(s, "%", "%%"))
	return Value{kind: KindText, str: s, safe: v.safe}, nil
}

// languageNode is {% language code %}.
type languageNode struct {
	group
	code *Expr
}

func compileLanguage(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) != 2 {
		return nil, syntaxErrorf("'language' takes one argument (language)")
	}
	e, err := p.expr(t, bits[1])
	if err != nil {
		return nil, err
	}
	nodes, err := p.Block("endlanguage")
	return &languageNode{group{nodes}, e}, err
}

func (n *languageNode) Render(c *Context) error {
	v, err := n.code.Eval(c)
	if err != nil {
		return err
	}
	locale, ctx := c.locale, c.ctx
	if v.IsNone() {
		c.locale = nil // no translations
	} else if code := v.text(); code != "" {
		c.locale = c.engine.language(code)
	}
	c.ctx = i18n.NewContext(c.ctx, c.locale)
	err = n.nodes.Render(c)
	c.locale, c.ctx = locale, ctx
	return err
}

// language returns a language by its code, the default one where there is none.
func (e *Engine) language(code string) *i18n.Locale {
	if e.opts.Locales == nil {
		if code == "en" || strings.HasPrefix(code, "en-") {
			return nil
		}
		return e.opts.Locale
	}
	if l, ok := e.opts.Locales(code); ok {
		return l
	}
	return e.opts.Locale
}

// languageVar is a tag that sets a variable to something of the language.
type languageVar struct {
	name string
	get  func(*Context) Value
}

func (n *languageVar) Render(c *Context) error {
	c.Set(n.name, n.get(c))
	return nil
}

func compileCurrentLanguage(p *Parser, t Token) (Node, error) {
	name, err := asVariable(p, t)
	if t.Name() == "get_current_language_bidi" {
		return &languageVar{name, func(c *Context) Value { return Bool(c.locale.Bidi()) }}, err
	}
	return &languageVar{name, func(c *Context) Value { return Text(c.locale.Language()) }}, err
}

// defaultLanguages are those of Django's setting LANGUAGES.
var defaultLanguages = sync.OnceValue(func() [][2]string {
	all, err := i18n.New(nil, nil)
	if err != nil {
		return nil // there are no files that could be bad
	}
	var list [][2]string
	for _, code := range all.Languages() {
		if l, err := i18n.LanguageInfo(code); err == nil {
			list = append(list, [2]string{code, l.Name})
		}
	}
	return list
})

func compileLanguages(p *Parser, t Token) (Node, error) {
	name, err := asVariable(p, t)
	return &languageVar{name, func(c *Context) Value {
		languages := c.engine.opts.Languages
		if languages == nil {
			languages = defaultLanguages()
		}
		list := make([][2]string, 0, len(languages))
		for _, l := range languages {
			list = append(list, [2]string{l[0], c.locale.Gettext(l[1])})
		}
		return ValueOf(list)
	}}, err
}

// languageInfoNode is {% get_language_info for code as name %} and {% get_language_info_list for
// codes as name %}.
type languageInfoNode struct {
	of   *Expr
	name string
	list bool
}

func compileLanguageInfo(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) != 5 || bits[1] != "for" || bits[3] != "as" {
		return nil, syntaxErrorf("'%s' requires 'for … as variable' (got %s)", bits[0], quote(t.Contents))
	}
	e, err := p.expr(t, bits[2])
	return &languageInfoNode{e, bits[4], bits[0] == "get_language_info_list"}, err
}

func (n *languageInfoNode) Render(c *Context) error {
	v, err := n.of.Eval(c)
	if err != nil {
		return err
	}
	if !n.list {
		info, err := languageInfo(v.text())
		c.Set(n.name, ValueOf(info))
		return err
	}
	list := []map[string]any{}
	for item, err := range v.items(c) {
		if err != nil {
			return err
		}
		code, ok := item.plainText()
		if !ok { // a pair of code and name
			first, found := Value{}, false
			if item.kind == KindObject {
				first, found = item.index(0)
			}
			if !found {
				return fmt.Errorf("get_language_info_list: %s is no language", quote(item.String()))
			}
			code = first.text()
		}
		info, err := languageInfo(code)
		if err != nil {
			return err
		}
		list = append(list, info)
	}
	c.Set(n.name, ValueOf(list))
	return nil
}

// languageInfo is Django's dict of a language.
func languageInfo(code string) (map[string]any, error) {
	l, err := i18n.LanguageInfo(code)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"code": l.Code, "name": l.Name, "name_local": l.NameLocal, "bidi": l.Bidi,
		"name_translated": i18n.LazyText(l.Name),
	}, nil
}
