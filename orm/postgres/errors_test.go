package postgres_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	db := openURL(t, url, nil)
	exec(t, db, `CREATE EXTENSION btree_gist;
		CREATE TABLE room (id int PRIMARY KEY, "Odd ""name" int, name text NOT NULL, low int, n int,
			CONSTRAINT pair UNIQUE ("Odd ""name", n), CONSTRAINT low_positive CHECK (low > 0));
		CREATE UNIQUE INDEX upper_name ON room (upper(name));
		CREATE TABLE booking (room_id int NOT NULL CONSTRAINT to_room REFERENCES room, "camelCase" int CONSTRAINT to_other REFERENCES room,
			during int4range, CONSTRAINT no_overlap EXCLUDE USING gist (room_id WITH =, during WITH &&));
		INSERT INTO room VALUES (1, 1, 'a', 1, 1); INSERT INTO booking VALUES (1, NULL, '[1,5)')`)
	type want struct {
		code, constraint, table string
		columns                 []string
	}
	cases := []struct {
		sql  string
		args []any
		kind error
		want want
	}{
		{"INSERT INTO room VALUES (1, 2, 'b')", nil, orm.ErrUnique, want{"23505", "room_pkey", "room", []string{"id"}}},
		{"INSERT INTO room VALUES (2, 1, $1, 1, 1)", []any{"b)=(c"}, orm.ErrUnique, want{"23505", "pair", "room", []string{`Odd "name`, "n"}}},
		{"INSERT INTO room VALUES (2, 2, 'A')", nil, orm.ErrUnique, want{"23505", "upper_name", "room", nil}},
		{"INSERT INTO room VALUES (2, 2, NULL)", nil, orm.ErrNotNull, want{"23502", "", "room", []string{"name"}}},
		{"INSERT INTO room VALUES (2, 2, 'b', -1)", nil, orm.ErrCheck, want{"23514", "low_positive", "room", nil}},
		{"INSERT INTO booking VALUES (9)", nil, orm.ErrForeignKey, want{"23503", "to_room", "booking", []string{"room_id"}}},
		{"INSERT INTO booking VALUES (1, 9)", nil, orm.ErrForeignKey, want{"23503", "to_other", "booking", []string{"camelCase"}}},
		{"DELETE FROM room", nil, orm.ErrForeignKey, want{"23503", "to_room", "booking", []string{"id"}}},
		{"INSERT INTO booking VALUES (1, NULL, '[4,6)')", nil, orm.ErrExclusion, want{"23P01", "no_overlap", "booking", []string{"room_id", "during"}}},
		{"SELECT 1/0", nil, orm.ErrData, want{"22012", "", "", nil}},
		{"SELECT $1::int", []any{"x"}, orm.ErrData, want{"22P02", "", "", nil}},
		{"SELECT $1::int", []any{int64(1) << 40}, orm.ErrData, want{"22003", "", "", nil}},
		{"SELECT $1::varchar(2)::jsonb", []any{"["}, orm.ErrData, want{"22P02", "", "", nil}},
		{"SELECT * FROM nothing", nil, orm.ErrProgramming, want{"42P01", "", "", nil}},
		{"SELECT nothing FROM room WHERE id = $1", []any{int64(1)}, orm.ErrProgramming, want{"42703", "", "", nil}},
		{"SELEC", nil, orm.ErrProgramming, want{"42601", "", "", nil}},
		{"DO $$ BEGIN RAISE EXCEPTION 'no'; END $$", nil, orm.ErrProgramming, want{"P0001", "", "", nil}},
	}
	for _, c := range cases {
		_, err := db.Exec(deadline(t), c.sql, c.args)
		var e *orm.DBError
		if !errors.As(err, &e) || !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %v", c.sql, err, c.kind)
			continue
		}
		got := want{e.Code, e.Constraint, e.Table, e.Columns}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(want{})); diff != "" || e.Database != "postgresql" {
			t.Errorf("%s of %s (want -, got +):\n%s", c.sql, e.Database, diff)
		}
	}
}

// TestLockErrors needs two transactions at once.
func TestLockErrors(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0), (2, 0)")
	a := begin(t, db, sql.TxOptions{})
	b := begin(t, db, sql.TxOptions{})
	exec(t, a, "SELECT * FROM t WHERE id = 1 FOR UPDATE")
	exec(t, b, "SAVEPOINT s")
	if _, err := b.Query(deadline(t), "SELECT * FROM t WHERE id = $1 FOR UPDATE NOWAIT", []any{int64(1)}); !errors.Is(err, orm.ErrLockNotAvailable) {
		t.Errorf("NOWAIT: %v", err)
	}
	exec(t, b, "ROLLBACK TO s")
	exec(t, b, "SELECT * FROM t WHERE id = 2 FOR UPDATE")
	other := make(chan error, 1)
	go func() {
		_, err := a.Exec(deadline(t), "UPDATE t SET n = 1 WHERE id = 2", nil)
		other <- err
	}()
	_, err := b.Exec(deadline(t), "UPDATE t SET n = 1 WHERE id = 1", nil)
	if err != nil { // one of the two is the victim
		_ = b.Rollback(deadline(t))
		if err2 := <-other; err2 != nil {
			t.Errorf("both failed: %v, %v", err, err2)
		}
	} else if err = <-other; err == nil {
		t.Fatal("no deadlock")
	}
	if !errors.Is(err, orm.ErrDeadlock) {
		t.Errorf("deadlock: %v", err)
	}
}

func TestSerializationErrors(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	exec(t, db, "CREATE TABLE t (n int); INSERT INTO t VALUES (0)")
	a := begin(t, db, sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	exec(t, a, "SELECT * FROM t")
	exec(t, db, "UPDATE t SET n = 1")
	if _, err := a.Exec(deadline(t), "UPDATE t SET n = 2", nil); !errors.Is(err, orm.ErrSerialization) {
		t.Errorf("repeatable read: %v", err)
	}
	c := begin(t, db, sql.TxOptions{ReadOnly: true})
	if _, err := c.Exec(deadline(t), "UPDATE t SET n = 2", nil); !errors.Is(err, orm.ErrReadOnly) {
		t.Errorf("read-only: %v", err)
	}
}

// TestErrorsInQuery: errors come from Query, or while rows are read, and those of
// INSERT … RETURNING as well.
func TestErrorsInQuery(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	for mode, prepared := range modes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			db := openURL(t, url, &postgres.Options{Prepared: prepared, MaxConns: 1})
			exec(t, db, "CREATE TABLE "+mode+" (n int PRIMARY KEY)")
			insert := "INSERT INTO " + mode + " VALUES ($1) RETURNING n"
			query(t, db, func(orm.Rows) {}, insert, int64(1))
			if _, err := db.Query(deadline(t), insert, []any{int64(1)}); !errors.Is(err, orm.ErrUnique) {
				t.Errorf("INSERT … RETURNING: %v", err)
			}
			rows, err := db.Query(deadline(t), "SELECT 10/(20000-n) FROM generate_series(1, 30000) n", nil)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for rows.Next() {
				n++
			}
			if !errors.Is(rows.Err(), orm.ErrData) || n != 19999 {
				t.Errorf("after %d rows: %v", n, rows.Err())
			}
			rows.Close()
			exec(t, db, "SELECT 1")
		})
	}
}
