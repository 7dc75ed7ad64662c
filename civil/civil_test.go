package civil_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nuages-web/nuages/civil"
)

func Example() {
	d, _ := civil.ParseDate("2024-02-28")
	fmt.Println(d.AddDays(2), d.Weekday(), civil.DateOf(time.Unix(0, 0).UTC()))
	t, _ := civil.ParseTime("15:04:05.25")
	fmt.Println(t)
	// Output:
	// 2024-03-01 Wednesday 1970-01-01
	// 15:04:05.250000
}

func TestDate(t *testing.T) {
	t.Parallel()
	for s, valid := range map[string]bool{
		"2026-11-21": true, "2024-02-29": true, "2023-02-29": false, "0001-01-01": true, "9999-12-31": true,
		"2026-1-2": false, "": false, "2026-11-21T00:00:00Z": false, "２０２６-11-21": false,
	} {
		d, err := civil.ParseDate(s)
		if (err == nil) != valid {
			t.Errorf("ParseDate(%q): %v", s, err)
		}
		if valid && (d.String() != s || !d.Valid()) {
			t.Errorf("ParseDate(%q) is %v", s, d)
		}
	}
	if (civil.Date{Year: 2023, Month: 2, Day: 29}).Valid() || (civil.Date{}).Valid() || !(civil.Date{}).IsZero() {
		t.Error("days that there are not")
	}
	a, b := civil.Date{Year: 2024, Month: 2, Day: 28}, civil.Date{Year: 2024, Month: 3, Day: 1}
	if b.Sub(a) != 2 || !a.Before(b) || !b.After(a) || a.Compare(a) != 0 {
		t.Errorf("%v and %v", a, b)
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"15:04": "15:04:00", "15:04:05": "15:04:05", "15:04:05.000001": "15:04:05.000001", "24:00": "", "1:2:3": "", "": "",
	} {
		got, err := civil.ParseTime(s)
		if (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("ParseTime(%q): %v, %v", s, got, err)
		}
	}
	if (civil.Time{Hour: 24}).Valid() || !(civil.Time{Hour: 23, Minute: 59, Second: 59}).Valid() {
		t.Error("Valid")
	}
	var d civil.Date
	if err := d.UnmarshalText([]byte("x")); err == nil {
		t.Error("no error for x")
	}
}
