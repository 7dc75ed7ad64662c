package layers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/layers"
	"github.com/nuages-web/nuages/internal/source"
)

// TestModule keeps this module to layers.txt.
func TestModule(t *testing.T) {
	t.Parallel()
	root, err := source.Root()
	if err != nil {
		t.Fatal(err)
	}
	const name = "internal/layers/layers.txt"
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := layers.Parse(name, string(text))
	if err != nil {
		t.Fatal(err)
	}
	m, err := source.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range policy.Check(m) {
		t.Error(problem)
	}
}

const fixturePolicy = `# order
internal/leaf
internal/tool
internal/realdjango
signing
signing/deep/...
web
web/webtest
internal/devserver: web signing
.
contrib/...
deny contrib/... .
cmd/...
`

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"earlier lines are fine": {map[string]string{
			"signing/s.go":    "package signing\n",
			"web/w.go":        "package web\n\nimport (\n\t\"fmt\"\n\t\"example.org/m/signing\"\n)\n",
			"root.go":         "package m\n\nimport \"example.org/m/web\"\n",
			"contrib/a/a.go":  "package a\n\nimport \"example.org/m/contrib/b\"\n",
			"contrib/b/b.go":  "package b\n\nimport \"example.org/m/web\"\n",
			"cmd/tool/m.go":   "package main\n\nimport \"example.org/m\"\n",
			"signing/deep/x/": "",
		}, nil},
		"a later line": {map[string]string{
			"signing/s.go": "package signing\n\nimport \"example.org/m/web\"\n",
			"web/w.go":     "package web\n",
		}, []string{`signing/s.go:3: imports web: layers.txt:7: a package imports only earlier lines, and "web" stands below "signing" (line 5)`}},
		"the core imports contrib": {map[string]string{
			"root.go":        "package m\n\nimport \"example.org/m/contrib/a\"\n",
			"contrib/a/a.go": "package a\n",
		}, []string{`root.go:3: imports contrib/a: layers.txt:11: a package imports only earlier lines, and "contrib/..." stands below "." (line 10)`}},
		"contrib imports the root": {map[string]string{
			"root.go":        "package m\n",
			"contrib/a/a.go": "package a\n\nimport \"example.org/m\"\n",
		}, []string{`contrib/a/a.go:3: imports .: layers.txt:12: "deny contrib/... ."`}},
		"an internal package is a leaf": {map[string]string{
			"signing/s.go":              "package signing\n",
			"internal/leaf/l.go":        "package leaf\n",
			"internal/realdjango/r.go":  "package realdjango\n\nimport \"example.org/m/internal/leaf\"\n",
			"internal/tool/t.go":        "package tool\n\nimport \"example.org/m/signing\"\n",
			"internal/devserver/d.go":   "package devserver\n\nimport \"example.org/m/signing\"\n",
			"internal/devserver/two.go": "package devserver\n\nimport \"example.org/m/internal/leaf\"\n",
		}, []string{
			`internal/devserver/two.go:3: imports internal/leaf: layers.txt:9: "internal/devserver" may import only: web signing`,
			`internal/tool/t.go:3: imports signing: layers.txt:5: a package imports only earlier lines, and "signing" stands below "internal/tool" (line 3)`,
		}},
		"a package that is not listed": {map[string]string{
			"signing/s.go": "package signing\n\nimport \"example.org/m/utils\"\n",
			"utils/u.go":   "\npackage utils\n",
		}, []string{
			`signing/s.go:3: imports utils: it is not in layers.txt: add a line for it, above "signing" (line 5)`,
			`utils/u.go:2: package utils is not in layers.txt: add a line for it, below the packages it imports`,
		}},
		"test files import kits, nothing else": {map[string]string{
			"signing/s.go":             "package signing\n",
			"signing/s_test.go":        "package signing_test\n\nimport (\n\t\"example.org/m/internal/realdjango\"\n\t\"example.org/m/web/webtest\"\n)\n",
			"signing/web_test.go":      "package signing_test\n\nimport \"example.org/m/web\"\n",
			"web/w.go":                 "package web\n\nimport \"example.org/m/web/webtest\"\n",
			"web/webtest/w.go":         "package webtest\n",
			"internal/realdjango/r.go": "package realdjango\n",
		}, []string{
			`signing/web_test.go:3: imports web: layers.txt:7: a package imports only earlier lines, and "web" stands below "signing" (line 5)`,
			`web/w.go:3: imports web/webtest: layers.txt:8: a package imports only earlier lines, and "web/webtest" stands below "web" (line 7)`,
		}},
		"blank imports": {map[string]string{
			"web/w.go":        "package web\n\nimport _ \"embed\"\nimport _ \"image/png\"\n",
			"web/w_test.go":   "package web\n\nimport _ \"image/png\" // the decoder under test\n",
			"cmd/tool/m.go":   "package main\n\nimport _ \"image/png\"\n",
			"cmd/tool/two.go": "package main\n\nimport (\n\t// Uploads may be PNG files.\n\t_ \"image/png\"\n)\n",
		}, []string{
			`cmd/tool/m.go:3: blank import of image/png: say in a comment beside it what it is for`,
			`web/w.go:4: blank import of image/png: a package registers nothing by being imported (STYLE 2)`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy, err := layers.Parse("layers.txt", fixturePolicy)
			if err != nil {
				t.Fatal(err)
			}
			got := policy.Check(load(t, c.files))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"twice":             {"web\nurls\nweb\n", "p:3: web stands on line 1 already"},
		"two on a line":     {"web urls\n", `p:1: want one package a line, or "web: IMPORT…"`},
		"list of a later":   {"a\ninternal/b: a c\nc\n", "p:2: c is on no earlier line"},
		"deny without both": {"deny contrib/...\n", `p:1: want "deny FROM TO"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := layers.Parse("p", c.text); err == nil || err.Error() != c.want {
				t.Errorf("Parse(%q): %v, want %s", c.text, err, c.want)
			}
		})
	}
}

// load writes files below a new module example.org/m and loads it. A name that
// ends in a slash is an empty folder.
func load(t *testing.T, files map[string]string) *source.Module {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			return
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.org/m\n")
	for name, text := range files {
		write(name, text)
	}
	m, err := source.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
