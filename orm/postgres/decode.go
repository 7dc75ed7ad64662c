package postgres

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// The binary formats are those of the server's send functions
// (src/backend/utils/adt).

const (
	epochMicros = 946684800000000 // 2000-01-01, PostgreSQL's epoch, since 1970
	epochDays   = 10957
	dayMicros   = 86400 * 1000000

	// maxDigits bounds numbers, which on the server may have 147,000 digits.
	maxDigits = 4000
)

var errBytes = errors.New("the value has not the length of its type")

func microTime(us int64) time.Time { return time.UnixMicro(us + epochMicros).UTC() }

func decodeDate(b []byte) (civil.Date, error) {
	if len(b) != 4 {
		return civil.Date{}, errBytes
	}
	days := int32(binary.BigEndian.Uint32(b))
	if days == math.MaxInt32 || days == math.MinInt32 {
		return civil.Date{}, errors.New("infinity has no date in Go")
	}
	return civil.DateOf(time.Unix((int64(days)+epochDays)*86400, 0).UTC()), nil
}

func decodeTimeOfDay(b []byte) (civil.Time, error) {
	if len(b) != 8 {
		return civil.Time{}, errBytes
	}
	us := int64(binary.BigEndian.Uint64(b))
	if us < 0 || us >= dayMicros {
		return civil.Time{}, fmt.Errorf("24:00 is no time of day in Go: %w", orm.ErrData)
	}
	return civil.TimeOf(time.UnixMicro(us).UTC()), nil
}

// decodeInterval reads days as 24 hours, as Django does. Months have no length.
func decodeInterval(b []byte) (time.Duration, error) {
	if len(b) != 16 {
		return 0, errBytes
	}
	us := int64(binary.BigEndian.Uint64(b))
	days := int64(int32(binary.BigEndian.Uint32(b[8:])))
	if months := int32(binary.BigEndian.Uint32(b[12:])); months != 0 {
		return 0, fmt.Errorf("an interval of %d months has no duration in Go: %w", months, orm.ErrData)
	}
	return interval(days, us)
}

// interval is the sum of its parts. A day has 24 hours.
func interval(days, us int64) (time.Duration, error) {
	const most = math.MaxInt64 / 1000 // microseconds
	if us <= most && us >= -most && days <= most/dayMicros && days >= -most/dayMicros {
		if total := us + days*dayMicros; total <= most && total >= -most {
			return time.Duration(total) * time.Microsecond, nil
		}
	}
	return 0, fmt.Errorf("an interval beyond 292 years: %w", orm.ErrData)
}

// numeric is a number as the server sends it: groups of four digits.
type numeric struct {
	digits []byte // two bytes each
	weight int    // of the first group, as a power of 10,000
	sign   uint16
	scale  int // digits after the point
}

const (
	numericNegative = 0x4000
	numericNaN      = 0xC000
	numericPInf     = 0xD000
	numericNInf     = 0xF000
)

func decodeNumeric(b []byte) (n numeric, err error) {
	if len(b) < 8 {
		return n, errBytes
	}
	groups := int(binary.BigEndian.Uint16(b))
	n.weight = int(int16(binary.BigEndian.Uint16(b[2:])))
	n.sign = binary.BigEndian.Uint16(b[4:])
	n.scale = int(binary.BigEndian.Uint16(b[6:]))
	n.digits = b[8:]
	if len(n.digits) != 2*groups {
		return n, errBytes
	}
	if (n.weight+1)*4+n.scale > maxDigits || groups*4 > maxDigits+8 || n.weight < -maxDigits/4 {
		return n, fmt.Errorf("a number of more than %d digits: %w", maxDigits, orm.ErrData)
	}
	return n, nil
}

// special returns the name of what is no number.
func (n *numeric) special() string {
	switch n.sign {
	case numericNaN:
		return "NaN"
	case numericPInf:
		return "Infinity"
	case numericNInf:
		return "-Infinity"
	}
	return ""
}

// small returns the number without its point where it fits an int64.
func (n *numeric) small() (int64, bool) {
	groups := len(n.digits) / 2
	if groups > 4 || (n.weight+1)*4+n.scale > 18 {
		return 0, false
	}
	var v int64
	for i := range groups {
		v = v*10000 + int64(binary.BigEndian.Uint16(n.digits[2*i:]))
	}
	for e := 4*(n.weight-groups+1) + n.scale; e != 0; {
		if e > 0 {
			v, e = v*10, e-1
		} else {
			v, e = v/10, e+1 // zeros that fill the last group
		}
	}
	if n.sign == numericNegative {
		v = -v
	}
	return v, true
}

func (n *numeric) decimal() (decimal.Decimal, error) {
	if s := n.special(); s != "" {
		return decimal.Decimal{}, fmt.Errorf("%s is no decimal: %w", s, orm.ErrData)
	}
	if v, ok := n.small(); ok {
		return decimal.New(v, int32(-n.scale)), nil
	}
	groups := len(n.digits) / 2
	text := make([]byte, 0, 4*groups)
	for i := range groups {
		text = append(text, strconv.Itoa(10000 + int(binary.BigEndian.Uint16(n.digits[2*i:])))[1:]...)
	}
	e := 4*(n.weight-groups+1) + n.scale
	for ; e > 0; e-- {
		text = append(text, '0')
	}
	if e < 0 {
		text = text[:max(0, len(text)+e)]
	}
	v := new(big.Int)
	if len(text) > 0 {
		if _, ok := v.SetString(string(text), 10); !ok {
			return decimal.Decimal{}, errBytes
		}
	}
	if n.sign == numericNegative {
		v.Neg(v)
	}
	return decimal.NewFromBigInt(v, int32(-n.scale)), nil
}

// numericText returns a number as the server writes it, with its zeros.
func numericText(b []byte) (string, error) {
	n, err := decodeNumeric(b)
	if err != nil {
		return "", err
	}
	if s := n.special(); s != "" {
		return s, nil
	}
	d, err := n.decimal()
	return d.StringFixed(int32(n.scale)), err
}

func numericInt64(b []byte) (int64, error) {
	n, err := decodeNumeric(b)
	if err != nil {
		return 0, err
	}
	d, err := n.decimal()
	if err != nil {
		return 0, err
	}
	if !d.IsInteger() {
		return 0, fmt.Errorf("%v is not a whole number", d)
	}
	v := d.BigInt()
	if !v.IsInt64() {
		return 0, fmt.Errorf("%v does not fit: %w", d, orm.ErrData)
	}
	return v.Int64(), nil
}

func decodeUUID(b []byte) (uuid.UUID, error) {
	if len(b) != 16 {
		return uuid.UUID{}, errBytes
	}
	return uuid.UUID(b), nil
}

// decodeInet reads inet and cidr: family, bits, cidr or not, length, address.
func decodeInet(b []byte) (netip.Prefix, error) {
	if len(b) < 4 || len(b) != 4+int(b[3]) {
		return netip.Prefix{}, errBytes
	}
	addr, ok := netip.AddrFromSlice(b[4:])
	if !ok || int(b[1]) > addr.BitLen() {
		return netip.Prefix{}, errBytes
	}
	return netip.PrefixFrom(addr, int(b[1])), nil
}

// inetText leaves the length away where it is that of the address, as inet does.
func inetText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// parseTime reads a timestamp or date in text format, with DateStyle ISO.
func parseTime(s string) (time.Time, error) {
	layout := time.DateOnly
	switch {
	case len(s) > 19 && strings.ContainsAny(s[19:], "+-"):
		layout = "2006-01-02 15:04:05.999999-07"
	case len(s) >= 19:
		layout = "2006-01-02 15:04:05.999999"
	}
	t, err := time.ParseInLocation(layout, s, time.UTC)
	return t.UTC(), err
}

// parseInterval reads an interval in text format, with IntervalStyle postgres:
// "-3 days +02:00:01.5".
func parseInterval(s string) (time.Duration, error) {
	fail := fmt.Errorf("the interval %q has no duration in Go: %w", s, orm.ErrData)
	if s == "" {
		return 0, fail
	}
	days, clock := int64(0), s
	if count, rest, ok := strings.Cut(s, " day"); ok {
		n, err := strconv.ParseInt(count, 10, 32)
		if err != nil {
			return 0, fail
		}
		days, clock = n, strings.TrimPrefix(strings.TrimPrefix(rest, "s"), " ")
	}
	var rest time.Duration
	if clock != "" {
		negative := strings.HasPrefix(clock, "-")
		parts := strings.Split(strings.TrimLeft(clock, "+-"), ":")
		if len(parts) != 3 {
			return 0, fail
		}
		d, err := time.ParseDuration(parts[0] + "h" + parts[1] + "m" + parts[2] + "s")
		if err != nil {
			return 0, fail
		}
		if rest = d; negative {
			rest = -d
		}
	}
	return interval(days, rest.Microseconds())
}

func decodeHex(b []byte) ([]byte, error) {
	if len(b) < 2 || string(b[:2]) != `\x` {
		return nil, errBytes
	}
	return hex.AppendDecode([]byte{}, b[2:])
}
