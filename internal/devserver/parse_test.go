package devserver

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := "package shop\n\nfunc f() {\n\tprice := größe(1)\n}\n" + strings.Repeat("//\n", 20)
	if err := os.WriteFile(filepath.Join(dir, "shop.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	output := "# example.org/shop\n./shop.go:4:11: undefined: größe\nother.go:7: unexpected thing\r\n" +
		"main.go:5:2: no required module provides package x; to add it:\n\tgo get x\n../lib/lib.go:1:1: bad\nshop.go:99:1: too far\ntoo many errors\n"
	got := parseProblems(dir, output)
	want := []Problem{
		{File: "shop.go", Line: 4, Column: 11, Text: "undefined: größe", Excerpt: []SourceLine{
			{Number: 1, Before: "package shop"}, {Number: 2}, {Number: 3, Before: "func f() {"},
			{Number: 4, Before: "    price := ", Mark: "größe", After: "(1)", Here: true},
			{Number: 5, Before: "}"}, {Number: 6, Before: "//"}, {Number: 7, Before: "//"}, {Number: 8, Before: "//"},
		}},
		{File: "other.go", Line: 7, Text: "unexpected thing"},
		{File: "main.go", Line: 5, Column: 2, Text: "no required module provides package x; to add it:\ngo get x"},
		{File: "../lib/lib.go", Line: 1, Column: 1, Text: "bad"},
		{File: "shop.go", Line: 99, Column: 1, Text: "too far"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parseProblems (-want +got):\n%s", diff)
	}
}

func FuzzParseProblems(f *testing.F) {
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a\n\tö := 1\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"a.go:2:2: x\n\tmore", "./a.go:2:3: x", "a.go:99999999999999999999:0: x", "a.go:0: x", ".go:1:1: x", "a.go:2:99: x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, output string) {
		for _, p := range parseProblems(dir, output) {
			if p.File == "" || p.Line < 0 || p.Column < 0 || len(p.Excerpt) > 9 {
				t.Errorf("parseProblems(%q) = %+v", output, p)
			}
			for _, l := range p.Excerpt {
				if strings.Contains(l.Before+l.Mark+l.After, "\n") || l.Here != (l.Number == p.Line) {
					t.Errorf("parseProblems(%q): line %+v of %+v", output, l, p)
				}
			}
		}
	})
}

func TestClassify(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]change{
		"shop/views.go": changeBuild, "go.mod": changeBuild, "go.sum": changeBuild, "go.work": changeBuild,
		"shop/views_test.go": changeNone, "shop/.views.go.swp": changeNone, "shop/views.go~": changeNone,
		"shop/.#views.go": changeNone, "shop/#views.go#": changeNone, "4913": changeNone, "db.sqlite3": changeNone, "Makefile": changeNone,
		".env": changeRestart, ".envrc": changeNone,
		"templates/home.html": changeReload, "static/site.css": changeReload, "static/site.js": changeReload, "locale/de/django.po": changeReload,
	} {
		if got := classify(path); got != want {
			t.Errorf("classify(%q) = %d, want %d", path, got, want)
		}
	}
}

func TestBuildFlags(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "-race", Value: "true"}, {Key: "-tags", Value: "a,b"}, {Key: "CGO_ENABLED", Value: "1"}, {Key: "-compiler", Value: "gc"}}}
	if diff := cmp.Diff([]string{"-race=true", "-tags=a,b"}, buildFlags(info)); diff != "" {
		t.Errorf("buildFlags (-want +got):\n%s", diff)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	var long tail
	for range 3 {
		long.Write([]byte(strings.Repeat("x", tailSize/2)))
	}
	long.Write([]byte("end"))
	if got := long.String(); len(got) != tailSize || !strings.HasSuffix(got, "xend") {
		t.Errorf("the tail has %d bytes and ends with %q", len(got), got[len(got)-4:])
	}
}

// TestGenerated builds a program whose model's code is not there, and tells of a
// mistake in the model as of one that the compiler found.
func TestGenerated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":         "module demo\n",
		"main.go":        "package main\n\nimport _ \"demo/shop\"\n\nfunc main() {}\n",
		"shop/models.go": "package shop\n\nimport \"github.com/nuages-web/nuages/orm\"\n\ntype A struct {\n\torm.Model\n\tX string `orm:\"uniqe\"`\n}\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s := &supervisor{Options: Options{Stderr: io.Discard}, module: dir}
	var failed *BuildError
	if err := s.generate(t.Context()); !errors.As(err, &failed) || len(failed.Problems) != 1 {
		t.Fatalf("got %v, want one problem", err)
	}
	p := failed.Problems[0]
	if place := p.Place(); place != "shop/models.go:7:11" || !strings.Contains(p.Text, "did you mean unique?") || len(p.Excerpt) == 0 {
		t.Errorf("got %s: %s, %d lines", place, p.Text, len(p.Excerpt))
	}
	file := filepath.Join(dir, "shop", "models.go")
	if err := os.WriteFile(file, []byte("package shop\n\nimport \"github.com/nuages-web/nuages/orm\"\n\ntype A struct {\n\torm.Model\n}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := s.generate(t.Context()); err != nil {
		t.Fatal(err)
	}
	generated := filepath.Join(dir, "shop", "models_gen.go")
	if _, err := os.Stat(generated); err != nil {
		t.Error(err)
	}
	if got := classify(generated); got != changeNone {
		t.Errorf("classify: got %d, want nothing to do: the build writes the file", got)
	}
}
