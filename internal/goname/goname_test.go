package goname_test

import (
	"testing"

	"github.com/nuages-web/nuages/internal/goname"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		f       func(string) string
		in, out string
	}{
		{"Snake", goname.Snake, "HTTPServer", "http_server"}, {"Snake", goname.Snake, "UserID", "user_id"}, {"Snake", goname.Snake, "", ""},
		{"Camel", goname.Camel, "line_items", "LineItems"}, {"Camel", goname.Camel, "user_id", "UserID"}, {"Camel", goname.Camel, "_a__b_", "AB"},
		{"LowerFirst", goname.LowerFirst, "HTTPServer", "httpServer"}, {"LowerFirst", goname.LowerFirst, "URL", "url"},
		{"UpperFirst", goname.UpperFirst, "été", "Été"},
		{"Plural", goname.Plural, "SalesPerson", "SalesPeople"}, {"Plural", goname.Plural, "Box", "Boxes"}, {"Plural", goname.Plural, "Day", "Days"},
		{"Singular", goname.Singular, "categories", "category"}, {"Singular", goname.Singular, "address", "address"},
		{"Singular", goname.Singular, "addresses", "address"}, {"Singular", goname.Singular, "people", "person"},
		{"Singular", goname.Singular, "houses", "house"}, {"Singular", goname.Singular, "cases", "case"}, {"Singular", goname.Singular, "boxes", "box"},
		{"Singular", goname.Singular, "statuses", "status"}, {"Singular", goname.Singular, "status", "status"}, {"Singular", goname.Singular, "news", "news"},
		{"Singular", goname.Singular, "movies", "movie"}, {"Singular", goname.Singular, "analysis", "analysis"}, {"Singular", goname.Singular, "user", "user"},
		{"Singular", goname.Singular, "properties", "property"}, {"Singular", goname.Singular, "s", "s"}, {"Singular", goname.Singular, "branches", "branch"},
	} {
		if got := test.f(test.in); got != test.out {
			t.Errorf("%s(%q) = %q, want %q", test.name, test.in, got, test.out)
		}
	}
}
