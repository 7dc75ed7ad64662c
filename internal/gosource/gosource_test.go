package gosource_test

import (
	"errors"
	"go/parser"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/gosource"
)

type Status string

type Pair[A, B any] struct {
	First  A
	Second *B
}

type hidden struct{ secret int }

func TestValue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		v       any
		want    string
		imports []string
	}{
		{nil, "nil", nil},
		{7, "7", nil},
		{int8(-7), "int8(-7)", nil},
		{uint64(math.MaxUint64), "uint64(18446744073709551615)", nil},
		{2.0, "2.0", nil},
		{float32(0.5), "float32(0.5)", nil},
		{1e300, "1e+300", nil},
		{"a\x00`\\", `"a\x00` + "`" + `\\"`, nil},
		{`C:\"x"`, "`C:\\\"x\"`", nil},
		{Status("new"), `gosource_test.Status("new")`, []string{here}},
		{[]Status{"a", "b"}, `[]gosource_test.Status{"a", "b"}`, []string{here}},
		{[]byte("ab\xff"), `[]byte("ab\xff")`, nil},
		{[]byte(nil), "[]byte(nil)", nil},
		{[2]int16{1, 2}, "[2]int16{1, 2}", nil},
		{[]any{1, "x", nil}, `[]any{1, "x", nil}`, nil},
		{[][]string{{"a"}, nil}, `[][]string{{"a"}, []string(nil)}`, nil},
		{map[string]int{"b": 2, "a": 1}, `map[string]int{"a": 1, "b": 2}`, nil},
		{map[string]int(nil), "map[string]int(nil)", nil},
		{(*int)(nil), "nil", nil},
		{Pair[int, civil.Date]{First: 1}, "gosource_test.Pair[int,civil.Date]{First: 1}", []string{"github.com/nuages-web/nuages/civil", here}},
		{netip.Addr{}, "netip.Addr{}", []string{"net/netip"}},
		{uuid.Nil, `uuid.MustParse("00000000-0000-0000-0000-000000000000")`, []string{"github.com/google/uuid"}},
		{time.Date(2024, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600)), "time.Date(2024, 1, 2, 2, 4, 5, 6, time.UTC)", []string{"time"}},
		{90 * time.Minute, "90 * time.Minute", []string{"time"}},
		{time.Duration(7), "time.Duration(7)", []string{"time"}},
	} {
		imports := gosource.Imports{}
		got, err := gosource.Value(test.v, imports)
		if err != nil || got != test.want || !slices.Equal(imports.List(), test.imports) {
			t.Errorf("%#v: %s, %v, %v, want %s, %v", test.v, got, imports.List(), err, test.want, test.imports)
		}
		if _, err := parser.ParseExpr(got); err != nil {
			t.Errorf("%s: %v", got, err)
		}
	}
}

const here = "github.com/nuages-web/nuages/internal/gosource_test"

func TestNoSource(t *testing.T) {
	t.Parallel()
	for _, v := range []any{func() {}, make(chan int), math.NaN(), math.Inf(1), hidden{1}, []hidden{{1}}, []func(){nil}, map[string]func(){}, new(int), struct{ A func() }{func() {}}} {
		if got, err := gosource.Value(v, gosource.Imports{}); !errors.Is(err, gosource.ErrNoSource) {
			t.Errorf("%T: %s, %v", v, got, err)
		}
	}
	if got, err := gosource.Type(reflect.TypeFor[map[Status]*Pair[string, []int]](), gosource.Imports{}); err != nil || got != "map[gosource_test.Status]*gosource_test.Pair[string,[]int]" {
		t.Errorf("%s, %v", got, err)
	}
}
