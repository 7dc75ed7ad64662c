package serializers_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/serializers"
	"github.com/nuages-web/nuages/serializers/internal/shop"
)

// read returns the labels and keys of a text's objects, and the error that ends it.
func read(ctx context.Context, format, text string, opts *serializers.ReadOptions) ([]string, error) {
	if opts == nil {
		opts = &serializers.ReadOptions{}
	}
	opts.Models = shop.Models
	var got []string
	for obj, err := range serializers.Read(ctx, strings.NewReader(text), format, opts) {
		if err != nil {
			return got, err
		}
		got = append(got, fmt.Sprint(obj.Record.Meta().LabelLower(), " ", obj.Record.Key()))
	}
	return got, nil
}

// TestReadErrors reads texts with mistakes: the error says where and what.
func TestReadErrors(t *testing.T) {
	t.Parallel()
	const (
		country = `{"model": "shop.country", "pk": 1, "fields": {"name": "x"}}`
		xmlHead = `<?xml version="1.0" encoding="utf-8"?>` + "\n"
	)
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	bomb := "- &a [x, x]\n- &b [*a, *a]\n- [*b, *b]\n"
	for _, test := range []struct{ format, text, want string }{
		{"json", ``, "line 1: the text ends before the list does"},
		{"json", `{}`, `line 1: '{' where a list should begin`},
		{"json", `[` + country, "line 1: the text ends before the list does"},
		{"json", "[\n" + country + "\n" + country + "]", `line 3: '{' where a comma or the end of the list should be`},
		{"json", "[" + country + ",]", "line 1: a comma before the end of the list"},
		{"json", "[" + country + "] x", `line 1: 'x' behind the end of the list`},
		{"json", "[1]", `line 1: '1' where an object should begin`},
		{"json", `[{"model": "shop.country"`, "line 1: the text ends inside of the object"},
		{"json", `[{"model": }]`, "line 1: invalid character '}' looking for beginning of value"},
		{"json", `[{"pk": 1, "fields": {}}]`, "line 1: the object names no model"},
		{"json", `[{"model": 1, "fields": {}}]`, "line 1: the model is no text"},
		{"json", `[{"model": "shop.country"}]`, "line 1: shop.country: the object has no fields"},
		{"json", `[{"model": "shop.country", "fields": []}]`, "line 1: shop.country: fields is no object"},
		{"json", `[{"model": "shop.nothing", "fields": {}}]`, `line 1: there is no model "shop.nothing"`},
		{"json", `[{"model": "nothing", "fields": {}}]`, `line 1: there is no model "nothing"`},
		{"json", `[{"model": "shop.country", "pk": "x", "fields": {}}]`, "line 1: shop.country (pk=x): "},
		{"json", "[\n\n{\"model\": \"shop.book\", \"pk\": 7, \"fields\": {\"price\": \"x\"}}]", "line 3: shop.book (pk=7): price: "},
		{"json", `[{"model": "shop.book", "pk": 7, "fields": {"nothing": 1}}]`, "shop.book (pk=7): nothing: the model has no such field"},
		{"json", `[{"model": "shop.book", "pk": 7, "fields": {"author_id": 1}}]`, "author_id: the model has no such field"},
		{"json", `[{"model": "shop.book", "pk": 7, "fields": {"title": null}}]`, "title: orm: shop.Book.title cannot be null"},
		{"json", `[{"model": "shop.book", "pk": 7, "fields": {"title": ["x"]}}]`, "title: a list or an object, where one value should be"},
		{"json", `[{"model": "shop.book", "pk": 7, "fields": {"tags": 1}}]`, "tags: 1 is no list of keys"},
		{"json", `[{"model": "shop.book", "pk": 7, "fields": {"tags": [null]}}]`, "tags: <nil>: a key is null"},
		{"json", `[{"model": "shop.person", "pk": 7, "fields": {"boss": ["Ann"]}}]`, "boss: the natural key [Ann] of shop.Person has 1 parts, and needs 2: first, last"},
		{"json", `[{"model": "shop.person", "pk": 7, "fields": {"boss": ["Ann", "Ash"]}}]`, "boss: orm: no row matches: shop.Person with the natural key [Ann Ash]"},
		{"json", `[{"model": "shop.sample", "pk": 7, "fields": {"binary": "%"}}]`, "binary: bytes are written in base64"},
		{"json", `[{"model": "shop.sample", "pk": 7, "fields": {"small": 40000}}]`, "small: "},
		{"json", `[{"model": "shop.sample", "pk": 7, "fields": {"json": ` + deep + `}}]`, "line 1: more than 100 levels of lists and objects"},
		{"json", "[{\"model\": \"shop.sample\", \"pk\": 1, \"fields\": {\"text\": \"\xff\"}}]", "line 1: text that is not UTF-8"},
		{"json", `[{"model": "shop.sample", "pk": 1, "fields": {"text": "` + strings.Repeat("x", 2000) + `"}}]`, "line 1: an object has more than 1000 bytes"},
		{"jsonl", country + "\n" + `{"model": "shop.country",` + "\n" + `"fields": {}}`, "line 2: the object does not end on its line"},
		{"jsonl", country + "\n[]", `line 2: '[' where an object should begin`},
		{"xml", xmlHead + `<!DOCTYPE x [<!ENTITY a "aaaa">]><django-objects>&a;</django-objects>`, "line 2: a document type (<!DOCTYPE …>) is forbidden"},
		{"xml", xmlHead + `<!DOCTYPE x SYSTEM "file:///etc/passwd"><django-objects/>`, "a document type (<!DOCTYPE …>) is forbidden"},
		{"xml", xmlHead + `<django-objects><object model="shop.country" pk="1"><field name="name">&a;</field></object></django-objects>`, "invalid character entity &a;"},
		{"xml", xmlHead + `<django-objects><object pk="1"/></django-objects>`, `<object> without the attribute "model"`},
		{"xml", xmlHead + `<django-objects><object model="shop.country" pk="1"><field>x</field></object></django-objects>`, `<field> without the attribute "name"`},
		{"xml", xmlHead + `<django-objects><object model="shop.country" pk="1">`, "line 2: "},
		{"xml", xmlHead + `<django-objects><object model="shop.country" pk="1"><field name="name">` + strings.Repeat("<a>", 200), "more than 100 levels of elements"},
		{"xml", xmlHead + `<django-objects><object model="shop.country" pk="1"><field name="name">` + strings.Repeat("x", 20000), "an object has more than 1000 bytes"},
		{"yaml", bomb, "line 1: an item of the list is no object"},
		{"yaml", "- model: shop.sample\n  fields: {json: &a [1]}\n- model: shop.sample\n  fields: {json: *a}\n", "line 3: "},
		{"yaml", "- model: shop.sample\n  fields:\n    text: &a x\n    char: *a\n", "char: an alias (*name)"},
		{"yaml", "- model: shop.sample\n  fields: {text: !!python/object:os.system x}\n", "text: the tag "},
		{"yaml", "x: 1\n", "line 1: the text is no list of objects"},
		{"yaml", "- model: shop.sample\n", "line 1: shop.sample: an object needs model and fields"},
		{"yaml", "# c\n- model: shop.book\n  pk: 7\n  fields:\n    price: x\n", "line 2: shop.book (pk=7): price: "},
		{"yaml", "- model: shop.sample\n  fields: {json: " + deep + "}\n", "json: more than 100 levels"},
		{"yaml", "- model: shop.sample\n  fields: {text: \"" + strings.Repeat("x\n", 1000) + "\"}\n", "an object has more than 1000 bytes"},
		{"csv", "", `unknown serialization format "csv"; there are: json, jsonl, xml, yaml`},
	} {
		ctx := ormtest.SQLite(t, shop.Models...)
		_, err := read(ctx, test.format, test.text, &serializers.ReadOptions{Limits: serializers.Limits{ObjectBytes: 1000}})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %.200q:\ngot  %v\nwant %s", test.format, test.text, err, test.want)
		}
	}
	_, err := serializers.DefaultFormats().Get("csv")
	if !errors.Is(err, serializers.ErrUnknownFormat) {
		t.Errorf("Get of an unknown format: %v", err)
	}
}

// TestReadForms reads what Django does not write, and people do.
func TestReadForms(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, shop.Models...)
	one := []string{"shop.country 1"}
	for _, test := range []struct {
		format, text string
		want         []string
	}{
		{"json", "\uFEFF [ ]  \n", nil},
		{"json", `[{"fields": {"name": "a\"}]\\"}, "x": [{}], "pk" : 1 , "model":"shop.Country"}]`, one},
		{"json", `[{"mod\u0065l": "shop.country", "pk": "1", "fields": {"n\u0061me": "x"}}]`, one},
		{"jsonl", "\n\n" + `{"model": "shop.country", "pk": 1, "fields": {"name": "x"}}` + "\r\n\n", one},
		{"yaml", "", nil},
		{"yaml", "# nothing\n---\n", nil},
		{"yaml", "---\n# one\n\n-   model: shop.country\n    pk: 1\n\n    fields: {name: yes}\n# end\n...\n", one},
		{"yaml", "-\n  model: shop.country\n  pk: 0x1\n  fields:\n    name: |\n      - a\n      - b\n", one},
		{"yaml", `[{"model": "shop.country", "pk": 1, "fields": {"name": "x"}}]`, one},
		{"yaml", "[]\n", nil},
		{"xml", `<django-objects version="1.0"></django-objects>`, nil},
		{"xml", "<x>\n <y/>\n<object model=\"shop.country\" pk=\"1\">\n<!-- c --><other><field/></other><field name=\"name\"><![CDATA[<x>]]></field></object></x>", one},
	} {
		got, err := read(ctx, test.format, test.text, nil)
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s %q: %v (-want +got):\n%s", test.format, test.text, err, diff)
		}
	}
	if got, err := read(ctx, "json", `[{"model": "x.y", "fields": {}}, {"model": "shop.country", "pk": 1, "fields": {"gone": 1}}]`,
		&serializers.ReadOptions{IgnoreNonexistent: true}); err != nil || !cmp.Equal(got, one) {
		t.Errorf("IgnoreNonexistent: %v, %v", got, err)
	}
}

// TestSave saves objects one by one: natural keys that come later, hooks and signals.
func TestSave(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, shop.Models...)
	const text = `[{"model": "shop.person", "pk": 1, "fields": {"first": "Ann", "last": "Ash", "boss": ["Bob", "Ash"], "friends": [["Bob", "Ash"]]}},
		{"model": "shop.person", "pk": 2, "fields": {"first": "Bob", "last": "Ash", "boss": ["Ann", "Ash"]}}]`
	var late []*serializers.Object
	for obj, err := range serializers.Read(ctx, strings.NewReader(text), "json", &serializers.ReadOptions{ForwardReferences: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if err := obj.Save(ctx); err != nil {
			t.Fatal(err)
		}
		late = append(late, obj)
	}
	if len(late) != 2 || len(late[0].Deferred) != 2 || len(late[1].Deferred) != 0 {
		t.Fatalf("deferred: %+v", late)
	}
	for _, obj := range late {
		if err := obj.SaveDeferred(ctx); err != nil {
			t.Fatal(err)
		}
	}
	ann, err := shop.People.Get(ctx, shop.PersonF.ID.Eq(1))
	if err != nil {
		t.Fatal(err)
	}
	friends, err := ann.Friends.All(ctx)
	if err != nil || len(friends) != 1 || friends[0].ID != 2 || ann.Boss.ID != 2 {
		t.Errorf("Ann: boss %d, friends %v, %v", ann.Boss.ID, friends, err)
	}
}

// TestSignals sees that a listener is told of each row, in Load too, and that rows are
// written as they are.
func TestSignals(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, shop.Models...)
	db, _ := orm.FromContext(ctx)
	var told []string
	db.Signals().Of(orm.MetaOf[shop.Stamp]()).PostSave.Connect(func(_ context.Context, e *orm.SaveEvent) error {
		told = append(told, fmt.Sprint(e.Row.(*shop.Stamp).ID, e.Created, e.Raw))
		return nil
	}, nil)
	const text = `[{"model": "shop.stamp", "pk": 1, "fields": {"n": 1, "created": "2001-02-03T04:05:06Z", "updated": "2001-02-03T04:05:06Z"}},
		{"model": "shop.stamp", "pk": 1, "fields": {"n": 2, "created": "2001-02-03T04:05:06Z", "updated": "2001-02-03T04:05:06Z"}}]`
	load(t, ctx, "json", []byte(text))
	if diff := cmp.Diff([]string{"1 true true", "1 false true"}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	row, err := shop.Stamps.Get(ctx, shop.StampF.ID.Eq(1))
	if err != nil || row.N != 2 || row.Updated.Year() != 2001 {
		t.Errorf("the row: %+v, %v", row, err)
	}
}

// TestLoadTwice loads a fixture over its own rows, with changes: on each database the
// rows are those of the last.
func TestLoadTwice(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, shop.Models, func(t *testing.T, ctx context.Context) {
		text, err := os.ReadFile(filepath.Join("testdata", "shop.json"))
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Replace(text, []byte(`"title": "One"`), []byte(`"title": "First"`), 1)
		changed = bytes.Replace(changed, []byte(`"tags": ["0b0c1d6e-0000-4000-8000-00000000000b"]`), []byte(`"tags": ["7b0c1d6e-0000-4000-8000-00000000000a"]`), 1)
		load(t, ctx, "json", text)
		loaded := load(t, ctx, "json", changed)
		if loaded.Objects != loaded.Saved || loaded.Objects != 26 {
			t.Errorf("loaded %+v", loaded)
		}
		book, err := shop.Books.Get(ctx, shop.BookF.ID.Eq(7))
		if err != nil {
			t.Fatal(err)
		}
		tags, err := book.Tags.All(ctx)
		if err != nil || len(tags) != 1 || tags[0].Label != "old" {
			t.Errorf("tags: %v, %v", tags, err)
		}
		if n, err := shop.Books.Filter(shop.BookF.Title.Eq("First")).Count(ctx); n != 1 || err != nil {
			t.Errorf("books called First: %d, %v", n, err)
		}
		// Another row has the name: an error, and not that row changed.
		_, err = serializers.Load(ctx, []serializers.Source{source("x", "json", []byte(`[{"model": "shop.country", "pk": 99, "fields": {"name": "Germany"}}]`))}, nil)
		var wrong *serializers.Error
		if !errors.Is(err, orm.ErrUnique) || !errors.As(err, &wrong) || wrong.PK != int64(99) {
			t.Errorf("a name that is taken: %v", err)
		}
	})
}

// TestFlatMemory reads 8 MB and looks at the heap meanwhile.
func TestFlatMemory(t *testing.T) { // not parallel: it measures the heap of the process
	ctx := ormtest.SQLite(t, shop.Models...)
	const rows = 8_000
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for i := range rows {
		fmt.Fprintf(z, `{"model": "shop.sample", "pk": %d, "fields": {"text": %q}}`+"\n", i+1, strings.Repeat("text ", 200))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(&packed)
	if err != nil {
		t.Fatal(err)
	}
	var top uint64
	look := func() {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		top = max(top, m.HeapAlloc)
	}
	look()
	before := top
	n := 0
	for obj, err := range serializers.Read(ctx, r, "jsonl", nil) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%2000 == 0 {
			look()
		}
		if n%1000 == 0 {
			if err := obj.Save(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n != rows || top-before > 3<<20 {
		t.Errorf("%d objects, the heap grew by %d KiB, want less than 3 MiB for 8 MB of text", n, (top-before)>>10)
	}
}

// FuzzRead reads whatever comes in every format.
func FuzzRead(f *testing.F) {
	text, err := os.ReadFile(filepath.Join("testdata", "shop.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("json", string(text))
	f.Add("jsonl", `{"model": "shop.country", "pk": 1, "fields": {"name": "x"}}`)
	f.Add("yaml", "- model: shop.book\n  pk: 1\n  fields:\n    title: 'it''s'\n    tags: [a, [b]]\n    attrs: {a: 1.5, b: [yes, ~, 1:30]}\n")
	f.Add("xml", `<django-objects version="1.0"><object model="shop.book" pk="1"><field name="tags"><object pk="1"></object></field><field name="title"><None/></field></object></django-objects>`)
	f.Fuzz(func(t *testing.T, format, text string) {
		n := 0
		for obj, err := range serializers.Read(context.Background(), strings.NewReader(text), format,
			&serializers.ReadOptions{Models: shop.Models, IgnoreNonexistent: true, Limits: serializers.Limits{ObjectBytes: 1 << 16}}) {
			if err == nil && obj == nil {
				t.Fatal("neither an object nor an error")
			}
			if n++; n > len(text)+1 { // the last may be an error
				t.Fatalf("more than %d objects from %d bytes", n, len(text))
			}
		}
	})
}
