package ormtest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
)

// AssertNumQueries fails the test unless f, with the context that it is given,
// runs n statements; it prints those that ran (assertNumQueries). Starts and ends
// of transactions and savepoints do not count.
func AssertNumQueries(t testing.TB, ctx context.Context, n int, f func(ctx context.Context)) {
	t.Helper()
	got := Queries(ctx, f)
	if len(got) == n {
		return
	}
	var b strings.Builder
	for i, q := range got {
		fmt.Fprintf(&b, "\n%d. %s: %s", i+1, q.Caller, q.SQL)
		if len(q.Args) > 0 {
			fmt.Fprintf(&b, " %v", q.Args)
		}
		if q.Err != nil {
			fmt.Fprintf(&b, " (%v)", q.Err)
		}
	}
	t.Errorf("%d statements ran, want %d:%s", len(got), n, b.String())
}

// Queries returns the statements that f runs with the context that it is given
// (CaptureQueriesContext), the last 10,000 at most.
func Queries(ctx context.Context, f func(ctx context.Context)) []orm.LoggedQuery {
	log := orm.NewQueryLog(&orm.QueryLogOptions{Size: 10_000})
	f(orm.WithQueryLog(ctx, log))
	return log.Queries()
}

// Rollback returns ctx inside a transaction on the default database, which is
// rolled back when the test ends (Django's TestCase). The code under test does not
// see it: what it does in [orm.Atomic] is a savepoint, functions of [orm.OnCommit]
// run when it would have committed ([orm.CaptureOnCommit] holds them back), and a
// statement that fails breaks nothing. As in any transaction one goroutine at a
// time may use the context, and no statement runs while rows of another are read;
// tests of such code need a database of their own.
func Rollback(t testing.TB, ctx context.Context) context.Context {
	t.Helper()
	inside, end, err := orm.BeginTest(ctx, "")
	if err != nil {
		t.Fatalf("begin the transaction of a test: %v", err)
	}
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Errorf("end the transaction of a test: %v", err)
		}
	})
	return inside
}
