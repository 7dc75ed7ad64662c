package migrations_test

import (
	"strings"
	"testing"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// TestDeleteAcrossApps: of two deletions of an app the second goes first, where the first
// waits for another app that waits for the second.
func TestDeleteAcrossApps(t *testing.T) {
	t.Parallel()
	link := migrations.Field{Name: "base_ptr", Type: "OneToOneField", To: "staff.Base", ParentLink: true}
	kept := &orm.ModelState{App: "shop", Name: "Kept", Fields: []migrations.Field{id}}
	from := migrations.NewState(kept,
		&orm.ModelState{App: "staff", Name: "Base", Fields: []migrations.Field{id}},
		&orm.ModelState{App: "blog", Name: "Child", Bases: []string{"staff.Base"}, Fields: []migrations.Field{link}},
		&orm.ModelState{App: "staff", Name: "Face", ProxyOf: "blog.Child"},
	)
	history, err := migrations.Autodetect(t.Context(), migrations.NewState(), from, nil)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := migrations.NewGraph(history, nil)
	if err != nil {
		t.Fatal(err)
	}
	added, err := migrations.Autodetect(t.Context(), from, migrations.NewState(kept), &migrations.AutodetectOptions{Graph: graph})
	if err != nil {
		t.Fatal(err)
	}
	graph, err = migrations.NewGraph(append(history, added...), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range graph.All() {
		for _, op := range m.Operations {
			if op, ok := op.(migrations.DeleteModel); ok {
				got = append(got, m.App+"."+op.Name)
			}
		}
	}
	if text := strings.Join(got, " "); text != "staff.Face blog.Child staff.Base" {
		t.Errorf("deleted: %s", text)
	}
}
