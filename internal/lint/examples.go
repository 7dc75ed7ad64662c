package lint

import (
	"go/ast"
	"go/doc"

	"github.com/nuages-web/nuages/internal/source"
)

// checkedExamples: every public package has an Example whose output the go
// command compares (STYLE 25).
func checkedExamples(m *source.Module) []Problem {
	var problems []Problem
	for _, p := range m.Packages {
		if !p.Public() {
			continue
		}
		var tests []*ast.File
		for _, f := range p.Files {
			if f.Test {
				tests = append(tests, f.AST)
			}
		}
		if !hasChecked(doc.Examples(tests...)) {
			problems = append(problems, at(m, p.Code()[0].AST.Package, "package %s has no Example with \"// Output:\" (STYLE 25)", p.Dir))
		}
	}
	return problems
}

func hasChecked(examples []*doc.Example) bool {
	for _, e := range examples {
		if e.Output != "" || e.EmptyOutput {
			return true
		}
	}
	return false
}
