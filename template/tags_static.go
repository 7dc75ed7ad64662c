package template

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/markup"
)

func staticLibrary() *Library {
	return &Library{Tags: map[string]Tag{
		"get_media_prefix":  CompileFunc(compilePrefix),
		"get_static_prefix": CompileFunc(compilePrefix),
		"static":            CompileFunc(compileStatic),
	}}
}

// prefixNode is {% get_static_prefix as name %} and {% get_media_prefix as name %}.
type prefixNode struct{ prefix, name string }

func compilePrefix(p *Parser, t Token) (Node, error) {
	bits := strings.Fields(t.Contents)
	n := &prefixNode{prefix: p.engine.opts.StaticURL}
	if bits[0] == "get_media_prefix" {
		n.prefix = p.engine.opts.MediaURL
	}
	switch {
	case len(bits) > 1 && bits[1] != "as":
		return nil, p.ErrorAt(t, bits[1], "first argument in '%s' must be 'as'", bits[0])
	case len(bits) == 2:
		return nil, fmt.Errorf("'%s' needs a name after 'as'", bits[0])
	case len(bits) > 2:
		n.name = bits[2]
	}
	return n, nil
}

func (n *prefixNode) Render(c *Context) error {
	c.put(n.name, Text(n.prefix))
	return nil
}

// staticNode is {% static "path" as name %}.
type staticNode struct {
	path    *Expr
	name    string
	address string // of a constant path; "" where it is made when the page is
	escaped markup.HTML
}

func compileStatic(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) < 2 {
		return nil, syntaxErrorf("'static' takes at least one argument (path to file)")
	}
	n := &staticNode{}
	var err error
	if n.path, err = p.expr(t, bits[1]); err != nil {
		return nil, err
	}
	if bits[len(bits)-2] == "as" {
		if len(bits) < 4 {
			return nil, errors.New("'static' needs a path before 'as'")
		}
		n.name = bits[3]
	}
	if path, ok := n.path.Constant(); ok && p.engine.opts.Static == nil && path.kind == KindText {
		n.address = p.engine.staticURL(path.str)
		n.escaped = markup.Escape(n.address)
	}
	return n, nil
}

func (n *staticNode) Render(c *Context) error {
	address, escaped := n.address, n.escaped
	if address == "" {
		var err error
		if address, err = n.make(c); err != nil {
			return err
		}
		if c.autoescape {
			escaped = markup.Escape(address)
		}
	}
	if c.autoescape {
		c.put(n.name, HTML(escaped))
	} else {
		c.put(n.name, Text(address))
	}
	return nil
}

// make makes the address.
func (n *staticNode) make(c *Context) (string, error) {
	v, err := n.path.Eval(c)
	if err != nil {
		return "", err
	}
	path, ok := v.plainText()
	switch {
	case !ok:
		return "", fmt.Errorf("static: %s is no path", quote(v.String()))
	case c.engine.opts.Static != nil:
		return c.engine.opts.Static(c.ctx, path)
	}
	return c.engine.staticURL(path), nil
}

func (e *Engine) staticURL(path string) string { return joinURL(e.opts.StaticURL, quotePath(path)) }

// joinURL is Python's urljoin for a path, of which all that has a meaning in addresses is quoted.
func joinURL(base, path string) string {
	if path == "" || base == "" {
		return base + path
	}
	scheme, rest := "", base
	if i := strings.Index(base, "://"); i >= 0 {
		scheme, rest = base[:i+1], base[i+1:]
	}
	if strings.HasPrefix(path, "//") {
		return scheme + path
	}
	host := ""
	if strings.HasPrefix(rest, "//") {
		end := len(rest)
		if i := strings.IndexAny(rest[2:], "/?#"); i >= 0 {
			end = i + 2
		}
		host, rest = rest[:end], rest[end:]
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	return scheme + host + joinPath(rest, path)
}

// joinPath goes from a path to another, which may be relative. Empty segments are left out.
func joinPath(base, path string) string {
	segments := strings.Split(path, "/")
	if !strings.HasPrefix(path, "/") {
		from := strings.Split(base, "/")
		segments = append(from[:len(from)-1], segments...)
		if len(from) == 1 {
			segments = slices.Insert(segments, 0, "")
		}
		last := len(segments) - 1
		middle := slices.DeleteFunc(segments[1:last:last], func(s string) bool { return s == "" })
		segments = append(append(segments[:1:1], middle...), segments[last])
	}
	var resolved []string
	for _, s := range segments {
		switch {
		case s == "..":
			resolved = resolved[:max(0, len(resolved)-1)]
		case s != ".":
			resolved = append(resolved, s)
		}
	}
	if last := segments[len(segments)-1]; last == "." || last == ".." {
		resolved = append(resolved, "")
	}
	if joined := strings.Join(resolved, "/"); joined != "" {
		return joined
	}
	return "/"
}

// quotePath is Python's quote: all but letters, digits, _ . - ~ and / is percent-encoded.
func quotePath(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch ch := s[i]; {
		case 'a' <= ch && ch <= 'z', 'A' <= ch && ch <= 'Z', '0' <= ch && ch <= '9', strings.IndexByte("_.-~/", ch) >= 0:
			b.WriteByte(ch)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[ch>>4])
			b.WriteByte(hex[ch&15])
		}
	}
	return b.String()
}
