package i18n_test

import (
	"testing"
	"time"

	"github.com/nuages-web/nuages/i18n"
)

// Not parallel: other tests would count.
func TestAllocations(t *testing.T) {
	l, c := german(t), mustNew(t, nil)
	at, format := i18n.Moment(time.Date(2026, 11, 21, 15, 4, 5, 0, time.UTC)), i18n.ParseDateFormat("l, j. F Y H:i T r c")
	buf := make([]byte, 0, 256)
	for name, run := range map[string]func(){
		"date":    func() { buf, _ = l.AppendDate(buf[:0], at, format) },
		"number":  func() { buf = l.AppendNumber(buf[:0], i18n.Float(-1234567.891), 2, i18n.GroupBySettings) },
		"integer": func() { buf = l.AppendNumber(buf[:0], i18n.Int(1234567), i18n.AllPlaces, i18n.GroupAlways) },
		"message": func() { l.NPGettext("shop", "record", "records", 3) },
		"locale":  func() { c.Locale("pt-br") },
	} {
		if n := testing.AllocsPerRun(200, run); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
