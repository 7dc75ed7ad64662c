// Package lint keeps those rules of the house style that a program can check:
// comments, state, examples, dependencies, names, sizes, links and quotes.
//
//	for _, rule := range lint.Rules() {
//		problems, err := rule.Check(module)
//		…
//	}
package lint

import (
	"fmt"
	"go/token"

	"github.com/nuages-web/nuages/internal/source"
)

// Problem is one place that breaks a rule.
type Problem struct {
	File    string // with slashes, relative to the module
	Line    int    // from 1
	Message string
}

// String returns "file:line: message".
func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message) }

// Rule is one checked rule.
type Rule struct {
	// Name is a short name for test output.
	Name string
	// Check returns the places that break the rule, in the order of the files.
	// Its error says that the rule could not be checked.
	Check func(*source.Module) ([]Problem, error)
}

// Rules returns every rule.
func Rules() []Rule {
	plain := func(check func(*source.Module) []Problem) func(*source.Module) ([]Problem, error) {
		return func(m *source.Module) ([]Problem, error) { return check(m), nil }
	}
	return []Rule{
		{"package comments", plain(packageComments)},
		{"exported names are documented", plain(exportedComments)},
		{"no init functions", plain(noInit)},
		{"exported variables do not change", plain(constantVariables)},
		{"public packages have a checked example", plain(checkedExamples)},
		{"dependencies are explained", dependencies},
		{"generated files end in _gen.go", plain(generatedNames)},
		{"sizes", sizes},
		{"tests do not sleep", plain(noSleep)},
		{"links lead somewhere", links},
		{"quotes match their source", Quotes},
	}
}

// at makes a problem of a position in the module.
func at(m *source.Module, pos token.Pos, format string, args ...any) Problem {
	p := m.Fset.Position(pos)
	return Problem{p.Filename, p.Line, fmt.Sprintf(format, args...)}
}
