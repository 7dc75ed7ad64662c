package webtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web/webtest"
)

func TestVerbs(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	c := newClient(t)
	for _, tt := range []struct {
		name string
		page func(c *webtest.Client) *webtest.Page
		want string
	}{
		{"get", func(c *webtest.Client) *webtest.Page { return c.Get("/echo?a=1") }, `GET http://testserver/echo?a=1 127.0.0.1 HTTP/1.1  ""`},
		{"escaped", func(c *webtest.Client) *webtest.Page { return c.Get("/echo?q=ä b") }, `GET http://testserver/echo?q=%C3%A4%20b 127.0.0.1 HTTP/1.1  ""`},
		{"post", func(c *webtest.Client) *webtest.Page { return c.Post("/echo", webtest.Form{"a": {"1", "2"}}) }, `POST http://testserver/echo 127.0.0.1 HTTP/1.1 application/x-www-form-urlencoded "a=1&a=2"`},
		{"post json", func(c *webtest.Client) *webtest.Page { return c.PostJSON("/echo", []int{1}) }, `POST http://testserver/echo 127.0.0.1 HTTP/1.1 application/json "[1]"`},
		{"put json", func(c *webtest.Client) *webtest.Page { return c.PutJSON("/echo", 1) }, `PUT http://testserver/echo 127.0.0.1 HTTP/1.1 application/json "1"`},
		{"patch json", func(c *webtest.Client) *webtest.Page { return c.PatchJSON("/echo", 1) }, `PATCH http://testserver/echo 127.0.0.1 HTTP/1.1 application/json "1"`},
		{"put", func(c *webtest.Client) *webtest.Page { return c.Put("/echo", "text/plain", []byte("x")) }, `PUT http://testserver/echo 127.0.0.1 HTTP/1.1 text/plain "x"`},
		{"patch", func(c *webtest.Client) *webtest.Page { return c.Patch("/echo", "text/plain", []byte("x")) }, `PATCH http://testserver/echo 127.0.0.1 HTTP/1.1 text/plain "x"`},
		{"post body", func(c *webtest.Client) *webtest.Page { return c.PostBody("/echo", "text/plain", []byte("x")) }, `POST http://testserver/echo 127.0.0.1 HTTP/1.1 text/plain "x"`},
		{"delete", func(c *webtest.Client) *webtest.Page { return c.Delete("/echo") }, `DELETE http://testserver/echo 127.0.0.1 HTTP/1.1  ""`},
		{"options", func(c *webtest.Client) *webtest.Page { return c.Options("/echo") }, `OPTIONS http://testserver/echo 127.0.0.1 HTTP/1.1  ""`},
		{"trace", func(c *webtest.Client) *webtest.Page { return c.Trace("/echo") }, `TRACE http://testserver/echo 127.0.0.1 HTTP/1.1  ""`},
		{"head", func(c *webtest.Client) *webtest.Page { return c.Head("/echo") }, ""},
		{"everything", func(c *webtest.Client) *webtest.Page {
			return c.Do(webtest.Request{Method: "search", Path: "/echo", Host: "shop.example:8000", RemoteAddr: "192.0.2.1", Secure: true,
				Query: webtest.Form{"q": {"x"}}, Body: strings.NewReader("b"), Header: http.Header{"content-type": {"text/x"}}})
		}, `SEARCH https://shop.example:8000/echo?q=x 192.0.2.1 HTTP/1.1 text/x "b"`},
		{"http/2", func(c *webtest.Client) *webtest.Page {
			return c.Do(webtest.Request{Path: "/echo", HTTP2: true, Secure: true})
		}, `GET https://testserver/echo 127.0.0.1 HTTP/2.0  ""`},
		{"secure", func(c *webtest.Client) *webtest.Page { return c.Secure().Get("/echo") }, `GET https://testserver/echo 127.0.0.1 HTTP/1.1  ""`},
		{"absolute", func(c *webtest.Client) *webtest.Page { return c.Get("https://a.example/echo#x") }, `GET https://a.example/echo 127.0.0.1 HTTP/1.1  ""`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := tt.page(c.For(t))
			if page.Body != tt.want || page.Status != 200 {
				t.Errorf("%s: got %s, want %s", page, page.Body, tt.want)
			}
		})
	}
}
