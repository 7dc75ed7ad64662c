// Package shop has the models of an app whose tables Django made, in testdata/django: as
// inspectdb wrote them, and then as the Django app has them.
package shop

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
)

//go:generate go tool nuages generate

// Category is a kind of products, perhaps a part of another.
type Category struct {
	orm.Model
	Name   string               `orm:"max_length=50,unique"`
	Parent orm.NullFK[Category] `orm:"on_delete=set_null,related_name=children"`
}

// Tag is a word for products.
type Tag struct {
	orm.Model
	Label string `orm:"max_length=20"`
}

// Place is where something is.
type Place struct {
	orm.Model
	Name   string `orm:"max_length=80"`
	Opened orm.Null[time.Time]
}

// Store is a place where products are sold.
type Store struct {
	Place
	City string `orm:"max_length=60,index"`
}

// Product is what is sold.
type Product struct {
	orm.Model
	Name     string          `orm:"max_length=200"`
	Price    decimal.Decimal `orm:"max_digits=8,decimal_places=2"`
	Status   string          `orm:"max_length=10"`
	Added    time.Time
	Extra    orm.Null[orm.JSON[any]]
	Category orm.FK[Category] `orm:"on_delete=cascade,related_name=products"`
	Rating   orm.Null[int16]
	Tags     orm.M2M[Tag]   `orm:"through=Tagging,related_name=products"`
	Stores   orm.M2M[Store] `orm:"related_name=products"`
}

// Meta says what tags can't.
func (p *Product) Meta(m *orm.Options) {
	m.Field(&p.Status).Default("new")
	m.Check("shop_product_price", ProductF.Price.Gte(decimal.Zero))
	m.Unique("shop_product_once", &p.Name, &p.Category)
	m.AddIndex(orm.IndexOptions{Name: "shop_product_new", Where: ProductF.Status.Eq("new")}, &p.Name)
}

// Tagging puts a tag on a product.
type Tagging struct {
	orm.Model
	Product orm.FK[Product] `orm:"on_delete=cascade"`
	Tag     orm.FK[Tag]     `orm:"on_delete=cascade"`
	Weight  uint16
}

// Meta says what tags can't.
func (t *Tagging) Meta(m *orm.Options) {
	m.Field(&t.Weight).Default(uint16(1))
	m.UniqueTogether(&t.Product, &t.Tag)
}

// Detail is more about a product.
type Detail struct {
	orm.Model
	Product orm.OneToOne[Product] `orm:"on_delete=cascade,related_name=detail"`
	Text    string
}
