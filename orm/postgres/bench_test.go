package postgres_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/nuages-web/nuages/internal/testdb"
)

type product struct {
	ID, CategoryID, Qty int64
	Name, SKU           string
	Price, Cost         float64
	Active              bool
	Created             time.Time
}

const (
	productRows  = 1000
	productQuery = `SELECT id, name, sku, category_id, price, cost, qty, active, created FROM product ORDER BY id LIMIT $1`
)

func productTable(b *testing.B) string {
	url := testdb.Postgres(b)
	db := openURL(b, url, nil)
	exec(b, db, `CREATE TABLE product (id bigint PRIMARY KEY, name varchar(200), sku varchar(40), category_id bigint,
			price float8, cost float8, qty bigint, active bool, created timestamptz);
		INSERT INTO product SELECT n, 'Product number ' || n, 'sku-' || n, n % 10, n * 1.5, n, n, n % 2 = 0, '2026-01-01'::timestamptz + n * interval '1 minute'
			FROM generate_series(1, 1000) n`)
	return url
}

// cpu reports the processor time of this process, since the server runs beside it.
func cpu(b *testing.B) func() {
	b.ReportAllocs()
	var start, end syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &start); err != nil {
		b.Fatal(err)
	}
	return func() {
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &end); err != nil {
			b.Fatal(err)
		}
		ns := end.Utime.Nano() + end.Stime.Nano() - start.Utime.Nano() - start.Stime.Nano()
		b.ReportMetric(float64(ns)/float64(b.N), "cpu-ns/op")
	}
}

// BenchmarkRows reads rows of nine columns into structs: this package beside
// what one would write with pgx and with database/sql.
func BenchmarkRows(b *testing.B) {
	url := productTable(b)
	ctx := context.Background()
	b.Run("nuages", func(b *testing.B) {
		db := openURL(b, url, nil)
		defer cpu(b)()
		for b.Loop() {
			list := make([]product, 0, productRows)
			rows, err := db.Query(ctx, productQuery, []any{int64(productRows)})
			if err != nil {
				b.Fatal(err)
			}
			for rows.Next() {
				list = append(list, product{
					ID: rows.Int64(0), Name: rows.Text(1), SKU: rows.Text(2), CategoryID: rows.Int64(3), Price: rows.Float64(4),
					Cost: rows.Float64(5), Qty: rows.Int64(6), Active: rows.Bool(7), Created: rows.Time(8),
				})
			}
			rows.Close()
			if rows.Err() != nil || len(list) != productRows {
				b.Fatal(len(list), rows.Err())
			}
		}
	})
	b.Run("pgx", func(b *testing.B) {
		pool := openURL(b, url, nil).Pool()
		defer cpu(b)()
		for b.Loop() {
			list := make([]product, 0, productRows)
			rows, err := pool.Query(ctx, productQuery, productRows)
			if err != nil {
				b.Fatal(err)
			}
			for rows.Next() {
				var p product
				if err := rows.Scan(&p.ID, &p.Name, &p.SKU, &p.CategoryID, &p.Price, &p.Cost, &p.Qty, &p.Active, &p.Created); err != nil {
					b.Fatal(err)
				}
				list = append(list, p)
			}
			if rows.Err() != nil || len(list) != productRows {
				b.Fatal(len(list), rows.Err())
			}
		}
	})
	b.Run("database-sql", func(b *testing.B) {
		db := stdlib.OpenDB(*openURL(b, url, nil).Pool().Config().ConnConfig)
		defer db.Close()
		defer cpu(b)()
		for b.Loop() {
			list := make([]product, 0, productRows)
			rows, err := db.QueryContext(ctx, productQuery, productRows)
			if err != nil {
				b.Fatal(err)
			}
			for rows.Next() {
				var p product
				if err := rows.Scan(&p.ID, &p.Name, &p.SKU, &p.CategoryID, &p.Price, &p.Cost, &p.Qty, &p.Active, &p.Created); err != nil {
					b.Fatal(err)
				}
				list = append(list, p)
			}
			if rows.Err() != nil || len(list) != productRows {
				b.Fatal(len(list), rows.Err())
			}
		}
	})
}

// BenchmarkOne reads one row by its key.
func BenchmarkOne(b *testing.B) {
	url := productTable(b)
	ctx := context.Background()
	const one = `SELECT id, name, created FROM product WHERE id = $1`
	b.Run("nuages", func(b *testing.B) {
		db := openURL(b, url, nil)
		defer cpu(b)()
		for b.Loop() {
			rows, err := db.Query(ctx, one, []any{int64(500)})
			if err != nil || !rows.Next() {
				b.Fatal(err)
			}
			_ = product{ID: rows.Int64(0), Name: rows.Text(1), Created: rows.Time(2)}
			rows.Close()
			if rows.Err() != nil {
				b.Fatal(rows.Err())
			}
		}
	})
	b.Run("pgx", func(b *testing.B) {
		pool := openURL(b, url, nil).Pool()
		defer cpu(b)()
		for b.Loop() {
			var p product
			if err := pool.QueryRow(ctx, one, int64(500)).Scan(&p.ID, &p.Name, &p.Created); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkInsert inserts 1,000 rows of four columns: arrays as text, as pgx
// sends them, and COPY.
func BenchmarkInsert(b *testing.B) {
	url := productTable(b)
	ctx := context.Background()
	const insert = `INSERT INTO product (id, name, price, created) SELECT * FROM unnest($1::bigint[], $2::text[], $3::float8[], $4::timestamptz[])`
	ids, names, prices, times := make([]int64, productRows), make([]string, productRows), make([]float64, productRows), make([]time.Time, productRows)
	for i := range ids {
		ids[i], names[i], prices[i], times[i] = int64(i), "Product \"number\" one", float64(i)*1.1, time.Unix(int64(i)*1000, 0)
	}
	db := openURL(b, url, nil)
	run := func(name string, insertAll func() error) {
		b.Run(name, func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				b.StopTimer()
				exec(b, db, "TRUNCATE product")
				b.StartTimer()
				if err := insertAll(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("unnest", func() error {
		_, err := db.Exec(ctx, insert, []any{ids, names, prices, times})
		return err
	})
	run("unnest-pgx", func() error {
		_, err := db.Pool().Exec(ctx, insert, ids, names, prices, times)
		return err
	})
	run("copy", func() error {
		_, err := db.CopyFrom(ctx, "product", []string{"id", "name", "price", "created"}, productRows, func(row, column int) any {
			switch column {
			case 0:
				return ids[row]
			case 1:
				return names[row]
			case 2:
				return prices[row]
			}
			return times[row]
		})
		return err
	})
}
