package nuages_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/orm"
)

// TestFixtures loads the fixtures of an app and of a folder of the settings.
func TestFixtures(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "more.jsonl"), []byte(`{"model": "visits.visit", "pk": 7, "fields": {"page": "/more/"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	app := nuages.App{Name: "visits", Models: []*orm.Meta{visitMeta}, Fixtures: fstest.MapFS{
		"some.yaml": {Data: []byte("- {model: visits.visit, pk: 1, fields: {page: /some/}}\n")},
	}}
	databases := sqliteAt(t, nuages.Database{})
	load := shop(func(s *nuages.Settings) { s.Databases, s.FixtureDirs = databases, []string{folder} }, app, nuages.App{Name: "tables", Ready: func(p *nuages.Project) error {
		if err := p.DB().Connect(t.Context()); err != nil {
			return err
		}
		_, err := orm.Exec(orm.NewContext(t.Context(), p.DB()), `CREATE TABLE IF NOT EXISTS "visits_visit" ("id" integer PRIMARY KEY AUTOINCREMENT, "page" text NOT NULL)`)
		return err
	}})
	run(t, load, "loaddata", "some", "more").expect(t, 0, "Installed 2 object(s) from 2 fixture(s)")
	run(t, load, "dumpdata", "visits", "--format", "jsonl").expect(t, 0, `{"model": "visits.visit","pk": 1,"fields": {"page": "/some/"}}`, `"pk": 7`)
	run(t, load, "sqlflush").expect(t, 0, "BEGIN;\nDELETE FROM \"visits_visit\";\n")
	run(t, load, "sqlsequencereset", "visits").expect(t, 0, "No sequences found.")
	run(t, load, "flush", "--no-input").expect(t, 0)
	run(t, load, "dumpdata").expect(t, 0, "[]")
	run(t, shop(nil), "dumpdata").expect(t, 1, "the project has no database", "Databases of the settings")
}
