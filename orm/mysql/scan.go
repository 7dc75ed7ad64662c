package mysql

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/dbvalue"
	"github.com/nuages-web/nuages/orm"
)

// Scan reads *civil.Date, *civil.Time, *time.Duration, *uuid.UUID,
// *decimal.Decimal, *netip.Addr, *orm.JSONText, the types of the other methods,
// and *any; see natural.
func (r *rows) Scan(i int, dest any) error {
	if err := r.scan(i, dest); err != nil {
		r.fail(i, strings.TrimPrefix(fmt.Sprintf("%T", dest), "*"), err)
	}
	return r.err
}

func (r *rows) scan(i int, dest any) (err error) {
	switch dest := dest.(type) {
	case *any:
		*dest, err = r.natural(i)
	case *bool:
		*dest = r.Bool(i)
	case *int64:
		*dest = r.Int64(i)
	case *float64:
		*dest = r.Float64(i)
	case *string:
		*dest = r.Text(i)
	case *[]byte:
		*dest = r.Bytes(i)
	case *orm.JSONText:
		*dest = r.Bytes(i)
	case *time.Time:
		*dest = r.Time(i)
	case *time.Duration:
		*dest = time.Duration(r.Int64(i)) * time.Microsecond
	case *civil.Date:
		*dest, err = dbvalue.Date(r.values[i])
	case *civil.Time:
		*dest, err = dbvalue.Clock(r.values[i])
	case *uuid.UUID:
		*dest, err = dbvalue.UUID(r.values[i])
	case *decimal.Decimal:
		*dest, err = dbvalue.Decimal(r.values[i])
	case *netip.Addr:
		*dest, err = netip.ParseAddr(r.Text(i))
	default:
		err = fmt.Errorf("that is no type that columns are read as: %w", orm.ErrNotSupported)
	}
	return err
}

// natural returns the value in the Go type of its column: nil, int64, float64,
// decimal.Decimal, time.Time for datetime and timestamp, civil.Date, civil.Time,
// orm.JSONText (MySQL only; MariaDB's JSON is text), []byte for binary columns, or
// string. A tinyint(1) is an int64: the protocol does not tell it from others.
func (r *rows) natural(i int) (any, error) {
	switch v := r.values[i].(type) {
	case nil:
		return nil, nil
	case int64, float64:
		return v, nil
	case float32:
		return r.Float64(i), nil
	case uint64:
		return r.Int64(i), nil
	case time.Time:
		if r.typeName(i) == "DATE" {
			return civil.DateOf(v), nil
		}
		return v, nil
	}
	switch name := r.typeName(i); {
	case name == "DECIMAL":
		return dbvalue.Decimal(r.values[i])
	case name == "TIME":
		return dbvalue.Clock(r.values[i])
	case name == "JSON":
		return orm.JSONText(r.Bytes(i)), nil
	case name == "BIT" || strings.HasSuffix(name, "BINARY") || strings.HasSuffix(name, "BLOB"):
		return r.Bytes(i), nil
	}
	return r.Text(i), nil
}
