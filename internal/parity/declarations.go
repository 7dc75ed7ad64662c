package parity

import (
	"go/ast"
	"strconv"
	"strings"
)

// declarations are the names that a package declares. It is read-only once made.
type declarations struct {
	names map[string]bool      // funcs, types, constants, variables
	types map[string]*typeInfo // by name
}

// typeInfo holds what may follow a type's name.
type typeInfo struct {
	members  map[string]bool // fields and methods
	embedded []reference     // their members count as the type's own
}

// reference names a type, from the file that mentions it.
type reference struct {
	path string // import path, or "" for the same package
	name string
}

func declared(files []*ast.File) *declarations {
	d := &declarations{names: make(map[string]bool), types: make(map[string]*typeInfo)}
	for _, f := range files {
		for _, decl := range f.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil {
					d.names[decl.Name.Name] = true
				} else if ref, ok := refer(f, decl.Recv.List[0].Type); ok {
					d.ofType(ref.name).members[decl.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					d.spec(f, spec)
				}
			}
		}
	}
	return d
}

func (d *declarations) ofType(name string) *typeInfo {
	t := d.types[name]
	if t == nil {
		t = &typeInfo{members: make(map[string]bool)}
		d.types[name] = t
	}
	return t
}

func (d *declarations) spec(f *ast.File, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			d.names[name.Name] = true
		}
	case *ast.TypeSpec:
		d.names[s.Name.Name] = true
		t := d.ofType(s.Name.Name)
		var fields *ast.FieldList
		switch e := s.Type.(type) {
		case *ast.StructType:
			fields = e.Fields
		case *ast.InterfaceType:
			fields = e.Methods
		default:
			// An alias has its target's members; a named type at least its fields.
			if ref, ok := refer(f, e); ok {
				t.embedded = append(t.embedded, ref)
			}
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				t.members[name.Name] = true
			}
			if ref, ok := refer(f, field.Type); ok && len(field.Names) == 0 {
				t.members[ref.name] = true
				t.embedded = append(t.embedded, ref)
			}
		}
	}
}

// refer reads a type expression that names a type: T, *T, p.T, T[A].
func refer(f *ast.File, expr ast.Expr) (reference, bool) {
	switch e := expr.(type) {
	case *ast.Ident:
		return reference{"", e.Name}, true
	case *ast.StarExpr:
		return refer(f, e.X)
	case *ast.ParenExpr:
		return refer(f, e.X)
	case *ast.IndexExpr:
		return refer(f, e.X)
	case *ast.IndexListExpr:
		return refer(f, e.X)
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok {
			return reference{}, false
		}
		for _, spec := range f.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			name := path[strings.LastIndex(path, "/")+1:]
			if spec.Name != nil {
				name = spec.Name.Name
			}
			if name == x.Name {
				return reference{path, e.Sel.Name}, true
			}
		}
	}
	return reference{}, false
}

// resolve reports whether parts ("Request", "Query") name something exported.
func (d *declarations) resolve(n *Names, parts []string) bool {
	for _, part := range parts {
		if !ast.IsExported(part) {
			return false
		}
	}
	switch len(parts) {
	case 1:
		return d.names[parts[0]]
	case 2:
		return d.names[parts[0]] && d.member(n, parts[0], parts[1], 8)
	}
	return false
}

// member looks for a field or method, at most depth embeddings away.
func (d *declarations) member(n *Names, typeName, member string, depth int) bool {
	t := d.types[typeName]
	if t == nil || depth == 0 {
		return false
	}
	if t.members[member] {
		return true
	}
	for _, ref := range t.embedded {
		target := d
		if dir, ok := n.m.Local(ref.path); ok && len(n.packages[dir]) > 0 {
			target = n.ofPackage(n.packages[dir][0])
		} else if ref.path != "" {
			std, err := n.ofStandard(ref.path)
			if err != nil {
				continue
			}
			target = std
		}
		if target.member(n, ref.name, member, depth-1) {
			return true
		}
	}
	return false
}
