package schema_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// These models have what the distribution's Django does not know yet.

type Author struct {
	orm.Model
	Name string `orm:"max_length=50,comment=It's the pen name"`
}

type Book struct {
	orm.Model
	Title   string `orm:"max_length=50"`
	Pages   int32
	Sheets  int32
	State   string `orm:"max_length=5"`
	Made    time.Time
	Flag    bool
	Author  orm.FK[Author]     `orm:"on_delete=db_cascade"`
	Editor  orm.NullFK[Author] `orm:"on_delete=db_set_null,related_name=+"`
	Edition orm.Null[int32]
}

var bookF = struct {
	Title, State orm.TextCol
	Pages        orm.Int32Col
}{orm.NewTextCol(book.Root(), "title"), orm.NewTextCol(book.Root(), "state"), orm.NewInt32Col(book.Root(), "pages")}

func (b *Book) Meta(m *orm.Options) {
	m.TableComment("All books")
	m.Field(&b.Sheets).Generated(bookF.Pages.Mul(2))
	m.Field(&b.State).DBDefault("new")
	m.Field(&b.Flag).DBDefault(true)
	m.Field(&b.Made).DBDefault(time.Date(2026, 1, 2, 3, 4, 5, 600000000, time.UTC))
	m.AddIndex(orm.IndexOptions{Name: "book_pages"}, bookF.Pages.Mul(2).Desc(), &b.Title)
	m.Unique("book_twice", &b.Author, bookF.Pages.Add(1))
	m.AddUnique(orm.UniqueOptions{Name: "book_edition", NullsNotDistinct: true}, &b.Title, &b.Edition)
	m.AddExclusion(orm.ExclusionOptions{Name: "book_apart", Operators: []string{"="}, Using: "btree", Where: bookF.State.Eq("new"), Deferrable: orm.DeferredInitially}, &b.Title)
}

type Stock struct {
	orm.State
	Shop  int64 `orm:"pk"`
	Shelf int64 `orm:"pk"`
	Count int64
}

var (
	author = orm.Define((*Author)(nil), "library", "")
	book   = orm.Define((*Book)(nil), "library", "")
	stock  = orm.Define((*Stock)(nil), "library", "")
)

// TestNewer makes the tables on each database, and keeps the statements in testdata.
func TestNewer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		open func(t *testing.T) (orm.Backend, error)
	}{
		{"sqlite", func(t *testing.T) (orm.Backend, error) { return sqlite.Open(filepath.Join(t.TempDir(), "a.db"), nil) }},
		{"postgresql", func(t *testing.T) (orm.Backend, error) { return postgres.Open(t.Context(), testdb.Postgres(t), nil) }},
		{"mariadb", func(t *testing.T) (orm.Backend, error) { return mysql.Open(t.Context(), testdb.MySQL(t), nil) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			backend, err := test.open(t)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { backend.Close() })
			s := orm.NewSchema(backend.Dialect())
			for _, m := range []*orm.Meta{author, book, stock} {
				s.CreateModel(m)
			}
			statements, err := s.Statements()
			if err != nil {
				t.Fatal(err)
			}
			goldentest.Equal(t, "newer_"+test.name+".sql", strings.Join(statements, ";\n")+";\n")
			var warnings strings.Builder
			for _, m := range orm.CheckDatabase([]*orm.Meta{author, book, stock}, backend.Dialect()) {
				warnings.WriteString(m.String() + "\n")
			}
			goldentest.Equal(t, "newer_"+test.name+".txt", warnings.String())
			ctx := orm.NewContext(t.Context(), orm.NewDB(backend))
			if err := orm.CreateTables(ctx, author, book, stock); err != nil {
				t.Fatal(err)
			}
			for _, statement := range []string{
				"INSERT INTO library_author (name) VALUES ('a'), ('b')",
				"INSERT INTO library_book (title, pages, author_id, editor_id) VALUES ('t', 7, 1, 2)",
				"DELETE FROM library_author WHERE id = 2",
			} {
				if _, err := orm.Exec(ctx, statement); err != nil {
					t.Fatal(err)
				}
			}
			got := texts(t, backend, "SELECT sheets, state, made, flag, editor_id FROM library_book")
			if want := map[string]string{
				"sqlite":     "14 | new | 2026-01-02 03:04:05.600000 | 1 | NULL",
				"postgresql": "14 | new | 2026-01-02 03:04:05.6+00 | true | NULL",
				"mariadb":    "14 | new | 2026-01-02 03:04:05.6 | 1 | NULL",
			}[test.name]; len(got) != 1 || got[0] != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if _, err := orm.Exec(ctx, "DELETE FROM library_author"); err != nil {
				t.Fatal(err)
			}
			if left := texts(t, backend, "SELECT id FROM library_book"); len(left) > 0 {
				t.Errorf("the book outlived its author: %v", left)
			}
			if err := orm.DropTables(ctx, author, book, stock); err != nil {
				t.Fatal(err)
			}
		})
	}
}
