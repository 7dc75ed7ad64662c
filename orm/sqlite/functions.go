package sqlite

import (
	"fmt"
	"math"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// function is a function of SQL written in Go.
type function struct {
	name string
	args int32
	// volatile functions give something else each time.
	volatile bool
	// strict functions are null where an argument is.
	strict bool
	call   func(x *call) error
}

// call is one call of a function: its arguments and its result.
type call struct {
	tls  *libc.TLS
	ctx  uintptr
	conn uintptr // id
	argv uintptr
	argc int32
}

// functions returns what Django registers on its connections, by file.
func functions() []function {
	return append(append(append([]function(nil), dateFunctions...), textFunctions...), numberFunctions...)
}

var allFunctions = functions()

// register makes the functions known to the connection.
func (c *conn) register() error {
	for i := range allFunctions {
		f := &allFunctions[i]
		flags := int32(sqlite3.SQLITE_UTF8 | sqlite3.SQLITE_DETERMINISTIC)
		if f.volatile {
			flags = sqlite3.SQLITE_UTF8
		}
		text, err := libc.CString(f.name)
		if err != nil {
			return err
		}
		rc := sqlite3.Xsqlite3_create_function_v2(c.tls, c.db, text, f.args, flags, c.id<<functionBits|uintptr(i),
			callback(callFunction), 0, 0, 0)
		libc.Xfree(c.tls, text)
		if rc != sqlite3.SQLITE_OK {
			return c.fail(rc)
		}
	}
	return c.registerAggregates()
}

// functionBits is how much of SQLite's user data is the function's index; the
// rest is the connection's id.
const functionBits = 8

// callFunction is what SQLite calls for each function.
func callFunction(tls *libc.TLS, ctx uintptr, argc int32, argv uintptr) {
	data := sqlite3.Xsqlite3_user_data(tls, ctx)
	f := &allFunctions[data&(1<<functionBits-1)]
	x := &call{tls: tls, ctx: ctx, conn: data >> functionBits, argv: argv, argc: argc}
	defer func() {
		if p := recover(); p != nil {
			x.fail(fmt.Errorf("%s: panic: %v", f.name, p))
		}
	}()
	if f.strict {
		for i := range argc {
			if x.kind(i) == sqlite3.SQLITE_NULL {
				return // a function without a result is null
			}
		}
	}
	if err := f.call(x); err != nil {
		x.fail(fmt.Errorf("%s: %w", f.name, err))
	}
}

// fail makes the statement fail with ErrData.
func (x *call) fail(err error) {
	if text := cString(x.tls, err.Error()); text != 0 {
		sqlite3.Xsqlite3_result_error(x.tls, x.ctx, text, -1)
		sqlite3.Xsqlite3_free(x.tls, text)
	}
	sqlite3.Xsqlite3_result_error_code(x.tls, x.ctx, sqlite3.SQLITE_MISMATCH)
}

func (x *call) value(i int32) uintptr { return *(*uintptr)(at(x.argv + uintptr(i)*pointerSize)) }

const pointerSize = 4 << (^uintptr(0) >> 63)

func (x *call) kind(i int32) int32 { return sqlite3.Xsqlite3_value_type(x.tls, x.value(i)) }

// text returns a text argument, not copied; ok is false for another type.
func (x *call) text(i int32) (text []byte, ok bool) {
	if x.kind(i) != sqlite3.SQLITE_TEXT {
		return nil, false
	}
	return x.bytes(i), true
}

// bytes returns any argument as text, not copied.
func (x *call) bytes(i int32) []byte {
	p := sqlite3.Xsqlite3_value_text(x.tls, x.value(i))
	return bytesAt(p, sqlite3.Xsqlite3_value_bytes(x.tls, x.value(i)))
}

func (x *call) integer(i int32) (int64, bool) {
	return sqlite3.Xsqlite3_value_int64(x.tls, x.value(i)), x.kind(i) == sqlite3.SQLITE_INTEGER
}

// number returns an INTEGER or REAL argument.
func (x *call) number(i int32) (float64, error) {
	switch x.kind(i) {
	case sqlite3.SQLITE_INTEGER, sqlite3.SQLITE_FLOAT:
		return sqlite3.Xsqlite3_value_double(x.tls, x.value(i)), nil
	}
	return 0, fmt.Errorf("%q is no number", shorten(string(x.bytes(i))))
}

func (x *call) setInt(n int64) error {
	sqlite3.Xsqlite3_result_int64(x.tls, x.ctx, n)
	return nil
}

func (x *call) setBool(b bool) error {
	if b {
		return x.setInt(1)
	}
	return x.setInt(0)
}

func (x *call) setFloat(f float64) error {
	if math.IsNaN(f) {
		return errNaN
	}
	sqlite3.Xsqlite3_result_double(x.tls, x.ctx, f)
	return nil
}

func (x *call) setText(s string) error {
	p := cString(x.tls, s)
	if p == 0 {
		sqlite3.Xsqlite3_result_error_nomem(x.tls, x.ctx)
		return nil
	}
	sqlite3.Xsqlite3_result_text64(x.tls, x.ctx, p, uint64(len(s)), callback(sqlite3.Xsqlite3_free), sqlite3.SQLITE_UTF8)
	return nil
}

func (x *call) setValue(i int32) error {
	sqlite3.Xsqlite3_result_value(x.tls, x.ctx, x.value(i))
	return nil
}
