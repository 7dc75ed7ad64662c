package python_test

import (
	"fmt"
	"net/http"

	"github.com/nuages-web/nuages/asgi/python"
)

// A mux of net/http has some paths answered in Go and all others by the Python application.
func ExampleNew() {
	shop, err := python.New("mysite.asgi:application", &python.Options{Interpreter: "/usr/bin/python3", Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /records/{slug}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, r.PathValue("slug"))
	})
	mux.Handle("/", shop)
	for _, path := range []string{"/records/nuages", "/admin/"} {
		r, err := http.NewRequest(http.MethodGet, path, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, pattern := mux.Handler(r)
		fmt.Println(path, "goes to", pattern)
	}
	// Output:
	// /records/nuages goes to GET /records/{slug}
	// /admin/ goes to /
}
