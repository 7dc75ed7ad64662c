package urls_test

import (
	"encoding/base64"
	"fmt"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func empty(*web.Request) (web.Response, error) { return web.Text(""), nil }

// base64Converter carries bytes.
type base64Converter struct{}

func (base64Converter) Pattern() string                { return `[a-zA-Z0-9+/]*={0,2}` }
func (base64Converter) Parse(text string) (any, error) { return base64.StdEncoding.DecodeString(text) }
func (base64Converter) Format(v any) (string, error) {
	b, ok := v.([]byte)
	if !ok {
		return "", fmt.Errorf("is a %T, not bytes", v)
	}
	return base64.StdEncoding.EncodeToString(b), nil
}

// tinyConverter takes one number only.
type tinyConverter struct{}

func (tinyConverter) Pattern() string { return `[0-9]` }
func (tinyConverter) Parse(text string) (any, error) {
	return int(text[0] - '0'), nil
}
func (tinyConverter) Format(v any) (string, error) {
	if fmt.Sprint(v) > "5" || len(fmt.Sprint(v)) != 1 {
		return "", fmt.Errorf("%v is not tiny", v)
	}
	return fmt.Sprint(v), nil
}

// miscTable is what the cases of misc.jsonl were recorded with.
func miscTable() []urls.Route {
	blog := []urls.Route{
		urls.Path("", empty).Name("index"),
		urls.Path("<int:pk>/", empty).Name("detail"),
		urls.Path("<slug:slug>/edit/", empty).Name("edit"),
	}
	return []urls.Route{
		urls.Path("", empty).Name("home"),
		urls.Path("articles/<int:year>/", empty).Name("year"),
		urls.Path("articles/<int:year>/<int:month>/<slug:slug>/", empty).Name("article"),
		urls.Path("u/<uuid:id>/", empty).Name("uuid"),
		urls.Path("files/<path:p>", empty).Name("files"),
		urls.Path("tag/<str:tag>/", empty).Name("tag"),
		urls.RePath(`^re/(?P<y>[0-9]{4})/(?P<w>\w+)/$`, empty).Name("re-named"),
		urls.RePath(`^pos/([0-9]+)/([a-z]+)/$`, empty).Name("re-pos"),
		urls.RePath(`^opt(?:/(?P<n>\d+))?/$`, empty).Name("opt"),
		urls.Path("extra/", empty).With("x", int64(1)).Name("extra"),
		urls.Path("literal.(x)/", empty).Name("literal"),
		urls.Path("ü/<slug:s>/", empty).Name("unicode"),
		urls.Include("blog/", blog...).App("blog").Namespace("main"),
		urls.Include("blog2/", blog...).App("blog").Namespace("other"),
		urls.Include("nested/<int:a>/", urls.Path("<int:b>/", empty).Name("nested")),
	}
}

func converterTable() []urls.Route {
	var list []urls.Route
	for _, name := range []string{"int", "path", "slug", "str", "uuid"} {
		list = append(list, urls.Path(name+"/<"+name+":"+name+">/", empty).Name(name))
	}
	return list
}

func sameNameTable() []urls.Route {
	return []urls.Route{
		urls.Path("number_of_args/0/", empty).Name("number_of_args"),
		urls.Path("number_of_args/1/<value>/", empty).Name("number_of_args"),
		urls.Path("kwargs_names/a/<a>/", empty).Name("kwargs_names"),
		urls.Path("kwargs_names/b/<b>/", empty).Name("kwargs_names"),
		urls.Path("converter/path/<path:value>/", empty).Name("converter"),
		urls.Path("converter/str/<str:value>/", empty).Name("converter"),
		urls.Path("converter/slug/<slug:value>/", empty).Name("converter"),
		urls.Path("converter/int/<int:value>/", empty).Name("converter"),
		urls.Path("converter/uuid/<uuid:value>/", empty).Name("converter"),
		urls.RePath(`^regex/uppercase/([A-Z]+)/`, empty).Name("regex"),
		urls.RePath(`^regex/lowercase/([a-z]+)/`, empty).Name("regex"),
		urls.Path("converter_to_url/int/<value>/", empty).Name("converter_to_url"),
		urls.Path("converter_to_url/tiny_int/<tiny:value>/", empty).Name("converter_to_url"),
	}
}

func base64Table() []urls.Route {
	sub := urls.Path("<base64:value>/", empty).Name("subpattern-base64")
	subsub := urls.Path("<base64:last_value>/", empty).Name("subsubpattern-base64")
	return []urls.Route{
		urls.Path("base64/<base64:value>/", empty).Name("base64"),
		urls.Include("base64/<base64:base>/subpatterns/", sub,
			urls.Include("<base64:value>/", subsub).App("second-layer-namespaced-base64").Namespace("instance-ns-base64")),
		urls.Include("base64/<base64:base>/namespaced/", sub,
			urls.Include("<base64:value>/", subsub).App("second-layer-namespaced-base64")).App("namespaced-base64"),
	}
}

func pathTable() []urls.Route {
	more := urls.RePath(`^more/(?P<extra>\w+)/$`, empty).Name("inner-more")
	return []urls.Route{
		urls.Path("articles/2003/", empty).Name("articles-2003"),
		urls.Path("articles/<int:year>/", empty).Name("articles-year"),
		urls.Path("articles/<int:year>/<int:month>/", empty).Name("articles-year-month"),
		urls.Path("articles/<int:year>/<int:month>/<int:day>/", empty).Name("articles-year-month-day"),
		urls.Path("books/2007/", empty).With("extra", true).Name("books-2007"),
		urls.Path("books/<int:year>/<int:month>/<int:day>/", empty).With("extra", true).Name("books-year-month-day"),
		urls.Path("users/", empty).Name("users"),
		urls.Path("users/<id>/", empty).Name("user-with-id"),
		urls.Include("included_urls/", urls.Path("extra/<extra>/", empty).Name("inner-extra"), urls.Include("", more)),
		urls.RePath(`^regex/(?P<pk>[0-9]+)/$`, empty).Name("regex"),
		urls.RePath(`^regex_optional/(?P<arg1>\d+)/(?:(?P<arg2>\d+)/)?`, empty).Name("regex_optional"),
		urls.RePath(`^regex_only_optional/(?:(?P<arg1>\d+)/)?`, empty).Name("regex_only_optional"),
		urls.Include("", more),
		urls.Path("<lang>/<path:url>/", empty).Name("lang-and-path"),
	}
}

func reverseIncluded() []urls.Route {
	return []urls.Route{
		urls.RePath(`^$`, empty).Name("inner-nothing"),
		urls.RePath(`^extra/(?P<extra>\w+)/$`, empty).Name("inner-extra"),
		urls.RePath(`^(?P<one>[0-9]+)|(?P<two>[0-9]+)/$`, empty).Name("inner-disjunction"),
	}
}

func reverseTable() []urls.Route {
	re := func(pattern, name string) urls.Route { return urls.RePath(pattern, empty).Name(name) }
	parts := []urls.Route{re(`^part/(?P<value>\w+)/$`, "part"), re(`^part2/(?:(?P<value>\w+)/)?$`, "part2")}
	return []urls.Route{
		re(`^places/([0-9]+)/$`, "places"), re(`^places?/$`, "places?"), re(`^places+/$`, "places+"), re(`^places*/$`, "places*"),
		re(`^(?:places/)?$`, "places2?"), re(`^(?:places/)+$`, "places2+"), re(`^(?:places/)*$`, "places2*"),
		re(`^places/([0-9]+|[a-z_]+)/`, "places3"), re(`^places/(?P<id>[0-9]+)/$`, "places4"),
		re(`^people/(?P<name>\w+)/$`, "people"), re(`^people/(?:name/)$`, "people2"), re(`^people/(?:name/(\w+)/)?$`, "people2a"),
		re(`^optional/(?P<name>.*)/(?:.+/)?`, "optional"),
		re(`^optional/(?P<arg1>\d+)/(?:(?P<arg2>\d+)/)?`, "named_optional"),
		re(`^optional/(?P<arg1>\d+)/(?:(?P<arg2>\d+)/)?$`, "named_optional_terminated"),
		re(`^nested/noncapture/(?:(?P<p>\w+))$`, "nested-noncapture"), re(`^nested/capture/((\w+)/)?$`, "nested-capture"),
		re(`^nested/capture/mixed/((?P<p>\w+))$`, "nested-mixedcapture"),
		re(`^nested/capture/named/(?P<outer>(?P<inner>\w+)/)?$`, "nested-namedcapture"),
		re(`^hardcoded/$`, "hardcoded"), re(`^hardcoded/doc\.pdf$`, "hardcoded2"),
		re(`^people/(?P<state>\w\w)/(?P<name>\w+)/$`, "people3"), re(`^people/(?P<state>\w\w)/(?P<name>[0-9])/$`, "people4"),
		re(`^people/((?P<state>\w\w)/test)?/(\w+)/$`, "people6"),
		re(`^character_set/[abcdef0-9]/$`, "range"), re(`^character_set/[\w]/$`, "range2"),
		re(`^price/\$([0-9]+)/$`, "price"), re(`^price/[$]([0-9]+)/$`, "price2"), re(`^price/[\$]([0-9]+)/$`, "price3"),
		re(`^product/(?P<product>\w+)\+\(\$(?P<price>[0-9]+(\.[0-9]+)?)\)/$`, "product"),
		re(`^headlines/(?P<year>[0-9]+)\.(?P<month>[0-9]+)\.(?P<day>[0-9]+)/$`, "headlines"),
		re(`^windows_path/(?P<drive_name>[A-Z]):\\(?P<path>.+)/$`, "windows"), re(`^special_chars/(?P<chars>.+)/$`, "special"),
		re(`^resolved/(?P<arg>\d+)/$`, "resolved").With("extra", true),
		re(`^resolved-overridden/(?P<arg>\d+)/(?P<overridden>\w+)/$`, "resolved-overridden").With("extra", true).With("overridden", "default"),
		re(`^(?P<name>.+)/[0-9]+/$`, "mixed"),
		re(`^repeats/a{1,2}/$`, "repeats"), re(`^repeats/a{2,4}/$`, "repeats2"), re(`^repeats/a{2}/$`, "repeats3"), re(`^test/1/?`, "test"),
		urls.ReInclude(`^outer/(?P<outer>[0-9]+)/`, reverseIncluded()...),
		urls.ReInclude(`^outer-no-kwargs/([0-9]+)/`, re(`^inner-no-kwargs/([0-9]+)/$`, "inner-no-kwargs")),
		urls.ReInclude(``, re(`^e-places/([0-9]+)/$`, "extra-places"), re(`^e-people/(?P<name>\w+)/$`, "extra-people"),
			urls.Include("", parts...), urls.ReInclude(`^prefix/(?P<prefix>\w+)/`, parts...)),
		re(`^(?:foo|bar)(\w+)/$`, "disjunction"),
		re(`^defaults_view1/(?P<arg1>[0-9]+)/$`, "defaults").With("arg2", int64(1)),
		re(`^defaults_view2/(?P<arg1>[0-9]+)/$`, "defaults").With("arg2", int64(2)),
		urls.Include("includes/", urls.Path("non_path_include/", empty).Name("non_path_include")),
		re(`(.+)/security/$`, "security"),
	}
}

// normalRoutes are those that several tables of Django's tests have in common.
func normalRoutes(prefix string) []urls.Route {
	return []urls.Route{
		urls.Path("normal/", empty).Name(prefix + "normal-view"),
		urls.RePath(`^normal/(?P<arg1>[0-9]+)/(?P<arg2>[0-9]+)/$`, empty).Name(prefix + "normal-view"),
		urls.RePath(`^\+\\\$\*/$`, empty).Name(prefix + "special-view"),
		urls.RePath(`^mixed_args/([0-9]+)/(?P<arg2>[0-9]+)/$`, empty).Name(prefix + "mixed-args"),
		urls.RePath(`^no_kwargs/([0-9]+)/([0-9]+)/$`, empty).Name(prefix + "no-kwargs"),
		urls.RePath(`^view_class/(?P<arg1>[0-9]+)/(?P<arg2>[0-9]+)/$`, empty).Name(prefix + "view-class"),
	}
}

// namespaceTable includes itself in Django; here it does so to a depth.
func namespaceTable(depth int) []urls.Route {
	object := []urls.Route{
		urls.Path("inner/", empty).Name("urlobject-view"),
		urls.RePath(`^inner/(?P<arg1>[0-9]+)/(?P<arg2>[0-9]+)/$`, empty).Name("urlobject-view"),
		urls.RePath(`^inner/\+\\\$\*/$`, empty).Name("urlobject-special-view"),
	}
	included := append(normalRoutes("inc-"),
		urls.Include("test3/", object...).App("testapp").Namespace("test-ns3"),
		urls.Include("test4/", object...).App("testapp"),
		urls.Include("ns-included3/", reverseIncluded()...).App("included_urls").Namespace("inc-ns3"))
	list := append(normalRoutes(""),
		urls.Include("test1/", object...).App("testapp").Namespace("test-ns1"),
		urls.Include("test2/", object...).App("testapp").Namespace("test-ns2"),
		urls.Include("default/", object...).App("testapp").Namespace("testapp"),
		urls.Include("other1/", object...).App("nodefault").Namespace("other-ns1"),
		urls.ReInclude(`^other[246]/`, object...).App("nodefault").Namespace("other-ns2"),
		urls.Include("newapp1/", object...).App("newapp").Namespace("new-ns1"),
		urls.Include("new-default/", object...).App("newapp"),
		urls.ReInclude(`^app-included[135]/`, normalRoutes("inc-")...).App("inc-app").Namespace("app-ns1"),
		urls.Include("app-included2/", normalRoutes("inc-")...).App("inc-app").Namespace("app-ns2"))
	if depth > 0 {
		again := namespaceTable(depth - 1)
		included = append(included, urls.Include("ns-included4/", again...).App("namespace_urls").Namespace("inc-ns4"))
		list = append(list, urls.ReInclude(`^\+\\\$\*/`, again...).App("namespace_urls").Namespace("special"))
	}
	const app = "included_namespace_urls"
	return append(list,
		urls.ReInclude(`^ns-included[135]/`, included...).App(app).Namespace("inc-ns1"),
		urls.Include("ns-included2/", included...).App(app).Namespace("inc-ns2"),
		urls.Include("app-included/", included...).App(app).Namespace("inc-app"),
		urls.Include("included/", included...).App(app),
		urls.ReInclude(`^inc(?P<outer>[0-9]+)/`, reverseIncluded()...).App("included_urls").Namespace("inc-ns5"),
		urls.ReInclude(`^included/([0-9]+)/`, included...).App(app),
		urls.ReInclude(`^ns-outer/(?P<outer>[0-9]+)/`, included...).App(app).Namespace("inc-outer"))
}

// namedTable is Django's urlpatterns_reverse.named_urls.
func namedTable() []urls.Route {
	level := func(n int, more ...urls.Route) []urls.Route {
		return append([]urls.Route{
			urls.Path("", empty).Name(fmt.Sprintf("named-url%d", n)),
			urls.RePath(`^extra/(?P<extra>\w+)/$`, empty).Name(fmt.Sprintf("named-url%d", n+1)),
			urls.RePath(`^(?P<one>[0-9]+)|(?P<two>[0-9]+)/$`, empty),
		}, more...)
	}
	return level(1, urls.Include("included/", level(3, urls.Include("included/", level(5)...))...))
}

// conflictTable is Django's urlpatterns_reverse.named_urls_conflict.
func conflictTable() []urls.Route {
	var list []urls.Route
	for _, pattern := range []string{
		`^conflict/cannot-go-here/$`, `^conflict/$`, `^conflict-first/(?P<first>\w+)/$`, `^conflict-cannot-go-here/(?P<middle>\w+)/$`,
		`^conflict-middle/(?P<middle>\w+)/$`, `^conflict-last/(?P<last>\w+)/$`,
		`^conflict/(?P<another>\w+)/(?P<extra>\w+)/cannot-go-here/$`, `^conflict/(?P<extra>\w+)/(?P<another>\w+)/$`,
	} {
		list = append(list, urls.RePath(pattern, empty).Name("name-conflict"))
	}
	return list
}
