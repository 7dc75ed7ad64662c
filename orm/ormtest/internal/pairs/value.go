package pairs

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// Values of the pairs, from text that is known to be right.

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }
func day(s string) civil.Date      { return must(civil.ParseDate(s)) }
func clock(s string) civil.Time    { return must(civil.ParseTime(s)) }
func at(s string) time.Time        { return must(time.Parse("2006-01-02T15:04:05", s)) }
func us(n int64) time.Duration     { return time.Duration(n) * time.Microsecond }
func uid(s string) uuid.UUID       { return uuid.MustParse(s) }
func ip(s string) netip.Addr       { return netip.MustParseAddr(s) }

func upTo(n int64) []int64 {
	out := make([]int64, 0, n)
	for i := int64(1); i < n; i++ {
		out = append(out, i)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// must returns v, or stops the question that is being answered; see caught.
func must[T any](v T, err error) T {
	if err != nil {
		panic(stop{err})
	}
	return v
}

type stop struct{ error }

// caught turns what must found into an error.
func caught(err *error) {
	switch r := recover().(type) {
	case nil:
	case stop:
		*err = r.error
	default:
		panic(r)
	}
}
