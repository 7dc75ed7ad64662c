package webtest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Submit sends the form by its submit button of this text, "" for its default button, and returns
// the answer; redirects are followed if the client does so. What is sent is what a browser sends
// (HTML standard, section 4.10.21), but nothing is validated, as with novalidate.
func (f HTMLForm) Submit(button string) *Page {
	f.page.t.Helper()
	r, err := f.Request(button)
	if err != nil {
		f.page.t.Fatalf("%s: %v", f.page, err)
	}
	return f.page.mustClient().Do(r)
}

// Request returns what Submit sends.
func (f HTMLForm) Request(button string) (Request, error) {
	if f.err != nil {
		return Request{}, f.err
	}
	submitter, err := f.submitter(button)
	if err != nil {
		return Request{}, err
	}
	setting := func(name string) string {
		if submitter != nil {
			if v, ok := lookupAttr(submitter.node, "form"+name); ok {
				return v
			}
		}
		return attr(f.node, name)
	}
	action, err := f.page.resolve(setting("action"))
	if err != nil {
		return Request{}, fmt.Errorf("the form's action: %w", err)
	}
	return f.request(action, strings.ToLower(setting("method")), strings.ToLower(setting("enctype")), f.entries(submitter))
}

func (f HTMLForm) request(action *url.URL, method, enctype string, entries []entry) (Request, error) {
	u := *action
	r := Request{Method: http.MethodPost, Header: http.Header{}}
	switch method {
	case "post":
	case "dialog":
		return r, fmt.Errorf("a form with method=dialog sends nothing")
	default:
		r.Method = http.MethodGet
		u.RawQuery = encodeQuery(entries)
		r.Path = u.String()
		f.page.refer(&r)
		return r, nil
	}
	r.Path = u.String()
	contentType, body := "application/x-www-form-urlencoded", []byte(nil)
	switch enctype {
	case "multipart/form-data":
		contentType, body = encodeMultipart(entries)
	case "text/plain":
		contentType, body = "text/plain", encodePlain(entries)
	default:
		body = []byte(encodeQuery(entries))
	}
	r.Body = bytes.NewReader(body)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Origin", f.page.URL.Scheme+"://"+f.page.URL.Host)
	f.page.refer(&r)
	return r, nil
}

// refer adds the Referer header of a page that is left by a link or a form.
func (p *Page) refer(r *Request) {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	from := *p.URL
	from.Fragment, from.User = "", nil
	r.Header.Set("Referer", from.String())
}

// resolve returns the absolute URL of an address on the page, which may have a base element. ""
// is the page itself.
func (p *Page) resolve(ref string) (*url.URL, error) {
	base := p.URL
	root, err := p.document()
	if err != nil {
		return nil, err
	}
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return base, nil
	}
	for _, n := range elements(root, atom.Base) {
		if href, ok := lookupAttr(n, "href"); ok {
			if u, err := base.Parse(strings.TrimSpace(href)); err == nil {
				base = u
			}
			break
		}
	}
	u, err := base.Parse(ref)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q leads out of the web", shorten(ref, 100))
	}
	return u, nil
}

// submitter finds the button; a form without one can be sent by the enter key.
func (f HTMLForm) submitter(button string) (*control, error) {
	if button == "" {
		for i, c := range f.controls {
			if c.submits() {
				if c.disabled {
					return nil, fmt.Errorf("the form's default button %q is disabled", c.caption())
				}
				return &f.controls[i], nil
			}
		}
		return nil, nil
	}
	calls := []func(c control) bool{
		func(c control) bool { return c.isSubmit(button) },
		func(c control) bool { return c.submits() && (c.name == button || c.id == button) },
	}
	for _, called := range calls {
		if i := slices.IndexFunc(f.controls, called); i >= 0 {
			if f.controls[i].disabled {
				return nil, fmt.Errorf("the button %q is disabled", button)
			}
			return &f.controls[i], nil
		}
	}
	return nil, fmt.Errorf("the form has no submit button %q: %s", button, formNames([]HTMLForm{f}))
}

// entries is the HTML standard's "constructing the entry list".
func (f HTMLForm) entries(submitter *control) []entry {
	var list []entry
	for i := range f.controls {
		c := &f.controls[i]
		if !c.disabled {
			list = c.appendTo(list, c == submitter)
		}
	}
	for i := range list {
		list[i].name = crlf(list[i].name)
		list[i].value = crlf(list[i].value)
	}
	return list
}

func (c *control) appendTo(list []entry, submitter bool) []entry {
	if c.kind == "image" && submitter {
		prefix := ""
		if c.name != "" {
			prefix = c.name + "."
		}
		return append(list, entry{name: prefix + "x", value: "0"}, entry{name: prefix + "y", value: "0"})
	}
	if c.name == "" {
		return list
	}
	switch c.kind {
	case "image", "reset", "button":
		return list
	case "submit":
		if !submitter {
			return list
		}
	case "checkbox", "radio":
		if !c.checked {
			return list
		}
	case "select":
		for _, o := range c.options {
			if o.selected && !o.disabled {
				list = append(list, entry{name: c.name, value: o.value})
			}
		}
		return list
	case "file":
		return c.appendFiles(list)
	case "hidden":
		if strings.EqualFold(c.name, "_charset_") {
			return append(list, entry{name: c.name, value: "UTF-8"})
		}
	}
	return append(list, entry{name: c.name, value: c.value})
}

// appendFiles adds the chosen files; a field without any sends an empty one.
func (c *control) appendFiles(list []entry) []entry {
	files := c.files
	if len(files) == 0 {
		files = []File{{Field: c.name}}
	}
	for _, file := range files {
		list = append(list, entry{name: c.name, value: file.Name, file: &file})
	}
	return list
}

// crlf makes every line break CRLF.
func crlf(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// encodeQuery keeps the order of the entries, which url.Values does not.
func encodeQuery(entries []entry) string {
	var b strings.Builder
	for i, e := range entries {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(e.name) + "=" + url.QueryEscape(e.value))
	}
	return b.String()
}

func encodePlain(entries []entry) []byte {
	var b bytes.Buffer
	for _, e := range entries {
		b.WriteString(e.name + "=" + e.value + "\r\n")
	}
	return b.Bytes()
}

// Click follows a link: by its text, its id, or a CSS selector. It ends the test if there is none, or
// if several links of the text lead to different places.
func (p *Page) Click(what string) *Page {
	p.t.Helper()
	link := p.link(what)
	u, err := p.resolve(attr(link, "href"))
	if err != nil {
		p.t.Fatalf("%s: click %q: %v", p, what, err)
	}
	r := Request{Path: u.String()}
	p.refer(&r)
	return p.mustClient().Do(r)
}

func (p *Page) link(what string) *html.Node {
	p.t.Helper()
	var links, found []*html.Node
	for _, n := range elements(p.mustDocument(), atom.A, atom.Area) {
		if hasAttr(n, "href") {
			links = append(links, n)
		}
	}
	calls := []func(n *html.Node) bool{
		func(n *html.Node) bool {
			return nodeText(n) == what || attr(n, "aria-label") == what || nodeText(n) == "" && imageText(n) == what
		},
		func(n *html.Node) bool { return attr(n, "id") == what },
	}
	for _, called := range calls {
		for _, n := range links {
			if called(n) {
				found = append(found, n)
			}
		}
		if len(found) > 0 {
			break
		}
	}
	for _, n := range found {
		if attr(n, "href") != attr(found[0], "href") {
			p.t.Fatalf("%s: click %q: several links are called so, to %q and %q; name one by a CSS selector", p, what, attr(found[0], "href"), attr(n, "href"))
		}
	}
	if len(found) > 0 {
		return found[0]
	}
	return p.linkBySelector(what, links)
}

func (p *Page) linkBySelector(what string, links []*html.Node) *html.Node {
	p.t.Helper()
	if strings.ContainsAny(what, ".#[>:") {
		for _, e := range p.FindAll(what) {
			if slices.Contains(links, e.node) {
				return e.node
			}
		}
	}
	texts := make([]string, 0, len(links))
	for _, n := range links {
		texts = append(texts, fmt.Sprintf("%q", nodeText(n)))
	}
	p.t.Fatalf("%s: click %q: no such link; the page has %s", p, what, shorten(strings.Join(texts, ", "), 1000))
	return nil
}

// imageText returns the text in place of a link's image.
func imageText(n *html.Node) string {
	for _, img := range elements(n, atom.Img) {
		return attr(img, "alt")
	}
	return attr(n, "alt")
}

// mustClient returns the client of a page; one recorded by Run has none.
func (p *Page) mustClient() *Client {
	p.t.Helper()
	if p.client == nil {
		p.t.Fatalf("%s: the page was recorded by webtest.Run and has no client to go on with", p)
	}
	return p.client
}
