package webtest

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// An HTMLForm is a form of a page while it is filled in. It is a value: Set, Check and the others
// return a new one. A mistake, as a field that isn't there, ends the test at Submit, which names it.
type HTMLForm struct {
	page     *Page
	node     *html.Node // nil when it was not found
	controls []control
	err      error
}

// control is a control of a form with what has been filled in.
type control struct {
	node     *html.Node
	kind     string // type of an input or button in lower case, "select" or "textarea"
	name, id string
	labels   []string // texts of its labels
	hint     string   // placeholder
	value    string
	checked  bool
	disabled bool
	readonly bool
	options  []option
	files    []File
}

type option struct {
	value, text        string
	selected, disabled bool
}

// Form returns the form that is called what: by the text of a submit button, its id, its name or its
// accessible name (aria-label); the first one if several are. "" is the page's only form.
func (p *Page) Form(what string) HTMLForm {
	p.t.Helper()
	f, err := p.findForm(what)
	if err != nil {
		return HTMLForm{page: p, err: err}
	}
	return f
}

// FormAt returns the form number i of the page, from 0.
func (p *Page) FormAt(i int) HTMLForm {
	p.t.Helper()
	forms, err := p.forms()
	if err == nil && (i < 0 || i >= len(forms)) {
		err = fmt.Errorf("form %d: the page has %d", i, len(forms))
	}
	if err != nil {
		return HTMLForm{page: p, err: err}
	}
	return forms[i]
}

func (p *Page) findForm(what string) (HTMLForm, error) {
	forms, err := p.forms()
	if err != nil {
		return HTMLForm{}, err
	}
	if what == "" && len(forms) == 1 {
		return forms[0], nil
	}
	calls := []func(f HTMLForm) bool{
		func(f HTMLForm) bool {
			return slices.ContainsFunc(f.controls, func(c control) bool { return c.isSubmit(what) })
		},
		func(f HTMLForm) bool { return attr(f.node, "id") == what },
		func(f HTMLForm) bool { return attr(f.node, "name") == what },
		func(f HTMLForm) bool { return attr(f.node, "aria-label") == what },
	}
	for _, called := range calls {
		for _, f := range forms {
			if what != "" && called(f) {
				return f, nil
			}
		}
	}
	return HTMLForm{}, fmt.Errorf("form %q: the page has %s", what, formNames(forms))
}

func formNames(forms []HTMLForm) string {
	if len(forms) == 0 {
		return "no form"
	}
	names := make([]string, len(forms))
	for i, f := range forms {
		names[i] = fmt.Sprintf("form %d (id %q, name %q", i, attr(f.node, "id"), attr(f.node, "name"))
		for _, c := range f.controls {
			if c.submits() {
				names[i] += fmt.Sprintf(", button %q", c.caption())
			}
		}
		names[i] += ")"
	}
	return strings.Join(names, "; ")
}

// forms reads all forms of the page in one pass over it.
func (p *Page) forms() ([]HTMLForm, error) {
	root, err := p.document()
	if err != nil {
		return nil, fmt.Errorf("parse HTML: %w", err)
	}
	s := &formScan{page: p, byNode: map[*html.Node]int{}, byID: map[string]int{}, labels: map[string][]string{}}
	for _, n := range elements(root, atom.Form) {
		s.byNode[n] = len(s.forms)
		if id := attr(n, "id"); id != "" {
			if _, taken := s.byID[id]; !taken {
				s.byID[id] = len(s.forms)
			}
		}
		s.forms = append(s.forms, HTMLForm{page: p, node: n})
	}
	for _, n := range elements(root, atom.Label) {
		if id := attr(n, "for"); id != "" {
			s.labels[id] = append(s.labels[id], nodeText(n))
		}
	}
	s.walk(root, surroundings{form: -1})
	return s.forms, nil
}

// formScan collects the controls of forms.
type formScan struct {
	page   *Page
	forms  []HTMLForm
	byNode map[*html.Node]int
	byID   map[string]int
	labels map[string][]string // texts by the id that they are for
}

// surroundings is what the elements around a control mean for it.
type surroundings struct {
	form     int // -1: none
	disabled bool
	ignored  bool // inside a datalist or template
	label    *html.Node
}

// walk goes down the tree. The parser bounds its depth.
func (s *formScan) walk(n *html.Node, in surroundings) {
	legend := false // a fieldset's first legend is not disabled with it
	for c := range n.ChildNodes() {
		if c.Type != html.ElementNode {
			continue
		}
		inner := in
		if n.DataAtom == atom.Fieldset && hasAttr(n, "disabled") {
			if c.DataAtom == atom.Legend && !legend {
				legend = true
			} else {
				inner.disabled = true
			}
		}
		switch c.DataAtom {
		case atom.Form:
			inner.form = s.byNode[c]
		case atom.Label:
			if attr(c, "for") == "" {
				inner.label = c
			}
		case atom.Datalist, atom.Template:
			inner.ignored = true
		case atom.Input, atom.Button, atom.Select, atom.Textarea:
			s.add(c, inner)
		}
		s.walk(c, inner)
	}
}

func (s *formScan) add(n *html.Node, in surroundings) {
	owner := in.form
	if id, ok := lookupAttr(n, "form"); ok {
		if i, found := s.byID[id]; found {
			owner = i
		} else {
			owner = -1
		}
	}
	if owner < 0 || in.ignored {
		return
	}
	c := newControl(n)
	c.disabled = c.disabled || in.disabled
	if c.id != "" {
		c.labels = append(c.labels, s.labels[c.id]...)
	}
	if in.label != nil {
		c.labels = append(c.labels, labelText(in.label, n))
	}
	s.forms[owner].controls = append(s.forms[owner].controls, c)
}

// labelText returns the text of a label without that of the control inside it.
func labelText(label, control *html.Node) string {
	var b strings.Builder
	for d := range label.Descendants() {
		if d.Type != html.TextNode {
			continue
		}
		inside := false
		for up := d.Parent; up != nil && up != label && !inside; up = up.Parent {
			inside = up == control
		}
		if !inside {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// newControl reads a control's state as the page came.
func newControl(n *html.Node) control {
	c := control{node: n, name: attr(n, "name"), id: attr(n, "id"), hint: attr(n, "placeholder"),
		disabled: hasAttr(n, "disabled"), readonly: hasAttr(n, "readonly"), checked: hasAttr(n, "checked"), value: attr(n, "value")}
	if label := attr(n, "aria-label"); label != "" {
		c.labels = append(c.labels, label)
	}
	switch n.DataAtom {
	case atom.Input:
		c.kind = strings.ToLower(attr(n, "type"))
		if (c.kind == "checkbox" || c.kind == "radio") && !hasAttr(n, "value") {
			c.value = "on"
		}
	case atom.Button:
		if c.kind = strings.ToLower(attr(n, "type")); c.kind != "reset" && c.kind != "button" {
			c.kind = "submit"
		}
	case atom.Textarea:
		c.kind, c.value = "textarea", rawText(n)
	case atom.Select:
		c.kind, c.options = "select", readOptions(n)
	}
	return c
}

func rawText(n *html.Node) string {
	var b strings.Builder
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// readOptions reads the options of a select; a drop-down list shows one even if none is selected.
func readOptions(n *html.Node) []option {
	var list []option
	last := -1
	for _, o := range elements(n, atom.Option) {
		opt := option{text: nodeText(o), selected: hasAttr(o, "selected"), disabled: hasAttr(o, "disabled")}
		if group := o.Parent; group != nil && group.DataAtom == atom.Optgroup && hasAttr(group, "disabled") {
			opt.disabled = true
		}
		var ok bool
		if opt.value, ok = lookupAttr(o, "value"); !ok {
			opt.value = opt.text
		}
		if opt.selected {
			last = len(list)
		}
		list = append(list, opt)
	}
	if hasAttr(n, "multiple") {
		return list
	}
	if size := attr(n, "size"); last < 0 && (size == "" || size == "0" || size == "1") {
		last = slices.IndexFunc(list, func(o option) bool { return !o.disabled })
	}
	for i := range list {
		list[i].selected = i == last
	}
	return list
}

func (c *control) multiple() bool { return hasAttr(c.node, "multiple") }
func (c *control) submits() bool  { return c.kind == "submit" || c.kind == "image" }

// caption returns what stands on a button.
func (c *control) caption() string {
	switch {
	case c.node.DataAtom == atom.Button:
		return nodeText(c.node)
	case c.kind == "image":
		return attr(c.node, "alt")
	case !hasAttr(c.node, "value"):
		return "Submit"
	}
	return strings.Join(strings.Fields(c.value), " ")
}

// isSubmit tells whether c is the submit button that is called what.
func (c *control) isSubmit(what string) bool {
	return c.submits() && (c.caption() == what || slices.Contains(c.labels, what))
}
