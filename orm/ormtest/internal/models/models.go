// Package models holds the models that the tests of the ORM share: a publisher's
// shop. They are the models of orm/ormtest/internal/django/shop/models.py, which real Django
// runs; a test keeps the tables of the two equal.
//
//nuages:app=shop
package models

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

// Stamped is abstract.
type Stamped struct {
	Created time.Time `orm:"index"`
	Updated orm.Null[time.Time]
}

// Country has a key that is text.
type Country struct {
	orm.State
	Code       string `orm:"pk,max_length=2"`
	Name       string `orm:"max_length=50,unique"`
	Population orm.Null[int64]
}

// Meta orders countries by name.
func (*Country) Meta(m *orm.Options) { m.Ordering("name") }

// Publisher publishes books.
type Publisher struct {
	orm.Model
	Name    string                        `orm:"max_length=80,unique"`
	Slug    string                        `orm:"slug,max_length=80,unique"`
	Country orm.NullFKey[Country, string] `orm:"on_delete=set_null,related_name=publishers"`
	Founded orm.Null[civil.Date]
	Website string `orm:"url,blank"`
}

// Person is the root of three tables: Author and Novelist inherit.
type Person struct {
	orm.Model
	Name    string `orm:"max_length=50"`
	Email   string `orm:"email,unique"`
	Born    orm.Null[civil.Date]
	Country orm.FKey[Country, string] `orm:"on_delete=protect,column=country_code,related_name=people"`
	Friends orm.M2M[Person]
	Follows orm.M2M[Person] `orm:"symmetrical=false,related_name=followers"`
}

// Author is a person with a row in two tables.
type Author struct {
	Person
	PenName string                    `orm:"max_length=50"`
	Royalty orm.Null[decimal.Decimal] `orm:"max_digits=5,decimal_places=2"`
	Mentor  orm.NullFK[Author]        `orm:"on_delete=set_null,related_name=pupils"`
}

// Novelist is an author with a row in three tables.
type Novelist struct {
	Author
	Genre string `orm:"max_length=30"`
}

// Category is a tree.
type Category struct {
	orm.Model
	Name   string               `orm:"max_length=40,unique"`
	Parent orm.NullFK[Category] `orm:"on_delete=cascade,related_name=children"`
	Sort   uint16
}

// Meta orders categories by hand.
func (*Category) Meta(m *orm.Options) { m.Ordering("sort", "name") }

// Tag has a UUID for a key.
type Tag struct {
	orm.State
	ID    uuid.UUID `orm:"pk"`
	Label string    `orm:"max_length=30,unique"`
}

// Book has a relation of every kind.
type Book struct {
	orm.Model
	Stamped
	Title     string                    `orm:"max_length=120"`
	Subtitle  orm.Null[string]          `orm:"max_length=120"`
	ISBN      string                    `orm:"max_length=13,unique"`
	Publisher orm.FK[Publisher]         `orm:"on_delete=cascade,related_name=books"`
	Category  orm.NullFK[Category]      `orm:"on_delete=set_null,related_name=books"`
	Authors   orm.M2M[Author]           `orm:"through=Authorship,related_name=books"`
	Tags      orm.M2M[Tag]              `orm:"related_name=books"`
	SequelTo  orm.NullOneToOne[Book]    `orm:"on_delete=set_null,related_name=sequel"`
	Price     decimal.Decimal           `orm:"max_digits=8,decimal_places=2"`
	Cost      orm.Null[decimal.Decimal] `orm:"max_digits=8,decimal_places=2"`
	Pages     uint32
	Rating    orm.Null[float64]
	Published orm.Null[civil.Date]
	Active    bool
	Featured  orm.Null[bool]
	Language  string `orm:"max_length=2"`
	Attrs     orm.Null[json.RawMessage]
}

// Meta has one of each constraint.
func (b *Book) Meta(m *orm.Options) {
	m.Ordering("title")
	m.GetLatestBy("published")
	m.UniqueTogether(&b.Publisher, &b.Title)
	m.AddIndex(orm.IndexOptions{Name: "shop_book_cat_pub"}, &b.Category, orm.Desc(&b.Published))
	m.Check("price_not_negative", BookF.Price.Gte(decimal.Zero))
	m.Field(&b.Title).BilateralTransform("loud", func(e orm.AnyExpr) (orm.TypedExpr, error) { return orm.Upper(orm.Typed[string](e)), nil })
	m.Field(&b.Pages).BilateralTransform("hundreds", func(e orm.AnyExpr) (orm.TypedExpr, error) {
		return orm.Template[float64]("FLOOR(%s / 100.0)", e), nil
	})
	m.Field(&b.Language).Choices(orm.Choice{Value: "en", Label: "English"}, orm.Choice{Value: "de", Label: "German"}, orm.Choice{Value: "fr", Label: "French"})
}

// Authorship joins books and authors, and knows more.
type Authorship struct {
	orm.Model
	Book     orm.FK[Book]   `orm:"on_delete=cascade"`
	Author   orm.FK[Author] `orm:"on_delete=cascade"`
	Role     string         `orm:"max_length=20"`
	Position int16
	Share    decimal.Decimal `orm:"max_digits=4,decimal_places=3"`
}

// Meta allows a role once.
func (a *Authorship) Meta(m *orm.Options) { m.Unique("one_role", &a.Book, &a.Author, &a.Role) }

// Review points to a book by its ISBN.
type Review struct {
	orm.Model
	Book     orm.FKey[Book, string] `orm:"on_delete=cascade,to_field=isbn,column=book_isbn,related_name=reviews"`
	Reviewer orm.NullFK[Person]     `orm:"on_delete=set_null,related_name=reviews"`
	Stars    int16
	Body     string
	At       time.Time
	Helpful  orm.Null[int32]
}

// Meta tells which review is the latest.
func (*Review) Meta(m *orm.Options) { m.GetLatestBy("at") }

// Profile belongs to one person.
type Profile struct {
	orm.Model
	Person   orm.OneToOne[Person] `orm:"on_delete=cascade,related_name=profile"`
	Bio      string               `orm:"blank"`
	IP       orm.Null[netip.Addr]
	Token    uuid.UUID `orm:"unique"`
	Avatar   orm.Null[[]byte]
	Settings json.RawMessage
}

// Order is what a customer bought.
type Order struct {
	orm.Model
	Number   int64          `orm:"unique"`
	Customer orm.FK[Person] `orm:"on_delete=protect,related_name=orders"`
	Placed   time.Time
	Shipped  orm.Null[civil.Date]
	Status   string `orm:"max_length=10"`
}

// Meta puts new orders first.
func (*Order) Meta(m *orm.Options) { m.Ordering("-placed") }

// OrderLine is one book of an order.
type OrderLine struct {
	orm.Model
	Order    orm.FK[Order] `orm:"on_delete=cascade,related_name=lines"`
	Book     orm.FK[Book]  `orm:"on_delete=protect,related_name=lines"`
	Quantity uint16
	Price    decimal.Decimal `orm:"max_digits=8,decimal_places=2"`
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
	Psmall   orm.Null[uint16]
	Pint     orm.Null[uint32]
	Pbig     orm.Null[uint64]
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

// Meta names the table.
func (*Sample) Meta(m *orm.Options) { m.Table("samples") }

// Measure has many rows.
type Measure struct {
	orm.Model
	Sensor int32 `orm:"index"`
	At     time.Time
	Value  float64
	N      int32
}

// Mark has the columns of a generic relation.
type Mark struct {
	orm.Model
	ContentTypeID uint32
	ObjectID      uint32
	Label         string `orm:"max_length=20"`
}

// Meta has an index whose name is hashed.
func (k *Mark) Meta(m *orm.Options) { m.Index(&k.ContentTypeID, &k.ObjectID) }

// Memo knows when it was made and changed.
type Memo struct {
	orm.Model
	Text    string
	Created time.Time `orm:"auto_now_add"`
	Updated time.Time `orm:"auto_now"`
}

// Adult is a person, in another order.
type Adult struct{ Person }

// Meta makes it a proxy.
func (*Adult) Meta(m *orm.Options) {
	m.ProxyOf(Person{})
	m.Ordering("-born", "name")
}
