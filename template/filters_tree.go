package template

import "fmt"

// maxTree is how deep lists may stand in each other for unordered_list. Each level indents all lines
// below it by one more, and Python ends at about this depth, too.
const maxTree = 300

// filterUnorderedList makes <li> elements of a list in which a list holds what is below the item
// before it.
func filterUnorderedList(c *Context, v Value) (Value, error) {
	dst, err := c.appendTree(c.Scratch(), v, 1)
	if err != nil {
		return Value{}, fmt.Errorf("unordered_list: %w", err)
	}
	return c.TextOf(dst).MarkSafe(), nil
}

// appendTree writes the items of v, indented by so many tabs.
func (c *Context) appendTree(dst []byte, v Value, tabs int) ([]byte, error) {
	if tabs > maxTree {
		return dst, fmt.Errorf("lists more than %d deep", maxTree)
	}
	items, err := v.iterate(c)
	if err != nil {
		return dst, err
	}
	for i := 0; i < items.length; i++ {
		if i > 0 {
			dst = append(dst, '\n')
		}
		dst = append(appendTabs(dst, tabs), "<li>"...)
		if dst, err = c.appendItem(dst, items.at(i)); err != nil {
			return dst, err
		}
		if i+1 < items.length && items.at(i+1).isListed() {
			i++
			if dst, err = c.appendBranch(dst, items.at(i), tabs); err != nil {
				return dst, err
			}
		}
		dst = append(dst, "</li>"...)
	}
	return dst, nil
}

// appendItem writes the text of an item, escaped where escaping is on.
func (c *Context) appendItem(dst []byte, v Value) ([]byte, error) {
	if c.autoescape {
		return c.appendHTML(dst, v)
	}
	return c.appendText(dst, v)
}

// appendBranch writes the list below an item, if it has items.
func (c *Context) appendBranch(dst []byte, v Value, tabs int) ([]byte, error) {
	if !v.Truth() {
		return dst, nil
	}
	dst = append(appendTabs(append(dst, '\n'), tabs), "<ul>\n"...)
	dst, err := c.appendTree(dst, v, tabs+1)
	if err != nil {
		return dst, err
	}
	dst = append(appendTabs(append(dst, '\n'), tabs), "</ul>\n"...)
	return appendTabs(dst, tabs), nil
}

// isListed tells whether v is a list or tuple, whose items stand below the item before.
func (v Value) isListed() bool {
	if v.kind != KindObject {
		return false
	}
	return isList(v.deref()) && typeOf(v.ref.Type()).keys == keysNone
}

func appendTabs(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '\t')
	}
	return dst
}
