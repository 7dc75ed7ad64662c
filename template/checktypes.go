package template

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/checks"
)

// A template may say what its data is, {# type: shop.ProductPage #}. Its variables are then verified
// against this type before anything is rendered.

// typeComment is how the comment begins.
const typeComment = "type:"

// declaredType returns the type that the template names, of those of Options.Types.
func (t *Template) declaredType() (declared reflect.Type, named bool) {
	if t.declares == "" {
		return nil, false
	}
	for _, x := range t.engine.opts.Types {
		r := reflect.TypeOf(x)
		for r != nil && r.Kind() == reflect.Pointer {
			r = r.Elem()
		}
		if r != nil && path.Base(r.PkgPath())+"."+r.Name() == t.declares {
			return r, true
		}
	}
	return nil, true
}

// typeChecker verifies the variables of a template.
type typeChecker struct {
	checker
	data   reflect.Type
	scopes []map[string]reflect.Type // nil types are not known
	// open: a tag was met that may set any variable.
	open bool
}

func (t *Template) checkTypes() []checks.Message {
	data, named := t.declaredType()
	if !named {
		return nil
	}
	ck := &typeChecker{checker: checker{tmpl: t}, data: data, scopes: []map[string]reflect.Type{{}}}
	if data == nil {
		return []checks.Message{t.src.place(0, 0).message(checks.Errorf("templates.E006",
			"The template's type %s is not known.", quote(t.declares)).WithHint("Add a value of it to Options.Types."))}
	}
	ck.list(t.nodes)
	return ck.found
}

// exprNode is a node with expressions.
type exprNode interface{ exprs() []*Expr }

// binder is a node that sets variables for what comes after it.
type binder interface{ binds() []string }

func (ck *typeChecker) list(l *NodeList) {
	if l == nil {
		return
	}
	for _, n := range l.nodes {
		ck.node(n)
	}
}

func (ck *typeChecker) node(n placed) {
	switch node := n.node.(type) {
	case textNode:
		return
	case *forNode:
		ck.loop(n, node)
		return
	case *withNode:
		scope := map[string]reflect.Type{}
		for _, kw := range node.vars {
			scope[kw.Name] = ck.expr(n, kw.Value)
		}
		ck.within(scope, node.nodes)
		return
	case *blockNode:
		ck.within(map[string]reflect.Type{"block": nil}, node.nodes)
		return
	}
	known := false
	if e, ok := n.node.(exprNode); ok {
		known = true
		for _, expr := range e.exprs() {
			ck.expr(n, expr)
		}
	}
	if p, ok := n.node.(parent); ok {
		known = true
		for _, inner := range p.children() {
			ck.list(inner)
		}
	}
	if b, ok := n.node.(binder); ok {
		known = true
		for _, name := range b.binds() {
			ck.scopes[len(ck.scopes)-1][name] = nil
		}
	}
	if !known && !isOwn(n.node) {
		ck.open = true
	}
}

// isOwn tells whether a node is one of this package, which sets nothing unless it is a binder.
func isOwn(n Node) bool {
	t := reflect.TypeOf(n)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath() == reflect.TypeFor[Template]().PkgPath()
}

func (ck *typeChecker) within(scope map[string]reflect.Type, l *NodeList) {
	ck.scopes = append(ck.scopes, scope)
	ck.list(l)
	ck.scopes = ck.scopes[:len(ck.scopes)-1]
}

func (ck *typeChecker) loop(n placed, node *forNode) {
	items := ck.expr(n, node.items)
	item, ok := itemType(items)
	if !ok {
		ck.add(n, checks.Errorf("templates.E009", "%s is a %s, which a loop can't go over.", quote(node.items.text), items))
	}
	scope := map[string]reflect.Type{"forloop": nil}
	if len(node.names) == 1 {
		scope[node.names[0]] = item
	} else {
		for _, name := range node.names {
			scope[name] = nil
		}
	}
	ck.within(scope, node.body)
	ck.list(node.empty)
}

// itemType returns the type of what a loop over a t gives, nil where it is not known; ok is false for
// what can't be looped over.
func itemType(t reflect.Type) (item reflect.Type, ok bool) {
	if t == nil {
		return nil, true
	}
	if info := typeOf(t); info.all >= 0 {
		ptr := t
		if ptr.Kind() != reflect.Pointer {
			ptr = reflect.PointerTo(t)
		}
		return known(ptr.Method(info.all).Type.Out(0).Elem()), true
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Chan:
		return known(t.Elem()), true
	case reflect.Map:
		return known(t.Key()), true
	case reflect.String:
		return t, true
	case reflect.Func:
		if t.CanSeq() {
			return known(t.In(0).In(0)), true
		}
		return nil, t.CanSeq2()
	case reflect.Struct:
		_, hasAll := reflect.PointerTo(t).MethodByName("All")
		return nil, hasAll
	}
	return nil, false
}

// known returns t, or nil for an interface, whose values may be anything.
func known(t reflect.Type) reflect.Type {
	if t != nil && isNullable(t) && !hasText(t) {
		t = t.Field(0).Type
	}
	if t == nil || t.Kind() == reflect.Interface || t == reflect.TypeFor[Value]() {
		return nil
	}
	return t
}

// expr verifies an expression and returns its type, nil where that is not known.
func (ck *typeChecker) expr(n placed, e *Expr) reflect.Type {
	for i := range e.filters {
		if p := e.filters[i].arg.path; p != nil {
			ck.path(n, p)
		}
	}
	if e.operand.path == nil {
		return nil
	}
	t := ck.path(n, e.operand.path)
	if len(e.filters) > 0 {
		return nil
	}
	return t
}

func (ck *typeChecker) path(n placed, p *varPath) reflect.Type {
	t, ok := ck.root(p.bits[0].name)
	if !ok {
		ck.missing(n, p, ck.data, p.bits[0].name)
		return nil
	}
	for i := 1; i < len(p.bits) && t != nil; i++ {
		next, ok := memberType(t, &p.bits[i])
		if !ok {
			ck.missing(n, p, t, p.bits[i].name)
			return nil
		}
		t = next
	}
	return t
}

func (ck *typeChecker) root(name string) (reflect.Type, bool) {
	for i := len(ck.scopes) - 1; i >= 0; i-- {
		if t, ok := ck.scopes[i][name]; ok {
			return t, true
		}
	}
	if a := typeOf(ck.data).attr(name); a != nil {
		return known(a.result), a.call == nil || !a.call.refused
	}
	switch name {
	case "True", "False", "None", "csrf_token":
		return nil, true
	}
	_, ok := ck.tmpl.engine.opts.Processors[name]
	return nil, ok || ck.open
}

// memberType returns the type of a lookup in a t.
func memberType(t reflect.Type, b *bit) (reflect.Type, bool) {
	info := typeOf(t)
	base := t
	for base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	switch info.keys {
	case keysAny, keysMapping:
		return nil, true
	case keysMap:
		return known(base.Elem()), true
	case keysTime:
		if _, ok := timeObjectAttr(ValueOf(reflect.Zero(base).Interface()), b.name); ok {
			return nil, true
		}
	}
	if a := info.attr(b.name); a != nil {
		return known(a.result), a.call == nil || !a.call.refused
	}
	switch base.Kind() {
	case reflect.Slice, reflect.Array:
		return known(base.Elem()), b.index >= 0
	case reflect.String:
		_, ok := textAttr(Text(""), b.name)
		return nil, ok || b.index >= 0
	case reflect.Func:
		if base.NumOut() > 0 {
			return memberType(base.Out(0), b)
		}
	}
	if info.get >= 0 {
		ptr := t
		if ptr.Kind() != reflect.Pointer {
			ptr = reflect.PointerTo(t)
		}
		if target := known(ptr.Method(info.get).Type.Out(0)); target != nil {
			return memberType(target, b)
		}
		return nil, true
	}
	return nil, false
}

// missing reports a name that a type does not have.
func (ck *typeChecker) missing(n placed, p *varPath, t reflect.Type, name string) {
	m := checks.Errorf("templates.E007", "%s: %s has no %s.", quote(p.text), t, quote(name))
	if names := typeOf(t).names(); len(names) > 0 {
		m = m.WithHint("It has %s.", strings.Join(names, ", "))
	}
	ck.add(n, m)
}

// names lists what a template may ask a type for.
func (t *typeInfo) names() []string {
	t.attr("")
	var names []string
	for name, a := range t.attrs {
		if name == strings.ToLower(name) && !strings.HasPrefix(name, "get_") && (a.call == nil || !a.call.refused) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
