package tests

//go:generate go tool nuages generate

import "github.com/nuages-web/nuages/orm"

type Book struct {
	orm.Model
	Shelf orm.FK[Shelf] `orm:"on_delete=cascade,related_name=books"`
}
