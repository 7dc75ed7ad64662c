package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

func TestCopyFrom(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	rows := [][]any{
		{int64(1), "a\tb\nc\\d\r\\N\\.", []byte{0, '\\', 255}, true, time.Unix(1, 500000).UTC(), orm.JSONText(`{"a":"\n"}`), []string{"x\ty", `"`}, decimal.New(125, -2), civil.Date{Year: 2026, Month: 1, Day: 2}},
		{int64(2), nil, nil, nil, nil, nil, nil, nil, nil},
		{int64(3), "", []byte{}, false, time.Unix(0, 0).UTC(), orm.JSONText("null"), []string{}, decimal.Zero, civil.Date{Year: 1, Month: 1, Day: 1}},
	}
	columns := []string{"id", "Text", "raw", "flag", "at", "doc", "tags", "price", "day"}
	for mode, prepared := range modes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			db := openURL(t, url, &postgres.Options{Prepared: prepared, MaxConns: 1})
			table := `Odd "table" ` + mode
			exec(t, db, `CREATE TABLE "Odd ""table"" `+mode+`" (id int PRIMARY KEY, "Text" text, raw bytea, flag bool, at timestamptz, doc json, tags text[], price numeric(8,2), day date)`)
			n, err := db.CopyFrom(deadline(t), table, columns, len(rows), func(row, column int) any { return rows[row][column] })
			if err != nil || n != int64(len(rows)) {
				t.Fatal(n, err)
			}
			i := 0
			query(t, db, func(r orm.Rows) {
				for c := range columns {
					var got any
					if c == 6 && !r.IsNull(c) {
						tags := []string{}
						err = r.Scan(c, &tags)
						got = tags
					} else {
						err = r.Scan(c, &got)
					}
					want := rows[i][c]
					if text, ok := want.(orm.JSONText); ok {
						want, got = string(text), string(got.(json.RawMessage))
					}
					if diff := cmp.Diff(want, got); diff != "" || err != nil {
						t.Errorf("row %d, %s: %v (want -, got +)\n%s", i, columns[c], err, diff)
					}
				}
				i++
			}, `SELECT * FROM "Odd ""table"" `+mode+`" ORDER BY id`)

			// It is all or nothing.
			if _, err := db.CopyFrom(deadline(t), table, columns[:1], 4, func(row, _ int) any { return int64(13 - row) }); err != nil {
				t.Fatal(err)
			}
			if _, err := db.CopyFrom(deadline(t), table, columns[:1], 10, func(row, _ int) any { return int64(20 - row) }); !errors.Is(err, orm.ErrUnique) {
				t.Errorf("a double key: %v", err)
			}
			if _, err := db.CopyFrom(deadline(t), table, columns[:2], 3000, func(row, column int) any {
				if column == 1 && row == 2999 {
					return "\x00"
				}
				return int64(row + 1000)
			}); !errors.Is(err, orm.ErrData) {
				t.Errorf("a NUL: %v", err)
			}
			ctx, cancel := context.WithCancel(deadline(t))
			_, err = db.CopyFrom(ctx, table, columns[:1], 1_000_000_000, func(row, _ int) any {
				if row == 100_000 {
					cancel()
				}
				return int64(row + 1000)
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("a context that ends: %v", err)
			}
			if n := value[int64](t, db, `SELECT count(*) FROM "Odd ""table"" `+mode+`"`); n != 7 {
				t.Errorf("%d rows", n)
			}
		})
	}
}
