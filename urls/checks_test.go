package urls_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/urls"
)

type nilHandler struct{}

func (nilHandler) ServeHTTP(http.ResponseWriter, *http.Request) {}

func TestCheck(t *testing.T) {
	t.Parallel()
	path := func(p string) urls.Route { return urls.Path(p, empty) }
	for _, test := range []struct {
		name   string
		routes []urls.Route
		want   []string
	}{
		{"clean", []urls.Route{path(""), path("a/<int:x>/"), path("a/<slug:x>/"), path("a/<path:x>"), path("b/").Methods("GET"), path("b/").Methods("POST")}, nil},
		{"$ at the end of an include", []urls.Route{urls.ReInclude("^a/$", path(""))}, []string{"urls.W001"}},
		{"leading slash", []urls.Route{path("/a/"), urls.RePath("^/b$", empty)}, []string{"urls.W002", "urls.W002"}},
		{"colon", []urls.Route{path("a/").Name("a:b")}, []string{"urls.W003"}},
		{"namespace twice", []urls.Route{urls.Include("a/", path("")).Namespace("n"), urls.Include("b/", path("")).Namespace("n")}, []string{"urls.W005"}},
		{"expression in a path", []urls.Route{path("^a/"), path("b/$"), path("(?P<x>c)")}, []string{"2_0.W001", "2_0.W001", "2_0.W001"}},
		{"stray bracket", []urls.Route{path("a/<int:x/")}, []string{"urls.W102"}},
		{"empty include", []urls.Route{urls.Include("a/")}, []string{"urls.W103"}},
		{"same shape", []urls.Route{path("a/<int:x>/"), path("a/<int:y>/")}, []string{"urls.W101"}},
		{"same expression", []urls.Route{urls.RePath(`^a/(\d+)/$`, empty), urls.RePath(`^a/(\d+)/$`, empty)}, []string{"urls.W101"}},
		{"static behind a capture", []urls.Route{path("a/<slug:x>/"), path("a/new/")}, []string{"urls.W101"}},
		{"static behind an expression", []urls.Route{urls.RePath(`^a/\w+/$`, empty), path("a/new/")}, []string{"urls.W101"}},
		{"capture behind a wider one", []urls.Route{path("<x>/b/"), path("<uuid:x>/b/")}, []string{"urls.W101"}},
		{"behind a path", []urls.Route{path("a/<path:x>"), path("a/<int:x>/")}, []string{"urls.W101"}},
		{"behind a mount", []urls.Route{urls.Mount("a/", nilHandler{}), path("a/")}, []string{"urls.W101"}},
		{"before a mount", []urls.Route{path("a/"), urls.Mount("a/", nilHandler{})}, nil},
		{"fewer methods", []urls.Route{path("a/").Methods("GET", "POST"), path("a/").Methods("GET")}, []string{"urls.W101"}},
		{"more methods", []urls.Route{path("a/").Methods("GET"), path("a/")}, nil},
		{"host behind all hosts", []urls.Route{path("a/"), urls.Host("x.org", path("a/"))}, []string{"urls.W101"}},
		{"hosts side by side", []urls.Route{urls.Host("x.org", path("a/")), urls.Host("y.org", path("a/")), path("a/")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range mustNew(t, test.routes, nil).Check() {
				got = append(got, m.ID)
				if !strings.HasSuffix(m.File, "checks_test.go") || m.Line == 0 || m.Hint == "" {
					t.Errorf("message without place or hint: %v", m)
				}
				if slices.Contains([]string{"urls.W101", "urls.W005"}, m.ID) && !strings.Contains(m.Text, "checks_test.go:") {
					t.Errorf("message without the other place: %v", m)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}
