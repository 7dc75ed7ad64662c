package lint_test

import "testing"

func TestPackageComments(t *testing.T) {
	t.Parallel()
	testRule(t, "package comments", map[string]fixture{
		"good": {map[string]string{
			"a/a.go":          text("// Package a adds.", "//", "//\ta.Add(1, 2)", "package a"),
			"internal/b/b.go": text("// Package b helps.", "package b"),
			"cmd/c/c.go":      text("// Command c runs.", "package main"),
			"cmd/d/d.go":      text("// The d command runs.", "package main"),
			"e/gen.go":        text("//go:build ignore", "", "// Command gen writes tables.", "package main"),
			"e/z.go":          text("// Package e has a generator.", "//", "//\te.Do()", "package e"),
			"tests/t_test.go": text("package tests"),
		}, nil},
		"bad": {map[string]string{
			"a/a.go":     text("package a"),
			"b/b.go":     text("// Package bb adds.", "package b"),
			"c/c.go":     text("// Package c adds.", "//", "// No use is shown.", "package c"),
			"cmd/d/d.go": text("// Package main runs.", "package main"),
		}, []string{
			`a/a.go:1: package a has no package comment`,
			`b/b.go:1: the package comment starts "Package b …"`,
			`c/c.go:1: the comment of package c does not show its smallest use (an indented block of code)`,
			`cmd/d/d.go:1: the comment of a program starts "Command d …" or "The d command …"`,
		}},
	})
}

func TestExportedComments(t *testing.T) {
	t.Parallel()
	testRule(t, "exported names are documented", map[string]fixture{
		"good": {map[string]string{
			"a/a.go": text("package a",
				"// F does.", "func F() {}",
				"func f() {}",
				"// A Handler handles.", "type Handler[T any] struct{ x T }",
				"// The Other handles.", "type Other struct{}",
				"// Serve serves.", "func (h *Handler[T]) Serve() {}",
				"type hidden struct{}",
				"func (hidden) Serve() {}",
				"// Limits.", "const (", "\tMin = 1", "\tMax = 2", ")",
				"const (", "\t// One is one.", "\tOne = 1", "\tTwo = 2 // Two is two.", "\tthree = 3", ")",
				"// X and Y are coordinates.", "var X, Y = 1, 2"),
			"a/a_test.go":   text("package a", "func Helper() {}"),
			"cmd/c/main.go": text("package main", "type Model struct{}"),
		}, nil},
		"bad": {map[string]string{
			"a/a.go": text("package a",
				"func F() {}",
				"// Does.", "func G() {}",
				"// Gopher digs.", "func Go() {}",
				"type T struct{}",
				"func (t T) Do() {}",
				"const (", "\tOne = 1", "\t// The second.", "\tTwo = 2", ")",
				"var V = 1"),
		}, []string{
			`a/a.go:2: F has no comment`,
			`a/a.go:3: the comment of G does not start with "G"`,
			`a/a.go:5: the comment of Go does not start with "Go"`,
			`a/a.go:7: T has no comment`,
			`a/a.go:8: T.Do has no comment`,
			`a/a.go:10: One has no comment`,
			`a/a.go:11: the comment of Two does not start with "Two"`,
			`a/a.go:14: V has no comment`,
		}},
	})
}

func TestCheckedExamples(t *testing.T) {
	t.Parallel()
	const example = "package a_test\n\nimport \"fmt\"\n\nfunc Example() {\n\tfmt.Println(1)\n\t// Output: 1\n}\n"
	testRule(t, "public packages have a checked example", map[string]fixture{
		"good": {map[string]string{
			"a/a.go":             "package a\n",
			"a/example_test.go":  example,
			"internal/b/b.go":    "package b\n",
			"cmd/c/main.go":      "package main\n",
			"examples/shop/s.go": "package shop\n",
		}, nil},
		"none, and one that is not checked": {map[string]string{
			"a/a.go":            "package a\n",
			"b/b.go":            "package b\n",
			"b/example_test.go": "package b_test\n\nfunc Example() {\n\tprintln(1)\n}\n",
		}, []string{
			`a/a.go:1: package a has no Example with "// Output:" (STYLE 25)`,
			`b/b.go:1: package b has no Example with "// Output:" (STYLE 25)`,
		}},
	})
}
