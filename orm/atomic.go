package orm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/async"
)

// AtomicOptions refine [AtomicWith]. The zero value, like nil, is all defaults.
type AtomicOptions struct {
	// Using is the alias of the database. Default "default".
	Using string
	// Durable: the changes are in the database for good when AtomicWith returns,
	// so it is an error inside another Atomic on the database. In the transaction
	// of a test (package ormtest) it is not.
	Durable bool
	// Isolation is the isolation level. Default: the database's. Only the
	// outermost block may choose one.
	Isolation sql.IsolationLevel
	// ReadOnly forbids changes, where the database can. Only the outermost block
	// may ask for it.
	ReadOnly bool
	// Retry is how often the function is tried at most, when the transaction
	// loses to another one ([ErrSerialization], [ErrDeadlock]); between tries
	// there is a growing random pause. Default 0: once. The function runs anew
	// each time, so it must set what it keeps. It counts in the outermost block
	// only, since there is nothing an inner one could gain.
	Retry int
	// Lazy: the transaction begins with its first statement, so that a function
	// that comes to none needs no connection. It counts in the outermost block
	// only.
	Lazy bool
	// NoSavepoint: a block inside another one gets no savepoint, so that its
	// failure is the failure of the outer block, too (savepoint=False).
	NoSavepoint bool

	unchecked bool // AtomicSchema
}

// Atomic runs f in a transaction on the default database: it commits when f
// returns nil, and rolls back when f returns an error, panics or ends its
// goroutine, and when ctx ends. All that is done with the context that f is given
// takes part. Inside another Atomic it is a savepoint, so that its failure leaves
// the outer one usable.
//
//	err := orm.Atomic(ctx, func(ctx context.Context) error {
//		if err := orm.Save(ctx, order); err != nil {
//			return err
//		}
//		return orm.OnCommit(ctx, func(ctx context.Context) error { return mail.Send(ctx, receipt(order)) })
//	})
//
// A statement that fails breaks its block on every database: others get
// [ErrTxBroken] and Atomic rolls back and returns an error even when f returns
// nil. To go on after an expected failure put it into an Atomic of its own. After
// [ErrDeadlock] and [ErrSerialization] the whole transaction is broken, not just
// the inner block.
//
// One goroutine at a time uses a transaction, and one that is started inside gets
// [Detach](ctx) or a transaction of its own. Misuse is an error that leaves
// the connection in order: [ErrTxBusy], [ErrTxDone], [ErrTxInner].
func Atomic(ctx context.Context, f func(ctx context.Context) error) error {
	return AtomicWith(ctx, nil, f)
}

// AtomicWith is [Atomic] with options.
func AtomicWith(ctx context.Context, opts *AtomicOptions, f func(ctx context.Context) error) error {
	if opts == nil {
		opts = &AtomicOptions{}
	}
	s := dbStateOf(ctx)
	if s.db == nil {
		return ErrNoDatabase
	}
	d, err := s.db.named(opts.Using)
	if err != nil {
		return err
	}
	outer := s.blockOf(d)
	if outer != nil && !outer.test {
		return atomicInner(ctx, s, outer, opts, f)
	}
	var hooks []commitHook
	try := func(ctx context.Context) (struct{}, error) {
		hooks, err = atomicOutermost(ctx, s, d, opts, f)
		if err != nil && !isConflict(err) {
			err = async.Permanent(err)
		}
		return struct{}{}, err
	}
	if opts.Retry > 1 && outer == nil {
		_, err = async.Retry(ctx, &async.RetryOptions{Attempts: opts.Retry, Base: 20 * time.Millisecond, Max: time.Second}, try)
	} else {
		hooks, err = atomicOutermost(ctx, s, d, opts, f)
	}
	if err != nil {
		return err
	}
	return runHooks(ctx, hooks)
}

// atomicOutermost runs a transaction, and returns its hooks once it has committed.
// In the transaction of a test a savepoint takes its place.
func atomicOutermost(ctx context.Context, s *dbState, d *database, opts *AtomicOptions, f func(context.Context) error) ([]commitHook, error) {
	b := &block{outer: s.block}
	if test := s.blockOf(d); test != nil {
		b.inside(test)
		b.start = func() error { return b.startInner(ctx) }
	} else {
		b.tx = &transaction{db: d, unchecked: opts.unchecked}
		b.start = func() error {
			return b.tx.start(ctx, sql.TxOptions{Isolation: opts.Isolation, ReadOnly: opts.ReadOnly})
		}
	}
	if !opts.Lazy {
		if err := b.begin(); err != nil {
			return nil, err
		}
	}
	committed, err := b.run(ctx, s, f)
	if !committed {
		return nil, err
	}
	return b.hooks, nil
}

// atomicInner runs a block inside of another one.
func atomicInner(ctx context.Context, s *dbState, outer *block, opts *AtomicOptions, f func(context.Context) error) error {
	switch {
	case opts.Durable:
		return errors.New("orm: a durable Atomic inside another one")
	case opts.Isolation != sql.LevelDefault || opts.ReadOnly:
		return errors.New("orm: only the outermost Atomic can choose its isolation or be read-only")
	}
	b := &block{outer: s.block}
	b.inside(outer)
	if opts.NoSavepoint {
		b.savepoint = ""
	}
	b.start = func() error { return b.startInner(ctx) }
	if err := b.begin(); err != nil {
		return err
	}
	returned := false
	defer func() {
		if !returned { // a panic, or the end of the goroutine
			b.handUp(false, errAborted)
		}
	}()
	committed, err := b.run(ctx, s, f)
	returned = true
	b.handUp(committed, err)
	return err
}

// handUp gives the outer block what the ended one leaves: its hooks, or, without
// a savepoint, its failure.
func (b *block) handUp(committed bool, err error) {
	b.tx.mu.Lock()
	defer b.tx.mu.Unlock()
	p := b.parent
	switch {
	case committed:
		p.hooks = append(p.hooks, b.hooks...)
	case b.savepoint != "":
	case err == nil:
		p.rollback = true
	case p.broken == nil:
		p.broken = err
	}
}

// run calls f in the block and ends it.
func (b *block) run(ctx context.Context, s *dbState, f func(context.Context) error) (committed bool, err error) {
	returned := false
	defer func() {
		if !returned { // a panic, or the end of the goroutine
			_ = b.end(ctx, false)
		}
	}()
	err = f(s.with(ctx, func(s *dbState) { s.block = b }))
	returned = true
	if err == nil {
		err = ctx.Err()
	}
	wanted := err == nil
	if wanted {
		wanted, err = b.outcome()
	}
	if e := b.end(ctx, wanted); e != nil {
		if err != nil {
			return false, fmt.Errorf("%w (and %w)", err, e)
		}
		return false, e
	}
	return wanted, err
}

// outcome tells what becomes of a block whose function succeeded.
func (b *block) outcome() (commit bool, err error) {
	b.tx.mu.Lock()
	defer b.tx.mu.Unlock()
	switch {
	case b.tx.lost != nil:
		return false, brokenError(b.tx.lost)
	case b.broken != nil:
		return false, brokenError(b.broken)
	}
	return !b.rollback, nil
}

// SetRollback makes the innermost Atomic of ctx roll back at its end although its
// function returns nil (transaction.set_rollback). It is an error outside of one.
func SetRollback(ctx context.Context) error {
	b := dbStateOf(ctx).block
	if b == nil || b.test {
		return errors.New("orm: SetRollback outside of an Atomic")
	}
	b.tx.mu.Lock()
	defer b.tx.mu.Unlock()
	if b.done || b.tx.over {
		return ErrTxDone
	}
	b.rollback = true
	return nil
}

// InAtomic tells whether ctx is that of an Atomic, on any database; the
// transaction of a test does not count.
func InAtomic(ctx context.Context) bool {
	for b := dbStateOf(ctx).block; b != nil; b = b.outer {
		if !b.test {
			return true
		}
	}
	return false
}

// Detach returns ctx outside of its transactions, for goroutines that do work of
// their own. What these write stays when the transaction rolls back, and they do
// not see what it has not committed. The transaction of a test stays.
func Detach(ctx context.Context) context.Context {
	s := dbStateOf(ctx)
	outside := s.block
	for outside != nil && !outside.test {
		outside = outside.outer
	}
	if outside == s.block {
		return ctx
	}
	return s.with(ctx, func(s *dbState) { s.block = outside })
}

// BeginTest begins a transaction for a test, which end rolls back; package ormtest
// calls it. Code under test does not see it: Atomic behaves as if it were the
// outermost, its hooks run when it ends, and a failed statement breaks nothing.
// The default alias is the empty string's.
func BeginTest(ctx context.Context, using string) (testing context.Context, end func() error, err error) {
	s := dbStateOf(ctx)
	if s.db == nil {
		return nil, nil, ErrNoDatabase
	}
	d, err := s.db.named(using)
	if err != nil {
		return nil, nil, err
	}
	if s.blockOf(d) != nil {
		return nil, nil, errors.New("orm: BeginTest inside a transaction")
	}
	b := &block{tx: &transaction{db: d}, outer: s.block, test: true}
	b.start = func() error { return b.tx.start(ctx, sql.TxOptions{}) }
	if err := b.begin(); err != nil {
		return nil, nil, err
	}
	return s.with(ctx, func(s *dbState) { s.block = b }), func() error { return b.end(ctx, false) }, nil
}
