package shop

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
)

//go:generate go tool nuages generate

// A Category is a shelf of the shop.
type Category struct {
	orm.Model
	Name string `orm:"max_length=50,unique"`
	Slug string `orm:"slug,unique"`
}

// Meta orders the shelves by name.
func (c *Category) Meta(m *orm.Options) {
	m.Verbose("category", "categories")
	m.Ordering("name")
}

// String returns the name.
func (c *Category) String() string { return c.Name }

// A Record is what the shop sells.
type Record struct {
	orm.Model
	Slug     string           `orm:"slug,unique"`
	Title    string           `orm:"max_length=200"`
	Artist   string           `orm:"max_length=200"`
	Category orm.FK[Category] `orm:"on_delete=protect,related_name=records"`
	Year     int16
	Price    decimal.Decimal `orm:"max_digits=8,decimal_places=2"`
	Stock    int32           `orm:"positive"`
	Cover    string          `orm:"max_length=100,blank"` // file name of the picture, "" without one
	Added    time.Time       `orm:"auto_now_add"`
}

// Meta says what the struct can't.
func (r *Record) Meta(m *orm.Options) {
	m.Ordering("artist", "title")
	m.Index(&r.Category, &r.Year)
	m.Check("shop_record_price_gte_0", RecordF.Price.Gte(decimal.Zero))
	m.Field(&r.Price).Help("In euros")
}

// String returns artist and title.
func (r *Record) String() string { return r.Artist + ": " + r.Title }

// Label returns the price as it is written on the label.
func (r *Record) Label() string { return "€ " + r.Price.StringFixed(2) }

// Shelf returns the name of the category, which must have been fetched with the record.
func (r *Record) Shelf() string {
	if c := r.Category.Obj(); c != nil {
		return c.Name
	}
	return ""
}

// A Picture is a record's cover. It has a table of its own, so that lists don't fetch it.
type Picture struct {
	orm.Model
	Record orm.OneToOne[Record] `orm:"on_delete=cascade,related_name=picture"`
	Image  []byte
}

// A Review is what somebody says of a record.
type Review struct {
	orm.Model
	Record  orm.FK[Record] `orm:"on_delete=cascade,related_name=reviews"`
	Author  string         `orm:"max_length=50"`
	Stars   int16          `orm:"positive"`
	Text    string         `orm:"blank"`
	Written time.Time      `orm:"auto_now_add"`
}

// Meta shows the newest first, and has stars from 1 to 5.
func (r *Review) Meta(m *orm.Options) {
	m.Ordering("-written", "-id")
	m.Check("shop_review_stars", ReviewF.Stars.Between(1, 5))
}

// An Order is what somebody buys at once.
type Order struct {
	orm.Model
	Customer string    `orm:"max_length=100"`
	Placed   time.Time `orm:"auto_now_add"`
}

// Meta shows the newest first.
func (o *Order) Meta(m *orm.Options) {
	m.Ordering("-placed", "-id")
	m.Index(&o.Placed)
}

// An OrderLine is one record of an order, at the price of that day.
type OrderLine struct {
	orm.Model
	Order    orm.FK[Order]   `orm:"on_delete=cascade,related_name=lines"`
	Record   orm.FK[Record]  `orm:"on_delete=protect,related_name=sales"`
	Quantity int32           `orm:"positive"`
	Price    decimal.Decimal `orm:"max_digits=8,decimal_places=2"`
}

// Meta has each record once in an order.
func (l *OrderLine) Meta(m *orm.Options) {
	m.Unique("shop_orderline_once", &l.Order, &l.Record)
	m.Check("shop_orderline_quantity", OrderLineF.Quantity.Gte(1))
}

// String returns quantity and price.
func (l *OrderLine) String() string {
	return fmt.Sprintf("%d × € %s", l.Quantity, l.Price.StringFixed(2))
}
