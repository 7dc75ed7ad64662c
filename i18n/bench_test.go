package i18n_test

import (
	"encoding/binary"
	"io/fs"
	"testing"
	"time"

	"github.com/nuages-web/nuages/i18n"
)

// german has a message, a context and plural forms.
func german(t testing.TB) *i18n.Locale {
	t.Helper()
	po := entry("Add to cart", "In den Korb") + "msgctxt \"shop\"\n" + entry("Add to cart", "In den Wagen") +
		"msgctxt \"shop\"\n" + "msgid \"record\"\nmsgid_plural \"records\"\nmsgstr[0] \"Platte\"\nmsgstr[1] \"Platten\"\n"
	c, err := i18n.New([]fs.FS{folder(map[string]string{"de": po})}, &i18n.Options{UseThousandSeparator: true})
	if err != nil {
		t.Fatal(err)
	}
	return c.Locale("de")
}

// A page of a shop writes dates and numbers by the hundred.
func BenchmarkAppend(b *testing.B) {
	l := german(b)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	local := i18n.Moment(time.Date(2026, 11, 21, 15, 4, 5, 0, berlin))
	named, zoned := i18n.ParseDateFormat("DATETIME_FORMAT"), i18n.ParseDateFormat("H:i e O")
	buf := make([]byte, 0, 256)
	for _, bench := range []struct {
		name string
		run  func()
	}{
		{"date", func() { buf, _ = l.AppendDate(buf[:0], local, named) }},
		{"zone", func() { buf, _ = l.AppendDate(buf[:0], local, zoned) }},
		{"int", func() { buf = l.AppendNumber(buf[:0], i18n.Int(1234567), i18n.AllPlaces, i18n.GroupBySettings) }},
		{"float", func() { buf = l.AppendNumber(buf[:0], i18n.Float(1234567.891), 2, i18n.GroupBySettings) }},
		{"gettext", func() { _ = l.Gettext("Add to cart") }},
		{"pgettext", func() { _ = l.PGettext("shop", "Add to cart") }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bench.run()
			}
			if n := testing.AllocsPerRun(100, bench.run); n != 0 {
				b.Errorf("%v allocations", n)
			}
		})
	}
}

func BenchmarkParseMO(b *testing.B) {
	pairs := []string{"", "Plural-Forms: nplurals=2; plural=n != 1;\n"}
	for i := range 500 {
		pairs = append(pairs, "message "+time.Duration(i).String(), "the translation of it, which is longer")
	}
	data := moFile(binary.LittleEndian, pairs...)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := i18n.ParseMO(data); err != nil {
			b.Fatal(err)
		}
	}
}
