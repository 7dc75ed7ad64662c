package migrations_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

func TestHazards(t *testing.T) {
	t.Parallel()
	title := migrations.Field{Name: "title", Type: "CharField", MaxLength: 50}
	before := migrations.NewState(&orm.ModelState{App: "shop", Name: "Record", Fields: []migrations.Field{
		id, title, {Name: "notes", Type: "TextField", Null: true}, {Name: "label", Type: "ForeignKey", To: "shop.Record"},
		{Name: "tags", Type: "ManyToManyField", To: "shop.Record"},
	}})
	check := migrations.Constraint{Kind: orm.CheckConstraint, Name: "ok", Check: orm.F("title").Ne("")}
	tests := []struct {
		op   migrations.Operation
		want string // what the text begins with; "" is safe
	}{
		{migrations.CreateModel{Name: "Tag", Fields: []migrations.Field{id}}, ""},
		{migrations.DeleteModel{Name: "Record"}, "breaks: The running version still reads the table of Record"},
		{migrations.RenameModel{From: "Record", To: "Disc"}, "breaks: The running version still uses the table"},
		{migrations.AlterModelTable{Model: "Record", Table: "discs"}, "breaks: "},
		{migrations.RenameField{Model: "Record", From: "title", To: "name"}, "breaks: The running version still uses the column"},
		{migrations.AddField{Model: "Record", Field: migrations.Field{Name: "x", Type: "TextField"}}, "breaks: The running version inserts rows"},
		{migrations.AddField{Model: "Record", Field: migrations.Field{Name: "x", Type: "TextField", Null: true}}, ""},
		{migrations.AddField{Model: "Record", Field: migrations.Field{Name: "x", Type: "TextField", DBDefault: orm.Val("")}}, ""},
		{migrations.AddField{Model: "Record", Field: migrations.Field{Name: "x", Type: "UUIDField", Null: true, Unique: true}}, "locks: Nobody can write"},
		{migrations.AddField{Model: "Record", Field: migrations.Field{Name: "more", Type: "ManyToManyField", To: "shop.Record"}}, ""},
		{migrations.RemoveField{Model: "Record", Name: "title"}, "breaks: The running version still reads the column"},
		{migrations.RemoveField{Model: "Record", Name: "tags"}, "breaks: The running version still uses the table"},
		{migrations.AlterField{Model: "Record", Field: migrations.Field{Name: "title", Type: "CharField", MaxLength: 90}}, ""},
		{migrations.AlterField{Model: "Record", Field: migrations.Field{Name: "title", Type: "CharField", MaxLength: 9}}, "locks: The table of Record is written anew"},
		{migrations.AlterField{Model: "Record", Field: migrations.Field{Name: "title", Type: "IntegerField"}}, "locks: The table of Record is written anew"},
		{migrations.AlterField{Model: "Record", Field: migrations.Field{Name: "notes", Type: "TextField"}, Fill: ""}, "breaks: The running version may insert nulls"},
		{migrations.AddIndex{Model: "Record", Index: migrations.Index{Name: "i", Fields: []string{"title"}}}, "locks: Nobody can write"},
		{migrations.AddIndexConcurrently{Model: "Record", Index: migrations.Index{Name: "i", Fields: []string{"title"}}}, ""},
		{migrations.AddConstraint{Model: "Record", Constraint: check}, "locks: The table of Record is read"},
		{migrations.AddConstraintNotValid{Model: "Record", Constraint: check}, ""},
		{migrations.AlterUniqueTogether{Model: "Record", UniqueTogether: [][]string{{"title", "label"}}}, "locks: "},
		{migrations.SeparateDatabaseAndState{Database: []migrations.Operation{migrations.RemoveField{Model: "Record", Name: "title"}}}, "breaks: "},
	}
	for _, test := range tests {
		found, err := migrations.Hazards(&migrations.Migration{App: "shop", Name: "0002", Operations: []migrations.Operation{test.op}}, before, "postgresql")
		if err != nil {
			t.Errorf("%s: %v", test.op.Describe(), err)
			continue
		}
		got := ""
		for _, h := range found {
			kind := "locks"
			if h.Breaks {
				kind = "breaks"
			}
			got += fmt.Sprintf("%s: %s", kind, h.Text)
		}
		if (test.want == "") != (got == "") || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %q, want %q", test.op.Describe(), got, test.want)
		}
	}

	fresh := &migrations.Migration{App: "shop", Name: "0001", Operations: []migrations.Operation{
		migrations.CreateModel{Name: "A", Fields: []migrations.Field{id}},
		migrations.RenameModel{From: "A", To: "B"},
		migrations.AddField{Model: "B", Field: title},
		migrations.AddIndex{Model: "B", Index: migrations.Index{Name: "i", Fields: []string{"title"}}},
		migrations.RenameField{Model: "B", From: "title", To: "name"},
		migrations.RemoveField{Model: "B", Name: "name"},
	}}
	if found, err := migrations.Hazards(fresh, migrations.NewState(), "postgresql"); err != nil || len(found) > 0 {
		t.Errorf("a table that nobody uses yet: %v, %v", found, err)
	}
}
