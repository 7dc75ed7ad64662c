package urls_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing/fstest"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func home(r *web.Request) (web.Response, error) {
	return urls.Redirect(r, "shop:product", "the-wall"), nil
}

func product(r *web.Request) (web.Response, error) {
	return web.Text("product " + urls.Str(r, "slug")), nil
}

func Example() {
	files := fstest.MapFS{"site.css": {Data: []byte("body{}")}}
	router, err := urls.New([]urls.Route{
		urls.Path("", home).Name("home"),
		urls.Include("shop/",
			urls.Path("products/<slug:slug>/", product).Name("product"),
		).Namespace("shop"),
		urls.Mount("static/", http.FileServerFS(files)),
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	site := web.ToHTTP(router.Handle, nil)
	for _, path := range []string{"/", "/shop/products/the-wall/", "/shop/products/the-wall", "/static/site.css"} {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(path, w.Code, w.Header().Get("Location")+w.Body.String())
	}
	// Output:
	// / 302 /shop/products/the-wall/
	// /shop/products/the-wall/ 200 product the-wall
	// /shop/products/the-wall 301 /shop/products/the-wall/
	// /static/site.css 200 body{}
}

func ExampleRouter_Reverse() {
	router, err := urls.New([]urls.Route{
		urls.Path("articles/<int:year>/<slug:title>/", product).Name("article"),
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(router.Reverse("article", 2024, "hello"))
	fmt.Println(router.Reverse("article", urls.Args{"year": 2024, "title": "hello"}))
	fmt.Println(router.URL("article").Args(2024, "hello").Query(web.ValuesOf("page", "2")).Build())
	// Output:
	// /articles/2024/hello/ <nil>
	// /articles/2024/hello/ <nil>
	// /articles/2024/hello/?page=2 <nil>
}
