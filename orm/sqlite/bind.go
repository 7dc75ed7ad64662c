package sqlite

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// slot is a text or blob of the arena that is still to be bound.
type slot struct {
	param     int32
	blob      bool
	from, len int
}

// bind gives a statement its arguments, in the forms in which Django stores them.
func (c *conn) bind(s *stmt, args []any) error {
	if len(args) != s.params {
		return &orm.DBError{Kind: orm.ErrProgramming, Database: name,
			Err: fmt.Errorf("%d arguments for %d parameters of %q", len(args), s.params, shorten(s.sql))}
	}
	if len(args) == 0 {
		return nil
	}
	a := arena{c: c, s: s}
	c.slots = c.slots[:0]
	for i, v := range args {
		if err := a.arg(int32(i+1), v); err != nil {
			return &orm.DBError{Kind: orm.ErrData, Database: name, Err: fmt.Errorf("argument %d: %w", i+1, err)}
		}
	}
	for _, slot := range c.slots {
		var rc int32
		p := s.arena + uintptr(slot.from)
		if slot.blob {
			rc = sqlite3.Xsqlite3_bind_blob64(c.tls, s.p, slot.param, p, uint64(slot.len), sqlite3.SQLITE_STATIC)
		} else {
			rc = sqlite3.Xsqlite3_bind_text64(c.tls, s.p, slot.param, p, uint64(slot.len), sqlite3.SQLITE_STATIC, sqlite3.SQLITE_UTF8)
		}
		if rc != sqlite3.SQLITE_OK {
			return c.fail(rc)
		}
	}
	return nil
}

// arena collects texts and blobs in the memory of a statement.
type arena struct {
	c    *conn
	s    *stmt
	used int
}

var (
	errNaN  = errors.New("NaN, which SQLite stores as NULL")
	errNUL  = errors.New("text with a NUL byte")
	errUTF8 = errors.New("text that is not UTF-8")
)

func (a *arena) arg(param int32, v any) error {
	c, p := a.c, a.s.p
	switch v := v.(type) {
	case nil:
		// Parameters are null until they are bound.
	case bool:
		n := int64(0)
		if v {
			n = 1
		}
		sqlite3.Xsqlite3_bind_int64(c.tls, p, param, n)
	case int64:
		sqlite3.Xsqlite3_bind_int64(c.tls, p, param, v)
	case int:
		sqlite3.Xsqlite3_bind_int64(c.tls, p, param, int64(v))
	case float64:
		if math.IsNaN(v) {
			return errNaN
		}
		sqlite3.Xsqlite3_bind_double(c.tls, p, param, v)
	case string:
		return a.text(param, v)
	case time.Duration:
		sqlite3.Xsqlite3_bind_int64(c.tls, p, param, v.Microseconds())
	case []byte:
		return a.blob(param, v)
	case orm.JSONText:
		return a.text(param, unsafe.String(unsafe.SliceData(v), len(v)))
	case time.Time:
		return a.time(param, v)
	case civil.Date:
		if !v.Valid() || v.Year < 1 || v.Year > 9999 {
			return fmt.Errorf("no date: %v", v)
		}
		return a.text(param, v.String())
	case civil.Time:
		if !v.Valid() {
			return fmt.Errorf("no time of day: %v", v)
		}
		return a.text(param, v.String())
	case uuid.UUID:
		to, err := a.take(param, false, 32)
		hex.Encode(to, v[:])
		return err
	case decimal.Decimal:
		return a.text(param, v.String())
	case netip.Addr:
		return a.text(param, v.String())
	default:
		return fmt.Errorf("a %T is no argument of a statement", v)
	}
	return nil
}

func (a *arena) text(param int32, s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return errNUL
	}
	if !utf8.ValidString(s) {
		return errUTF8
	}
	to, err := a.take(param, false, len(s))
	copy(to, s)
	return err
}

func (a *arena) blob(param int32, b []byte) error {
	to, err := a.take(param, true, len(b))
	copy(to, b)
	return err
}

func (a *arena) time(param int32, t time.Time) error {
	var buf [32]byte
	b, ok := appendTime(buf[:0], t)
	if !ok {
		return fmt.Errorf("the year %d, where 1 to 9999 can be stored", t.UTC().Year())
	}
	to, err := a.take(param, false, len(b))
	copy(to, b)
	return err
}

// take returns memory for n bytes of an argument.
func (a *arena) take(param int32, blob bool, n int) ([]byte, error) {
	if n > maxLength {
		return nil, fmt.Errorf("%d bytes, more than the %d that SQLite stores", n, maxLength)
	}
	if need := a.used + n + 1; need > a.s.room {
		room := max(256, 2*a.s.room, need)
		p := sqlite3.Xsqlite3_realloc64(a.c.tls, a.s.arena, uint64(room))
		if p == 0 {
			return nil, errors.New("no memory")
		}
		a.s.arena, a.s.room = p, room
	}
	a.c.slots = append(a.c.slots, slot{param: param, blob: blob, from: a.used, len: n})
	to := unsafe.Slice((*byte)(at(a.s.arena+uintptr(a.used))), n)
	a.used += n
	return to, nil
}

// cString copies s to memory of SQLite, which frees it.
func cString(tls *libc.TLS, s string) uintptr {
	p := sqlite3.Xsqlite3_malloc64(tls, uint64(len(s)+1))
	if p != 0 {
		copy(unsafe.Slice((*byte)(at(p)), len(s)+1), s)
		*(*byte)(at(p + uintptr(len(s)))) = 0
	}
	return p
}
