package main

import (
	"database/sql"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/nuages-web/nuages/benchmarks/internal/ent"
	"github.com/nuages-web/nuages/benchmarks/internal/ent/book"
)

// entPeer is ent with its generated client.
type entPeer struct {
	pool *sql.DB
	db   *ent.Client
}

func newEnt(driver, dsn string) (Peer, error) {
	conn, err := pool(driver, dsn)
	name := dialect.SQLite
	if driver == "pgx" {
		name = dialect.Postgres
	}
	return entPeer{conn, ent.NewClient(ent.Driver(entsql.OpenDB(name, conn)))}, err
}

func (p entPeer) create(e Entry) *ent.EntryCreate {
	return p.db.Entry.Create().SetName(e.Name).SetEmail(e.Email).SetAge(e.Age).SetActive(e.Active).SetScore(e.Score).SetCreated(e.Created)
}

// Insert inserts a row and reads its key.
func (p entPeer) Insert(e Entry) error { return p.create(e).Exec(ctx) }

// Bulk inserts many rows and reads their keys.
func (p entPeer) Bulk(es []Entry) error {
	cs := make([]*ent.EntryCreate, len(es))
	for i := range es {
		cs[i] = p.create(es[i])
	}
	return p.db.Entry.CreateBulk(cs...).Exec(ctx)
}

// Get reads a row by its key.
func (p entPeer) Get(id int64) (int64, error) {
	b, err := p.db.Book.Get(ctx, int(id))
	if err != nil {
		return 0, err
	}
	return check(b.Title, b.Pages, b.InStock, b.Published), nil
}

// Select reads 1,000 rows.
func (p entPeer) Select() (n int64, err error) {
	books, err := p.db.Book.Query().Limit(1000).All(ctx)
	for _, b := range books {
		n += check(b.Title, b.Pages, b.InStock, b.Published)
	}
	return n, err
}

// Join reads 1,000 rows with their authors: by a second query, as ent does it.
func (p entPeer) Join() (n int64, err error) {
	books, err := p.db.Book.Query().WithAuthor().Limit(1000).All(ctx)
	for _, b := range books {
		a := b.Edges.Author
		n += check(b.Title, b.Pages, b.InStock, b.Published) + int64(len(a.Name)+len(a.Email))
	}
	return n, err
}

// Count counts some rows.
func (p entPeer) Count() (int64, error) {
	n, err := p.db.Book.Query().Where(book.PagesGTE(300), book.InStock(true)).Count(ctx)
	return int64(n), err
}

// Update sets a column of a row.
func (p entPeer) Update(id int64, price float64) error {
	return p.db.Book.Update().Where(book.ID(int(id))).SetPrice(price).Exec(ctx)
}

// Clear empties the table that is written.
func (p entPeer) Clear() error {
	_, err := p.pool.Exec("DELETE FROM entry")
	return err
}
