package ormgen

import (
	"context"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// memory makes a world of the module "demo" in /demo whose files are given by
// their names below it.
func memory(t testing.TB, files map[string]string) *world {
	w := newWorld(t.Context(), "/demo")
	w.modules["/"] = module{}
	for _, dir := range []string{"/demo", "/demo/shop", "/demo/auth", "/demo/base"} {
		w.modules[dir] = module{"/demo", "demo"}
	}
	w.read = func(dir string) ([]text, error) {
		var texts []text
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if full := filepath.Join("/demo", name); filepath.Dir(full) == dir {
				texts = append(texts, text{full, []byte(files[name])})
			}
		}
		if texts == nil {
			return nil, fs.ErrNotExist
		}
		return texts, nil
	}
	w.goList = func(context.Context, string, string) string { return "" }
	return w
}

// TestMistakes has models with a mistake: line 6 is the first below the imports.
func TestMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       []string
	}{
		{"key", "type A struct { orm.Model; X string `orm:\"max_lenght=3\"` }",
			[]string{`shop/m.go:6:37: the tag has no key "max_lenght"; did you mean max_length?`}},
		{"key of Django", "type A struct { orm.Model; X string `orm:\"null\"` }", []string{"null is a type: orm.Null[T], orm.NullFK[T]"}},
		{"no value", "type A struct { orm.Model; X string `orm:\"max_length\"` }", []string{"the tag's key max_length needs a value"}},
		{"value", "type A struct { orm.Model; X string `orm:\"unique=yes\"` }", []string{"the tag's key unique takes no value"}},
		{"number", "type A struct { orm.Model; X string `orm:\"max_length=ten\"` }", []string{"max_length=ten is no positive number"}},
		{"zero", "type A struct { orm.Model; X string `orm:\"max_length=0\"` }", []string{"max_length=0 is no positive number"}},
		{"twice", "type A struct { orm.Model; X string `orm:\"unique,unique\"` }", []string{`the tag says "unique" twice`}},
		{"form", "type A struct { orm.Model; X string `orm: \"unique\"` }", []string{"is not of the form"}},
		{"on_delete", "type A struct { orm.Model; X orm.FK[A] `orm:\"on_delete=casade\"` }",
			[]string{"on_delete=casade is none of cascade, protect,", "did you mean cascade?"}},
		{"ip", "type A struct { orm.Model; X string `orm:\"ip=v4\"` }", []string{"ip=v4 is none of both, ipv4, ipv6"}},
		{"symmetrical", "type A struct { orm.Model; X orm.M2M[A] `orm:\"symmetrical=no\"` }", []string{"symmetrical is true or false"}},
		{"key of a generic relation", "type A struct { orm.Model; X string `orm:\"object_id=x\"` }", []string{"object_id is for fields of type orm.GenericRelation"}},
		{"related name of a generic relation", "type A struct { orm.Model; X orm.GenericRelation[A] `orm:\"related_name=x\"` }", []string{"related_name is not for fields of type orm.GenericRelation"}},
		{"name of a generic relation", "type A struct { orm.Model; B string; X orm.GenericRelation[A] `orm:\"related_query_name=b\"` }", []string{"give the relation another name: related_query_name"}},
		{"through_fields", "type A struct { orm.Model; X orm.M2M[A] `orm:\"through_fields=a\"` }", []string{"through_fields=a names two fields"}},
		{"label", "type A struct { orm.Model; X int64 `orm:\"fk=User\"` }", []string{"fk=User names a model by its app"}},
		{"relation's key", "type A struct { orm.Model; X int64 `orm:\"on_delete=cascade\"` }", []string{"A.X: on_delete is for relations"}},
		{"many's key", "type A struct { orm.Model; X int64 `orm:\"through=B\"` }", []string{"A.X: through is for fields of type orm.M2M"}},
		{"one_to_one", "type A struct { orm.Model; X int64 `orm:\"one_to_one\"` }", []string{"one_to_one goes with fk=app.Model"}},

		{"pointer", "type A struct { orm.Model; X *string }", []string{"shop/m.go:6:30: A.X: a pointer is no field: for a value that may be null, use orm.Null[T]"}},
		{"slice", "type A struct { orm.Model; X []string }", []string{"use orm.JSON[T], or postgres.Array[T]"}},
		{"map", "type A struct { orm.Model; X map[string]int }", []string{"use orm.JSON[T]"}},
		{"func", "type A struct { orm.Model; X func() }", []string{"tag a field that is not stored `orm:\"-\"`"}},
		{"any", "type A struct { orm.Model; X any }", []string{"no column holds any: use orm.JSON[any]"}},
		{"unknown type", "type A struct { orm.Model; X Thing }", []string{"what is Thing?"}},
		{"unknown package", "type A struct { orm.Model; X things.Thing }", []string{"what is things.Thing?"}},
		{"null of nothing", "type A struct { orm.Model; X orm.Null }", []string{"orm.Null needs the type of its value"}},
		{"key without target", "type A struct { orm.Model; X orm.FK }", []string{"orm.FK needs 1 type arguments: the model"}},
		{"key without key", "type A struct { orm.Model; X orm.FKey[A] }", []string{"orm.FKey needs 2 type arguments: the model and its key's type"}},
		{"bad type of key", "type A struct { orm.Model; X orm.FKey[A, []string] }", []string{"A.X: no column holds this type"}},

		{"target", "type A struct { orm.Model; X orm.FK[Categroy] }\ntype Category struct { orm.Model }",
			[]string{"shop/m.go:6:37: A.X: there is no model Categroy; did you mean Category?"}},
		{"target that is no model", "type A struct { orm.Model; X orm.FK[B] }\ntype B struct { N int }", []string{"A.X: B is no model; a model embeds orm.Model"}},
		{"target elsewhere", "type A struct { orm.Model; X orm.FK[auth.Usr] }", []string{"A.X: auth.Usr is no model"}},
		{"predeclared target", "type A struct { orm.Model; X orm.FK[string] }", []string{"A.X: string is no model"}},

		{"embedded pointer", "type A struct { orm.Model }\ntype B struct { *A }", []string{"shop/m.go:7:17: B embeds a pointer: embed A itself"}},
		{"missing base", "type A struct { orm.Model; far.Base }", []string{"shop/m.go:6:28: A embeds far.Base, but the package example.com/far, or the type in it, was not found", "go get example.com/far"}},
		{"unknown base", "type A struct { orm.Model; Base }", []string{"what is Base, which A embeds?"}},
		{"generic base", "type B[T any] struct { X T }\ntype A struct { orm.Model; B[int] }", []string{"A embeds B, which is generic"}},
		{"generic model", "type A[T any] struct { orm.Model }", []string{"model A is generic"}},
		{"twice from bases", "type B struct { X int }\ntype C struct { X int }\ntype A struct { orm.Model; B; C }", []string{"A has the field X from two structs that it embeds"}},

		{"manager is the model", "type News struct { orm.Model }\ntype Newses int", []string{"the manager of News would be called Newses, as is a name of yours (shop/m.go:7:6); name it in the model's comment: //nuages:manager NewsRows"}},
		{"fields type", "type A struct { orm.Model }\nfunc NewAFields() {}", []string{"generated code of A would be called NewAFields"}},
		{"list", "type A struct { orm.Model }\nvar Models int", []string{"the list of the models would be called Models"}},
		{"key and field", "type A struct { orm.Model; X orm.FK[A] `orm:\"related_name=+\"`; XID int64 }", []string{"the field A.XID would be called XID, as is the field A.X"}},
		{"field Rel", "type A struct { orm.Model; Rel string }", []string{"the field A.Rel would be called Rel, as is the relation itself"}},
		{"accessors", "type A struct { orm.Model; X, Y orm.FK[B] }\ntype B struct { orm.Model }",
			[]string{"shop/m.go:6:31: the other side of A.Y would be called A, as is the other side of A.X (shop/m.go:6:28) among the columns of B; give the relation another name: related_name=…",
				"the other side of A.Y would be called ASet, as is the other side of A.X (shop/m.go:6:28) on B"}},
		{"accessor and field", "type A struct { orm.Model; X orm.FK[B] `orm:\"related_name=name\"` }\ntype B struct { orm.Model; Name string }",
			[]string{"the other side of A.X would be called Name, as is the field B.Name (shop/m.go:7:28) among the columns of B"}},
		{"accessor and method", "type A struct { orm.Model; X orm.FK[B] }\ntype B struct { orm.Model }\nfunc (b B) ASet() {}",
			[]string{"the other side of A.X would be called ASet, as is a method (shop/m.go:8:12) on B"}},
		{"accessor of another package", "type A struct { orm.Model; X orm.FK[auth.User] }\nfunc UserA() {}", []string{"the other side of A.X would be called UserA, as is a name of yours"}},
		{"related_name", "type A struct { orm.Model; X orm.FK[A] `orm:\"related_name=all-of\"` }", []string{`A.X: "all-of" is no name for the other side`}},
		{"two underscores", "type A struct { orm.Model; X orm.FK[A] `orm:\"related_name=a__b\"` }", []string{`A.X: "a__b" is no name for the other side`}},

		{"directive", "//nuages:managr As\ntype A struct { orm.Model }", []string{"shop/m.go:6:1: //nuages:managr means nothing above a model; did you mean manager?"}},
		{"directive without name", "//nuages:manager\ntype A struct { orm.Model }", []string{"//nuages:manager needs a Go name"}},
		{"query", "//nuages:query AQuery\ntype A struct { orm.Model }", []string{"there is no type AQuery; declare it: type AQuery struct{ *orm.Query[A] }"}},
		{"choices of a struct", "//nuages:choices\ntype A struct { X string }\ntype B struct { orm.Model }", []string{"a type of text or whole numbers"}},
		{"choices without constants", "//nuages:choices\ntype A string\nconst X = \"a\"\ntype B struct { orm.Model }", []string{"A has no constants that could be choices"}},
		{"name of choices", "//nuages:choices\ntype A string\nconst X A = \"a\"\nvar AChoices = 1\ntype B struct { orm.Model }", []string{"the choices of A would be called AChoices"}},
		{"DefaultRelatedName", "type A struct { orm.Model }\nfunc (a *A) Meta(m *orm.Options) { m.DefaultRelatedName(name) }", []string{"write its name here, in quotes"}},

		{"syntax", "type A struct {\n\torm.Model\n\tX [ }", []string{"shop/m.go:8:6: expected"}},
		{"syntax before the model", "func f( {}\n\ntype A struct {\n\torm.Model\n}", []string{"shop/m.go:6:9:"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := memory(t, map[string]string{
				"shop/m.go":    "package shop\n\nimport \"github.com/nuages-web/nuages/orm\"\nimport \"demo/auth\"\nimport \"example.com/far\"\n" + test.body + "\n",
				"auth/user.go": "package auth\nimport \"github.com/nuages-web/nuages/orm\"\ntype User struct { orm.Model }\n",
			})
			outputs, err := w.folder("/demo/shop")
			if err != nil {
				t.Fatal(err)
			}
			err = w.err()
			if err == nil {
				t.Fatalf("no mistake found; generated:\n%s", outputs[0].data)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got\n%v\nwant it to hold\n%s", err, want)
				}
			}
			for _, out := range outputs {
				if out.data != nil {
					t.Errorf("generated %s in spite of that", out.name)
				}
			}
		})
	}
}

// TestBrokenNeighbour passes over a file that cannot be parsed and has no models,
// and takes from it what it can.
func TestBrokenNeighbour(t *testing.T) {
	t.Parallel()
	w := memory(t, map[string]string{
		"shop/m.go":     "package shop\n\nimport \"github.com/nuages-web/nuages/orm\"\n\ntype A struct { orm.Model }\n",
		"shop/views.go": "package shop\n\nimport \"github.com/nuages-web/nuages/orm\"\n\nfunc (a *A) Save() {}\n\nfunc view( { orm.Atomic }\n",
	})
	outputs, err := w.folder("/demo/shop")
	if err == nil {
		err = w.err()
	}
	if err != nil {
		t.Fatal(err)
	}
	if code := string(outputs[0].data); !strings.Contains(code, ") Delete(") || strings.Contains(code, ") Save(") {
		t.Errorf("got\n%s\nwant Delete, and no Save", code)
	}
	if len(w.notices) != 1 || !strings.Contains(w.notices[0], "views.go:7:12") {
		t.Errorf("got notices %q, want one about views.go:7:12", w.notices)
	}
}

// TestPackageMistakes has mistakes that are not of one file.
func TestPackageMistakes(t *testing.T) {
	t.Parallel()
	const model = "import \"github.com/nuages-web/nuages/orm\"\n\ntype %s struct { orm.Model }\n"
	named := func(name string) string { return strings.Replace(model, "%s", name, 1) }
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"tests of two packages", map[string]string{
			"shop/a.go":      "package shop\n",
			"shop/a_test.go": "package shop\n//go:generate go tool nuages generate\n" + named("A"),
			"shop/b_test.go": "package shop_test\n" + named("B"),
		}, "models in tests of package shop and of package shop_test"},
		{"build constraints", map[string]string{
			"shop/a.go": "//go:build big\n\npackage shop\n" + named("A"),
			"shop/b.go": "package shop\n" + named("B"),
		}, "one //go:build line"},
		{"one system", map[string]string{"shop/a_windows.go": "package shop\n" + named("A")}, "keeps model A from other systems"},
		{"label", map[string]string{"shop/a.go": "//nuages:app=my-shop\npackage shop\n" + named("A")}, `"my-shop" is no label of an app`},
		{"package directive", map[string]string{"shop/a.go": "//nuages:ap=shop\npackage shop\n" + named("A")}, "did you mean app?"},
		{"hidden type of a base", map[string]string{
			"base/b.go": "package base\ntype level int\ntype Base struct { Level level }\n",
			"shop/a.go": "package shop\nimport \"demo/base\"\nimport \"github.com/nuages-web/nuages/orm\"\ntype A struct { orm.Model; base.Base }\n",
		}, "the type level cannot be named in package shop"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := memory(t, test.files)
			if _, err := w.folder("/demo/shop"); err != nil {
				t.Fatal(err)
			}
			if err := w.err(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestByHand leaves models alone that their package defines itself.
func TestByHand(t *testing.T) {
	t.Parallel()
	w := memory(t, map[string]string{
		"shop/m.go": "package shop\n\nimport \"github.com/nuages-web/nuages/orm\"\n\ntype A struct { orm.Model }\n\nvar aMeta = orm.Define((*A)(nil), \"shop\", \"m.go:5\")\n",
	})
	outputs, err := w.folder("/demo/shop")
	if err == nil {
		err = w.err()
	}
	if err != nil || outputs[0].data != nil {
		t.Errorf("got %v and\n%s\nwant no code", err, outputs[0].data)
	}
}
