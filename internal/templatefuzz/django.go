package templatefuzz

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/templatetest"
)

// Django is real Django, which renders samples.
type Django struct{ process *realdjango.Process }

// NewDjango starts Django, for as long as the test. Without one the test is
// skipped or fails; see realdjango.Missing.
func NewDjango(t testing.TB) *Django {
	t.Helper()
	return &Django{realdjango.Start(t, script)}
}

// Render renders cases. The answers are in the order of the cases.
func (d *Django) Render(cases []*templatetest.Case) ([]templatetest.Answer, error) {
	lines := make([][]byte, len(cases))
	for i, c := range cases {
		var err error
		if lines[i], err = json.Marshal(c); err != nil {
			return nil, err
		}
	}
	raw, err := d.process.Ask(lines)
	if err != nil {
		return nil, err
	}
	answers := make([]templatetest.Answer, len(raw))
	for i, line := range raw {
		if err := json.Unmarshal(line, &answers[i]); err != nil {
			return nil, fmt.Errorf("read Django's answer: %w", err)
		}
		answers[i].Name = cases[i].Name
		if answers[i].Class == "StopIteration" { // how Django refuses _("…"|upper and the like in tags
			answers[i].Class = templatetest.ClassSyntax
		}
	}
	return answers, nil
}

// script answers a case with what it renders, or the class of the exception. The
// settings are those of Django's own tests, and USE_L10N, which 6.1 always has.
const script = `
import datetime, decimal, json, sys, types, warnings
warnings.simplefilter("ignore")
import django
from django.conf import settings
settings.configure(SECRET_KEY="secret-key-of-a-test", USE_TZ=False, TIME_ZONE="America/Chicago", USE_L10N=True,
    LANGUAGE_CODE="en", INSTALLED_APPS=["django.contrib." + app for app in ("contenttypes", "auth", "sites", "sessions", "admin")],
    STATIC_URL="/static/", ROOT_URLCONF=types.ModuleType("urls"))
settings.ROOT_URLCONF.urlpatterns = []
django.setup()
from django.template import Context, Engine
from django.utils import translation
from django.utils.safestring import mark_safe

libraries = {name: "django.templatetags." + name for name in ("cache", "i18n", "l10n", "static", "tz")}
tags = {
    "$tuple": tuple,
    "$dict": dict,
    "$safe": mark_safe,
    "$decimal": decimal.Decimal,
    "$date": datetime.date.fromisoformat,
    "$time": datetime.time.fromisoformat,
    "$datetime": datetime.datetime.fromisoformat,
}

def untag(pairs):
    if pairs and pairs[0][0] in tags:
        return tags[pairs[0][0]](pairs[0][1])
    return dict(pairs)

def answer(case):
    engine = Engine(
        autoescape=case["autoescape"],
        string_if_invalid=case.get("string_if_invalid", ""),
        libraries=libraries,
        loaders=[("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", case["templates"])])],
    )
    try:
        with translation.override(case.get("language", "en")):
            return {"expected": engine.get_template(case["main"]).render(Context(case["context"], autoescape=engine.autoescape))}
    except Exception as e:
        return {"error": type(e).__name__, "message": str(e)}

for line in sys.stdin:
    print(json.dumps(answer(json.loads(line, object_pairs_hook=untag))), flush=True)
`
