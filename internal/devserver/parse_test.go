package devserver

import (
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
