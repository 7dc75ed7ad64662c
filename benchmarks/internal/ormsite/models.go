// Package ormsite has the models of the ORM's benchmark.
//
//	book, err := ormsite.Books.Get(ctx, ormsite.BookF.ID.Eq(500))
package ormsite

import (
	"time"

	"github.com/nuages-web/nuages/orm"
)

//go:generate go run github.com/nuages-web/nuages/cmd/nuages generate .

// Author writes books.
type Author struct {
	orm.Model
	Name  string `orm:"max_length=100"`
	Email string `orm:"max_length=200"`
}

// Meta names the table.
func (a *Author) Meta(m *orm.Options) { m.Table("author") }

// Book is read.
type Book struct {
	orm.Model
	Title     string         `orm:"max_length=200"`
	Author    orm.FK[Author] `orm:"on_delete=cascade,related_name=books"`
	Pages     int32
	Price     float64
	InStock   bool
	Published time.Time
}

// Meta names the table.
func (b *Book) Meta(m *orm.Options) { m.Table("book") }

// Entry is written.
type Entry struct {
	orm.Model
	Name    string `orm:"max_length=100"`
	Email   string `orm:"max_length=200"`
	Age     int32
	Active  bool
	Score   float64
	Created time.Time
}

// Meta names the table.
func (e *Entry) Meta(m *orm.Options) { m.Table("entry") }
