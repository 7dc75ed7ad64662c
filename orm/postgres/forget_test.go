package postgres_test

import (
	"database/sql"
	"testing"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// TestForgetStatements: transactions go on after a table has changed, on the connection
// that changed it and on others that have prepared statements about it.
func TestForgetStatements(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	for mode, prepared := range modes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			db := openURL(t, url, &postgres.Options{Prepared: prepared, MaxConns: 2})
			exec(t, db, "CREATE TABLE forget_"+mode+" (a int); INSERT INTO forget_"+mode+" VALUES (1)")
			ctx := deadline(t)
			begin := func() orm.Tx {
				tx, err := db.Begin(ctx, sql.TxOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return tx
			}
			look := func(tx orm.Tx) {
				t.Helper()
				rows, err := tx.Query(ctx, "SELECT * FROM forget_"+mode+" WHERE a = $1", []any{int64(1)})
				if err != nil {
					t.Fatal(err)
				}
				for rows.Next() {
				}
				rows.Close()
				if err := rows.Err(); err != nil {
					t.Fatal(err)
				}
			}
			commit := func(tx orm.Tx) {
				t.Helper()
				if err := tx.Commit(ctx); err != nil {
					t.Fatal(err)
				}
			}
			one, other := begin(), begin()
			look(one)
			look(other)
			commit(other)
			if _, err := one.Exec(ctx, "ALTER TABLE forget_"+mode+" ALTER a TYPE bigint", nil); err != nil {
				t.Fatal(err)
			}
			if err := one.(orm.StatementForgetter).ForgetStatements(ctx); err != nil {
				t.Fatal(err)
			}
			look(one)
			commit(one)
			one, other = begin(), begin()
			look(one)
			look(other)
			commit(one)
			commit(other)
			if _, err := db.Exec(ctx, "ALTER TABLE forget_"+mode+" ADD b text", nil); err != nil {
				t.Fatal(err)
			}
			if err := db.ForgetStatements(ctx); err != nil {
				t.Fatal(err)
			}
			one, other = begin(), begin()
			look(one)
			look(other)
			commit(one)
			commit(other)
		})
	}
}
