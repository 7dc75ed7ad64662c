package i18n_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/nuages-web/nuages/i18n"
)

func FuzzParseMO(f *testing.F) {
	f.Add(moFile(binary.LittleEndian, "", "Plural-Forms: nplurals=2; plural=n != 1;\n", "a", "ä", "day\x00days", "Tag\x00Tage"))
	f.Add(moFile(binary.BigEndian, "a", "b"))
	f.Add([]byte("\xde\x12\x04\x95"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := i18n.ParseMO(data)
		if err != nil {
			return
		}
		size := 0
		for key, v := range i18n.Messages(c) {
			size += len(key)
			forms, ok := v.([]string)
			if !ok {
				forms = []string{v.(string)}
			}
			for _, form := range forms {
				size += len(form)
			}
		}
		if size > 8*len(data)+1000 {
			t.Errorf("%d bytes became %d", len(data), size)
		}
	})
}

func FuzzParsePO(f *testing.F) {
	f.Add([]byte(plurals("nplurals=2; plural=n != 1", "%d day", "%d days", "%d Tag", "%d Tage")))
	f.Add([]byte("#, fuzzy\nmsgctxt \"c\"\nmsgid \"\\x41\"\n\"b\"\nmsgstr \"\\\"\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := i18n.ParsePO(data)
		if err != nil {
			return
		}
		for key, v := range i18n.Messages(c) {
			if text, ok := v.(string); ok && (!utf8.ValidString(key) || !utf8.ValidString(text)) {
				t.Errorf("%q: %q is not UTF-8", key, text)
			}
		}
	})
}

func FuzzPluralForm(f *testing.F) {
	f.Add("nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;", 5)
	f.Add("plural=!(n/0)", -1)
	f.Fuzz(func(t *testing.T, header string, n int) {
		first, err := i18n.PluralForm(header, n)
		if err != nil {
			return
		}
		if again, err := i18n.PluralForm(header, n); again != first || err != nil {
			t.Errorf("%q for %d: %d, then %d, %v", header, n, first, again, err)
		}
	})
}

func FuzzDateFormat(f *testing.F) {
	f.Add(`jS \o\f F Y H:i:s.u e T O Z I U c r \`, int64(1e9), int64(0))
	f.Add("DATE_FORMAT", int64(-1e9), int64(1))
	zones := []*time.Location{time.UTC, time.FixedZone("", -5000)}
	if berlin, err := time.LoadLocation("Europe/Berlin"); err == nil {
		zones = append(zones, berlin)
	}
	f.Fuzz(func(t *testing.T, format string, seconds, zone int64) {
		moment := time.Unix(seconds%(1<<36), 0).In(zones[uint64(zone)%uint64(len(zones))])
		parsed := i18n.ParseDateFormat(format)
		var l *i18n.Locale
		for _, v := range []i18n.DateValue{i18n.Moment(moment), i18n.Naive(moment)} {
			out, err := l.AppendDate(nil, v, parsed)
			if err != nil || len(out) > 50*len(format)+100 {
				t.Errorf("%q: %d bytes, %v", format, len(out), err)
			}
		}
		if out := i18n.AppendInput(nil, i18n.Moment(moment), format); len(out) > 50*len(format) {
			t.Errorf("%q as an input format: %d bytes", format, len(out))
		}
	})
}

func FuzzNumber(f *testing.F) {
	f.Add("-1234567.891e-7", 2)
	f.Add("1E+99999999999", -1)
	f.Add("0e-999999999999999999", 50000)
	format := i18n.NumberFormat{ThousandSeparator: ",", Grouping: []int{3, 2, 0}}
	f.Fuzz(func(t *testing.T, digits string, places int) {
		n, ok := i18n.ParseDecimal(digits)
		if !ok {
			n = i18n.Digits(digits)
		}
		out := string(format.Append(nil, n, places))
		if len(out) > 3*len(digits)+3*1000 {
			t.Errorf("%q with %d places: %d bytes", digits, places, len(out))
		}
		if ok && strings.Trim(out, "-0123456789.,e+") != "" {
			t.Errorf("%q with %d places: %q", digits, places, out)
		}
	})
}
