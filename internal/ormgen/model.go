package ormgen

import (
	"cmp"
	"go/ast"
	"go/token"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/internal/goname"
)

// structKind is what a struct is to the ORM.
type structKind uint8

const (
	plain    structKind = iota // no model: its fields go to models that embed it
	abstract                   // the same, though it embeds orm.Model
	concrete                   // a model
)

// model is a model and what is written for it.
type model struct {
	decl    *typeDecl
	fields  []*field // its own and those of abstract bases, in the order of the struct
	parents []*parent
	manager string // "Products"
	query   string // the type of the manager, "" for orm's own
	// relatedName is what Meta says of the default related name.
	relatedName string
	proxy       bool
	baseMeta    *ast.FuncDecl  // Meta of the first abstract base that has one
	open        []*typeDecl    // the structs that are being read
	removed     map[string]int // fields of bases that the tag "-" takes away, with its depth
}

func (m *model) name() string        { return m.decl.name() }
func (m *model) pkg() *pkg           { return m.decl.file.pkg }
func (m *model) pos() token.Pos      { return m.decl.spec.Name.Pos() }
func (m *model) modelName() string   { return strings.ToLower(m.name()) }
func (m *model) metaVar() string     { return goname.LowerFirst(m.name()) + "Meta" }
func (m *model) fieldsVar() string   { return m.name() + "F" }
func (m *model) fieldsType() string  { return m.name() + "Fields" }
func (m *model) constructor() string { return constructorOf(m.name()) }

// constructorOf names the function that makes a model's fields.
func constructorOf(name string) string {
	if token.IsExported(name) {
		return "New" + name + "Fields"
	}
	return "new" + goname.UpperFirst(name) + "Fields"
}

// parent is a model that another embeds (multi-table inheritance).
type parent struct {
	ref  ref
	pos  token.Pos
	link *field // the relation that was declared for it, or nil
}

// lookup is the name of the field that links a child to the parent.
func (p *parent) lookup() string {
	if p.link != nil {
		return p.link.lookup
	}
	return strings.ToLower(p.ref.name) + "_ptr"
}

// field is one field of a model.
type field struct {
	name   string // "Category"
	lookup string // "category"
	pos    token.Pos
	file   *file
	doc    *ast.CommentGroup
	tag    tag
	column column
	rel    *relation // nil for fields without a relation
	depth  int       // of embedded structs
}

// relation is a relation that a field declares.
type relation struct {
	relationType
	target ref
	lazy   bool // the tag names the target: it is known by its label only
	self   bool
}

// kindOf tells what a struct is to the ORM. Of types that contain themselves it
// says plain; the compiler says the rest.
func (w *world) kindOf(d *typeDecl) structKind {
	if d.kindSet {
		return d.kind
	}
	d.kindSet = true // a struct that embeds itself comes back here
	s, ok := d.spec.Type.(*ast.StructType)
	if !ok || s.Fields == nil {
		return plain
	}
	stateful := false
	for _, f := range s.Fields.List {
		if len(f.Names) > 0 {
			continue
		}
		r, ok := w.ref(d.file, unstar(f.Type))
		if !ok {
			continue
		}
		stateful = stateful || r.is(ormPath, "Model") || r.is(ormPath, "State") || r.decl != nil && w.kindOf(r.decl) != plain
	}
	if stateful {
		d.kind = concrete
		for _, dir := range directives(d.doc) {
			if dir.key == "abstract" {
				d.kind = abstract
			}
		}
	}
	return d.kind
}

func unstar(e ast.Expr) ast.Expr {
	if star, ok := ast.Unparen(e).(*ast.StarExpr); ok {
		return star.X
	}
	return e
}

var modelDirectives = []string{"abstract", "manager", "plural", "query"}

// modelOf reads the declaration of a model.
func (w *world) modelOf(d *typeDecl) *model {
	if m := w.models[d]; m != nil {
		return m
	}
	m := &model{decl: d, manager: goname.Plural(d.name()), removed: map[string]int{}}
	w.models[d] = m
	if d.spec.TypeParams != nil {
		w.at(d.spec.Pos(), "model %s is generic; a model is one table", d.name())
	}
	named := false
	for _, dir := range directives(d.doc) {
		switch {
		case dir.key == "manager" && isName(dir.value):
			m.manager, named = dir.value, true
		case dir.key == "plural" && isName(dir.value) && !named:
			m.manager = dir.value
		case dir.key == "plural" && isName(dir.value):
		case dir.key == "query" && isName(dir.value):
			m.query = dir.value
			if d.file.pkg.types[dir.value] == nil {
				w.at(dir.pos, "there is no type %s; declare it: type %[1]s struct{ *orm.Query[%s] }", dir.value, d.name())
			}
		case dir.key == "manager", dir.key == "plural", dir.key == "query":
			w.at(dir.pos, "//nuages:%s needs a Go name, as in //nuages:%[1]s People", dir.key)
		case dir.key != "abstract":
			w.at(dir.pos, "//nuages:%s means nothing above a model%s", dir.key, didYouMean(dir.key, modelDirectives))
		}
	}
	w.collectAll(m)
	m.linkParents()
	if decl := cmp.Or(d.methods["Meta"], m.baseMeta); decl != nil && decl.Body != nil {
		w.readMeta(m, decl)
	}
	return m
}

// readMeta looks into the model's Meta method for what changes names here.
func (w *world) readMeta(m *model, decl *ast.FuncDecl) {
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		switch sel.Sel.Name {
		case "ProxyOf":
			m.proxy = true
		case "DefaultRelatedName":
			if len(call.Args) != 1 {
				break
			}
			if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				m.relatedName, _ = strconv.Unquote(lit.Value)
			} else {
				w.at(call.Args[0].Pos(), "nuages generate reads DefaultRelatedName: write its name here, in quotes")
			}
		}
		return true
	})
}

// linkParents gives parents the relation that was declared for them.
func (m *model) linkParents() {
	for _, f := range m.fields {
		if f.rel == nil || !f.tag.has("parent_link") {
			continue
		}
		for _, p := range m.parents {
			if p.ref.is(f.rel.target.path, f.rel.target.name) {
				p.link = f
			}
		}
	}
}
