package main

import (
	"context"

	"github.com/nuages-web/nuages/benchmarks/internal/ormsite"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// nuagesPeer is our ORM as its users write it.
type nuagesPeer struct{ ctx context.Context }

func newNuages(db, dsn string) (Peer, error) {
	var backend orm.Backend
	var err error
	if db == "sqlite" {
		backend, err = sqlite.Open(dsn, &sqlite.Options{Synchronous: "OFF"})
	} else {
		backend, err = postgres.Open(ctx, dsn, nil)
	}
	if err != nil {
		return nil, err
	}
	return nuagesPeer{orm.NewContext(ctx, orm.NewDB(backend))}, nil
}

func ours(e Entry) *ormsite.Entry {
	return &ormsite.Entry{Name: e.Name, Email: e.Email, Age: int32(e.Age), Active: e.Active, Score: e.Score, Created: e.Created}
}

// Insert inserts a row and reads its key.
func (p nuagesPeer) Insert(e Entry) error { return ormsite.Entries.Create(p.ctx, ours(e)) }

// Bulk inserts many rows and reads their keys.
func (p nuagesPeer) Bulk(es []Entry) error {
	rows := make([]*ormsite.Entry, len(es))
	for i := range es {
		rows[i] = ours(es[i])
	}
	return ormsite.Entries.BulkCreate(p.ctx, rows, nil)
}

// Get reads a row by its key.
func (p nuagesPeer) Get(id int64) (int64, error) {
	b, err := ormsite.Books.Get(p.ctx, ormsite.BookF.ID.Eq(id))
	if err != nil {
		return 0, err
	}
	return check(b.Title, int(b.Pages), b.InStock, b.Published), nil
}

// Select reads 1,000 rows.
func (p nuagesPeer) Select() (n int64, err error) {
	books, err := ormsite.Books.Limit(1000).All(p.ctx)
	for _, b := range books {
		n += check(b.Title, int(b.Pages), b.InStock, b.Published)
	}
	return n, err
}

// Join reads 1,000 rows with their authors.
func (p nuagesPeer) Join() (n int64, err error) {
	books, err := ormsite.Books.SelectRelated(ormsite.BookF.Author()).Limit(1000).All(p.ctx)
	for _, b := range books {
		a := b.Author.Obj()
		n += check(b.Title, int(b.Pages), b.InStock, b.Published) + int64(len(a.Name)+len(a.Email))
	}
	return n, err
}

// Count counts some rows.
func (p nuagesPeer) Count() (int64, error) {
	return ormsite.Books.Filter(ormsite.BookF.Pages.Gte(300), ormsite.BookF.InStock.Eq(true)).Count(p.ctx)
}

// Update sets a column of a row.
func (p nuagesPeer) Update(id int64, price float64) error {
	_, err := ormsite.Books.Filter(ormsite.BookF.ID.Eq(id)).Update(p.ctx, ormsite.BookF.Price.Set(price))
	return err
}

// Clear empties the table that is written.
func (p nuagesPeer) Clear() error {
	_, err := ormsite.Entries.Delete(p.ctx)
	return err
}
