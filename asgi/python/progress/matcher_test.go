package progress

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/internal/djangotest"
)

// TestMatcher compares which route Django takes for a path with what the matcher says, for the paths of
// all routes and what looks like them.
func TestMatcher(t *testing.T) {
	t.Parallel()
	dir := djangotest.Project(t, nil)
	p, err := django.Inspect(t.Context(), dir, &django.Options{Interpreter: djangotest.Python})
	if err != nil {
		t.Fatal(err)
	}
	m := newMatcher(p.Routes)
	for _, i := range m.unknown {
		if !strings.Contains(p.Routes[i].Regexp, "(?!") {
			t.Errorf("%s is not known", p.Routes[i].Regexp)
		}
	}
	if len(m.unknown) != 1 {
		t.Errorf("%d routes are not known, want the one that looks ahead", len(m.unknown))
	}
	var paths []string
	for _, r := range p.Routes {
		s := r.Sample
		paths = append(paths, s, s+"x", strings.TrimSuffix(s, "/"), s+"\n", strings.ToUpper(s), strings.Replace(s, "sample", "sämple 1", 1),
			strings.Replace(s, "1", "٣", 1), strings.Replace(s, "sample", "a/b", 1), s+"feed.atom", s+"new/")
	}
	answers := ask(t, dir, paths)
	for i, path := range paths {
		got := ""
		if at, ok := m.find(path); ok {
			got = p.Routes[at].Pattern
		}
		want := answers[i]
		switch {
		case strings.HasPrefix(want, "^legacy/") && (got == "" || strings.HasPrefix(got, "feed")): // not known
		case got != want:
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

// ask has Django say which route it takes for each path, "" for none.
func ask(t *testing.T, dir string, paths []string) []string {
	t.Helper()
	b, err := json.Marshal(paths)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "paths.json")
	if err := os.WriteFile(file, b, 0o666); err != nil {
		t.Fatal(err)
	}
	out := djangotest.Manage(t, dir, "manage.py", "shell", "-c", fmt.Sprintf(`
import json
from django.urls import resolve, Resolver404
def route(path):
    try:
        return resolve(path).route
    except Resolver404:
        return ""
print(json.dumps([route(p) for p in json.load(open(%q))]))
`, file))
	var routes []string
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &routes); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return routes
}

// TestPlanOfNonsense counts nothing for routes that Go can't read, and goes on with the others.
func TestPlanOfNonsense(t *testing.T) {
	t.Parallel()
	m := newMatcher(django.Plan{
		{Pattern: "<int:a>/<int:a>/", Kind: "path", Regexp: `^([0-9]+)/([0-9]+)/\Z`}, // Django lets the last one win
		{Pattern: "(", Kind: "regexp", Regexp: "("},
		{Pattern: "b/<nobody:x>/", Kind: "path", Regexp: `^b/(?:x+)/\Z`},
		{Pattern: "b/<nobody:x>/", Kind: "path", Regexp: `^b/(?:x+)/\Z`},
	})
	if diff := cmp.Diff([]int{1}, m.unknown); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	for path, want := range map[string]int{"/1/2/": 0, "/b/xx/": 2, "/b/y/": -1, "/": -1} {
		got, ok := m.find(path)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
}
