// Package mysql is the backend of package orm for MySQL 8 and MariaDB 10.5 or
// later, over github.com/go-sql-driver/mysql:
//
//	backend, err := mysql.Open(ctx, "shop:secret@tcp(db.example.org:3306)/shop?tls=true", nil)
//	if err != nil {
//		return err
//	}
//	defer backend.Close()
//	db := orm.NewDB(backend)
//
// The source name is the driver's; see [Open] for the parameters that are fixed.
// Columns have the types that Django gives them, so a database of Django's can be
// used as it is: datetime(6) in UTC, char(32) for UUIDs, bigint microseconds for
// durations, tinyint(1) for booleans.
//
// Statements are prepared once for each connection and kept, and rows are read
// from the driver's own connection in the binary protocol, without the
// conversions of database/sql; only its pool is used.
//
// What differs from other databases is told in docs/howto/mysql.md: no DDL in
// transactions, no DISTINCT ON, comparisons that ignore case with the usual
// collations, and a deadlock that ends the whole transaction.
package mysql
