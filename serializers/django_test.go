package serializers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/serializers"
	"github.com/nuages-web/nuages/serializers/internal/shop"
)

// database is a database that real Django can open, too.
type database struct {
	ctx    context.Context
	django map[string]string
}

// newDatabase returns one with the tables of the shop.
func newDatabase(t *testing.T, kind string) database {
	t.Helper()
	var d database
	var backend orm.Backend
	var err error
	switch kind {
	case "sqlite":
		path := filepath.Join(t.TempDir(), "shop.sqlite3")
		d.django = map[string]string{"ENGINE": "django.db.backends.sqlite3", "NAME": path}
		backend, err = sqlite.Open(path, &sqlite.Options{Synchronous: "OFF"})
	case "postgresql":
		url := testdb.Postgres(t)
		d.django = testdb.Django(t, url)
		backend, err = postgres.Open(t.Context(), url, nil)
	case "mysql":
		dsn := testdb.MySQL(t)
		d.django = testdb.Django(t, dsn)
		backend, err = mysql.Open(t.Context(), dsn, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := orm.NewDatabases(map[string]orm.Backend{"default": backend}, &orm.DBOptions{Models: shop.Models})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	d.ctx = orm.NewContext(t.Context(), db)
	if err := orm.CreateTables(d.ctx, shop.Models...); err != nil {
		t.Fatal(err)
	}
	return d
}

// fill loads the shop's fixture and more.
func (d database) fill(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "shop.json"))
	if err != nil {
		t.Fatal(err)
	}
	load(t, d.ctx, "json", text)
	if err := shop.FillSamples(d.ctx); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, ctx context.Context, format string, text []byte) *serializers.Loaded {
	t.Helper()
	loaded, err := serializers.Load(ctx, []serializers.Source{source("fixture", format, text)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// each runs a test on databases of all kinds.
func each(t *testing.T, f func(t *testing.T, kind string)) {
	t.Helper()
	for _, kind := range []string{"sqlite", "postgresql", "mysql"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f(t, kind)
		})
	}
}

// ask runs a script with Django on the database.
func (d database) ask(t *testing.T, script string, stdin []byte) []byte {
	t.Helper()
	entry := map[string]any{}
	for name, v := range d.django {
		entry[name] = v
	}
	if strings.HasSuffix(d.django["ENGINE"], "mysql") {
		entry["OPTIONS"] = map[string]string{"charset": "utf8mb4"}
	}
	settings, err := json.Marshal(entry)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs("internal")
	if err != nil {
		t.Fatal(err)
	}
	return realdjango.Run(t, fmt.Sprintf(`
import io, json, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, %q)
import django
from django.conf import settings
settings.configure(DATABASES={"default": %s}, INSTALLED_APPS=["shop"], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()
from django.core.management import call_command
def dump(format, **options):
    out = io.StringIO()
    call_command("dumpdata", *LABELS, format=format, stdout=out, **options)
    return out.getvalue()
LABELS = ["shop"]
`, folder, settings)+script, stdin)
}

// way is one way to dump the shop.
type way struct {
	Format           string
	Indent           int
	Foreign, Primary bool
}

func (w way) String() string {
	return fmt.Sprintf("%s,indent=%d,foreign=%t,primary=%t", w.Format, w.Indent, w.Foreign, w.Primary)
}

// ways are all of them that make a difference.
func ways() []way {
	var all []way
	for _, format := range []string{"json", "jsonl", "xml", "yaml"} {
		all = append(all, way{format, 0, false, false}, way{format, 0, true, true}, way{format, 4, true, false}, way{format, 2, false, true})
	}
	return all
}

// rowsOf returns the rows of models.
func rowsOf(ctx context.Context, models []*orm.Meta) iter.Seq2[orm.Record, error] {
	return func(yield func(orm.Record, error) bool) {
		for _, m := range models {
			for r, err := range serializers.Rows(ctx, m, nil) {
				if !yield(r, err) {
					return
				}
			}
		}
	}
}

// dump is dumpdata.
func (w way) dump(t *testing.T, ctx context.Context) string {
	t.Helper()
	var models []*orm.Meta
	for _, m := range shop.Models {
		if m.Proxy == nil {
			models = append(models, m)
		}
	}
	if w.Foreign {
		var err error
		if models, err = serializers.SortDependencies(models, true); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	err := serializers.Write(ctx, &out, w.Format, rowsOf(ctx, models),
		&serializers.WriteOptions{Indent: w.Indent, NaturalForeign: w.Foreign, NaturalPrimary: w.Primary})
	if err != nil {
		t.Fatalf("%s: %v", w, err)
	}
	return out.String()
}

// forXML deletes the rows whose text XML has no form for, and those that Django
// strips when it reads XML.
func forXML(t *testing.T, ctx context.Context) {
	t.Helper()
	rows, err := shop.Samples.Filter(shop.SampleF.Text.IsNotNull()).All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if strings.TrimSpace(r.Text.V) != r.Text.V || strings.Contains(r.Text.V, "\r") {
			if _, err := orm.Delete(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestDumpAsDjango compares dumps byte for byte.
func TestDumpAsDjango(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind string) {
		d := newDatabase(t, kind)
		d.fill(t)
		list, err := json.Marshal(ways())
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		if err := json.Unmarshal(d.ask(t, `
ways = json.load(sys.stdin)
json.dump([dump(w["Format"], indent=w["Indent"] or None, use_natural_foreign_keys=w["Foreign"], use_natural_primary_keys=w["Primary"]) for w in ways], sys.stdout)
`, list), &want); err != nil {
			t.Fatal(err)
		}
		for i, w := range ways() {
			t.Logf("%s: %d bytes", w, len(want[i]))
			if diff := firstDiff(want[i], w.dump(t, d.ctx)); diff != "" {
				t.Errorf("%s: %s", w, diff)
			}
		}
	})
}

// firstDiff shows where two texts begin to differ.
func firstDiff(want, got string) string {
	if want == got {
		return ""
	}
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(i, len(s))-120):min(len(s), i+120)] }
	return fmt.Sprintf("at byte %d Django writes\n%q\nand we write\n%q", i, cut(want), cut(got))
}

// TestLoadOfDjango loads what Django dumps into a new database, whose dump must be the
// same.
func TestLoadOfDjango(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind string) {
		d := newDatabase(t, kind)
		d.fill(t)
		for _, w := range []way{{Format: "json"}, {Format: "json", Foreign: true, Primary: true}, {Format: "jsonl", Foreign: true},
			{Format: "yaml", Foreign: true, Primary: true}, {Format: "yaml", Indent: 4}, {Format: "xml"}, {Format: "xml", Foreign: true, Primary: true}} {
			if w.Format == "xml" {
				forXML(t, d.ctx)
			}
			text := w.dump(t, d.ctx) // which is Django's, as another test has it
			other := newDatabase(t, kind)
			load(t, other.ctx, w.Format, []byte(text))
			same(t, w, d, other)
		}
	})
}

// same compares two databases by their dumps.
func same(t *testing.T, w way, d, other database) {
	t.Helper()
	plain := way{Format: "json", Indent: 1}
	want, got := plain.dump(t, d.ctx), plain.dump(t, other.ctx)
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-dumped +loaded):\n%s", w, diff)
	}
}

// TestLoadByDjango lets Django load what we dump.
func TestLoadByDjango(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind string) {
		d := newDatabase(t, kind)
		d.fill(t)
		for _, w := range []way{{Format: "json"}, {Format: "jsonl"}, {Format: "yaml", Foreign: true, Primary: true}, {Format: "xml"}} {
			if w.Format == "xml" {
				forXML(t, d.ctx)
			}
			other := newDatabase(t, kind)
			other.ask(t, fmt.Sprintf(`
sys.stdin = io.StringIO(sys.stdin.buffer.read().decode(), newline="")
call_command("loaddata", "-", format=%q, verbosity=0)
`, w.Format), []byte(w.dump(t, d.ctx)))
			same(t, w, d, other)
		}
	})
}
