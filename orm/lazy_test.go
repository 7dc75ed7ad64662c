package orm_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/orm"
)

func TestLazyAtomic(t *testing.T) {
	t.Parallel()
	lazy := &orm.AtomicOptions{Lazy: true}
	ctx, f := fakeContext(t)
	hooks := 0
	hook := func(context.Context) error { hooks++; return nil }
	wantError(t, orm.AtomicWith(ctx, lazy, func(ctx context.Context) error {
		if !orm.InAtomic(ctx) {
			t.Error("a lazy Atomic is none")
		}
		return errors.Join(orm.OnCommit(ctx, hook), exec(orm.Detach(ctx), "X"))
	}))
	wantError(t, orm.AtomicWith(ctx, lazy, func(ctx context.Context) error {
		wantError(t, orm.OnCommit(ctx, hook))
		return errUser
	}), errUser)
	wantStatements(t, f, "0: X")
	wantError(t, orm.AtomicWith(ctx, lazy, func(ctx context.Context) error {
		wantError(t, orm.OnCommit(ctx, hook))
		return orm.Atomic(ctx, func(ctx context.Context) error { return exec(ctx, "A") })
	}))
	wantStatements(t, f, "1: BEGIN", "1: SAVEPOINT s1", "1: A", "1: RELEASE SAVEPOINT s1", "1: COMMIT")
	if hooks != 2 {
		t.Errorf("%d functions of OnCommit ran, want 2", hooks)
	}

	// One that can't begin is broken.
	f.fail = failing("BEGIN", errUser)
	wantError(t, orm.AtomicWith(ctx, lazy, func(ctx context.Context) error {
		wantError(t, exec(ctx, "A"), errUser)
		wantError(t, exec(ctx, "A"), orm.ErrTxBroken, errUser)
		return nil
	}), orm.ErrTxBroken)
	f.fail = nil
	f.statements()

	// In the transaction of a test, too, there is nothing before the first statement.
	test, end, err := orm.BeginTest(ctx, "")
	wantError(t, err)
	wantError(t, orm.AtomicWith(test, lazy, func(ctx context.Context) error { return exec(orm.Detach(ctx), "X") }))
	wantError(t, orm.AtomicWith(test, lazy, func(ctx context.Context) error {
		wantError(t, orm.Atomic(ctx, func(ctx context.Context) error { return exec(ctx, "A") }))
		wantError(t, exec(orm.Detach(ctx), "Y"), orm.ErrTxInner)
		return nil
	}))
	wantError(t, end())
	wantStatements(t, f, "3: BEGIN", "3: SAVEPOINT nuages_test", "3: X", "3: RELEASE SAVEPOINT nuages_test",
		"3: SAVEPOINT s1", "3: SAVEPOINT s2", "3: A", "3: RELEASE SAVEPOINT s2", "3: RELEASE SAVEPOINT s1", "3: ROLLBACK")
}

func TestOpenDatabases(t *testing.T) {
	t.Parallel()
	f := &fakeDB{name: "fake"}
	calls, fail := 0, true
	db, err := orm.OpenDatabases(map[string]orm.Opener{"default": func(context.Context) (orm.Backend, error) {
		if calls++; fail {
			return nil, errUser
		}
		return f, nil
	}, "broken": nil}, nil)
	wantError(t, err)
	ctx := orm.NewContext(t.Context(), db)
	if calls != 0 || db.Backend("default") != nil {
		t.Error("the database is open before anybody needs it")
	}
	wantError(t, exec(ctx, "A"), errUser)
	wantError(t, orm.Atomic(ctx, nothing), errUser)
	wantError(t, db.Ping(ctx, "default"), errUser)
	fail = false
	wantError(t, db.Connect(ctx, "default"))
	wantError(t, exec(ctx, "A"))
	wantError(t, orm.Atomic(ctx, nothing))
	if calls != 4 || db.Backend("default") != f {
		t.Errorf("the opener was called %d times", calls)
	}
	if err := db.Connect(ctx); err == nil {
		t.Error("a database without an opener is open")
	}

	// Another context of the same program.
	log := orm.NewQueryLog(nil)
	wantError(t, exec(orm.Inherit(context.Background(), orm.WithQueryLog(ctx, log)), "B"))
	if log.Count() != 1 {
		t.Errorf("%d statements in the log that was inherited", log.Count())
	}
	wantError(t, db.Close())
	wantError(t, db.Close())
	if closed := f.statements(); closed[len(closed)-1] != "0: CLOSE" || len(without(closed, "CLOSE")) != len(closed)-1 {
		t.Errorf("statements %q, want one CLOSE", closed)
	}
	if err := db.Connect(ctx, "broken"); err == nil {
		t.Error("Connect after Close: no error")
	}
}

// Who needs a database while it is opened waits for it, as long as its own context allows.
func TestOpenOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		db, err := orm.OpenDatabases(map[string]orm.Opener{"default": func(ctx context.Context) (orm.Backend, error) {
			calls.Add(1)
			select {
			case <-time.After(time.Second):
				return &fakeDB{name: "fake"}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}}, nil)
		wantError(t, err)
		first, cancel := context.WithCancel(orm.NewContext(t.Context(), db))
		go func() { _ = exec(first, "A") }()
		synctest.Wait()
		cancel() // which must not hurt those who wait
		for range 5 {
			go func() { wantError(t, exec(orm.NewContext(t.Context(), db), "A")) }()
		}
		short, stop := context.WithTimeout(orm.NewContext(t.Context(), db), time.Millisecond)
		defer stop()
		wantError(t, exec(short, "A"), context.DeadlineExceeded)
		synctest.Wait()
		wantError(t, db.Connect(t.Context()))
		if calls.Load() != 1 {
			t.Errorf("the opener was called %d times", calls.Load())
		}
	})
}
