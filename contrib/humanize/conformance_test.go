package humanize_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/contrib/humanize"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/template"
)

// djangoFolders are the catalogues of the installed Django that the recorder
// had: its own and those of contrib/humanize.
func djangoFolders(t *testing.T) []fs.FS {
	t.Helper()
	root := strings.TrimSpace(string(realdjango.Run(t, "import django; print(django.__path__[0])", nil)))
	return []fs.FS{os.DirFS(root + "/contrib/humanize/locale"), os.DirFS(root + "/conf/locale")}
}

// goValue is a recorded value as a Go program has it.
func goValue(t *testing.T, v any) any {
	switch v := v.(type) {
	case pyvalue.Decimal:
		d, err := decimal.NewFromString(string(v))
		if err != nil {
			t.Fatal(err)
		}
		return d
	case pyvalue.Date:
		d, err := civil.ParseDate(string(v))
		if err != nil {
			t.Fatal(err)
		}
		return d
	case pyvalue.Datetime:
		m, err := v.Time()
		if err != nil {
			t.Fatal(err)
		}
		if !v.Aware() {
			return i18n.Naive(m)
		}
		return m
	case pyvalue.Safe:
		return string(v)
	case pyvalue.Lazy:
		return string(v)
	}
	return v
}

// clockOf is the moment that the case ran at. Django's own test of naturaltime,
// from which those without one come, sets its clock to a fixed time.
func clockOf(t *testing.T, c realdjango.Case) time.Time {
	now := "2007-02-17T16:30:00+00:00"
	if c.Func == "naturalday" {
		now = "2026-11-20T18:44:57+00:00"
	}
	if raw, ok := c.Env["now"]; ok {
		now, _ = realdjango.MustDecode(t, raw).(string)
	}
	m, err := pyvalue.Datetime{ISO: now, Zone: "UTC"}.Time()
	if err != nil {
		if m, err = (pyvalue.Datetime{ISO: now}).Time(); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func TestConformance(t *testing.T) {
	t.Parallel()
	catalogs, err := i18n.New(djangoFolders(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	equal, left, different := 0, 0, 0
	for _, c := range realdjango.Cases(t, "humanize") {
		value := goValue(t, realdjango.MustDecode(t, c.Args[0]))
		language := "en-us"
		if raw, ok := c.Env["language"]; ok {
			language, _ = realdjango.MustDecode(t, raw).(string)
		}
		argument := ""
		if raw, ok := c.Kwargs["use_l10n"]; ok && string(raw) == "false" {
			argument = ":no"
		} else if len(c.Args) > 1 {
			argument = ":argument"
		}
		data := map[string]any{"value": value, "no": false}
		if len(c.Args) > 1 {
			data["argument"] = goValue(t, realdjango.MustDecode(t, c.Args[1]))
		}
		now := clockOf(t, c)
		engine, err := template.New(&template.Options{
			Libraries: map[string]*template.Library{"humanize": humanize.Library()},
			Locale:    catalogs.Locale(language),
			Now:       func() time.Time { return now },
		})
		if err != nil {
			t.Fatal(err)
		}
		got, gotErr := render(t, engine, "{{ value|"+c.Func+argument+" }}", data)
		want := ""
		if c.Error == nil {
			data["value"] = goValue(t, realdjango.MustDecode(t, c.Expected))
			want, _ = render(t, engine, "{{ value }}", data)
		}
		why := ""
		switch {
		case c.Error == nil && c.Func == "naturaltime" && string(c.Args[0]) == string(c.Expected):
			why = "recorded with a clock that Django did not know for one"
		case got != want && language != "en-us" && shape(got) == shape(want):
			why = "the catalogue of the installed Django has another text"
		}
		if why != "" {
			t.Logf("excluded %s: %s (%q, %q)", c.Name, why, got, want)
			left++
			continue
		}
		if (gotErr != nil) != (c.Error != nil) || got != want {
			different++
			t.Errorf("%s: %s(%v) in %s = %q, %v; want %q, %v", c.Name, c.Func, value, language, got, gotErr, want, c.Error)
			continue
		}
		equal++
	}
	realdjango.Report(t, "humanize", equal, left, different)
}

func render(t *testing.T, engine *template.Engine, text string, data map[string]any) (string, error) {
	t.Helper()
	parsed, err := engine.Parse("case", "{% load humanize %}{% autoescape off %}"+text+"{% endautoescape %}")
	if err != nil {
		t.Fatal(err)
	}
	return parsed.RenderString(t.Context(), data)
}

// shape leaves of a text what is not words: its numbers and their separators.
func shape(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsSpace(r) || r == '.'
	}), " ")
}
