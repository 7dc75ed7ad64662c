package template_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/template"
)

// german is a catalogue for the tests of translations.
const german = `
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "Yes"
msgstr "Ja"

msgid "German"
msgstr "Deutsch"

msgctxt "month"
msgid "May"
msgstr "Mai"

msgid "100%% <b>"
msgstr "ganz %% <b>"

msgid "Hello %(name)s"
msgstr "%(name)s, hallo"

msgid "one %(c)s"
msgid_plural "many %(c)s"
msgstr[0] "ein %(c)s"
msgstr[1] "viele %(c)s"

msgctxt "box"
msgid "one %(c)s"
msgid_plural "many %(c)s"
msgstr[0] "eine %(c)s"
msgstr[1] "etliche %(c)s"

msgid "two lines"
msgstr "zwei Zeilen"

msgid "mistake %(name)s"
msgstr "Fehler %(nome)s %z"
`

func catalogs(t testing.TB) *i18n.Catalogs {
	t.Helper()
	c, err := i18n.New([]fs.FS{fstest.MapFS{"de/LC_MESSAGES/django.po": {Data: []byte(german)}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func languageEngine(t testing.TB) *template.Engine {
	c := catalogs(t)
	return newEngine(t, &template.Options{
		Locale:    c.Default(),
		Locales:   func(language string) (*i18n.Locale, bool) { return c.Locale(language), true },
		Languages: [][2]string{{"en", "English"}, {"de", "German"}},
	})
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	runTagCases(t, languageEngine(t), i18n.NewContext(t.Context(), catalogs(t).Locale("de")), []tagCase{
		{text: `{% load i18n %}{% trans "Yes" %}{% translate 'Yes' %}{{ _("Yes") }}`, want: "JaJaJa"},
		{text: `{% load i18n %}{% trans "Yes" noop %}{% trans "Yes"|upper %}`, want: "YesJA"},
		{text: `{% load i18n %}{% trans "May" context "month" %}{% trans "May" context none %}`, want: "MaiMay"},
		{text: `{% load i18n %}{% trans "100% <b>" %}{% trans "100% <b>" as z %}[{{ z }}]`, want: "ganz % <b>[ganz % <b>]"},
		{text: `{% load i18n %}{% trans a %}{% trans pct %}{% trans missing %}`, want: "&lt;x&gt;100%"},
		{text: `{% load i18n %}{% trans "it's" %}{% trans 'a "q"' %}`, want: `it'sa "q"`},
		{text: `{% load i18n %}{% trans n %}`, err: "translate: '3' is no text"},
		{text: `{% load i18n %}{% trans %}`, err: "at least one argument"},
		{text: `{% load i18n %}{% trans "Yes" loud %}`, err: "t:1:31: unknown argument for 'trans' tag: 'loud'"},
		{text: `{% load i18n %}{% trans "Yes" noop noop %}`, err: "t:1:36: the 'noop' option was specified more than once"},
		{text: `{% load i18n %}{% trans "Yes" as %}`, err: "no argument provided"},
		{text: `{% load i18n %}{% trans "Yes" context as %}`, err: "invalid argument 'as'"},
	})
}

func TestBlockTranslate(t *testing.T) {
	t.Parallel()
	runTagCases(t, languageEngine(t), i18n.NewContext(t.Context(), catalogs(t).Locale("de")), []tagCase{
		{text: `{% load i18n %}{% blocktrans with name=a %}Hello {{ name }}{% endblocktrans %}{{ name }}`, want: "&lt;x&gt;, hallo"},
		{text: `{% load i18n %}{% blocktrans with a as name %}Hello {{ name }}{% endblocktrans %}`, want: "&lt;x&gt;, hallo"},
		{text: `{% load i18n %}{% blocktrans count c=n %}one {{ c }}{% plural %}many {{ c }}{% endblocktrans %}`, want: "viele 3"},
		{text: `{% load i18n %}{% blocktrans count c=yes %}one {{ c }}{% plural %}many {{ c }}{% endblocktrans %}`, want: "ein True"},
		{text: `{% load i18n %}{% blocktrans count c=f %}one {{ c }}{% plural %}many {{ c }}{% endblocktrans %}`, want: "viele 2,5"},
		{text: `{% load i18n %}{% blocktrans count c=1 context "box" %}one {{ c }}{% plural %}many {{ c }}{% endblocktrans %}`, want: "eine 1"},
		{text: "{% load i18n %}{% blocktrans trimmed asvar z %}\n  two \n\n lines\n{% endblocktrans %}[{{ z }}]", want: "[zwei Zeilen]"},
		{name: "the variable holds HTML", text: `{% load i18n %}{% blocktrans asvar z %}{{ a }}<b>{% endblocktrans %}{{ z }}`, want: "&lt;x&gt;<b>"},
		{name: "not a name", text: `{% load i18n %}{% blocktrans %}{{ a|upper }}{{ d.k }}{{ missing }}.{% endblocktrans %}`, want: "."},
		{text: `{% load i18n %}{% blocktrans %}%s %d %(x)s %% 100%{% endblocktrans %}`, want: "%s %d %(x)s %% 100%"},
		{name: "a translator's mistake", text: `{% load i18n %}{% blocktrans with name=s %}mistake {{ name }}{% endblocktrans %}`, want: "mistake text"},
		{text: `{% load i18n %}{% blocktrans %}{{ a)b }}{% endblocktrans %}`, err: "unable to format the message"},
		{text: `{% load i18n %}{% blocktrans count c=s %}x{% plural %}y{% endblocktrans %}`, err: "'c' argument to 'blocktrans' tag must be a number"},
		{text: `{% load i18n %}{% blocktrans %}x{% if a %}{% endif %}{% endblocktrans %}`, err: "t:1:33: 'blocktrans' doesn't allow other block tags (seen 'if a')"},
		{text: `{% load i18n %}{% blocktrans %}{# c #}{% endblocktrans %}`, err: "doesn't allow other block tags"},
		{text: `{% load i18n %}{% blocktrans %}x{% endblocktranslate %}`, err: "doesn't allow other block tags"},
		{text: `{% load i18n %}{% blocktrans %}x`, err: "unclosed tag 'blocktrans'"},
		{text: `{% load i18n %}{% blocktrans count c=n %}x{% endblocktrans %}`, err: "doesn't allow other block tags"},
		{text: `{% load i18n %}{% blocktrans with %}x{% endblocktrans %}`, err: `"with" in 'blocktrans' tag needs at least one`},
		{text: `{% load i18n %}{% blocktrans count c=n d=n %}x{% endblocktrans %}`, err: "expected exactly one keyword argument"},
		{text: `{% load i18n %}{% blocktrans context %}x{% endblocktrans %}`, err: "expected exactly one argument"},
		{text: `{% load i18n %}{% blocktrans asvar %}x{% endblocktrans %}`, err: "no argument provided"},
		{text: `{% load i18n %}{% blocktrans foo %}x{% endblocktrans %}`, err: "unknown argument for 'blocktrans' tag: 'foo'"},
		{text: `{% load i18n %}{% blocktrans trimmed trimmed %}x{% endblocktrans %}`, err: "more than once"},
	})
}

func TestLanguageTags(t *testing.T) {
	t.Parallel()
	runTagCases(t, languageEngine(t), t.Context(), []tagCase{
		{text: `{% load i18n %}{% language "de" %}{% trans "Yes" %}{{ f }}{% get_current_language as z %}{{ z }}{% endlanguage %}{{ f }}`, want: "Ja2,5de2.5"},
		{text: `{% load i18n %}{% language "de" %}{% language none %}{% trans "Yes" %}{% endlanguage %}{% language "" %}{% trans "Yes" %}{% endlanguage %}{% endlanguage %}`, want: "YesJa"},
		{text: `{% load i18n %}{% get_current_language as z %}{{ z }}{% get_current_language_bidi as b %}{{ b }}`, want: "en-usFalse"},
		{text: `{% load i18n %}{% get_available_languages as z %}{% language "de" %}{% get_available_languages as y %}{{ y.1.1 }}{% endlanguage %}{% for c, n in z %}{{ c }}={{ n }};{% endfor %}`, want: "Deutschen=English;de=German;"},
		{text: `{% load i18n %}{% get_language_info for "de-at" as z %}{{ z.code }}{{ z.name }}{{ z.name_local }}{{ z.bidi }}`, want: "deGermanDeutschFalse"},
		{name: "translated when it is shown", text: `{% load i18n %}{% get_language_info for "de" as z %}{{ z.name_translated }}{% language "de" %}{{ z.name_translated }}{% endlanguage %}`, want: "GermanDeutsch"},
		{text: `{% load i18n %}{% get_available_languages as all %}{% get_language_info_list for all as z %}{% for l in z %}{{ l.name_local }} {% endfor %}`, want: "English Deutsch "},
		{text: `{% load i18n %}{{ "ar"|language_bidi }}{{ "de"|language_name }}{{ "de"|language_name_local }}{{ "de"|language_name_translated }}`, want: "TrueGermanDeutschGerman"},
		{text: `{% load i18n %}{% language %}{% endlanguage %}`, err: "takes one argument"},
		{text: `{% load i18n %}{% get_current_language z %}`, err: "requires 'as variable'"},
		{text: `{% load i18n %}{% get_language_info for "xx" as z %}`, err: `unknown language code "xx"`},
		{text: `{% load i18n %}{% get_language_info "de" as z %}`, err: "requires 'for … as variable'"},
		{text: `{% load i18n %}{{ "xx"|language_name }}`, err: "unknown language code"},
	})
}

func TestDefaultLanguages(t *testing.T) {
	t.Parallel()
	got, err := show(t.Context(), newEngine(t, nil), `{% load i18n %}{% get_available_languages as z %}{{ z.0.0 }}={{ z.0.1 }}{% language "de" %}{% get_current_language as l %}{{ l }}{% endlanguage %}`, nil)
	if err != nil || got != "af=Afrikaansen-us" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestLocalizeTags(t *testing.T) {
	t.Parallel()
	runTagCases(t, languageEngine(t), i18n.NewContext(t.Context(), catalogs(t).Locale("de")), []tagCase{
		{text: `{% load l10n %}{{ f }}{% localize off %}{{ f }}{% localize %}{{ f }}{% endlocalize %}{% endlocalize %}`, want: "2,52.52,5"},
		{text: `{% load l10n %}{{ f|unlocalize }}{% localize off %}{{ f|localize }}{% endlocalize %}{{ a|localize }}{{ none|localize }}`, want: "2.52,5&lt;x&gt;None"},
		{text: `{% load l10n %}{% localize x %}{% endlocalize %}`, err: "t:1:28: 'localize' argument should be 'on' or 'off'"},
	})
}

func TestTimeZoneTags(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	moment := time.Date(2024, 7, 1, 12, 30, 0, 0, time.UTC)
	now := time.Date(2026, 11, 20, 23, 47, 0, 0, time.UTC)
	e := newEngine(t, &template.Options{Now: func() time.Time { return now }})
	ctx := i18n.WithZone(t.Context(), paris)
	data := map[string]any{"t": moment, "none": nil, "tokyo": time.FixedZone("Tokyo", 9*3600), "day": civil.Date{Year: 2024, Month: 7, Day: 1}}
	cases := []tagCase{
		{text: `{{ t }}|{{ t|utc }}|{{ t|localtime }}`, want: "July 1, 2024, 2:30 p.m.|July 1, 2024, 12:30 p.m.|July 1, 2024, 2:30 p.m."},
		{text: `{{ t|timezone:"Asia/Kolkata" }}|{{ t|timezone:tokyo|date:"H:i O" }}`, want: "July 1, 2024, 6 p.m.|21:30 +0900"},
		{text: `[{{ t|timezone:"x" }}{{ t|timezone:none }}{{ none|utc }}{{ day|utc }}{{ t|timezone:"Local" }}]`, want: "[]"},
		{text: `{% if t|utc == t %}same{% endif %}{{ t|utc|timesince:t }}`, want: "same0\u00a0minutes"},
		{text: `{% localtime off %}{{ t|date:"H:i" }}{% localtime on %}{{ t|date:"H:i" }}{% endlocaltime %}{% endlocaltime %}{{ t|date:"H:i" }}`, want: "12:3014:3014:30"},
		{text: `{% timezone "Asia/Tokyo" %}{{ t|date:"H:i" }}{% get_current_timezone as z %}{{ z }}{% endtimezone %}{{ t|date:"H:i" }}`, want: "21:30Asia/Tokyo14:30"},
		{text: `{% timezone none %}{{ t|date:"H:i" }}{% endtimezone %}{% timezone tokyo %}{{ t|date:"H:i" }}{% endtimezone %}`, want: "12:3021:30"},
		{text: `{% now "j. F Y H:i" %}|{% now "\Y<" as z %}{{ z }}|{% now "" %}|{% now x %}`, want: "21. November 2026 00:47|Y&lt;|Nov. 21, 2026|Nov. 21, 2026"},
		{text: `{% timezone "No/Where" %}{% endtimezone %}`, err: "timezone: unknown time zone 'No/Where'"},
		{text: `{% timezone 3 %}{% endtimezone %}`, err: "timezone: '3' is no time zone"},
		{text: `{% timezone %}{% endtimezone %}`, err: "takes one argument"},
		{text: `{% localtime x %}{% endlocaltime %}`, err: "should be 'on' or 'off'"},
		{text: `{% get_current_timezone z %}`, err: "requires 'as variable'"},
		{text: `{% now %}`, err: "'now' statement takes one argument"},
	}
	for _, c := range cases {
		got, err := show(ctx, e, "{% load tz %}"+c.text, data)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s\ngot  %q, %v\nwant %q %s", c.text, got, err, c.want, c.err)
		}
	}
}

// TestZoneOfTags shows that functions called within {% timezone %} and {% language %} see them.
func TestZoneOfTags(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Libraries: map[string]*template.Library{"x": {Tags: map[string]template.Tag{
		"where": template.SimpleTag{Func: func(ctx context.Context) string { return i18n.Zone(ctx).String() }},
	}}}})
	got, err := show(t.Context(), e, `{% load x tz %}{% where %} {% timezone "Asia/Tokyo" %}{% where %}{% endtimezone %} {% where %}`, nil)
	if err != nil || got != "UTC Asia/Tokyo UTC" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestStaticTags(t *testing.T) {
	t.Parallel()
	runTagCases(t, newEngine(t, nil), t.Context(), []tagCase{
		{text: `{% load static %}{% static "a b/ü?&<>'.css" %}`, want: "/static/a%20b/%C3%BC%3F%26%3C%3E%27.css"},
		{text: `{% load static %}{% static s as z %}[{{ z }}]`, want: "[/static/text]"},
		{name: "as urljoin", text: `{% load static %}{% static "/abs" %}|{% static "../up" %}|{% static "a/../b" %}|{% static "a//b" %}|{% static "" %}|{% static "." %}|{% static "a:b" %}|{% static "//x/y" %}|{% static "a/.." %}`,
			want: "/abs|/up|/static/b|/static/a/b|/static/|/static/|/static/a%3Ab|//x/y|/static/"},
		{text: `{% load static %}{% get_static_prefix %}{% get_static_prefix as z %}{{ z }}{% get_media_prefix %}`, want: "/static//static//media/"},
		{text: `{% load static %}{% static n %}`, err: "static: '3' is no path"},
		{text: `{% load static %}{% static %}`, err: "at least one argument"},
		{text: `{% load static %}{% static as z %}`, err: "needs a path before 'as'"},
		{text: `{% load static %}{% get_static_prefix x %}`, err: "must be 'as'"},
	})
	other := newEngine(t, &template.Options{StaticURL: "https://cdn.example.com/s/", MediaURL: "/m/"})
	runTagCases(t, other, t.Context(), []tagCase{
		{text: `{% load static %}{% static "a.css" %}|{% static "/a.css" %}|{% static "//h/a" %}|{% get_media_prefix %}`,
			want: "https://cdn.example.com/s/a.css|https://cdn.example.com/a.css|https://h/a|/m/"},
	})
	hashed := newEngine(t, &template.Options{Static: func(_ context.Context, path string) (string, error) {
		if path == "none" {
			return "", errors.New("no such file")
		}
		return "/s/" + path + "?v=1&w", nil
	}})
	runTagCases(t, hashed, t.Context(), []tagCase{
		{text: `{% load static %}{% static "a" %}{% autoescape off %}{% static "a" %}{% endautoescape %}`, want: "/s/a?v=1&amp;w/s/a?v=1&w"},
		{text: `{% load static %}{% static "none" %}`, err: "t:1:18: no such file"},
	})
}

// fragments is a cache that tells what it was asked to keep.
type fragments struct {
	mu   sync.Mutex
	kept map[string]string
	ttl  time.Duration
}

func (f *fragments) GetFragment(_ context.Context, key string) (string, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	html, ok := f.kept[key]
	return html, ok, nil
}

func (f *fragments) SetFragment(_ context.Context, key, html string, ttl time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept == nil {
		f.kept = map[string]string{}
	}
	f.kept[key], f.ttl = html, ttl
	return nil
}

func TestCacheTag(t *testing.T) {
	t.Parallel()
	def, other := &fragments{}, &fragments{}
	e := newEngine(t, &template.Options{Caches: map[string]template.FragmentCache{"default": def, "other": other}})
	steps := []struct {
		text, v, want string
		cache         *fragments
		ttl           time.Duration
	}{
		{`{% cache 10 x %}{{ v }}{% endcache %}`, "1", "1", def, 10 * time.Second},
		{`{% cache 10 x %}{{ v }}{% endcache %}`, "2", "1", def, 10 * time.Second},
		{`{% cache "20" y v none %}{{ v }}{% endcache %}`, "<", "&lt;", def, 20 * time.Second},
		{`{% cache None z %}{{ v }}{% endcache %}`, "3", "3", def, -1},
		{`{% cache 99999999999999999999 big %}{{ v }}{% endcache %}`, "3", "3", def, 1<<63 - 1},
		{`{% cache 0 never %}{{ v }}{% endcache %}{% cache -5 never %}{{ v }}{% endcache %}`, "4", "44", def, 1<<63 - 1},
		{`{% cache 1.9 x using="other" %}{{ v }}{% endcache %}`, "5", "5", other, time.Second},
	}
	for _, s := range steps {
		got, err := show(t.Context(), e, "{% load cache %}"+s.text, map[string]any{"v": s.v, "none": nil})
		if err != nil || got != s.want || s.cache.ttl != s.ttl {
			t.Errorf("%s: got %q kept for %v, %v; want %q for %v", s.text, got, s.cache.ttl, err, s.want, s.ttl)
		}
	}
	runTagCases(t, e, t.Context(), []tagCase{
		{text: `{% load cache %}{% cache s x %}{% endcache %}`, err: "non-integer timeout value: 'text'"},
		{text: `{% load cache %}{% cache missing x %}{% endcache %}`, err: "non-integer timeout value: ''"},
		{text: `{% load cache %}{% cache 1|add:missing x %}{% endcache %}`, err: "unknown variable: '1|add:missing'"},
		{text: `{% load cache %}{% cache 1 x using="nope" %}{% endcache %}`, err: "invalid cache name specified for cache tag: 'nope'"},
		{text: `{% load cache %}{% cache 1 %}{% endcache %}`, err: "at least 2 arguments"},
	})
	// The keys are what Django's make_template_fragment_key gives for these arguments.
	for key, got := range map[string]string{
		"template.cache.x.d41d8cd98f00b204e9800998ecf8427e": template.FragmentKey("x"),
		"template.cache.x.2ba597fa683a424ecce87a9e5a13b8d1": template.FragmentKey("x", 1, "a b", nil),
	} {
		if got != key {
			t.Errorf("got the key %s, want %s", got, key)
		}
	}
	if _, ok := def.kept["template.cache.x.d41d8cd98f00b204e9800998ecf8427e"]; !ok {
		t.Errorf("the tag kept %v", def.kept)
	}
}
