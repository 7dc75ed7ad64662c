package ormgen

import (
	"go/ast"
	"slices"

	"github.com/nuages-web/nuages/internal/goname"
)

// collectAll adds the fields of a model, but for those that it takes away from its
// bases by the tag "-".
func (w *world) collectAll(m *model) {
	w.collect(m, m.decl, 0)
	m.fields = slices.DeleteFunc(m.fields, func(f *field) bool {
		depth, gone := m.removed[f.name]
		return gone && depth < f.depth
	})
}

// collect adds the fields of a struct to a model, and those of the plain and
// abstract structs that it embeds.
func (w *world) collect(m *model, d *typeDecl, depth int) {
	if slices.Contains(m.open, d) {
		w.at(d.spec.Pos(), "%s embeds itself", d.name())
		return
	}
	m.open = append(m.open, d)
	defer func() { m.open = m.open[:len(m.open)-1] }()
	w.intact(d.file)
	s, ok := d.spec.Type.(*ast.StructType)
	if !ok || s.Fields == nil {
		return
	}
	for _, f := range s.Fields.List {
		t, good := w.tagOf(f)
		if !good {
			continue
		}
		if t.has("-") {
			for _, name := range f.Names {
				m.removed[name.Name] = depth
			}
			continue
		}
		if len(f.Names) == 0 {
			w.embedded(m, d.file, f, t, depth)
			continue
		}
		for _, name := range f.Names {
			if name.IsExported() {
				w.addField(m, d.file, f, name, t, depth)
			}
		}
	}
}

// intact reports the syntax error of a file that models are declared in.
func (w *world) intact(f *file) {
	if f.err != nil {
		w.syntax(f)
	}
}

func (w *world) tagOf(f *ast.Field) (tag, bool) {
	if f.Tag == nil {
		return nil, true
	}
	t, errs := parseTag(f.Tag.Value)
	for _, err := range errs {
		w.at(f.Tag.Pos(), "%v", err)
	}
	return t, len(errs) == 0
}

// embedded adds what a model embeds.
func (w *world) embedded(m *model, in *file, f *ast.Field, t tag, depth int) {
	r, ok := w.ref(in, unstar(f.Type))
	switch {
	case !ok:
		w.at(f.Pos(), "what is %s, which %s embeds? Its package is not imported, or the type is not declared", exprText(f.Type), m.name())
		return
	case r.is(ormPath, "State"):
		return
	case r.is(ormPath, "Model"):
		w.put(m, &field{name: "ID", lookup: "id", pos: f.Pos(), file: in, tag: tag{"pk": "", "auto": ""}, depth: depth + 1,
			column: column{family: int64Family}})
		return
	case r.decl == nil && !knownType(r.path, r.name) && r.path != "":
		w.at(f.Pos(), "%s embeds %s, but the package %s, or the type in it, was not found; if it is of another module: go get %[3]s", m.name(), exprText(f.Type), r.path)
		return
	}
	if r.decl == nil || !isStruct(r.decl) || r.decl.methods["ColumnType"] != nil { // a value of its own, as time.Time
		w.addField(m, in, f, &ast.Ident{NamePos: f.Pos(), Name: r.name}, t, depth)
		return
	}
	if _, pointer := ast.Unparen(f.Type).(*ast.StarExpr); pointer {
		w.at(f.Pos(), "%s embeds a pointer: embed %s itself", m.name(), r.name)
		return
	}
	if r.decl.spec.TypeParams != nil {
		w.at(f.Pos(), "%s embeds %s, which is generic; that is not supported", m.name(), r.name)
		return
	}
	if w.kindOf(r.decl) == concrete {
		m.parents = append(m.parents, &parent{ref: r, pos: f.Pos()})
		return
	}
	if m.baseMeta == nil {
		m.baseMeta = r.decl.methods["Meta"]
	}
	w.collect(m, r.decl, depth+1)
}

func isStruct(d *typeDecl) bool {
	_, ok := d.spec.Type.(*ast.StructType)
	return ok
}

// addField adds one field.
func (w *world) addField(m *model, in *file, f *ast.Field, name *ast.Ident, t tag, depth int) {
	out := &field{name: name.Name, lookup: goname.Snake(name.Name), pos: name.Pos(), file: in, doc: f.Doc, tag: t, depth: depth}
	if out.doc == nil {
		out.doc = f.Comment
	}
	expr := f.Type
	r, ok := w.ref(in, expr)
	if ok && r.is(ormPath, "Null") {
		if len(r.args) != 1 {
			w.at(expr.Pos(), "orm.Null needs the type of its value: orm.Null[string]")
			return
		}
		expr = r.args[0]
		in = r.file
	}
	if rt, relates := relationTypes[r.name]; ok && relates && r.path == ormPath {
		if !w.relate(m, out, r, rt, expr) {
			return
		}
	} else {
		c, why := w.column(in, expr)
		if why != "" {
			w.at(expr.Pos(), "%s.%s: %s", m.name(), name.Name, why)
			return
		}
		out.column = c
		if t.has("fk") {
			out.rel = &relation{lazy: true}
			if t.has("one_to_one") {
				out.rel.kind = oneToOne
			}
		}
	}
	for _, err := range t.fit(out.rel != nil, out.rel != nil && out.rel.kind == manyToMany, out.rel != nil && out.rel.kind == generic) {
		w.at(f.Tag.Pos(), "%s.%s: %v", m.name(), name.Name, err)
	}
	w.put(m, out)
}

// relate reads the target of a relation, and the type of its key.
func (w *world) relate(m *model, f *field, r ref, rt relationType, expr ast.Expr) bool {
	want := 1
	if rt.key {
		want = 2
	}
	if len(r.args) != want {
		w.at(expr.Pos(), "%s.%s: orm.%s needs %d type arguments: the model%s", m.name(), f.name, r.name, want, map[bool]string{true: " and its key's type"}[rt.key])
		return false
	}
	target, ok := w.ref(r.file, r.args[0])
	switch {
	case !ok:
		names := []string{}
		for name, d := range f.file.pkg.types {
			if w.kindOf(d) == concrete {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		w.at(r.args[0].Pos(), "%s.%s: there is no model %s%s", m.name(), f.name, exprText(r.args[0]), didYouMean(exprText(r.args[0]), names))
		return false
	case target.decl == nil && (target.path == "" || target.path == ormPath || w.inModule(f.file, target.path)),
		target.decl != nil && w.kindOf(target.decl) != concrete:
		w.at(r.args[0].Pos(), "%s.%s: %s is no model; a model embeds orm.Model, or orm.State and has a key of its own", m.name(), f.name, exprText(r.args[0]))
		return false
	}
	f.rel = &relation{relationType: rt, target: target, self: target.decl == m.decl}
	if !rt.kind.column() {
		return true
	}
	if !rt.key {
		f.column = column{family: int64Family}
		return true
	}
	c, why := w.column(r.file, r.args[1])
	if why != "" {
		w.at(r.args[1].Pos(), "%s.%s: %s", m.name(), f.name, why)
		return false
	}
	f.column = c
	return true
}

// put adds a field. As in Go, a field hides those of the same name in embedded
// structs.
func (w *world) put(m *model, f *field) {
	i := slices.IndexFunc(m.fields, func(other *field) bool { return other.name == f.name })
	switch {
	case i < 0:
		m.fields = append(m.fields, f)
	case m.fields[i].depth > f.depth:
		m.fields = append(slices.Delete(m.fields, i, i+1), f)
	case m.fields[i].depth == f.depth && f.depth > 0:
		w.at(f.pos, "%s has the field %s from two structs that it embeds; declare it in %[1]s itself", m.name(), f.name)
	}
}
