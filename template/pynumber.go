package template

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/shopspring/decimal"
)

// The errors of int(value) and float(value), named for Python's exceptions. Filters pass some over.
var (
	errValue    = errors.New("is no number")
	errType     = errors.New("is of a type that is no number")
	errOverflow = errors.New("is too large a number")
)

// numberError is an error that a filter does not pass over.
func numberError(filter string, v Value, err error) error {
	return fmt.Errorf("%s: %s %w", filter, quote(v.String()), err)
}

// pyInt is an integer of any size; big is nil where n is enough.
type pyInt struct {
	n   int64
	big *big.Int
}

func (i pyInt) large() *big.Int {
	if i.big != nil {
		return i.big
	}
	return big.NewInt(i.n)
}

func (i pyInt) value() Value {
	if i.big != nil {
		return ValueOf(i.big)
	}
	return Int(i.n)
}

func intOfBig(n *big.Int) pyInt {
	if n.IsInt64() {
		return pyInt{n: n.Int64()}
	}
	return pyInt{big: n}
}

// pyInt is Python's int(v): numbers without their fraction, and text that is an integer.
func (v Value) pyInt() (pyInt, error) {
	switch v.kind {
	case KindInt, KindBool:
		return pyInt{n: int64(v.num)}, nil
	case KindFloat:
		return intOfFloat(math.Float64frombits(v.num))
	case KindText:
		return intOfText(v.str)
	case KindNone:
		return pyInt{}, errType
	}
	switch x := v.Any().(type) {
	case time.Duration:
		return pyInt{}, errType
	case *big.Int:
		return intOfBig(x), nil
	case decimal.Decimal:
		return intOfDecimal(x)
	case *decimal.Decimal:
		return intOfDecimal(*x)
	}
	if s, ok := v.plainText(); ok {
		return intOfText(s)
	}
	if n, ok := v.Int(); ok {
		return pyInt{n: n}, nil
	}
	switch r := v.deref(); {
	case r.CanUint():
		return pyInt{big: new(big.Int).SetUint64(r.Uint())}, nil
	case r.CanFloat():
		return intOfFloat(r.Float())
	}
	return pyInt{}, errType
}

func intOfText(s string) (pyInt, error) {
	n, large, ok := pyfmt.ParseInt(s)
	if !ok {
		return pyInt{}, errValue
	}
	return pyInt{n, large}, nil
}

func intOfFloat(f float64) (pyInt, error) {
	switch {
	case math.IsNaN(f):
		return pyInt{}, errValue
	case math.IsInf(f, 0):
		return pyInt{}, errOverflow
	case math.Abs(f) < 1<<63:
		return pyInt{n: int64(f)}, nil
	}
	large, _ := big.NewFloat(f).Int(nil)
	return intOfBig(large), nil
}

func intOfDecimal(d decimal.Decimal) (pyInt, error) {
	if d.Exponent() > pyfmt.MaxIntDigits {
		return pyInt{}, errOverflow
	}
	return intOfBig(d.BigInt()), nil
}

// pyFloat is Python's float(v).
func (v Value) pyFloat() (float64, error) {
	s, isText := v.plainText()
	if isText {
		f, ok := pyfmt.ParseFloat(s)
		if !ok {
			return 0, errValue
		}
		return f, nil
	}
	if v.kind == KindObject {
		if _, ok := v.Any().(time.Duration); ok {
			return 0, errType
		}
	}
	f, ok := v.Float()
	if !ok {
		return 0, errType
	}
	if math.IsInf(f, 0) && v.kind == KindObject {
		if n, ok := v.Any().(*big.Int); ok {
			return 0, fmt.Errorf("an integer of %d bits %w", n.BitLen(), errOverflow)
		}
	}
	return f, nil
}

// count is the argument of a filter that truncates: int(v), cut to the size of an int. It is not ok
// for what int() raises a ValueError for, which such filters pass over.
func (v Value) count() (n int, ok bool, err error) {
	i, err := v.pyInt()
	switch {
	case errors.Is(err, errValue):
		return 0, false, nil
	case err != nil:
		return 0, false, fmt.Errorf("the argument %s %w", quote(v.String()), err)
	case i.big != nil:
		return math.MaxInt * i.big.Sign(), true, nil
	}
	return int(i.n), true, nil
}

// width is the argument of a filter that brings text to a width, of at most [pyfmt.MaxWidth].
func (v Value) width(filter string) (int, error) {
	i, err := v.pyInt()
	if err != nil {
		return 0, numberError(filter, v, err)
	}
	if i.big != nil && i.big.Sign() > 0 || i.n > pyfmt.MaxWidth {
		return 0, fmt.Errorf("%s: a width of more than %d", filter, pyfmt.MaxWidth)
	}
	if i.big != nil {
		return 0, nil
	}
	return int(max(i.n, 0)), nil
}
