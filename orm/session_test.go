package orm_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// inEach runs f outside of a transaction, in one, in a lazy one, and in that of a test.
func inEach(t *testing.T, ctx context.Context, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	t.Run("pool", func(t *testing.T) { f(t, ctx) })
	for name, opts := range map[string]*orm.AtomicOptions{"Atomic": nil, "lazy": {Lazy: true}} {
		t.Run(name, func(t *testing.T) {
			_ = orm.AtomicWith(ctx, opts, func(ctx context.Context) error { f(t, ctx); return errUser })
		})
	}
	t.Run("test", func(t *testing.T) { f(t, ormtest.Rollback(t, ctx)) })
}

func TestQueryBatch(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		inEach(t, ctx, func(t *testing.T, ctx context.Context) {
			log := orm.NewQueryLog(nil)
			ctx = orm.WithQueryLog(ctx, log)
			statements := []orm.Statement{{SQL: "SELECT 1 UNION ALL SELECT 2"}, {SQL: "SELECT 3 WHERE 1 = 0"}, {SQL: "SELECT 4"}}
			var got []string
			read := func(i int, rows orm.Rows) error {
				for rows.Next() {
					got = append(got, fmt.Sprint(i, ":", rows.Int64(0)))
				}
				return rows.Err()
			}
			wantError(t, orm.QueryBatch(ctx, statements, read))
			wantError(t, orm.QueryBatch(ctx, nil, read))
			wantError(t, orm.QueryBatch(ctx, statements[2:], read))
			if diff := cmp.Diff([]string{"0:1", "0:2", "2:4", "0:4"}, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			var logged []string
			for _, q := range log.Queries() {
				logged = append(logged, fmt.Sprint(q.SQL, " ", q.Rows))
			}
			if diff := cmp.Diff([]string{"SELECT 1 UNION ALL SELECT 2 2", "SELECT 3 WHERE 1 = 0 0", "SELECT 4 1", "SELECT 4 1"}, logged); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
		inEach(t, ctx, func(t *testing.T, ctx context.Context) {
			bad := []orm.Statement{{SQL: "SELECT 1"}, {SQL: "SELEKT"}, {SQL: "SELECT 2"}}
			log := orm.NewQueryLog(nil)
			err := orm.QueryBatch(orm.WithQueryLog(ctx, log), bad, func(_ int, rows orm.Rows) error {
				for rows.Next() {
				}
				return rows.Err()
			})
			wantError(t, err, orm.ErrProgramming)
			queries := log.Queries()
			if len(queries) == 0 || len(queries) > 2 || queries[len(queries)-1].Err == nil {
				t.Errorf("log: %+v", queries)
			}
			if orm.InAtomic(ctx) {
				wantError(t, exec(ctx, "SELECT 1"), orm.ErrTxBroken)
			} else {
				number(t, ctx, "SELECT 1")
			}
		})
	})
}

func TestCopyFrom(t *testing.T) {
	t.Parallel()
	withNotes(t, func(t *testing.T, ctx context.Context) {
		inEach(t, ctx, func(t *testing.T, ctx context.Context) {
			log := orm.NewQueryLog(nil)
			ctx = orm.WithQueryLog(ctx, log)
			n, err := orm.CopyFrom(ctx, "note", []string{"id", "n"}, 100, func(row, column int) any { return int64(row + 1) })
			wantError(t, err)
			if n < 0 { // it has no way of its own for many rows
				c, err := orm.ConnectionOf(ctx, "")
				wantError(t, err)
				if name := c.Dialect().Name; name != "mysql" && name != "mariadb" {
					t.Errorf("%s has lost CopyFrom", name)
				}
				return
			}
			queries := log.Queries()
			if n != 100 || len(queries) != 1 || queries[0].Rows != 100 {
				t.Errorf("%d rows; log %+v", n, queries)
			}
			wantNotes(t, ctx, 100)
			mustExec(t, ctx, "DELETE FROM note")
		})
	})
}
