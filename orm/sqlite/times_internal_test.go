package sqlite

import (
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-21 13:04:05.060007":          "2026-11-21T13:04:05.060007Z",
		"2026-11-21 13:04:05":                 "2026-11-21T13:04:05Z",
		"2026-11-21 13:04":                    "2026-11-21T13:04:00Z",
		"2026-11-21":                          "2026-11-21T00:00:00Z",
		"2026-11-21T13:04:05Z":                "2026-11-21T13:04:05Z",
		"2026-11-21t13:04:05z":                "2026-11-21T13:04:05Z",
		"2026-11-21T13:04:05.5+02:00":         "2026-11-21T11:04:05.5Z",
		"2026-11-21 13:04:05-0530":            "2026-11-21T18:34:05Z",
		"2026-11-21 13:04:05+01":              "2026-11-21T12:04:05Z",
		"2026-12-31 23:30:00-01:00":           "2027-01-01T00:30:00Z",
		"0001-01-01 00:00:00":                 "0001-01-01T00:00:00Z",
		"9999-12-31 23:59:59.999999999999999": "9999-12-31T23:59:59.999999999Z",
		"2024-02-29 00:00:00":                 "2024-02-29T00:00:00Z",
		"2023-02-29 00:00:00":                 "", "1900-02-29": "", "2000-02-29": "2000-02-29T00:00:00Z",
		"": "", "2026": "", "2026-11-2": "", "2026-13-01": "", "2026-00-01": "", "2026-01-00": "", "2026-01-32": "", "2026/01/01": "",
		"2026-01-01 ": "", "2026-01-01 24:00:00": "", "2026-01-01 23:60:00": "", "2026-01-01 23:59:60": "", "2026-01-01X00:00:00": "",
		"2026-01-01 00:00:00.": "", "2026-01-01 00:00:00 UTC": "", "2026-01-01 00:00:00+24:00": "", "2026-01-01 00:00:00+1": "", "2026-01-01 00:00:00+01:0": "",
		"2026-01-01 00:00:": "", "+026-01-01": "", "２０２６-01-01": "", "2026-01-01 00:00:00ZZ": "",
	} {
		got, ok := parseTime([]byte(text))
		if !ok {
			got = time.Time{}
		}
		if s := got.Format(time.RFC3339Nano); ok != (want != "") || ok && s != want {
			t.Errorf("parseTime(%q): %s, %t, want %q", text, s, ok, want)
		}
	}
}

func TestTimedelta(t *testing.T) {
	t.Parallel()
	for micro, want := range map[int64]string{
		0: "0:00:00", 1: "0:00:00.000001", -1: "-1 day, 23:59:59.999999", 90_000_000: "0:01:30", dayMicros: "1 day, 0:00:00",
		36*dayMicros + 3661_500_000: "36 days, 1:01:01.500000", -2 * dayMicros: "-2 days, 0:00:00",
	} {
		if got := formatTimedelta(micro); got != want {
			t.Errorf("formatTimedelta(%d): %q, want %q", micro, got, want)
		}
		if got, ok := parseTimedelta(want); got != micro || !ok {
			t.Errorf("parseTimedelta(%q): %d, %t", want, got, ok)
		}
	}
	for _, bad := range []string{"", "x", "1 day", "999999999999 days, 0:00:00", "0:00", "1 day, 24:00:00", "1:00:00 ", "-1:00:00"} {
		if got, ok := parseTimedelta(bad); ok && bad != "0:00" {
			t.Errorf("parseTimedelta(%q): %d", bad, got)
		}
	}
}

// FuzzParseTime: what is parsed is written and read again as the same moment.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-11-21 13:04:05.060007", "2026-11-21T13:04:05+01:30", "2026-11-21", "0000-01-01", "2026-02-30 1:2", "9999-12-31T23:59:59-23:59"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		at, ok := parseTime(text)
		if !ok {
			return
		}
		b, ok := appendTime(nil, at.Truncate(time.Microsecond))
		if !ok {
			if y := at.Year(); y > 0 && y < 10000 {
				t.Fatalf("%q: the year %d is refused", text, y)
			}
			return
		}
		again, ok := parseTime(b)
		if !ok || !again.Equal(at.Truncate(time.Microsecond)) {
			t.Fatalf("%q: %v became %q, %v", text, at, b, again)
		}
		if std, err := time.Parse(time.RFC3339Nano, string(text)); err == nil && !strings.Contains(string(text), ",") && !std.Equal(at) {
			t.Fatalf("%q: %v, package time says %v", text, at, std)
		}
	})
}

// FuzzTypecast: the parser of Django's functions agrees with the one of rows where
// both know a text, and neither panics.
func FuzzTypecast(f *testing.F) {
	for _, s := range []string{"2026-11-21 13:04:05.060007", "2026-1-2 3:4:5-01", "2026-11-21", "a b", " - : "} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		typecastTime(text, true)
		parseTimedelta(string(text))
		splitOffset(string(text))
		a, _, ok1 := typecast(text)
		b, ok2 := parseTime(text)
		if ok1 && ok2 && !strings.ContainsAny(string(text[min(10, len(text)):]), "+-") && !a.Equal(b.Truncate(time.Microsecond)) {
			t.Fatalf("%q: %v and %v", text, a, b)
		}
	})
}

// FuzzTranslate: a pattern that package regexp takes is not made wrong.
func FuzzTranslate(f *testing.F) {
	for _, s := range []string{`^\w+$`, `[\d\]-]`, `[]a]`, `[^]\s]`, `\Z`, `(?m)$`, `\\$`, `[[:alpha:]$]`, `é\é`, `\Q$\E`} {
		f.Add(s, "text")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		c := &conn{}
		p := c.pattern([]byte(expr))
		if p.err == nil {
			p.re.MatchString(text)
		}
		if again := c.pattern([]byte(expr)); len(expr) <= maxPattern && again != p {
			t.Fatal("the pattern was compiled twice")
		}
	})
}
