package orm

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of queries and transactions, for errors.Is.
var (
	// ErrNotFound: a query that must have one row has none (Django's DoesNotExist).
	ErrNotFound error = notFoundError{}
	// ErrMultiple: a query that must have one row has several (MultipleObjectsReturned).
	ErrMultiple = errors.New("orm: more than one row matches")
	// ErrNoDatabase: the context carries no [DB].
	ErrNoDatabase = errors.New("orm: the context carries no database; give it one with orm.NewContext")

	// ErrTxDone: the transaction of this context has ended.
	ErrTxDone = errors.New("orm: the transaction of this context has already ended")
	// ErrTxInner: the outer context was used while an inner Atomic is open.
	ErrTxInner = errors.New("orm: the context of an outer Atomic was used inside an inner one; use the context that the inner function is given")
	// ErrTxBusy: two goroutines use one transaction at once, or rows are still open.
	ErrTxBusy = errors.New("orm: the transaction is in use by another goroutine or by open rows; give goroutines orm.Detach(ctx)")
	// ErrTxBroken: a statement has failed, so the database refuses others until
	// the end of the Atomic (TransactionManagementError).
	ErrTxBroken = errors.New("orm: a statement of this Atomic has failed; no more can run until its end")
	// ErrNeedsAtomic: SelectForUpdate outside of a transaction.
	ErrNeedsAtomic = errors.New("orm: SelectForUpdate needs a transaction; run it inside orm.Atomic")
	// ErrFetchBlocked: a relation that was not loaded, with [FetchRaise].
	ErrFetchBlocked = errors.New("orm: the relation was not loaded, and the fetch mode forbids loading it now")
)

// notFoundError is the type of ErrNotFound. Templates show nothing for a row that is not there, as
// Django's do.
type notFoundError struct{}

func (notFoundError) Error() string { return "orm: no row matches" }

// SilentVariableFailure tells templates not to stop.
func (notFoundError) SilentVariableFailure() bool { return true }

// Kinds of errors of a database, for errors.Is on a [*DBError]. Unique, foreign
// key, not null, check and exclusion violations are also ErrIntegrity.
var (
	ErrIntegrity        = errors.New("integrity error")
	ErrUnique           = errors.New("unique constraint violated")
	ErrForeignKey       = errors.New("foreign key violated")
	ErrNotNull          = errors.New("null in a column without nulls")
	ErrCheck            = errors.New("check constraint violated")
	ErrExclusion        = errors.New("exclusion constraint violated")
	ErrData             = errors.New("value does not fit")                 // DataError
	ErrOperational      = errors.New("database unreachable or overloaded") // OperationalError
	ErrProgramming      = errors.New("statement not understood")           // ProgrammingError
	ErrSerialization    = errors.New("transactions are in conflict")       // retry
	ErrDeadlock         = errors.New("deadlock")                           // retry
	ErrLockNotAvailable = errors.New("row is locked")
	ErrNotSupported     = errors.New("not supported by this database") // NotSupportedError
	ErrReadOnly         = errors.New("the transaction or database is read-only")
)

// DBError is an error that the database gave. Its text is the database's own and
// may contain values; show users something else.
type DBError struct {
	Kind       error  // one of the kinds above
	Database   string // the dialect's name
	Code       string // SQLSTATE, or the database's number
	Constraint string // name of the constraint, where the database tells
	Table      string
	Columns    []string
	Err        error // the driver's error
}

// Error tells the database, the kind, the constraint, and what the driver said.
func (e *DBError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v", e.Database, e.Kind)
	if e.Constraint != "" {
		fmt.Fprintf(&b, " (%s)", e.Constraint)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	return b.String()
}

// Unwrap gives the driver's error.
func (e *DBError) Unwrap() error { return e.Err }

// Is matches the kind, and ErrIntegrity for all violations.
func (e *DBError) Is(target error) bool {
	if target == e.Kind {
		return true
	}
	if target == ErrIntegrity {
		switch e.Kind {
		case ErrUnique, ErrForeignKey, ErrNotNull, ErrCheck, ErrExclusion:
			return true
		}
	}
	return false
}
