package library_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/docs/examples/library"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		panic(err)
	}
	defer backend.Close()
	ctx := orm.NewContext(context.Background(), orm.NewDB(backend))
	if err := orm.CreateTables(ctx, library.Models...); err != nil {
		panic(err)
	}
	if _, err := library.Publish(ctx, "Grace Hopper", "Nanoseconds", "nanoseconds", decimal.New(1250, -2)); err != nil {
		panic(err)
	}
	books, err := library.Search(ctx, "hopper")
	if err != nil {
		panic(err)
	}
	for _, b := range books {
		fmt.Println(b.Author.Obj().Name, b.Title, b.Price.StringFixed(2))
	}
	// Output: Grace Hopper Nanoseconds 12.50
}

// TestPages runs the examples of the pages on the three databases.
func TestPages(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, library.Models, func(t *testing.T, ctx context.Context) {
		fill(t, ctx)
		same := func(what string, got any, err error, want string) {
			t.Helper()
			if err != nil || fmt.Sprint(got) != want {
				t.Errorf("%s: got %v, %v, want %s", what, got, err, want)
			}
		}
		found, err := library.Search(ctx, "ada")
		same("Search", titles(found), err, "[Engines Notes]")
		book, err := library.BySlug(ctx, "notes")
		same("BySlug", book.Title, err, "Notes")
		_, err = library.BySlug(ctx, "none")
		same("BySlug", err, nil, "no book is called none")
		lines, err := library.Prolific(ctx)
		same("Prolific", lines, err, "[Ada: 2 books of 15.00]")
		long, err := library.LongBooks(ctx)
		same("LongBooks", long, err, "[Ada: 1 Grace: 0]")
		named, err := library.Authors.Lookup("name__letters__startswith", "G R A").Lookup("name__sounds", "Grase").All(ctx)
		same("lookups", len(named), err, "1")
		same("Label", library.Published.Label()+", "+library.Status("x").Label()+", "+orm.Display(&library.Book{Status: library.Draft}, library.BookF.Status), nil, "On sale, x, A draft")
		err = library.AddPages(ctx, book, 3)
		same("AddPages", book.Pages, err, "504")
		report, err := library.Report(ctx)
		same("Report", report, err, "[{New 3 42}]")
		authors, err := library.Catalogue(ctx)
		if err != nil {
			t.Fatal(err)
		}
		inside := orm.WithFetchMode(ctx, orm.FetchRaise)
		own, err := authors[0].Books().All(inside)
		same("Catalogue", titles(own), err, "[Engines]")
		books, readers, err := library.Idle(ctx)
		same("Idle", titles(books), err, "[Engines Flows]")
		same("Idle", len(readers), err, "1")
		newest, err := library.Newest(ctx)
		same("Newest", newest, err, "[Ada: Engines Grace: Flows]")
		ranked, err := library.Ranked(ctx)
		same("Ranked", ranked, err, "[Ada 1 Engines Ada 2 Notes Grace 1 Flows]")
		asked, err := library.Ask(ctx, map[string]string{"author__name__icontains": "GRACE", "price__lte": "12.00"})
		same("Ask", titles(asked), err, "[Flows]")
		if _, err := library.Ask(ctx, map[string]string{"author__loans__reader": "x"}); err == nil {
			t.Error("Ask took a lookup that is not listed")
		}
		n, err := library.Sale(ctx, "New", decimal.RequireFromString("0.5"))
		same("Sale", n, err, "3")
		err = library.Import(ctx, []*library.Book{{Title: "Notes", Slug: "notes", Author: orm.FK[library.Author]{ID: authors[0].ID}, Price: decimal.New(3, 0)}})
		same("Import", err, nil, "<nil>")
		var exported []string
		err = library.Export(ctx, func(title, author string) error { exported = append(exported, title+" "+author); return nil })
		same("Export", exported, err, "[Engines Ada Flows Grace Notes Ada]")
		notes, err := library.BySlug(ctx, "notes")
		same("Import", notes.Price, err, "3")
		year, err := library.Yearly(ctx, time.Now().AddDate(-1, 0, 0))
		same("Yearly", year, err, "3")
	})
}

func fill(t *testing.T, ctx context.Context) {
	t.Helper()
	for _, b := range []struct {
		author, title string
		cents         int64
	}{{"Ada", "Notes", 1000}, {"Ada", "Engines", 2000}, {"Grace", "Flows", 1200}} {
		book, err := library.Publish(ctx, b.author, b.title, strings.ToLower(b.title), decimal.New(b.cents, -2))
		if err != nil {
			t.Fatal(err)
		}
		switch b.title {
		case "Engines":
			book.Status = library.Published
			err = book.Save(ctx)
		case "Notes":
			book.Pages = 501
			err = errors.Join(book.Save(ctx), library.Loans.Create(ctx, &library.Loan{
				Number: "1", Book: orm.To(book), Reader: "Linus", Until: civil.Date{Year: 2027, Month: 1, Day: 31}}))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := library.Publish(ctx, "Ada", strings.Repeat("x", 201), "Not A Slug", decimal.Zero)
	var invalid *orm.ValidationError
	if !errors.As(err, &invalid) || len(invalid.Messages()) != 2 {
		t.Errorf("got %v, want complaints about title and slug", err)
	}
}

func titles(books []*library.Book) []string {
	var out []string
	for _, b := range books {
		out = append(out, b.Title)
	}
	return out
}
