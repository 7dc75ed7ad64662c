package template

import (
	"runtime/debug"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/markup"
)

// debugNode is {% debug %}.
type debugNode struct{}

func compileDebug(*Parser, Token) (Node, error) { return debugNode{}, nil }

// Render shows the variables, those that tags have set first, then the data and the variables of
// processors that the page has asked for, and the modules that the program is made of.
func (debugNode) Render(c *Context) error {
	if !c.engine.opts.Debug {
		return nil
	}
	set := map[string]any{}
	for _, v := range c.vars[c.floor:] {
		set[v.name] = v.value.plain()
	}
	processed := map[string]any{}
	for _, v := range c.shared {
		processed[v.name] = v.value.plain()
	}
	builtins := map[string]any{"True": true, "False": false, "None": nil}
	for _, v := range []any{builtins, processed, c.data.plain(), set} {
		c.out = markup.AppendEscaped(c.out, string(pyfmt.AppendPretty(nil, v)))
	}
	c.WriteString("\n\n")
	modules := map[string]any{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			modules[m.Path] = m.Version
		}
	}
	c.out = markup.AppendEscaped(c.out, string(pyfmt.AppendPretty(nil, modules)))
	return nil
}
