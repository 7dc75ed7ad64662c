package template

import (
	"github.com/nuages-web/nuages/markup"
)

// csrfNode is {% csrf_token %}.
type csrfNode struct{}

func compileCSRFToken(*Parser, Token) (Node, error) { return csrfNode{}, nil }

// Render shows a hidden field with the variable csrf_token. It is seen also where variables of the
// page are not, in {% include … only %} and in inclusion tags: a form without it could not be sent.
func (csrfNode) Render(c *Context) error {
	token, ok := c.Lookup("csrf_token")
	if !ok {
		token, ok = c.ofProcessors("csrf_token")
	}
	if c.failed != nil {
		return c.failed
	}
	if ok {
		var err error
		if token, ok, err = called(c.ctx, token); err != nil {
			return err
		}
	}
	if !ok || !token.Truth() {
		return nil
	}
	if text := token.text(); text != "NOTPROVIDED" {
		c.WriteString(`<input type="hidden" name="csrfmiddlewaretoken" value="`)
		c.writeEscaped(token)
		c.WriteString(`">`)
	}
	return nil
}

// writeEscaped writes the text of a value, escaped whether escaping is on or not, unless it is HTML.
func (c *Context) writeEscaped(v Value) {
	if v.safe {
		c.WriteString(v.str)
		return
	}
	c.out = markup.AppendEscaped(c.out, v.text())
}

// A NonceMedia is a form's style sheets and scripts, which {% csp_nonce_attr media %} shows with a
// nonce on each of their tags. The nonce is "" where the page has none.
type NonceMedia interface {
	HTMLWithNonce(nonce string) markup.HTML
}

// nonceTag is {% csp_nonce_attr %}: nonce="…", or media whose tags have it. The nonce is the variable
// csp_nonce.
func nonceTag(c *Context, media Value) (markup.HTML, error) {
	nonce, _ := c.Lookup("csp_nonce")
	if c.failed != nil {
		return "", c.failed
	}
	nonce, _, err := called(c.ctx, nonce)
	if err != nil {
		return "", err
	}
	if media.IsNone() {
		if nonce.IsNone() {
			return "", nil
		}
		return markup.Format(`nonce="{}"`, nonce.Any()), nil
	}
	m, ok := media.methodOf().(NonceMedia)
	if !ok {
		return "", syntaxErrorf("'csp_nonce_attr' takes media of forms, not %s", media.typeName())
	}
	if nonce.IsNone() {
		return m.HTMLWithNonce(""), nil
	}
	return m.HTMLWithNonce(nonce.String()), nil
}
