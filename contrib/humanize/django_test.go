package humanize_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nuages-web/nuages/contrib/humanize"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// The functions in many languages, as the installed Django answers with the same
// catalogues.
func TestLanguagesAsDjango(t *testing.T) {
	t.Parallel()
	catalogs, err := i18n.New(djangoFolders(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	var question struct {
		Languages      []string
		Numbers, Spans []int64 // spans in seconds, below zero after now
	}
	question.Languages = []string{"en", "de", "pl", "ru", "ar", "cs", "pt-br", "ja", "lt", "sl", "ga", "he", "sr-latn", "zh-hans"}
	question.Numbers = []int64{0, 2, 3, 7, 9, 11, 12, 13, 21, 22, 101, 111, 1000, -5, 999999, 1000000, 1200000, 2000001,
		5_600_000_000, 21_000_000_000_000, -1_500_000, 3_000_000_000_000_000_000}
	question.Spans = []int64{0, 1, 2, 5, 30, 59, 60, 119, 120, 600, 3599, 3600, 7200, 18000, 86399, 86400, 90000, 172800,
		400000, 604800, 700000, 1300000, -1, -2, -61, -300, -3601, -9000, -90000, -180000, -700000, -1300000}
	var want map[string]struct {
		Ordinal, IntWord, IntComma, APNumber []string // by number
		Natural                              []string // by span
	}
	in, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	out := realdjango.Run(t, `
import datetime, json, sys
import django
from django.conf import settings
settings.configure(USE_TZ=True, TIME_ZONE="UTC", USE_L10N=True, INSTALLED_APPS=["django.contrib.humanize"])
django.setup()
from django.contrib.humanize.templatetags import humanize
from django.utils import translation
q = json.load(sys.stdin)
class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 20, 12, 0, 0, tzinfo=tz)
humanize.datetime = Clock
answers = {}
for language in q["Languages"]:
    with translation.override(language):
        answers[language] = {
            "Ordinal": [str(humanize.ordinal(n)) for n in q["Numbers"]],
            "IntWord": [str(humanize.intword(n)) for n in q["Numbers"]],
            "IntComma": [str(humanize.intcomma(n)) for n in q["Numbers"]],
            "APNumber": [str(humanize.apnumber(n)) for n in q["Numbers"]],
            "Natural": [str(humanize.naturaltime(Clock.now(datetime.timezone.utc) - datetime.timedelta(seconds=n))) for n in q["Spans"]],
        }
print(json.dumps(answers))
`, in)
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)
	for _, language := range question.Languages {
		l := catalogs.Locale(language)
		answers := want[language]
		check := func(function string, of any, got, want string) {
			if got != want {
				t.Errorf("%s(%v) in %s = %q, want %q", function, of, language, got, want)
			}
		}
		for i, n := range question.Numbers {
			if n >= 0 { // 3.2 gives ranks below zero an ending
				check("ordinal", n, string(humanize.Ordinal(l, n)), answers.Ordinal[i])
			}
			check("intword", n, humanize.IntWord(l, n), answers.IntWord[i])
			if language != "ja" { // which has groups since 5.0
				check("intcomma", n, humanize.IntComma(l, i18n.Int(n)), answers.IntComma[i])
			}
			check("apnumber", n, humanize.APNumber(l, n), answers.APNumber[i])
		}
		for i, seconds := range question.Spans {
			check("naturaltime", seconds, humanize.NaturalTime(l, now.Add(-time.Duration(seconds)*time.Second), now), answers.Natural[i])
		}
	}
}
