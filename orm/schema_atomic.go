package orm

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// uncheckedBeginner is a [Backend] that checks foreign keys while a table is dropped,
// unless it is told not to (SQLite).
type uncheckedBeginner interface {
	// BeginUnchecked begins a transaction that writes without those checks.
	BeginUnchecked(ctx context.Context) (Tx, error)
}

// AtomicSchema runs f, which changes tables of the database using ("" is the default
// one), in the kind of transaction that suits: on PostgreSQL that of [Atomic]; on SQLite
// one that checks no foreign keys until its end, and then all; on MySQL, where a change
// of tables ends any transaction, none. It is an error inside of an Atomic, but for
// PostgreSQL. In the transaction of a test SQLite cannot do without its checks, so that
// no table can be built anew there.
func AtomicSchema(ctx context.Context, using string, f func(ctx context.Context) error) error {
	c, err := ConnectionOf(ctx, using)
	if err != nil {
		return err
	}
	d := c.Dialect()
	switch {
	case d.Name == "postgresql":
		return AtomicWith(ctx, &AtomicOptions{Using: c.Alias()}, f)
	case c.s.inTx():
		return errors.New("orm: AtomicSchema inside of an Atomic")
	case !d.Features.TransactionalDDL:
		return f(ctx)
	}
	return AtomicWith(ctx, &AtomicOptions{Using: c.Alias(), unchecked: true}, func(ctx context.Context) error {
		if err := f(ctx); err != nil {
			return err
		}
		if d.Name != "sqlite" {
			return nil
		}
		return checkForeignKeys(ctx, using)
	})
}

// maxViolations is how many rows an error tells of.
const maxViolations = 10

// checkForeignKeys looks for rows that refer to none (SQLite).
func checkForeignKeys(ctx context.Context, using string) error {
	c, err := ConnectionOf(ctx, using)
	if err != nil {
		return err
	}
	rows, err := c.Query(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		row := "a row"
		if !rows.IsNull(1) {
			row = fmt.Sprintf("row %d", rows.Int64(1))
		}
		found = append(found, fmt.Sprintf("%s of %q refers to a row that %q does not have", row, rows.Text(0), rows.Text(2)))
		if len(found) > maxViolations {
			found[maxViolations] = "…"
			break
		}
	}
	if err := rows.Err(); err != nil || len(found) == 0 {
		return err
	}
	return &DBError{Kind: ErrForeignKey, Database: c.Dialect().Name, Err: errors.New(strings.Join(found, "; "))}
}
