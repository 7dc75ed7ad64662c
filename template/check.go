package template

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/checks"
)

// Check compiles every template that the loaders can list, and verifies what they name: templates,
// partials, routes, static files, and the variables of those that declare a type. It warns of values
// in scripts, styles, event handlers and addresses that are not escaped for where they stand.
func (e *Engine) Check() []checks.Message {
	var found []checks.Message
	seen := map[string]bool{}
	for _, l := range e.opts.Loaders {
		lister, ok := l.(Names)
		if !ok {
			continue
		}
		names, err := lister.TemplateNames()
		if err != nil {
			found = append(found, checks.Errorf("templates.E002", "The templates can't be listed: %v.", err))
		}
		for _, name := range names {
			if !seen[name] {
				seen[name] = true
				found = append(found, e.check(name)...)
			}
		}
	}
	return found
}

func (e *Engine) check(name string) []checks.Message {
	t, err := e.Get(name)
	if err != nil {
		return []checks.Message{compileMessage(err)}
	}
	return slices.Concat(t.checkNames(), t.checkEscaping(), t.checkTypes())
}

// compileMessage is the finding of a template that can't be compiled.
func compileMessage(err error) checks.Message {
	var at *Error
	if !errors.As(err, &at) {
		return checks.Errorf("templates.E001", "A template can't be loaded: %v.", err)
	}
	f := at.Frames[0]
	return f.message(checks.Errorf("templates.E001", "%s", sentence(at.Err.Error())))
}

// message places a finding.
func (f Frame) message(m checks.Message) checks.Message {
	file := f.Origin
	if file == "" {
		file = f.Template
	}
	m = m.At(file, f.Line)
	if excerpt := strings.TrimSpace(f.Excerpt); excerpt != "" {
		line, _ := cutLine(excerpt, 1)
		m.Text += "\n    " + line
	}
	return m
}

func sentence(s string) string {
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// routeNode is a node that names a route.
type routeNode interface{ route() *Expr }

// checker collects the findings of one template.
type checker struct {
	tmpl  *Template
	found []checks.Message
}

func (ck *checker) add(n placed, m checks.Message) {
	ck.found = append(ck.found, ck.tmpl.src.place(n.start, n.end).message(m))
}

// checkNames verifies the constant names in a template.
func (t *Template) checkNames() []checks.Message {
	ck := &checker{tmpl: t}
	t.nodes.eachPlaced(func(n placed) {
		switch node := n.node.(type) {
		case *extendsNode:
			ck.template(n, node.parent)
		case *includeNode:
			ck.template(n, node.name)
		case *inclusionNode:
			ck.exists(n, node.template)
		case *partialNode:
			if t.partials[node.name] == nil {
				ck.add(n, checks.Errorf("templates.E004", "Partial %s is not defined in this template.", quote(node.name)))
			}
		case *staticNode:
			ck.static(n, node.path)
		case routeNode:
			ck.url(n, node.route())
		}
	})
	return ck.found
}

func (ck *checker) template(n placed, name *Expr) {
	if v, ok := name.Constant(); ok {
		ck.exists(n, v.text())
	}
}

func (ck *checker) exists(n placed, name string) {
	_, err := ck.tmpl.engine.Get(name)
	var none *NotFoundError
	if errors.As(err, &none) {
		ck.add(n, checks.Errorf("templates.E003", "Template %s does not exist.", quote(name)).
			WithHint("%s", tried(none)))
	}
}

func tried(e *NotFoundError) string {
	if len(e.Tried) == 0 {
		return "No loader has it."
	}
	var places []string
	for _, t := range e.Tried {
		places = append(places, t.Origin)
	}
	return "Looked for " + strings.Join(places, ", ") + "."
}

func (ck *checker) static(n placed, path *Expr) {
	v, ok := path.Constant()
	folders := ck.tmpl.engine.opts.StaticFiles
	if !ok || len(folders) == 0 {
		return
	}
	for _, folder := range folders {
		if _, err := fs.Stat(folder, strings.TrimPrefix(v.text(), "/")); err == nil {
			return
		}
	}
	ck.add(n, checks.Errorf("templates.E008", "There is no static file %s.", quote(v.text())))
}

func (ck *checker) url(n placed, name *Expr) {
	urls := ck.tmpl.engine.opts.URLs
	v, ok := name.Constant()
	if !ok || urls == nil || urls.HasURL(v.text()) {
		return
	}
	m := checks.Errorf("templates.E005", "There is no route named %s.", quote(v.text()))
	if near, ok := urls.(interface{ NearURLs(name string) []string }); ok {
		if names := near.NearURLs(v.text()); len(names) > 0 {
			m = m.WithHint("Did you mean %s?", strings.Join(names, " or "))
		}
	}
	ck.add(n, m)
}

// eachPlaced calls f with every node and its place, outer before inner.
func (l *NodeList) eachPlaced(f func(placed)) {
	if l == nil {
		return
	}
	for _, n := range l.nodes {
		f(n)
		if p, ok := n.node.(parent); ok {
			for _, inner := range p.children() {
				inner.eachPlaced(f)
			}
		}
	}
}
