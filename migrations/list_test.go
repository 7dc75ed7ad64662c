package migrations_test

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/migrations"
)

func TestListSource(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, src, add, want string }{
		{"one line", "package m\nvar All = []*M{a}", "b", "var All = []*M{a,\n\tb,\n}"},
		{"one line, with a comma", "package m\nvar All = []*M{a,}", "b", "var All = []*M{a,\n\tb,\n}"},
		{"between", "package m\nvar All = []*M{\n\ta, // first\n\tc,\n}\n", "b", "{\n\ta, // first\n\tb,\n\tc,\n}"},
		{"behind a comment", "package m\nvar All = []*M{\n\ta,\n\t// the end\n}\n", "b", "{\n\ta,\n\t// the end\n\tb,\n}"},
		{"there already", "package m\nvar All = []*M{\n\ta,\n}\n", "a", "{\n\ta,\n}"},
		{"empty", "package m\nvar All = []*M{}\n", "a", "{\n\ta,\n}"},
		{"others", "package m\nvar (\n\tx = 1\n\tAll = []*M{New()}\n)\n", "a", "\tAll = []*M{New(),\n\t\ta,\n\t}"},
		{"new", "", "m0001Initial", "// Package migrations is the history of the models of the app shop.\npackage migrations\n\nimport \"github.com/nuages-web/nuages/migrations\"\n\n// All are the migrations, in order.\nvar All = []*migrations.Migration{\n\tm0001Initial,\n}\n"},
	} {
		src := []byte(test.src)
		if test.src == "" {
			src = nil
		}
		got, err := migrations.ListSource("shop", src, test.add)
		if err != nil || !strings.Contains(string(got), test.want) {
			t.Errorf("%s: %v\n%s\nwant\n%s", test.name, err, got, test.want)
		}
	}
	for _, src := range []string{"package m", "package m\nvar All = f()", "no Go"} {
		if _, err := migrations.ListSource("shop", []byte(src), "a"); err == nil || !strings.Contains(err.Error(), "list of migrations") {
			t.Errorf("%s: %v", src, err)
		}
	}
}

// FuzzListSource enters a name into any file: the file stays one of Go, and has it once.
func FuzzListSource(f *testing.F) {
	f.Add("package m\nvar All = []*M{a, // x\n\tc}\n", "b")
	f.Add("package m\nvar All = []*M{/* a */}\n", "b")
	f.Add("package m\nvar All = []*M{a /* , */}\n", "b")
	f.Add("package m\nvar All = []*M{c}\n", "b")
	f.Fuzz(func(t *testing.T, src, name string) {
		if !token.IsIdentifier(name) {
			return
		}
		before, err := migrations.ListVariables([]byte(src))
		if err != nil {
			return
		}
		got, err := migrations.ListSource("shop", []byte(src), name)
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", got, 0); err != nil {
			t.Fatalf("%q: %v\n%s", src, err, got)
		}
		after, err := migrations.ListVariables(got)
		if err != nil {
			t.Fatal(err)
		}
		want, n := len(before)+1, 0
		for _, v := range before {
			if v == name {
				want--
				n++
			}
		}
		if n > 1 {
			return
		}
		if len(after) != want {
			t.Fatalf("%q has %v, and with %s %v", src, before, name, after)
		}
	})
}
