package guide

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func routeTable() []urls.Route {
	return []urls.Route{
		urls.Path("", index).Name("index"),
		urls.Path("products/<slug:slug>/", product).Methods("GET").Name("product"),
		urls.Path("products/<slug:slug>/", changeProduct).Methods("PUT"),
		urls.Path("archive/<year:year>/", archive).Name("archive"),
		urls.Path("about/", page).With("template", "about").Name("about"),
		urls.RePath(`^issues/(?P<number>\d+)/$`, issue).Name("issue"),
		urls.Include("api/",
			urls.Path("products/<slug:slug>/", product).Name("product"),
		).Namespace("api"),
	}
}

// doc:values

func product(r *web.Request) (web.Response, error) {
	return web.Text("product " + urls.Str(r, "slug")), nil
}

func issue(r *web.Request) (web.Response, error) {
	return web.Text(fmt.Sprint("issue ", urls.Int(r, "number"))), nil
}

func page(r *web.Request) (web.Response, error) {
	return web.Text("page " + urls.Extra[string](r, "template")), nil
}

// doc:end

func changeProduct(r *web.Request) (web.Response, error) { return web.NoContent(), nil }

func index(r *web.Request) (web.Response, error) {
	here, err := urls.Reverse(r, "product", "blue-train")
	if err != nil {
		return web.Response{}, err
	}
	api, err := urls.Reverse(r, "api:product", urls.Args{"slug": "blue-train"})
	if err != nil {
		return web.Response{}, err
	}
	return web.JSON([]string{here, api, r.AbsoluteURI(here)}), nil
}

// doc:converter

// year is a converter for <year:…>: four digits.
type year struct{}

func (year) Pattern() string { return `[0-9]{4}` }

func (year) Parse(text string) (any, error) { return strconv.Atoi(text) }

func (year) Format(value any) (string, error) {
	y, ok := value.(int)
	if !ok || y < 0 || y > 9999 {
		return "", errors.New("want a year from 0 to 9999")
	}
	return fmt.Sprintf("%04d", y), nil
}

func archive(r *web.Request) (web.Response, error) {
	return web.Text(fmt.Sprint("records of ", urls.Value[int](r, "year"))), nil
}

// doc:end
