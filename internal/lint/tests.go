package lint

import (
	"go/ast"
	"path"
	"strconv"

	"github.com/nuages-web/nuages/internal/source"
)

// noSleep: tests wait for a signal, or sleep in the fake time of
// testing/synctest (STYLE 27).
func noSleep(m *source.Module) []Problem {
	var problems []Problem
	for _, p := range m.Packages {
		for _, f := range p.Files {
			clock := importName(f.AST, "time")
			if !f.Test || clock == "" || importName(f.AST, "testing/synctest") != "" {
				continue
			}
			ast.Inspect(f.AST, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Sleep" {
					if x, ok := s.X.(*ast.Ident); ok && x.Name == clock {
						problems = append(problems, at(m, s.Pos(), "time.Sleep in a test: use testing/synctest, or wait for a signal (STYLE 27)"))
					}
				}
				return true
			})
		}
	}
	return problems
}

// importName returns the name by which a file calls an imported package of the
// standard library, or "".
func importName(f *ast.File, importPath string) string {
	for _, spec := range f.Imports {
		if got, _ := strconv.Unquote(spec.Path.Value); got != importPath {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(importPath)
	}
	return ""
}
