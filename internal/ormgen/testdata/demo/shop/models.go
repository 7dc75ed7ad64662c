// Package shop has the models of a shop.
package shop

//go:generate go tool nuages generate

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nuages-web/nuages/internal/ormgen/testdata/demo/auth"
	"github.com/nuages-web/nuages/internal/ormgen/testdata/demo/base"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// Status is the state of an order.
type Status string

// TimeStamped is abstract: it has no State, so no table.
type TimeStamped struct {
	Created time.Time `orm:"auto_now_add"`
	Updated time.Time `orm:"auto_now"`
}

// Category is a shelf of the shop.
type Category struct {
	orm.Model
	Name   string               `orm:"max_length=100,unique"`
	Parent orm.NullFK[Category] `orm:"on_delete=set_null,related_name=children"`
}

type Tag struct {
	orm.Model
	Word string `orm:"max_length=20"`
}

// Product is something to buy.
type Product struct {
	orm.Model
	// Name is shown in the shop.
	Name     string           `orm:"max_length=200"`
	SKU      string           `orm:"max_length=40,unique"`
	Slug     string           `orm:"slug,unique"`
	Category orm.FK[Category] `orm:"on_delete=protect,related_name=products"`
	Price    decimal.Decimal  `orm:"max_digits=8,decimal_places=2"`
	Notes    orm.Null[string]
	Attrs    orm.JSON[map[string]any]
	Raw      json.RawMessage
	Tags     orm.M2M[Tag] `orm:"related_name=products"`
	Day      civil.Date
	Active   bool
	State    Status `orm:"max_length=10"` // as in the warehouse
	TimeStamped
	hidden int
}

// Meta orders products, the newest first.
func (p *Product) Meta(m *orm.Options) { m.Ordering("-created") }

// Save is the model's own.
func (p *Product) Save(ctx context.Context) error { return orm.Save(ctx, p) }

type Order struct {
	orm.Model
	Buyer   orm.FK[auth.User]       `orm:"on_delete=protect,related_name=orders"`
	Product orm.FK[Product]         `orm:"on_delete=protect"`
	Gift    orm.NullOneToOne[Order] `orm:"on_delete=set_null"`
	base.Audit
}

type Note struct {
	orm.Model
	Owner int64 `orm:"fk=auth.User,on_delete=cascade"`
}
