package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/source"
)

// tree writes files, given by their names with slashes, into a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{
		"go.mod":               "module example.org/m\n\ngo 1.26.0\n",
		"root.go":              "package m\n",
		"a/a.go":               "package a\n",
		"a/a_test.go":          "package a_test\n",
		"a/gen.go":             "//go:build ignore\n\npackage main\n",
		"a/testdata/x.go":      "not Go",
		"cmd/tool/main.go":     "package main\n",
		"internal/b/b.go":      "package b\n",
		"nested/go.mod":        "module example.org/nested\n",
		"nested/n.go":          "package nested\n",
		".hidden/h.go":         "package h\n",
		"node_modules/x/go.go": "package x\n",
		"onlytests/o_test.go":  "package onlytests\n",
	})
	m, err := source.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m.Path != "example.org/m" {
		t.Errorf("Path = %q", m.Path)
	}
	type pkg struct {
		Dir, Name       string
		Public, Command bool
		Files           []string
	}
	var got []pkg
	for _, p := range m.Packages {
		g := pkg{Dir: p.Dir, Name: p.Name, Public: p.Public(), Command: p.Command()}
		for _, f := range p.Files {
			g.Files = append(g.Files, f.Name)
		}
		got = append(got, g)
	}
	want := []pkg{
		{".", "m", true, false, []string{"root.go"}},
		{"a", "a", true, false, []string{"a/a.go", "a/a_test.go", "a/gen.go"}},
		{"cmd/tool", "main", false, true, []string{"cmd/tool/main.go"}},
		{"internal/b", "b", false, false, []string{"internal/b/b.go"}},
		{"onlytests", "onlytests", false, false, []string{"onlytests/o_test.go"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	for path, want := range map[string]string{"example.org/m": ".", "example.org/m/a": "a", "example.org/more": "", "fmt": ""} {
		got, ok := m.Local(path)
		if ok != (want != "") || ok && got != want {
			t.Errorf("Local(%q) = %q, %v, want %q", path, got, ok, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no go.mod":      {map[string]string{"a.go": "package a\n"}, "go.mod"},
		"no module line": {map[string]string{"go.mod": "go 1.26.0\n"}, "no module line"},
		"bad Go":         {map[string]string{"go.mod": "module m\n", "a/a.go": "package a\n\nfunc {\n"}, "a/a.go:3:6"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := source.Load(tree(t, c.files))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load: %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	dir, err := source.Root()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "internal", "source", "source.go")); err != nil {
		t.Errorf("Root = %s: %v", dir, err)
	}
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	got := source.Anchors(strings.Join([]string{
		"# The first: `web.Error`, and more!",
		"```",
		"# a comment, no heading",
		"```",
		"## Again",
		"## Again ##",
		"### See [the guide](x.md) <a id=\"by-hand\"></a>",
		"Été #no",
	}, "\n"))
	want := map[string]bool{
		"the-first-weberror-and-more": true, "again": true, "again-1": true, "by-hand": true,
		"see-the-guide": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("anchors (-want +got):\n%s", diff)
	}
}

func TestProseKeepsLines(t *testing.T) {
	t.Parallel()
	got := source.Prose("a\n````go\n```\nb\n````\nc\n  ```\n```go\n  ```\nd\n~~~\nopen")
	want := []string{"a", "", "", "", "", "c", "", "", "", "d", "", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func FuzzProse(f *testing.F) {
	f.Add("# a\n```go\n# b\n```\n[c](d.md)\n")
	f.Add("~~~~\n~~~\n")
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := len(source.Prose(text)), strings.Count(text, "\n")+1; got != want {
			t.Errorf("Prose(%q) has %d lines, want %d", text, got, want)
		}
		if len(source.Anchors(text)) > len(text) {
			t.Errorf("Anchors(%q) has more anchors than the text has bytes", text)
		}
	})
}
