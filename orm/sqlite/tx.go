package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/nuages-web/nuages/orm"
)

// Tx is a transaction. It is used by one goroutine at a time.
type Tx struct {
	c       *conn // nil once it has ended
	hold    hold
	rows    []*rows // open ones
	cleanup runtime.Cleanup
}

// hold is a connection that is kept for a transaction.
type hold struct {
	c    *conn
	pool *pool
	// restore are statements that set the connection right again.
	restore []string
}

// begin takes a connection and begins.
func (db *DB) begin(ctx context.Context, readOnly, keys bool) (_ *Tx, err error) {
	h := hold{pool: db.writer}
	start := "BEGIN " + db.opts.TransactionMode
	var before []string
	switch {
	case db.opts.ReadOnly:
		start = "BEGIN"
	case readOnly && db.memory:
		start = "BEGIN"
		before, h.restore = []string{"PRAGMA query_only = ON"}, []string{"PRAGMA query_only = OFF"}
	case readOnly:
		start = "BEGIN"
		h.pool = db.readers
	case !keys && !db.opts.UnsafeNoForeignKeys:
		before, h.restore = []string{"PRAGMA foreign_keys = OFF"}, []string{"PRAGMA foreign_keys = ON", "PRAGMA legacy_alter_table = OFF"}
	}
	if h.c, err = h.pool.take(ctx); err != nil {
		return nil, err
	}
	for _, s := range append(before, start) {
		if _, err := h.c.exec(ctx, s, nil); err != nil {
			h.end()
			return nil, fmt.Errorf("begin: %w", err)
		}
	}
	t := &Tx{c: h.c, hold: h}
	t.cleanup = runtime.AddCleanup(t, hold.forgotten, h)
	return t, nil
}

// usable tells why a statement cannot run in the transaction.
func (t *Tx) usable() error {
	if t.c == nil {
		return orm.ErrTxDone
	}
	if !t.c.inTransaction() {
		// SQLite does so after an interrupt, a full disk and the like. Another
		// statement would stand on its own.
		return fmt.Errorf("sqlite: an error has rolled the whole transaction back: %w", orm.ErrTxBroken)
	}
	return nil
}

// Query runs a statement that returns rows.
func (t *Tx) Query(ctx context.Context, query string, args []any) (orm.Rows, error) {
	if err := t.check(ctx); err != nil {
		return nil, err
	}
	r := &rows{ctx: ctx, c: t.c, tx: t}
	if err := r.open(query, args, false); err != nil {
		return nil, err
	}
	t.rows = append(t.rows, r)
	return r, nil
}

func (t *Tx) check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return t.usable()
}

// Exec runs one statement.
func (t *Tx) Exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	if err := t.check(ctx); err != nil {
		return orm.Result{}, err
	}
	defer runtime.KeepAlive(t) // or it would count as forgotten
	return t.c.exec(ctx, query, args)
}

// ExecScript runs all statements of a script, without arguments.
func (t *Tx) ExecScript(ctx context.Context, script string) error {
	if err := t.check(ctx); err != nil {
		return err
	}
	defer runtime.KeepAlive(t)
	t.c.done = ctx.Done()
	err := t.c.script(script)
	t.c.done = nil
	return ended(ctx, err)
}

// Commit makes the changes last. Where it fails they are rolled back.
func (t *Tx) Commit(ctx context.Context) error {
	if t.c == nil {
		return orm.ErrTxDone
	}
	defer t.end()
	if err := t.check(ctx); err != nil {
		return err
	}
	t.closeRows()
	if _, err := t.c.exec(ctx, "COMMIT", nil); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Rollback undoes the changes, also where ctx has ended: nothing interrupts it.
func (t *Tx) Rollback(context.Context) error {
	if t.c == nil {
		return orm.ErrTxDone
	}
	return t.end()
}

// closeRows ends the rows that the caller left open: their statements would run
// on a connection that others have by then.
func (t *Tx) closeRows() {
	for len(t.rows) > 0 {
		r := t.rows[0]
		r.fail(errors.New("sqlite: the transaction of these rows has ended"))
		r.Close()
	}
}

// end rolls back what was not committed and gives the connection back.
func (t *Tx) end() error {
	if t.c == nil {
		return nil
	}
	t.closeRows()
	t.c = nil
	t.cleanup.Stop()
	return t.hold.end()
}

func (h hold) end() error {
	c := h.c
	finished := false
	defer func() {
		c.broken = c.broken || !finished // a panic
		h.pool.put(c)
	}()
	var err error
	c.done = nil
	if c.inTransaction() {
		err = c.run("ROLLBACK")
		c.broken = err != nil
	}
	for _, s := range h.restore {
		c.broken = c.broken || c.run(s) != nil
	}
	finished = true
	return err
}

// forgotten ends a transaction that nobody ended: the connection would be lost to
// all others. It runs when the collector has found it, and its rows.
func (h hold) forgotten() {
	h.c.resetAll()
	h.end()
}
