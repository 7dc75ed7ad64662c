package mysql_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	driver "github.com/go-sql-driver/mysql"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
)

// benchRow is a row as a program would hold it.
type benchRow struct {
	ID      int64
	Name    string
	SKU     string
	CatID   int64
	Price   float64
	Qty     int64
	Active  bool
	Descr   sql.NullString
	Created time.Time
}

const (
	benchColumns = "id, name, sku, cat_id, price, qty, active, descr, created"
	benchMany    = "SELECT " + benchColumns + " FROM product WHERE id > ? ORDER BY id"
	benchOne     = "SELECT " + benchColumns + " FROM product WHERE id = ?"
)

// benchDB has a table of 1,000 rows.
func benchDB(b *testing.B, opts *mysql.Options) (*mysql.DB, string) {
	dsn := testdb.MySQL(b)
	db := openAt(b, dsn, opts)
	mustExec(b, db, `CREATE TABLE product (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(200) NOT NULL, sku varchar(40) NOT NULL,
		cat_id bigint NOT NULL, price double precision NOT NULL, qty bigint NOT NULL, active bool NOT NULL, descr longtext, created datetime(6) NOT NULL)`)
	query, args := benchInsert(1000)
	mustExec(b, db, query, args...)
	return db, dsn
}

// benchInsert returns a statement that inserts n rows.
func benchInsert(n int) (string, []any) {
	var args []any
	for i := range n {
		var descr any
		if i%3 == 0 {
			descr = "A description of some length, as products have them."
		}
		args = append(args, fmt.Sprint("Product ", i), fmt.Sprintf("SKU-%05d", i), int64(1000+i%10), 9.5+float64(i), int64(1000+i), i%2 == 0, descr,
			time.Date(2024, 1, 1, 0, 0, i, 123456000, time.UTC))
	}
	return "INSERT INTO product (" + strings.TrimPrefix(benchColumns, "id, ") + ") VALUES " +
		strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?), ", n), ", "), args
}

func read(r orm.Rows, p *benchRow) {
	p.ID, p.Name, p.SKU, p.CatID = r.Int64(0), r.Text(1), r.Text(2), r.Int64(3)
	p.Price, p.Qty, p.Active, p.Created = r.Float64(4), r.Int64(5), r.Bool(6), r.Time(8)
	p.Descr = sql.NullString{}
	if !r.IsNull(7) {
		p.Descr = sql.NullString{String: r.Text(7), Valid: true}
	}
}

// BenchmarkSelect compares this package, with statements that are prepared and
// that are not, with database/sql over the same driver.
func BenchmarkSelect(b *testing.B) {
	for _, size := range []struct {
		name, query string
		arg         int64
	}{{"1000", benchMany, 0}, {"one", benchOne, 500}} {
		for name, opts := range map[string]*mysql.Options{"prepared": nil, "interpolated": {Statements: -1}} {
			b.Run(size.name+"/"+name, func(b *testing.B) {
				db, _ := benchDB(b, opts)
				b.ReportAllocs()
				for b.Loop() {
					rows, err := db.Query(b.Context(), size.query, []any{size.arg})
					if err != nil {
						b.Fatal(err)
					}
					var p benchRow
					for rows.Next() {
						read(rows, &p)
					}
					rows.Close()
					if rows.Err() != nil || p.ID < 500 {
						b.Fatal(rows.Err())
					}
				}
			})
		}
		for _, name := range []string{"sql-interpolated", "sql-prepared"} {
			b.Run(size.name+"/"+name, func(b *testing.B) {
				_, dsn := benchDB(b, nil)
				benchSQL(b, dsn, name == "sql-prepared", size.query, size.arg)
			})
		}
	}
}

func benchSQL(b *testing.B, dsn string, prepare bool, query string, arg int64) {
	config, err := driver.ParseDSN(dsn)
	if err != nil {
		b.Fatal(err)
	}
	config.ParseTime, config.InterpolateParams = true, true
	connector, err := driver.NewConnector(config)
	if err != nil {
		b.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	run := func() (*sql.Rows, error) { return db.QueryContext(b.Context(), query, arg) }
	if prepare {
		stmt, err := db.Prepare(query)
		if err != nil {
			b.Fatal(err)
		}
		run = func() (*sql.Rows, error) { return stmt.QueryContext(b.Context(), arg) }
	}
	b.ReportAllocs()
	for b.Loop() {
		rows, err := run()
		if err != nil {
			b.Fatal(err)
		}
		var p benchRow
		for rows.Next() {
			if err := rows.Scan(&p.ID, &p.Name, &p.SKU, &p.CatID, &p.Price, &p.Qty, &p.Active, &p.Descr, &p.Created); err != nil {
				b.Fatal(err)
			}
		}
		if err := rows.Close(); err != nil || p.ID < 500 {
			b.Fatal(err)
		}
	}
}

// BenchmarkInsert inserts rows; from 13 rows on the statement is not prepared.
func BenchmarkInsert(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		for name, opts := range map[string]*mysql.Options{"default": nil, "interpolated": {Statements: -1}} {
			b.Run(fmt.Sprint(n, "/", name), func(b *testing.B) {
				db, _ := benchDB(b, opts)
				query, args := benchInsert(n)
				b.ReportAllocs()
				for b.Loop() {
					mustExec(b, db, query, args...)
				}
			})
		}
	}
}
