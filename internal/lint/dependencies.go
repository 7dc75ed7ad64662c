package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/internal/source"
)

const dependenciesFile = "docs/dependencies.md"

// tableModule finds the module that a line of docs/dependencies.md is about: the
// first cell of a table, in backquotes.
var tableModule = regexp.MustCompile("(?m)^\\|\\s*`([^`\\s]+)`")

// required is one line of go.mod's require directives.
type required struct {
	path     string
	line     int
	indirect bool
}

// dependencies: each module that this one uses directly has a line in
// docs/dependencies.md, and each line there names a module of go.mod (STYLE 6).
// A module is direct if a file imports it, or if go.mod does not say otherwise.
func dependencies(m *source.Module) ([]Problem, error) {
	mod, err := os.ReadFile(filepath.Join(m.Dir, "go.mod"))
	if err != nil {
		return nil, fmt.Errorf("read dependencies: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(dependenciesFile)))
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("read dependencies: %w", err)
	}
	explained := make(map[string]int) // module to line
	for _, at := range tableModule.FindAllSubmatchIndex(text, -1) {
		explained[string(text[at[2]:at[3]])] = 1 + strings.Count(string(text[:at[0]]), "\n")
	}
	requires := parseRequires(string(mod))
	imported := importedModules(m, requires)
	var problems []Problem
	for _, r := range requires {
		if r.indirect && !imported[r.path] {
			continue
		}
		if explained[r.path] == 0 {
			problems = append(problems, Problem{"go.mod", r.line, fmt.Sprintf("%s has no line in %s that says why we use it (STYLE 6)", r.path, dependenciesFile)})
		}
	}
	var stale []Problem
	for path, line := range explained {
		if !slices.ContainsFunc(requires, func(r required) bool { return r.path == path }) {
			stale = append(stale, Problem{dependenciesFile, line, path + " is not in go.mod: remove the line"})
		}
	}
	slices.SortFunc(stale, func(a, b Problem) int { return a.Line - b.Line })
	return append(problems, stale...), nil
}

// parseRequires reads the require directives of a go.mod, single and grouped.
func parseRequires(mod string) []required {
	var all []required
	group := false
	for i, line := range strings.Split(mod, "\n") {
		code, note, _ := strings.Cut(line, "//")
		fields := strings.Fields(code)
		switch {
		case len(fields) == 2 && fields[0] == "require" && fields[1] == "(":
			group = true
			continue
		case len(fields) == 1 && fields[0] == ")":
			group = false
			continue
		case len(fields) == 3 && fields[0] == "require":
			fields = fields[1:]
		case !group || len(fields) != 2:
			continue
		}
		all = append(all, required{fields[0], i + 1, strings.TrimSpace(note) == "indirect"})
	}
	return all
}

// importedModules returns the required modules that a file of the module
// imports. Of several whose path fits, the longest provides the package.
func importedModules(m *source.Module, requires []required) map[string]bool {
	imported := make(map[string]bool)
	for _, p := range m.Packages {
		for _, f := range p.Files {
			for _, spec := range f.AST.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				best := ""
				for _, r := range requires {
					if (path == r.path || strings.HasPrefix(path, r.path+"/")) && len(r.path) > len(best) {
						best = r.path
					}
				}
				imported[best] = true
			}
		}
	}
	return imported
}
