// Package shop has models of a database, as inspectdb found its tables.
//
// It is a beginning: look at each type, give models and other sides of relations better
// names, and say what happens to rows when the row that they refer to is deleted
// (on_delete). Tables and columns must keep their names. A table that is to be changed
// by migrations must not have Managed(false).
package shop

import (
	"github.com/nuages-web/nuages/orm"
	"github.com/shopspring/decimal"
)

//go:generate go tool nuages generate

// Category has the rows of the table shop_category.
type Category struct {
	orm.Model
	Name   string               `orm:"max_length=50,unique"`
	Parent orm.NullFK[Category] `orm:"on_delete=db_set_null"`
}

// Meta says what tags can't.
func (c *Category) Meta(m *orm.Options) {
	m.Managed(false)
}

// Product has the rows of the table shop_product.
type Product struct {
	orm.Model
	Name     string          `orm:"max_length=200"`
	Price    decimal.Decimal `orm:"max_digits=8,decimal_places=2"`
	Status   string          `orm:"max_length=10"`
	Extra    orm.Null[orm.JSON[any]]
	Category orm.FK[Category] `orm:"on_delete=do_nothing"`
	Tags     orm.M2M[Tag]
}

// Meta says what tags can't.
func (p *Product) Meta(m *orm.Options) {
	m.Managed(false)
	m.Field(&p.Status).DBDefault("new")
	m.AddIndex(orm.IndexOptions{Name: "shop_product_new", Where: orm.Holds("%s = 'new'", ProductF.Status)}, &p.Name)
	m.Unique("shop_product_once", &p.Name, &p.Category)
	m.Check("shop_product_price", orm.Holds("%s >= 0", ProductF.Price))
}

// Tag has the rows of the table shop_tag.
type Tag struct {
	orm.Model
	Label string `orm:"max_length=20,unique"`
}

// Meta says what tags can't.
func (t *Tag) Meta(m *orm.Options) {
	m.Managed(false)
}
