package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

// regionMark is a comment line of Go, a shell, SQL, HTML, a template or CSS that
// starts ("doc:name") or ends ("doc:end") a region.
var regionMark = regexp.MustCompile(`^\s*(?://|#|--|<!--|\{#|/\*)\s*doc:([\w.-]+)`)

// marked returns the lines between the mark of that name and the next doc:end.
func marked(lines []string, name string) (found []string, ok bool, err error) {
	start := -1
	for i, line := range lines {
		mark := regionMark.FindStringSubmatch(line)
		switch {
		case mark == nil:
		case start < 0 && mark[1] == name:
			start = i + 1
		case start >= 0 && mark[1] == "end":
			return withoutMarks(lines[start:i]), true, nil
		}
	}
	if start >= 0 {
		return nil, false, fmt.Errorf("region \"doc:%s\" has no \"doc:end\"", name)
	}
	return nil, false, nil
}

func withoutMarks(lines []string) []string {
	var kept []string
	for _, line := range lines {
		if !regionMark.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return kept
}

// dedent removes the blanks that all lines start with.
func dedent(lines []string) []string {
	shared := ""
	first := true
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		blanks := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if first {
			shared, first = blanks, false
		}
		for !strings.HasPrefix(blanks, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimRight(strings.TrimPrefix(line, shared), " \t")
	}
	return out
}

// declaration returns the first and last line of a func, method ("Type.Name"),
// type, const or var of a Go file, without its comment; 0 if it has none.
func declaration(file string, text []byte, name string) (from, to int, err error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
	if err != nil {
		return 0, 0, err
	}
	lines := func(n ast.Node) (int, int, error) {
		return fset.Position(n.Pos()).Line, fset.Position(n.End()).Line, nil
	}
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			full := d.Name.Name
			if d.Recv != nil {
				full = receiverName(d) + "." + full
			}
			if full == name {
				return lines(d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if !declares(spec, name) {
					continue
				}
				if d.Lparen.IsValid() {
					return lines(spec)
				}
				return lines(d)
			}
		}
	}
	return 0, 0, nil
}

func declares(spec ast.Spec, name string) bool {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		return s.Name.Name == name
	case *ast.ValueSpec:
		for _, id := range s.Names {
			if id.Name == name {
				return true
			}
		}
	}
	return false
}
