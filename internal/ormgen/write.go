package ormgen

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"os"
	"slices"
	"strconv"
	"strings"
)

// unit is one file to write: the models of a package's code, or of its tests.
type unit struct {
	w      *world
	a      *analysis
	models []*model
	list   string // the variable that lists the models
	tag    string // build constraint, "" for none
	im     *imports
	body   bytes.Buffer
}

// vars are what the $names of a text stand for.
type vars map[string]string

// emit writes a text, with $names filled in.
func (u *unit) emit(text string, v vars) { u.body.WriteString(fill(text, v)) }

func fill(text string, v vars) string {
	return os.Expand(text, func(name string) string {
		value, ok := v[name]
		if !ok {
			panic("ormgen: nothing stands for $" + name + " in " + text)
		}
		return value
	})
}

// orm writes a name of package orm.
func (u *unit) orm(name string) string { return u.im.qualify(ormPath, "orm", name) }

// context writes context.Context.
func (u *unit) context() string { return u.im.qualify("context", "context", "Context") }

// source writes the file.
func (u *unit) source() ([]byte, error) {
	u.im = &imports{own: u.a.pkg.path, names: map[string]string{}, taken: u.a.names}
	u.writeList()
	u.writeChoices(u.list == "TestModels" || len(u.models) > 0 && u.models[0].decl.file.test)
	for _, m := range u.models {
		u.writeModel(m)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n\n", header)
	if u.tag != "" {
		fmt.Fprintf(&out, "//go:build %s\n\n", u.tag)
	}
	fmt.Fprintf(&out, "package %s\n\n%s", u.a.pkg.name, u.im.list())
	out.Write(u.body.Bytes())
	b, err := format.Source(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("format the generated code of package %s: %w", u.a.pkg.name, err)
	}
	return b, nil
}

func (u *unit) writeList() {
	metas := ""
	for _, m := range u.models {
		metas += "\n\t" + m.metaVar() + ","
	}
	if metas != "" {
		metas += "\n"
	}
	u.emit(`
// $list are the models of this package, for the app that has them.
var $list = []*$Meta{$metas}
`, vars{"list": u.list, "Meta": u.orm("Meta"), "metas": metas})
}

func (u *unit) writeModel(m *model) {
	manager := fill("$Objects[*$model]($meta)", vars{"Objects": u.orm("Objects"), "model": m.name(), "meta": m.metaVar()})
	if m.query != "" {
		manager = m.query + "{" + manager + "}"
	}
	u.emit(`
var $meta = $Define((*$model)(nil), $app, $place)

// $manager is the manager of [$model]: queries of its rows begin here.
var $manager = $value

// $root are the columns of [$model], for conditions, orders and updates.
var $root = $constructor($meta.Root())
`, vars{
		"meta": m.metaVar(), "model": m.name(), "Define": u.orm("Define"), "app": strconv.Quote(m.pkg().app),
		"place":   strconv.Quote(m.decl.file.base()),
		"manager": m.manager, "value": manager, "root": m.fieldsVar(), "constructor": m.constructor(),
	})
	u.writeColumns(m)
	for _, p := range m.parents {
		u.writeParent(m, p)
	}
	for _, f := range m.fields {
		u.writeForward(m, f)
	}
	for _, f := range u.w.inheritedGeneric(m, 0) {
		u.writeForward(m, f)
	}
	for _, r := range u.a.reverses {
		switch {
		case !slices.Contains(u.models, r.model): // of the other file
		case r.local == m, r.model == m && !slices.Contains(u.models, r.local):
			u.writeReverse(r)
		}
	}
	u.writeRowMethods(m)
}

// writeColumns writes the type that holds a model's columns, and its constructor.
func (u *unit) writeColumns(m *model) {
	var declared, made strings.Builder
	for _, p := range m.parents {
		value := "$SubFields(p, $lookup, $constructor)"
		if m.proxy {
			value = "$constructor(p)"
		}
		v := u.target(m.decl.file, p.ref)
		v["SubFields"], v["lookup"], v["name"] = u.orm("SubFields"), strconv.Quote(p.lookup()), p.ref.name
		declared.WriteString(fill("\t*$fields // of the parent\n", v))
		made.WriteString(fill("\t\t${name}Fields: "+value+",\n", v))
	}
	if len(m.fields) > 0 {
		declared.WriteString("\n")
	}
	column := func(name, lookup string, c column, doc *ast.CommentGroup) {
		typ, ctor := u.columnText(c)
		fmt.Fprintf(&declared, "%s\t%s %s\n", commentText(doc), name, typ)
		fmt.Fprintf(&made, "\t\t%s: %s(p, %q),\n", name, ctor, lookup)
	}
	for _, p := range m.parents {
		if p.link == nil && !m.proxy {
			column(p.ref.name+"PtrID", p.lookup()+"_id", u.w.keyOf(p.ref.decl, 0), nil)
		}
	}
	for _, f := range m.fields {
		switch {
		case f.rel == nil:
			column(f.name, f.lookup, f.column, f.doc)
		case f.rel.kind.column():
			column(f.columnName(), f.lookup+"_id", f.column, f.doc)
		}
	}
	u.emit(`
// $fields are the columns and relations of [$model], at the root of a query or
// behind a relation.
type $fields struct {
	$Rel
$declared}

// $constructor returns the columns of [$model] at the end of a path.
func $constructor(p *$Path) *$fields {
	return &$fields{
		Rel: $Rel{Path: p},
$made	}
}
`, vars{
		"fields": m.fieldsType(), "model": m.name(), "constructor": m.constructor(), "Rel": u.orm("Rel"), "Path": u.orm("Path"),
		"declared": declared.String(), "made": made.String(),
	})
}

// target are the names of a model that the file f refers to.
func (u *unit) target(f *file, r ref) vars {
	return vars{
		"target":      u.refName(f, r, func(name string) string { return name }),
		"fields":      u.refName(f, r, func(name string) string { return name + "Fields" }),
		"constructor": u.refName(f, r, constructorOf),
	}
}

// columnText writes the type of a column and the function that makes it.
func (u *unit) columnText(c column) (typ, ctor string) {
	pkgName := "orm"
	if c.path == postgresPath {
		pkgName = "postgres"
	}
	argument := ""
	if c.value != nil {
		argument = "[" + u.typeText(c.file, c.value) + "]"
	}
	pointer := ""
	if c.family == enumFamily {
		pointer = "*"
	}
	return pointer + u.im.qualify(c.path, pkgName, c.name) + argument, u.im.qualify(c.path, pkgName, "New"+c.name) + argument
}

// commentText repeats the comment of a field.
func commentText(doc *ast.CommentGroup) string {
	text := strings.TrimSpace(doc.Text())
	if text == "" {
		return ""
	}
	return "\t// " + strings.ReplaceAll(text, "\n", "\n\t// ") + "\n"
}

// keyOf finds the column of a model's key: that of its parent, where it has one.
func (w *world) keyOf(d *typeDecl, depth int) column {
	if d != nil && depth < maxDepth {
		m := w.modelOf(d)
		for _, f := range m.fields {
			if f.tag.has("pk") && f.column.name != "" {
				return f.column
			}
		}
		if len(m.parents) > 0 {
			return w.keyOf(m.parents[0].ref.decl, depth+1)
		}
	}
	return column{family: int64Family}
}

// writeParent writes the relation to a parent model.
func (u *unit) writeParent(m *model, p *parent) {
	if p.link != nil || m.proxy {
		return
	}
	v := u.target(m.decl.file, p.ref)
	v["self"], v["name"] = m.fieldsType(), p.ref.name
	u.emit(`
// ${name}Ptr leads to the columns of the parent, [$target].
func (f *$self) ${name}Ptr() *$fields { return f.${name}Fields }
`, v)
}

// inheritedGeneric are the generic relations of a model's parents. Rows of a child
// have such relations of their own, so the child's columns lead there, and not those
// of the parent.
func (w *world) inheritedGeneric(m *model, depth int) []*field {
	var fields []*field
	if m.proxy || depth >= maxDepth {
		return nil
	}
	for _, p := range m.parents {
		if p.ref.decl == nil {
			continue
		}
		parent := w.modelOf(p.ref.decl)
		for _, f := range slices.Concat(parent.fields, w.inheritedGeneric(parent, depth+1)) {
			same := func(own *field) bool { return own.name == f.name }
			if f.rel != nil && f.rel.kind == generic && !slices.ContainsFunc(m.fields, same) && !slices.ContainsFunc(fields, same) {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// writeForward writes the method that leads along a relation.
func (u *unit) writeForward(m *model, f *field) {
	if f.rel == nil || f.rel.lazy {
		return
	}
	v := u.target(f.file, f.rel.target)
	v["self"], v["name"], v["lookup"], v["SubFields"] = m.fieldsType(), f.name, strconv.Quote(f.lookup), u.orm("SubFields")
	leads := "the columns of the [$target]"
	if !f.rel.kind.column() {
		leads = "the columns of the [$target] rows, of which there may be many"
	}
	u.emit(`
// $name leads to `+leads+`.
func (f *$self) $name() *$fields {
	return $SubFields(f.Rel.Path, $lookup, $constructor)
}
`, v)
}
