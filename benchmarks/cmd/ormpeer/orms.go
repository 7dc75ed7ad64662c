package main

import (
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// gormPeer is gorm as it comes, or tuned.
type gormPeer struct{ db *gorm.DB }

// newGorm opens gorm; tuned is with prepared statements and no transaction around each write.
func newGorm(driver, dsn string, tuned bool) (Peer, error) {
	conn, err := pool(driver, dsn)
	if err != nil {
		return nil, err
	}
	var d gorm.Dialector = sqlite.Dialector{Conn: conn}
	if driver == "pgx" {
		d = postgres.New(postgres.Config{Conn: conn})
	}
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard, PrepareStmt: tuned, SkipDefaultTransaction: tuned})
	return gormPeer{db}, err
}

// Insert inserts a row and reads its key.
func (p gormPeer) Insert(e Entry) error { return p.db.Create(&e).Error }

// Bulk inserts many rows and reads their keys.
func (p gormPeer) Bulk(es []Entry) error { return p.db.Create(&es).Error }

// Get reads a row by its key.
func (p gormPeer) Get(id int64) (int64, error) {
	var b Book
	err := p.db.Take(&b, id).Error
	return b.check(), err
}

// Select reads 1,000 rows.
func (p gormPeer) Select() (int64, error) {
	var bs []Book
	err := p.db.Limit(1000).Find(&bs).Error
	return sum(bs, false), err
}

// Join reads 1,000 rows with their authors.
func (p gormPeer) Join() (int64, error) {
	var bs []Book
	if err := p.db.Joins("Author").Limit(1000).Find(&bs).Error; err != nil {
		return 0, err
	}
	return sum(bs, true), nil
}

// Count counts some rows.
func (p gormPeer) Count() (n int64, err error) {
	err = p.db.Model(&Book{}).Where("pages >= ? AND in_stock = ?", 300, true).Count(&n).Error
	return n, err
}

// Update sets a column of a row.
func (p gormPeer) Update(id int64, price float64) error {
	return p.db.Model(&Book{}).Where("id = ?", id).Update("price", price).Error
}

// Clear empties the table that is written.
func (p gormPeer) Clear() error { return p.db.Exec("DELETE FROM entry").Error }

// bunPeer is bun.
type bunPeer struct{ db *bun.DB }

func newBun(driver, dsn string) (Peer, error) {
	var d schema.Dialect = sqlitedialect.New()
	if driver == "pgx" { // bun writes values into the query's text, so pgx must not prepare each one
		d = pgdialect.New()
		dsn += "&default_query_exec_mode=simple_protocol"
	}
	conn, err := pool(driver, dsn)
	if err != nil {
		return nil, err
	}
	return bunPeer{bun.NewDB(conn, d)}, nil
}

// Insert inserts a row and reads its key.
func (p bunPeer) Insert(e Entry) error {
	_, err := p.db.NewInsert().Model(&e).Exec(ctx)
	return err
}

// Bulk inserts many rows and reads their keys.
func (p bunPeer) Bulk(es []Entry) error {
	_, err := p.db.NewInsert().Model(&es).Exec(ctx)
	return err
}

// Get reads a row by its key.
func (p bunPeer) Get(id int64) (int64, error) {
	var b Book
	err := p.db.NewSelect().Model(&b).Where("book.id = ?", id).Scan(ctx)
	return b.check(), err
}

// Select reads 1,000 rows.
func (p bunPeer) Select() (int64, error) {
	var bs []Book
	err := p.db.NewSelect().Model(&bs).Limit(1000).Scan(ctx)
	return sum(bs, false), err
}

// Join reads 1,000 rows with their authors.
func (p bunPeer) Join() (int64, error) {
	var bs []Book
	if err := p.db.NewSelect().Model(&bs).Relation("Author").Limit(1000).Scan(ctx); err != nil {
		return 0, err
	}
	return sum(bs, true), nil
}

// Count counts some rows.
func (p bunPeer) Count() (int64, error) {
	n, err := p.db.NewSelect().Model((*Book)(nil)).Where("pages >= ?", 300).Where("in_stock = ?", true).Count(ctx)
	return int64(n), err
}

// Update sets a column of a row.
func (p bunPeer) Update(id int64, price float64) error {
	_, err := p.db.NewUpdate().Model((*Book)(nil)).Set("price = ?", price).Where("id = ?", id).Exec(ctx)
	return err
}

// Clear empties the table that is written.
func (p bunPeer) Clear() error {
	_, err := p.db.Exec("DELETE FROM entry")
	return err
}
