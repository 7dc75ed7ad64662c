package serializers

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// plain turns a value of a column into what an Encoder gets.
func plain(f *orm.Field, v any) any {
	for f.Relation != nil && f.Relation.ToField != nil { // a key is what it leads to
		f = f.Relation.ToField
	}
	switch x := v.(type) {
	case nil, bool, int64, string:
		return v
	case decimal.Decimal:
		return decimalText(f, x)
	case []byte:
		return base64.StdEncoding.EncodeToString(x)
	case json.RawMessage:
		return x
	case time.Duration:
		return civil.DurationString(x)
	case uuid.UUID:
		return x.String()
	case netip.Addr:
		return x.String()
	}
	return plainByKind(f, v)
}

// plainByKind takes the types that programs name themselves.
func plainByKind(f *orm.Field, v any) any {
	r := reflect.ValueOf(v)
	switch f.Kind {
	case orm.KindJSON:
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v) // it was read from JSON
		}
		return json.RawMessage(raw)
	case orm.KindCustom:
		return customText(v)
	case orm.KindUUID:
		return r.Convert(reflect.TypeFor[uuid.UUID]()).Interface().(uuid.UUID).String()
	}
	switch {
	case r.CanInt():
		return r.Int()
	case r.CanUint():
		return r.Uint()
	case r.CanFloat():
		return r.Float()
	case r.Kind() == reflect.String:
		return r.String()
	case r.Kind() == reflect.Bool:
		return r.Bool()
	}
	return v
}

// decimalText writes a decimal with the places that its field has.
func decimalText(f *orm.Field, d decimal.Decimal) string {
	if places := int32(f.DecimalPlaces); -d.Exponent() <= places {
		return d.StringFixed(places)
	}
	return d.String()
}

// naturalValue turns a part of a natural key into what an Encoder gets.
func naturalValue(v any) any {
	switch x := v.(type) {
	case uuid.UUID:
		return x.String()
	case netip.Addr:
		return x.String()
	case decimal.Decimal:
		return x.String()
	case time.Duration:
		return civil.DurationISO(x)
	}
	return v
}

// isoTime is Python's isoformat of a moment in UTC, with sep before the clock.
func isoTime(t time.Time, sep string) string {
	t = t.UTC()
	text := t.Format("2006-01-02" + sep + "15:04:05")
	if micros := t.Nanosecond() / 1000; micros != 0 {
		text += fmt.Sprintf(".%06d", micros)
	}
	return text + "+00:00"
}

// pythonFloat is Python's repr of a float.
func pythonFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	e := strconv.FormatFloat(f, 'e', -1, 64)
	at := strings.IndexByte(e, 'e')
	exponent, _ := strconv.Atoi(e[at+1:])
	if f != 0 && (exponent < -4 || exponent >= 16) {
		return e
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

func pythonBool(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
