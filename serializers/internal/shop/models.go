// Package shop holds the models that the tests of serializers share. models.py has the
// same ones for real Django.
package shop

import (
	"encoding/json"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

//go:generate go tool nuages generate

// Language has a key that is text.
type Language struct {
	orm.State
	Code string `orm:"pk,max_length=5"`
	Name string `orm:"max_length=50"`
}

// Country has a natural key.
type Country struct {
	orm.Model
	Name string `orm:"max_length=50,unique"`
}

// NaturalKey is the name.
func (*Country) NaturalKey() []string { return []string{"name"} }

// Person points to itself in three ways.
type Person struct {
	orm.Model
	First    string                         `orm:"max_length=50"`
	Last     string                         `orm:"max_length=50"`
	Country  orm.NullFK[Country]            `orm:"on_delete=set_null,related_name=people"`
	Language orm.NullFKey[Language, string] `orm:"on_delete=set_null"`
	Boss     orm.NullFK[Person]             `orm:"on_delete=set_null,related_name=staff"`
	Friends  orm.M2M[Person]
	Follows  orm.M2M[Person] `orm:"symmetrical=false,related_name=followers"`
}

// Meta makes the natural key unique.
func (p *Person) Meta(m *orm.Options) { m.UniqueTogether(&p.First, &p.Last) }

// NaturalKey is the whole name.
func (*Person) NaturalKey() []string { return []string{"first", "last"} }

// Author has a row in two tables.
type Author struct {
	Person
	PenName string `orm:"max_length=50"`
}

// Reader is a proxy.
type Reader struct{ Person }

// Meta makes it one.
func (*Reader) Meta(m *orm.Options) { m.ProxyOf(Person{}) }

// Tag has a UUID for a key.
type Tag struct {
	orm.State
	ID    uuid.UUID `orm:"pk"`
	Label string    `orm:"max_length=30,unique"`
}

// Meta orders tags by their labels.
func (*Tag) Meta(m *orm.Options) { m.Ordering("label") }

// Shelf has a natural key that leads to another model.
type Shelf struct {
	orm.Model
	Name    string          `orm:"max_length=30"`
	Country orm.FK[Country] `orm:"on_delete=cascade"`
}

// NaturalKey is the name of the shelf and that of its country.
func (*Shelf) NaturalKey() []string { return []string{"name", "country__name"} }

// Book has relations of all kinds.
type Book struct {
	orm.Model
	Title    string                 `orm:"max_length=120"`
	ISBN     string                 `orm:"max_length=13,unique"`
	Author   orm.FK[Author]         `orm:"on_delete=cascade,related_name=books"`
	Shelf    orm.NullFK[Shelf]      `orm:"on_delete=set_null"`
	Tags     orm.M2M[Tag]           `orm:"related_name=books"`
	Readers  orm.M2M[Person]        `orm:"through=Loan,related_name=read"`
	SequelTo orm.NullOneToOne[Book] `orm:"on_delete=set_null,related_name=sequel"`
	Price    decimal.Decimal        `orm:"max_digits=8,decimal_places=2"`
	Active   bool
	Attrs    orm.Null[json.RawMessage]
	Notes    string `orm:"text"`
}

// Loan points to a book by its ISBN.
type Loan struct {
	orm.Model
	Book   orm.FKey[Book, string] `orm:"on_delete=cascade,to_field=isbn,column=book_isbn"`
	Person orm.FK[Person]         `orm:"on_delete=cascade"`
	Due    civil.Date
}

// Sample has one column of every type, and each may be null.
type Sample struct {
	orm.Model
	Char     orm.Null[string] `orm:"max_length=100"`
	Text     orm.Null[string]
	Slug     orm.Null[string] `orm:"slug"`
	Email    orm.Null[string] `orm:"email"`
	URL      orm.Null[string] `orm:"url"`
	Small    orm.Null[int16]
	Int      orm.Null[int32]
	Big      orm.Null[int64]
	Pint     orm.Null[uint32]
	Float    orm.Null[float64]
	Decimal  orm.Null[decimal.Decimal] `orm:"max_digits=14,decimal_places=4"`
	Bool     orm.Null[bool]
	Date     orm.Null[civil.Date]
	Time     orm.Null[civil.Time]
	Datetime orm.Null[time.Time]
	Duration orm.Null[time.Duration]
	UUID     orm.Null[uuid.UUID]
	IP       orm.Null[netip.Addr]
	Binary   orm.Null[[]byte]
	JSON     orm.Null[json.RawMessage]
}

// Stamp knows when it was changed.
type Stamp struct {
	orm.Model
	N       int32
	Created time.Time `orm:"auto_now_add"`
	Updated time.Time `orm:"auto_now"`
}
