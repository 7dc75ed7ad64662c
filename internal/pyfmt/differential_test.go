package pyfmt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// python runs a script that has a function answer(q) on each of the questions,
// which are JSON values, and returns the answers' text. Where it raises, that is
// "!" and the name of the exception, or "!Format" for a ValueError or TypeError.
func python(t *testing.T, function string, questions []any) []string {
	t.Helper()
	var in bytes.Buffer
	for _, q := range questions {
		line, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	out := realdjango.Run(t, `
import sys, json, unicodedata
from decimal import Decimal
from pprint import pformat
def value(v):
    if isinstance(v, dict):
        if '$f' in v: return float(v['$f'])
        if '$i' in v: return int(v['$i'])
        if '$d' in v: return Decimal(v['$d'])
        if '$t' in v: return tuple(value(x) for x in v['$t'])
        if '$b' in v: return v['$b'].encode('latin-1')
        return {k: value(x) for k, x in v.items()}
    if isinstance(v, list): return [value(x) for x in v]
    return v
`+function+`
for line in sys.stdin:
    try:
        a = answer(json.loads(line))
    except Exception as e:
        a = "!" + {"ValueError": "Format", "TypeError": "Format"}.get(e.__class__.__name__, e.__class__.__name__)
    sys.stdout.write(json.dumps(a) + '\n')
`, in.Bytes())
	var answers []string
	for line := range bytes.Lines(out) {
		var a string
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}

// compare asks Python and Go the same questions.
func compare(t *testing.T, function string, questions []any, answer func(q any) string) {
	t.Helper()
	different := 0
	for i, want := range python(t, function, questions) {
		if got := answer(questions[i]); got != want && !strings.HasPrefix(want, "?") {
			if different++; different > 20 {
				t.Fatal("and more")
			}
			same := 0
			for same < min(len(got), len(want)) && got[same] == want[same] {
				same++
			}
			t.Errorf("%.200v: from byte %d on got %.100q, Python %.100q", questions[i], same, got[same:], want[same:])
		}
	}
}

func randomFloats(r *rand.Rand, n int) []float64 {
	list := []float64{0, math.Copysign(0, -1), 1, -1, 1e16, 1e15, 9999999999999998, 1e-4, 9.9e-5, 1e-5, 0.1, 123456789, 1e22, 1e23, 5e-324,
		math.MaxFloat64, 0.5, 1.5, 2.5, 0.25, 0.05, 1e6, 999999.5, 100000, 1234567, math.Inf(1), math.Inf(-1), math.NaN()}
	for range n {
		switch r.IntN(3) {
		case 0:
			list = append(list, math.Float64frombits(r.Uint64()))
		case 1:
			list = append(list, float64(r.IntN(2_000_000)-1_000_000)/1000)
		default:
			list = append(list, (r.Float64()-0.5)*math.Pow(10, float64(r.IntN(40)-20)))
		}
	}
	return list
}

func tagFloat(f float64) any { return map[string]any{"$f": strconv.FormatFloat(f, 'g', -1, 64)} }

func TestFloatsAsPython(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	floats := randomFloats(r, 3000)
	questions := make([]any, len(floats))
	at := map[string]float64{}
	for i, f := range floats {
		text := strconv.FormatFloat(f, 'g', -1, 64)
		questions[i], at[text] = text, f
	}
	compare(t, "answer = lambda q: repr(float(q))", questions, func(q any) string {
		return string(pyfmt.AppendFloat(nil, at[q.(string)]))
	})
}

func TestNumbersAsPython(t *testing.T) {
	t.Parallel()
	texts := []string{"", " ", "1", " 1 ", "+1", "-1", "--1", "+-1", "1_000", "1__0", "_1", "1_", "0x10", "1.0", "1.", ".5", ".", "1e5", "1E+5", "1e", "e5",
		"1_0.0_1", "1_.0", "1._0", "1e1_0", "inf", "-Infinity", "nan", "+nan", "NaN", "snan", "sNaN12", "nan12", "nanx", "infinit", "in_f", "१२३", "٣٫٥", "１２", "1\u00a0",
		"\u20031", "\x1c7\x1f", "\x007", "7\x00", "1 2", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
		"1e400", "-1e400", "1e-400", "0x1p3", "1e1000000000000000000", "1e999999999999999999", "1e99999999999999999999", "1e-99999999999999999999", "0e9999", "000", "-0", "007", "½", "²", "𝟙𝟚", "𞥑",
		"1,5", "1e+", "1e 5", "1 e5", "0b1", "1j", "True", "infinity_", "_inf", "1.5e3.5", "+.5e-3", "٣", "1_2_3", "0_0", "\ufeff1", strings.Repeat("9", 4300), strings.Repeat("9", 4301), "-" + strings.Repeat("9", 4300),
		"+" + strings.Repeat("0", 4301)}
	questions := make([]any, len(texts))
	for i, s := range texts {
		questions[i] = s
	}
	compare(t, `
def answer(q):
    out = []
    for f in int, float, Decimal:
        try: v = f(q)
        except Exception: out.append('-'); continue
        if f is Decimal:
            s, d, e = v.as_tuple()
            if isinstance(e, int) and len(d)+abs(e) > 200: v = 'large'
            elif isinstance(e, int): v = 'finite'
            else: v = 'special'
        out.append(repr(v) if f is float else str(v)[:50])
    return ' '.join(out)`, questions, func(q any) string {
		out := []string{"-", "-", "-"}
		if n, large, ok := pyfmt.ParseInt(q.(string)); ok && large != nil {
			out[0] = large.String()[:min(50, len(large.String()))]
		} else if ok {
			out[0] = fmt.Sprint(n)
		}
		if f, ok := pyfmt.ParseFloat(q.(string)); ok {
			out[1] = string(pyfmt.AppendFloat(nil, f))
		}
		var d pyfmt.Decimal
		if d.Parse(q.(string)) {
			out[2] = map[bool]string{true: "finite", false: "special"}[d.Finite()]
			if d.Large() {
				out[2] = "large"
			}
		}
		return strings.Join(out, " ")
	})
}

func TestFixedAsPython(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var questions []any
	for _, s := range []string{"0", "-0", "0.5", "-0.5", "0.05", "0.049", "9.995", "99.95", "0.0", "-0.001", "1e3", "1e-7", "123.456", "0.00000", "5e-1", "1e100", "1e-100", "9e-3"} {
		for p := range 6 {
			questions = append(questions, []any{s, p})
		}
	}
	for range 3000 {
		s := strconv.FormatInt(r.Int64N(1_000_000_000), 10)
		s += "." + strconv.FormatInt(r.Int64N(1_000_000), 10)
		if r.IntN(2) == 0 {
			s = "-" + s
		}
		if r.IntN(3) == 0 {
			s += "e" + strconv.Itoa(r.IntN(60)-30)
		}
		questions = append(questions, []any{s, r.IntN(25)})
	}
	compare(t, `
from decimal import Context, ROUND_HALF_UP
def answer(q):
    d = Decimal(q[0])
    out = d.quantize(Decimal(1).scaleb(-q[1]), ROUND_HALF_UP, Context(prec=500))
    if not out: out = abs(out)
    i = int(d)
    return '%s %d %s' % (format(out, 'f'), i, i == d)`, questions, func(q any) string {
		var d pyfmt.Decimal
		if !d.Parse(q.([]any)[0].(string)) {
			return "no number"
		}
		return fmt.Sprintf("%s %s %s", d.AppendFixed(nil, q.([]any)[1].(int)), d.AppendInteger(nil), pyfmt.AppendRepr(nil, d.Integer()))
	})
}

func TestSlicesAsPython(t *testing.T) {
	t.Parallel()
	bounds := []string{"", "0", "1", "2", "5", "7", "9", "-1", "-3", "-7", "-9", "99999999999999999999", "-99999999999999999999", " 2 ", "x", "1.0", "9223372036854775807", "-9223372036854775808"}
	var questions []any
	for _, a := range bounds {
		questions = append(questions, a)
		for _, b := range bounds {
			questions = append(questions, a+":"+b)
			for _, c := range []string{"", "1", "2", "-1", "-2", "0", "-99999999999999999999", "99", "-9223372036854775808"} {
				questions = append(questions, a+":"+b+":"+c)
			}
		}
	}
	questions = append(questions, "1:2:3:4", ":::")
	compare(t, `
def answer(q):
    bits = [int(x) if x else None for x in q.split(':')]
    return 'abcdefg'[slice(*bits)]`, questions, func(q any) string {
		s, ok := pyfmt.ParseSlice(q.(string))
		if !ok {
			return "!Format"
		}
		start, step, count := s.Indices(7)
		out := []byte{}
		for range count {
			out = append(out, "abcdefg"[start])
			start += step
		}
		return string(out)
	})
}

// Python's Unicode is of another version: what that does not know is passed over.
func TestCaseAsPython(t *testing.T) {
	t.Parallel()
	var questions []any
	for r := rune(0); r < 0x20000; r++ { // no letters with case beyond
		if r < 0xd800 || r > 0xdfff {
			questions = append(questions, r)
		}
	}
	if testing.Short() {
		questions = questions[:0x3000]
	}
	compare(t, `
newer = '\u10fc\ua7f2\ua7f3\ua7f4\uab69' # lower case since Unicode 15
def answer(q):
    c = chr(q)
    if unicodedata.category(c) == 'Cn' or c in newer: return '?'
    return ' '.join([c.upper(), c.lower(), c.title(), ('a'+c+'A').title(), ('aΣ'+c).lower(), repr(c)])`, questions, func(q any) string {
		c := string(q.(rune))
		return fmt.Sprintf("%s %s %s %s %s %s", pyfmt.AppendUpper(nil, c), pyfmt.AppendLower(nil, c), pyfmt.AppendTitle(nil, c),
			pyfmt.AppendTitle(nil, "a"+c+"A"), pyfmt.AppendLower(nil, "aΣ"+c), pyfmt.AppendRepr(nil, c))
	})
}
