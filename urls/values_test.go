package urls_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func TestValues(t *testing.T) {
	t.Parallel()
	opts := &urls.Options{Converters: map[string]urls.Converter{"tiny": tinyConverter{}}}
	id := "12345678-1234-5678-1234-56781234567a"
	for _, test := range []struct {
		name, pattern, path string
		read                func(r *web.Request) any
		want                string // or part of the panic, after "!"
	}{
		{"str", "<x>/", "/a b/", func(r *web.Request) any { return urls.Str(r, "x") }, "a b"},
		{"slug", "<slug:x>/", "/a-b/", func(r *web.Request) any { return urls.Slug(r, "x") }, "a-b"},
		{"path", "<path:x>", "/a/b", func(r *web.Request) any { return urls.PathOf(r, "x") }, "a/b"},
		{"int", "<int:x>/", "/0012/", func(r *web.Request) any { return urls.Int(r, "x") }, "12"},
		{"int64", "<int:x>/", "/9223372036854775807/", func(r *web.Request) any { return urls.Int64(r, "x") }, "9223372036854775807"},
		{"uuid", "<uuid:x>/", "/" + id + "/", func(r *web.Request) any { return urls.UUIDOf(r, "x") }, id},
		{"own", "<tiny:x>/", "/3/", func(r *web.Request) any { return urls.Value[int](r, "x") }, "3"},
		{"digits of another script", `^(?P<x>\d+)/$`, "/٢٠٢٤/", func(r *web.Request) any { return urls.Int(r, "x") }, "2024"},
		{"mathematical digits", `^(?P<x>\d+)/$`, "/𝟗𝟘/", func(r *web.Request) any { return urls.Int(r, "x") }, "90"},
		{"missing group", `^a/(?:(?P<x>\d+)/)?$`, "/a/", func(r *web.Request) any { return urls.Or(r, "x", 1) }, "1"},
		{"group that is there", `^a/(?:(?P<x>\d+)/)?$`, "/a/5/", func(r *web.Request) any { return urls.Or(r, "x", 1) }, "5"},
		{"positional", `^(\d+)/(\w+)/$`, "/1/a/", func(r *web.Request) any { return urls.Positional(r) }, "[1 a]"},
		{"extra", "a/", "/a/", func(r *web.Request) any { return urls.Extra[string](r, "kind") }, "old"},
		{"no such extra", "a/", "/a/", func(r *web.Request) any { return urls.Extra[string](r, "y") }, `!has no such value: add .With("y", …)`},
		{"extra of another type", "a/", "/a/", func(r *web.Request) any { return urls.Extra[int](r, "kind") }, "!has a string there, not a int"},
		{"no such value", "<x>/<slug:z>/", "/a/b/", func(r *web.Request) any { return urls.Str(r, "y") }, `!has no value "y" (it has "x", "z"): add <y>`},
		{"wrong kind", "<x>/", "/a/", func(r *web.Request) any { return urls.Int(r, "x") }, `!"x" of the route "<x>/"`},
		{"wrong type", "<tiny:x>/", "/3/", func(r *web.Request) any { return urls.Value[string](r, "x") }, "!is not a string but a int"},
		{"no text type", "<x>/", "/3/", func(r *web.Request) any { return urls.Value[float64](r, "x") }, "!is not a float64 but text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			view := func(r *web.Request) (web.Response, error) {
				defer func() {
					if v := recover(); v != nil {
						got = fmt.Sprint("!", v)
					}
				}()
				got = fmt.Sprint(test.read(r))
				return web.NoContent(), nil
			}
			route := urls.Path(test.pattern, view)
			if strings.HasPrefix(test.pattern, "^") {
				route = urls.RePath(test.pattern, view)
			}
			rt := mustNew(t, []urls.Route{route.With("kind", "old")}, opts)
			raw := httptest.NewRequest("GET", "/", nil)
			raw.URL.Path = test.path
			r, err := web.NewRequest(raw, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rt.Handle(r); err != nil {
				t.Fatal(err)
			}
			want, panics := strings.CutPrefix(test.want, "!")
			if panics && (got[0] != '!' || !strings.Contains(got, want) || !strings.Contains(got, "values_test.go:")) || !panics && got != want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestParseUUID(t *testing.T) {
	t.Parallel()
	u, err := urls.ParseUUID("12345678-1234-5678-1234-56781234567A")
	if err != nil || u.String() != "12345678-1234-5678-1234-56781234567a" {
		t.Errorf("got %v, %v", u, err)
	}
	if text, err := json.Marshal(u); err != nil || string(text) != `"12345678-1234-5678-1234-56781234567a"` {
		t.Errorf("JSON %s, %v", text, err)
	}
	var back urls.UUID
	if err := back.UnmarshalText([]byte(u.String())); err != nil || back != u {
		t.Errorf("UnmarshalText: %v, %v", back, err)
	}
	for _, s := range []string{"", "x", "12345678123456781234567812345678", "12345678-1234-5678-1234-56781234567g"} {
		if _, err := urls.ParseUUID(s); err == nil {
			t.Errorf("ParseUUID(%q): no error", s)
		}
	}
}
