package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
)

func testConn(t *testing.T, statements int) *conn {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "conn.db"), &Options{Statements: statements})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	c, err := db.writer.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.writer.put(c) })
	c.cache.clear(c)
	return c
}

// texts returns the cached statements, newest first, and checks the links both ways.
func (k *cache) texts(t *testing.T) []string {
	t.Helper()
	var out []string
	for s := k.newest; s != nil; s = s.older {
		out = append(out, s.sql)
		if s.older != nil && s.older.newer != s || s.older == nil && k.oldest != s {
			t.Fatalf("broken links at %q", s.sql)
		}
		if k.byText[s.sql] != s {
			t.Fatalf("%q is in the list only", s.sql)
		}
	}
	if len(out) != len(k.byText) {
		t.Fatalf("%d statements in the list, %d by text", len(out), len(k.byText))
	}
	return out
}

// TestCache: the least recently used statement goes first; those in use stay.
func TestCache(t *testing.T) {
	t.Parallel()
	c := testConn(t, 3)
	use := func(n int) *stmt {
		s, err := c.prepare(fmt.Sprintf("SELECT %d", n))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, n := range []int{1, 2, 3, 1, 4} {
		c.release(use(n))
	}
	if got, want := fmt.Sprint(c.cache.texts(t)), "[SELECT 4 SELECT 1 SELECT 3]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	held := use(3)
	if again := use(3); again == held || again.cached {
		t.Error("a statement in use was given twice")
	} else {
		c.release(again)
	}
	for _, n := range []int{5, 6, 7} {
		c.release(use(n))
	}
	if got, want := fmt.Sprint(c.cache.texts(t)), "[SELECT 7 SELECT 6 SELECT 3]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	all := []*stmt{use(10), use(11), use(12), use(13)}
	if n := len(c.cache.texts(t)); n != 5 {
		t.Errorf("%d statements while 5 are in use", n)
	}
	for _, s := range append(all, held) {
		c.release(s)
	}
	c.release(use(14))
	if n := len(c.cache.texts(t)); n != 3 {
		t.Errorf("%d statements, want 3", n)
	}
}

func TestNoCache(t *testing.T) {
	t.Parallel()
	c := testConn(t, -1)
	for range 2 {
		if err := c.run("SELECT 1"); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.cache.byText) != 0 {
		t.Error("statements were kept")
	}
}

// TestArena: large arguments do not stay in memory.
func TestArena(t *testing.T) {
	t.Parallel()
	c := testConn(t, 3)
	for _, n := range []int{10, 5000, 1 << 20} {
		if _, err := c.exec(t.Context(), "SELECT ?, ?", []any{"small", make([]byte, n)}); err != nil {
			t.Fatal(err)
		}
		if room := c.cache.newest.room; room > maxArena {
			t.Errorf("%d bytes are kept after an argument of %d", room, n)
		}
	}
}

// TestClosedConnections: nothing of them is left.
func TestClosedConnections(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "closed.db")
	var ids []uintptr
	for range 20 {
		db, err := Open(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.Query(context.Background(), "SELECT 1", nil)
		if err != nil {
			t.Fatal(err)
		}
		rows.Close()
		for _, p := range []*pool{db.readers, db.writer} {
			for _, c := range p.idle {
				ids = append(ids, c.id)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(ids) != 40 {
		t.Errorf("%d connections, want 40", len(ids))
	}
	for _, id := range ids {
		if connOf(id) != nil {
			t.Errorf("connection %d is still known", id)
		}
	}
}

// TestBrokenConnection: one that a panic has left in an unknown state is closed.
func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	db, err := Open(filepath.Join(t.TempDir(), "broken.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var broken uintptr
	func() {
		defer func() { recover() }()
		db.write(t.Context(), func(c *conn) error { broken = c.id; panic("in the middle") })
	}()
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (v int)", nil); err != nil {
		t.Fatal(err)
	}
	if connOf(broken) != nil {
		t.Error("the connection is still open")
	}
}
