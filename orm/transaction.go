package orm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// endTimeout bounds commits and roll-backs, which go on when their context has
// ended, so that the program knows what became of its changes.
const endTimeout = 30 * time.Second

// errAborted stands for a statement whose backend panicked.
var errAborted = errors.New("the statement was cut short")

// transaction is a connection in a transaction, which its blocks share.
type transaction struct {
	db        *database
	tx        Tx   // nil until it begins
	unchecked bool // without checks of foreign keys, where the backend can do without

	mu        sync.Mutex // guards what follows, and the fields of blocks
	busy      bool       // a statement runs, or rows are open
	over      bool       // the outermost block has ended
	abandoned bool       // it ended while busy: release rolls back
	lost      error      // why only the end of the whole is left
}

// block is one Atomic: the transaction, or a savepoint in it.
type block struct {
	tx        *transaction
	parent    *block // the block around it of the same transaction
	outer     *block // the block around it in the context, of any database
	savepoint string // "" of the outermost, and with NoSavepoint
	depth     int    // of the outermost 0
	test      bool   // the transaction of a test; see BeginTest

	start    func() error // begins it in the database; nil once it has begun
	done     bool
	inner    bool  // a block inside this one is open
	broken   error // the statement that failed
	rollback bool  // SetRollback
	hooks    []commitHook
}

// blockOf returns the innermost block on the database, or nil.
func (s *dbState) blockOf(d *database) *block {
	for b := s.block; b != nil; b = b.outer {
		if b.tx.db == d {
			return b
		}
	}
	return nil
}

// usable tells what forbids a statement in the block. The caller holds the lock.
func (b *block) usable() error {
	switch {
	case b.done || b.tx.over:
		return ErrTxDone
	case b.tx.lost != nil:
		return brokenError(b.tx.lost)
	case b.inner:
		return ErrTxInner
	case b.broken != nil:
		return brokenError(b.broken)
	}
	return nil
}

func brokenError(cause error) error {
	return fmt.Errorf("%w: it failed with: %w", ErrTxBroken, cause)
}

// take makes the connection the caller's, until it calls put. The first to take it
// begins the transaction.
func (b *block) take() error {
	t := b.tx
	t.mu.Lock()
	if err := b.usable(); err != nil {
		t.mu.Unlock()
		return err
	}
	if t.busy {
		t.mu.Unlock()
		return ErrTxBusy
	}
	t.busy = true
	start := b.start
	b.start = nil
	t.mu.Unlock()
	if start == nil {
		return nil
	}
	err := errAborted // if the backend panics
	defer func() {
		if err != nil {
			t.mu.Lock()
			b.start = start // it has not begun, so there is nothing to end
			t.mu.Unlock()
			b.put(err)
		}
	}()
	err = start()
	return err
}

// begin begins the block in the database.
func (b *block) begin() error {
	if err := b.take(); err != nil {
		return err
	}
	b.put(nil)
	return nil
}

// put ends what take began. A statement that failed breaks the block, and one
// that lost to another transaction breaks the whole: MySQL has rolled it back,
// the others have better begin anew, too.
func (b *block) put(failed error) {
	t := b.tx
	t.mu.Lock()
	t.busy = false
	if failed != nil {
		b.fail(failed)
	}
	abandoned := t.abandoned
	t.abandoned = false
	t.mu.Unlock()
	if abandoned {
		// Its Atomic has returned ErrTxBusy. Nobody is left to hear of an error;
		// the backend sees to the connection.
		_ = t.end(context.Background(), false)
	}
}

// fail breaks the block. The caller holds the lock.
func (b *block) fail(err error) {
	if b.broken == nil {
		b.broken = err
	}
	if b.tx.lost == nil && isConflict(err) {
		b.tx.lost = err
	}
}

// isConflict tells whether the transaction may succeed when it is tried again.
func isConflict(err error) bool {
	return errors.Is(err, ErrDeadlock) || errors.Is(err, ErrSerialization)
}

// acquire is take for a statement of the program. In the transaction of a test,
// where the program sees none, a failed statement must not hurt the next one:
// there it gets a savepoint.
func (b *block) acquire(ctx context.Context) error {
	if err := b.take(); err != nil || !b.test {
		return err
	}
	if _, err := b.tx.tx.Exec(ctx, "SAVEPOINT "+testSavepoint, nil); err != nil {
		b.put(err)
		return err
	}
	return nil
}

// release is put for a statement of the program.
func (b *block) release(ctx context.Context, failed error) {
	if b.test {
		failed = b.tx.endSavepoint(ctx, testSavepoint, failed == nil)
	}
	b.put(failed)
}

const testSavepoint = "nuages_test"

// statement runs f with the connection.
func (b *block) statement(ctx context.Context, f func() error) error {
	if err := b.acquire(ctx); err != nil {
		return err
	}
	err := errAborted // if f panics
	defer func() { b.release(ctx, err) }()
	err = f()
	return err
}

// start begins the transaction in the database.
func (t *transaction) start(ctx context.Context, opts sql.TxOptions) error {
	if err := t.db.connect(ctx); err != nil {
		return err
	}
	begin := func(ctx context.Context) (Tx, error) { return t.db.backend.Begin(ctx, opts) }
	if b, ok := t.db.backend.(uncheckedBeginner); ok && t.unchecked {
		begin = b.BeginUnchecked
	}
	tx, err := begin(ctx)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	t.mu.Lock()
	t.tx = tx
	t.mu.Unlock()
	return nil
}

// conn returns the connection, or nil before the transaction has begun.
func (t *transaction) conn() Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tx
}

// inside makes b a block inside of another one, with a savepoint.
func (b *block) inside(parent *block) {
	b.tx, b.parent, b.depth = parent.tx, parent, parent.depth+1
	// Few names, since backends keep prepared statements.
	b.savepoint = "s" + strconv.Itoa(b.depth)
}

// startInner begins a block inside of another one. The caller has the connection;
// whether the outer block may be used is to be asked here.
func (b *block) startInner(ctx context.Context) error {
	t, p := b.tx, b.parent
	t.mu.Lock()
	err := p.usable()
	start := p.start
	p.start = nil
	t.mu.Unlock()
	if err == nil && start != nil { // the outer one is lazy
		if err = start(); err != nil {
			t.mu.Lock()
			p.start = start
			t.mu.Unlock()
		}
	}
	if err != nil {
		return err
	}
	if b.savepoint != "" {
		if _, err := t.tx.Exec(ctx, "SAVEPOINT "+b.savepoint, nil); err != nil {
			t.mu.Lock()
			p.fail(err)
			t.mu.Unlock()
			return fmt.Errorf("begin a savepoint: %w", err)
		}
	}
	t.mu.Lock()
	p.inner = true
	t.mu.Unlock()
	return nil
}

// end ends the block, and what it means for the database: the block may be used
// no more, whatever comes of it.
func (b *block) end(ctx context.Context, commit bool) error {
	t := b.tx
	t.mu.Lock()
	b.done = true
	if b.parent == nil {
		t.over = true
	}
	if b.start != nil { // it never began
		t.mu.Unlock()
		return nil
	}
	if b.parent != nil {
		b.parent.inner = false
	}
	if b.inner && t.lost == nil {
		t.lost = ErrTxInner // a goroutine has left an Atomic open
	}
	if t.busy && t.lost == nil {
		t.lost = ErrTxBusy
	}
	misused := t.lost
	switch {
	case b.parent != nil && (t.lost != nil || b.savepoint == ""):
		t.mu.Unlock()
		return ifCommit(commit, misused) // the outermost block rolls back
	case t.busy: // of the outermost: whoever is busy rolls back
		t.abandoned = true
		t.mu.Unlock()
		return misused
	}
	t.busy = true
	t.mu.Unlock()
	if b.parent == nil {
		return errors.Join(ifCommit(commit, misused), t.end(ctx, commit && misused == nil))
	}
	err := t.endSavepoint(ctx, b.savepoint, commit)
	t.mu.Lock()
	t.busy = false
	if err != nil && t.lost == nil {
		t.lost = err
	}
	t.mu.Unlock()
	return err
}

func ifCommit(commit bool, err error) error {
	if !commit || err == nil {
		return nil
	}
	return brokenError(err)
}

// end commits or rolls back the whole.
func (t *transaction) end(ctx context.Context, commit bool) error {
	if t.tx == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	if !commit {
		if err := t.tx.Rollback(ctx); err != nil {
			return fmt.Errorf("roll back: %w", err)
		}
		return nil
	}
	if err := t.tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// endSavepoint releases a savepoint, after going back to it where its changes are
// not to stay. The caller has the connection.
func (t *transaction) endSavepoint(ctx context.Context, name string, keep bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	if !keep {
		if _, err := t.tx.Exec(ctx, "ROLLBACK TO SAVEPOINT "+name, nil); err != nil {
			return fmt.Errorf("roll back to a savepoint: %w", err)
		}
	}
	if _, err := t.tx.Exec(ctx, "RELEASE SAVEPOINT "+name, nil); err != nil {
		return fmt.Errorf("release a savepoint: %w", err)
	}
	return nil
}
