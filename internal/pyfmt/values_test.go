package pyfmt_test

import (
	"errors"
	"fmt"
	"iter"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/pyfmt"
)

type colour string

func (c colour) String() string { return "the colour " + string(c) }

type person struct{ name string }

func (p *person) String() string { return p.name }

type plain struct{ A int }

type failure struct{}

func (failure) Error() string { return "broken" }

type wrapped struct{ v any }

func (w wrapped) Any() any { return w.v }

// table is a mapping in its own order.
type table []string

func (t table) TemplateKey(name string) (any, bool) {
	i := slices.Index(t, name)
	return i, i >= 0
}

func (t table) All() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for i, name := range t {
			if !yield(name, i) {
				return
			}
		}
	}
}

func TestReprOfGoValues(t *testing.T) {
	t.Parallel()
	seven := 7
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	big1, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	when := time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC)
	for _, test := range []struct {
		in        any
		repr, str string // str is "" where it is the repr
	}{
		{nil, "None", ""},
		{true, "True", ""},
		{uint8(7), "7", ""},
		{uint64(1<<64 - 1), "18446744073709551615", ""},
		{float32(0.1), "0.1", ""},
		{1e16, "1e+16", ""},
		{&seven, "7", ""},
		{(*int)(nil), "None", ""},
		{big1, "123456789012345678901234567890", ""},
		{(*big.Int)(nil), "None", ""},
		{"it's", `"it's"`, "it's"},
		{"it's \"so\"\n\x7f\u200b\xff", `'it\'s "so"\n\x7f\u200b\udcff'`, "it's \"so\"\n\x7f\u200b\xff"},
		{colour("red"), "'red'", "the colour red"},
		{[]byte("a\xff'"), `b"a\xff'"`, ""},
		{[]any{1, "a", nil, 2.0}, "[1, 'a', None, 2.0]", ""},
		{[]string(nil), "[]", ""},
		{[2]any{"k", 1}, "('k', 1)", ""},
		{pyfmt.Tuple{1}, "(1,)", ""},
		{pyfmt.Set{}, "set()", ""},
		{pyfmt.Set{1, "a"}, "{1, 'a'}", ""},
		{map[string]int{"b": 1, "a": 2}, "{'a': 2, 'b': 1}", ""},
		{map[any]any{"b": 1, 2: 2, 1: nil}, "{1: None, 2: 2, 'b': 1}", ""},
		{table{"z", "a"}, "{'z': 0, 'a': 1}", ""},
		{decimal.RequireFromString("1.50"), "Decimal('1.50')", "1.50"},
		{decimal.New(1, 3), "Decimal('1E+3')", "1E+3"},
		{decimal.New(1, -7), "Decimal('1E-7')", "1E-7"},
		{decimal.New(-15, -6), "Decimal('-0.000015')", "-0.000015"},
		{uuid.UUID{1}, "UUID('01000000-0000-0000-0000-000000000000')", "01000000-0000-0000-0000-000000000000"},
		{when, "datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)", "2024-02-29 12:30:00+00:00"},
		{when.In(berlin).Add(1500 * time.Microsecond), "datetime.datetime(2024, 2, 29, 13, 30, 0, 1500, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))", "2024-02-29 13:30:00.001500+01:00"},
		{civil.Date{Year: 2024, Month: 2, Day: 29}, "datetime.date(2024, 2, 29)", "2024-02-29"},
		{civil.Time{Hour: 4, Second: 1}, "datetime.time(4, 0, 1)", "04:00:01"},
		{26*time.Hour + 1500*time.Millisecond, "datetime.timedelta(days=1, seconds=7201, microseconds=500000)", "1 day, 2:00:01.500000"},
		{-time.Second, "datetime.timedelta(days=-1, seconds=86399)", "-1 day, 23:59:59"},
		{time.Duration(0), "datetime.timedelta(0)", "0:00:00"},
		{&person{"Ann"}, "<person: Ann>", "Ann"},
		{[]*person{{"Ann"}, nil}, "[<person: Ann>, None]", ""},
		{plain{1}, "<plain object>", ""},
		{&plain{1}, "<plain object>", ""},
		{failure{}, "<failure: broken>", "broken"},
		{wrapped{[]wrapped{{1}, {"x"}}}, "[1, 'x']", ""},
	} {
		if got := string(pyfmt.AppendRepr(nil, test.in)); got != test.repr {
			t.Errorf("repr of %#v: got %s, want %s", test.in, got, test.repr)
		}
		want := test.str
		if want == "" {
			want = test.repr
		}
		if got := string(pyfmt.AppendStr(nil, test.in)); got != want {
			t.Errorf("str of %#v: got %s, want %s", test.in, got, want)
		}
	}
}

func TestReprEnds(t *testing.T) {
	t.Parallel()
	list := []any{1, nil, nil}
	list[1], list[2] = list, map[string]any{"l": list}
	if got := string(pyfmt.AppendRepr(nil, list)); got != "[1, [...], {'l': [...]}]" {
		t.Errorf("a list that holds itself: %s", got)
	}
	var deep any
	for range 100_000 {
		deep = []any{deep}
	}
	if n := len(pyfmt.AppendRepr(nil, deep)); n > 1000 {
		t.Errorf("repr of a deep list has %d bytes", n)
	}
	if n := len(pyfmt.AppendPretty(nil, deep)); n > 100_000 {
		t.Errorf("pprint of a deep list has %d bytes", n)
	}
}

// randomValue makes a value of JSON and tags, for Python and for Go.
func randomValue(r *rand.Rand, depth int) (tagged, value any) {
	switch n := r.IntN(12); {
	case n < 3 && depth > 0:
		tagged, value := []any{}, []any{}
		for range r.IntN(6) {
			a, b := randomValue(r, depth-1)
			tagged, value = append(tagged, a), append(value, b)
		}
		if n == 0 {
			return map[string]any{"$t": tagged}, pyfmt.Tuple(value)
		}
		return tagged, value
	case n < 5 && depth > 0:
		tagged, value := map[string]any{}, map[string]any{}
		for range r.IntN(5) {
			key := randomText(r, 12)
			tagged[key], value[key] = randomValue(r, depth-1)
		}
		return tagged, value
	case n < 8:
		s := randomText(r, 3<<r.IntN(8))
		return s, s
	case n == 8:
		f := randomFloats(r, 1)[28]
		return tagFloat(f), f
	case n == 9:
		return nil, nil
	case n == 10:
		b := []byte(randomText(r, 60))
		for i := range b {
			b[i] &= 0x7f
		}
		return map[string]any{"$b": string(b)}, b
	}
	i := r.IntN(2000) - 1000
	return i, i
}

func randomText(r *rand.Rand, n int) string {
	words := []string{"a", "word", "it's", `"quoted"`, " ", "  ", " ", "\n", "\r\n", "é", "\u2028", "日本", "\\", "\t", "longerword", "\x00", "😀", "\u00a0"}
	var b strings.Builder
	for range r.IntN(n) {
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}

func TestPrettyAsPython(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	var questions []any
	values := map[string]any{}
	for i := range 3000 {
		tagged, value := randomValue(r, 4)
		name := strconv.Itoa(i)
		questions, values[name] = append(questions, []any{name, tagged}), value
	}
	// Go's maps have their keys sorted, so Python's are made so.
	compare(t, `
def order(v):
    if isinstance(v, dict): return {k: order(v[k]) for k in sorted(v)}
    if isinstance(v, (list, tuple)): return type(v)(order(x) for x in v)
    return v
def answer(q):
    v = order(value(q[1]))
    return repr(v) + '\n' + pformat(v)`, questions, func(q any) string {
		v := values[q.([]any)[0].(string)]
		return string(pyfmt.AppendPretty(append(pyfmt.AppendRepr(nil, v), '\n'), v))
	})
}

func TestFormatAsPython(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	type value struct{ tagged, v any }
	big1, _ := new(big.Int).SetString("-123456789012345678901234567890", 10)
	huge := new(big.Int).Exp(big.NewInt(10), big.NewInt(400), nil)
	values := []value{{0, 0}, {7, 7}, {-42, -42}, {65, 65}, {1114112, 1114112}, {true, true}, {nil, nil}, {"", ""}, {"x", "x"}, {"é'日本", "é'日本"},
		{map[string]any{"$i": big1.String()}, big1}, {map[string]any{"$i": huge.String()}, huge}, {[]any{1, "a"}, []any{1, "a"}},
		{map[string]any{"a": 1, "b": "x"}, map[string]any{"a": 1, "b": "x"}}}
	for _, f := range append(randomFloats(r, 30), 100000, 1e-4, 123456, 1234567) {
		values = append(values, value{tagFloat(f), f})
	}
	for _, s := range []string{"1.5", "-2.50", "1E+3", "0.000001"} {
		values = append(values, value{map[string]any{"$d": s}, decimal.RequireFromString(s)})
	}
	var formats []string
	for range 4000 {
		var b strings.Builder
		b.WriteString([]string{"", "", "", "x ", "%%"}[r.IntN(5)] + "%")
		b.WriteString([]string{"", "", "", "", "(a)", "(c)", "(("}[r.IntN(7)])
		for range r.IntN(3) {
			b.WriteByte("-+ #0"[r.IntN(5)])
		}
		b.WriteString([]string{"", "", "5", "12", "*", "030"}[r.IntN(6)])
		b.WriteString([]string{"", "", ".", ".0", ".3", ".20", ".*"}[r.IntN(7)])
		b.WriteString([]string{"", "", "", "", "l", "hh"}[r.IntN(6)])
		b.WriteString([]string{"d", "i", "u", "o", "x", "X", "e", "E", "f", "F", "g", "G", "c", "r", "s", "a", "%", "z", "", "é"}[r.IntN(20)])
		b.WriteString([]string{"", "", "", "", "%s", " %% end", "%"}[r.IntN(7)])
		formats = append(formats, b.String())
	}
	var questions []any
	at := map[string]any{}
	for i, f := range formats {
		v := values[r.IntN(len(values))]
		name := strconv.Itoa(i)
		questions, at[name] = append(questions, []any{name, f, v.tagged}), v.v
	}
	compare(t, "answer = lambda q: q[1] % value(q[2])", questions, func(q any) string {
		list := q.([]any)
		out, err := pyfmt.AppendFormat(nil, list[1].(string), at[list[0].(string)])
		return nameOf(err, out, list)
	})
}

// nameOf gives the exception that an error stands for. Python has two for a
// format that doesn't fit, which mean the same to a template.
func nameOf(err error, out []byte, q []any) string {
	switch {
	case errors.Is(err, pyfmt.ErrOverflow):
		return "!OverflowError"
	case errors.Is(err, pyfmt.ErrKey):
		return "!KeyError"
	case err != nil:
		return "!Format"
	}
	return string(out)
}

func TestFormatLimits(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"%1048577d", "%.1048577f", "%9999999999d", "%9999999999.1f"} {
		if out, err := pyfmt.AppendFormat(nil, format, 1); !errors.Is(err, pyfmt.ErrWidth) {
			t.Errorf("%s: %d bytes, error %v", format, len(out), err)
		}
	}
	out, err := pyfmt.AppendFormat(nil, "%1048576.1048576f", 0.1)
	if err != nil || len(out) != 1048578 {
		t.Errorf("the largest format: %d bytes, %v", len(out), err)
	}
}

func ExampleAppendRepr() {
	fmt.Printf("%s\n", pyfmt.AppendRepr(nil, []any{1, "it's", 2.0, nil, map[string]bool{"a": true}}))
	// Output: [1, "it's", 2.0, None, {'a': True}]
}
