package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the same engine through database/sql, to compare with

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// product is a row of the benchmarks: nine columns, as the ORM would read them.
type product struct {
	ID, Category, Qty int64
	Name, SKU         string
	Price             float64
	Active            bool
	Notes             sql.NullString
	Created           time.Time
}

const (
	selectProducts = `SELECT id, category_id, qty, name, sku, price, active, notes, created FROM product ORDER BY id`
	selectProduct  = `SELECT id, category_id, qty, name, sku, price, active, notes, created FROM product WHERE id = ?`
	insertProduct  = `INSERT INTO product (category_id, qty, name, sku, price, active, notes, created) VALUES `
)

var productColumns = []string{"category_id", "qty", "name", "sku", "price", "active", "notes", "created"}

// productValue is one value of the products that are inserted.
func productValue(row, column int) any {
	switch column {
	case 0, 1:
		return int64(row % 10)
	case 2:
		return fmt.Sprintf("Product number %d", row)
	case 3:
		return fmt.Sprintf("SKU-%06d", row)
	case 4:
		return float64(row) * 1.25
	case 5:
		return row%3 == 0
	case 6:
		if row%2 == 0 {
			return nil
		}
		return "some words about the product"
	}
	return time.Date(2026, 1, 2, 3, 4, 5, row*1000, time.UTC)
}

// benchDB returns a database with 1,000 products, and database/sql on the same file.
func benchDB(b *testing.B) (*sqlite.DB, *sql.DB) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.db")
	db, err := sqlite.Open(path, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	err = db.ExecScript(b.Context(), `CREATE TABLE product (id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
		category_id bigint NOT NULL, qty integer NOT NULL, name varchar(200) NOT NULL, sku varchar(40) NOT NULL,
		price real NOT NULL, active bool NOT NULL, notes text NULL, created datetime NOT NULL)`)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := db.CopyFrom(b.Context(), "product", productColumns, 1000, productValue); err != nil {
		b.Fatal(err)
	}
	std, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_pragma=synchronous(NORMAL)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { std.Close() })
	return db, std
}

func readProduct(r orm.Rows, p *product) {
	p.ID, p.Category, p.Qty = r.Int64(0), r.Int64(1), r.Int64(2)
	p.Name, p.SKU = r.Text(3), r.Text(4)
	p.Price, p.Active = r.Float64(5), r.Bool(6)
	if !r.IsNull(7) {
		p.Notes = sql.NullString{String: r.Text(7), Valid: true}
	}
	p.Created = r.Time(8)
}

func scanProduct(r *sql.Rows, p *product) error {
	return r.Scan(&p.ID, &p.Category, &p.Qty, &p.Name, &p.SKU, &p.Price, &p.Active, &p.Notes, &p.Created)
}

func BenchmarkSelect1000(b *testing.B) {
	db, std := benchDB(b)
	b.Run("sqlite", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, err := db.Query(b.Context(), selectProducts, nil)
			if err != nil {
				b.Fatal(err)
			}
			out := make([]product, 0, 1000)
			for r.Next() {
				out = append(out, product{})
				readProduct(r, &out[len(out)-1])
			}
			r.Close()
			if r.Err() != nil || len(out) != 1000 {
				b.Fatal(r.Err(), len(out))
			}
		}
	})
	b.Run("database-sql", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, err := std.QueryContext(b.Context(), selectProducts)
			if err != nil {
				b.Fatal(err)
			}
			out := make([]product, 0, 1000)
			for r.Next() {
				out = append(out, product{})
				if err := scanProduct(r, &out[len(out)-1]); err != nil {
					b.Fatal(err)
				}
			}
			r.Close()
			if r.Err() != nil || len(out) != 1000 {
				b.Fatal(r.Err(), len(out))
			}
		}
	})
}

func BenchmarkSelectByKey(b *testing.B) {
	db, std := benchDB(b)
	prepared, err := std.Prepare(selectProduct)
	if err != nil {
		b.Fatal(err)
	}
	defer prepared.Close()
	b.Run("sqlite", func(b *testing.B) {
		b.ReportAllocs()
		args := []any{int64(500)}
		for b.Loop() {
			r, err := db.Query(b.Context(), selectProduct, args)
			if err != nil {
				b.Fatal(err)
			}
			var p product
			for r.Next() {
				readProduct(r, &p)
			}
			r.Close()
			if r.Err() != nil || p.ID != 500 {
				b.Fatal(r.Err(), p.ID)
			}
		}
	})
	for name, query := range map[string]func(ctx context.Context) *sql.Row{
		"database-sql":          func(ctx context.Context) *sql.Row { return std.QueryRowContext(ctx, selectProduct, 500) },
		"database-sql-prepared": func(ctx context.Context) *sql.Row { return prepared.QueryRowContext(ctx, 500) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var p product
				err := query(b.Context()).Scan(&p.ID, &p.Category, &p.Qty, &p.Name, &p.SKU, &p.Price, &p.Active, &p.Notes, &p.Created)
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkInsert1000(b *testing.B) {
	db, std := benchDB(b)
	b.Run("sqlite", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n, err := db.CopyFrom(b.Context(), "product", productColumns, 1000, productValue)
			if err != nil || n != 1000 {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("database-sql", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := insertStd(b.Context(), std); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// insertStd inserts 1,000 products with 100 in each statement, in a transaction.
func insertStd(ctx context.Context, std *sql.DB) error {
	tx, err := std.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for from := 0; from < 1000; from += 100 {
		query, args := insertProduct, make([]any, 0, 800)
		for row := from; row < from+100; row++ {
			if row > from {
				query += ", "
			}
			query += "(?, ?, ?, ?, ?, ?, ?, ?)"
			for column := range productColumns {
				args = append(args, productValue(row, column))
			}
		}
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// BenchmarkFunctions1000 calls functions for 1,000 rows each.
func BenchmarkFunctions1000(b *testing.B) {
	db, _ := benchDB(b)
	for name, expr := range map[string]string{
		"none":    "length(created)",
		"extract": "django_datetime_extract('hour', created, 'Europe/Berlin', 'UTC')",
		"trunc":   "length(django_datetime_trunc('month', created, 'Europe/Berlin', 'UTC'))",
		"regexp":  `name REGEXP '^Product \w+ \d+5$'`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := db.Query(b.Context(), "SELECT sum("+expr+") FROM product", nil)
				if err != nil {
					b.Fatal(err)
				}
				for r.Next() {
					r.Int64(0)
				}
				r.Close()
				if r.Err() != nil {
					b.Fatal(r.Err())
				}
			}
		})
	}
}
