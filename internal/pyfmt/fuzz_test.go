package pyfmt_test

import (
	"math"
	"testing"
	"unicode/utf8"

	"github.com/nuages-web/nuages/internal/pyfmt"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1:-2:3", "::-1", "%-#012.3f", "%(a)s %%", "1_000.5e-3", " -inf", "ǆΣß", "'\"\\"} {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		if slice, ok := pyfmt.ParseSlice(s); ok {
			length := n & 0xff
			start, step, count := slice.Indices(length)
			if last := start + (count-1)*step; count > 0 && (start < 0 || start >= length || last < 0 || last >= length) {
				t.Errorf("slice %q of %d items: %d, %d, %d", s, length, start, step, count)
			}
		}
		for _, v := range []any{n, float64(n) / 7, s, map[string]any{"a": n}} {
			if out, err := pyfmt.AppendFormat(nil, s, v); err == nil && len(out) > 3*pyfmt.MaxWidth+len(s)*(len(s)+400) {
				t.Errorf("%q of %v has %d bytes", s, v, len(out))
			}
		}
		var d pyfmt.Decimal
		if d.Parse(s) && d.Finite() {
			d.AppendInteger(nil)
			if out := d.AppendFixed(nil, n&0xff); d.Parse(string(out)) && !d.Finite() && !d.Large() {
				t.Errorf("%q becomes %q", s, out)
			}
		}
		if v, ok := pyfmt.ParseFloat(s); ok && !math.IsInf(v, 0) && !math.IsNaN(v) {
			var exact pyfmt.Decimal
			exact.SetFloat(v)
			if !exact.Finite() && !exact.Large() {
				t.Errorf("%v is no number", v)
			}
		}
		pyfmt.ParseInt(s)
		if lower := pyfmt.AppendLower(nil, s); pyfmt.LowerIndex(s) < 0 && string(lower) != s {
			t.Errorf("%q becomes %q in lower case", s, lower)
		}
		if upper := pyfmt.AppendUpper(nil, s); pyfmt.UpperIndex(s) < 0 && string(upper) != s {
			t.Errorf("%q becomes %q in upper case", s, upper)
		}
		pyfmt.AppendTitle(nil, s)
		if quoted := pyfmt.AppendPretty(nil, s); !utf8.Valid(quoted) {
			t.Errorf("pprint of %q is %q", s, quoted)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	dst := make([]byte, 0, 256)
	b.Run("float", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dst = pyfmt.AppendFloat(dst[:0], 1234.5678)
		}
	})
	b.Run("fixed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var d pyfmt.Decimal
			d.SetFloat(1234.5678)
			dst = d.AppendFixed(dst[:0], 2)
		}
	})
	b.Run("repr", func(b *testing.B) {
		b.ReportAllocs()
		list := []any{1, "text", 2.5}
		for b.Loop() {
			dst = pyfmt.AppendRepr(dst[:0], list)
		}
	})
	b.Run("format", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dst, _ = pyfmt.AppendFormat(dst[:0], "%05.1f", 2.5)
		}
	})
	b.Run("lower", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dst = pyfmt.AppendLower(dst[:0], "Grüße aus Köln")
		}
	})
}
