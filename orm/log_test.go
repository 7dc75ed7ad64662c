package orm_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
)

func TestQueryLog(t *testing.T) {
	t.Parallel()
	f := &fakeDB{name: "fake", fail: failing("BAD", errUser)}
	all := orm.NewQueryLog(&orm.QueryLogOptions{Size: 2, HideArgs: true})
	db, err := orm.NewDatabases(map[string]orm.Backend{"default": f}, &orm.DBOptions{Log: all})
	wantError(t, err)
	ctx := orm.NewContext(t.Context(), db)
	log := orm.NewQueryLog(nil)
	ctx = orm.WithQueryLog(ctx, log)

	if _, err := orm.Exec(ctx, "A", 1, "x"); err != nil {
		t.Error(err)
	}
	err = orm.Atomic(ctx, func(ctx context.Context) error {
		rows, err := query(t, ctx, "SELECT late: lost")
		wantError(t, err)
		for rows.Next() {
		}
		rows.Close()
		return nil
	})
	wantError(t, err, orm.ErrTxBroken)
	_, err = query(t, ctx, "BAD")
	wantError(t, err, errUser)

	var got []string
	for _, q := range log.Queries() {
		text := q.Alias + " " + q.SQL
		if q.InAtomic {
			text += " atomic"
		}
		if q.Err != nil {
			text += " " + q.Err.Error()
		}
		if !strings.HasPrefix(q.Caller, "orm/log_test.go:") && !strings.HasPrefix(q.Caller, "orm/atomic_test.go:") || q.Start.IsZero() {
			t.Errorf("caller %q, start %v", q.Caller, q.Start)
		}
		got = append(got, text)
	}
	if diff := cmp.Diff([]string{"default A", "default SELECT late: lost atomic lost", "default BAD the user changed her mind"}, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	queries := log.Queries()
	if diff := cmp.Diff([]any{int64(1), "x"}, queries[0].Args); diff != "" || queries[0].Rows != 1 || queries[1].Rows != 2 {
		t.Errorf("args %s, rows %d and %d", diff, queries[0].Rows, queries[1].Rows)
	}
	kept := all.Queries()
	if all.Count() != 3 || len(kept) != 2 || kept[0].SQL != "SELECT late: lost" || kept[1].SQL != "BAD" || kept[0].Args != nil {
		t.Errorf("the ring has seen %d and keeps %v", all.Count(), kept)
	}
	all.Reset()
	if all.Count() != 0 || len(all.Queries()) != 0 {
		t.Error("Reset left something")
	}
}

func TestRepeated(t *testing.T) {
	t.Parallel()
	ctx, _ := fakeContext(t)
	log := orm.NewQueryLog(nil)
	ctx = orm.WithQueryLog(ctx, log)
	for range 12 {
		_ = exec(ctx, "SELECT "+strings.Repeat("x", 300))
		_ = exec(ctx, "insert INTO t")
	}
	for range 2 {
		_ = exec(ctx, "UPDATE t")
	}
	for range 1 {
		_ = exec(ctx, "DELETE FROM t")
	}
	repeated := log.Repeated(3)
	if len(repeated) != 2 || len(log.Repeated(0)) != 3 {
		t.Fatalf("repeated: %v", repeated)
	}
	first := repeated[0].String()
	if !strings.HasPrefix(first, "12 times from orm/atomic_test.go:") || !strings.Contains(first, ": SELECT xxx") || len(first) > 420 || !strings.Contains(first, "SelectRelated") {
		t.Errorf("report: %s", first)
	}
	if second := repeated[1].String(); !strings.Contains(second, "BulkCreate") {
		t.Errorf("report: %s", second)
	}
}

func TestSlowQueries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &slowDB{&fakeDB{name: "sqlite", fail: func(query string) error {
			if !strings.HasPrefix(query, "EXPLAIN") {
				time.Sleep(time.Second)
			}
			return nil
		}}}
		var out bytes.Buffer
		log := orm.NewQueryLog(&orm.QueryLogOptions{
			Slow: time.Second, Logger: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		ctx := orm.WithQueryLog(orm.NewContext(t.Context(), orm.NewDB(f)), log)
		rows, err := query(t, ctx, "SELECT 1")
		wantError(t, err)
		rows.Close()
		wantError(t, exec(ctx, "INSERT"))
		queries := log.Queries()
		if queries[0].Plan != "SCAN\nSCAN" || queries[0].Duration != time.Second || queries[1].Plan != "" {
			t.Errorf("queries %+v", queries)
		}
		if text := out.String(); !strings.Contains(text, "level=WARN msg=query database=default sql=\"SELECT 1\" duration=1s rows=0 caller=orm/atomic_test.go:") || !strings.Contains(text, "plan=") {
			t.Errorf("log: %s", text)
		}
	})
}

// slowDB is a fakeDB that can explain.
type slowDB struct{ *fakeDB }

func (slowDB) Dialect() *orm.Dialect {
	return &orm.Dialect{Name: "sqlite", Features: orm.Features{Explain: true}}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	ctx, f := fakeContext(t)
	var order []string
	note := func(name string) orm.Wrapper {
		return func(ctx context.Context, call *orm.Call, next func(context.Context) error) error {
			order = append(order, name+" "+call.SQL)
			call.SQL += " /* " + name + " */"
			err := next(ctx)
			order = append(order, "after "+name)
			return err
		}
	}
	outer := orm.Wrap(ctx, note("outer"))
	both := orm.Wrap(outer, note("inner"))
	wantError(t, exec(both, "A"))
	if diff := cmp.Diff([]string{"outer A", "inner A /* outer */", "after inner", "after outer"}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	rows, err := query(t, outer, "B")
	wantError(t, err)
	rows.Close()
	wantStatements(t, f, "0: A /* outer */ /* inner */", "0: B /* outer */")

	refuse := orm.Wrap(ctx, func(context.Context, *orm.Call, func(context.Context) error) error { return errUser })
	wantError(t, exec(refuse, "A"), errUser)
	forget := orm.Wrap(ctx, func(context.Context, *orm.Call, func(context.Context) error) error { return nil })
	if _, err := query(t, forget, "A"); err == nil || !strings.Contains(err.Error(), "did not run the statement") {
		t.Errorf("a wrapper that does nothing: %v", err)
	}
	twice := orm.Wrap(ctx, func(ctx context.Context, _ *orm.Call, next func(context.Context) error) error {
		return errors.Join(next(ctx), next(ctx), errUser)
	})
	err = orm.Atomic(twice, func(ctx context.Context) error {
		_, err := query(t, ctx, "A")
		wantError(t, err, errUser)
		return exec(orm.Detach(ctx), "B")
	})
	wantError(t, err, errUser)
}
