package orm_test

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
)

var errUser = errors.New("the user changed her mind")

// fakeContext returns a context with a fake database, which must be idle at the end.
func fakeContext(t *testing.T) (context.Context, *fakeDB) {
	t.Helper()
	f := &fakeDB{name: "fake"}
	t.Cleanup(func() {
		if err := f.idle(); err != nil {
			t.Error(err)
		}
	})
	return orm.NewContext(t.Context(), orm.NewDB(f)), f
}

func wantStatements(t *testing.T, f *fakeDB, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, f.statements()); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
}

func wantError(t *testing.T, got error, want ...error) {
	t.Helper()
	for _, w := range want {
		if !errors.Is(got, w) {
			t.Errorf("error %v\nwant: %v", got, w)
		}
	}
	if len(want) == 0 && got != nil {
		t.Errorf("error %v, want none", got)
	}
}

func exec(ctx context.Context, query string) error {
	_, err := orm.Exec(ctx, query)
	return err
}

// query returns open rows.
func query(t *testing.T, ctx context.Context, text string) (orm.Rows, error) {
	t.Helper()
	c, err := orm.ConnectionOf(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	return c.Query(ctx, text)
}

func nothing(context.Context) error { return nil }

func TestAtomicCommits(t *testing.T) {
	t.Parallel()
	ctx, f := fakeContext(t)
	err := orm.AtomicWith(ctx, &orm.AtomicOptions{Isolation: sql.LevelSerializable, ReadOnly: true}, func(ctx context.Context) error {
		if !orm.InAtomic(ctx) || orm.InAtomic(orm.Detach(ctx)) {
			t.Error("InAtomic is wrong")
		}
		if err := orm.Atomic(ctx, func(ctx context.Context) error { return exec(ctx, "B") }); err != nil {
			return err
		}
		if err := exec(orm.Detach(ctx), "X"); err != nil {
			return err
		}
		return exec(ctx, "C")
	})
	wantError(t, err)
	wantStatements(t, f, "1: BEGIN Serializable READ ONLY", "1: SAVEPOINT s1", "1: B", "1: RELEASE SAVEPOINT s1", "0: X", "1: C", "1: COMMIT")
}

func TestAtomicRollsBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(ctx context.Context, cancel func()) error{
		"error":   func(context.Context, func()) error { return errUser },
		"panic":   func(context.Context, func()) error { panic(errUser) },
		"Goexit":  func(context.Context, func()) error { runtime.Goexit(); return nil },
		"cancel":  func(_ context.Context, cancel func()) error { cancel(); return nil },
		"request": func(ctx context.Context, _ func()) error { return orm.SetRollback(ctx) },
	} {
		for _, nested := range []string{"", " in an inner block"} {
			t.Run(name+nested, func(t *testing.T) {
				t.Parallel()
				ctx, f := fakeContext(t)
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				hook := func(context.Context) error { t.Error("the hook ran"); return nil }
				var err error
				done := make(chan bool)
				go func() {
					defer close(done)
					defer func() { _ = recover() }()
					body := func(ctx context.Context) error {
						if err := orm.OnCommit(ctx, hook); err != nil {
							return err
						}
						return test(ctx, cancel)
					}
					if nested == "" {
						err = orm.Atomic(ctx, body)
					} else {
						err = orm.Atomic(ctx, func(ctx context.Context) error { return orm.Atomic(ctx, body) })
					}
				}()
				<-done
				switch name {
				case "error":
					wantError(t, err, errUser)
				case "cancel":
					wantError(t, err, context.Canceled)
				default:
					wantError(t, err)
				}
				end := "1: ROLLBACK"
				if nested != "" {
					if name == "request" {
						end = "1: COMMIT"
					}
					wantStatements(t, f, "1: BEGIN", "1: SAVEPOINT s1", "1: ROLLBACK TO SAVEPOINT s1", "1: RELEASE SAVEPOINT s1", end)
				} else {
					wantStatements(t, f, "1: BEGIN", end)
				}
			})
		}
	}
}

// An inner failure that is dealt with leaves the outer block as it was.
func TestInnerFailure(t *testing.T) {
	t.Parallel()
	ctx, f := fakeContext(t)
	f.fail = failing("BAD", errUser)
	var ran []string
	hook := func(name string) func(context.Context) error {
		return func(ctx context.Context) error {
			if orm.InAtomic(ctx) {
				t.Error("a hook runs inside of the transaction")
			}
			ran = append(ran, name)
			return nil
		}
	}
	err := orm.Atomic(ctx, func(ctx context.Context) error {
		err := orm.OnCommit(ctx, hook("a"))
		wantError(t, err)
		err = orm.Atomic(ctx, func(ctx context.Context) error {
			wantError(t, orm.OnCommit(ctx, hook("dropped")))
			return exec(ctx, "BAD")
		})
		wantError(t, err, errUser)
		err = orm.Atomic(ctx, func(ctx context.Context) error { return orm.OnCommit(ctx, hook("b")) })
		wantError(t, err)
		wantError(t, orm.OnCommit(ctx, hook("c")))
		return exec(ctx, "GOOD")
	})
	wantError(t, err)
	if got := strings.Join(ran, ""); got != "abc" {
		t.Errorf("hooks ran: %s", got)
	}
	wantStatements(t, f, "1: BEGIN", "1: SAVEPOINT s1", "1: BAD", "1: ROLLBACK TO SAVEPOINT s1", "1: RELEASE SAVEPOINT s1",
		"1: SAVEPOINT s1", "1: RELEASE SAVEPOINT s1", "1: GOOD", "1: COMMIT")
}

// A failed statement breaks its block on every database, whatever f makes of it.
func TestBroken(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(t *testing.T, ctx context.Context){
		"Exec": func(t *testing.T, ctx context.Context) { wantError(t, exec(ctx, "BAD"), errUser) },
		"Query": func(t *testing.T, ctx context.Context) {
			_, err := query(t, ctx, "BAD")
			wantError(t, err, errUser)
		},
		"rows": func(t *testing.T, ctx context.Context) {
			rows, err := query(t, ctx, "SELECT late: no more")
			wantError(t, err)
			rows.Close()
			rows.Close()
		},
		"without savepoint": func(t *testing.T, ctx context.Context) {
			err := orm.AtomicWith(ctx, &orm.AtomicOptions{NoSavepoint: true}, func(context.Context) error { return errUser })
			wantError(t, err, errUser)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, f := fakeContext(t)
			f.fail = failing("BAD", errUser)
			err := orm.Atomic(ctx, func(ctx context.Context) error {
				run(t, ctx)
				wantError(t, exec(ctx, "NEXT"), orm.ErrTxBroken)
				wantError(t, orm.Atomic(ctx, nothing), orm.ErrTxBroken)
				wantError(t, orm.OnCommit(ctx, nothing), orm.ErrTxBroken)
				return nil
			})
			wantError(t, err, orm.ErrTxBroken)
			got := without(f.statements(), "BAD")
			if diff := cmp.Diff([]string{"1: BEGIN", "1: ROLLBACK"}, without(got, "SELECT")); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

// A deadlock breaks the whole transaction, not only the inner block.
func TestDeadlockInside(t *testing.T) {
	t.Parallel()
	ctx, f := fakeContext(t)
	f.fail = failing("BAD", &orm.DBError{Kind: orm.ErrDeadlock, Err: errUser})
	err := orm.Atomic(ctx, func(ctx context.Context) error {
		err := orm.Atomic(ctx, func(ctx context.Context) error { return exec(ctx, "BAD") })
		wantError(t, err, orm.ErrDeadlock)
		wantError(t, exec(ctx, "NEXT"), orm.ErrTxBroken, orm.ErrDeadlock)
		return nil
	})
	wantError(t, err, orm.ErrTxBroken, orm.ErrDeadlock)
	wantStatements(t, f, "1: BEGIN", "1: SAVEPOINT s1", "1: BAD", "1: ROLLBACK")
}

func TestRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, f := fakeContext(t)
		left := 2
		f.fail = func(query string) error {
			if query == "COMMIT" && left > 0 {
				left--
				return &orm.DBError{Kind: orm.ErrSerialization, Err: errUser}
			}
			return nil
		}
		hooks := 0
		err := orm.AtomicWith(ctx, &orm.AtomicOptions{Retry: 3}, func(ctx context.Context) error {
			return orm.OnCommit(ctx, func(context.Context) error {
				hooks++
				return &orm.DBError{Kind: orm.ErrDeadlock, Err: errUser} // which is no reason to try again
			})
		})
		var hook *orm.HookError
		if !errors.As(err, &hook) || hooks != 1 {
			t.Errorf("error %v, the hook ran %d times", err, hooks)
		}
		wantStatements(t, f, "1: BEGIN", "1: COMMIT", "2: BEGIN", "2: COMMIT", "3: BEGIN", "3: COMMIT")

		left = 9
		err = orm.AtomicWith(ctx, &orm.AtomicOptions{Retry: 2}, nothing)
		wantError(t, err, orm.ErrSerialization)
		f.statements()
		err = orm.AtomicWith(ctx, &orm.AtomicOptions{Retry: 5}, func(context.Context) error { return errUser })
		if err != errUser {
			t.Errorf("error %v, want it as it was", err)
		}
		wantStatements(t, f, "6: BEGIN", "6: ROLLBACK")
	})
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	ctx, f := fakeContext(t)
	var kept, keptInner context.Context
	err := orm.Atomic(ctx, func(ctx context.Context) error {
		kept = ctx
		return orm.Atomic(ctx, func(inner context.Context) error {
			keptInner = inner
			wantError(t, exec(ctx, "OUTER"), orm.ErrTxInner)
			wantError(t, orm.Atomic(ctx, nothing), orm.ErrTxInner)
			rows, err := query(t, inner, "SELECT")
			wantError(t, err)
			wantError(t, exec(inner, "SECOND"), orm.ErrTxBusy)
			wantError(t, orm.Atomic(inner, nothing), orm.ErrTxBusy)
			rows.Close()
			return exec(inner, "THIRD")
		})
	})
	wantError(t, err)
	for _, ended := range []context.Context{kept, keptInner} {
		wantError(t, exec(ended, "LATE"), orm.ErrTxDone)
		wantError(t, orm.Atomic(ended, nothing), orm.ErrTxDone)
		wantError(t, orm.OnCommit(ended, nothing), orm.ErrTxDone)
		wantError(t, orm.SetRollback(ended), orm.ErrTxDone)
		wantError(t, exec(orm.Detach(ended), "ALONE"))
	}
	wantStatements(t, f, "1: BEGIN", "1: SAVEPOINT s1", "1: SELECT", "1: THIRD", "1: RELEASE SAVEPOINT s1", "1: COMMIT", "0: ALONE", "0: ALONE")

	wantError(t, orm.Atomic(t.Context(), nothing), orm.ErrNoDatabase)
	wantError(t, exec(t.Context(), "X"), orm.ErrNoDatabase)
	for _, opts := range []orm.AtomicOptions{{Durable: true}, {ReadOnly: true}, {Isolation: sql.LevelSerializable}, {Using: "other"}} {
		err := orm.Atomic(ctx, func(ctx context.Context) error { return orm.AtomicWith(ctx, &opts, nothing) })
		if err == nil {
			t.Errorf("%+v inside another block: no error", opts)
		}
	}
}

// Rows that are open at the end of their Atomic keep the connection until they are
// closed; nothing is committed.
func TestEndWhileBusy(t *testing.T) {
	t.Parallel()
	for _, depth := range []string{"outermost", "inner"} {
		t.Run(depth, func(t *testing.T) {
			t.Parallel()
			ctx, f := fakeContext(t)
			var rows orm.Rows
			body := func(ctx context.Context) (err error) {
				rows, err = query(t, ctx, "SELECT")
				return err
			}
			var err error
			if depth == "inner" {
				err = orm.Atomic(ctx, func(ctx context.Context) error {
					wantError(t, orm.Atomic(ctx, body), orm.ErrTxBusy)
					return nil
				})
			} else {
				err = orm.Atomic(ctx, body)
			}
			wantError(t, err, orm.ErrTxBusy)
			if err := f.idle(); err == nil {
				t.Error("the connection was given back while rows were open")
			}
			f.statements()
			rows.Close()
			wantStatements(t, f, "1: ROLLBACK")
		})
	}
}

// A goroutine that holds an inner Atomic open while the outer one ends.
func TestEndWhileInnerIsOpen(t *testing.T) {
	t.Parallel()
	ctx, f := fakeContext(t)
	opened, ended := make(chan bool), make(chan bool)
	inner := make(chan error, 1)
	err := orm.Atomic(ctx, func(ctx context.Context) error {
		go func() {
			inner <- orm.Atomic(ctx, func(ctx context.Context) error {
				close(opened)
				<-ended
				wantError(t, exec(ctx, "LATE"), orm.ErrTxDone)
				return nil
			})
		}()
		<-opened
		return nil
	})
	close(ended)
	wantError(t, err, orm.ErrTxInner)
	wantError(t, <-inner, orm.ErrTxInner)
	wantStatements(t, f, "1: BEGIN", "1: SAVEPOINT s1", "1: ROLLBACK")
}

// What the database answers to the statements of a transaction itself.
func TestControlFails(t *testing.T) {
	t.Parallel()
	outer := func(ctx context.Context) error { return orm.Atomic(ctx, nothing) }
	swallow := func(ctx context.Context) error {
		_ = orm.Atomic(ctx, func(context.Context) error { return errors.New("x") })
		return nil
	}
	for _, test := range []struct {
		fail string
		f    func(context.Context) error
		want []error
		end  string
	}{
		{"BEGIN", nothing, []error{errUser}, "1: BEGIN"},
		{"COMMIT", nothing, []error{errUser}, "1: COMMIT"}, // a deferred constraint
		{"SAVEPOINT s1", outer, []error{errUser}, "1: ROLLBACK"},
		{"RELEASE", outer, []error{errUser}, "1: ROLLBACK"},
		{"ROLLBACK TO", swallow, []error{errUser, orm.ErrTxBroken}, "1: ROLLBACK"},
		{"ROLLBACK", func(context.Context) error { return orm.ErrNotFound }, []error{errUser, orm.ErrNotFound}, "1: ROLLBACK"},
	} {
		t.Run(test.fail, func(t *testing.T) {
			t.Parallel()
			ctx, f := fakeContext(t)
			f.fail = failing(test.fail, errUser)
			err := orm.Atomic(ctx, func(ctx context.Context) error {
				wantError(t, orm.OnCommit(ctx, func(context.Context) error { t.Error("the hook ran"); return nil }))
				return test.f(ctx)
			})
			wantError(t, err, test.want...)
			got := f.statements()
			if last := got[len(got)-1]; last != test.end {
				t.Errorf("statements %q, want the last to be %q", got, test.end)
			}
		})
	}
}
