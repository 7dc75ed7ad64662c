package urls_test

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// excluded tells why a case has no meaning here, "" if it has.
func excluded(table, function, about string) string {
	switch {
	case strings.HasPrefix(table, "i18n."):
		return "translated patterns belong to package i18n"
	case strings.HasPrefix(table, "timezones."):
		return "routes of the admin"
	case table == "urlpatterns.path_dynamic_urls":
		return "a converter that raises TypeError: Go's Parse has errors only"
	case table == "urlpatterns_reverse.urlconf_outer":
		return "a table that a middleware of that test exchanges"
	case strings.HasPrefix(about, "look") || strings.HasPrefix(about, "/look") || about == "people_backref":
		return "RE2 has no lookaround and no backreferences"
	case about == "/articles/99999999999999999999/":
		return "an int that overflows 64 bits is no match"
	case function == "reverse" && about == "<nil>":
		return "a name is a string"
	case about == "name": // reverse("name", args=…, kwargs=…)
		return "mixed arguments are a NoReverseError, not a ValueError"
	}
	return ""
}

func conformanceRouters(t *testing.T) map[string]*urls.Router {
	opts := &urls.Options{Converters: map[string]urls.Converter{"base64": base64Converter{}, "tiny": tinyConverter{}}}
	routers := make(map[string]*urls.Router)
	for name, table := range map[string][]urls.Route{
		"": miscTable(), "urls": miscTable(), "urlpatterns.converter_urls": converterTable(),
		"urlpatterns.path_same_name_urls": sameNameTable(), "urlpatterns.path_base64_urls": base64Table(),
		"urlpatterns.path_urls": pathTable(), "urlpatterns_reverse.urls": reverseTable(),
		"urlpatterns_reverse.namespace_urls": namespaceTable(1), "urlpatterns_reverse.named_urls": namedTable(),
		"urlpatterns_reverse.named_urls_conflict": conflictTable(),
	} {
		rt, err := urls.New(table, opts)
		if err != nil {
			t.Fatalf("table %q: %v", name, err)
		}
		routers[name] = rt
	}
	return routers
}

func TestConformance(t *testing.T) {
	t.Parallel()
	routers := conformanceRouters(t)
	equal, left, different := 0, 0, 0
	for _, c := range realdjango.Cases(t, "urls") {
		table := ""
		if raw, ok := c.Env["ROOT_URLCONF"]; ok {
			table, _ = realdjango.MustDecode(t, raw).(string)
		}
		args := make([]any, len(c.Args))
		for i, raw := range c.Args {
			args[i] = realdjango.MustDecode(t, raw)
		}
		kwargs := make(map[string]any)
		for k, raw := range c.Kwargs {
			kwargs[k] = realdjango.MustDecode(t, raw)
		}
		why := excluded(table, c.Func, fmt.Sprint(args[0]))
		rt := routers[table]
		if rt == nil && why == "" {
			why = "a table of Django's tests that is not rebuilt here"
		}
		if why != "" {
			t.Logf("excluded %s: %s", c.Name, why)
			left++
			continue
		}
		got, err := runCase(rt, c.Func, args, kwargs)
		var want any
		if c.Error == nil {
			want = realdjango.MustDecode(t, c.Expected)
		}
		if (err != nil) != (c.Error != nil) || !cmp.Equal(got, want) {
			different++
			t.Errorf("%s: %s%v %v on %q = %v, %v; want %v, %v", c.Name, c.Func, args, kwargs, table, got, err, want, c.Error)
			continue
		}
		equal++
	}
	realdjango.Report(t, "urls", equal, left, different)
}

func runCase(rt *urls.Router, function string, args []any, kwargs map[string]any) (any, error) {
	switch function {
	case "resolve":
		m, err := rt.Resolve(args[0].(string))
		if err != nil {
			if nf := (*urls.NotFoundError)(nil); !errors.As(err, &nf) {
				return "no NotFoundError", nil
			}
			return nil, err
		}
		return describeMatch(m), nil
	case "reverse":
		return runReverse(rt, args, kwargs)
	case "reverse_query":
		u := rt.URL("home")
		if q, ok := args[0].(map[string]any); ok {
			u = u.Query(queryOf(q))
		}
		if f, ok := args[1].(string); ok {
			u = u.Fragment(f)
		}
		return u.Build()
	}
	return nil, fmt.Errorf("unknown function %s", function)
}

func queryOf(q map[string]any) web.Values {
	values := url.Values{}
	for k, v := range q {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, item := range list {
			values.Add(k, fmt.Sprint(item))
		}
	}
	return web.ParseValues(values.Encode())
}

// plainValue writes tagged values as the router takes them.
func plainValue(v any) any {
	if u, ok := v.(pyvalue.UUID); ok {
		return string(u)
	}
	return v
}

func runReverse(rt *urls.Router, args []any, kwargs map[string]any) (any, error) {
	var list []any
	named := urls.Args{}
	read := func(v any) {
		switch v := v.(type) {
		case []any:
			list = v
		case pyvalue.Tuple:
			list = v
		case map[string]any:
			for k, item := range v {
				named[k] = plainValue(item)
			}
		}
	}
	for _, a := range args[1:] {
		read(a)
	}
	read(kwargs["args"])
	read(kwargs["kwargs"])
	for i := range list {
		list[i] = plainValue(list[i])
	}
	if len(named) > 0 {
		list = append(list, named)
	}
	u := rt.URL(args[0].(string)).Args(list...)
	if app, ok := kwargs["current_app"].(string); ok {
		u = u.CurrentApp(app)
	}
	if len(list) == 1 && args[0] == "places" && list[0] == int64(1) {
		u = u.Under("/%7Eme") // recorded under a script prefix
	}
	s, err := u.Build()
	if err != nil {
		return nil, err
	}
	return s, nil
}

func describeMatch(m *web.Match) any {
	args, kwargs := []any{}, map[string]any{}
	for _, v := range m.Values {
		switch {
		case v.Name == "":
			args = append(args, v.Raw)
		case v.Value != nil:
			kwargs[v.Name] = v.Value
		default:
			kwargs[v.Name] = typedValue(m.Route, v)
		}
	}
	maps.Copy(kwargs, m.Extra)
	list := func(names []string) []any {
		out := []any{}
		for _, n := range names {
			out = append(out, n)
		}
		return out
	}
	return map[string]any{"name": m.ViewName(), "args": args, "kwargs": kwargs, "route": m.Route,
		"namespaces": list(m.Namespaces), "app_names": list(m.AppNames)}
}

// typedValue is the value that Django's converters make.
func typedValue(route string, v web.PathValue) any {
	switch {
	case strings.Contains(route, "<int:"+v.Name+">"):
		var n int64
		fmt.Sscan(strings.TrimLeft(v.Raw, "0")+" ", &n)
		return n
	case strings.Contains(route, "<uuid:"+v.Name+">"):
		return pyvalue.UUID(v.Raw)
	}
	return v.Raw
}
