//nuages:app=shop
package main

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
)

//go:generate go tool nuages generate

// Record has the rows of Django's model Record. It is what inspectdb wrote, with the limits of the price
// and the order added; the table stays Django's, whose migrations change it.
type Record struct {
	orm.Model
	Slug   string `orm:"max_length=50,unique"`
	Title  string `orm:"max_length=200"`
	Artist string `orm:"max_length=200"`
	Year   uint16
	Price  decimal.Decimal `orm:"max_digits=8,decimal_places=2"`
	Stock  uint32
	Added  time.Time
}

// Meta says what tags can't.
func (r *Record) Meta(m *orm.Options) {
	m.Managed(false)
	m.Ordering("artist", "title")
}
