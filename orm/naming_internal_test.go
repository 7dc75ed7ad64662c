package orm

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
)

func TestSnake(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Name": "name", "ServesPizza": "serves_pizza", "ID": "id", "UserID": "user_id", "HTTPServer": "http_server",
		"Line2": "line2", "A": "a", "URLs": "ur_ls", "Already_Split": "already_split", "Größe": "größe",
	} {
		if got := snake(name); got != want {
			t.Errorf("snake(%q): got %q, want %q", name, got, want)
		}
	}
}

// TestNames compares names of indexes and constraints with Django's, for tables and
// columns of all lengths.
func TestNames(t *testing.T) {
	t.Parallel()
	type input struct {
		Table   string
		Columns []string
		Suffix  string
		Max     int
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	word := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune([]rune("abcdefgh_ijklmnop0123éß")[rnd.IntN(23)])
		}
		return b.String()
	}
	var inputs []input
	var got [][3]string
	for i := range 300 {
		in := input{Table: word(1 + rnd.IntN(80)), Max: []int{0, 30, 63, 64}[i%4]}
		for range 1 + rnd.IntN(3) {
			in.Columns = append(in.Columns, word(1+rnd.IntN(40)))
		}
		in.Suffix = []string{"", "_uniq", "_like", "_fk_" + word(rnd.IntN(60)) + "_id"}[rnd.IntN(4)]
		inputs = append(inputs, in)
		columns := append([]string{"-" + in.Columns[0]}, in.Columns[1:]...)
		got = append(got, [3]string{
			indexName(in.Table, in.Columns, in.Suffix, in.Max), truncateName(in.Table, in.Max), optionsIndexName(in.Table, columns, "idx"),
		})
	}
	stdin, err := json.Marshal(inputs)
	if err != nil {
		t.Fatal(err)
	}
	out := realdjango.Run(t, realdjango.Configure+`
import json, sys
from types import SimpleNamespace as N
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import truncate_name
from django.db.models import Index
out = []
for i in json.load(sys.stdin):
    editor = BaseDatabaseSchemaEditor.__new__(BaseDatabaseSchemaEditor)
    editor.connection = N(ops=N(max_name_length=lambda: i['Max'] or None))
    names = [f'f{k}' for k in range(len(i['Columns']))]
    index = Index(fields=['-f0'] + names[1:])
    index.set_name_with_model(N(_meta=N(db_table=i['Table'], get_field=lambda n: N(column=i['Columns'][int(n[1:])]))))
    out.append([editor._create_index_name(i['Table'], i['Columns'], i['Suffix']), truncate_name(i['Table'], i['Max'] or None), index.name])
json.dump(out, sys.stdout)
`, stdin)
	var want [][3]string
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i := range inputs {
		if diff := cmp.Diff(want[i], got[i]); diff != "" {
			t.Errorf("%+v (-Django +ours):\n%s", inputs[i], diff)
		}
	}
}

// FuzzTag sees that what is accepted is well formed.
func FuzzTag(f *testing.F) {
	for _, s := range []string{"pk,auto", "max_length=10,unique", "on_delete=cascade,related_name=x", "-", "through_fields=a:b", "fk=a.B", "decimal_places=0", "symmetrical=false"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, skip, errs := parseTag(reflect.StructTag(fmt.Sprintf("orm:%q", s)))
		if skip != (s == "-") {
			t.Errorf("%q: skip is %v", s, skip)
		}
		for key, value := range parsed {
			if kind, ok := tagKeys[key]; !ok || kind == noValue && value != "" {
				t.Errorf("%q was read as %v", s, parsed)
			}
			if n := parsed.number("max_length"); parsed.has("max_length") && n <= 0 {
				t.Errorf("%q has the length %d", s, n)
			}
		}
		if len(parsed) == 0 && len(errs) == 0 && s != "" && !skip {
			t.Errorf("%q was read as nothing", s)
		}
	})
}

func TestDefineLate(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	type early struct{ Model }
	type late struct{ Model }
	if err := r.define(reflect.TypeFor[early](), "a", "").link(); err != nil {
		t.Fatal(err)
	}
	if err := r.define(reflect.TypeFor[late](), "a", "").link(); err == nil || !strings.Contains(err.Error(), "defined after") {
		t.Errorf("got %v", err)
	}
}

// TestQueriesBeforeModels: variables of packages hold queries before all models are
// known.
func TestQueriesBeforeModels(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	type early struct {
		Model
		Name string `orm:"max_length=5"`
	}
	type late struct{ Model }
	m := r.define(reflect.TypeFor[early](), "a", "")
	q := Objects[early](m)
	named, all := q.Lookup("name__startswith", "x").Order("-name").Values("name", "pk"), q.Values()
	wrong := q.Values("nmae")
	if r.linked.Load() {
		t.Error("a query has linked the models")
	}
	if err := r.define(reflect.TypeFor[late](), "a", "").link(); err != nil {
		t.Errorf("a model that is defined after queries: %v", err)
	}
	if got := strings.Join(named.Names(), " ") + ", " + strings.Join(all.Names(), " "); got != "name pk, id name" {
		t.Errorf("the names are %s", got)
	}
	for _, err := range wrong.Each(t.Context()) {
		if err == nil || !strings.Contains(err.Error(), `Values("nmae"): a.early has no field "nmae"`) {
			t.Errorf("a wrong name: %v", err)
		}
	}
}

type asksInMeta struct{ Model }

var asks *Meta

func (*asksInMeta) Meta(m *Options) {
	if err := asks.link(); err != nil {
		panic(err)
	}
}

// TestUseInMeta: a query in Meta is told, and does not wait for itself.
func TestUseInMeta(t *testing.T) {
	t.Parallel()
	asks = newRegistry().define(reflect.TypeFor[asksInMeta](), "a", "x.go:1")
	if err := asks.link(); err == nil || !strings.Contains(err.Error(), "before models are known") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkLinked(b *testing.B) {
	type model struct{ Model }
	m := newRegistry().define(reflect.TypeFor[model](), "a", "")
	b.ReportAllocs()
	for b.Loop() {
		if err := m.link(); err != nil {
			b.Fatal(err)
		}
	}
}
