package sqlite

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// numberFunctions are Django's mathematical functions. Where Python raises an
// exception, the statement fails.
var numberFunctions = []function{
	real1("ACOS", math.Acos), real1("ASIN", math.Asin), real1("ATAN", math.Atan),
	real1("COS", math.Cos), real1("SIN", math.Sin), real1("TAN", math.Tan),
	real1("COT", func(f float64) float64 { return 1 / math.Tan(f) }),
	real1("EXP", math.Exp), real1("LN", math.Log), real1("SQRT", math.Sqrt),
	real1("DEGREES", func(f float64) float64 { return f * 180 / math.Pi }),
	real1("RADIANS", func(f float64) float64 { return f * math.Pi / 180 }),
	real2("ATAN2", math.Atan2), real2("MOD", math.Mod),
	// LOG(base, x), as in PostgreSQL.
	real2("LOG", func(base, f float64) float64 {
		if base <= 0 || f <= 0 {
			return math.NaN()
		}
		return math.Log(f) / math.Log(base)
	}),
	whole("CEILING", math.Ceil), whole("FLOOR", math.Floor),
	{name: "POWER", args: 2, strict: true, call: power},
	{name: "SIGN", args: 1, strict: true, call: sign},
	{name: "BITXOR", args: 2, strict: true, call: bitXor},
	{name: "PI", args: 0, call: func(x *call) error { return x.setFloat(math.Pi) }},
	{name: "RAND", args: 0, volatile: true, call: func(x *call) error { return x.setFloat(rand.Float64()) }},
}

var errDomain = errors.New("the argument is out of the function's domain")

// real1 is a function of one number that is an error where it has no value.
func real1(name string, f func(float64) float64) function {
	return function{name: name, args: 1, strict: true, call: func(x *call) error {
		a, err := x.number(0)
		if err != nil {
			return err
		}
		return x.setResult(f(a), a)
	}}
}

func real2(name string, f func(a, b float64) float64) function {
	return function{name: name, args: 2, strict: true, call: func(x *call) error {
		a, err := x.number(0)
		if err != nil {
			return err
		}
		b, err := x.number(1)
		if err != nil {
			return err
		}
		return x.setResult(f(a, b), a, b)
	}}
}

// setResult refuses NaN and what has become infinite.
func (x *call) setResult(f float64, args ...float64) error {
	if math.IsNaN(f) {
		return errDomain
	}
	if math.IsInf(f, 0) {
		for _, a := range args {
			if math.IsInf(a, 0) {
				return x.setFloat(f)
			}
		}
		return errDomain
	}
	return x.setFloat(f)
}

func whole(name string, f func(float64) float64) function {
	return function{name: name, args: 1, strict: true, call: func(x *call) error {
		if _, ok := x.integer(0); ok {
			return x.setValue(0)
		}
		a, err := x.number(0)
		if err != nil {
			return err
		}
		n := f(a)
		if !(math.Abs(n) < 1<<63) {
			return errDomain
		}
		return x.setInt(int64(n))
	}}
}

// power keeps integers where both are and the exponent is not negative.
func power(x *call) error {
	base, ok1 := x.integer(0)
	exponent, ok2 := x.integer(1)
	if ok1 && ok2 && exponent >= 0 {
		if exponent > 64 && base != 0 && base != 1 && base != -1 {
			return errDomain
		}
		n := new(big.Int).Exp(big.NewInt(base), big.NewInt(exponent), nil)
		if !n.IsInt64() {
			return errDomain
		}
		return x.setInt(n.Int64())
	}
	a, err := x.number(0)
	if err != nil {
		return err
	}
	b, err := x.number(1)
	if err != nil {
		return err
	}
	return x.setResult(math.Pow(a, b), a, b)
}

func sign(x *call) error {
	f, err := x.number(0)
	switch {
	case err != nil:
		return err
	case f > 0:
		return x.setInt(1)
	case f < 0:
		return x.setInt(-1)
	}
	return x.setInt(0)
}

func bitXor(x *call) error {
	a, ok1 := x.integer(0)
	b, ok2 := x.integer(1)
	if !ok1 || !ok2 {
		return errors.New("only integers have bits")
	}
	return x.setInt(a ^ b)
}

// spread is the state of a variance (Welford's method), in SQLite's memory.
type spread struct {
	n        int64
	mean, m2 float64
}

// bits is the state of BIT_AND, BIT_OR and BIT_XOR.
type bits struct {
	some bool
	v    int64
}

// registerAggregates adds Django's aggregates. Null is left out, as in other
// databases, and without values, or for a sample with fewer than two, they are
// null; Python's statistics would raise an exception there.
func (c *conn) registerAggregates() error {
	for i, name := range []string{"VAR_POP", "VAR_SAMP", "STDDEV_POP", "STDDEV_SAMP"} {
		err := c.aggregate(name, uintptr(i), callback(spreadStep), callback(spreadFinal), callback(spreadValue), callback(spreadInverse))
		if err != nil {
			return err
		}
	}
	for i, name := range []string{"BIT_AND", "BIT_OR", "BIT_XOR"} {
		if err := c.aggregate(name, uintptr(i), callback(bitsStep), callback(bitsFinal), 0, 0); err != nil {
			return err
		}
	}
	return c.aggregate("ANY_VALUE", 0, callback(anyStep), callback(anyFinal), 0, 0)
}

func (c *conn) aggregate(name string, data, step, final, value, inverse uintptr) error {
	text, err := libc.CString(name)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, text)
	const flags = sqlite3.SQLITE_UTF8 | sqlite3.SQLITE_DETERMINISTIC
	rc := sqlite3.Xsqlite3_create_window_function(c.tls, c.db, text, 1, flags, data, step, final, value, inverse, 0)
	if rc != sqlite3.SQLITE_OK {
		return c.fail(rc)
	}
	return nil
}

// state returns the memory of an aggregate, zero at first.
func state[T any](tls *libc.TLS, ctx uintptr) *T {
	var zero T
	return (*T)(at(sqlite3.Xsqlite3_aggregate_context(tls, ctx, int32(unsafe.Sizeof(zero)))))
}

// argument returns the only argument of a step, or nil where it is null or not a
// number.
func argument(tls *libc.TLS, ctx, argv uintptr) *call {
	x := &call{tls: tls, ctx: ctx, argv: argv, argc: 1}
	if x.kind(0) == sqlite3.SQLITE_NULL {
		return nil
	}
	return x
}

func spreadStep(tls *libc.TLS, ctx uintptr, _ int32, argv uintptr) {
	x := argument(tls, ctx, argv)
	if x == nil {
		return
	}
	f, err := x.number(0)
	if err != nil {
		x.fail(err)
		return
	}
	if s := state[spread](tls, ctx); s != nil {
		s.n++
		d := f - s.mean
		s.mean += d / float64(s.n)
		s.m2 += d * (f - s.mean)
	}
}

func spreadInverse(tls *libc.TLS, ctx uintptr, _ int32, argv uintptr) {
	x := argument(tls, ctx, argv)
	s := state[spread](tls, ctx)
	if x == nil || s == nil {
		return
	}
	f, err := x.number(0)
	if err != nil {
		return
	}
	if s.n--; s.n == 0 {
		*s = spread{}
		return
	}
	d := f - s.mean
	s.mean -= d / float64(s.n)
	s.m2 = max(0, s.m2-d*(f-s.mean))
}

func spreadFinal(tls *libc.TLS, ctx uintptr) { spreadValue(tls, ctx) }

func spreadValue(tls *libc.TLS, ctx uintptr) {
	s := state[spread](tls, ctx)
	which := sqlite3.Xsqlite3_user_data(tls, ctx)
	if s == nil || s.n == 0 || which&1 == 1 && s.n == 1 {
		sqlite3.Xsqlite3_result_null(tls, ctx)
		return
	}
	v := s.m2 / float64(s.n-int64(which&1))
	if which >= 2 {
		v = math.Sqrt(v)
	}
	sqlite3.Xsqlite3_result_double(tls, ctx, v)
}

func bitsStep(tls *libc.TLS, ctx uintptr, _ int32, argv uintptr) {
	x := argument(tls, ctx, argv)
	if x == nil {
		return
	}
	n, ok := x.integer(0)
	s := state[bits](tls, ctx)
	switch {
	case s == nil:
	case !ok:
		x.fail(errors.New("only integers have bits"))
	case !s.some:
		*s = bits{true, n}
	default:
		switch sqlite3.Xsqlite3_user_data(tls, ctx) {
		case 0:
			s.v &= n
		case 1:
			s.v |= n
		default:
			s.v ^= n
		}
	}
}

func bitsFinal(tls *libc.TLS, ctx uintptr) {
	if s := state[bits](tls, ctx); s != nil && s.some {
		sqlite3.Xsqlite3_result_int64(tls, ctx, s.v)
	}
}

// anyStep keeps a copy of the first value.
func anyStep(tls *libc.TLS, ctx uintptr, _ int32, argv uintptr) {
	x := argument(tls, ctx, argv)
	if x == nil {
		return
	}
	if s := state[uintptr](tls, ctx); s != nil && *s == 0 {
		*s = sqlite3.Xsqlite3_value_dup(tls, x.value(0))
	}
}

func anyFinal(tls *libc.TLS, ctx uintptr) {
	if s := state[uintptr](tls, ctx); s != nil && *s != 0 {
		sqlite3.Xsqlite3_result_value(tls, ctx, *s)
		sqlite3.Xsqlite3_value_free(tls, *s)
	}
}
