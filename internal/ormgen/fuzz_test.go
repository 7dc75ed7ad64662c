package ormgen

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzGenerate: no source makes the generator panic, and what it writes is Go.
func FuzzGenerate(f *testing.F) {
	names, err := filepath.Glob("testdata/demo/*/*.go")
	if err != nil || len(names) == 0 {
		f.Fatal(err, "no seeds")
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	for _, seed := range []string{
		"package p\nimport . \"github.com/nuages-web/nuages/orm\"\ntype A struct { Model; X FK[A] `orm:\"related_name=x\"` }",
		"package p\nimport \"github.com/nuages-web/nuages/orm\"\ntype A = B\ntype B = A\ntype C struct { orm.Model; A; X orm.FK[A] }",
		"package p\nimport \"github.com/nuages-web/nuages/orm\"\ntype A struct { orm.Model; B }\ntype B struct { A }",
		"package p\nimport \"github.com/nuages-web/nuages/orm\"\ntype A struct { orm.Model; B }\ntype B struct { B; *B; B }",
		"package p\nimport \"github.com/nuages-web/nuages/orm\"\ntype A struct { orm.Model; X C }\ntype C D\ntype D C",
		"package p\nimport \"github.com/nuages-web/nuages/orm\"\n//nuages:query A\n//nuages:manager\ntype A struct { orm.Model; X [3]struct{} }",
		"package p\nimport \"github.com/nuages-web/nuages/orm\"\ntype A struct { orm.Model; X orm.Null[orm.FK[A]]; Y orm.JSON[orm.M2M[A]]; _ int; é, É string }",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		w := memory(t, map[string]string{"shop/m.go": source, "auth/user.go": "package auth\nimport \"github.com/nuages-web/nuages/orm\"\ntype User struct { orm.Model }\n"})
		if _, err := w.folder("/demo/shop"); err != nil {
			t.Errorf("%v\n%s", err, source)
		}
	})
}

// FuzzTag: no tag makes the parser panic.
func FuzzTag(f *testing.F) {
	for _, seed := range []string{"`orm:\"pk,max_length=3\"`", "`orm:\"-\"`", "\"orm:\\\"x\\\"\"", "``", "`orm:\"through_fields=a:b,,=\"`", "'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, literal string) {
		got, errs := parseTag(literal)
		if got == nil && len(errs) == 0 {
			return
		}
		got.fit(true, false, false)
		got.fit(false, true, false)
		got.fit(true, false, true)
	})
}
