package rows_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// Grade has rows that others fall back to.
type Grade struct {
	orm.Model
	Name   string `orm:"max_length=10,unique"`
	Active bool
}

func (*Grade) Meta(m *orm.Options) { m.DefaultPermissions("view") }

// Exam has keys with rules that no other model of the tests has.
type Exam struct {
	orm.Model
	Grade  orm.FK[Grade]     `orm:"on_delete=cascade,related_name=exams"`
	Second orm.NullFK[Grade] `orm:"on_delete=db_set_default,related_name=+"`
	Points int32
	Level  int16
	Topic  string `orm:"slug,unicode,max_length=20"`
	Scan   []byte `orm:"max_length=3"`
	Title  string `orm:"max_length=20"`
}

func (e *Exam) Meta(m *orm.Options) {
	m.Verbose("exam", "examinations")
	m.Permissions(orm.Permission{Codename: "mark_exam", Name: "Can mark exams"})
	m.Field(&e.Grade).OnDeleteSet(func() any { return int64(1) }).LimitChoicesTo(gradeActive.Eq(true))
	m.Field(&e.Second).DBDefault(int64(2))
	m.Field(&e.Level).Choices(orm.Choice{Value: int16(1), Label: "Easy"}, orm.Choice{Value: int16(2), Label: "Hard"})
	m.AddUnique(orm.UniqueOptions{Name: "exam_once", Include: []any{&e.Points}, Code: "again", Message: "This exam is there."}, &e.Grade, &e.Title)
}

// Sum has a column that is computed when it is read, which PostgreSQL knows since 18.
type Sum struct {
	orm.Model
	Points int32
	Double int32
}

func (s *Sum) Meta(m *orm.Options) { m.Field(&s.Double).GeneratedVirtual(sumPoints.Mul(2)) }

// View has a table that is not ours.
type View struct {
	orm.Model
	Name string `orm:"max_length=10"`
}

func (*View) Meta(m *orm.Options) { m.Managed(false) }

var (
	gradeMeta   = orm.Define((*Grade)(nil), "school", "options_test.go")
	examMeta    = orm.Define((*Exam)(nil), "school", "options_test.go")
	viewMeta    = orm.Define((*View)(nil), "school", "options_test.go")
	grades      = orm.Objects[*Grade](gradeMeta)
	exams       = orm.Objects[*Exam](examMeta)
	gradeActive = orm.NewBoolCol(gradeMeta.Root(), "active")
	sumMeta     = orm.Define((*Sum)(nil), "school", "options_test.go")
	sumPoints   = orm.NewNum[int32](sumMeta.Root(), "points")
)

func TestOptions(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{gradeMeta, examMeta, viewMeta}, func(t *testing.T, ctx context.Context) {
		for _, name := range []string{"one", "two", "three", "four"} {
			if err := grades.Create(ctx, &Grade{Name: name, Active: name != "three"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := orm.Objects[*View](viewMeta).Count(ctx); err == nil {
			t.Error("there is a table of a model that is not managed")
		}
		e := &Exam{Grade: orm.FK[Grade]{ID: 4}, Second: orm.NullFK[Grade]{ID: 4, Valid: true}, Points: 21, Level: 2, Topic: "größe", Title: "a"}
		if err := exams.Create(ctx, e); err != nil {
			t.Fatal(err)
		}
		complaints(t, ctx, e)
		db, _ := orm.FromContext(ctx)
		dialect := db.Backend(orm.DefaultAlias).Dialect().Name
		if dialect == "postgresql" { // others have no INCLUDE, and so no such constraint, as with Django
			if err := exams.Create(ctx, &Exam{Grade: e.Grade, Level: 1, Topic: "x", Title: "a"}); !errors.Is(err, orm.ErrUnique) {
				t.Errorf("twice: %v", err)
			}
		}
		// One rule is ours, the other the database's, which MariaDB's InnoDB lacks.
		if dialect == "mariadb" {
			e.Second = orm.NullFK[Grade]{}
			if err := orm.Save(ctx, e); err != nil {
				t.Fatal(err)
			}
		}
		four := must[*Grade](t)(grades.Get(ctx, orm.NewTextCol(gradeMeta.Root(), "name").Eq("four")))
		if _, err := orm.Delete(ctx, four); err != nil {
			t.Fatal(err)
		}
		if err := orm.Refresh(ctx, e); err != nil || e.Grade.ID != 1 || e.Second.Valid && e.Second.ID != 2 {
			t.Errorf("after the delete the keys are %d and %d, want 1 and 2: %v", e.Grade.ID, e.Second.ID, err)
		}
	})
}

func TestVirtualColumn(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, ...*orm.Meta) context.Context{"sqlite": ormtest.SQLite, "mysql": ormtest.MySQL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := open(t, sumMeta)
			sums := orm.Objects[*Sum](sumMeta)
			s := &Sum{Points: 21}
			if err := sums.Create(ctx, s); err != nil || s.Double != 42 {
				t.Errorf("the column is %d, want 42: %v", s.Double, err)
			}
			if _, err := sums.Update(ctx, sumPoints.Set(4)); err != nil {
				t.Fatal(err)
			}
			if err := orm.Refresh(ctx, s); err != nil || s.Double != 8 {
				t.Errorf("the column is %d, want 8: %v", s.Double, err)
			}
		})
	}
}

// complaints validates rows with one mistake each.
func complaints(t *testing.T, ctx context.Context, saved *Exam) {
	t.Helper()
	for _, test := range []struct {
		name   string
		change func(e *Exam)
		want   map[string][]string
	}{
		{"nothing", func(*Exam) {}, nil},
		{"a choice that is none", func(e *Exam) { e.Level = 3 }, map[string][]string{"level": {"invalid_choice"}}},
		{"a grade that is not among the choices", func(e *Exam) { e.Grade.ID = 3 }, map[string][]string{"grade": {"invalid"}}},
		{"no slug", func(e *Exam) { e.Topic = "a b" }, map[string][]string{"topic": {"invalid"}}},
		{"too long", func(e *Exam) { e.Scan = []byte("1234") }, map[string][]string{"scan": {"max_length"}}},
	} {
		e := *saved
		e.Scan = []byte("123")
		test.change(&e)
		var invalid *orm.ValidationError
		var got map[string][]string
		if err := orm.FullClean(ctx, &e, nil); errors.As(err, &invalid) {
			got = invalid.Codes()
		} else if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	err := orm.FullClean(ctx, &Exam{Grade: saved.Grade, Level: 1, Topic: "x", Title: "a", Scan: []byte("1")}, nil)
	var invalid *orm.ValidationError
	if !errors.As(err, &invalid) || !slices.Contains(slices.Concat(flatten(invalid.Codes())...), "again") || !strings.Contains(err.Error(), "This exam is there.") {
		t.Errorf("a second exam: %v", err)
	}
}

func flatten(m map[string][]string) (all [][]string) {
	for _, s := range m {
		all = append(all, s)
	}
	return all
}

func TestMetaOptions(t *testing.T) {
	t.Parallel()
	m := examMeta
	orm.Check([]*orm.Meta{m, gradeMeta, viewMeta})
	if m.VerbosePlural != "examinations" || len(m.Permissions) != 1 || m.Permissions[0].Codename != "mark_exam" || m.DefaultPermissions != nil {
		t.Errorf("%q, %v, %v", m.VerbosePlural, m.Permissions, m.DefaultPermissions)
	}
	if g := gradeMeta; !slices.Equal(g.DefaultPermissions, []string{"view"}) || !viewMeta.Unmanaged {
		t.Errorf("%v", g.DefaultPermissions)
	}
	if got := orm.Display(&Exam{Level: 2}, orm.NewNum[int16](examMeta.Root(), "level")); got != "Hard" {
		t.Errorf("the level is shown as %q", got)
	}
}

// TestStatements keeps the SQL of what only some databases can, or in their own way.
func TestStatements(t *testing.T) {
	t.Parallel()
	collations := map[string]string{"sqlite": "nocase", "postgresql": "C", "mysql": "utf8mb4_bin"}
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		_, name, _ := strings.Cut(t.Name(), "/")
		book := models.BookF
		rated := book.Rating.Mul(2).As("twice")
		lock := func(opts *orm.LockOptions) *orm.Query[models.Book] {
			return models.Books.SelectRelated(book.Publisher()).Only(book.Title, book.Publisher().Name).OrderBy().SelectForUpdate(opts)
		}
		var out strings.Builder
		for _, test := range []struct {
			name string
			q    *orm.Query[models.Book]
		}{
			{"plain", lock(nil)},
			{"nowait", lock(&orm.LockOptions{NoWait: true})},
			{"skip locked", lock(&orm.LockOptions{SkipLocked: true})},
			{"no key", lock(&orm.LockOptions{NoKey: true})},
			{"of itself", lock(&orm.LockOptions{Self: true})},
			{"of another", lock(&orm.LockOptions{Of: []orm.RelatedPath{book.Publisher()}, NoWait: true})},
			{"alias", models.Books.Only(book.ID).Alias(rated).Filter(rated.Gt(8)).OrderBy(rated.Desc())},
			{"collate", models.Books.Only(book.ID).OrderBy(orm.Collate(book.Title, collations[name]).Asc())},
		} {
			st, err := test.q.SQL(ctx)
			out.WriteString(test.name + ": " + st.SQL)
			if err != nil {
				out.WriteString("error: " + err.Error())
			}
			out.WriteString("\n")
		}
		goldentest.Equal(t, "statements_"+name+".txt", out.String())
		made := orm.UUID4().As("made")
		rows, err := models.Books.Annotate(made).Limit(2).All(ctx)
		if name == "mysql" {
			if !errors.Is(err, orm.ErrNotSupported) {
				t.Errorf("UUID4: %v, want ErrNotSupported", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if a, b := made.Of(rows[0]), made.Of(rows[1]); a == b || a.Version() != 4 {
			t.Errorf("UUID4: %s and %s", a, b)
		}
		if name == "sqlite" {
			v7 := orm.UUID7().As("v7")
			if id := v7.Of(must[*models.Book](t)(models.Books.Annotate(v7).First(ctx))); id.Version() != 7 {
				t.Errorf("UUID7: %s", id)
			}
		}
	})
}
