package postgres

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// otherText returns values of other types as the server writes them.
func (r *rows) otherText(i int) string {
	b := r.raw[i]
	text, err := "", error(nil)
	switch r.codes[i] {
	case asBool:
		text = strconv.FormatBool(r.Bool(i))
	case asInt2, asInt4, asInt8:
		text = strconv.FormatInt(r.Int64(i), 10)
	case asFloat8:
		text = string(appendFloat(nil, r.Float64(i)))
	case asFloat4:
		text = strconv.FormatFloat(r.Float64(i), 'g', -1, 32)
	case asNumeric:
		text, err = numericText(b)
	case asUUID:
		var u uuid.UUID
		u, err = decodeUUID(b)
		text = u.String()
	case asJSONB:
		text = string(r.Bytes(i))
	case asInet:
		var p netip.Prefix
		if p, err = decodeInet(b); err == nil {
			text = inetText(p)
		}
	case asTimestamp:
		text = r.Time(i).Format("2006-01-02 15:04:05.999999")
		if r.fields[i].DataTypeOID == pgtype.TimestamptzOID {
			text += "+00"
		}
	case asDate:
		var d civil.Date
		d, err = decodeDate(b)
		text = d.String()
	case asTime:
		var t civil.Time
		t, err = decodeTimeOfDay(b)
		text = t.String()
	default:
		err = fmt.Errorf("it is of type %s", r.typeName(i))
	}
	if err != nil || b == nil {
		r.fail(i, "text", err)
		return ""
	}
	return text
}

// Scan reads a value into *civil.Date, *civil.Time, *time.Duration, *uuid.UUID,
// *decimal.Decimal, *netip.Addr, *netip.Prefix, *any, and into all that pgx can
// read, such as slices of arrays. An error ends the rows, too.
func (r *rows) Scan(i int, dest any) error {
	if r.err != nil {
		return r.err
	}
	if d, ok := dest.(*any); ok {
		*d = r.natural(i)
		return r.err
	}
	if r.raw[i] == nil {
		r.fail(i, fmt.Sprintf("%T", dest), nil)
		return r.err
	}
	if err := r.scan(i, dest); err != nil {
		r.fail(i, fmt.Sprintf("%T", dest), err)
	}
	return r.err
}

func (r *rows) scan(i int, dest any) (err error) {
	b, as := r.raw[i], r.codes[i]
	switch d := dest.(type) {
	case *civil.Date:
		switch as {
		case asDate:
			*d, err = decodeDate(b)
		case asTimestamp:
			*d = civil.DateOf(r.Time(i))
		default:
			*d, err = civil.ParseDate(r.Text(i))
		}
	case *civil.Time:
		if as == asTime {
			*d, err = decodeTimeOfDay(b)
			return err
		}
		*d, err = civil.ParseTime(r.Text(i))
	case *time.Duration:
		if as == asInterval {
			*d, err = decodeInterval(b)
			return err
		}
		*d, err = parseInterval(r.Text(i))
	case *uuid.UUID:
		if as == asUUID {
			*d, err = decodeUUID(b)
			return err
		}
		*d, err = uuid.Parse(r.Text(i))
	case *decimal.Decimal:
		*d, err = r.decimal(i)
	case *netip.Addr:
		var p netip.Prefix
		p, err = r.prefix(i)
		*d = p.Addr()
	case *netip.Prefix:
		*d, err = r.prefix(i)
	case *string:
		*d = r.Text(i)
	case *int64:
		*d = r.Int64(i)
	case *float64:
		*d = r.Float64(i)
	case *bool:
		*d = r.Bool(i)
	case *time.Time:
		*d = r.Time(i)
	case *[]byte:
		*d = r.Bytes(i)
	case *json.RawMessage:
		*d = r.Bytes(i)
	default:
		f := &r.fields[i]
		return r.conn.TypeMap().Scan(f.DataTypeOID, f.Format, b, dest)
	}
	return err
}

func (r *rows) decimal(i int) (decimal.Decimal, error) {
	switch r.codes[i] {
	case asNumeric:
		n, err := decodeNumeric(r.raw[i])
		if err != nil {
			return decimal.Decimal{}, err
		}
		return n.decimal()
	case asInt2, asInt4, asInt8:
		return decimal.NewFromInt(r.Int64(i)), nil
	}
	text := r.Text(i)
	if len(text) > maxDigits {
		return decimal.Decimal{}, fmt.Errorf("a number of %d characters", len(text))
	}
	d, err := decimal.NewFromString(text)
	if e := d.Exponent(); e > maxExponent || e < -maxDigits {
		return decimal.Decimal{}, fmt.Errorf("the exponent %d", e)
	}
	return d, err
}

func (r *rows) prefix(i int) (netip.Prefix, error) {
	if r.codes[i] == asInet {
		return decodeInet(r.raw[i])
	}
	text := r.Text(i)
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// natural returns a value in the Go type of its column: int64, float64, bool,
// string, []byte, time.Time, civil.Date, civil.Time, time.Duration, uuid.UUID,
// decimal.Decimal, json.RawMessage, netip.Prefix, or what pgx makes of it.
func (r *rows) natural(i int) any {
	if r.raw[i] == nil {
		return nil
	}
	switch r.fields[i].DataTypeOID {
	case pgtype.BoolOID:
		return r.Bool(i)
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.OIDOID:
		return r.Int64(i)
	case pgtype.Float4OID, pgtype.Float8OID:
		return r.Float64(i)
	case pgtype.TimestamptzOID, pgtype.TimestampOID:
		return r.Time(i)
	case pgtype.ByteaOID:
		return r.Bytes(i)
	case pgtype.JSONOID, pgtype.JSONBOID:
		return json.RawMessage(r.Bytes(i))
	case pgtype.DateOID:
		return naturalAs[civil.Date](r, i)
	case pgtype.TimeOID:
		return naturalAs[civil.Time](r, i)
	case pgtype.IntervalOID:
		return naturalAs[time.Duration](r, i)
	case pgtype.UUIDOID:
		return naturalAs[uuid.UUID](r, i)
	case pgtype.NumericOID:
		return naturalAs[decimal.Decimal](r, i)
	case pgtype.InetOID, pgtype.CIDROID:
		return naturalAs[netip.Prefix](r, i)
	}
	if r.codes[i] == asText {
		return r.Text(i)
	}
	return naturalAs[any](r, i)
}

func naturalAs[T any](r *rows, i int) any {
	var v T
	var err error
	if p, ok := any(&v).(*any); ok {
		f := &r.fields[i]
		err = r.conn.TypeMap().Scan(f.DataTypeOID, f.Format, r.raw[i], p)
	} else {
		err = r.scan(i, &v)
	}
	if err != nil {
		r.fail(i, fmt.Sprintf("%T", v), err)
		return nil
	}
	return v
}
