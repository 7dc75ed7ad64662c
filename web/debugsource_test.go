package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("app/go.mod", "module app\n")
	source := write("app/a/a.go", "one\n\ttwo\r\n\t\tthree\n\n\tfive\n\tsix\nseven\neight")
	s := newSourceReader()
	want := []sourceLine{
		{2, "\ttwo", false}, {3, "\t\tthree", false}, {4, "", false}, {5, "\tfive", true}, {6, "\tsix", false}, {7, "seven", false}, {8, "eight", false},
	}
	if diff := cmp.Diff(want, s.excerpt(source, 5)); diff != "" {
		t.Errorf("excerpt around line 5 (-want +got):\n%s", diff)
	}
	if got := s.excerpt(source, 1); len(got) != 4 || !got[0].Here {
		t.Errorf("excerpt around line 1: %+v", got)
	}
	indented := write("app/a/b.go", "\t\ta\n\n\t\t\tb\n\t\tc\n")
	if diff := cmp.Diff([]sourceLine{{1, "a", false}, {2, "", false}, {3, "\tb", true}, {4, "c", false}, {5, "", false}}, s.excerpt(indented, 3)); diff != "" {
		t.Errorf("indented excerpt (-want +got):\n%s", diff)
	}
	if got := s.short(source); got != "a/a.go" {
		t.Errorf("short name %q, want a/a.go", got)
	}
	cached := write("mod/x@v1.2.0/in/x.go", "package in\n")
	if got := s.short(cached); got != "x@v1.2.0/in/x.go" || s.excerpt(cached, 1) == nil {
		t.Errorf("short name %q, want x@v1.2.0/in/x.go with an excerpt", got)
	}

	for name, file := range map[string]string{
		"not Go":          write("app/secret.txt", "secret\n"),
		"dotenv":          write("app/.env", "SECRET_KEY=x\n"),
		"outside modules": write("loose/a.go", "package loose\n"),
		"too large":       write("app/large.go", "package app\n"+strings.Repeat("// x\n", maxSourceFile/5)),
		"relative":        "debugstack_test.go",
		"missing":         filepath.Join(dir, "app", "none.go"),
		"a folder":        filepath.Dir(write("app/dir.go/x", "")),
		"very long":       "/" + strings.Repeat("a/", 1<<20) + "a.go",
	} {
		if got := s.excerpt(file, 1); got != nil {
			t.Errorf("%s: %.60s has the excerpt %+v", name, file, got)
		}
	}
	s.left = 0
	if s.excerpt(source, 5) != nil {
		t.Error("an excerpt beyond the most of a page")
	}
}
