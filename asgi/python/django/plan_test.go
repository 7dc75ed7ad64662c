package django_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi/python/django"
)

func ExampleParsePlan() {
	plan, err := django.ParsePlan("pattern\tname\tview\tsample\tregexp\n" +
		"shop/<slug:slug>/\tshop:detail\tshop.views.detail\t/shop/sample/\t^shop/[-a-zA-Z0-9_]+/\\Z\n")
	if err != nil {
		fmt.Println(err)
	}
	for _, r := range plan {
		fmt.Println(r.Name, "is answered by", r.View)
	}
	// Output: shop:detail is answered by shop.views.detail
}

var routes = django.Plan{
	{Pattern: "", Kind: "path", Name: "home", View: "shop.home", Sample: "/", Regexp: `^\Z`},
	{Pattern: "^a/(\\d+)\t$", Kind: "regexp", Name: "x:y:a", Namespace: "x:y", View: "shop.A", Class: true, Async: true, CSRFExempt: true,
		Methods: []string{"GET", "POST"}, Converters: []string{"Year"}, Sample: "/a/1", Regexp: "^a/(\\d+)\n$"},
}

// TestPlan writes and reads a plan. What would break the table is escaped.
func TestPlan(t *testing.T) {
	t.Parallel()
	text := routes.Format(func(r django.Route) string { return "go" })
	if strings.Count(text, "\n") != 3 || strings.Count(text, "\tgo\t") != 2 {
		t.Errorf("got\n%s", text)
	}
	got, err := django.ParsePlan(strings.ReplaceAll(text, "\n", "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := append(django.Plan{}, routes...)
	want[1].Pattern, want[1].Regexp = `^a/(\d+)\t$`, `^a/(\d+)\n$`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

// TestBadPlans tells what is wrong with a table, and where.
func TestBadPlans(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                `no column "pattern"`,
		"pattern\tregexp\n":               `no column "sample"`,
		"pattern\tsample\tregexp\na\tb\n": "line 2 has 2 columns, want 3",
		"pattern\tsample\tregexp\n\na\tb\tc\td\n":   "line 3 has 4 columns",
		"pattern\n" + strings.Repeat("\n", 100_001): "more than 100000 lines",
	} {
		if _, err := django.ParsePlan(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
}

func FuzzParsePlan(f *testing.F) {
	f.Add(routes.Format(nil))
	f.Add("pattern\tsample\tregexp\n\\t\t\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		plan, err := django.ParsePlan(text)
		if err != nil {
			return
		}
		again, err := django.ParsePlan(plan.Format(nil))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := again.Format(nil), plan.Format(nil); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

// TestSettingsModule finds the settings in what manage.py is written like.
func TestSettingsModule(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")`:                         "mysite.settings",
		"os.environ.setdefault(\n    'DJANGO_SETTINGS_MODULE',\n    'config.settings.local',\n)\n":   "config.settings.local",
		`os.environ["DJANGO_SETTINGS_MODULE"] = "settings"`:                                          "settings",
		"# setdefault('DJANGO_SETTINGS_MODULE', 'old')\nsetdefault('DJANGO_SETTINGS_MODULE', 'new')": "new",
		`os.environ["DJANGO_SETTINGS_MODULE"] = name`:                                                "",
	} {
		if got := django.SettingsModule([]byte(source)); got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}
