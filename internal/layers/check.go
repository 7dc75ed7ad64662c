package layers

import (
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/internal/source"
)

// Check returns one message for each import that breaks the policy, as
// "file:line: message" that names the import and the rule, and one for each
// package that no line covers.
func (p *Policy) Check(m *source.Module) []string {
	var problems []string
	for _, pkg := range m.Packages {
		if _, ok := p.find(pkg.Dir); !ok {
			f := pkg.Files[0]
			problems = append(problems, fmt.Sprintf("%s:%d: package %s is not in %s: add a line for it, below the packages it imports",
				f.Name, m.Line(f.AST.Package), pkg.Dir, p.name))
			continue
		}
		for _, f := range pkg.Files {
			for _, spec := range f.AST.Imports {
				if text := p.judge(m, pkg, f, spec); text != "" {
					problems = append(problems, fmt.Sprintf("%s:%d: %s", f.Name, m.Line(spec.Pos()), text))
				}
			}
		}
	}
	return problems
}

// judge returns what is wrong with one import, or "".
func (p *Policy) judge(m *source.Module, pkg *source.Package, f *source.File, spec *ast.ImportSpec) string {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "import path " + spec.Path.Value + " is not quoted"
	}
	if spec.Name != nil && spec.Name.Name == "_" {
		if text := blank(pkg, f, spec, path); text != "" {
			return text
		}
	}
	to, ok := m.Local(path)
	if !ok || to == pkg.Dir {
		return ""
	}
	return p.allowed(pkg.Dir, to, f.Test)
}

// allowed says why a file of package from may not import package to, or "".
func (p *Policy) allowed(from, to string, test bool) string {
	for _, d := range p.deny {
		if match(d.from, from) && match(d.to, to) {
			return fmt.Sprintf("imports %s: %s:%d: \"deny %s %s\"", to, p.name, d.number, d.from, d.to)
		}
	}
	if test && testKit(to) {
		return ""
	}
	source, _ := p.find(from)
	target, ok := p.find(to)
	switch {
	case !ok:
		return fmt.Sprintf("imports %s: it is not in %s: add a line for it, above %q (line %d)", to, p.name, source.pattern, source.number)
	case target.number > source.number:
		return fmt.Sprintf("imports %s: %s:%d: a package imports only earlier lines, and %q stands below %q (line %d)",
			to, p.name, target.number, target.pattern, source.pattern, source.number)
	case target.number == source.number:
		return ""
	case source.only != nil && !slices.ContainsFunc(source.only, func(pattern string) bool { return match(pattern, to) }):
		return fmt.Sprintf("imports %s: %s:%d: %q may import only: %s",
			to, p.name, source.number, source.pattern, strings.Join(source.only, " "))
	}
	return ""
}

// blank says why a blank import is wrong, or "". Only a program chooses what is
// linked for its side effects, and says why; so does a test, which is one.
func blank(pkg *source.Package, f *source.File, spec *ast.ImportSpec, path string) string {
	if path == "embed" {
		return ""
	}
	if !pkg.Command() && !f.Test {
		return fmt.Sprintf("blank import of %s: a package registers nothing by being imported (STYLE 2)", path)
	}
	if spec.Doc == nil && spec.Comment == nil {
		return fmt.Sprintf("blank import of %s: say in a comment beside it what it is for", path)
	}
	return ""
}
