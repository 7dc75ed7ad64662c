package orm

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Call is a statement on its way to the database, for a [Wrapper], which may
// change SQL and Args before it lets it go on.
type Call struct {
	Alias    string // of the database
	Dialect  *Dialect
	SQL      string
	Args     []any
	InAtomic bool // in a transaction
}

// Wrapper is a function around every statement: it calls next to run it, once,
// or returns an error. For a query next returns when the database has begun to
// answer; its rows are read later. Starts and ends of transactions are no statements.
type Wrapper func(ctx context.Context, call *Call, next func(ctx context.Context) error) error

// Wrap returns a context whose statements go through w, inside of the wrappers
// that there are (connection.execute_wrapper).
func Wrap(ctx context.Context, w Wrapper) context.Context {
	return dbStateOf(ctx).with(ctx, func(s *dbState) { s.wraps = append(s.wraps[:len(s.wraps):len(s.wraps)], w) })
}

// WithQueryLog returns a context whose statements are also written to l.
func WithQueryLog(ctx context.Context, l *QueryLog) context.Context {
	return dbStateOf(ctx).with(ctx, func(s *dbState) { s.logs = append(s.logs[:len(s.logs):len(s.logs)], l) })
}

// QueryLogOptions refine [NewQueryLog]. The zero value, like nil, is all defaults.
type QueryLogOptions struct {
	// Size is how many statements are kept, the last ones. Default 1000; a
	// negative number keeps none.
	Size int
	// HideArgs leaves the arguments out, which may be personal.
	HideArgs bool
	// Logger gets a record for each statement as well, at level debug. Default none.
	Logger *slog.Logger
	// Slow is the duration from which on a statement counts as slow: its record
	// has level warning, and a query outside of a transaction is explained by the
	// database (LoggedQuery.Plan). Default: none is slow. It is for development,
	// since to explain is one more statement.
	Slow time.Duration
}

// QueryLog remembers statements: connection.queries of Django, with where they
// came from. [WithQueryLog] and [DBOptions] attach it. It is safe for concurrent use.
type QueryLog struct {
	opts  QueryLogOptions
	mu    sync.Mutex
	ring  []LoggedQuery
	count int
}

// LoggedQuery is one statement of a [QueryLog].
type LoggedQuery struct {
	Alias    string // of the database
	SQL      string
	Args     []any // nil where the log hides them
	Start    time.Time
	Duration time.Duration // with reading the rows, without what the program did between
	Rows     int64         // read or changed
	// Caller is the line of the program that ran it: "shop/views.go:40". Package
	// orm and generated files do not count.
	Caller   string
	InAtomic bool
	Plan     string // of a slow query, as the database explains it
	Err      error
}

// NewQueryLog returns an empty log.
func NewQueryLog(opts *QueryLogOptions) *QueryLog {
	l := &QueryLog{}
	if opts != nil {
		l.opts = *opts
	}
	if l.opts.Size == 0 {
		l.opts.Size = 1000
	}
	return l
}

// Queries returns the statements that are kept, the oldest first.
func (l *QueryLog) Queries() []LoggedQuery {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < l.opts.Size || l.opts.Size <= 0 {
		return append([]LoggedQuery(nil), l.ring...)
	}
	at := l.count % l.opts.Size
	return append(append([]LoggedQuery(nil), l.ring[at:]...), l.ring[:at]...)
}

// Count returns how many statements there were since the beginning or Reset, also
// those that are not kept.
func (l *QueryLog) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// Reset empties the log.
func (l *QueryLog) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.count = nil, 0
}

func (l *QueryLog) add(ctx context.Context, q LoggedQuery) {
	if l.opts.HideArgs {
		q.Args = nil
	}
	l.mu.Lock()
	if size := l.opts.Size; len(l.ring) < size {
		l.ring = append(l.ring, q)
	} else if size > 0 {
		l.ring[l.count%size] = q
	}
	l.count++
	l.mu.Unlock()
	if l.opts.Logger != nil {
		l.write(ctx, q)
	}
}

func (l *QueryLog) write(ctx context.Context, q LoggedQuery) {
	level := slog.LevelDebug
	if l.slow(q.Duration) {
		level = slog.LevelWarn
	}
	if !l.opts.Logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("database", q.Alias), slog.String("sql", q.SQL), slog.Duration("duration", q.Duration),
		slog.Int64("rows", q.Rows), slog.String("caller", q.Caller),
	}
	if q.Args != nil {
		attrs = append(attrs, slog.Any("args", q.Args))
	}
	if q.Plan != "" {
		attrs = append(attrs, slog.String("plan", q.Plan))
	}
	if q.Err != nil {
		attrs = append(attrs, slog.Any("error", q.Err))
	}
	l.opts.Logger.LogAttrs(ctx, level, "query", attrs...)
}

func (l *QueryLog) slow(d time.Duration) bool { return l.opts.Slow > 0 && d >= l.opts.Slow }

// watched tells whether anybody wants to know of statements.
func (s *session) watched() bool {
	return len(s.state.wraps) > 0 || len(s.state.logs) > 0 || s.state.db.log != nil
}

// logEntry is a statement under way.
type logEntry struct {
	session  *session
	call     Call
	caller   string
	start    time.Time
	duration time.Duration
	ended    bool
}

func (s *session) entry(ctx context.Context, query string, args []any) *logEntry {
	e := &logEntry{session: s, call: Call{s.db.alias, s.db.dialect, query, args, s.inTx()}, start: time.Now()}
	if len(s.state.logs) > 0 || s.state.db.log != nil {
		e.caller = callerOfORM()
	}
	return e
}

var errNotRun = errors.New("orm: a Wrapper returned no error, but did not run the statement")

// wrapped calls run inside the wrappers.
func (s *session) wrapped(ctx context.Context, e *logEntry, run func(context.Context, *Call) error) error {
	ran := false
	next := func(ctx context.Context) error {
		ran = true
		return run(ctx, &e.call)
	}
	for i := len(s.state.wraps) - 1; i >= 0; i-- {
		inner, w := next, s.state.wraps[i]
		next = func(ctx context.Context) error { return w(ctx, &e.call, inner) }
	}
	err := next(ctx)
	if err == nil && !ran {
		err = errNotRun
	}
	e.duration = time.Since(e.start)
	return err
}

// end writes the statement to the logs, once.
func (e *logEntry) end(ctx context.Context, rows int64, err error) {
	if e.ended {
		return
	}
	e.ended = true
	logs := e.session.state.logs
	if l := e.session.state.db.log; l != nil {
		logs = append(logs[:len(logs):len(logs)], l)
	}
	q := LoggedQuery{
		Alias: e.call.Alias, SQL: e.call.SQL, Args: e.call.Args, Start: e.start, Duration: e.duration,
		Rows: rows, Caller: e.caller, InAtomic: e.call.InAtomic, Err: err,
	}
	for _, l := range logs {
		if l.slow(q.Duration) && q.Plan == "" && err == nil && e.session.block == nil {
			q.Plan = e.explain(ctx)
		}
		l.add(ctx, q)
	}
}
