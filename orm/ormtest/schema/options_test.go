package schema_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/postgres"
)

// Word has collations of columns, and everything lies in a tablespace.
type Word struct {
	orm.Model
	Binary string `orm:"max_length=20,collation=C,unique"`
	Folded string `orm:"collation=C,index"`
	Rank   int32  `orm:"index"`
	Weight int32
	Likes  orm.M2M[Word] `orm:"no_constraint,symmetrical=false"`
}

func (w *Word) Meta(m *orm.Options) {
	m.Tablespace("pg_default")
	m.Field(&w.Rank).Tablespace("pg_default")
	m.AddIndex(orm.IndexOptions{Name: "word_weight", Tablespace: "pg_default"}, &w.Weight)
	m.AddIndex(postgres.BTree("word_both", &postgres.IndexOptions{NoDeduplication: true}), &w.Rank, &w.Weight)
	m.AddUnique(orm.UniqueOptions{Name: "word_cover", Include: []any{&w.Weight}}, orm.Key(&w.Folded).OpClass("text_pattern_ops"))
	m.AddExclusion(orm.ExclusionOptions{Name: "word_apart", Operators: []string{"="}, Using: "btree", Include: []any{&w.Rank}, Code: "near", Message: "Too near."}, &w.Weight)
}

// Alike has the collations that the other databases know.
type Alike struct {
	orm.Model
	NoCase string `orm:"max_length=20,collation=NOCASE"`
}

type Strict struct {
	orm.Model
	Bytes string `orm:"max_length=20,collation=utf8mb4_bin"`
	Long  string `orm:"collation=utf8mb4_bin"`
}

// These models are for some databases only.
type OnlyMySQL struct{ orm.Model }

func (*OnlyMySQL) Meta(m *orm.Options) { m.RequiredVendor("mysql") }

type OnlyArrays struct{ orm.Model }

func (*OnlyArrays) Meta(m *orm.Options) { m.RequiredFeatures("Arrays", "Returning") }

type Misspelt struct{ orm.Model }

func (*Misspelt) Meta(m *orm.Options) { m.RequiredFeatures("Array") }

var (
	word       = orm.Define((*Word)(nil), "options", "")
	alike      = orm.Define((*Alike)(nil), "options", "")
	strict     = orm.Define((*Strict)(nil), "options", "")
	onlyMySQL  = orm.Define((*OnlyMySQL)(nil), "options", "")
	onlyArrays = orm.Define((*OnlyArrays)(nil), "options", "")
	misspelt   = orm.Define((*Misspelt)(nil), "options", "")
)

// TestPlaces reads back from PostgreSQL what the options of tables, indexes and
// constraints have made.
func TestPlaces(t *testing.T) {
	t.Parallel()
	ctx := ormtest.Postgres(t, word)
	var definitions []string
	rows, err := orm.RawSelect[struct{ Definition string }](ctx,
		"SELECT indexdef AS definition FROM pg_indexes WHERE tablename = 'options_word' ORDER BY indexname", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		definitions = append(definitions, r.Definition)
	}
	all := strings.Join(definitions, "\n")
	for _, want := range []string{
		"word_cover ON public.options_word USING btree (folded text_pattern_ops) INCLUDE (weight)",
		"word_apart ON public.options_word USING btree (weight) INCLUDE (rank)",
		"WITH (deduplicate_items=off)",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no index %q in\n%s", want, all)
		}
	}
	s := orm.NewSchema(dialectOf(t, ctx))
	s.CreateModel(word)
	statements, err := s.Statements()
	if err != nil {
		t.Fatal(err)
	}
	sql := strings.Join(statements, "\n")
	for want, n := range map[string]int{`TABLESPACE "pg_default"`: 5, `COLLATE "C"`: 2, "REFERENCES": 0} {
		if got := strings.Count(sql, want); got < n || n == 0 && got > 0 {
			t.Errorf("%q stands %d times in\n%s", want, got, sql)
		}
	}
	words := orm.Objects[*Word](word)
	if err := words.BulkCreate(ctx, []*Word{{Binary: "b", Folded: "a", Weight: 1}, {Binary: "B", Folded: "A", Weight: 2}}, nil); err != nil {
		t.Fatal(err)
	}
	first, err := words.Order("binary").First(ctx)
	if err != nil || first.Binary != "B" {
		t.Errorf("the first by the collation C is %v, %v", first, err)
	}
	near := &Word{Binary: "c", Folded: "c", Weight: 1}
	var invalid *orm.ValidationError
	if err := orm.ValidateConstraints(ctx, near, nil); !errors.As(err, &invalid) || !strings.Contains(err.Error(), "Too near.") {
		t.Errorf("the exclusion constraint: %v", err)
	} else if codes := invalid.Codes(); len(codes) != 1 || !strings.Contains(strings.Join(codes[""], ""), "near") && !strings.Contains(strings.Join(codes["__all__"], ""), "near") {
		t.Errorf("its code is %v", codes)
	}
	// The relation has no constraints: it may lead to what is not there.
	if err := first.Likes.Add(ctx, &Word{Model: orm.Model{ID: 99}}); err != nil {
		t.Errorf("a relation without constraints: %v", err)
	}
}

// TestCollations compares by collations of columns on the other databases.
func TestCollations(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, alike)
	words := orm.Objects[*Alike](alike)
	if err := words.Create(ctx, &Alike{NoCase: "Word"}); err != nil {
		t.Fatal(err)
	}
	if n, err := words.Lookup("no_case", "wORD").Count(ctx); n != 1 || err != nil {
		t.Errorf("SQLite's NOCASE finds %d rows, %v", n, err)
	}
	ctx = ormtest.MySQL(t, strict)
	exact := orm.Objects[*Strict](strict)
	if err := exact.Create(ctx, &Strict{Bytes: "Word", Long: "Word"}); err != nil {
		t.Fatal(err)
	}
	for _, lookup := range []string{"bytes", "long"} {
		if n, err := exact.Lookup(lookup, "wORD").Count(ctx); n != 0 || err != nil {
			t.Errorf("MariaDB's utf8mb4_bin finds %d rows by %s, %v", n, lookup, err)
		}
	}
}

// TestRequired makes tables on the databases that models are for.
func TestRequired(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{onlyMySQL, onlyArrays}, func(t *testing.T, ctx context.Context) {
		_, name, _ := strings.Cut(t.Name(), "/")
		_, err := orm.Objects[*OnlyMySQL](onlyMySQL).Count(ctx)
		if (err == nil) != (name == "mysql") {
			t.Errorf("the table for MySQL: %v", err)
		}
		_, err = orm.Objects[*OnlyArrays](onlyArrays).Count(ctx)
		if (err == nil) != (name == "postgresql") {
			t.Errorf("the table for arrays: %v", err)
		}
	})
	state, err := onlyArrays.State()
	if err != nil || strings.Join(state.RequiredFeatures, " ") != "Arrays Returning" {
		t.Errorf("the state has %v, %v", state.RequiredFeatures, err)
	}
	if _, err := misspelt.State(); err == nil || !strings.Contains(err.Error(), `no feature "Array" of databases`) {
		t.Errorf("a feature that is none: %v", err)
	}
}

func dialectOf(t *testing.T, ctx context.Context) *orm.Dialect {
	t.Helper()
	c, err := orm.ConnectionOf(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	return c.Dialect()
}
