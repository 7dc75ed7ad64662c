package sqlite

import (
	"fmt"
	"strings"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/nuages-web/nuages/orm"
)

// stmt is a prepared statement of one connection.
type stmt struct {
	p        uintptr // *sqlite3_stmt
	sql      string
	params   int
	columns  int
	readOnly bool
	busy     bool // somebody steps it
	cached   bool

	// arena holds the texts and blobs of the arguments while it runs: SQLite
	// reads them there, so binding allocates nothing once it is large enough.
	arena uintptr
	room  int

	newer, older *stmt // in the cache
}

// maxArena is the largest arena that a statement keeps between two runs, in bytes.
const maxArena = 8 << 10

// maxCachedSQL is the longest text of a statement that is kept, in bytes. Longer
// ones (lists of many values) are rarely run twice.
const maxCachedSQL = 32 << 10

// prepare returns the statement, from the cache where it is not in use. The caller
// releases it.
func (c *conn) prepare(query string) (*stmt, error) {
	if s := c.cache.find(query); s != nil {
		s.busy = true
		return s, nil
	}
	s, tail, err := c.compile(query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, programming("there is no statement in %q", shorten(query))
	}
	if tail != "" {
		next, _, err := c.compile(tail)
		if next != nil {
			c.finalize(next)
		}
		if next != nil || err != nil {
			c.finalize(s)
			return nil, &orm.DBError{Kind: orm.ErrProgramming, Database: name,
				Err: fmt.Errorf("more than one statement; ExecScript runs several: %q", shorten(query))}
		}
	}
	s.busy = true
	if c.cache.max > 0 && len(query) <= maxCachedSQL {
		c.cache.add(c, s)
	}
	return s, nil
}

// compile prepares the first statement of a text and returns the rest. There is
// none where the text is blank or a comment.
func (c *conn) compile(query string) (*stmt, string, error) {
	if len(query) > maxSQL {
		return nil, "", &orm.DBError{Kind: orm.ErrData, Database: name, Err: fmt.Errorf("a statement of %d bytes, more than %d", len(query), maxSQL)}
	}
	if strings.IndexByte(query, 0) >= 0 {
		return nil, "", programming("a NUL byte in %q", shorten(query)) // SQLite would stop reading there
	}
	text, err := libc.CString(query)
	if err != nil {
		return nil, "", err
	}
	defer libc.Xfree(c.tls, text)
	const word = unsafe.Sizeof(uintptr(0))
	mem := c.tls.Alloc(2 * int(word))
	rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(len(query)+1), sqlite3.SQLITE_PREPARE_PERSISTENT, mem, mem+word)
	out := *(*[2]uintptr)(at(mem)) // the statement, the rest
	c.tls.Free(2 * int(word))
	if rc != sqlite3.SQLITE_OK {
		return nil, "", c.failAt(rc, query)
	}
	tail := query[out[1]-text:]
	if out[0] == 0 {
		return nil, tail, nil
	}
	return &stmt{
		p: out[0], sql: query,
		params:   int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, out[0])),
		columns:  int(sqlite3.Xsqlite3_column_count(c.tls, out[0])),
		readOnly: sqlite3.Xsqlite3_stmt_readonly(c.tls, out[0]) != 0,
	}, tail, nil
}

// release gives a statement back; it returns the error that SQLite found when it
// ended it, such as a violation that shows at the end only.
func (c *conn) release(s *stmt) error {
	s.busy = false
	rc := sqlite3.Xsqlite3_reset(c.tls, s.p)
	var err error
	if rc != sqlite3.SQLITE_OK {
		err = c.fail(rc)
	}
	if !s.cached {
		c.finalize(s)
		return err
	}
	if s.params > 0 {
		sqlite3.Xsqlite3_clear_bindings(c.tls, s.p)
	}
	if s.room > maxArena {
		c.freeArena(s)
	}
	return err
}

func (c *conn) finalize(s *stmt) {
	sqlite3.Xsqlite3_finalize(c.tls, s.p)
	c.freeArena(s)
}

func (c *conn) freeArena(s *stmt) {
	if s.arena != 0 {
		sqlite3.Xsqlite3_free(c.tls, s.arena)
		s.arena, s.room = 0, 0
	}
}

// cache keeps the statements that were used last, by their text.
type cache struct {
	max    int
	byText map[string]*stmt
	newest *stmt
	oldest *stmt
}

// find returns a statement that is not in use and makes it the newest.
func (k *cache) find(query string) *stmt {
	s := k.byText[query]
	if s == nil || s.busy {
		return nil
	}
	if s != k.newest {
		k.unlink(s)
		k.push(s)
	}
	return s
}

// add keeps s, and closes the oldest statement that is not in use where there
// are too many.
func (k *cache) add(c *conn, s *stmt) {
	if k.byText == nil {
		k.byText = make(map[string]*stmt)
	}
	if k.byText[s.sql] != nil {
		return // in use: this one is closed when it is released
	}
	for old := k.oldest; old != nil && len(k.byText) >= k.max; {
		next := old.newer
		if !old.busy {
			k.unlink(old)
			delete(k.byText, old.sql)
			c.finalize(old)
		}
		old = next
	}
	s.cached = true
	k.byText[s.sql] = s
	k.push(s)
}

func (k *cache) push(s *stmt) {
	s.older, s.newer = k.newest, nil
	if k.newest != nil {
		k.newest.newer = s
	} else {
		k.oldest = s
	}
	k.newest = s
}

func (k *cache) unlink(s *stmt) {
	if s.newer != nil {
		s.newer.older = s.older
	} else {
		k.newest = s.older
	}
	if s.older != nil {
		s.older.newer = s.newer
	} else {
		k.oldest = s.newer
	}
}

func (k *cache) clear(c *conn) {
	for _, s := range k.byText {
		c.finalize(s)
	}
	*k = cache{max: k.max}
}

// shorten keeps errors readable.
func shorten(query string) string {
	if len(query) > 200 {
		return query[:200] + "…"
	}
	return query
}
