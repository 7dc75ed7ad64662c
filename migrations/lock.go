package migrations

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/nuages-web/nuages/orm"
)

// lockPoll is how long a process waits before it asks again for the lock. It asks, and
// does not wait in the database: a statement that waits there would keep CREATE INDEX
// CONCURRENTLY of the process that has the lock waiting for it.
const lockPoll = 200 * time.Millisecond

// lockKey is the key of PostgreSQL's advisory lock: "nuages" in ASCII.
const lockKey = 0x6e7561676573

// errLocked says that another process has the lock.
var errLocked = errors.New("another process migrates the database")

// Lock runs f while no other process migrates the database using. It waits for the one
// that does, and calls waiting before, unless it is nil. The lock is PostgreSQL's advisory
// one, MySQL's GET_LOCK, and a file beside a SQLite database; it ends with the process.
// f must use the context that it closes over, which has no transaction.
func Lock(ctx context.Context, using string, waiting func(), f func() error) error {
	c, err := orm.ConnectionOf(ctx, using)
	if err != nil {
		return err
	}
	switch c.Dialect().Name {
	case "postgresql":
		return lockInTransaction(ctx, using, waiting, fmt.Sprintf("SELECT CASE WHEN pg_try_advisory_xact_lock(%d) THEN 1 ELSE 0 END", lockKey), keepIdle, "", f)
	case "mysql", "mariadb":
		return lockInTransaction(ctx, using, waiting, "SELECT GET_LOCK(CONCAT('nuages:', DATABASE()), 0)", "",
			"SELECT RELEASE_LOCK(CONCAT('nuages:', DATABASE()))", f)
	case "sqlite":
		return lockFile(ctx, c, waiting, f)
	}
	return f()
}

// keepIdle lets the transaction that holds PostgreSQL's lock stay open for as long as a
// migration lasts. It also takes the place of the statement that took the lock, whose
// snapshot PostgreSQL keeps until then, and CREATE INDEX CONCURRENTLY would wait for.
const keepIdle = "SET LOCAL idle_in_transaction_session_timeout = 0"

// lockInTransaction holds a lock of the database by a connection of its own. taken is run
// when it has it, unless it is empty.
func lockInTransaction(ctx context.Context, using string, waiting func(), take, taken, release string, f func() error) error {
	return orm.AtomicWith(ctx, &orm.AtomicOptions{Using: using}, func(held context.Context) error {
		err := waitFor(ctx, waiting, func() error {
			n, err := number(held, using, take)
			if err == nil && n != 1 {
				err = errLocked
			}
			return err
		})
		if err == nil && taken != "" {
			err = execute(held, using, taken)
		}
		if err != nil {
			return err
		}
		err = f()
		if release != "" {
			_, e := number(held, using, release)
			err = errors.Join(err, e)
		}
		return err
	})
}

// waitFor calls take until it gives no errLocked.
func waitFor(ctx context.Context, waiting func(), take func() error) error {
	for {
		err := take()
		if !errors.Is(err, errLocked) {
			return err
		}
		if waiting != nil {
			waiting()
			waiting = nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", err, ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

// number returns the number that a query gives.
func number(ctx context.Context, using, query string) (int64, error) {
	c, err := orm.ConnectionOf(ctx, using)
	if err != nil {
		return 0, err
	}
	rows, err := c.Query(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var n int64
	if rows.Next() {
		n = rows.Int64(0)
	}
	return n, rows.Err()
}

func execute(ctx context.Context, using, statement string) error {
	c, err := orm.ConnectionOf(ctx, using)
	if err == nil {
		_, err = c.Exec(ctx, statement)
	}
	return err
}

// lockFile holds a lock on a file beside the database. A database in memory has none,
// and needs none: no other process sees it.
func lockFile(ctx context.Context, c orm.Connection, waiting func(), f func() error) error {
	rows, err := c.Query(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'")
	if err != nil {
		return err
	}
	path := ""
	if rows.Next() && !rows.IsNull(0) {
		path = rows.Text(0)
	}
	err = rows.Err()
	rows.Close()
	if err != nil {
		return err
	}
	if path == "" {
		return f()
	}
	var unlock func() error
	err = waitFor(ctx, waiting, func() (err error) {
		unlock, err = tryLockFile(filepath.Clean(path) + "-migrate")
		return err
	})
	if err != nil {
		return err
	}
	err = f()
	return errors.Join(err, unlock())
}
