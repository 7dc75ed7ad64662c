package commands_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/serializers/commands"
	"github.com/nuages-web/nuages/serializers/internal/shop"
)

// countries are three rows; nine is one as bzip2 packs it.
const (
	countries = `[{"model": "shop.country", "pk": 1, "fields": {"name": "Germany"}},
{"model": "shop.country", "pk": 2, "fields": {"name": "France"}},
{"model": "shop.shelf", "pk": 5, "fields": {"name": "top", "country": ["France"]}}]`
	nine = "QlpoOTFBWSZTWQUtl+4AAA2fgFAFADAAAQAKL2/eKiAAVFAAAABoNRGTRk09CNHimP1DWLO1jgPw0PlE3aMBYMkmjvU4I79UH2whiSqSQiWRwDOE/F3JFOFCQBS2X7g="
)

func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, countries)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func files(t *testing.T) fs.FS {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(nine)
	if err != nil {
		t.Fatal(err)
	}
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"countries.json": file(countries), "deep/countries.json": file(countries), "packed.json.bz2": {Data: packed},
		"archive.json.zip": {Data: zipped(t, "a.json")}, "two.json.zip": {Data: zipped(t, "a.json", "b.json")},
		"twice.json": file(countries), "twice.yaml": file("[]"), "empty.json": file("[]"), "other.other.json": file(countries), "here.default.json": file(countries),
		"old.json":  file(`[{"model": "shop.gone", "pk": 1, "fields": {}}, {"model": "shop.country", "pk": 3, "fields": {"name": "Old", "code": "x"}}]`),
		"bad.json":  file("[\n{\"model\": \"shop.country\", \"pk\": 4, \"fields\": {\"name\": \"Four\"}},\n{\"model\": \"shop.country\", \"pk\": 5, \"fields\": {\"name\": \"Four\"}}]"),
		"lost.json": file(`[{"model": "shop.shelf", "pk": 1, "fields": {"name": "x", "country": 77}}]`),
		"late.json": file(`[{"model": "shop.shelf", "pk": 1, "fields": {"name": "x", "country": ["Late"]}}, {"model": "shop.country", "fields": {"name": "Late"}}]`),
	}
}

// program is a program with the commands, on databases that have the tables.
func program(t *testing.T) *cli.App {
	t.Helper()
	site := &commands.Site{
		Apps:        []commands.App{{Name: "shop", Models: shop.Models, Fixtures: files(t)}, {Name: "empty"}},
		FixtureDirs: []string{t.TempDir()},
	}
	app, err := cli.New(&cli.Options{Name: "manage", Commands: commands.All(func() (*commands.Site, error) { return site, nil })})
	if err != nil {
		t.Fatal(err)
	}
	return app
}

func run(t *testing.T, ctx context.Context, app *cli.App, stdin string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := app.Run(ctx, args, strings.NewReader(stdin), &out, &out)
	return code, out.String()
}

func TestLoaddata(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args  string
		code  int
		wants []string
	}{
		{"countries", 0, []string{"Installed 3 object(s) from 1 fixture(s)\n"}},
		{"countries.json deep/countries", 0, []string{"Installed 6 object(s) from 2 fixture(s)\n"}},
		{"packed", 0, []string{"Installed 1 object(s)"}},
		{"archive", 0, []string{"Installed 3 object(s)"}},
		{"here", 0, []string{"Installed 3 object(s)"}},
		{"late", 0, []string{"Installed 2 object(s)"}},
		{"countries --exclude shop.shelf", 0, []string{"Installed 2 object(s) (of 3) from 1 fixture(s)"}},
		{"countries -e shop", 0, []string{"Installed 0 object(s) (of 3)"}},
		{"countries -v 0", 0, nil},
		{"countries -v 2", 0, []string{`Installing json fixture "the app shop/countries.json".`}},
		{"countries --json", 0, []string{`"loaded": 3`, `"the app shop/countries.json"`}},
		{"- --format json", 0, []string{"Installed 1 object(s)"}},
		{"old -i", 0, []string{"Installed 1 object(s)"}},
		{"empty", 0, []string{"warning: no fixture data found", "Installed 0 object(s) from 1 fixture(s)"}},
		{"-", 1, []string{"the standard input has no format", "--format json"}},
		{"countries --app empty", 1, []string{`no fixture named "countries" found`, "Looked in: "}},
		{"other", 1, []string{`no fixture named "other" found`}},
		{"twice", 1, []string{`several fixtures named "twice" in the app shop: twice.json, twice.yaml`}},
		{"two", 1, []string{"the archive has 2 files"}},
		{"x.csv", 1, []string{"csv is no known format", "json, jsonl, xml, yaml"}},
		{"x.json.xz", 1, []string{".xz can't be read", "Unpack it"}},
		{"countries -e x", 1, []string{`there is no app "x"`, "shop, empty"}},
		{"countries -e shop.X", 1, []string{`the app shop has no model "X"`}},
		{"countries --database x", 1, []string{`there is no database "x"`, "default"}},
		{"old", 1, []string{`line 1: there is no model "shop.gone"`, "--ignorenonexistent"}},
		{"bad", 1, []string{"the app shop/bad.json: line 3: shop.country (pk=5): save shop.Country: ", "unique constraint violated"}},
		{"lost", 1, []string{"foreign key violated", "the row of shop.Shelf with the key 1 has country 77"}},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			ctx := ormtest.SQLite(t, shop.Models...)
			code, out := run(t, ctx, program(t), `[{"model": "shop.country", "fields": {"name": "In"}}]`, append([]string{"loaddata"}, strings.Fields(test.args)...)...)
			if code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			for _, want := range test.wants {
				if !strings.Contains(out, want) {
					t.Errorf("got\n%s\nwant it to hold %q", out, want)
				}
			}
			if n, err := shop.Countries.Count(ctx); err != nil || code != 0 && n != 0 {
				t.Errorf("%d rows after an error, %v", n, err)
			}
		})
	}
}

func TestDumpdata(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, shop.Models...)
	app := program(t)
	if code, out := run(t, ctx, app, "", "loaddata", "countries"); code != 0 {
		t.Fatal(out)
	}
	const shelf = `{"model": "shop.shelf","pk": 5,"fields": {"name": "top","country": 2}}` + "\n"
	for _, test := range []struct {
		args string
		code int
		want string
	}{
		{"shop.shelf --format jsonl", 0, shelf},
		{"--format jsonl -e shop.country", 0, shelf},
		{"shop --format jsonl --exclude shop.Country", 0, shelf},
		{"empty", 0, "[]"},
		{"shop.Country --pks 2,7", 0, `[{"model": "shop.country", "pk": 2, "fields": {"name": "France"}}]`},
		{"shop.Shelf shop.Country --format jsonl --natural-foreign --natural-primary", 0,
			`{"model": "shop.country","fields": {"name": "Germany"}}` + "\n" + `{"model": "shop.country","fields": {"name": "France"}}` + "\n" +
				`{"model": "shop.shelf","fields": {"name": "top","country": ["France"]}}` + "\n"},
		{"shop.Reader", 0, "warning: shop.Reader is a proxy model: its rows are those of shop.Person, which is not dumped\n[]"},
		{"shop --pks 1", 1, "error: dump data: --pks needs one model\nhint: Name it: dumpdata shop.Book --pks 1,2.\n"},
		{"shop --format csv", 1, "error: dump data: unknown serialization format \"csv\"\nhint: There are: json, jsonl, xml, yaml.\n"},
		{"x", 1, "error: dump data: there is no app \"x\"\nhint: There are: shop, empty.\n"},
	} {
		code, out := run(t, ctx, app, "", append([]string{"dumpdata"}, strings.Fields(test.args)...)...)
		if diff := cmp.Diff(test.want, out); code != test.code || diff != "" {
			t.Errorf("dumpdata %s: code %d (-want +got):\n%s", test.args, code, diff)
		}
	}
}

// TestOutput writes files, packed or not, and loads them again.
func TestOutput(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, shop.Models...)
	app := program(t)
	if code, out := run(t, ctx, app, "", "loaddata", "countries"); code != 0 {
		t.Fatal(out)
	}
	folder := t.TempDir()
	for name, written := range map[string]string{"a.json": "a.json", "b.yaml.gz": "b.yaml.gz", "c.json.xz": "c.json"} {
		path := filepath.Join(folder, name)
		format := strings.Split(name, ".")[1]
		if code, out := run(t, ctx, app, "", "dumpdata", "shop", "--format", format, "-o", path); code != 0 || (name != written) != strings.Contains(out, "warning") {
			t.Errorf("dumpdata -o %s: code %d, %s", name, code, out)
		}
		if code, out := run(t, ctx, app, "", "loaddata", filepath.Join(folder, written)); code != 0 || out != "Installed 3 object(s) from 1 fixture(s)\n" {
			t.Errorf("loaddata %s: code %d, %s", written, code, out)
		}
	}
	packed, err := os.Open(filepath.Join(folder, "b.yaml.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	if _, err := gzip.NewReader(packed); err != nil {
		t.Errorf("b.yaml.gz: %v", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 3 {
		t.Errorf("the folder has %v, %v, want three files", entries, err)
	}
}

func TestFlush(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, shop.Models, func(t *testing.T, ctx context.Context) {
		app := program(t)
		if code, out := run(t, ctx, app, "", "loaddata", "countries"); code != 0 {
			t.Fatal(out)
		}
		fresh := &shop.Country{Name: "next"}
		if err := shop.Countries.Create(ctx, fresh); err != nil || fresh.ID != 3 {
			t.Errorf("a row after loaddata: key %d, %v, want 3", fresh.ID, err)
		}
		if code, out := run(t, ctx, app, "y\n", "flush"); code != 1 || !strings.Contains(out, "nobody can answer") {
			t.Errorf("flush without a terminal: code %d, %s", code, out)
		}
		if code, out := run(t, ctx, app, "", "flush", "--no-input"); code != 0 {
			t.Fatalf("flush: code %d, %s", code, out)
		}
		for _, m := range shop.Models {
			if n, err := orm.Records(m).Count(ctx); err != nil || n != 0 {
				t.Errorf("%s after flush: %d rows, %v", m.Label(), n, err)
			}
		}
		fresh = &shop.Country{Name: "first"}
		if err := shop.Countries.Create(ctx, fresh); err != nil || fresh.ID != 1 {
			t.Errorf("a row after flush: key %d, %v, want 1", fresh.ID, err)
		}
		if code, out := run(t, ctx, app, "", "sqlflush", "--json"); code != 0 || !strings.Contains(out, "shop_person_friends") {
			t.Errorf("sqlflush: code %d, %s", code, out)
		}
	})
}
