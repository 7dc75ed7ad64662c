package lint

import (
	"bytes"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"strings"

	"github.com/nuages-web/nuages/internal/source"
)

// STYLE 32 aims at 400 lines a file and 40 a function. What is far above that
// fails; tests and generated files are free.
const (
	maxFileLines = 500
	maxFuncLines = 80
)

// generatedNames: a generated file is known by its name (STYLE 32).
func generatedNames(m *source.Module) []Problem {
	var problems []Problem
	for _, p := range m.Packages {
		for _, f := range p.Files {
			named := strings.HasSuffix(f.Name, "_gen.go") || strings.HasSuffix(f.Name, "_gen_test.go")
			switch generated := ast.IsGenerated(f.AST); {
			case generated && !named:
				problems = append(problems, Problem{f.Name, 1, "a generated file's name ends in _gen.go"})
			case named && !generated:
				problems = append(problems, Problem{f.Name, 1, "the name says generated; the first lines do not (\"// Code generated … DO NOT EDIT.\")"})
			}
		}
	}
	return problems
}

func sizes(m *source.Module) ([]Problem, error) {
	var problems []Problem
	for _, p := range m.Packages {
		for _, f := range p.Code() {
			if ast.IsGenerated(f.AST) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(f.Name)))
			if err != nil {
				return nil, fmt.Errorf("measure files: %w", err)
			}
			if n := bytes.Count(text, []byte("\n")); n > maxFileLines {
				problems = append(problems, Problem{f.Name, n, fmt.Sprintf("%d lines: split the file by topic (at most %d, aim at 400)", n, maxFileLines)})
			}
			for _, decl := range f.AST.Decls {
				d, ok := decl.(*ast.FuncDecl)
				if !ok {
					continue
				}
				if n := m.Line(d.End()) - m.Line(d.Pos()) + 1; n > maxFuncLines {
					problems = append(problems, at(m, d.Pos(), "func %s has %d lines: split it (at most %d, aim at 40)", d.Name.Name, n, maxFuncLines))
				}
			}
		}
	}
	return problems, nil
}
