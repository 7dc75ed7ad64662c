package pairs

import (
	"bytes"
	"encoding/hex"
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

const momentLayout = "2006-01-02T15:04:05.000000"

// Encode returns a value in the form in which Python's side writes it: null, bool,
// a whole number as json.Number, or text that begins with a letter for its type.
// See wire.py.
func Encode(v any) any {
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		return "s:" + v
	case []byte:
		if v == nil {
			return nil
		}
		return "b:" + hex.EncodeToString(v)
	case json.RawMessage:
		return encodeJSON(v)
	case orm.JSONText:
		return encodeJSON(json.RawMessage(v))
	case time.Time:
		return "t:" + v.UTC().Format(momentLayout)
	case time.Duration:
		return "p:" + strconv.FormatInt(v.Microseconds(), 10)
	case civil.Date:
		return "d:" + v.String()
	case civil.Time:
		return fmt.Sprintf("o:%02d:%02d:%02d.%06d", v.Hour, v.Minute, v.Second, v.Nanosecond/1000)
	case decimal.Decimal:
		return "n:" + trimZeros(v.String())
	case uuid.UUID:
		return "u:" + v.String()
	case netip.Addr:
		return "s:" + v.String()
	case orm.Deleted:
		return encodeCounts(v.ByModel)
	}
	return encodeByKind(v)
}

func encodeByKind(v any) any {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return json.Number(strconv.FormatInt(r.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return json.Number(strconv.FormatUint(r.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		return "f:" + strconv.FormatFloat(r.Float(), 'g', -1, 64)
	case reflect.Struct: // orm.Null[V]
		if valid := r.FieldByName("Valid"); valid.IsValid() && valid.Kind() == reflect.Bool && r.NumField() == 2 {
			if !valid.Bool() {
				return nil
			}
			return Encode(r.FieldByName("V").Interface())
		}
	case reflect.Map, reflect.Slice:
		b, err := json.Marshal(v)
		if err == nil {
			return encodeJSON(b)
		}
	}
	return fmt.Sprintf("?:%T %[1]v", v)
}

func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// encodeJSON writes a document as Python does: what is null, text, a number or
// true is that, and the rest is JSON in one form.
func encodeJSON(b json.RawMessage) any {
	if b == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "?:" + err.Error() + " in " + string(b)
	}
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		return "s:" + v
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "f:" + v.String()
		}
		return v
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "?:" + err.Error()
	}
	return "j:" + strings.TrimSuffix(out.String(), "\n")
}

func encodeCounts(counts map[string]int64) any {
	if counts == nil {
		counts = map[string]int64{}
	}
	b, err := json.Marshal(counts)
	if err != nil {
		return "?:" + err.Error()
	}
	return "j:" + string(b)
}

// encoded returns the rows with all values encoded.
func (rows Rows) encoded() (Rows, error) {
	out := make(Rows, len(rows))
	for i, row := range rows {
		out[i] = make([]any, len(row))
		for j, v := range row {
			out[i][j] = Encode(v)
		}
	}
	return out, nil
}

// tolerance is the relative difference that floats may have: databases add up in
// orders of their own.
const tolerance = 1e-12

// Equal compares two encoded values.
func Equal(a, b any) bool {
	if a == b {
		return true
	}
	s, ok1 := a.(string)
	t, ok2 := b.(string)
	if !ok1 || !ok2 || !strings.HasPrefix(s, "f:") || !strings.HasPrefix(t, "f:") {
		return false
	}
	x, err1 := strconv.ParseFloat(s[2:], 64)
	y, err2 := strconv.ParseFloat(t[2:], 64)
	return err1 == nil && err2 == nil && (x == y || math.Abs(x-y) <= tolerance*math.Max(math.Abs(x), math.Abs(y)))
}

// diff tells how got differs from want, or returns "".
func diff(got, want Rows) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("%d rows, want %d; the first missing is %v", len(got), len(want), want[i])
		case i >= len(want):
			return fmt.Sprintf("%d rows, want %d; the first too many is %v", len(got), len(want), got[i])
		case len(got[i]) != len(want[i]):
			return fmt.Sprintf("row %d is %v, want %v", i, got[i], want[i])
		}
		for j := range got[i] {
			if !Equal(got[i][j], want[i][j]) {
				return fmt.Sprintf("row %d, column %d is %v, want %v, of %d and %d rows", i, j, got[i][j], want[i][j], len(got), len(want))
			}
		}
	}
	return ""
}
