package templatefuzz

import "strings"

// node is a piece of a template: text, a variable, or a tag with what it
// encloses.
type node struct {
	parts []part // more than one where a tag has {% else %} or the like
	close string // "" of what encloses nothing
}

// part is a tag or text and the nodes that follow it inside of its node.
type part struct {
	head string
	body []node
}

// leaf is a node that encloses nothing.
func leaf(text string) node { return node{parts: []part{{head: text}}} }

// block is a tag with a body.
func block(open string, body []node, end string) node {
	return node{parts: []part{{open, body}}, close: end}
}

func source(nodes []node) string {
	var b strings.Builder
	writeNodes(&b, nodes)
	return b.String()
}

func writeNodes(b *strings.Builder, nodes []node) {
	for _, n := range nodes {
		for _, p := range n.parts {
			b.WriteString(p.head)
			writeNodes(b, p.body)
		}
		b.WriteString(n.close)
	}
}
