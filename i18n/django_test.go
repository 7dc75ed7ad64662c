package i18n_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// ask runs a script of Django with input as JSON and reads its answer as JSON.
func ask(t *testing.T, script string, input, answer any) {
	t.Helper()
	in, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	out := realdjango.Run(t, realdjango.Configure+"import sys, json\nquestion = json.load(sys.stdin)\n"+script, in)
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(err)
	}
}

// Every message of Django in every language, with its plural forms.
func TestMessagesAsDjango(t *testing.T) {
	t.Parallel()
	folders := djangoFolders(t, "")
	catalogs, err := i18n.New(folders, nil)
	if err != nil {
		t.Fatal(err)
	}
	type answer struct {
		Texts   map[string]string   // by key
		Plurals map[string][]string // by key, in the order of counts
	}
	counts := []int{0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 14, 20, 21, 22, 25, 100, 101, 102, 103, 111, 1000, 1000000}
	want := make(map[string]answer)
	ask(t, `
import gettext, os, django
from django.utils import translation
root = django.__path__[0] + "/conf/locale"
keys, plurals = set(), {}
for locale in ("de", "fr", "pl", "ar"):
    found = gettext.translation("django", root, [locale])
    for key in found._catalog:
        if isinstance(key, tuple):
            plurals[key[0]] = key[0] + "s"
        elif key:
            keys.add(key)
answers = {}
for locale in os.listdir(root):
    if not os.path.exists(root + "/" + locale + "/LC_MESSAGES/django.mo"):
        continue
    code = translation.to_language(locale)
    with translation.override(code):
        answers[code] = {
            "Texts": {key: translation.gettext(key) for key in keys},
            "Plurals": {one: [translation.ngettext(one, many, n) for n in question] for one, many in plurals.items()},
        }
print(json.dumps(answers))
`, counts, &want)
	if len(want) < 80 {
		t.Fatalf("Django has %d languages only", len(want))
	}
	for language, answers := range want {
		l := catalogs.Locale(language)
		for key, text := range answers.Texts {
			// With a context of its own a message that has none stands for the key.
			if got := l.Gettext(key); got != text {
				t.Errorf("Gettext(%q) in %s = %q, want %q", key, language, got, text)
			}
			if context, message, ok := strings.Cut(key, "\x04"); ok && text != key {
				if got := l.PGettext(context, message); got != text {
					t.Errorf("PGettext(%q, %q) in %s = %q, want %q", context, message, language, got, text)
				}
			}
		}
		for one, forms := range answers.Plurals {
			for i, n := range counts {
				if got := l.NGettext(one, one+"s", n); got != forms[i] {
					t.Errorf("NGettext(%q, %d) in %s = %q, want %q", one, n, language, got, forms[i])
				}
			}
		}
	}
}

// A .po file and what msgfmt makes of it say the same.
func TestPOAsMsgfmt(t *testing.T) {
	t.Parallel()
	msgfmt, err := exec.LookPath("msgfmt")
	if err != nil {
		realdjango.Missing(t, "msgfmt (Debian package gettext)")
	}
	compared := 0
	for _, folder := range djangoFolders(t, "*") {
		files, err := fs.Glob(folder, "*/LC_MESSAGES/django.po")
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range files {
			if i%9 != 0 { // a part of a thousand files is enough
				continue
			}
			po, err := fs.ReadFile(folder, name)
			if err != nil {
				t.Fatal(err)
			}
			source, target := filepath.Join(t.TempDir(), "a.po"), filepath.Join(t.TempDir(), "a.mo")
			if err := os.WriteFile(source, po, 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(msgfmt, "-o", target, source).CombinedOutput(); err != nil {
				t.Fatalf("msgfmt of %s: %v\n%s", name, err, out)
			}
			mo, err := os.ReadFile(target)
			if err != nil {
				t.Fatal(err)
			}
			fromPO, err := i18n.ParsePO(po)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			fromMO, err := i18n.ParseMO(mo)
			if err != nil {
				t.Errorf("%s compiled: %v", name, err)
				continue
			}
			if diff := cmp.Diff(i18n.Messages(fromMO), i18n.Messages(fromPO)); diff != "" {
				t.Errorf("%s: compiled (-) and read (+) differ:\n%s", name, diff)
			}
			compared++
		}
	}
	if compared < 20 {
		t.Errorf("compared %d files only", compared)
	}
}

// The formats of all languages of the installed Django, but for those that
// later ones changed.
func TestFormatsAsDjango(t *testing.T) {
	t.Parallel()
	names := []string{"DATE_FORMAT", "TIME_FORMAT", "DATETIME_FORMAT", "YEAR_MONTH_FORMAT", "MONTH_DAY_FORMAT",
		"SHORT_DATE_FORMAT", "SHORT_DATETIME_FORMAT", "FIRST_DAY_OF_WEEK", "DECIMAL_SEPARATOR", "THOUSAND_SEPARATOR",
		"NUMBER_GROUPING", "DATE_INPUT_FORMATS", "TIME_INPUT_FORMATS", "DATETIME_INPUT_FORMATS"}
	want := make(map[string]map[string]any)
	ask(t, `
from django.utils.formats import get_format
from django.conf.locale import LANG_INFO
codes = list(LANG_INFO) + ["en-us", "de-ch", "de-1996", "es-pr", "nl-nl-x-informal"]
print(json.dumps({code: {name: get_format(name, code, use_l10n=True) for name in question} for code in codes}))
`, names, &want)
	catalogs, err := i18n.New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for code, formats := range want {
		if changedFormats(code) || code == "no" || strings.HasPrefix(code, "zh-") && !strings.HasPrefix(code, "zh-han") {
			continue // of the latter Django finds no catalogue
		}
		f := catalogs.Locale(code).Formats()
		for name, value := range formats {
			if n, ok := value.(float64); ok {
				value = int64(n)
			}
			if got := plainFormat(f.Format(name)); !reflect.DeepEqual(got, value) {
				t.Errorf("%s of %s = %v, want %v", name, code, got, value)
			}
		}
	}
}

// Moments over the years and the clocks' changes, in every letter.
func TestDatesAsDjango(t *testing.T) {
	t.Parallel()
	catalogs, err := i18n.New(djangoFolders(t, ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	type question struct {
		Language, Zone, Format string
		Seconds                int64
		Micros                 int
	}
	var questions []question
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"}
	languages := []string{"en", "de", "fi", "ar", "ja", "cs", "tr", "el", "pt-br", "zh-hans"}
	for i := range 400 {
		questions = append(questions, question{
			Language: languages[i%len(languages)],
			Zone:     zones[i%len(zones)],
			Format:   `a A b c d D e E f F g G h H i I j l L m M n N o O P r s S t T u U w W y z Z \Y \\d`,
			Seconds:  -1500000000 + int64(i)*10000019,
			Micros:   i % 3 * 250000,
		})
	}
	var want []string
	ask(t, `
import datetime, zoneinfo
from django.utils import dateformat, translation
answers = []
for q in question:
    moment = datetime.datetime.fromtimestamp(q["Seconds"], zoneinfo.ZoneInfo(q["Zone"])).replace(microsecond=q["Micros"])
    with translation.override(q["Language"]):
        answers.append(dateformat.format(moment, q["Format"]))
print(json.dumps(answers))
`, questions, &want)
	for i, q := range questions {
		zone, err := time.LoadLocation(q.Zone)
		if err != nil {
			t.Fatal(err)
		}
		moment := time.Unix(q.Seconds, int64(q.Micros)*1000).In(zone)
		if got := catalogs.Locale(q.Language).Date(moment, q.Format); got != want[i] {
			t.Errorf("%v in %s:\n got %q\nwant %q", moment, q.Language, got, want[i])
		}
	}
}

func TestNumbersAsDjango(t *testing.T) {
	t.Parallel()
	type question struct {
		Kind, Digits string
		Places       int // -1 is all
		Grouping     []int
	}
	var questions []question
	for i, digits := range []string{
		"0", "-0.0", "1", "-1", "12345678901234567890", "0.1", "1e22", "1e16", "1e15", "-1.5e-7", "1e-5", "123456.789",
		"0.00001234", "1.7976931348623157e308", "5e-324", "1E+5", "1E-201", "-9.99E+199", "1E+199", "1.50", "-1234567.005",
		"0E+3", "0E-10", "99999.999", "123E+198", "1234E-198",
	} {
		for _, kind := range []string{"float", "Decimal", "int"} {
			if kind == "int" && strings.ContainsAny(digits, ".eE") {
				continue
			}
			if strings.HasPrefix(digits, "-0") && kind == "Decimal" {
				continue // no big.Int is a negative zero
			}
			for _, places := range []int{-1, 0, 2, 5, 40} {
				grouping := [][]int{{0}, {3}, {3, 2, 0}, {4, 3, 2, 1, 0}, {3, 2, -1}}[(i+places+1)%5]
				questions = append(questions, question{kind, digits, places, grouping})
			}
		}
	}
	var want []string
	ask(t, `
import decimal
from django.utils import numberformat
kinds = {"float": float, "int": int, "Decimal": decimal.Decimal}
answers = []
for q in question:
    grouping = q["Grouping"] if len(q["Grouping"]) > 1 else q["Grouping"][0]
    places = None if q["Places"] < 0 else q["Places"]
    answers.append(str(numberformat.format(kinds[q["Kind"]](q["Digits"]), ",", places, grouping, ".", force_grouping=True)))
print(json.dumps(answers))
`, questions, &want)
	for i, q := range questions {
		f := i18n.NumberFormat{DecimalSeparator: ",", ThousandSeparator: ".", Grouping: q.Grouping}
		n, ok := i18n.ParseDecimal(q.Digits)
		if q.Kind == "float" {
			var float float64
			_, err := fmt.Sscan(q.Digits, &float)
			n, ok = i18n.Float(float), err == nil
		}
		if !ok {
			t.Fatalf("%q is no number", q.Digits)
		}
		if got := string(f.Append(nil, n, q.Places)); got != want[i] {
			t.Errorf("%+v = %q, want %q", q, got, want[i])
		}
	}
}

func TestInputFormatsAsPython(t *testing.T) {
	t.Parallel()
	const format = "%Y-%m-%d %H:%M:%S.%f|%y %b %B %a %A %p %I %j %U %W %w %u %G %V %e %D %T %R %F %c %x %X %%|%h %z %Z"
	var want []string
	var days []int
	for i := range 120 {
		days = append(days, i*1013)
	}
	ask(t, `
import datetime
moment = datetime.datetime(1900, 1, 1, 15, 4, 5, 6000)
print(json.dumps([(moment + datetime.timedelta(days=n)).strftime("`+format+`") for n in question]))
`, days, &want)
	for i, n := range days {
		moment := time.Date(1900, 1, 1+n, 15, 4, 5, 6000000, time.UTC)
		if got := string(i18n.AppendInput(nil, i18n.Naive(moment), format)); got != want[i] {
			t.Errorf("%v:\n got %q\nwant %q", moment, got, want[i])
		}
	}
}

func TestParseInputAsPython(t *testing.T) {
	t.Parallel()
	questions := [][2]string{
		{"25.10.2006", "%d.%m.%Y"}, {"5.1.06", "%d.%m.%y"}, {"1/1/68", "%d/%m/%y"}, {"1/1/69", "%d/%m/%y"},
		{"Oct 25 2006", "%b %d %Y"}, {"OCTOBER   25,\t2006", "%B %d, %Y"}, {"may 3 2006", "%B %d %Y"}, {"31 Sept 2006", "%d %b %Y"},
		{"2006-10-25 14:30:59.0002", "%Y-%m-%d %H:%M:%S.%f"}, {"14:30", "%H:%M"}, {"24:30", "%H:%M"}, {"4:3", "%H:%M"},
		{"12:05 am", "%I:%M %p"}, {"12:05 PM", "%I:%M %p"}, {"1:05 pm", "%I:%M %p"}, {"12:05", "%I:%M"}, {"13:05", "%I:%M"},
		{"29/02/2023", "%d/%m/%Y"}, {"29/02/2024", "%d/%m/%Y"}, {"31/04/2024", "%d/%m/%Y"}, {"2006", "%Y"}, {"206", "%Y"},
		{"0000-01-01", "%Y-%m-%d"}, {"0001-01-01", "%Y-%m-%d"}, {"2006-10-25 ", "%Y-%m-%d"}, {" 2006-10-25", "%Y-%m-%d"},
		{"20061025", "%Y%m%d"}, {"2006111", "%Y%m%d"}, {"111", "%d%m"}, {"3112", "%d%m"}, {"3113", "%d%m"},
		{"100%", "%j%%"}, {"2024-366", "%Y-%j"}, {"2023-366", "%Y-%j"}, {"366 2024", "%j %Y"}, {"12:00:60", "%H:%M:%S"},
		{"Monday  1 May 2006", "%A %d %B %Y"}, {"mon May  1 10:20:30 2006", "%c"}, {"05/01/06", "%x"}, {"10:20:30", "%X"},
		{"2016年9月5日", "%Y年%n月%j日"}, {"2016年9月5日", "%Y年%m月%d日"}, {"", ""}, {"x", ""}, {"", "%Y"}, {"%", "%"}, {"x", "X"},
		{"3 3", "%w %u"}, {"7 8", "%w %u"}, {"2006-10-25", "%Y-%m-%d %H"}, {"1.5", "%d.%m"}, {"29.2", "%d.%m"},
	}
	var want []string
	ask(t, `
import datetime
def answer(text, format):
    try:
        return datetime.datetime.strptime(text, format).isoformat()
    except ValueError:
        return "error"
print(json.dumps([answer(*q) for q in question]))
`, questions, &want)
	for i, q := range questions {
		got, err := i18n.ParseInput(q[0], q[1])
		text := string(i18n.AppendInput(nil, i18n.Naive(got), "%Y-%m-%dT%H:%M:%S"))
		if us := got.Nanosecond() / 1000; us > 0 {
			text += fmt.Sprintf(".%06d", us)
		}
		if err != nil {
			text = "error"
			if !errors.Is(err, i18n.ErrInput) {
				t.Errorf("%q in %q: %v is no ErrInput", q[0], q[1], err)
			}
		}
		if text != want[i] {
			t.Errorf("%q in %q = %s, %v, want %s", q[0], q[1], text, err, want[i])
		}
	}
}
