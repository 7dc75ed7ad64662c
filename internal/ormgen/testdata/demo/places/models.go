// Package places has models that inherit from others.
package places

import (
	"github.com/nuages-web/nuages/internal/ormgen/testdata/demo/auth"
	"github.com/nuages-web/nuages/orm"
)

type Place struct {
	orm.Model
	Name  string                         `orm:"max_length=50"`
	Owner orm.NullFKey[auth.User, int64] `orm:"on_delete=set_null"`
}

// Restaurant is a Place with a table of its own.
type Restaurant struct {
	Place
	ServesPizza bool
}

type ItalianRestaurant struct {
	Restaurant
	ServesGnocchi bool
}

// Cinema declares the link to its parent.
type Cinema struct {
	Place
	Link    orm.OneToOne[Place] `orm:"on_delete=cascade,parent_link,related_name=as_cinema"`
	Screens int16
}

// OpenPlace is a proxy: another face of Place.
type OpenPlace struct{ Place }

// Meta makes it a proxy.
func (p *OpenPlace) Meta(m *orm.Options) { m.ProxyOf(Place{}) }

// Admin inherits from a model of another package.
type Admin struct {
	auth.User
	Level int32
}

// Numbered is abstract though it embeds orm.Model.
//
//nuages:abstract
type Numbered struct {
	orm.Model
	Number uint32
	Note   string
}

// Meta is that of models that embed it and have none.
func (n *Numbered) Meta(m *orm.Options) { m.DefaultRelatedName("%(class)s_rows") }

// Table is a Numbered without its note, and has an ID of another type.
type Table struct {
	Numbered
	Note  string        `orm:"-"`
	Place orm.FK[Place] `orm:"on_delete=cascade"`
}
