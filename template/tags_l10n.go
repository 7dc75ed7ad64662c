package template

func l10nLibrary() *Library {
	return &Library{
		Tags: map[string]Tag{"localize": CompileFunc(compileLocalize)},
		Filters: map[string]Filter{
			"localize":   {Func: filterLocalize},
			"unlocalize": {Func: filterUnlocalize},
		},
	}
}

// onOff reads a tag of the form {% name on|off %}, where on may be left out.
func onOff(p *Parser, t Token) (on bool, err error) {
	bits := t.Bits()
	if len(bits) > 2 || len(bits) == 2 && bits[1] != "on" && bits[1] != "off" {
		return false, p.ErrorAt(t, bits[1], "'%s' argument should be 'on' or 'off'", bits[0])
	}
	return len(bits) == 1 || bits[1] == "on", nil
}

// localizeNode is {% localize on|off %}.
type localizeNode struct {
	group
	localize localization
}

func compileLocalize(p *Parser, t Token) (Node, error) {
	on, err := onOff(p, t)
	if err != nil {
		return nil, err
	}
	n := &localizeNode{localize: localizeOff}
	if on {
		n.localize = localizeOn
	}
	n.nodes, err = p.Block("endlocalize")
	return n, err
}

func (n *localizeNode) Render(c *Context) error {
	outer := c.localize
	c.localize = n.localize
	err := n.nodes.Render(c)
	c.localize = outer
	return err
}

func filterLocalize(c *Context, v Value) (Value, error) { return c.textIn(localizeOn, v), nil }

func filterUnlocalize(c *Context, v Value) (Value, error) { return c.textIn(localizeOff, v), nil }

// textIn returns the text of a value, localized or not.
func (c *Context) textIn(l localization, v Value) Value {
	if v.kind == KindText {
		return v
	}
	outer := c.localize
	c.localize = l
	b, ok := c.appendLocalized(c.Scratch(), v)
	c.localize = outer
	if !ok {
		return Text(v.String())
	}
	return c.TextOf(b)
}
