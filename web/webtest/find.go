package webtest

import (
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// An Element is one element of a page.
type Element struct {
	page *Page
	node *html.Node
}

// document parses the body once, as browsers parse HTML.
func (p *Page) document() (*html.Node, error) {
	p.once.Do(func() { p.root, p.bad = html.Parse(strings.NewReader(p.Body)) })
	return p.root, p.bad
}

func (p *Page) mustDocument() *html.Node {
	p.t.Helper()
	root, err := p.document()
	if err != nil {
		p.t.Fatalf("%s: parse HTML: %v", p, err)
	}
	return root
}

// Find returns the first element that a CSS selector matches; the test ends if there is none.
func (p *Page) Find(selector string) *Element {
	p.t.Helper()
	found := p.FindAll(selector)
	if len(found) == 0 {
		p.t.Fatalf("%s: no element matches %q\n%s", p, selector, p.excerpt())
	}
	return found[0]
}

// FindAll returns all elements that a CSS selector matches, in the order of the page.
func (p *Page) FindAll(selector string) []*Element {
	p.t.Helper()
	return p.findBelow(p.mustDocument(), selector)
}

// Has tells whether an element matches a CSS selector.
func (p *Page) Has(selector string) bool {
	p.t.Helper()
	return len(p.FindAll(selector)) > 0
}

func (p *Page) findBelow(n *html.Node, selector string) []*Element {
	p.t.Helper()
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatalf("selector %q: %v", selector, err)
	}
	var list []*Element
	for _, node := range cascadia.QueryAll(n, sel) {
		list = append(list, &Element{p, node})
	}
	return list
}

// Find returns the first element inside e that a CSS selector matches; the test ends if there is
// none.
func (e *Element) Find(selector string) *Element {
	e.page.t.Helper()
	found := e.FindAll(selector)
	if len(found) == 0 {
		e.page.t.Fatalf("%s: no element inside %s matches %q", e.page, shorten(e.HTML(), 200), selector)
	}
	return found[0]
}

// FindAll returns all elements inside e that a CSS selector matches.
func (e *Element) FindAll(selector string) []*Element {
	e.page.t.Helper()
	return e.page.findBelow(e.node, selector)
}

// Tag returns the element's name in lower case: "a".
func (e *Element) Tag() string { return e.node.Data }

// Attr returns the value of an attribute, "" if it is missing.
func (e *Element) Attr(name string) string { return attr(e.node, name) }

// HasAttr tells whether an attribute is there, if only an empty one.
func (e *Element) HasAttr(name string) bool { return hasAttr(e.node, name) }

// Text returns the text of the element, with white space as it is shown: runs of it are one space,
// and none stands at the ends.
func (e *Element) Text() string { return nodeText(e.node) }

// HTML returns the element and what is in it as HTML.
func (e *Element) HTML() string {
	var b strings.Builder
	if err := html.Render(&b, e.node); err != nil {
		return err.Error()
	}
	return b.String()
}

func attr(n *html.Node, name string) string {
	v, _ := lookupAttr(n, name)
	return v
}

func hasAttr(n *html.Node, name string) bool {
	_, ok := lookupAttr(n, name)
	return ok
}

func lookupAttr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val, true
		}
	}
	return "", false
}

// nodeText returns the text that a reader sees.
func nodeText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && (d.Parent == n || !isCode(d.Parent)) {
			b.WriteString(d.Data)
		} else if d.Type == html.ElementNode && (d.DataAtom == atom.Br || d.DataAtom == atom.P || d.DataAtom == atom.Td || d.DataAtom == atom.Li || d.DataAtom == atom.Div) {
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func isCode(n *html.Node) bool {
	return n != nil && (n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Template)
}

// elements yields the elements below n that have one of these names, in order.
func elements(n *html.Node, names ...atom.Atom) []*html.Node {
	var list []*html.Node
	for d := range n.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		for _, name := range names {
			if d.DataAtom == name {
				list = append(list, d)
			}
		}
	}
	return list
}
