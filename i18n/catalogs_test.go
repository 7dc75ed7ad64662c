package i18n_test

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/i18n"
)

// folder returns a locale folder of .po files by language.
func folder(files map[string]string) fs.FS {
	out := make(fstest.MapFS)
	for locale, text := range files {
		out[locale+"/LC_MESSAGES/django.po"] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func entry(id, text string) string { return "msgid \"" + id + "\"\nmsgstr \"" + text + "\"\n\n" }

func plurals(rule, one, many string, forms ...string) string {
	out := entry("", "Plural-Forms: "+rule+`\n`) + "msgid \"" + one + "\"\nmsgid_plural \"" + many + "\"\n"
	for i, form := range forms {
		out += "msgstr[" + string(rune('0'+i)) + "] \"" + form + "\"\n"
	}
	return out + "\n"
}

func mustNew(t *testing.T, opts *i18n.Options, folders ...fs.FS) *i18n.Catalogs {
	t.Helper()
	c, err := i18n.New(folders, opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFallback(t *testing.T) {
	t.Parallel()
	c := mustNew(t, &i18n.Options{LanguageCode: "fr"}, folder(map[string]string{
		"de":    entry("house", "Haus") + entry("street", "Straße"),
		"de_CH": entry("street", "Strasse"),
		"fr":    entry("house", "maison") + entry("tree", "arbre"),
	}))
	for _, test := range []struct{ language, message, want string }{
		{"de-ch", "street", "Strasse"}, {"de-ch", "house", "Haus"}, {"de_CH", "house", "Haus"},
		{"de-1996", "street", "Straße"}, {"DE", "street", "Straße"},
		{"de-ch", "tree", "arbre"}, {"it", "tree", "arbre"}, {"", "tree", "arbre"},
		{"de", "sky", "sky"}, {"en", "tree", "tree"}, {"en-gb", "tree", "tree"}, {"fr-ca", "house", "maison"},
	} {
		if got := c.Locale(test.language).Gettext(test.message); got != test.want {
			t.Errorf("%q in %q = %q, want %q", test.message, test.language, got, test.want)
		}
	}
	if got := c.Default().Language(); got != "fr" {
		t.Errorf("default language %q", got)
	}
}

// The first folder goes before the others, each with its own rule for plurals.
func TestFirstFolderWins(t *testing.T) {
	t.Parallel()
	c := mustNew(t, nil,
		folder(map[string]string{"de": entry("house", "Hütte") + plurals("nplurals=1; plural=0", "%d day", "%d days", "%d Tage(r)")}),
		folder(map[string]string{"de": entry("house", "Haus") + entry("tree", "Baum") +
			plurals("nplurals=2; plural=n != 1", "%d day", "%d days", "%d Tag", "%d Tage") +
			"msgid \"%d week\"\nmsgid_plural \"%d weeks\"\nmsgstr[0] \"%d Woche\"\nmsgstr[1] \"%d Wochen\"\n"}),
		folder(nil), fstest.MapFS{"de": &fstest.MapFile{Data: []byte("no folder")}},
	)
	de := c.Locale("de")
	for got, want := range map[string]string{
		de.Gettext("house"): "Hütte", de.Gettext("tree"): "Baum",
		de.NGettext("%d day", "%d days", 2):   "%d Tage(r)",
		de.NGettext("%d week", "%d weeks", 1): "%d Woche",
		de.NGettext("%d week", "%d weeks", 5): "%d Wochen",
		de.Gettext("%d week"):                 "%d Woche",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestContexts(t *testing.T) {
	t.Parallel()
	de := mustNew(t, nil, folder(map[string]string{"de": entry("May", "Darf") +
		"msgctxt \"month\"\n" + entry("May", "Mai") +
		plurals("nplurals=2; plural=n != 1", "result", "results", "Ergebnis", "Ergebnisse") +
		"msgctxt \"search\"\nmsgid \"result\"\nmsgid_plural \"results\"\nmsgstr[0] \"Treffer\"\nmsgstr[1] \"Treffer alle\"\n"})).Locale("de")
	for _, test := range []struct{ got, want string }{
		{de.Gettext("May"), "Darf"}, {de.PGettext("month", "May"), "Mai"}, {de.PGettext("verb", "May"), "May"},
		{de.NPGettext("search", "result", "results", 1), "Treffer"},
		{de.NPGettext("search", "result", "results", 2), "Treffer alle"},
		{de.NPGettext("exam", "result", "results", 2), "Ergebnisse"},
		{de.NPGettext("exam", "point", "points", 1), "point"},
		{de.Gettext(""), ""},
		{i18n.LazyText("May").In(de), "Darf"}, {i18n.LazyContext("month", "May").In(de), "Mai"},
		{i18n.LazyPlural("result", "results").In(de), "Ergebnis"},
		{i18n.LazyPlural("result", "results").Count(de, 3), "Ergebnisse"},
		{i18n.LazyPlural("result", "results").CountFloat(de, 1.5), "Ergebnisse"},
		{i18n.LazyText("May").Count(de, 3), "Darf"},
		{i18n.LazyPluralContext("search", "result", "results").Count(de, 3), "Treffer alle"},
		{i18n.LazyText("May").String(), "May"}, {i18n.Lazy{}.In(de), ""},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestLineEnds(t *testing.T) {
	t.Parallel()
	de := mustNew(t, nil, folder(map[string]string{"de": entry(`one\ntwo`, `eins\nzwei`)})).Locale("de")
	if got := de.Gettext("one\r\ntwo"); got != "eins\nzwei" {
		t.Errorf("got %q", got)
	}
	if got := de.Gettext("three\r\nfour\r"); got != "three\nfour\n" {
		t.Errorf("got %q, want the text with its line ends changed, as Django", got)
	}
}

func TestParsePO(t *testing.T) {
	t.Parallel()
	c, err := i18n.ParsePO([]byte("\ufeff# a comment\n" + `
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Language-Team: Us <us@example.org>\n"

#, fuzzy
msgid "left out"
msgstr "fuzzy"

#, python-format
#| msgid "older"
msgid "escapes \"\\\t\x41\101"
msgstr ""
"in "
"pieces\n"

msgid "empty"
msgstr ""

#~ msgid "obsolete"
#~ msgstr "gone"
msgid"tight"
msgstr"eng"`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"escapes \"\\\tAA": "in pieces\n", "tight": "eng"}
	if diff := cmp.Diff(want, i18n.Messages(c)); diff != "" {
		t.Error(diff)
	}
	if got := c.Header("language-team"); got != "Us <us@example.org>" || c.Len() != 2 {
		t.Errorf("header %q, %d messages", got, c.Len())
	}
	for _, bad := range []string{
		`"text"`, `msgstr "x"`, `msgid x`, `msgid "x`, `msgid "a"b"`, `msgid "\q"`, `msgid "\xff"`, `msgid "x\"`, "msgid \"\xff\"",
		"msgid \"a\"\nmsgstr[1] \"b\"", "msgid \"a\"\nmsgfoo \"b\"",
		"msgid \"a\"\nmsgid_plural \"b\"\n" + strings.Repeat("msgstr \"x\"\n", 70),
		entry("", `Plural-Forms: nplurals=2; plural=system(1)\n`),
	} {
		if _, err := i18n.ParsePO([]byte(bad)); !errors.Is(err, i18n.ErrCatalog) {
			t.Errorf("%.60q: %v, want an ErrCatalog", bad, err)
		}
	}
	if _, err := i18n.ParsePO(make([]byte, i18n.MaxCatalogSize+1)); !errors.Is(err, i18n.ErrCatalog) {
		t.Errorf("a large file: %v", err)
	}
}

// moFile writes an .mo file of pairs of texts.
func moFile(order binary.ByteOrder, pairs ...string) []byte {
	n := len(pairs) / 2
	b := make([]byte, 28+16*n)
	for i, v := range []uint32{0x950412de, 0, uint32(n), 28, uint32(28 + 8*n), 0, 0} {
		order.PutUint32(b[4*i:], v)
	}
	for i, text := range pairs {
		at := 28 + 8*(i/2) + i%2*8*n
		order.PutUint32(b[at:], uint32(len(text)))
		order.PutUint32(b[at+4:], uint32(len(b)))
		b = append(append(b, text...), 0)
	}
	return b
}

func TestParseMO(t *testing.T) {
	t.Parallel()
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		c, err := i18n.ParseMO(moFile(order, "", "Content-Type: text/plain; charset=UTF-8\n", "a", "ä", "day\x00days", "Tag\x00Tage"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"a": "ä", "day": []string{"Tag", "Tage"}}
		if diff := cmp.Diff(want, i18n.Messages(c)); diff != "" {
			t.Error(diff)
		}
	}
	c, err := i18n.ParseMO(moFile(binary.LittleEndian, "", "Content-Type: text/plain; charset=ISO-8859-1\n", "a", "\xe4"))
	if err != nil || i18n.Messages(c)["a"] != "ä" {
		t.Errorf("ISO 8859-1: %v, %v", c, err)
	}
	good := moFile(binary.LittleEndian, "a", "b")
	change := func(at int, value uint32) []byte {
		b := append([]byte(nil), good...)
		binary.LittleEndian.PutUint32(b[at:], value)
		return b
	}
	overlap := moFile(binary.LittleEndian, append(make([]string, 198), "a", strings.Repeat("x\x00", 5000))...)
	for i := range 99 { // all name the last text
		copy(overlap[28+8*100+8*i:], overlap[28+8*100+8*99:28+8*100+8*100])
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "short": good[:27], "magic": change(0, 1), "version": change(4, 2<<16), "count": change(8, 1<<31),
		"table": change(12, 1<<31), "texts": change(16, uint32(len(good)-4)), "length": change(28, 1<<31), "offset": change(32, 0xffffffff),
		"encoding": moFile(binary.LittleEndian, "a", "\xff"), "overlap": overlap,
		"forms":   moFile(binary.LittleEndian, "a\x00b", strings.Repeat("\x00", 100)),
		"plurals": moFile(binary.LittleEndian, "", "Plural-Forms: nplurals=2; plural=n n;\n"),
		"size":    make([]byte, i18n.MaxCatalogSize+1),
	} {
		if c, err := i18n.ParseMO(bad); !errors.Is(err, i18n.ErrCatalog) {
			t.Errorf("%s: %v, %v, want an ErrCatalog", name, c, err)
		}
	}
}

// What can be read is there although another file is bad, and the error names it.
func TestBadFile(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"de/LC_MESSAGES/django.po": {Data: []byte(entry("a", "ä"))},
		"fr/LC_MESSAGES/django.mo": {Data: []byte("nonsense")},
		"README":                   {Data: []byte("not a language")},
	}
	c, err := i18n.New([]fs.FS{files}, nil)
	if !errors.Is(err, i18n.ErrCatalog) || !strings.Contains(err.Error(), "fr/LC_MESSAGES/django.mo") {
		t.Errorf("error %v", err)
	}
	if got := c.Locale("de").Gettext("a"); got != "ä" {
		t.Errorf("got %q", got)
	}
	if c, err := i18n.New([]fs.FS{files}, &i18n.Options{Languages: []string{"de"}}); err != nil {
		t.Errorf("with German only: %v, %v", c, err)
	}
}

func TestSupported(t *testing.T) {
	t.Parallel()
	c := mustNew(t, &i18n.Options{Languages: []string{"en", "de", "zh-hans", "fr-ca", "it"}},
		folder(map[string]string{"de": entry("a", "b"), "zh_Hans": entry("a", "b"), "fr": entry("a", "b")}))
	for _, test := range []struct {
		code, want, strict string
	}{
		{"de", "de", "de"}, {"de-at", "de", "de"}, {"zh-cn", "zh-hans", "zh-hans"}, {"zh-hans-cn", "zh-hans", "zh-hans"},
		{"fr", "fr-ca", ""}, {"fr-fr", "fr-ca", ""}, {"it", "", ""}, {"en-gb", "en", "en"}, {"", "", ""}, {"xx", "", ""},
		{"de-" + strings.Repeat("x", 600), "de", ""}, {"de-" + strings.Repeat("x-", 400), "de", ""},
	} {
		got, _ := c.Supported(test.code)
		strict, _ := c.SupportedStrict(test.code)
		if got != test.want || strict != test.strict {
			t.Errorf("%.20q is %q, strictly %q, want %q and %q", test.code, got, strict, test.want, test.strict)
		}
	}
	if diff := cmp.Diff([]string{"en", "de", "zh-hans", "fr-ca", "it"}, c.Languages()); diff != "" {
		t.Error(diff)
	}
	if code, ok := (*i18n.Catalogs)(nil).Supported("en-gb"); code != "en" || !ok {
		t.Errorf("without catalogues: %q", code)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	opts := &i18n.Options{
		Formats:         i18n.Formats{ShortDate: "Y-m-d", NumberGrouping: []int{2}},
		LanguageFormats: map[string]i18n.Formats{"de-ch": {DecimalSeparator: "."}, "de": {ThousandSeparator: new("'")}},
		Domain:          "shop", UseThousandSeparator: true,
	}
	c := mustNew(t, opts, fstest.MapFS{"de/LC_MESSAGES/shop.po": {Data: []byte(entry("a", "ä"))}})
	swiss := c.Locale("de-ch")
	if got := swiss.Number(i18n.Float(1234567.5), 2); got != "1'234'567.50" {
		t.Errorf("own formats of a language: %q", got)
	}
	if got := swiss.Unlocalized().Number(i18n.Float(1234567.5), 2); got != "1234567.50" {
		t.Errorf("unlocalized: %q", got)
	}
	if got := swiss.Gettext("a"); got != "ä" {
		t.Errorf("domain: %q", got)
	}
	if f := c.Locale("xx").Formats(); f.ShortDate != "Y-m-d" || f.Date != "N j, Y" || f.NumberGrouping[0] != 2 {
		t.Errorf("formats of the settings: %+v", f)
	}
	if f := swiss.Formats(); f.ShortDate != "d.m.Y" {
		t.Errorf("formats of a language that has its own: %+v", f)
	}
}
