package ormtest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// Note is the model of these tests.
type Note struct {
	orm.Model
	Text string `orm:"max_length=20,unique"`
}

var (
	noteMeta  = orm.Define((*Note)(nil), "notes", "ormtest_test.go:15")
	notes     = orm.Objects[*Note](noteMeta)
	databases = ormtest.Package{
		Models: []*orm.Meta{noteMeta},
		Fill:   func(ctx context.Context) error { return notes.Create(ctx, &Note{Text: "first"}) },
	}
)

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

func wantTexts(t *testing.T, ctx context.Context, want string) {
	t.Helper()
	rows, err := notes.Order("text").All(ctx)
	var texts []string
	for _, n := range rows {
		texts = append(texts, n.Text)
	}
	if got := strings.Join(texts, " "); err != nil || got != want {
		t.Errorf("notes %q, error %v; want %q", got, err, want)
	}
}

func TestEach(t *testing.T) {
	t.Parallel()
	names := make(chan string, 3)
	t.Run("all", func(t *testing.T) {
		ormtest.Each(t, databases.Models, func(t *testing.T, ctx context.Context) {
			wantTexts(t, ctx, "")
			if err := notes.Create(ctx, &Note{Text: "a"}); err != nil {
				t.Fatal(err)
			}
			c, err := orm.ConnectionOf(ctx, "")
			if err != nil {
				t.Fatal(err)
			}
			names <- c.Dialect().Name
			if err := orm.Atomic(ctx, func(ctx context.Context) error { return notes.Create(ctx, &Note{Text: "b"}) }); err != nil {
				t.Error(err)
			}
			wantTexts(t, ctx, "a b")
		})
	})
	close(names)
	seen := map[string]bool{}
	for name := range names {
		seen[name] = true
	}
	if !seen["sqlite"] {
		t.Errorf("databases that ran: %v", seen)
	}
}

// Tests of a package see what Fill made, and not each other.
func TestPackage(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			databases.Each(t, func(t *testing.T, ctx context.Context) {
				wantTexts(t, ctx, "first")
				text := "t" + t.Name()[12:13]
				err := orm.AtomicWith(ctx, &orm.AtomicOptions{Durable: true}, func(ctx context.Context) error {
					return notes.Create(ctx, &Note{Text: text})
				})
				if err != nil {
					t.Fatal(err)
				}
				// A failure outside of any Atomic hurts nobody, as without the test's transaction.
				if err := notes.Create(ctx, &Note{Text: text}); !errors.Is(err, orm.ErrUnique) {
					t.Errorf("error %v, want ErrUnique", err)
				}
				wantTexts(t, ctx, "first "+text)
			})
		})
	}
}

func TestRollback(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, noteMeta)
	t.Run("inside", func(t *testing.T) {
		ctx := ormtest.Rollback(t, ctx)
		ran := 0
		hook := func(context.Context) error { ran++; return nil }
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			return errors.Join(notes.Create(ctx, &Note{Text: "a"}), orm.OnCommit(ctx, hook))
		})
		if err != nil || ran != 1 {
			t.Errorf("error %v; the function of OnCommit ran %d times", err, ran)
		}
		captured, hooks := orm.CaptureOnCommit(ctx)
		if err := orm.Atomic(captured, func(ctx context.Context) error { return orm.OnCommit(ctx, hook) }); err != nil || ran != 1 || hooks.Len() != 1 {
			t.Errorf("captured: error %v, ran %d times, %d captured", err, ran, hooks.Len())
		}
		wantTexts(t, ctx, "a")
	})
	wantTexts(t, ctx, "")
}

// failures is a TB that keeps what it is told.
type failures struct {
	testing.TB
	text string
}

func (f *failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) { f.text += fmt.Sprintf(format, args...) }

func TestAssertNumQueries(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, noteMeta)
	twice := func(ctx context.Context) {
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			return errors.Join(notes.Create(ctx, &Note{Text: "a"}), orm.Atomic(ctx, func(ctx context.Context) error {
				_, err := notes.All(ctx)
				return err
			}))
		})
		if err != nil {
			t.Error(err)
		}
	}
	ormtest.AssertNumQueries(t, ctx, 2, twice)
	if _, err := notes.Delete(ctx); err != nil {
		t.Fatal(err)
	}
	f := &failures{TB: t}
	ormtest.AssertNumQueries(f, ctx, 7, twice)
	for _, want := range []string{"2 statements ran, want 7:", "\n1. ormtest/ormtest_test.go:", `INSERT INTO "notes_note"`, "[a]", "\n2. ormtest/"} {
		if !strings.Contains(f.text, want) {
			t.Errorf("the report has no %q: %s", want, f.text)
		}
	}
	f.text = ""
	ormtest.AssertNumQueries(f, ctx, 0, func(context.Context) {})
	if f.text != "" {
		t.Errorf("nothing ran, and it says: %s", f.text)
	}
}
