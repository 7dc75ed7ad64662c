package ormgen

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// imports are the packages that a generated file imports.
type imports struct {
	own   string            // the path of the package itself
	names map[string]string // by path
	taken scope             // names of the package, which no import may have
}

// locals are names that generated functions use for their own.
var locals = []string{"f", "p", "ctx"}

// use imports a package and returns what the file calls it: name, if it is free.
func (im *imports) use(importPath, name string) string {
	if have, ok := im.names[importPath]; ok {
		return have
	}
	free := func(name string) bool {
		if _, taken := im.taken[name]; taken || slices.Contains(locals, name) {
			return false
		}
		for _, other := range im.names {
			if other == name {
				return false
			}
		}
		return true
	}
	have := name
	for n := 2; !free(have); n++ {
		have = name + strconv.Itoa(n)
	}
	im.names[importPath] = have
	return have
}

// qualify writes a name of a package: "orm.Num".
func (im *imports) qualify(importPath, pkgName, name string) string {
	if importPath == im.own {
		return name
	}
	return im.use(importPath, pkgName) + "." + name
}

// list writes the import declaration: the standard library, then the rest.
func (im *imports) list() string {
	var std, others []string
	for importPath, name := range im.names {
		line := "\t" + strconv.Quote(importPath) + "\n"
		if name != path.Base(importPath) {
			line = "\t" + name + " " + strconv.Quote(importPath) + "\n"
		}
		if first, _, _ := strings.Cut(importPath, "/"); strings.Contains(first, ".") {
			others = append(others, line)
		} else {
			std = append(std, line)
		}
	}
	byPath := func(a, b string) int {
		return strings.Compare(a[strings.IndexByte(a, '"'):], b[strings.IndexByte(b, '"'):])
	}
	slices.SortFunc(std, byPath)
	slices.SortFunc(others, byPath)
	gap := ""
	if len(std) > 0 && len(others) > 0 {
		gap = "\n"
	}
	return "import (\n" + strings.Join(std, "") + gap + strings.Join(others, "") + ")\n"
}

// refName writes a named type where the file f names it, with suffix and prefix
// around the name, as in NewUserFields.
func (u *unit) refName(f *file, r ref, wrap func(string) string) string {
	return u.im.qualify(r.path, u.packageName(f, r), wrap(r.name))
}

// packageName guesses what to call the package of a type.
func (u *unit) packageName(f *file, r ref) string {
	if r.decl != nil {
		return r.decl.file.pkg.name
	}
	for _, spec := range f.tree.Imports {
		if importPath, err := strconv.Unquote(spec.Path.Value); err == nil && importPath == r.path && spec.Name != nil && isName(spec.Name.Name) && spec.Name.Name != "_" {
			return spec.Name.Name
		}
	}
	return guesses(r.path)[0]
}

// typeText writes the type e of the file f as the generated file must write it.
func (u *unit) typeText(f *file, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return u.typeText(f, e.X)
	case *ast.StarExpr:
		return "*" + u.typeText(f, e.X)
	case *ast.ArrayType:
		if e.Len == nil {
			return "[]" + u.typeText(f, e.Elt)
		}
		if n, ok := e.Len.(*ast.BasicLit); ok {
			return "[" + n.Value + "]" + u.typeText(f, e.Elt)
		}
	case *ast.MapType:
		return "map[" + u.typeText(f, e.Key) + "]" + u.typeText(f, e.Value)
	case *ast.IndexExpr:
		return u.typeText(f, e.X) + "[" + u.typeText(f, e.Index) + "]"
	case *ast.IndexListExpr:
		args := make([]string, len(e.Indices))
		for i, x := range e.Indices {
			args[i] = u.typeText(f, x)
		}
		return u.typeText(f, e.X) + "[" + strings.Join(args, ", ") + "]"
	case *ast.Ident:
		return u.identText(f, e)
	case *ast.SelectorExpr:
		id, ok := e.X.(*ast.Ident)
		if !ok {
			break
		}
		importPath, ok := u.w.imported(f, id.Name)
		if !ok {
			break
		}
		return u.im.qualify(importPath, id.Name, e.Sel.Name)
	}
	u.w.at(e.Pos(), "nuages generate cannot write this type elsewhere; give it a name: type T …")
	return "any"
}

func (u *unit) identText(f *file, e *ast.Ident) string {
	if d := f.pkg.types[e.Name]; d != nil {
		if f.pkg != u.a.pkg && !token.IsExported(e.Name) {
			u.w.at(e.Pos(), "the type %s cannot be named in package %s, whose model embeds this field; export it", e.Name, u.a.pkg.name)
		}
		return u.im.qualify(f.pkg.path, f.pkg.name, e.Name)
	}
	for _, importPath := range dotted(f) {
		if r := (ref{name: e.Name, file: f}); u.w.complete(&r, importPath) {
			return u.im.qualify(importPath, guesses(importPath)[0], e.Name)
		}
	}
	return e.Name
}
