package lint

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/internal/source"
)

// noInit: nothing runs by being imported (STYLE 2).
func noInit(m *source.Module) []Problem {
	var problems []Problem
	for _, p := range m.Packages {
		for _, f := range p.Files {
			for _, decl := range f.AST.Decls {
				if d, ok := decl.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
					problems = append(problems, at(m, d.Pos(), "func init: make a value and hand it over (STYLE 2)"))
				}
			}
		}
	}
	return problems
}

// constantVariables: an exported variable is never set, changed in part, or
// lent out by address after its declaration, here or in any other package of
// the module, tests included (STYLE 2).
func constantVariables(m *source.Module) []Problem {
	var problems []Problem
	exported := make(map[string]string) // "dir.Name" to "package.Name"
	for _, p := range m.Packages {
		for _, f := range p.Code() {
			problems = append(problems, collectVariables(m, p, f, exported)...)
		}
	}
	for _, p := range m.Packages {
		for _, files := range units(p) {
			problems = append(problems, changes(m, p, files, exported)...)
		}
	}
	return problems
}

// collectVariables notes the exported variables of a file, and reports those
// that can only be of use by being set.
func collectVariables(m *source.Module, p *source.Package, f *source.File, exported map[string]string) []Problem {
	var problems []Problem
	for _, decl := range f.AST.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR {
			continue
		}
		for _, spec := range d.Specs {
			s := spec.(*ast.ValueSpec)
			for _, name := range s.Names {
				if !name.IsExported() || p.Command() {
					continue
				}
				exported[p.Dir+"."+name.Name] = p.Name + "." + name.Name
				if len(s.Values) == 0 && !embeds(d.Doc) && !embeds(s.Doc) {
					problems = append(problems, at(m, name.Pos(), "exported variable %s has no value, so somebody must set it: hand a value over instead (STYLE 2)", name.Name))
				}
			}
		}
	}
	return problems
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

// units splits the files of a folder by package clause: the package with its
// tests, its external tests, and programs kept out of the build.
func units(p *source.Package) [][]*ast.File {
	var split [][]*ast.File
	for _, f := range p.Files {
		i := slices.IndexFunc(split, func(files []*ast.File) bool { return files[0].Name.Name == f.AST.Name.Name })
		if i < 0 {
			i, split = len(split), append(split, nil)
		}
		split[i] = append(split[i], f.AST)
	}
	return split
}

// changes reports the places in one package that change an exported variable.
// The type checker resolves names; it sees no other package, which it minds and
// we do not.
func changes(m *source.Module, p *source.Package, files []*ast.File, exported map[string]string) []Problem {
	info := &types.Info{Uses: make(map[*ast.Ident]types.Object)}
	config := types.Config{Importer: blindImporter{}, Error: func(error) {}, FakeImportC: true}
	pkg, _ := config.Check(p.Dir, m.Fset, files, info)
	var problems []Problem
	check := func(expr ast.Expr, what string) {
		if name, ok := exported[variable(m, p, pkg, info, expr)]; ok {
			problems = append(problems, at(m, expr.Pos(), "%s exported variable %s (STYLE 2)", what, name))
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, left := range n.Lhs {
						check(left, "sets")
					}
				}
			case *ast.IncDecStmt:
				check(n.X, "sets")
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					check(n.Key, "sets")
					check(n.Value, "sets")
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					check(n.X, "takes the address of")
				}
			}
			return true
		})
	}
	return problems
}

// variable returns "dir.Name" of the package variable of this module that an
// expression such as v, v.field, v[i] or pkg.V reaches into, or "".
func variable(m *source.Module, p *source.Package, pkg *types.Package, info *types.Info, expr ast.Expr) string {
	for {
		switch e := expr.(type) {
		case *ast.ParenExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.SelectorExpr:
			if id, ok := e.X.(*ast.Ident); ok {
				if imported, ok := info.Uses[id].(*types.PkgName); ok {
					dir, ok := m.Local(imported.Imported().Path())
					if !ok {
						return ""
					}
					return dir + "." + e.Sel.Name
				}
			}
			expr = e.X
		case *ast.Ident:
			if object := info.Uses[e]; object != nil && object.Parent() == pkg.Scope() {
				return p.Dir + "." + e.Name
			}
			return ""
		default:
			return ""
		}
	}
}

// blindImporter gives every import an empty package.
type blindImporter struct{}

// Import implements types.Importer.
func (blindImporter) Import(importPath string) (*types.Package, error) {
	pkg := types.NewPackage(importPath, path.Base(importPath))
	pkg.MarkComplete()
	return pkg, nil
}
