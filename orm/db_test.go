package orm_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
)

func TestNewDatabasesRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		backends map[string]orm.Backend
		replicas map[string]string
		want     string
	}{
		"no default":         {map[string]orm.Backend{"a": &fakeDB{}}, nil, `no database has the alias "default"`},
		"nil":                {map[string]orm.Backend{"default": &fakeDB{}, "a": nil}, nil, `"a" has no backend`},
		"unknown replica":    {map[string]orm.Backend{"default": &fakeDB{}}, map[string]string{"a": "default"}, `replica "a" of "default": no such database`},
		"unknown primary":    {map[string]orm.Backend{"default": &fakeDB{}}, map[string]string{"default": "a"}, `no such database`},
		"replica of itself":  {map[string]orm.Backend{"default": &fakeDB{}}, map[string]string{"default": "default"}, `is a replica itself`},
		"replica of replica": {map[string]orm.Backend{"default": &fakeDB{}, "a": &fakeDB{}, "b": &fakeDB{}}, map[string]string{"a": "default", "b": "a"}, `is a replica itself`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := orm.NewDatabases(test.backends, &orm.DBOptions{Replicas: test.replicas})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
			for alias, b := range test.backends {
				if f, ok := b.(*fakeDB); ok {
					if got := strings.Join(f.statements(), " "); got != "0: CLOSE" {
						t.Errorf("%s was asked: %q, want it closed", alias, got)
					}
				}
			}
		})
	}
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	a, b := &fakeDB{}, &fakeDB{}
	db, err := orm.NewDatabases(map[string]orm.Backend{"default": a, "logs": b}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := orm.NewContext(t.Context(), db)
	if got, ok := orm.FromContext(ctx); got != db || !ok {
		t.Errorf("FromContext = %v, %v", got, ok)
	}
	if _, ok := orm.FromContext(t.Context()); ok {
		t.Error("a context without a DB has one")
	}
	if db.Backend("logs") != b || db.Backend("x") != nil || strings.Join(db.Aliases(), " ") != "default logs" {
		t.Errorf("Backend or Aliases %v are wrong", db.Aliases())
	}

	// Transactions of two databases do not know of each other.
	err = orm.Atomic(ctx, func(ctx context.Context) error {
		return orm.AtomicWith(ctx, &orm.AtomicOptions{Using: "logs", Durable: true}, func(ctx context.Context) error {
			wantError(t, orm.OnCommitWith(ctx, &orm.OnCommitOptions{Using: "logs"}, func(ctx context.Context) error { return exec(ctx, "HOOK") }))
			return exec(ctx, "A")
		})
	})
	wantError(t, err)
	wantStatements(t, a, "1: BEGIN", "1: A", "1: HOOK", "1: COMMIT")
	wantStatements(t, b, "1: BEGIN", "1: COMMIT")

	b.fail = failing("SELECT 1", errUser)
	wantError(t, db.Ping(ctx, "default"))
	err = db.Ping(ctx)
	wantError(t, err, errUser)
	if !strings.Contains(err.Error(), `database "logs"`) {
		t.Errorf("Ping: %v", err)
	}
	if err := db.Ping(ctx, "x"); err == nil || !strings.Contains(err.Error(), "there are: default, logs") {
		t.Errorf("Ping of an unknown alias: %v", err)
	}
	a.fail = failing("CLOSE", errUser)
	a.statements()
	b.statements()
	wantError(t, db.Close(), errUser)
	wantStatements(t, b, "0: CLOSE")
}

func TestOnCommit(t *testing.T) {
	t.Parallel()
	ctx, f := fakeContext(t)
	fails := func(context.Context) error { return errUser }
	panics := func(context.Context) error { panic("x") }
	robust := &orm.OnCommitOptions{Robust: true}

	// Outside of a transaction it is now.
	if err := orm.OnCommit(ctx, fails); err != errUser {
		t.Errorf("outside: %v", err)
	}
	wantError(t, orm.OnCommitWith(ctx, robust, panics))
	wantError(t, orm.OnCommitWith(ctx, &orm.OnCommitOptions{Using: "default"}, nothing))
	if err := orm.OnCommitWith(ctx, &orm.OnCommitOptions{Using: "x"}, nothing); err == nil {
		t.Error("an unknown database: no error")
	}
	wantError(t, orm.OnCommit(t.Context(), nothing), orm.ErrNoDatabase)

	ran := false
	err := orm.Atomic(ctx, func(ctx context.Context) error {
		return errors.Join(
			orm.OnCommitWith(ctx, robust, fails), orm.OnCommitWith(ctx, robust, panics),
			orm.OnCommit(ctx, func(ctx context.Context) error {
				ran = true
				return orm.Atomic(ctx, nothing) // a transaction of its own
			}),
			orm.OnCommit(ctx, fails),
			orm.OnCommit(ctx, func(context.Context) error { t.Error("ran after an error"); return nil }))
	})
	var hook *orm.HookError
	if !errors.As(err, &hook) || hook.Err != errUser || !ran {
		t.Errorf("error %v, ran: %v", err, ran)
	}
	wantStatements(t, f, "1: BEGIN", "1: COMMIT", "2: BEGIN", "2: COMMIT")

	captured, hooks := orm.CaptureOnCommit(ctx)
	count := 0
	add := func(context.Context) error { count++; return nil }
	wantError(t, orm.Atomic(captured, func(ctx context.Context) error {
		return errors.Join(orm.OnCommit(ctx, add), orm.OnCommit(ctx, add))
	}))
	wantError(t, orm.OnCommit(captured, add))
	if count != 0 || hooks.Len() != 3 {
		t.Errorf("%d functions ran, %d are captured", count, hooks.Len())
	}
	wantError(t, hooks.Run(ctx))
	wantError(t, hooks.Run(ctx))
	if count != 3 {
		t.Errorf("%d functions ran, want 3", count)
	}
}

// Code under test does not see the transaction of its test.
func TestBeginTest(t *testing.T) {
	t.Parallel()
	ctx, f := fakeContext(t)
	f.fail = failing("BAD", errUser)
	testing, end, err := orm.BeginTest(ctx, "")
	wantError(t, err)
	if _, _, err := orm.BeginTest(testing, ""); err == nil {
		t.Error("BeginTest inside of one: no error")
	}
	wantStatements(t, f, "1: BEGIN")

	if orm.InAtomic(testing) {
		t.Error("the transaction of a test counts as an Atomic")
	}
	if err := orm.SetRollback(testing); err == nil {
		t.Error("SetRollback of the test's transaction: no error")
	}
	wantError(t, exec(testing, "BAD"), errUser)
	wantStatements(t, f, "1: SAVEPOINT nuages_test", "1: BAD", "1: ROLLBACK TO SAVEPOINT nuages_test", "1: RELEASE SAVEPOINT nuages_test")
	rows, err := query(t, testing, "SELECT")
	wantError(t, err)
	rows.Close()
	wantStatements(t, f, "1: SAVEPOINT nuages_test", "1: SELECT", "1: RELEASE SAVEPOINT nuages_test")

	ran := 0
	hook := func(ctx context.Context) error { ran++; return exec(ctx, "HOOK") }
	wantError(t, orm.OnCommit(testing, hook))
	f.statements()
	err = orm.AtomicWith(testing, &orm.AtomicOptions{Durable: true, ReadOnly: true, Retry: 3}, func(ctx context.Context) error {
		if !orm.InAtomic(ctx) {
			t.Error("an Atomic in a test is none")
		}
		wantError(t, orm.OnCommit(ctx, hook))
		return orm.Atomic(ctx, nothing)
	})
	wantError(t, err)
	if ran != 2 {
		t.Errorf("%d functions of OnCommit ran, want 2", ran)
	}
	wantStatements(t, f, "1: SAVEPOINT s1", "1: SAVEPOINT s2", "1: RELEASE SAVEPOINT s2", "1: RELEASE SAVEPOINT s1",
		"1: SAVEPOINT nuages_test", "1: HOOK", "1: RELEASE SAVEPOINT nuages_test")
	wantError(t, end())
	wantStatements(t, f, "1: ROLLBACK")
	wantError(t, exec(testing, "LATE"), orm.ErrTxDone)
}
