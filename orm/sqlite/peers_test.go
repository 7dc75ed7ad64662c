package sqlite_test

import (
	_ "embed"
	"errors"
	"net/netip"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/orm"
)

//go:embed testdata/peer.py
var peerPy string

// TestShareFileWithDjango: what Django's models write we read, and the other way
// round; constraints that Django made hold for us.
func TestShareFileWithDjango(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shared.db")
	realdjango.Run(t, peerPy, []byte(path+"\nmake\n"))
	db := openAt(t, path, nil)
	rows, err := db.Query(t.Context(), "SELECT name, flag, created, day, clock, price, span, key, size, count, doc, blob, ip, note FROM peer_thing", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal("no row:", rows.Err())
	}
	var (
		day   civil.Date
		clock civil.Time
		price decimal.Decimal
		span  time.Duration
		key   uuid.UUID
	)
	for i, dest := range []any{&day, &clock, &price, &span, &key} {
		if err := rows.Scan(3+i, dest); err != nil {
			t.Error(err)
		}
	}
	got := []any{rows.Text(0), rows.Bool(1), rows.Time(2), day, clock, price, span, key, rows.Float64(8), rows.Int64(9), rows.Text(10), rows.Bytes(11), rows.Text(12), rows.IsNull(13)}
	values := []any{"Grüße", true, time.Date(2026, 11, 21, 12, 4, 5, 60007000, time.UTC), civil.Date{Year: 2026, Month: 11, Day: 21},
		civil.Time{Hour: 13, Minute: 4, Second: 5}, decimal.RequireFromString("12.3"), -24*time.Hour + 5*time.Microsecond, testUUID,
		0.1, int64(7), `{"a": [1, null, "\u00fc"]}`, []byte{0, 255}, "2001:db8::1", true}
	if diff := cmp.Diff(values, got); diff != "" {
		t.Errorf("what Django wrote: -want +got\n%s", diff)
	}
	rows.Close()

	args := append([]any{}, values...)
	args[0], args[10], args[12], args[13] = "Wüste", orm.JSONText(`{"a": [1, null, "\u00fc"]}`), netip.MustParseAddr("2001:db8::1"), nil
	insert := "INSERT INTO peer_thing (name, flag, created, day, clock, price, span, key, size, count, doc, blob, ip, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	exec(t, db, insert, args...)
	lines := strings.Split(strings.TrimSpace(string(realdjango.Run(t, peerPy, []byte(path+"\nread\n")))), "\n")
	if len(lines) != 2 || lines[0] != lines[1] || !strings.HasSuffix(lines[1], "true]") {
		t.Errorf("Django reads its row and ours as\n%s", strings.Join(lines, "\n"))
	}

	for what, change := range map[string]struct {
		column int
		v      any
		kind   error
	}{
		"a name twice":     {0, "Grüße", orm.ErrUnique},
		"a negative count": {9, int64(-1), orm.ErrCheck},
		"broken JSON":      {10, orm.JSONText("{"), orm.ErrCheck},
		"an early year":    {2, time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), orm.ErrCheck},
		"no day":           {3, nil, orm.ErrNotNull},
	} {
		bad := append([]any{}, args...)
		bad[0], bad[change.column] = what, change.v
		if _, err := db.Exec(t.Context(), insert, bad); !errors.Is(err, change.kind) {
			t.Errorf("%s: %v, want %v", what, err, change.kind)
		}
	}
}

// TestShareFileWithShell: the sqlite3 program reads our file while it is open, and
// its writes are seen.
func TestShareFileWithShell(t *testing.T) {
	t.Parallel()
	shell, err := osexec.LookPath("sqlite3")
	if err != nil {
		realdjango.Missing(t, "sqlite3 (Debian package sqlite3)")
	}
	path := filepath.Join(t.TempDir(), "shell.db")
	db := openAt(t, path, nil)
	exec(t, db, "CREATE TABLE t (v, w)")
	exec(t, db, "INSERT INTO t VALUES (?, ?), (?, ?)", "Grüße\n'\"", []byte{0, 1, 255}, testTime, 1e300)
	run := func(sql string) string {
		out, err := osexec.Command(shell, "-batch", path, ".timeout 5000", sql).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", sql, err, out)
		}
		return string(out)
	}
	if got, want := run("SELECT quote(v), quote(w) FROM t"), "'Grüße\n''\"'|X'0001ff'\n'2026-11-21 12:04:05.060007'|1.0e+300\n"; !strings.EqualFold(got, want) {
		t.Errorf("the shell reads %q, want %q", got, want)
	}
	run("INSERT INTO t VALUES ('from the shell', 3)")
	if got := one(t, db, "SELECT w FROM t WHERE v = ?", "from the shell"); got != int64(3) {
		t.Errorf("we read %v, want 3", got)
	}
	if got := run("PRAGMA integrity_check; PRAGMA journal_mode"); got != "ok\nwal\n" {
		t.Errorf("the shell says %q", got)
	}
}

// TestUTF16 reads and writes a file whose texts lie there in UTF-16.
func TestUTF16(t *testing.T) {
	t.Parallel()
	shell, err := osexec.LookPath("sqlite3")
	if err != nil {
		realdjango.Missing(t, "sqlite3 (Debian package sqlite3)")
	}
	path := filepath.Join(t.TempDir(), "utf16.db")
	out, err := osexec.Command(shell, "-batch", path, "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (v text, at datetime); INSERT INTO t VALUES ('Grüße, 世界 🙂', '2026-11-21 12:04:05.060007')").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	db := openAt(t, path, nil)
	exec(t, db, "INSERT INTO t VALUES (?, ?)", "Grüße, 世界 🙂", testTime)
	rows, err := db.Query(t.Context(), "SELECT v, at, REVERSE(v) FROM t WHERE v = ?", []any{"Grüße, 世界 🙂"})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		if v, at, r := rows.Text(0), rows.Time(1), rows.Text(2); v != "Grüße, 世界 🙂" || !at.Equal(testTime) || r != "🙂 界世 ,eßürG" {
			t.Errorf("row %d: %q, %v, %q", n, v, at, r)
		}
	}
	if n != 2 || rows.Err() != nil {
		t.Errorf("%d rows and %v, want 2", n, rows.Err())
	}
}

// TestWriteBesidePython: two processes write at once, and none is told that the
// database is locked.
func TestWriteBesidePython(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "both.db")
	db := openAt(t, path, nil)
	exec(t, db, "CREATE TABLE t (who text, v int)")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for v := range 50 {
				if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES ('go', ?)", []any{int64(v)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	realdjango.Run(t, `
import sqlite3, sys
db = sqlite3.connect(sys.stdin.read(), timeout=120, isolation_level=None)
for v in range(200):
    db.execute('BEGIN IMMEDIATE')
    db.execute('INSERT INTO t VALUES (?, ?)', ('python', v))
    db.execute('COMMIT')
`, []byte(path))
	group.Wait()
	if got := one(t, db, "SELECT count(*) FROM t"); got != int64(400) {
		t.Errorf("%v rows, want 400", got)
	}
}
