package templatefuzz

import (
	"fmt"
	"strings"
)

// tag makes a tag that encloses nothing.
func (g *gen) tag() node {
	return pick(g, []func() node{g.include, g.include, g.cycle, g.firstof, g.widthratio, g.templatetag, g.forloop, g.translate, g.comment})()
}

// blockTag makes a tag and what it encloses.
func (g *gen) blockTag(depth int) node {
	return pick(g, []func(int) node{
		g.ifTag, g.ifTag, g.ifTag, g.forTag, g.forTag, g.forTag, g.with, g.with, g.ifchanged, g.regroup,
		g.verbatim, g.commentBlock, g.spaceless, g.filterTag, g.autoescape, g.blocktranslate, g.localize, g.namedCycle,
	})(depth)
}

func (g *gen) ifTag(depth int) node {
	n := node{close: "{% endif %}", parts: []part{{"{% if " + g.condition(2) + " %}", g.nodes(depth)}}}
	for range g.intn(3) {
		n.parts = append(n.parts, part{"{% elif " + g.condition(1) + " %}", g.nodes(depth)})
	}
	if g.chance(50) {
		n.parts = append(n.parts, part{"{% else %}", g.nodes(depth)})
	}
	return n
}

// forTag makes a loop over what fits; over what does not now and then.
func (g *gen) forTag(depth int) node {
	names, over, inner := g.loop()
	if g.chance(20) {
		over += " reversed"
	}
	before := len(g.scope)
	g.scope = append(g.scope, inner...)
	for _, v := range inner {
		if v.kind == row {
			g.scope = append(g.scope, variable{v.path + ".name", text}, variable{v.path + ".n", integer}, variable{v.path + ".tags", texts})
		}
	}
	g.loops++
	body := g.nodes(depth)
	if g.chance(50) {
		body = append(body, g.forloop())
	}
	g.loops--
	g.scope = g.scope[:before]
	n := node{close: "{% endfor %}", parts: []part{{"{% for " + names + " in " + over + " %}", body}}}
	if g.chance(30) {
		n.parts = append(n.parts, part{"{% empty %}", g.nodes(depth)})
	}
	return n
}

// loop is the names, what they go over, and what they are.
func (g *gen) loop() (names, over string, inner []variable) {
	a, b := g.fresh("x"), g.fresh("y")
	comma := g.pick([]string{", ", ",", " ,", " , "})
	switch n := g.intn(100); {
	case n < 30:
		return a, g.expressionOf(texts), []variable{{a, text}}
	case n < 50:
		return a, g.expressionOf(integers), []variable{{a, integer}}
	case n < 65:
		return a, g.expressionOf(rows), []variable{{a, row}}
	case n < 78:
		return a + comma + b, g.expressionOf(pairs), []variable{{a, text}, {b, integer}}
	case n < 88:
		return a + comma + b, g.variableOf(counts) + ".items", []variable{{a, text}, {b, integer}}
	case n < 92:
		return a, g.variableOf(counts) + g.pick([]string{"", ".keys"}), []variable{{a, text}}
	case n < 95:
		return a, g.variableOf(counts) + ".values", []variable{{a, integer}}
	case n < 99:
		return a, g.variableOf(text, safeText, missing, none), []variable{{a, text}}
	}
	return a + comma + b + comma + g.fresh("z"), g.expressionOf(pairs), []variable{{a, text}, {b, integer}}
}

// forloop writes a variable of the loop, where there is one.
func (g *gen) forloop() node {
	name := "forloop." + strings.Repeat("parentloop.", g.intn(g.loops+1)) + g.pick([]string{"counter", "counter0", "revcounter", "revcounter0", "first", "last"})
	if g.chance(20) {
		return node{close: "{% endif %}", parts: []part{{"{% if " + name + " %}", []node{leaf(g.text())}}, {"{% else %}", []node{leaf(g.text())}}}}
	}
	return leaf("{{ " + name + " }}")
}

func (g *gen) with(depth int) node {
	a, b := g.fresh("a"), g.fresh("b")
	e, k := g.expression()
	head, inner := "{% with "+a+"="+e+" %}", []variable{{a, k}}
	switch g.intn(4) {
	case 0:
		head = "{% with " + e + " as " + a + " %}"
	case 1:
		e2, k2 := g.expression()
		head, inner = "{% with "+a+"="+e+" "+b+"="+e2+" %}", append(inner, variable{b, k2})
	}
	before := len(g.scope)
	g.scope = append(g.scope, inner...)
	body := g.nodes(depth)
	g.scope = g.scope[:before]
	return block(head, append(body, leaf("{{ "+a+g.pick([]string{"", "|length", "|default:'none'"})+" }}")), g.pick([]string{"{% endwith %}", "{%endwith%}"}))
}

func (g *gen) ifchanged(depth int) node {
	head := "{% ifchanged %}"
	if g.chance(50) {
		e, _ := g.expression()
		head = "{% ifchanged " + e + " %}"
	}
	n := node{close: "{% endifchanged %}", parts: []part{{head, g.nodes(depth)}}}
	if g.chance(40) {
		n.parts = append(n.parts, part{"{% else %}", g.nodes(depth)})
	}
	return n
}

func (g *gen) regroup(depth int) node {
	list, groups, inner := g.expressionOf(rows), g.fresh("groups"), g.fresh("group")
	before := len(g.scope)
	g.scope = append(g.scope, variable{inner + ".grouper", integer}, variable{inner + ".list", rows})
	body := g.nodes(depth)
	g.scope = g.scope[:before]
	by := g.pick([]string{"n", "name", "n", "missing", "name|length", "tags.0"})
	loop := fmt.Sprintf("{%% for %s in %s %%}", inner, groups)
	if g.chance(30) {
		loop = fmt.Sprintf("{%% for %s in %s %%}", g.fresh("key")+", "+g.fresh("list"), groups)
	}
	return block(fmt.Sprintf("{%% regroup %s by %s as %s %%}", list, by, groups)+loop, body, "{% endfor %}")
}

func (g *gen) verbatim(int) node {
	name := g.pick([]string{"", "", " special"})
	return leaf("{% verbatim" + name + " %}" + g.pick([]string{"{{ not.a.variable }}", "{% if %}", "{# no comment #}", "plain", "{% endverbatim other %}"}) + "{% endverbatim" + name + " %}")
}

func (g *gen) comment() node {
	return leaf(g.pick([]string{"{# a comment #}", "{##}", "{# {% if %} {{ x }} #}", "{# Translators: hello #}", "{# two\nlines #}"}))
}

func (g *gen) commentBlock(depth int) node {
	head := g.pick([]string{"{% comment %}", `{% comment "a note" %}`})
	if g.chance(30) {
		return block(head, []node{leaf("{% unknown %}{{ a||b }}")}, "{% endcomment %}")
	}
	return block(head, g.nodes(depth), "{% endcomment %}")
}

func (g *gen) spaceless(depth int) node {
	return block("{% spaceless %}", append([]node{leaf("<p>\n  <b>")}, append(g.nodes(depth), leaf("</b> \t</p>"))...), "{% endspaceless %}")
}

func (g *gen) filterTag(depth int) node {
	filters := g.pick([]string{"upper", "lower", "force_escape", "force_escape|lower", "title", `cut:" "`, "linebreaksbr", "truncatewords:3", "addslashes|upper", "striptags"})
	return block("{% filter "+filters+" %}", g.nodes(depth), "{% endfilter %}")
}

func (g *gen) autoescape(depth int) node {
	return block("{% autoescape "+g.pick([]string{"on", "off", "off"})+" %}", g.nodes(depth), "{% endautoescape %}")
}

func (g *gen) localize(depth int) node {
	return block("{% load l10n %}{% localize "+g.pick([]string{"on", "off"})+" %}", append(g.nodes(depth), leaf("{{ "+g.variableOf(float, decimal, date)+g.pick([]string{"", "|localize", "|unlocalize"})+" }}")), "{% endlocalize %}")
}

func (g *gen) include() node {
	if len(g.included) == 0 || g.inBlock && g.chance(20) {
		return leaf(g.text())
	}
	head := fmt.Sprintf("%q", g.pick(g.included))
	switch g.intn(12) {
	case 0, 1, 2:
		e, _ := g.expression()
		head += " with " + g.pick([]string{"v0", "w0", "extra"}) + "=" + e + g.pick([]string{"", "", " only"})
	case 3:
		head += " only"
	case 4:
		if g.chance(20) {
			head = `"missing.html"`
		}
	}
	return leaf("{% include " + head + " %}")
}

func (g *gen) cycle() node {
	if g.loops == 0 && g.chance(60) {
		return leaf(g.text())
	}
	e, _ := g.expression()
	head := "{% cycle 'odd' 'ev&en' " + e
	switch g.intn(4) {
	case 0:
		return leaf(head + " as " + g.fresh("c") + " silent %}")
	case 1:
		name := g.fresh("c")
		return leaf(head + " as " + name + " %}{{ " + name + " }}")
	}
	return leaf(head + " %}")
}

// namedCycle goes on with a cycle and resets it.
func (g *gen) namedCycle(depth int) node {
	name, other := g.fresh("c"), g.fresh("i")
	head := "{% cycle 'a' '<b>' 'c' as " + name + g.pick([]string{"", " silent"}) + " %}"
	body := append(g.nodes(depth), leaf("{% cycle "+name+" %}{{ "+name+" }}"))
	if g.chance(40) {
		body = append(body, leaf("{% if forloop.counter == 2 %}{% resetcycle "+g.pick([]string{"", name + " "})+"%}{% endif %}"))
	}
	return block(head+"{% for "+other+" in "+g.variableOf(texts, integers)+" %}", body, "{% endfor %}")
}

func (g *gen) firstof() node {
	var list []string
	for range 1 + g.intn(3) {
		e, _ := g.expression()
		list = append(list, e)
	}
	head := "{% firstof missing " + strings.Join(list, " ")
	if g.chance(30) {
		name := g.fresh("f")
		return leaf(head + " as " + name + " %}[{{ " + name + " }}]")
	}
	return leaf(head + " %}")
}

func (g *gen) widthratio() node {
	head := fmt.Sprintf("{%% widthratio %s %s %s", g.variableOf(integer, float, text), g.variableOf(integer, float, none), g.pick([]string{"100", "7", g.variableOf(integer)}))
	if g.chance(30) {
		name := g.fresh("r")
		return leaf(head + " as " + name + " %}[{{ " + name + " }}]")
	}
	return leaf(head + " %}")
}

func (g *gen) templatetag() node {
	return leaf("{% templatetag " + g.pick([]string{"openblock", "closeblock", "openvariable", "closevariable", "openbrace", "closebrace", "opencomment", "closecomment"}) + " %}")
}

// translate uses messages of Django's own catalogues.
func (g *gen) translate() node {
	message := g.pick([]string{`"Yes"`, `"No"`, `"Page not found"`, `'nothing & nobody'`, `"January"`, `"Password"`, g.variableOf(text)})
	options := g.pick([]string{"", "", "", " noop", " context 'abbrev. month'", "|upper"})
	head := "{% load i18n %}{% " + g.pick([]string{"trans ", "translate "}) + message + options
	if g.chance(30) && !strings.Contains(options, "context") {
		name := g.fresh("t")
		return leaf(head + " as " + name + " %}[{{ " + name + " }}]")
	}
	return leaf(head + " %}")
}

func (g *gen) blocktranslate(int) node {
	a := g.fresh("a")
	name := g.pick([]string{"blocktrans", "blocktranslate"})
	e, _ := g.expression()
	switch g.intn(4) {
	case 0:
		return leaf("{% load i18n %}{% " + name + " %}Page not found{% end" + name + " %}")
	case 1:
		return leaf("{% load i18n %}{% " + name + " trimmed with " + a + "=" + e + " %}\n  one {{ " + a + " }}\n  100% {{ v0 }}\n{% end" + name + " %}")
	case 2:
		count := g.expressionOf(integer)
		return leaf("{% load i18n %}{% " + name + " count counter=" + count + " %}{{ counter }} result{% plural %}{{ counter }} results of {{ v0 }}{% end" + name + " %}")
	}
	return leaf("{% load i18n %}{% " + name + " with " + a + "=" + e + " asvar said %}said {{ " + a + " }}{% end" + name + " %}[{{ said|safe }}]")
}
