package webtest

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// htmlNode is an element of normalised HTML, or a text. The tree is that of Django's
// django.test.html: it is built from the tags as written, without the elements that browsers add.
type htmlNode struct {
	name     string // "" for the root and for texts
	isText   bool
	text     string
	parts    []string   // of the text, until finish joins them
	attrs    []htmlAttr // sorted by name
	children []*htmlNode
}

type htmlAttr struct {
	name, value string
	bare        bool // without a value, or a boolean attribute that is on
}

const asciiSpace = "\t\n\f\r "

var voidElements = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "frame", "spacer"}

// booleanAttributes are those whose presence is all that counts (Django's BOOLEAN_ATTRIBUTES).
var booleanAttributes = []string{
	"allowfullscreen", "async", "autofocus", "autoplay", "checked", "controls", "default", "defer", "disabled",
	"formnovalidate", "hidden", "ismap", "itemscope", "loop", "multiple", "muted", "nomodule", "novalidate", "open",
	"playsinline", "readonly", "required", "reversed", "selected", "truespeed",
}

// maxHTMLDepth bounds how deep elements may be nested.
const maxHTMLDepth = 2000

// parseHTML reads HTML into its normal form. An end tag without a start is an error.
func parseHTML(src string) (*htmlNode, error) {
	root := &htmlNode{}
	open := []*htmlNode{root}
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break // a reader of a string fails at its end only
		}
		current := open[len(open)-1]
		switch token := z.Token(); kind {
		case html.TextToken:
			current.appendText(token.Data)
		case html.StartTagToken, html.SelfClosingTagToken:
			e := &htmlNode{name: token.Data, attrs: normalAttrs(token.Attr)}
			current.appendElement(e)
			if kind == html.StartTagToken && !slices.Contains(voidElements, e.name) {
				if open = append(open, e); len(open) > maxHTMLDepth {
					return nil, fmt.Errorf("elements are nested more than %d deep", maxHTMLDepth)
				}
			}
		case html.EndTagToken:
			i := len(open) - 1
			for i > 0 && open[i].name != token.Data {
				i--
			}
			if i == 0 {
				return nil, fmt.Errorf("unexpected end tag </%s>", token.Data)
			}
			open = open[:i]
		}
	}
	root.finish()
	if len(root.children) == 1 && !root.children[0].isText {
		return root.children[0], nil
	}
	return root, nil
}

func normalAttrs(attrs []html.Attribute) []htmlAttr {
	list := make([]htmlAttr, 0, len(attrs))
	for _, a := range attrs {
		n := htmlAttr{name: a.Key, value: a.Val}
		if n.name == "class" {
			classes := strings.FieldsFunc(n.value, func(r rune) bool { return strings.ContainsRune(asciiSpace, r) })
			slices.Sort(classes)
			n.value = strings.Join(classes, " ")
		}
		if slices.Contains(booleanAttributes, n.name) && (n.value == "" || n.value == n.name) {
			n.value, n.bare = "", true
		}
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b htmlAttr) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	return list
}

// collapse makes one space of each run of white space.
func collapse(s string) string {
	var b strings.Builder
	space := false
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(asciiSpace, s[i]) >= 0 {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteByte(s[i])
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

func (n *htmlNode) appendText(text string) {
	if last := n.last(); last != nil && last.isText {
		last.parts = append(last.parts, text)
		return
	}
	if text != "" {
		n.children = append(n.children, &htmlNode{isText: true, parts: []string{text}})
	}
}

// dropBlank removes a last child that is nothing but white space.
func (n *htmlNode) dropBlank() {
	last := n.last()
	if last == nil || !last.isText {
		return
	}
	for _, part := range last.parts {
		if strings.TrimSpace(part) != "" {
			return
		}
	}
	n.children = n.children[:len(n.children)-1]
}

// appendElement drops white space between elements.
func (n *htmlNode) appendElement(e *htmlNode) {
	n.dropBlank()
	n.children = append(n.children, e)
}

func (n *htmlNode) last() *htmlNode {
	if len(n.children) == 0 {
		return nil
	}
	return n.children[len(n.children)-1]
}

// finish trims the texts.
func (n *htmlNode) finish() {
	n.dropBlank()
	for _, c := range n.children {
		if c.isText {
			c.text, c.parts = strings.TrimSpace(collapse(strings.Join(c.parts, ""))), nil
		} else {
			c.finish()
		}
	}
}

func (n *htmlNode) equal(m *htmlNode) bool {
	if n.isText != m.isText || n.name != m.name || n.text != m.text || !slices.Equal(n.attrs, m.attrs) {
		return false
	}
	return slices.EqualFunc(n.children, m.children, (*htmlNode).equal)
}

// isRoot tells whether n stands for several nodes side by side.
func (n *htmlNode) isRoot() bool { return n.name == "" && !n.isText }

// count returns how often needle is in n (Element.count of Django). A needle of several elements side
// by side is found as a run of siblings, one with text beside elements, or of text alone, only as
// everything that an element holds.
func (n *htmlNode) count(needle *htmlNode) int {
	if n.equal(needle) {
		return 1
	}
	if needle.isRoot() && slices.EqualFunc(n.children, needle.children, (*htmlNode).equal) {
		return 1
	}
	found, matched := 0, 0
	for _, c := range n.children {
		if c.isText {
			continue
		}
		found += c.count(needle)
		if needle.isRoot() && len(needle.children) > 0 {
			if !needle.children[matched].equal(c) {
				matched = 0
			} else if matched++; matched == len(needle.children) {
				found, matched = found+1, 0
			}
		}
	}
	return found
}

// lines writes the tree with one tag or text on each line.
func (n *htmlNode) lines(indent string, out []string) []string {
	if n.isText {
		return append(out, indent+n.text)
	}
	inner := indent
	if n.name != "" {
		tag := indent + "<" + n.name
		for _, a := range n.attrs {
			tag += " " + a.name
			if !a.bare {
				tag += `="` + html.EscapeString(a.value) + `"`
			}
		}
		out, inner = append(out, tag+">"), indent+"  "
	}
	for _, c := range n.children {
		out = c.lines(inner, out)
	}
	if n.name != "" && len(n.children) > 0 {
		out = append(out, indent+"</"+n.name+">")
	}
	return out
}

// firstDifference shows where two texts part, with some lines around it.
func firstDifference(got, want []string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	var b strings.Builder
	for _, line := range got[max(0, min(i, len(got))-3):min(i, len(got))] {
		b.WriteString("    " + shorten(line, 300) + "\n")
	}
	for _, side := range []struct {
		mark  string
		lines []string
	}{{"  + ", got}, {"  - ", want}} {
		for _, line := range side.lines[min(i, len(side.lines)):min(i+4, len(side.lines))] {
			b.WriteString(side.mark + shorten(line, 300) + "\n")
		}
		if i >= len(side.lines) {
			b.WriteString(side.mark + "(end)\n")
		}
	}
	return b.String() + "(+ got, - want)"
}
