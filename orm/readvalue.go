package orm

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// readValue reads a column that is not null into dest, a pointer to a type that a
// field can have. It boxes nothing for the usual types.
func readValue(dest any, rows Rows, column int) error {
	switch p := dest.(type) {
	case *int64:
		*p = rows.Int64(column)
	case *string:
		*p = rows.Text(column)
	case *float64:
		*p = rows.Float64(column)
	case *bool:
		*p = rows.Bool(column)
	case *time.Time:
		*p = rows.Time(column)
	case *[]byte:
		*p = rows.Bytes(column)
	case *json.RawMessage:
		*p = json.RawMessage(rows.Text(column))
	case *decimal.Decimal, *uuid.UUID, *civil.Date, *civil.Time, *time.Duration, *any:
		return rows.Scan(column, dest)
	case CustomScanner:
		return p.ScanColumn(rows, column)
	default:
		return readOther(dest, rows, column)
	}
	return nil
}

// readOther reads named types by their underlying type.
func readOther(dest any, rows Rows, column int) error {
	if p, ok := dest.(*netip.Addr); ok {
		s := rows.Text(column)
		if prefix, err := netip.ParsePrefix(s); err == nil { // PostgreSQL's inet
			*p = prefix.Addr()
			return nil
		}
		var err error
		*p, err = netip.ParseAddr(s)
		return err
	}
	if _, ok := dest.(jsonValue); ok {
		return json.Unmarshal([]byte(rows.Text(column)), dest)
	}
	v := reflect.ValueOf(dest).Elem()
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := rows.Int64(column)
		if v.OverflowInt(n) {
			return fmt.Errorf("orm: %d does not fit %s: %w", n, v.Type(), ErrData)
		}
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n := rows.Int64(column)
		if n < 0 || v.OverflowUint(uint64(n)) {
			return fmt.Errorf("orm: %d does not fit %s: %w", n, v.Type(), ErrData)
		}
		v.SetUint(uint64(n))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(rows.Float64(column))
	case reflect.String:
		v.SetString(rows.Text(column))
	case reflect.Bool:
		v.SetBool(rows.Bool(column))
	default:
		return rows.Scan(column, dest)
	}
	return nil
}
