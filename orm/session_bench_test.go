package orm_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/nuages-web/nuages/orm"
)

// BenchmarkStatement is what package orm adds to a statement of the backend.
func BenchmarkStatement(b *testing.B) {
	f := &quietDB{fakeDB{name: "fake"}}
	ctx := orm.NewContext(b.Context(), orm.NewDB(f))
	c, err := orm.ConnectionOf(ctx, "")
	if err != nil {
		b.Fatal(err)
	}
	run := func(b *testing.B, ctx context.Context, c orm.Connection) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Exec(ctx, "A"); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("pool", func(b *testing.B) { run(b, ctx, c) })
	b.Run("transaction", func(b *testing.B) {
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			c, err := orm.ConnectionOf(ctx, "")
			if err == nil {
				run(b, ctx, c)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	})
	b.Run("logged", func(b *testing.B) {
		ctx := orm.WithQueryLog(ctx, orm.NewQueryLog(nil))
		c, err := orm.ConnectionOf(ctx, "")
		if err != nil {
			b.Fatal(err)
		}
		run(b, ctx, c)
	})
	b.Run("Atomic", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := orm.Atomic(ctx, nothing); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// quietDB is a fakeDB that notes nothing.
type quietDB struct{ fakeDB }

func (*quietDB) Exec(context.Context, string, []any) (orm.Result, error) { return orm.Result{}, nil }

func (f *quietDB) Begin(context.Context, sql.TxOptions) (orm.Tx, error) { return quietTx{}, nil }

type quietTx struct{ orm.Tx }

func (quietTx) Exec(context.Context, string, []any) (orm.Result, error) { return orm.Result{}, nil }
func (quietTx) Commit(context.Context) error                            { return nil }
func (quietTx) Rollback(context.Context) error                          { return nil }
