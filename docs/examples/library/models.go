// Package library holds the models and queries of the pages about the ORM, which a test runs.
//
//	books, err := library.Search(ctx, "hopper")
package library

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/validators"
)

//go:generate go tool nuages generate

// doc:models

// Stamped is abstract: it has no table, and its fields are those of the models that embed it.
type Stamped struct {
	Created time.Time `orm:"auto_now_add"`
	Updated time.Time `orm:"auto_now"`
}

// Author writes books.
type Author struct {
	orm.Model
	Name string               `orm:"max_length=100"`
	Born orm.Null[civil.Date] `orm:"blank"`
}

// Genre is a kind of books, below another one perhaps.
type Genre struct {
	orm.Model
	Name   string            `orm:"max_length=50,unique"`
	Parent orm.NullFK[Genre] `orm:"on_delete=set_null,related_name=children"`
}

// Book is what the library has.
type Book struct {
	orm.Model
	Title  string          `orm:"max_length=200"`
	Slug   string          `orm:"slug,unique"`
	Author orm.FK[Author]  `orm:"on_delete=cascade,related_name=books"`
	Genres orm.M2M[Genre]  `orm:"related_name=books"`
	Price  decimal.Decimal `orm:"max_digits=6,decimal_places=2"`
	Pages  int32
	Status Status           `orm:"max_length=10"`
	Extra  orm.JSON[Info]   `orm:"blank"`
	Blurb  orm.Null[string] `orm:"blank"`
	Stamped
}

// doc:end

// doc:types

// Status is a named type: columns take it as they take a string.
//
//nuages:choices
type Status string

// What a book may be.
const (
	Draft     Status = "draft"     // A draft
	Published Status = "published" // On sale
)

// Info is stored as JSON.
type Info struct {
	Colour string   `json:"colour,omitempty"`
	Words  []string `json:"words,omitempty"`
}

// doc:end

// doc:meta

// Meta says what tags can't.
func (b *Book) Meta(m *orm.Options) {
	m.Ordering("title")
	m.Index(&b.Author, orm.Desc(&b.Created))
	m.Check("library_book_price_gte_0", BookF.Price.Gte(decimal.Zero))
	m.Field(&b.Status).
		Choices(StatusChoices...).
		Default(Draft)
	m.Field(&b.Price).Help("In euros")
}

// doc:end

// doc:lookups

// Meta gives names lookups of their own: name__sounds, and name__letters, which leaves spaces out on both sides.
func (a *Author) Meta(m *orm.Options) {
	m.Field(&a.Name).
		Lookup("sounds", func(left orm.AnyExpr, value any) (orm.Pred, error) {
			name := orm.Val(fmt.Sprint(value))
			return orm.ConditionByDatabase(map[string]orm.Pred{
				"mysql": orm.Holds("%s SOUNDS LIKE %s", left, name),
				"":      orm.Holds("LOWER(%s) LIKE LOWER(SUBSTR(%s, 1, 2)) || '%%'", left, name),
			}), nil
		}).
		BilateralTransform("letters", func(e orm.AnyExpr) (orm.TypedExpr, error) {
			return orm.Lower(orm.Replace(orm.Typed[string](e), " ", "")), nil
		})
}

// doc:end

// doc:clean

// Clean is called by orm.FullClean, after the fields have been looked at.
func (b *Book) Clean(context.Context) error {
	if b.Status == Published && b.Price.IsZero() {
		return orm.NewValidationError("price", validators.New("free", "A book on sale has a price."))
	}
	return nil
}

// doc:end

// doc:loan

// Loan has a key of its own and points to a book, at most once for each reader.
type Loan struct {
	orm.State
	Number string       `orm:"pk,max_length=20"`
	Book   orm.FK[Book] `orm:"on_delete=protect,related_name=loans"`
	Reader string       `orm:"max_length=100"`
	Until  civil.Date
}

// Meta lends a book once to a reader.
func (l *Loan) Meta(m *orm.Options) { m.Unique("library_loan_once", &l.Book, &l.Reader) }

// doc:end
