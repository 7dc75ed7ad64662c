package library

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
)

// Publish writes an author with a book.
func Publish(ctx context.Context, name, title, slug string, price decimal.Decimal) (*Book, error) {
	book := orm.New[Book]() // with the defaults of its fields
	err := orm.Atomic(ctx, func(ctx context.Context) error {
		author, _, err := Authors.GetOrCreate(ctx, &Author{Name: name}, AuthorF.Name.Eq(name))
		if err != nil {
			return err
		}
		book.Title, book.Slug, book.Price, book.Author = title, slug, price, orm.To(author)
		if err := orm.FullClean(ctx, book, nil); err != nil {
			return err
		}
		if err := book.Save(ctx); err != nil {
			return err
		}
		genre, _, err := Genres.GetOrCreate(ctx, &Genre{Name: "New"}, GenreF.Name.Eq("New"))
		if err != nil {
			return err
		}
		return book.Genres.Add(ctx, genre)
	})
	return book, err
}

// Search finds books by title or author, the dearest first.
func Search(ctx context.Context, text string) ([]*Book, error) {
	return Books.
		Filter(orm.Or(BookF.Title.IContains(text), BookF.Author().Name.IContains(text))).
		Exclude(BookF.Genres().Name.In("Broken", "Lost")).
		SelectRelated(BookF.Author()).
		OrderBy(BookF.Price.Desc(), BookF.Title.Asc()).
		Limit(20).
		All(ctx)
}

// BySlug finds one book.
func BySlug(ctx context.Context, slug string) (*Book, error) {
	book, err := Books.Get(ctx, BookF.Slug.Eq(slug))
	if errors.Is(err, orm.ErrNotFound) {
		return nil, fmt.Errorf("no book is called %s", slug)
	}
	return book, err
}

// Prolific lists authors of several books, with how many they are and what they cost on average.
func Prolific(ctx context.Context) ([]string, error) {
	n := orm.Count(AuthorF.Books()).As("n")
	price := orm.Avg(AuthorF.Books().Price).As("price")
	authors, err := Authors.Annotate(n, price).Filter(n.Gt(1)).OrderBy(n.Desc(), AuthorF.Name.Asc()).All(ctx)
	var lines []string
	for _, a := range authors {
		lines = append(lines, fmt.Sprintf("%s: %d books of %.2f", a.Name, n.Of(a), price.Of(a)))
	}
	return lines, err
}

// LongBooks tells how many long books each author has, also those who have none.
func LongBooks(ctx context.Context) ([]string, error) {
	long := orm.FilteredRelation("long", AuthorF.Books(), BookF.Pages.Gt(500))
	n := orm.Count(long.F).As("n")
	authors, err := Authors.Annotate(long, n).OrderBy(n.Desc(), AuthorF.Name.Asc()).All(ctx)
	var lines []string
	for _, a := range authors {
		lines = append(lines, fmt.Sprintf("%s: %d", a.Name, n.Of(a)))
	}
	return lines, err
}

// doc:select

// Shelf is a row of a report.
type Shelf struct {
	Genre string
	Books int64
	Worth decimal.Decimal
}

// Report counts and adds up by genre: GROUP BY what is no aggregate.
func Report(ctx context.Context) ([]Shelf, error) {
	return orm.Select[Shelf](ctx, Books.Order("genre"),
		BookF.Genres().Name.As("genre"),
		orm.Count(BookF.ID).As("books"),
		orm.Sum(BookF.Price).As("worth"))
}

// doc:end

// Catalogue fetches authors with their published books and the genres of these, in three statements.
func Catalogue(ctx context.Context) ([]*Author, error) {
	published := Books.Filter(BookF.Status.Eq(Published)).Prefetch(BookF.Genres())
	return Authors.Prefetch(orm.With(AuthorF.Books(), published)).Order("name").All(ctx)
}

// Idle finds books that nobody has, and authors of whom somebody reads something long.
func Idle(ctx context.Context) (books []*Book, authors []*Author, err error) {
	if books, err = Books.Filter(orm.Any(BookF.Loans()).Not()).All(ctx); err != nil {
		return nil, nil, err
	}
	authors, err = Authors.Filter(orm.Any(AuthorF.Books(), BookF.Pages.Gt(500), orm.Any(BookF.Loans()))).All(ctx)
	return books, authors, err
}

// Sale makes everything of a genre cheaper, by one statement.
func Sale(ctx context.Context, genre string, factor decimal.Decimal) (int64, error) {
	return Books.Filter(BookF.Genres().Name.Eq(genre)).Update(ctx, BookF.Price.SetF(BookF.Price.Mul(factor)))
}

// Newest gives each author the title of the last book.
func Newest(ctx context.Context) ([]string, error) {
	last := Books.Filter(BookF.AuthorID.EqF(orm.OuterRef(AuthorF.ID))).OrderBy(BookF.Created.Desc(), BookF.ID.Desc()).Limit(1)
	title := orm.Subquery(last, BookF.Title).As("last_title")
	authors, err := Authors.Annotate(title).Order("name").All(ctx)
	var lines []string
	for _, a := range authors {
		lines = append(lines, a.Name+": "+title.Of(a))
	}
	return lines, err
}

// Ranked numbers the books of each author by price.
func Ranked(ctx context.Context) ([]string, error) {
	rank := orm.Rank().Over(orm.Window{
		PartitionBy: []orm.AnyExpr{BookF.AuthorID}, OrderBy: []orm.Order{BookF.Price.Desc()},
	}).As("place")
	books, err := Books.Annotate(rank).Order("author__name", "place").SelectRelated(BookF.Author()).All(ctx)
	var lines []string
	for _, b := range books {
		lines = append(lines, fmt.Sprintf("%s %d %s", b.Author.Obj().Name, rank.Of(b), b.Title))
	}
	return lines, err
}

// doc:strings

// bookLookups are the lookups that visitors may ask by, in URLs such as ?author__name__icontains=x.
var bookLookups = orm.AllowLookups(bookMeta, "title__icontains", "author__name__icontains", "price__lte", "created__year")

// Ask takes lookups from outside, which fail unless they are listed.
func Ask(ctx context.Context, params map[string]string) ([]*Book, error) {
	q := Books.Order("-created")
	for lookup, value := range params {
		p, err := bookLookups.Lookup(lookup, value)
		if err != nil {
			return nil, err
		}
		q = q.Filter(p)
	}
	return q.All(ctx)
}

// doc:end

// Export goes through all books without holding them.
func Export(ctx context.Context, write func(title, author string) error) error {
	for book, err := range Books.SelectRelated(BookF.Author()).Each(ctx) {
		if err != nil {
			return err
		}
		if err := write(book.Title, book.Author.Obj().Name); err != nil {
			return err
		}
	}
	return nil
}

// AddPages lets the database compute a column of one row, and reads it back.
func AddPages(ctx context.Context, book *Book, n int32) error {
	return orm.UpdateRow(ctx, book, BookF.Pages.SetF(BookF.Pages.Add(n)))
}

// Import writes many books with few statements; those of a known slug get the new price.
func Import(ctx context.Context, books []*Book) error {
	return Books.BulkCreate(ctx, books, &orm.BulkOptions{
		Unique: []orm.AnyExpr{BookF.Slug},
		Update: []orm.AnyExpr{BookF.Price},
	})
}

// Yearly asks in SQL, by name and safely.
func Yearly(ctx context.Context, since time.Time) (int64, error) {
	type row struct{ N int64 }
	rows, err := orm.RawSelect[row](ctx, "SELECT COUNT(*) AS n FROM library_book WHERE created >= :since", orm.Params{"since": since})
	if err != nil {
		return 0, err
	}
	return rows[0].N, nil
}
