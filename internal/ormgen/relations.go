package ormgen

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/internal/goname"
)

// reverse is a relation seen from its target.
type reverse struct {
	model *model // that declares the relation
	field *field
	pos   token.Pos
	kind  relationKind
	// target is the model that the relation points to; local is it where it is of
	// the same package.
	target ref
	local  *model
	query  string // what lookups call it: "products"
	name   string // the method or function that leads to its columns: "Products"
	// accessor is the method of a row of the target: "ProductSet".
	// A generic relation has none: objects are fetched by package contenttypes.
	accessor string
}

// place writes the relation for messages: "Product.Category".
func (r *reverse) place() string {
	if r.field == nil {
		return r.model.name() + "'s parent " + r.target.name
	}
	return r.model.name() + "." + r.field.name
}

// mend says how to give the relation another name.
func (r *reverse) mend() string {
	switch {
	case r.field == nil:
		return "rename one of them"
	case r.kind == generic:
		return "give the relation another name: related_query_name=…"
	}
	return "give the relation another name: related_name=…, or related_name=+ for none"
}

// analysis is all that is known of a package before code is written.
type analysis struct {
	pkg      *pkg
	models   []*model // in the order of files and lines
	reverses []*reverse
	choices  []*choiceType
	byDecl   map[*typeDecl]*model
	names    scope            // of the package
	columns  map[string]scope // of the types with columns, by model
	rows     map[string]scope // of the models themselves
}

// scope is names that are taken, and by what.
type scope map[string]holder

type holder struct {
	pos  token.Pos
	what string
}

// claim takes a name, or reports who has it.
func (w *world) claim(s scope, name string, pos token.Pos, what, where, mend string) bool {
	if other, taken := s[name]; taken {
		place := ""
		if other.pos.IsValid() {
			at := w.fset.Position(other.pos)
			place = " (" + w.short(at.String()) + ")"
		}
		w.at(pos, "%s would be called %s, as is %s%s%s; %s", what, name, other.what, place, where, mend)
		return false
	}
	s[name] = holder{pos, what}
	return true
}

// analyse reads the models of a package.
func (w *world) analyse(p *pkg) *analysis {
	a := &analysis{pkg: p, byDecl: map[*typeDecl]*model{}, names: scope{}, columns: map[string]scope{}, rows: map[string]scope{}}
	var decls []*typeDecl
	byHand := w.defined(p)
	for name, d := range p.types {
		if w.kindOf(d) == concrete && !d.spec.Assign.IsValid() && !byHand[name] {
			decls = append(decls, d)
		}
	}
	slices.SortFunc(decls, func(x, y *typeDecl) int {
		return cmp.Or(strings.Compare(x.file.name, y.file.name), int(x.spec.Pos()-y.spec.Pos()))
	})
	for _, d := range decls {
		m := w.modelOf(d)
		a.models = append(a.models, m)
		a.byDecl[d] = m
	}
	for name, pos := range p.names {
		a.names[name] = holder{pos, "a name of yours"}
	}
	for _, m := range a.models {
		w.claimModel(a, m)
	}
	for _, m := range a.models {
		w.claimReverses(a, m)
	}
	w.choiceTypes(a)
	return a
}

// defined are the types that the package gives to orm.Define itself: code for them
// was written by hand.
func (w *world) defined(p *pkg) map[string]bool {
	names := map[string]bool{}
	for _, f := range p.files {
		if !bytes.Contains(f.text, []byte("Define(")) {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			e, ok := n.(*ast.CallExpr)
			if !ok || len(e.Args) == 0 {
				return true
			}
			function, _ := w.ref(f, e.Fun)
			row, ok := e.Args[0].(*ast.CallExpr) // (*Product)(nil)
			if !ok || !function.is(ormPath, "Define") {
				return true
			}
			if id, ok := unstar(ast.Unparen(row.Fun)).(*ast.Ident); ok {
				names[id.Name] = true
			}
			return true
		})
	}
	return names
}

// claimModel takes the names that a model's generated code declares, but for
// relations from others.
func (w *world) claimModel(a *analysis, m *model) {
	for _, name := range []string{m.metaVar(), m.fieldsVar(), m.fieldsType(), m.constructor()} {
		w.claim(a.names, name, m.pos(), "generated code of "+m.name(), "", "rename one of them")
	}
	w.claim(a.names, m.manager, m.pos(), "the manager of "+m.name(), "", "name it in the model's comment: //nuages:manager "+m.name()+"Rows")

	row := scope{}
	if s, ok := m.decl.spec.Type.(*ast.StructType); ok {
		for _, f := range s.Fields.List {
			for _, name := range f.Names {
				row[name.Name] = holder{name.Pos(), "a field"}
			}
			if len(f.Names) == 0 {
				base, _ := instance(unstar(f.Type))
				if sel, ok := base.(*ast.SelectorExpr); ok {
					base = sel.Sel
				}
				if id, ok := base.(*ast.Ident); ok {
					row[id.Name] = holder{f.Pos(), "what is embedded"}
				}
			}
		}
	}
	for name, method := range m.decl.methods {
		row[name] = holder{method.Name.Pos(), "a method"}
	}
	a.rows[m.name()] = row

	columns := scope{"Rel": {0, "the relation itself"}}
	a.columns[m.name()] = columns
	for _, p := range m.parents {
		columns[p.ref.name+"Fields"] = holder{p.pos, "the columns of the parent"}
		if !m.proxy && p.link == nil {
			w.claim(columns, p.ref.name+"Ptr", p.pos, "the relation to the parent", "", "rename the field")
			w.claim(columns, p.ref.name+"PtrID", p.pos, "the key of the parent", "", "rename the field")
		}
	}
	for _, f := range m.fields {
		what := "the field " + m.name() + "." + f.name
		if f.rel == nil || f.rel.kind.column() {
			w.claim(columns, f.columnName(), f.pos, what, "", "rename one of them")
		}
		if f.rel == nil || f.rel.lazy {
			continue
		}
		w.claim(columns, f.name, f.pos, what, "", "rename one of them")
	}
}

// columnName is the field's name among the columns: that of a key ends in ID.
func (f *field) columnName() string {
	if f.rel != nil {
		return f.name + "ID"
	}
	return f.name
}

// claimReverses takes the names that a model's relations have on the other side.
func (w *world) claimReverses(a *analysis, m *model) {
	for _, p := range m.parents {
		if p.link == nil && !m.proxy {
			w.claimReverse(a, &reverse{model: m, pos: p.pos, kind: oneToOne, target: p.ref, query: m.modelName(), name: m.name(), accessor: m.name()})
		}
	}
	for _, f := range m.fields {
		if f.rel == nil || f.rel.lazy {
			continue
		}
		if r := w.reverseOf(m, f); r != nil {
			w.claimReverse(a, r)
		}
	}
}

// reverseOf names the other side of a relation as Django does; nil for none.
func (w *world) reverseOf(m *model, f *field) *reverse {
	if f.rel.kind == manyToMany && f.rel.self && f.tag["symmetrical"] != "false" {
		return nil // it is its own other side
	}
	if f.rel.kind == generic && !f.tag.has("related_query_name") {
		return nil
	}
	related := f.tag["related_name"]
	if related == "" && f.rel.kind != generic {
		related = m.relatedName
	}
	related = strings.NewReplacer("%(class)s", m.modelName(), "%(model_name)s", m.modelName(), "%(app_label)s", m.pkg().app).Replace(related)
	if strings.HasSuffix(related, "+") {
		return nil
	}
	for _, name := range []string{related, f.tag["related_query_name"]} {
		if name != "" && (!isName(name) || strings.Contains(name, "__") || strings.HasSuffix(name, "_")) {
			w.at(f.pos, "%s.%s: %q is no name for the other side: letters, digits and single underscores, or + for none", m.name(), f.name, name)
			return nil
		}
	}
	r := &reverse{model: m, field: f, pos: f.pos, kind: f.rel.kind, target: f.rel.target, query: m.modelName(), name: goname.UpperFirst(m.name())}
	if name := cmp.Or(f.tag["related_query_name"], related); name != "" {
		r.query, r.name = name, goname.Camel(name)
	}
	switch {
	case related != "":
		r.accessor = goname.Camel(related)
	case f.rel.kind == oneToOne:
		r.accessor = goname.UpperFirst(m.name())
	default:
		r.accessor = goname.UpperFirst(m.name()) + "Set"
	}
	return r
}

// claimReverse takes the names of a reverse relation: methods of its target where
// that is of this package, else functions.
func (w *world) claimReverse(a *analysis, r *reverse) {
	if r.target.decl != nil && r.target.decl.file.pkg == a.pkg {
		r.local = a.byDecl[r.target.decl]
	}
	what := "the other side of " + r.place()
	ok := true
	if r.local != nil {
		ok = w.claim(a.columns[r.target.name], r.name, r.pos, what, " among the columns of "+r.target.name, r.mend())
		ok = (r.kind == generic || w.claim(a.rows[r.target.name], r.accessor, r.pos, what, " on "+r.target.name, r.mend())) && ok
	} else {
		ok = w.claim(a.names, r.function(), r.pos, what, "", r.mend())
		ok = (r.kind == generic || w.claim(a.names, r.rowFunction(), r.pos, what, "", r.mend())) && ok
	}
	if ok {
		a.reverses = append(a.reverses, r)
	}
}

// function names the function that leads from the columns of a model of another
// package to this relation's: "UserOrders".
func (r *reverse) function() string { return r.target.name + r.name }

// rowFunction names the function that does so for a row: "UserOrdersOf".
func (r *reverse) rowFunction() string { return r.target.name + r.accessor + "Of" }
