// Package sqlite is the database backend for SQLite, without cgo.
//
//	db, err := sqlite.Open("shop.db", nil)
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//
// A [DB] has one connection that writes and several that read. Those who want to
// write wait in the order in which they came, as long as their context and
// [Options].BusyTimeout allow, so that "database is locked" comes from other
// processes only. In WAL mode readers wait for nobody, and nobody for them.
//
// Values are stored as Django stores them, and Django's SQL functions are known to
// every connection: a Go program and a Django program can share one file.
//
// A context that ends stops the statement that runs. It does so by the statement
// asking for it, so it never hits the next one. A statement that writes and is
// stopped within a transaction ends the whole transaction, as SQLite says; what
// follows in it is refused with [orm.ErrTxBroken].
//
// A database in memory (":memory:") has one connection. The rows of its queries
// are read at once, so that one may write while reading them. What does not take
// part in a transaction waits for the end of it.
//
// Django's exceptions are told apart by [orm.DBError].Kind; SQLite's own code and
// message are in the [Error] within.
package sqlite
