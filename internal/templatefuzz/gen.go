package templatefuzz

import (
	"fmt"
	"math/rand/v2"

	"github.com/nuages-web/nuages/internal/pyvalue"
)

// Maker makes samples. Its methods may be called at once.
type Maker struct{ seed uint64 }

// New returns a maker. The same seed makes the same samples.
func New(seed uint64) *Maker { return &Maker{seed} }

// gen makes one sample.
type gen struct {
	rand      *rand.Rand
	context   pyvalue.Dict
	scope     []variable // what the templates may use where the maker is
	templates map[string][]node
	included  []string // the templates that may be included
	names     int      // for names that have to be new
	loops     int      // the loops around
	inBlock   bool
	english   bool
}

// Sample makes the sample of a number.
func (m *Maker) Sample(n int) *Sample {
	g := &gen{rand: rand.New(rand.NewPCG(m.seed, uint64(n))), templates: map[string][]node{}}
	s := &Sample{
		name:       fmt.Sprintf("random %d of seed %d", n, m.seed),
		templates:  g.templates,
		autoescape: g.chance(85),
		invalid:    pick(g, []string{"", "", "", "INVALID", "(%s)"}),
		language:   pick(g, []string{"", "", "", "", "", "", "", "de", "fr"}),
	}
	g.english = s.language == ""
	for k := range kinds {
		g.entry(fmt.Sprintf("v%d", k), k)
		if k == text || g.chance(30) {
			g.entry(fmt.Sprintf("w%d", k), k)
		}
	}
	g.scope = append(g.scope, variable{"missing", missing})
	for i := range g.intn(3) {
		name := fmt.Sprintf("part%d.html", i)
		g.templates[name] = g.nodes(2)
		g.included = append(g.included, name)
	}
	g.main()
	s.context = g.context
	if g.chance(7) {
		g.spoil("main")
	}
	return s
}

// main makes the template that is rendered, with or without those that it extends.
func (g *gen) main() {
	if g.chance(70) {
		g.templates["main"] = g.nodes(3)
		return
	}
	blocks := []string{"title", "content", "footer"}
	g.inBlock = true
	g.templates["base.html"] = g.layout(blocks)
	parent := "base.html"
	if g.chance(40) {
		g.templates["middle.html"] = g.child(parent, blocks)
		parent = "middle.html"
	}
	g.templates["main"] = g.child(parent, blocks)
}

// layout is a template that others extend.
func (g *gen) layout(blocks []string) []node {
	nodes := []node{leaf(g.text())}
	for _, name := range blocks {
		body := g.nodes(1)
		if name == "content" && g.chance(50) {
			body = append(body, block("{% block inner %}", g.nodes(1), g.pick([]string{"{% endblock %}", "{% endblock inner %}"})))
		}
		nodes = append(nodes, block("{% block "+name+" %}", body, "{% endblock %}"), leaf(g.text()))
	}
	if g.chance(30) {
		condition := g.condition(0)
		nodes = append(nodes, block("{% if "+condition+" %}", []node{block("{% block extra %}", g.nodes(1), "{% endblock extra %}")}, "{% endif %}"))
	}
	return nodes
}

// child is a template that extends another one.
func (g *gen) child(parent string, blocks []string) []node {
	nodes := []node{leaf(fmt.Sprintf("{%% extends %q %%}", parent)), leaf(g.text())}
	for _, name := range append([]string{"inner", "extra"}, blocks...) {
		if g.chance(50) {
			continue
		}
		body := g.nodes(2)
		if g.chance(60) { // once: after an error in a block.super Django has lost the block
			body = append(body, leaf(g.pick([]string{"{{ block.super }}", "{{ block.super }}", "{{ block.super|upper }}"})))
		}
		nodes = append(nodes, block("{% block "+name+" %}", body, "{% endblock %}"))
	}
	return nodes
}

// nodes makes some nodes, nested at most so deep. What is put in scope inside ends there.
func (g *gen) nodes(depth int) []node {
	var nodes []node
	before := len(g.scope)
	for range 1 + g.intn(4) {
		nodes = append(nodes, g.node(depth))
	}
	g.scope = g.scope[:before]
	return nodes
}

func (g *gen) node(depth int) node {
	switch n := g.intn(100); {
	case n < 25:
		return leaf(g.text())
	case n < 55 || depth == 0:
		return g.output()
	case n < 75:
		return g.blockTag(depth - 1)
	default:
		return g.tag()
	}
}

// text makes text between tags.
func (g *gen) text() string {
	return g.pick([]string{" ", "\n", "text", "<p>", "</p> <p>", "a & b", " - ", "{ not a tag }", "%}", "}}", "é", "; ", "#}", "\r\n", "\t"})
}

// output is {{ }}.
func (g *gen) output() node {
	if g.chance(3) { // here alone: elsewhere Python tells a lazy text from text
		return leaf(g.pick([]string{`{{ _("Yes") }}`, `{{ _('nothing to translate')|upper }}`, `{{ v0|default:_("No") }}`}))
	}
	e, k := g.expression()
	if (k == texts || k == pairs || k == rows || k == row || k == counts || k == integers) && g.chance(80) {
		e += "|length" // Python's notation of lists is tested, too, but not mostly
	}
	switch g.intn(10) {
	case 0:
		return leaf("{{" + e + "}}")
	case 1:
		return leaf("{{  " + e + "\t}}")
	}
	return leaf("{{ " + e + " }}")
}

func (g *gen) intn(n int) int            { return g.rand.IntN(n) }
func (g *gen) chance(percent int) bool   { return g.rand.IntN(100) < percent }
func (g *gen) pick(from []string) string { return pick(g, from) }

func pick[T any](g *gen, from []T) T { return from[g.rand.IntN(len(from))] }

// fresh returns a name that is new.
func (g *gen) fresh(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}
