package template_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/templatetest"
)

// TestConformance renders and parses the templates of Django's own tests, and
// compares with what Django answered. Filters that are called directly are
// TestFiltersConformance.
func TestConformance(t *testing.T) {
	t.Parallel()
	runner := newRunner(t)
	excluded := exclusions(t)
	met := map[string]bool{}
	equal, skipped, different := 0, 0, 0
	for _, line := range realdjango.Lines(t, "templates.jsonl") {
		c, err := templatetest.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		if c.Kind == templatetest.Filter {
			continue
		}
		want, err := c.Answer()
		if err != nil {
			t.Fatal(err)
		}
		got := runner.Run(t.Context(), c)
		met[c.Name] = true
		switch same := got.Equal(want); {
		case excluded[c.Name] != "":
			skipped++
			if same {
				t.Errorf("%s is excluded, and equal", c.Name)
			}
		case same:
			equal++
		default:
			different++
			t.Errorf("%s\ntemplates %q\ncontext   %s\nautoescape %v, string_if_invalid %q, language %q\nwant %s\ngot  %s",
				c.Name, c.Templates, c.Context, c.Autoescape == nil || *c.Autoescape, c.StringIfInvalid, c.Language, want, got)
		}
	}
	realdjango.Report(t, "templates", equal, skipped, different)
	if os.Getenv(realdjango.FolderEnv) == "" { // other folders have other cases
		for name := range excluded {
			if !met[name] {
				t.Errorf("testdata/conformance-excluded.txt names %s, which is no case", name)
			}
		}
	}
}

// exclusions reads the cases that are left out, and why: lines of a name and a
// reason, with comments from #.
func exclusions(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "conformance-excluded.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	list := map[string]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, ok := strings.Cut(line, " ")
		if !ok {
			t.Errorf("testdata/conformance-excluded.txt: %s has no reason", line)
		}
		list[name] = reason
	}
	return list
}

// newRunner makes a runner with the catalogues of the installed Django. Without
// these the cases of other languages fail, so the test is skipped or fails.
func newRunner(t testing.TB) *templatetest.Runner {
	t.Helper()
	locale := templatetest.DjangoLocale(templatetest.DjangoDir)
	if locale == nil {
		realdjango.Missing(t, "the catalogues of Django in "+templatetest.DjangoDir+" (Debian package python3-django)")
	}
	runner, err := templatetest.New(&templatetest.Options{Locale: locale})
	if err != nil {
		t.Fatal(err)
	}
	return runner
}
