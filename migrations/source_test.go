package migrations_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/internal/gosource"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/internal/written"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// toWrite are migrations with every operation and every kind of value. The package
// internal/written has what is written of them, so that it is compiled.
func toWrite() []*migrations.Migration {
	now := time.Date(2026, 3, 14, 9, 15, 0, 0, time.UTC)
	fills := []any{"", "it's \"x\" \\", 7, int64(-7), 1.5, true, decimal.RequireFromString("9.99"), now, civil.Date{Year: 2026, Month: 3, Day: 14}, civil.Time{Hour: 9},
		90 * time.Minute, uuid.MustParse("0e5c1b5a-6b0a-4a52-9d4b-0a4c5a6b7c8d"), []byte("x\x00"), json.RawMessage(`{"a": 1}`), orm.Now(), orm.F("id").Mul(2)}
	var filled []migrations.Operation
	for _, fill := range fills {
		filled = append(filled, migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: fill})
	}
	where := orm.And(orm.F("stock").Gt(1), orm.Not(orm.F("state").In("a", "b")))
	return []*migrations.Migration{
		{App: "shop", Name: "0001_initial", Initial: true, Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Record", Table: "records", Comment: "all", RequiredFeatures: []string{"Arrays"}, Ordering: []string{"-title"}, GetLatestBy: []string{"made"}, Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true}, {Name: "title", Type: "CharField", MaxLength: 50, Collation: "C"},
				{Name: "made", Type: "DateTimeField", AutoNowAdd: true}, {Name: "price", Type: "DecimalField", MaxDigits: 8, DecimalPlaces: 2, DBDefault: orm.Val(decimal.NewFromInt(1))},
				{Name: "tags", Type: "CustomField", GoType: reflect.TypeFor[postgres.Array[string]]()}, {Name: "dates", Type: "CustomField", GoType: reflect.TypeFor[postgres.Range[civil.Date]]()},
				{Name: "category", Type: "ForeignKey", To: "shop.Category"}, {Name: "editor", Type: "OneToOneField", To: "auth.User", Null: true, OnDelete: orm.SetNull, RelatedName: "+"},
				{Name: "twice", Type: "IntegerField", Generated: orm.F("stock").Mul(2), Virtual: true}, {Name: "by", Type: "ManyToManyField", To: "auth.User", Through: "shop.By", ThroughFields: [2]string{"a", "b"}},
			}, Indexes: []migrations.Index{{Name: "i", Fields: []string{"title", "-made"}, Where: where, Include: []string{"price"}, Using: "gin", With: map[string]string{"fillfactor": "80"}}},
				Constraints: []migrations.Constraint{{Name: "c", Check: where}, {Kind: orm.UniqueConstraint, Name: "u", Keys: []migrations.Key{{Expr: orm.Lower(orm.FText("title")), Desc: true}, {Field: "made", OpClass: "x"}},
					Deferrable: orm.DeferredInitially, NullsNotDistinct: true}, {Kind: orm.ExclusionConstraint, Name: "e", Fields: []string{"dates"}, Operators: []string{"&&"}}},
				UniqueTogether: [][]string{{"title", "made"}}},
			migrations.CreateModel{Name: "Disc", ProxyOf: "shop.Record"},
		}},
		{App: "shop", Name: "0002_fills", Dependencies: []string{"auth.0001_initial", "shop.0001_initial"}, Operations: filled},
		{App: "shop", Name: "0003_all", Dependencies: []string{"shop.0002_fills"}, RunBefore: []string{"auth.0002_x"}, Replaces: []string{"shop.0003_old"}, NonAtomic: true, Operations: []migrations.Operation{
			migrations.RenameModel{From: "Disc", To: "CD"}, migrations.DeleteModel{Name: "CD"}, migrations.AlterModelTable{Model: "Record"},
			migrations.AlterModelTableComment{Model: "Record", Comment: "x"}, migrations.AlterUniqueTogether{Model: "Record"},
			migrations.AlterModelOptions{Model: "Record", Unmanaged: true}, migrations.AlterOrderWithRespectTo{Model: "Record", To: "category"},
			migrations.RemoveField{Model: "Record", Name: "a", Fill: "x"}, migrations.AlterField{Model: "Record", Field: migrations.Field{Name: "title", Type: "TextField"}},
			migrations.RenameField{Model: "Record", From: "title", To: "name"}, migrations.AddIndex{Model: "Record", Index: migrations.Index{Name: "x", Fields: []string{"id"}}},
			migrations.RenameIndex{Model: "Record", From: "x", To: "y"}, migrations.RemoveIndex{Model: "Record", Name: "y"},
			migrations.AddConstraint{Model: "Record", Constraint: migrations.Constraint{Name: "z", Check: orm.RenameInPred(where, "stock", "left")}},
			migrations.RemoveConstraint{Model: "Record", Name: "z"}, migrations.RunSQL{Forward: []string{"SELECT 1"}, Backward: migrations.Noop, Vendors: []string{"sqlite"}, Elide: true},
			migrations.SeparateDatabaseAndState{Database: []migrations.Operation{migrations.RunSQL{Forward: []string{"SELECT `a`"}}}, State: []migrations.Operation{migrations.DeleteModel{Name: "X"}}},
			migrations.CreateExtension{Name: "hstore"}, migrations.AddIndexConcurrently{Model: "Record", Index: migrations.Index{Name: "w", Fields: []string{"id"}}},
		}},
		{App: "shop", Name: "0004_empty", Dependencies: []string{"shop.0003_all"}},
	}
}

// TestSource writes migrations, which are compiled into the package written, and writes
// what they are there again.
func TestSource(t *testing.T) {
	t.Parallel()
	variables := []string{}
	for i, m := range toWrite() {
		src, err := migrations.Source(m, &migrations.SourceOptions{Package: "written", Header: migrations.Variable(m.Name) + " is written by TestSource."})
		if err != nil {
			t.Fatal(err)
		}
		goldentest.Equal(t, "../internal/written/"+m.Name+".go", string(src))
		variables = append(variables, migrations.Variable(m.Name))
		if i >= len(written.All) {
			t.Errorf("the package written lacks %s: run with -update, and again", m.Name)
			continue
		}
		again, err := migrations.Source(written.All[i], &migrations.SourceOptions{Package: "written", Header: migrations.Variable(m.Name) + " is written by TestSource."})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(src), string(again)); diff != "" {
			t.Errorf("%s (-written +again):\n%s", m.Name, diff)
		}
	}
	list, err := os.ReadFile(filepath.Join("internal", "written", "written.go"))
	if err != nil {
		t.Fatal(err)
	}
	listed, err := migrations.ListVariables(list)
	if err != nil || !slices.Equal(listed, variables) {
		t.Errorf("written.go lists %v (%v), want %v", listed, err, variables)
	}
}

func TestSourceErrors(t *testing.T) {
	t.Parallel()
	for want, op := range map[string]migrations.Operation{
		"it holds a function": migrations.RunGo{Forward: migrations.NoopGo},
		"an aggregate":        migrations.AddConstraint{Model: "R", Constraint: migrations.Constraint{Name: "c", Check: orm.Sum(orm.F("a")).Gt(1)}},
		"no form in Go":       migrations.AddField{Model: "R", Field: migrations.Field{Name: "a", GoType: reflect.TypeFor[hidden]()}},
	} {
		_, err := migrations.Source(&migrations.Migration{App: "shop", Name: "0001_x", Operations: []migrations.Operation{op}}, nil)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "shop.0001_x: operation 1") {
			t.Errorf("%v, want %s", err, want)
		}
	}
	_, err := migrations.Source(&migrations.Migration{Operations: []migrations.Operation{migrations.RunGo{Forward: migrations.NoopGo}}}, nil)
	if !errors.Is(err, gosource.ErrNoSource) {
		t.Error(err)
	}
}

type hidden struct{}
