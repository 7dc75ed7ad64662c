package i18n_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// djangoFolders returns the locale folders of the installed Django: its own, and
// before it those of the apps of that name; "*" is all of them.
func djangoFolders(t testing.TB, apps string) []fs.FS {
	t.Helper()
	out := realdjango.Run(t, `
import django, glob, json, sys
root = django.__path__[0]
print(json.dumps(sorted(glob.glob(root + "/contrib/" + sys.stdin.read() + "/locale")) + [root + "/conf/locale"]))
`, []byte(apps))
	var dirs []string
	if err := json.Unmarshal(out, &dirs); err != nil {
		t.Fatal(err)
	}
	var folders []fs.FS
	for _, dir := range dirs {
		folders = append(folders, os.DirFS(dir))
	}
	return folders
}

// conformance runs cases. misc.jsonl was recorded with contrib/humanize
// installed, calls.jsonl within Django's own tests, with all apps.
type conformance struct {
	t          *testing.T
	misc, all  []fs.FS
	bySettings map[string]*i18n.Catalogs
}

// ofTests tells whether the case is one of Django's own tests, which record the
// settings for numbers.
func ofTests(c realdjango.Case) bool { return c.Env["DECIMAL_SEPARATOR"] != nil }

func (r *conformance) setting(c realdjango.Case, name string) any {
	if raw, ok := c.Env[name]; ok {
		return realdjango.MustDecode(r.t, raw)
	}
	return nil
}

func (r *conformance) catalogs(c realdjango.Case) *i18n.Catalogs {
	key := ""
	for _, name := range []string{"DECIMAL_SEPARATOR", "THOUSAND_SEPARATOR", "USE_THOUSAND_SEPARATOR", "timezone"} {
		key += string(c.Env[name]) + "|"
	}
	if found := r.bySettings[key]; found != nil {
		return found
	}
	opts, folders := &i18n.Options{}, r.misc
	if ofTests(c) {
		opts.TimeZone, _ = time.LoadLocation("America/Chicago") // Django's default
		folders = r.all
	}
	opts.Formats.DecimalSeparator, _ = r.setting(c, "DECIMAL_SEPARATOR").(string)
	if s, ok := r.setting(c, "THOUSAND_SEPARATOR").(string); ok {
		opts.Formats.ThousandSeparator = &s
	}
	opts.UseThousandSeparator, _ = r.setting(c, "USE_THOUSAND_SEPARATOR").(bool)
	if zone, ok := r.setting(c, "timezone").(string); ok {
		opts.TimeZone, _ = time.LoadLocation(zone)
	}
	catalogs, err := i18n.New(folders, opts)
	if err != nil {
		r.t.Fatal(err)
	}
	r.bySettings[key] = catalogs
	return catalogs
}

func (r *conformance) locale(c realdjango.Case, language string) *i18n.Locale {
	if language == "" {
		language, _ = r.setting(c, "language").(string)
	}
	if language == "" {
		language = "en-us"
	}
	if ofTests(c) && c.Group == "formats" && c.Env["USE_L10N"] == nil && c.Env["language"] != nil {
		// Recorded with USE_L10N off, which 6.1 has no more; use_l10n=False
		// does the same.
		return r.catalogs(c).Locale(language).Unlocalized()
	}
	if ofTests(c) && c.Func == "sanitize_separators" && c.Env["USE_L10N"] == nil {
		language = "xx" // has the formats of the settings
	}
	if string(c.Kwargs["use_l10n"]) == "false" {
		return r.catalogs(c).Locale(language).Unlocalized()
	}
	return r.catalogs(c).Locale(language)
}

// excluded tells why a case that differs has no meaning here, "" if it has.
func excluded(c realdjango.Case, got, want any) string {
	language := string(c.Env["language"])
	text, isText := got.(string)
	wanted, _ := plain(want).(string)
	switch {
	case strings.Contains(c.Name, "localize") && (len(c.Args) > 0 && string(c.Args[0]) == "true"):
		return "booleans are the template's"
	case c.Name == "translation/check_for_language/3910", c.Group == "translation" && strings.HasSuffix(c.Func, "gettext"):
		return "a catalogue of Django's own tests"
	case c.Name == "formats/sanitize_separators/3897":
		return "ran with formats that were not recorded"
	case c.Group == "formats" && ofTests(c) && (changedFormats(language) || changedFormats(string(c.Kwargs["lang"]))):
		return "an answer of 3.2: the formats of this language changed since"
	case c.Func == "format" && c.Group == "dateformat" && string(c.Args[1]) == `"r"` && strings.Contains(string(c.Args[0]), "$date\""):
		return "an answer of 3.2: since 4.1 the letter r takes a day"
	case c.Group == "dateformat" && strings.Contains(string(c.Args[0]), "2024-03-31T02:30:00+01:00"):
		return "a clock that the zone never showed is no time.Time"
	case c.Group == "timesince" && ofTests(c) && strings.Contains(string(c.Args[0]), "2007-08-14") || strings.Contains(string(c.Args[0]), "2008-09-20"):
		return "an answer of 3.2: since 4.2 months have their own lengths"
	case c.Group == "timesince" && strings.Contains(string(c.Args[0]), "test_timesince"):
		return "a Python class with a time zone of no use"
	case c.Group == "numberformat" && strings.Contains(wanted, "€"):
		return "a Python class with its own format"
	case isText && language != "" && language != `"en-us"` && shape(text) == shape(wanted):
		return "the catalogue of the installed Django has another text"
	}
	return ""
}

// changedFormats tells whether later Djangos changed the formats of a language,
// which is JSON text.
func changedFormats(language string) bool {
	var newer struct{ Modules map[string]any }
	data, err := os.ReadFile("../scripts/i18ndata/newer.json")
	if err != nil || json.Unmarshal(data, &newer) != nil {
		return false
	}
	locale, _, _ := strings.Cut(i18n.ToLocale(strings.Trim(language, `"`)), "_")
	return newer.Modules[locale] != nil
}

// shape leaves of a text what is not words: its numbers and their separators.
func shape(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsSpace(r) || r == '.'
	}), " ")
}

// plain takes the marks from a recorded text.
func plain(v any) any {
	switch v := v.(type) {
	case pyvalue.Safe:
		return string(v)
	case pyvalue.Lazy:
		return string(v)
	case pyvalue.Tuple:
		return []any(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			if b, ok := item.(bool); ok { // misc.jsonl has these as text
				item = strings.ToUpper(fmt.Sprint(b)[:1]) + fmt.Sprint(b)[1:]
			}
			out[key] = plain(item)
		}
		return out
	}
	return v
}

func TestConformance(t *testing.T) {
	t.Parallel()
	misc, all := djangoFolders(t, "humanize"), djangoFolders(t, "*")
	for _, group := range []string{"l10n", "dateformat", "timesince", "i18n", "formats", "numberformat", "translation"} {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			r := &conformance{t: t, misc: misc, all: all, bySettings: make(map[string]*i18n.Catalogs)}
			equal, left, different := 0, 0, 0
			for _, c := range realdjango.Cases(t, group) {
				got, err := r.run(c)
				var want any
				if c.Error == nil {
					want = realdjango.MustDecode(t, c.Expected)
				}
				if (err != nil) == (c.Error != nil) && (c.Error != nil || reflect.DeepEqual(got, plain(want))) {
					equal++
					continue
				}
				if why := excluded(c, got, want); why != "" {
					t.Logf("excluded %s: %s (%q, %q)", c.Name, why, got, want)
					left++
					continue
				}
				different++
				t.Errorf("%s: %s%s %s env %s = %q, %v; want %q, %v", c.Name, c.Func, c.Args, c.Kwargs, c.Env, got, err, want, c.Error)
			}
			realdjango.Report(t, group, equal, left, different)
		})
	}
}

// dateValue returns a recorded date as a DateValue.
func dateValue(t *testing.T, v any) (i18n.DateValue, bool) {
	t.Helper()
	switch v := v.(type) {
	case pyvalue.Date:
		d, err := civil.ParseDate(string(v))
		if err != nil {
			t.Fatal(err)
		}
		return i18n.Day(d), true
	case pyvalue.Clock:
		d, err := civil.ParseTime(string(v))
		if err != nil {
			t.Fatal(err)
		}
		return i18n.Clock(d), true
	case pyvalue.Datetime:
		d, err := v.Time()
		if err != nil {
			t.Fatal(err)
		}
		if v.Aware() {
			return i18n.Moment(d), true
		}
		return i18n.Naive(d), true
	}
	return i18n.DateValue{}, false
}

func number(v any) (i18n.Number, bool) {
	switch v := v.(type) {
	case int64:
		return i18n.Int(v), true
	case *big.Int:
		return i18n.BigInt(v), true
	case float64:
		return i18n.Float(v), true
	case string:
		return i18n.Digits(v), true
	case pyvalue.Decimal:
		return i18n.ParseDecimal(string(v))
	}
	return i18n.Number{}, false
}
