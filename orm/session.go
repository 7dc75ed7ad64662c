package orm

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// session is where the statements of a context run: in the transaction of its
// Atomic on that database, else on any connection of the pool. It is of use with
// the context that it was made for.
type session struct {
	alias string // of the database
	state *dbState
	db    *database
	block *block // nil outside of a transaction
}

// sessionFor returns the session for statements on the model m (nil: on none). The
// database is using, where the program named one, else what routers, replicas
// and earlier writes say. Writes are statements that change rows or lock them.
func sessionFor(ctx context.Context, using string, m *Meta, write bool) (*session, error) {
	return sessionForHints(ctx, using, m, write, Hints{})
}

// sessionForHints is sessionFor for relations of an instance.
func sessionForHints(ctx context.Context, using string, m *Meta, write bool, hints Hints) (*session, error) {
	s := dbStateOf(ctx)
	d, err := s.route(ctx, using, m, write, hints)
	if err != nil {
		return nil, err
	}
	return &session{alias: d.alias, state: s, db: d, block: s.blockOf(d)}, nil
}

// Dialect tells how SQL is written for the database.
func (s *session) Dialect() *Dialect { return s.db.dialect }

// zone is the time zone of date parts in queries.
func (s *session) zone() *time.Location { return s.state.db.zone }

// inTx tells whether statements run in a transaction of [Atomic].
func (s *session) inTx() bool {
	for b := s.block; b != nil; b = b.parent {
		if !b.test {
			return true
		}
	}
	return false
}

// conn is the transaction's connection, or the pool: to ask it what more it can. It
// is nil where a lazy transaction can't begin, as the next statement tells.
func (s *session) conn() Conn {
	if s.block == nil {
		return s.db.backend
	}
	if tx := s.block.tx.conn(); tx != nil {
		return tx
	}
	_ = s.block.begin()
	return s.block.tx.conn()
}

// Exec runs a statement without rows.
func (s *session) Exec(ctx context.Context, query string, args []any) (Result, error) {
	if !s.watched() {
		return s.exec(ctx, query, args)
	}
	var result Result
	entry := s.entry(ctx, query, args)
	err := s.wrapped(ctx, entry, func(ctx context.Context, call *Call) (err error) {
		result, err = s.exec(ctx, call.SQL, call.Args)
		return err
	})
	entry.end(ctx, result.RowsAffected, err)
	return result, err
}

func (s *session) exec(ctx context.Context, query string, args []any) (result Result, err error) {
	if s.block == nil {
		return s.db.backend.Exec(ctx, query, args)
	}
	err = s.block.statement(ctx, func() error {
		result, err = s.block.tx.tx.Exec(ctx, query, args)
		return err
	})
	return result, err
}

// openRows are the rows of a query; inside a transaction no other statement runs
// until Close. A loop over many columns reads them from the field Rows, but calls
// Next and Close here.
type openRows struct {
	Rows
	ctx    context.Context // of the query: what is open on its behalf ends with its values
	block  *block          // that waits for Close, or nil
	entry  *logEntry       // or nil
	n      int64
	spent  time.Duration // in Next, where there is an entry
	closed bool
}

// Next goes to the next row.
func (r *openRows) Next() bool {
	if r.entry == nil {
		return r.Rows.Next()
	}
	start := time.Now()
	ok := r.Rows.Next()
	r.spent += time.Since(start)
	if ok {
		r.n++
	}
	return ok
}

// Close frees the connection for the next statement. It may be called more than once.
func (r *openRows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	r.Rows.Close()
	err := r.Rows.Err()
	if r.block != nil {
		r.block.release(r.ctx, err)
	}
	if r.entry != nil {
		r.entry.duration += r.spent
		r.entry.end(r.ctx, r.n, err)
	}
}

// Query runs a statement with rows, which must be closed.
func (s *session) Query(ctx context.Context, query string, args []any) (*openRows, error) {
	if !s.watched() {
		return s.query(ctx, query, args)
	}
	var rows *openRows
	entry := s.entry(ctx, query, args)
	err := s.wrapped(ctx, entry, func(ctx context.Context, call *Call) (err error) {
		if rows != nil { // the wrapper runs it once more
			rows.Close()
		}
		rows, err = s.query(ctx, call.SQL, call.Args)
		return err
	})
	if err != nil {
		if rows != nil { // a wrapper has an error of its own
			rows.Close()
		}
		entry.end(ctx, 0, err)
		return nil, err
	}
	rows.entry = entry
	return rows, nil
}

func (s *session) query(ctx context.Context, query string, args []any) (*openRows, error) {
	if s.block == nil {
		rows, err := s.db.backend.Query(ctx, query, args)
		if err != nil {
			return nil, err
		}
		return &openRows{Rows: rows, ctx: ctx}, nil
	}
	if err := s.block.acquire(ctx); err != nil {
		return nil, err
	}
	opened := false
	err := errAborted // if the backend panics
	defer func() {
		if !opened {
			s.block.release(ctx, err)
		}
	}()
	rows, err := s.block.tx.tx.Query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	opened = true
	return &openRows{Rows: rows, ctx: ctx, block: s.block}, nil
}

// QueryBatch runs several queries, in one round trip where the database can, and
// calls read with the rows of each in order. It stops at the first error. The
// rows are closed for read.
func (s *session) QueryBatch(ctx context.Context, statements []Statement, read func(i int, rows Rows) error) error {
	if len(statements) < 2 || len(s.state.wraps) > 0 {
		return s.queryEach(ctx, statements, read)
	}
	batcher, ok := s.conn().(Batcher)
	if !ok {
		return s.queryEach(ctx, statements, read)
	}
	ended := func(error) {}
	if s.watched() {
		read, ended = s.watchBatch(ctx, statements, read)
	}
	run := func() error { return batcher.QueryBatch(ctx, statements, read) }
	var err error
	if s.block == nil {
		err = run()
	} else {
		err = s.block.statement(ctx, run)
	}
	ended(err)
	return err
}

// watchBatch writes the queries of a batch to the log as their rows are read;
// ended tells that of the one that failed.
func (s *session) watchBatch(ctx context.Context, statements []Statement, read func(int, Rows) error) (watched func(int, Rows) error, ended func(error)) {
	entry := s.entry(ctx, statements[0].SQL, statements[0].Args)
	watched = func(i int, rows Rows) error {
		counted := &openRows{Rows: rows, entry: entry}
		err := read(i, counted)
		entry.duration = time.Since(entry.start)
		entry.end(ctx, counted.n, err)
		if i+1 < len(statements) {
			entry = s.entry(ctx, statements[i+1].SQL, statements[i+1].Args)
		}
		return err
	}
	return watched, func(err error) {
		if err != nil {
			entry.duration = time.Since(entry.start)
			entry.end(ctx, 0, err)
		}
	}
}

func (s *session) queryEach(ctx context.Context, statements []Statement, read func(i int, rows Rows) error) error {
	for i, st := range statements {
		rows, err := s.Query(ctx, st.SQL, st.Args)
		if err != nil {
			return err
		}
		err = read(i, rows)
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hasCopy tells whether CopyFrom works.
func (s *session) hasCopy() bool {
	_, ok := s.conn().(BulkInserter)
	return ok
}

// CopyFrom inserts rows as [BulkInserter] does.
func (s *session) CopyFrom(ctx context.Context, table string, columns []string, n int, value func(row, column int) any) (inserted int64, err error) {
	inserter, ok := s.conn().(BulkInserter)
	if !ok {
		return 0, fmt.Errorf("orm: %s has no COPY: %w", s.db.dialect.Name, ErrNotSupported)
	}
	run := func(ctx context.Context) error {
		if s.block == nil {
			inserted, err = inserter.CopyFrom(ctx, table, columns, n, value)
			return err
		}
		return s.block.statement(ctx, func() error {
			inserted, err = inserter.CopyFrom(ctx, table, columns, n, value)
			return err
		})
	}
	if !s.watched() {
		return inserted, run(ctx)
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = s.db.dialect.Ident(c)
	}
	entry := s.entry(ctx, "COPY "+s.db.dialect.Ident(table)+" ("+strings.Join(names, ", ")+") FROM STDIN", nil)
	err = s.wrapped(ctx, entry, func(ctx context.Context, _ *Call) error { return run(ctx) })
	entry.end(ctx, inserted, err)
	return inserted, err
}

// InsertKeys inserts rows as [KeyInserter] does, in a transaction. It tells whether
// the connection has the method.
func (s *session) InsertKeys(ctx context.Context, table string, columns []string, n int, value func(row, column int) any, key func(row int, key int64)) (bool, error) {
	inserter, ok := s.conn().(KeyInserter)
	if !ok || s.block == nil {
		return false, nil
	}
	run := func(ctx context.Context) error {
		return s.block.statement(ctx, func() error { return inserter.InsertKeys(ctx, table, columns, n, value, key) })
	}
	if !s.watched() {
		return true, run(ctx)
	}
	entry := s.entry(ctx, "INSERT INTO "+s.db.dialect.Ident(table)+" …", nil)
	err := s.wrapped(ctx, entry, func(ctx context.Context, _ *Call) error { return run(ctx) })
	entry.end(ctx, int64(n), err)
	return true, err
}
