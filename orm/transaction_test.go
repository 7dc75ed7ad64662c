package orm_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// The tests of this file run on the real databases.

// withNotes runs f on each database, with an empty table.
func withNotes(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		mustExec(t, ctx, "CREATE TABLE note (id integer NOT NULL PRIMARY KEY, n integer NOT NULL)")
		f(t, ctx)
		usable(t, ctx)
	})
}

func mustExec(t *testing.T, ctx context.Context, query string) {
	t.Helper()
	if err := exec(ctx, query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// number returns what a query of one number gives.
func number(t *testing.T, ctx context.Context, text string) int64 {
	t.Helper()
	rows, err := query(t, ctx, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	n := int64(-1)
	for rows.Next() {
		n = rows.Int64(0)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}

// usable checks that every connection of the pool is in order: none is left in a
// transaction, and there are enough.
func usable(t *testing.T, ctx context.Context) {
	t.Helper()
	var group sync.WaitGroup
	for range 40 {
		group.Go(func() {
			if err := orm.Atomic(ctx, func(ctx context.Context) error { return exec(ctx, "UPDATE note SET n = n + 0") }); err != nil {
				t.Errorf("the pool is broken: %v", err)
			}
		})
	}
	group.Wait()
}

func wantNotes(t *testing.T, ctx context.Context, want int64) {
	t.Helper()
	if got := number(t, ctx, "SELECT count(*) FROM note"); got != want {
		t.Errorf("%d notes, want %d", got, want)
	}
}

func TestTransactionOutcomes(t *testing.T) {
	t.Parallel()
	withNotes(t, func(t *testing.T, ctx context.Context) {
		insert := func(ctx context.Context, id string) error { return exec(ctx, "INSERT INTO note VALUES ("+id+", 1)") }
		wantError(t, orm.Atomic(ctx, func(ctx context.Context) error { return insert(ctx, "1") }))
		wantNotes(t, ctx, 1)
		wantError(t, orm.Atomic(ctx, func(ctx context.Context) error { return errors.Join(insert(ctx, "2"), errUser) }), errUser)
		wantNotes(t, ctx, 1)

		var wait sync.WaitGroup
		wait.Go(func() {
			defer func() { _ = recover() }()
			_ = orm.Atomic(ctx, func(ctx context.Context) error { _ = insert(ctx, "2"); panic("x") })
		})
		wait.Go(func() {
			_ = orm.Atomic(ctx, func(ctx context.Context) error { _ = insert(ctx, "3"); runtime.Goexit(); return nil })
		})
		wait.Go(func() {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			err := orm.Atomic(ctx, func(ctx context.Context) error {
				err := insert(ctx, "4")
				cancel()
				return err
			})
			wantError(t, err, context.Canceled)
		})
		wait.Wait()
		wantNotes(t, ctx, 1)

		// An inner failure, caught; the outer block goes on.
		wantError(t, orm.Atomic(ctx, func(ctx context.Context) error {
			err := orm.Atomic(ctx, func(ctx context.Context) error {
				return errors.Join(insert(ctx, "5"), insert(ctx, "1"))
			})
			wantError(t, err, orm.ErrUnique, orm.ErrIntegrity)
			wantNotes(t, ctx, 1)
			wantError(t, insert(ctx, "6"))
			return orm.Atomic(ctx, func(ctx context.Context) error { return insert(ctx, "7") })
		}))
		wantNotes(t, ctx, 3)
	})
}

func TestTransactionBroken(t *testing.T) {
	t.Parallel()
	withNotes(t, func(t *testing.T, ctx context.Context) {
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			mustExec(t, ctx, "INSERT INTO note VALUES (1, 1)")
			if err := exec(ctx, "INSERT INTO note VALUES (1, 1)"); !errors.Is(err, orm.ErrUnique) {
				t.Errorf("error %v, want ErrUnique", err)
			}
			wantError(t, exec(ctx, "INSERT INTO note VALUES (2, 1)"), orm.ErrTxBroken, orm.ErrUnique)
			return nil
		})
		wantError(t, err, orm.ErrTxBroken, orm.ErrUnique)
		wantNotes(t, ctx, 0)

		err = orm.Atomic(ctx, func(ctx context.Context) error {
			wantError(t, exec(ctx, "SELEKT"), orm.ErrProgramming)
			wantError(t, exec(ctx, "INSERT INTO note VALUES (2, 1)"), orm.ErrTxBroken)
			return nil
		})
		wantError(t, err, orm.ErrTxBroken, orm.ErrProgramming)
	})
}

func TestTransactionAfterItsEnd(t *testing.T) {
	t.Parallel()
	withNotes(t, func(t *testing.T, ctx context.Context) {
		for _, result := range []error{nil, errUser} {
			var kept, inner context.Context
			wantError(t, orm.Atomic(ctx, func(ctx context.Context) error {
				kept = ctx
				wantError(t, orm.Atomic(ctx, func(ctx context.Context) error {
					inner = ctx
					wantError(t, exec(kept, "UPDATE note SET n = 1"), orm.ErrTxInner)
					return nil
				}))
				wantError(t, exec(inner, "UPDATE note SET n = 1"), orm.ErrTxDone)
				return result
			}), result)
			var wait sync.WaitGroup
			for range 8 {
				wait.Go(func() {
					wantError(t, exec(kept, "UPDATE note SET n = 1"), orm.ErrTxDone)
					wantError(t, orm.Atomic(inner, nothing), orm.ErrTxDone)
					wantError(t, exec(orm.Detach(kept), "UPDATE note SET n = 1"))
				})
			}
			wait.Wait()
		}
	})
}

// Many goroutines use one transaction at once: each statement runs whole or is
// told ErrTxBusy (or ErrTxInner, while one of them has a block open).
func TestTransactionOfManyGoroutines(t *testing.T) {
	t.Parallel()
	withNotes(t, func(t *testing.T, ctx context.Context) {
		mustExec(t, ctx, "INSERT INTO note VALUES (1, 0)")
		var mu sync.Mutex
		var done int64
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			var wait sync.WaitGroup
			for range 30 {
				wait.Go(func() {
					for i := range 30 {
						var err error
						switch i % 3 {
						case 0:
							err = orm.Atomic(ctx, func(ctx context.Context) error { return exec(ctx, "UPDATE note SET n = n + 1") })
						case 1:
							err = exec(ctx, "UPDATE note SET n = n + 1")
						case 2:
							rows, e := query(t, ctx, "SELECT n FROM note")
							if e == nil {
								for rows.Next() {
									_ = rows.Int64(0)
								}
								rows.Close()
								e = rows.Err()
							}
							if e != nil && !errors.Is(e, orm.ErrTxBusy) && !errors.Is(e, orm.ErrTxInner) {
								t.Errorf("query: %v", e)
							}
							continue
						}
						switch {
						case err == nil:
							mu.Lock()
							done++
							mu.Unlock()
						case !errors.Is(err, orm.ErrTxBusy) && !errors.Is(err, orm.ErrTxInner):
							t.Errorf("update: %v", err)
						}
					}
				})
			}
			wait.Wait()
			return nil
		})
		got := number(t, ctx, "SELECT n FROM note")
		switch {
		case err == nil && got != done, err != nil && got != 0:
			t.Errorf("n = %d after %d updates and error %v", got, done, err)
		case err != nil && !errors.Is(err, orm.ErrTxBroken):
			t.Errorf("error %v", err)
		}
	})
}

// An Atomic that ends while a goroutine still uses it neither commits nor gives
// back a connection in use.
func TestTransactionEndsWhileInUse(t *testing.T) {
	t.Parallel()
	withNotes(t, func(t *testing.T, ctx context.Context) {
		for range 20 {
			var wait sync.WaitGroup
			started := make(chan bool)
			err := orm.Atomic(ctx, func(ctx context.Context) error {
				mustExec(t, ctx, "INSERT INTO note VALUES (1, 0)")
				wait.Go(func() {
					rows, err := query(t, ctx, "SELECT n FROM note")
					close(started)
					if err != nil {
						t.Errorf("query: %v", err)
						return
					}
					for rows.Next() {
						_ = rows.Int64(0)
					}
					rows.Close()
				})
				<-started
				return nil
			})
			wait.Wait()
			if err != nil { // the rows were not yet closed
				wantError(t, err, orm.ErrTxBusy)
				wantNotes(t, ctx, 0)
			} else {
				mustExec(t, ctx, "DELETE FROM note")
			}
		}
	})
}

// Two transactions that wait for each other: one loses and is tried again.
func TestDeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	withNotes(t, func(t *testing.T, ctx context.Context) {
		mustExec(t, ctx, "INSERT INTO note VALUES (1, 0), (2, 0)")
		c, err := orm.ConnectionOf(ctx, "")
		wantError(t, err)
		meet := make(chan bool) // that both have taken their first row
		if c.Dialect().Name == "sqlite" {
			close(meet) // one writer at a time: there is no deadlock
		}
		var wait sync.WaitGroup
		for i, rows := range [][2]string{{"1", "2"}, {"2", "1"}} {
			wait.Go(func() {
				first := true
				err := orm.AtomicWith(ctx, &orm.AtomicOptions{Retry: 20}, func(ctx context.Context) error {
					if err := exec(ctx, "UPDATE note SET n = n + 1 WHERE id = "+rows[0]); err != nil {
						return err
					}
					if first && c.Dialect().Name != "sqlite" {
						first = false
						if i == 0 {
							meet <- true
						} else {
							<-meet
						}
					}
					// The inner block must not hide that all is lost.
					_ = orm.Atomic(ctx, func(ctx context.Context) error {
						return exec(ctx, "UPDATE note SET n = n + 1 WHERE id = "+rows[1])
					})
					return nil
				})
				wantError(t, err)
			})
		}
		wait.Wait()
		if got := number(t, ctx, "SELECT sum(n) FROM note"); got != 4 {
			t.Errorf("sum %d, want 4: an update is lost or was done twice", got)
		}
	})
}

// A constraint that is checked at the end fails the commit; MySQL checks it at once.
func TestDeferredConstraint(t *testing.T) {
	t.Parallel()
	withNotes(t, func(t *testing.T, ctx context.Context) {
		c, err := orm.ConnectionOf(ctx, "")
		wantError(t, err)
		table := "CREATE TABLE child (note integer NOT NULL REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)"
		if name := c.Dialect().Name; name == "mysql" || name == "mariadb" {
			table = "CREATE TABLE child (note integer NOT NULL, FOREIGN KEY (note) REFERENCES note (id))"
		}
		mustExec(t, ctx, table)
		err = orm.Atomic(ctx, func(ctx context.Context) error {
			wantError(t, orm.OnCommit(ctx, func(context.Context) error { t.Error("the function of OnCommit ran"); return nil }))
			return exec(ctx, "INSERT INTO child VALUES (9)")
		})
		wantError(t, err, orm.ErrForeignKey)
		if got := number(t, ctx, "SELECT count(*) FROM child"); got != 0 {
			t.Errorf("%d children were kept", got)
		}
	})
}

// A thousand goroutines write at once; all succeed.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t)
	mustExec(t, ctx, "CREATE TABLE note (id integer NOT NULL PRIMARY KEY, n integer NOT NULL)")
	mustExec(t, ctx, "INSERT INTO note VALUES (0, 0)")
	var wait sync.WaitGroup
	for i := range 1000 {
		wait.Go(func() {
			if i%2 == 0 {
				if _, err := orm.Exec(ctx, "INSERT INTO note VALUES (?, 1)", i+1); err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, orm.Atomic(ctx, func(ctx context.Context) error {
				n := number(t, ctx, "SELECT n FROM note WHERE id = 0")
				_, err := orm.Exec(ctx, "UPDATE note SET n = ? WHERE id = 0", n+1)
				return err
			}))
		})
	}
	wait.Wait()
	wantNotes(t, ctx, 501)
	if got := number(t, ctx, "SELECT n FROM note WHERE id = 0"); got != 500 {
		t.Errorf("%d transactions counted, want 500", got)
	}
}
