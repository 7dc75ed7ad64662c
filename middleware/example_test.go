package middleware_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func ExampleDefault() {
	view := func(*web.Request) (web.Response, error) { return web.Text("Hello"), nil }
	handler := web.ToHTTP(view, &web.Options{
		Middleware: middleware.Default(&middleware.DefaultOptions{Hosts: []string{"example.com"}}),
	})

	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "http://example.com/", nil))
	fmt.Println(w.Code, w.Body, w.Header().Get("X-Frame-Options"), w.Header().Get("Etag"))
	// Output: 200 Hello DENY "CnWpE3WyfUQAAAAF"
}

func ExampleChecks() {
	stack := []web.Middleware{
		middleware.ConditionalGet(),
		middleware.Compress(nil),
	}
	report, err := checks.Run(context.Background(), middleware.Checks(stack), nil)
	if err != nil {
		panic(err)
	}
	for _, m := range report.Messages {
		fmt.Println(m.ID, m.Text)
	}
	// Output: middleware.E001 middleware.ConditionalGet stands before middleware.Compress, but has to stand after it.
}

func ExamplePolicy() {
	policy := middleware.Policy{
		{"default-src", middleware.CSPSelf},
		{"script-src", middleware.CSPSelf, middleware.CSPNonce},
		{"upgrade-insecure-requests"},
	}
	fmt.Println(policy.Header("r4nd0m"))
	// Output: default-src 'self'; script-src 'self' 'nonce-r4nd0m'; upgrade-insecure-requests
}

func ExampleCacheControl() {
	view := func(*web.Request) (web.Response, error) { return web.Text("Hello"), nil }
	handler := web.ToHTTP(middleware.RequireSafe(middleware.CacheControl("public", "max-age=3600")(view)), nil)

	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	fmt.Println(w.Header().Get("Cache-Control"))
	// Output: public, max-age=3600
}
