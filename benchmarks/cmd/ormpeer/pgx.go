package main

import (
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgxPeer is pgx's own interface with scans by hand; it prepares statements by itself.
type pgxPeer struct {
	db   *pgxpool.Pool
	bulk string
	copy bool // bulk inserts by COPY, which reads no keys
}

func newPgx(dsn string, copy bool) (Peer, error) {
	db, err := pgxpool.New(ctx, dsn)
	return pgxPeer{db, insertMany(1000, "$"), copy}, err
}

// Insert inserts a row and reads its key.
func (p pgxPeer) Insert(e Entry) error {
	return p.db.QueryRow(ctx, insertQL+" RETURNING id", e.values()...).Scan(&e.ID)
}

// Bulk inserts by one statement of many values, and reads the keys; or by COPY.
func (p pgxPeer) Bulk(es []Entry) error {
	if p.copy {
		_, err := p.db.CopyFrom(ctx, pgx.Identifier{"entry"}, strings.Split(entryCol, ", "),
			pgx.CopyFromSlice(len(es), func(i int) ([]any, error) { return es[i].values(), nil }))
		return err
	}
	args := make([]any, 0, 6*len(es))
	for i := range es {
		args = append(args, es[i].values()...)
	}
	rows, err := p.db.Query(ctx, p.bulk, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for i := 0; rows.Next(); i++ {
		if err := rows.Scan(&es[i].ID); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Get reads a row by its key.
func (p pgxPeer) Get(id int64) (int64, error) {
	var b Book
	err := p.db.QueryRow(ctx, bookSQL+" WHERE id = $1", id).Scan(b.into()...)
	return b.check(), err
}

func (p pgxPeer) list(query string, joined bool) (int64, error) {
	rows, err := p.db.Query(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	bs := make([]Book, 0, 1000)
	for rows.Next() {
		bs = append(bs, Book{})
		b := &bs[len(bs)-1]
		into := b.into()
		if joined {
			into = b.intoJoined()
		}
		if err := rows.Scan(into...); err != nil {
			return 0, err
		}
	}
	return sum(bs, joined), rows.Err()
}

// Select reads 1,000 rows.
func (p pgxPeer) Select() (int64, error) { return p.list(bookSQL+" LIMIT 1000", false) }

// Join reads 1,000 rows with their authors.
func (p pgxPeer) Join() (int64, error) { return p.list(joinSQL, true) }

// Count counts some rows.
func (p pgxPeer) Count() (n int64, err error) {
	err = p.db.QueryRow(ctx, countSQL, 300, true).Scan(&n)
	return n, err
}

// Update sets a column of a row.
func (p pgxPeer) Update(id int64, price float64) error {
	_, err := p.db.Exec(ctx, "UPDATE book SET price = $1 WHERE id = $2", price, id)
	return err
}

// Clear empties the table that is written.
func (p pgxPeer) Clear() error {
	_, err := p.db.Exec(ctx, "TRUNCATE entry")
	return err
}
