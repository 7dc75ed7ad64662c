package peers

import (
	"fmt"
	"net/http"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// nuages is two sites, as the stack belongs to a site: one without middleware and one with the
// default of a new project.
func nuages() http.Handler {
	bare := []urls.Route{
		urls.Path("plaintext", func(*web.Request) (web.Response, error) { return web.Text(hello), nil }),
		urls.Path("json", func(*web.Request) (web.Response, error) { return web.JSON(message{hello}), nil }),
	}
	var stacked []urls.Route
	for i := range Routes {
		bare = append(bare, urls.Path(fmt.Sprintf("r%02d/<int:id>/", i), nuagesItem).Methods("GET"))
		stacked = append(stacked, urls.Path(fmt.Sprintf("s%02d/<int:id>/", i), nuagesItem).Methods("GET"))
	}
	plain := web.ToHTTP(router(bare).Handle, nil)
	full := web.ToHTTP(router(stacked).Handle, &web.Options{Middleware: middleware.Default(&middleware.DefaultOptions{Hosts: []string{"127.0.0.1"}})})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path[1] == 's' {
			full.ServeHTTP(w, r)
			return
		}
		plain.ServeHTTP(w, r)
	})
}

func router(routes []urls.Route) *urls.Router {
	r, err := urls.New(routes, nil)
	if err != nil {
		panic(err)
	}
	return r
}

func nuagesItem(r *web.Request) (web.Response, error) {
	return web.Text(itemText(urls.Int(r, "id"))), nil
}
