package i18n_test

import (
	"fmt"
	"io/fs"
	"testing/fstest"
	"time"

	"github.com/nuages-web/nuages/i18n"
)

func Example() {
	po := `
msgid ""
msgstr "Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "February"
msgstr "Februar"

msgid "%d record"
msgid_plural "%d records"
msgstr[0] "%d Platte"
msgstr[1] "%d Platten"
`
	folder := fstest.MapFS{"de/LC_MESSAGES/django.po": {Data: []byte(po)}}
	catalogs, err := i18n.New([]fs.FS{folder}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	de := catalogs.Locale("de")
	fmt.Printf(de.NGettext("%d record", "%d records", 3)+"\n", 3)
	fmt.Println(de.Date(time.Date(2024, 2, 29, 16, 30, 0, 0, time.UTC), "DATE_FORMAT"))
	fmt.Println(string(de.AppendNumber(nil, i18n.Float(1234567.5), 2, i18n.GroupAlways)))
	// Output:
	// 3 Platten
	// 29. Februar 2024
	// 1.234.567,50
}

func ExampleLocale_Since() {
	var english *i18n.Locale
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	fmt.Println(english.Since(now.Add(-76*time.Hour), now))
	// Output: 3 days, 4 hours
}
