package postgres

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestDetailColumns(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string][]string{
		"Key (a)=(1) already exists.":                         {"a"},
		"Key (a, b)=(1, 2) already exists.":                   {"a", "b"},
		"Schlüssel »(a, \"B c\")=(1, 2)« existiert bereits.":  {"a", "B c"},
		`Key ("a""b", "c)=(d")=(1, 2) already exists.`:        {`a"b`, "c)=(d"},
		"Key (categoryId)=(9) is not present in table \"c\".": {"categoryId"},
		"Key (lower(name::text))=(a) already exists.":         nil,
		"Key (a, lower(name::text))=(1, a) already exists.":   nil,
		"Key (a)=(x), b)=(y) already exists.":                 {"a"},
		"Failing row contains (1, null).":                     nil,
		"":                                                    nil,
		"(":                                                   nil,
		`("`:                                                  nil,
		"(a, ":                                                nil,
		"Key (a":                                              nil,
	} {
		if got := detailColumns(detail); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", detail, got, want)
		}
	}
}

func TestParseInterval(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"00:00:00": 0, "1 day": day, "-3 days": -3 * day, "3 days -02:00:01.5": 3*day - 2*time.Hour - 1500*time.Millisecond,
		"-1 days +00:00:00.000001": -day + time.Microsecond, "2562047:47:16.854775": 9223372036854775 * time.Microsecond,
	} {
		if got, err := parseInterval(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1 mon", "1 year 2 days", "200000 days", "106751 days 23:59:59", "x days", "1:2", "a:b:c", "99999999999:00:00", "P1D"} {
		if got, err := parseInterval(text); err == nil {
			t.Errorf("%s: %v, want an error", text, got)
		}
	}
}

// FuzzDetailColumns: no text of a server makes it fail.
func FuzzDetailColumns(f *testing.F) {
	f.Add(`Key ("a""b", c)=(1, 2) already exists.`)
	f.Fuzz(func(t *testing.T, detail string) {
		for _, column := range detailColumns(detail) {
			if column != "" && !strings.Contains(detail, strings.ReplaceAll(column, `"`, `""`)) && !strings.Contains(detail, column) {
				t.Errorf("%q has no %q", detail, column)
			}
		}
	})
}

// FuzzDecode: no bytes of a server make a decoder fail or take much memory.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0, 0, 0, 2, 0, 1})
	f.Add([]byte{0, 2, 0xff, 0xff, 0x40, 0, 0, 8, 0x12, 0x34, 0x12, 0x34})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0})
	f.Add([]byte{2, 32, 0, 4, 192, 0, 2, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, err := decodeNumeric(b); err == nil {
			d, err := n.decimal()
			if text, textErr := numericText(b); (textErr == nil) != (err == nil || n.special() != "") || len(text) > 3*maxDigits {
				t.Errorf("%x: decimal %v, %v; text %q, %v", b, d, err, text, textErr)
			}
			_, _ = numericInt64(b)
		}
		_, _ = decodeDate(b)
		_, _ = decodeTimeOfDay(b)
		_, _ = decodeUUID(b)
		if d, err := decodeInterval(b); err == nil && binary.BigEndian.Uint32(b[12:]) != 0 {
			t.Errorf("%x: %v", b, d)
		}
		if p, err := decodeInet(b); err == nil && !p.IsValid() {
			t.Errorf("%x: %v", b, p)
		}
		_, _ = decodeHex(b)
		_, _ = parseTime(string(b))
		_, _ = parseInterval(string(b))
	})
}
