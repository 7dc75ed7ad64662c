package orm

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// expression writes an expression for a statement that takes no parameters: columns
// without their table, values as literals.
func (s *Schema) expression(n Node) string {
	d := *s.d
	// Lists are written out, and numbers need no cast, as they are no parameters.
	d.Features.Arrays, d.Features.DecimalText, d.MaxParams = false, false, 0
	c := newCompiler(&d, time.UTC)
	c.bare = true
	c.condition(n)
	if c.err != nil {
		s.fail(c.err)
		return "NULL"
	}
	var b strings.Builder
	rest := c.buf.String()
	for _, arg := range c.args {
		before, after, _ := strings.Cut(rest, "\x00")
		b.WriteString(before)
		b.WriteString(s.literal(arg))
		rest = after
	}
	b.WriteString(rest)
	return b.String()
}

// literal writes one of the types that a [Conn] takes.
func (s *Schema) literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case bool:
		switch {
		case s.postgres():
			return strconv.FormatBool(v)
		case v:
			return "1"
		}
		return "0"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case decimal.Decimal:
		return v.String()
	case string:
		return s.quote(v)
	case JSONText:
		return s.typed(string(v), "jsonb")
	case []byte:
		if s.postgres() {
			return s.typed(`\x`+hex.EncodeToString(v), "bytea")
		}
		return "X'" + hex.EncodeToString(v) + "'"
	case civil.Date:
		return s.typed(v.String(), "date")
	case civil.Time:
		return s.typed(v.String(), "time")
	case uuid.UUID:
		if s.postgres() {
			return s.typed(v.String(), "uuid")
		}
		return "'" + hex.EncodeToString(v[:]) + "'"
	case time.Duration:
		if s.postgres() {
			return s.typed(strconv.FormatInt(v.Microseconds(), 10)+" microseconds", "interval")
		}
		return strconv.FormatInt(v.Microseconds(), 10)
	case time.Time:
		return s.moment(v.UTC())
	case fmt.Stringer: // netip.Addr, and what backends add
		return s.quote(v.String())
	}
	s.fail(fmt.Errorf("orm: a value of type %T cannot be written into a definition", v))
	return "NULL"
}

func (s *Schema) moment(t time.Time) string {
	layout := "2006-01-02 15:04:05"
	if t.Nanosecond() >= int(time.Microsecond) {
		layout += ".000000" // SQLite compares texts, and Django writes no zeros
	}
	if s.postgres() {
		layout += "+00"
	}
	return s.typed(t.Format(layout), "timestamptz")
}

// typed is a text with its type, where the database has one (PostgreSQL).
func (s *Schema) typed(text, typ string) string {
	if s.postgres() {
		return s.quote(text) + "::" + typ
	}
	return s.quote(text)
}

// quote writes a text. An apostrophe is doubled, which ends no text in any mode of a
// server. Backslashes are doubled for MySQL, where they escape unless its mode is
// NO_BACKSLASH_ESCAPES, and marked as escaping for PostgreSQL.
func (s *Schema) quote(text string) string {
	if strings.IndexByte(text, 0) >= 0 {
		s.fail(fmt.Errorf("orm: a NUL byte in %q", text))
		return "NULL"
	}
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if strings.Contains(text, `\`) && !s.sqlite() {
		quoted = strings.ReplaceAll(quoted, `\`, `\\`)
		if s.postgres() {
			quoted = "E" + quoted
		}
	}
	return quoted
}
