package main

import (
	"database/sql"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	_ "modernc.org/sqlite"             // the driver sqlite
)

const (
	bookSQL  = "SELECT id, title, author_id, pages, price, in_stock, published FROM book"
	joinSQL  = "SELECT b.id, b.title, b.author_id, b.pages, b.price, b.in_stock, b.published, a.id, a.name, a.email FROM book b JOIN author a ON a.id = b.author_id LIMIT 1000"
	countSQL = "SELECT count(*) FROM book WHERE pages >= $1 AND in_stock = $2"
	entryCol = "name, email, age, active, score, created"
	insertQL = "INSERT INTO entry (" + entryCol + ") VALUES ($1, $2, $3, $4, $5, $6)"
)

func (b *Book) into() []any {
	return []any{&b.ID, &b.Title, &b.AuthorID, &b.Pages, &b.Price, &b.InStock, &b.Published}
}

func (b *Book) intoJoined() []any {
	b.Author = new(Author)
	return append(b.into(), &b.Author.ID, &b.Author.Name, &b.Author.Email)
}

func (e *Entry) values() []any {
	return []any{e.Name, e.Email, e.Age, e.Active, e.Score, e.Created}
}

// insertMany is an INSERT of n rows, multi-row VALUES.
func insertMany(n int, mark string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO entry (" + entryCol + ") VALUES ")
	for i := range n * 6 {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%6 == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString(mark + strconv.Itoa(i+1))
	}
	return b.String() + ") RETURNING id"
}

func pool(driver, dsn string) (*sql.DB, error) {
	db, err := sql.Open(driver, dsn)
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// sqlPeer is database/sql with statements prepared once, and scans by hand.
type sqlPeer struct {
	db                                            *sql.DB
	insert, bulk, get, all, join, count, set, del *sql.Stmt
}

func newSQL(driver, dsn string) (Peer, error) {
	db, err := pool(driver, dsn)
	if err != nil {
		return nil, err
	}
	mark := "$"
	if driver == "sqlite" {
		mark = "?"
	}
	p := &sqlPeer{db: db}
	for to, query := range map[**sql.Stmt]string{
		&p.insert: insertQL + " RETURNING id", &p.bulk: insertMany(1000, mark), &p.get: bookSQL + " WHERE id = $1",
		&p.all: bookSQL + " LIMIT 1000", &p.join: joinSQL, &p.count: countSQL,
		&p.set: "UPDATE book SET price = $1 WHERE id = $2", &p.del: "DELETE FROM entry",
	} {
		if *to, err = db.Prepare(strings.ReplaceAll(query, "$", mark)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Insert inserts a row and reads its key.
func (p *sqlPeer) Insert(e Entry) error { return p.insert.QueryRow(e.values()...).Scan(&e.ID) }

// Bulk inserts by one statement of many values, and reads the keys.
func (p *sqlPeer) Bulk(es []Entry) error {
	args := make([]any, 0, 6*len(es))
	for i := range es {
		args = append(args, es[i].values()...)
	}
	rows, err := p.bulk.Query(args...)
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
func (p *sqlPeer) Get(id int64) (int64, error) {
	var b Book
	err := p.get.QueryRow(id).Scan(b.into()...)
	return b.check(), err
}

func (p *sqlPeer) list(s *sql.Stmt, joined bool) (int64, error) {
	rows, err := s.Query()
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
func (p *sqlPeer) Select() (int64, error) { return p.list(p.all, false) }

// Join reads 1,000 rows with their authors.
func (p *sqlPeer) Join() (int64, error) { return p.list(p.join, true) }

// Count counts some rows.
func (p *sqlPeer) Count() (n int64, err error) {
	err = p.count.QueryRow(300, true).Scan(&n)
	return n, err
}

// Update sets a column of a row.
func (p *sqlPeer) Update(id int64, price float64) error {
	_, err := p.set.Exec(price, id)
	return err
}

// Clear empties the table that is written.
func (p *sqlPeer) Clear() error {
	_, err := p.del.Exec()
	return err
}
