package sqlite

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// conn is one connection. It is used by one goroutine at a time, and that is
// left to the pool: SQLite's own mutexes are off (SQLITE_OPEN_NOMUTEX).
type conn struct {
	db  uintptr // *sqlite3
	tls *libc.TLS
	id  uintptr // key in conns

	cache       cache
	busyTimeout time.Duration
	busySince   time.Time

	// done ends the statement that runs: the Done channel of its context, or
	// nil. SQLite asks for it in progress, on the goroutine of the statement.
	// So no interrupt can come late and hit the next statement.
	done <-chan struct{}

	slots   []slot // of bind
	regexps map[string]*pattern
	broken  bool // must be closed instead of used again
}

// conns finds the connection in callbacks, which SQLite gives a number only.
var (
	conns  sync.Map // of uintptr to *conn
	lastID atomic.Uintptr
)

// progressSteps is how many steps of SQLite's machine pass between two looks at
// the context; some tens of microseconds.
const progressSteps = 1000

// maxBusyPause is the longest pause between two tries to get a lock that another
// process holds.
const maxBusyPause = 25 * time.Millisecond

// openConn opens a connection to the file, which is a plain path and no URI.
func openConn(path string, flags int32, busyTimeout time.Duration, statements int) (*conn, error) {
	c := &conn{tls: libc.NewTLS(), id: lastID.Add(1), busyTimeout: busyTimeout}
	c.cache.max = statements
	name, err := libc.CString(path)
	if err != nil {
		c.tls.Close()
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	out := c.tls.Alloc(8)
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, out, flags|sqlite3.SQLITE_OPEN_NOMUTEX|sqlite3.SQLITE_OPEN_EXRESCODE, 0)
	c.db = *(*uintptr)(at(out))
	c.tls.Free(8)
	if rc != sqlite3.SQLITE_OK {
		err := c.fail(rc)
		c.close()
		return nil, err
	}
	conns.Store(c.id, c)
	sqlite3.Xsqlite3_progress_handler(c.tls, c.db, progressSteps, callback(progress), c.id)
	sqlite3.Xsqlite3_busy_handler(c.tls, c.db, callback(busy), c.id)
	for _, setting := range []struct{ op, value int32 }{
		// A misspelled column in quotation marks is an error, not a text.
		{sqlite3.SQLITE_DBCONFIG_DQS_DDL, 0},
		{sqlite3.SQLITE_DBCONFIG_DQS_DML, 0},
		// Plans do not depend on what is bound, such as the number after LIMIT:
		// statements would be prepared again for each.
		{sqlite3.SQLITE_DBCONFIG_ENABLE_QPSG, 1},
	} {
		args := c.tls.Alloc(16)
		rc := sqlite3.Xsqlite3_db_config(c.tls, c.db, setting.op, libc.VaList(args, setting.value, uintptr(0)))
		c.tls.Free(16)
		if rc != sqlite3.SQLITE_OK {
			err := c.fail(rc)
			c.close()
			return nil, err
		}
	}
	if err := c.register(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// close closes the connection with all its statements.
func (c *conn) close() error {
	c.cache.clear(c)
	rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db)
	conns.Delete(c.id)
	c.db = 0
	c.tls.Close()
	if rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("sqlite: close: error %d", rc)
	}
	return nil
}

// progress is called by SQLite every progressSteps steps; not 0 ends the statement.
func progress(_ *libc.TLS, id uintptr) int32 {
	if c := connOf(id); c != nil && c.cancelled() {
		return 1
	}
	return 0
}

// busy is called by SQLite where a lock is held by another connection; 0 gives up.
func busy(_ *libc.TLS, id uintptr, tries int32) int32 {
	c := connOf(id)
	if c == nil || c.busyTimeout <= 0 {
		return 0
	}
	if tries == 0 {
		c.busySince = time.Now()
	}
	left := c.busyTimeout - time.Since(c.busySince)
	if left <= 0 {
		return 0
	}
	pause := time.NewTimer(min(time.Millisecond<<min(tries, 10), maxBusyPause, left))
	defer pause.Stop()
	select {
	case <-pause.C:
		return 1
	case <-c.done:
		return 0
	}
}

func connOf(id uintptr) *conn {
	c, _ := conns.Load(id)
	found, _ := c.(*conn)
	return found
}

// cancelled tells whether the context of the statement has ended.
func (c *conn) cancelled() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// inTransaction tells whether BEGIN is in force.
func (c *conn) inTransaction() bool { return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// run runs a statement of our own without arguments to its end.
func (c *conn) run(query string) error {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	defer c.release(s)
	return c.finish(s)
}

// finish steps a statement to its end.
func (c *conn) finish(s *stmt) error {
	for {
		switch rc := sqlite3.Xsqlite3_step(c.tls, s.p); rc {
		case sqlite3.SQLITE_ROW:
		case sqlite3.SQLITE_DONE:
			return nil
		default:
			return c.fail(rc)
		}
	}
}

// text runs a statement of our own and returns the text of its first column.
func (c *conn) text(query string) (string, error) {
	s, err := c.prepare(query)
	if err != nil {
		return "", err
	}
	defer c.release(s)
	switch rc := sqlite3.Xsqlite3_step(c.tls, s.p); rc {
	case sqlite3.SQLITE_ROW:
		return libc.GoString(sqlite3.Xsqlite3_column_text(c.tls, s.p, 0)), nil
	case sqlite3.SQLITE_DONE:
		return "", errors.New("sqlite: " + query + " gave nothing")
	default:
		return "", c.fail(rc)
	}
}

// cleanUp rolls back what a statement has left open and tells whether there was
// such a thing.
func (c *conn) cleanUp() bool {
	c.done = nil
	if !c.inTransaction() {
		return false
	}
	c.broken = c.run("ROLLBACK") != nil
	return true
}

// resetAll ends the statements that somebody has begun and forgotten.
func (c *conn) resetAll() {
	kept := make(map[uintptr]bool)
	for _, s := range c.cache.byText {
		kept[s.p] = true
		s.busy = false
	}
	for p := sqlite3.Xsqlite3_next_stmt(c.tls, c.db, 0); p != 0; {
		next := sqlite3.Xsqlite3_next_stmt(c.tls, c.db, p)
		sqlite3.Xsqlite3_reset(c.tls, p)
		if !kept[p] {
			sqlite3.Xsqlite3_finalize(c.tls, p)
		}
		p = next
	}
}

// callback returns a function as SQLite calls it: the address of its func value,
// which for a declared function stands in read-only memory.
func callback[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// at returns memory of SQLite as a pointer. It does not lie in Go's heap.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// bytesAt returns n bytes of SQLite's memory, not copied.
func bytesAt(p uintptr, n int32) []byte {
	if p == 0 || n <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(at(p)), int(n))
}
