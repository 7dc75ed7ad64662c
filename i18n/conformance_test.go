package i18n_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// djangoFolders returns the locale folders of the installed Django: its own and
// those of its apps.
func djangoFolders(t testing.TB) []fs.FS {
	t.Helper()
	var folders []fs.FS
	for _, dir := range djangoPaths(t) {
		folders = append(folders, os.DirFS(dir))
	}
	return folders
}

var djangoDirs = sync.OnceValue(func() []string { return nil })

func djangoPaths(t testing.TB) []string {
	t.Helper()
	out := realdjango.Run(t, `
import django, glob, os, json
root = django.__path__[0]
print(json.dumps([root + "/conf/locale"] + sorted(glob.glob(root + "/contrib/*/locale"))))
`, nil)
	var dirs []string
	if err := json.Unmarshal(out, &dirs); err != nil {
		t.Fatal(err)
	}
	return dirs
}

type conf struct {
	t        *testing.T
	folders  []fs.FS
	catalogs map[string]*i18n.Catalogs // by settings
}

func (c *conf) locale(env map[string]json.RawMessage) *i18n.Locale {
	opts := i18n.Options{}
	key := ""
	for _, name := range []string{"DECIMAL_SEPARATOR", "THOUSAND_SEPARATOR", "USE_THOUSAND_SEPARATOR", "timezone"} {
		key += string(env[name]) + "|"
	}
	decode := func(name string) any {
		if raw, ok := env[name]; ok {
			return realdjango.MustDecode(c.t, raw)
		}
		return nil
	}
	if c.catalogs[key] == nil {
		opts.Formats.DecimalSeparator, _ = decode("DECIMAL_SEPARATOR").(string)
		if s, ok := decode("THOUSAND_SEPARATOR").(string); ok {
			opts.Formats.ThousandSeparator = &s
		}
		opts.UseThousandSeparator, _ = decode("USE_THOUSAND_SEPARATOR").(bool)
		if zone, ok := decode("timezone").(string); ok {
			opts.TimeZone, _ = time.LoadLocation(zone)
		}
		var err error
		if c.catalogs[key], err = i18n.New(c.folders, &opts); err != nil {
			c.t.Fatal(err)
		}
	}
	language, _ := decode("language").(string)
	if language == "" {
		language = "en-us"
	}
	return c.catalogs[key].Locale(language)
}

func dateValue(t *testing.T, v any) (i18n.DateValue, bool) {
	switch v := v.(type) {
	case realdjango.Date:
		d, err := civil.ParseDate(string(v))
		if err != nil {
			t.Fatal(err)
		}
		return i18n.Day(d), true
	case realdjango.Clock:
		d, err := civil.ParseTime(string(v))
		if err != nil {
			t.Fatal(err)
		}
		return i18n.Clock(d), true
	case realdjango.Datetime:
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
	case realdjango.Decimal:
		return decimalOf(string(v))
	}
	return i18n.Number{}, false
}

func decimalOf(s string) (i18n.Number, bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToUpper(s), "E")
	exp := 0
	if exponent != "" {
		if _, err := fmt.Sscan(exponent, &exp); err != nil {
			return i18n.Number{}, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	return i18n.Decimal(n, exp-len(fraction)), ok
}

var errUnknown = errors.New("unknown function")

func (c *conf) run(cs realdjango.Case, args []any, kwargs map[string]any) (any, error) {
	l := c.locale(cs.Env)
	arg := func(i int, name string) any {
		if i < len(args) {
			return args[i]
		}
		return kwargs[name]
	}
	text := func(v any) string {
		switch v := v.(type) {
		case string:
			return v
		case realdjango.Safe:
			return string(v)
		}
		return ""
	}
	places := func(v any) int {
		if n, ok := v.(int64); ok {
			return int(n)
		}
		return i18n.AllPlaces
	}
	switch cs.Func {
	case "format", "time_format", "date_format", "dateformat":
		if cs.Group == "numberformat" {
			return c.numberformat(args, kwargs)
		}
		v, ok := dateValue(c.t, args[0])
		if !ok {
			return nil, errUnknown
		}
		format := text(arg(1, "format"))
		if cs.Func == "dateformat" || cs.Group == "dateformat" {
			// These take no names of formats: a separator keeps them apart.
			if strings.HasSuffix(format, "_FORMAT") {
				s1, err := l.FormatDate(v, i18n.ParseDateFormat(format[:4]))
				if err != nil {
					return nil, err
				}
				s2, err := l.FormatDate(v, i18n.ParseDateFormat(format[4:]))
				return s1 + s2, err
			}
		}
		if cs.Func == "time_format" {
			if format == "" {
				format = "TIME_FORMAT"
			}
			return l.FormatTime(v, i18n.ParseDateFormat(format))
		}
		if format == "" && cs.Func == "date_format" {
			format = "DATE_FORMAT"
		}
		return l.FormatDate(v, i18n.ParseDateFormat(format))
	case "get_format":
		if lang := text(arg(1, "lang")); lang != "" {
			cs.Env["language"] = json.RawMessage(fmt.Sprintf("%q", lang))
			l = c.locale(cs.Env)
		}
		return plainFormat(l.Formats().Format(text(args[0]))), nil
	case "localize", "localize_input":
		if n, ok := number(args[0]); ok {
			return l.Number(n, i18n.AllPlaces), nil
		}
		v, ok := dateValue(c.t, args[0])
		if !ok {
			return nil, errUnknown
		}
		if cs.Func == "localize_input" {
			return nil, errUnknown
		}
		format := "DATETIME_FORMAT"
		switch args[0].(type) {
		case realdjango.Date:
			format = "DATE_FORMAT"
		case realdjango.Clock:
			format = "TIME_FORMAT"
		}
		return l.FormatDate(v, i18n.ParseDateFormat(format))
	case "number_format":
		n, _ := number(args[0])
		grouping := i18n.GroupBySettings
		if force, _ := arg(3, "force_grouping").(bool); force {
			grouping = i18n.GroupAlways
		}
		return string(l.AppendNumber(nil, n, places(arg(1, "decimal_pos")), grouping)), nil
	case "numberformat":
		return c.numberformat(args, kwargs)
	case "sanitize_separators":
		s, ok := args[0].(string)
		if !ok {
			return args[0], nil
		}
		return l.SanitizeSeparators(s), nil
	case "timesince", "timeuntil":
		return c.since(l, cs, args, kwargs)
	case "gettext":
		return l.Gettext(text(args[0])), nil
	case "pgettext":
		return l.PGettext(text(args[0]), text(args[1])), nil
	case "ngettext":
		if len(args) == 1 {
			days := i18n.LazyPlural("%(num)d day", "%(num)d days")
			if n, ok := args[0].(float64); ok {
				return days.CountFloat(l, n), nil
			}
			return days.Count(l, int(args[0].(int64))), nil
		}
		return l.NGettext(text(args[0]), text(args[1]), int(args[2].(int64))), nil
	case "npgettext":
		return l.NPGettext(text(args[0]), text(args[1]), text(args[2]), int(args[3].(int64))), nil
	case "get_language_bidi":
		return l.Bidi(), nil
	case "to_language":
		return i18n.ToLanguage(text(args[0])), nil
	case "to_locale":
		return i18n.ToLocale(text(args[0])), nil
	case "get_language_info":
		info, err := i18n.LanguageInfo(text(args[0]))
		if err != nil {
			return nil, err
		}
		bidi := "False"
		if info.Bidi {
			bidi = "True"
		}
		return map[string]any{"bidi": bidi, "code": info.Code, "name": info.Name, "name_local": info.NameLocal,
			"name_translated": l.Gettext(info.Name)}, nil
	case "check_for_language":
		l = c.locale(nil)
		for _, all := range c.catalogs {
			return all.Has(text(args[0])), nil
		}
	}
	return nil, errUnknown
}

func plainFormat(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case []string:
		out := make([]any, len(v))
		for i := range v {
			out[i] = v[i]
		}
		return out
	case []int:
		if len(v) == 1 {
			return int64(v[0])
		}
		out := make([]any, len(v))
		for i := range v {
			out[i] = int64(v[i])
		}
		return out
	}
	return v
}

func (c *conf) numberformat(args []any, kwargs map[string]any) (any, error) {
	get := func(i int, name string) any {
		if i < len(args) {
			return args[i]
		}
		return kwargs[name]
	}
	n, ok := number(args[0])
	if !ok {
		return nil, errUnknown
	}
	f := i18n.NumberFormat{}
	f.DecimalSeparator, _ = get(1, "decimal_sep").(string)
	places := i18n.AllPlaces
	if p, ok := get(2, "decimal_pos").(int64); ok {
		places = int(p)
	}
	if force, _ := get(5, "force_grouping").(bool); force {
		f.ThousandSeparator, _ = get(4, "thousand_sep").(string)
		var sizes []any
		switch g := get(3, "grouping").(type) {
		case int64:
			sizes = []any{g}
		case realdjango.Tuple:
			sizes = g
		case []any:
			sizes = g
		}
		for _, s := range sizes {
			f.Grouping = append(f.Grouping, int(s.(int64)))
		}
	}
	return string(f.Append(nil, n, places)), nil
}

func (c *conf) since(l *i18n.Locale, cs realdjango.Case, args []any, kwargs map[string]any) (any, error) {
	moment := func(v any) time.Time {
		switch v := v.(type) {
		case realdjango.Date:
			d, err := civil.ParseDate(string(v))
			if err != nil {
				c.t.Fatal(err)
			}
			return d.In(time.UTC)
		case realdjango.Datetime:
			d, err := v.Time()
			if err != nil {
				c.t.Fatal(err)
			}
			return d
		}
		c.t.Fatalf("%s: argument %v", cs.Name, v)
		return time.Time{}
	}
	opts := &i18n.SinceOptions{}
	if depth, ok := kwargs["depth"].(int64); ok {
		if opts.Depth = int(depth); depth == 0 {
			opts.Depth = -1
		}
	}
	if len(args) == 1 { // now
		return nil, errUnknown
	}
	if cs.Func == "timeuntil" {
		return l.UntilWith(moment(args[0]), moment(args[1]), opts)
	}
	return l.SinceWith(moment(args[0]), moment(args[1]), opts)
}

func same(got, want any) bool {
	switch w := want.(type) {
	case realdjango.Safe:
		want = string(w)
	case realdjango.Lazy:
		want = string(w)
	case realdjango.Tuple:
		want = []any(w)
	}
	return reflect.DeepEqual(got, want)
}

func TestConformance(t *testing.T) {
	folders := djangoFolders(t)
	for _, group := range []string{"l10n", "dateformat", "timesince", "i18n", "formats", "numberformat", "translation"} {
		t.Run(group, func(t *testing.T) {
			c := &conf{t: t, folders: folders, catalogs: make(map[string]*i18n.Catalogs)}
			equal, left, different := 0, 0, 0
			for _, cs := range realdjango.Cases(t, group) {
				args := make([]any, len(cs.Args))
				for i, raw := range cs.Args {
					args[i] = realdjango.MustDecode(t, raw)
				}
				kwargs := make(map[string]any)
				for k, raw := range cs.Kwargs {
					kwargs[k] = realdjango.MustDecode(t, raw)
				}
				got, err := c.run(cs, args, kwargs)
				var want any
				if cs.Error == nil {
					want = realdjango.MustDecode(t, cs.Expected)
				}
				if (err != nil) != (cs.Error != nil) || cs.Error == nil && !same(got, want) {
					different++
					t.Errorf("%s: %s%v %v env %s = %q, %v; want %q, %v", cs.Name, cs.Func, args, kwargs, cs.Env["language"], got, err, want, cs.Error)
					continue
				}
				equal++
			}
			realdjango.Report(t, group, equal, left, different)
		})
	}
}
