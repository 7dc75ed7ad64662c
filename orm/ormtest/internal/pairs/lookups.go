//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// probe is a field of Sample with two values to compare with, in both languages.
type probe struct {
	field    string
	py1, py2 string
	go1, go2 any
}

func probes() []probe {
	return []probe{
		{"char", `"abc"`, `"ab%"`, "abc", "ab%"},
		{"text", `"ABC"`, `"z"`, "ABC", "z"},
		{"slug", `"slug-1"`, `"slug-7"`, "slug-1", "slug-7"},
		{"email", `"u2@example.com"`, `"u5@example.com"`, "u2@example.com", "u5@example.com"},
		{"url", `"https://example.com/2"`, `"https://example.com/4"`, "https://example.com/2", "https://example.com/4"},
		{"small", `-1`, `32767`, -1, 32767},
		{"int", `-2147483648`, `8`, -2147483648, 8},
		{"big", `-9223372036854775808`, `9223372036854775807`, int64(-9223372036854775808), int64(9223372036854775807)},
		{"psmall", `2`, `32767`, 2, 32767},
		{"pint", `2147483647`, `3000000000`, 2147483647, int64(3000000000)},
		{"pbig", `3`, `9223372036854775807`, 3, int64(9223372036854775807)},
		{"float", `0.1`, `4.75`, 0.1, 4.75},
		{"decimal", `D("1.5")`, `D("9999999999.9999")`, dec("1.5"), dec("9999999999.9999")},
		{"bool", `False`, `True`, false, true},
		{"date", `date("2024-12-31")`, `date("2025-10-26")`, day("2024-12-31"), day("2025-10-26")},
		{"time", `dt.time(1, 2, 3, 4)`, `dt.time(12)`, clock("01:02:03.000004"), clock("12:00:00")},
		{"datetime", `moment("2025-01-01T00:00:00")`, `moment("2025-10-26T00:30:00")`, at("2025-01-01T00:00:00"), at("2025-10-26T00:30:00")},
		{"duration", `dt.timedelta(microseconds=-1)`, `dt.timedelta(days=1)`, us(-1), us(86400000000)},
		{"uuid", `uuid.UUID("10000000-0000-4000-8000-0000014d5558")`, `uuid.UUID("10000000-0000-4000-8000-0000014dfeb2")`,
			uid("10000000-0000-4000-8000-0000014d5558"), uid("10000000-0000-4000-8000-0000014dfeb2")},
		{"ip", `"10.0.0.1"`, `"::1"`, ip("10.0.0.1"), ip("::1")},
		{"binary", `b"\x00"`, `b"\xff\xfe"`, []byte{0}, []byte{0xff, 0xfe}},
		{"json", `{"a": 1}`, `5`, map[string]any{"a": 1}, 5},
	}
}

// lookupPairs asks every lookup of every type of field that has it, by name.
func lookupPairs() []Pair {
	var all []Pair
	add := func(field, lookup, py string, value any, only string) {
		name := field
		if lookup != "" {
			name += "__" + lookup
		}
		differs := olderDjango(lookup)
		all = append(all, Pair{
			Name: fmt.Sprintf("%s %s", name, py), Only: only, Differs: differs,
			Ask: fmt.Sprintf("ids(Sample.objects.filter(%s=%s))", name, py),
			Run: ids(Samples.Lookup(name, value)),
		}, Pair{
			Name: fmt.Sprintf("not %s %s", name, py), Only: only, Differs: differs,
			Ask: fmt.Sprintf("ids(Sample.objects.exclude(%s=%s))", name, py),
			Run: ids(Samples.Exclude(orm.Lookup(orm.MetaOf[Sample](), name, value))),
		})
	}
	for _, p := range probes() {
		add(p.field, "", p.py1, p.go1, "")
		add(p.field, "exact", p.py2, p.go2, "")
		add(p.field, "isnull", "True", true, "")
		if p.field == "json" {
			continue
		}
		add(p.field, "in", "["+p.py1+", "+p.py2+"]", []any{p.go1, p.go2}, "")
		if p.field == "bool" || p.field == "binary" {
			continue
		}
		if p.field != "ip" { // inet is compared by number, text by letter
			for _, lookup := range []string{"gt", "gte", "lt", "lte"} {
				add(p.field, lookup, p.py1, p.go1, "")
			}
			add(p.field, "range", "("+p.py1+", "+p.py2+")", []any{p.go1, p.go2}, "")
		}
	}
	for _, field := range []string{"char", "text"} {
		for _, lookup := range []string{"iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"} {
			for _, value := range []string{"aBc", "%_", "\\", "üß", "'", ""} {
				if value == "üß" && lookup[0] == 'i' {
					continue // below
				}
				add(field, lookup, pyString(value), value, "")
			}
		}
		for _, re := range []string{"^a", "b[a-z] ", "(def|`)", "c$"} {
			add(field, "regex", pyString(re), re, "")
			add(field, "iregex", pyString(re), re, "")
		}
	}
	for _, lookup := range []string{"iexact", "icontains", "istartswith", "iendswith"} {
		add("char", lookup, `"ÜÜSS€"`, "ÜÜSS€", "")
		add("slug", lookup, `"SLUG-1"`, "SLUG-1", "")
	}
	for _, field := range []string{"int", "decimal", "date", "uuid", "ip"} {
		add(field, "contains", `"1"`, "1", "")
		add(field, "startswith", `"20"`, "20", "")
		add(field, "icontains", `"0.1"`, "0.1", "")
	}
	addParts(add)
	return all
}

// olderDjango says where newer versions of Django answer as we do.
func olderDjango(lookup string) map[string]string {
	switch {
	case lookup == "iso_year" || lookup == "iso_year__gte":
		return map[string]string{"*": "Django before 4.0 compares with the calendar's year"}
	case lookup == "second":
		return map[string]string{"postgresql": "Django before 4.1 leaves the microseconds in the seconds"}
	}
	return nil
}

// addParts asks about parts of dates and times.
func addParts(add func(field, lookup, py string, value any, only string)) {
	dateParts := map[string][]int{"year": {2025, 1}, "iso_year": {2025}, "month": {12, 2}, "day": {31}, "week": {1, 53}, "week_day": {3}, "iso_week_day": {7}, "quarter": {4}}
	timeParts := map[string][]int{"hour": {12, 0}, "minute": {30}, "second": {59, 0}}
	for _, field := range []string{"date", "datetime"} {
		for _, part := range sortedKeys(dateParts) {
			for _, n := range dateParts[part] {
				add(field, part, fmt.Sprint(n), n, "")
			}
			add(field, part+"__gte", fmt.Sprint(dateParts[part][0]), dateParts[part][0], "")
			add(field, part+"__in", fmt.Sprintf("[%d, 1]", dateParts[part][0]), []any{dateParts[part][0], 1}, "")
		}
	}
	for _, field := range []string{"time", "datetime"} {
		for _, part := range sortedKeys(timeParts) {
			for _, n := range timeParts[part] {
				add(field, part, fmt.Sprint(n), n, "")
			}
			add(field, part+"__lt", fmt.Sprint(timeParts[part][0]), timeParts[part][0], "")
		}
	}
	add("datetime", "date", `date("2025-03-30")`, day("2025-03-30"), "")
	add("datetime", "date__gt", `date("2025-03-30")`, day("2025-03-30"), "")
	add("datetime", "time", `dt.time(1)`, clock("01:00:00"), "")
	add("datetime", "time__lte", `dt.time(1)`, clock("01:00:00"), "")
}

func pyString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// bilateralPairs compare through transforms of both sides, which serve.py has, too.
func bilateralPairs() []Pair {
	return []Pair{
		{Name: "equal", Ask: `ids(Book.objects.filter(title__loud="dune"))`, Run: ids(Books.Lookup("title__loud", "dune"))},
		{Name: "contains", Ask: `ids(Book.objects.filter(title__loud__contains="du"))`, Run: ids(Books.Lookup("title__loud__contains", "du"))},
		{Name: "endswith escaped", Ask: `ids(Book.objects.filter(title__loud__endswith="%"))`, Run: ids(Books.Lookup("title__loud__endswith", "%"))},
		{Name: "in", Ask: `ids(Book.objects.filter(title__loud__in=["dune", "momo"]))`, Run: ids(Books.Lookup("title__loud__in", []string{"dune", "momo"}))},
		{Name: "range", Ask: `ids(Book.objects.filter(title__loud__range=["d", "f"]))`, Run: ids(Books.Lookup("title__loud__range", []string{"d", "f"}))},
		{Name: "F", Ask: `ids(Book.objects.filter(title__loud=F("title")))`, Run: ids(Books.Lookup("title__loud", orm.F("title")))},
		{Name: "along a relation", Ask: `ids(Review.objects.filter(book__title__loud="dune"))`, Run: ids(Reviews.Lookup("book__title__loud", "dune"))},
		{Name: "excluded", Ask: `ids(Book.objects.exclude(title__loud__gt="m"))`, Run: ids(Books.Exclude(orm.Lookup(orm.MetaOf[Book](), "title__loud__gt", "m")))},
		{Name: "number", Ask: `ids(Book.objects.filter(pages__hundreds=412))`, Run: ids(Books.Lookup("pages__hundreds", 412))},
		{Name: "numbers", Ask: `ids(Book.objects.filter(pages__hundreds__in=[199, 250, 412]))`, Run: ids(Books.Lookup("pages__hundreds__in", []int{199, 250, 412}))},
		{Name: "subquery", Ask: `ids(Book.objects.filter(title__loud__in=Book.objects.values("title")))`, Error: "NotImplementedError", Run: ids(Books.Lookup("title__loud__in", orm.Subquery(Books, BookF.Title)))},
	}
}
