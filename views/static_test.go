package views_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/views"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

var files = fstest.MapFS{
	"css/site.css":      {Data: []byte("body{}"), ModTime: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
	"app.js":            {Data: []byte("1")},
	".env":              {Data: []byte("SECRET_KEY=x")},
	"css/.git/config":   {Data: []byte("x")},
	"download/a.tar.gz": {Data: []byte("x")},
}

func site() (http.Handler, error) {
	router, err := urls.New([]urls.Route{urls.Path("static/<path:path>", views.Static(files, nil))}, nil)
	if err != nil {
		return nil, err
	}
	return web.ToHTTP(router.Handle, nil), nil
}

func TestStatic(t *testing.T) {
	t.Parallel()
	h, err := site()
	if err != nil {
		t.Fatal(err)
	}
	c := webtest.NewClient(t, h, nil)
	for _, test := range []struct {
		path, contentType string
		status            int
	}{
		{"/static/css/site.css", "text/css; charset=utf-8", 200},
		{"/static/app.js", "text/javascript; charset=utf-8", 200},
		{"/static/download/a.tar.gz", "application/octet-stream", 200},
		{"/static/css/", "", 404},
		{"/static/css", "", 404},
		{"/static/none.css", "", 404},
		{"/static/.env", "", 404},
		{"/static/css/.git/config", "", 404},
		{"/static/../views/static.go", "", 404},
		{"/static/%2e%2e/static.go", "", 404},
		{"/static/css%2f..%2f.env", "", 404},
		{"/static//etc/passwd", "", 404},
		{`/static/..\static.go`, "", 404},
	} {
		page := c.Get(test.path)
		if page.Status != test.status || test.status == 200 && page.Header.Get("Content-Type") != test.contentType {
			t.Errorf("GET %s: %d %s, want %d %s", test.path, page.Status, page.Header.Get("Content-Type"), test.status, test.contentType)
		}
	}
}

func TestStaticConditions(t *testing.T) {
	t.Parallel()
	h, err := site()
	if err != nil {
		t.Fatal(err)
	}
	c := webtest.NewClient(t, h, nil)
	first := c.Get("/static/css/site.css")
	again := c.Do(webtest.Request{Method: "GET", Path: "/static/css/site.css", Header: http.Header{"If-None-Match": {first.Header.Get("Etag")}}})
	if again.Status != http.StatusNotModified || again.Body != "" {
		t.Errorf("the same file again: %d %q", again.Status, again.Body)
	}
	part := c.Do(webtest.Request{Method: "GET", Path: "/static/css/site.css", Header: http.Header{"Range": {"bytes=0-3"}}})
	if part.Status != http.StatusPartialContent || part.Body != "body" {
		t.Errorf("a range: %d %q", part.Status, part.Body)
	}
	if page := c.Post("/static/css/site.css", nil); page.Status != http.StatusMethodNotAllowed || page.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, Allow %q", page.Status, page.Header.Get("Allow"))
	}
}

func Example() {
	h, err := site()
	if err != nil {
		fmt.Println(err)
		return
	}
	r, _ := http.NewRequest("GET", "/static/css/site.css", nil)
	w := &printer{header: http.Header{}}
	h.ServeHTTP(w, r)
	// Output:
	// text/css; charset=utf-8
	// body{}
}

// printer prints what is written to it.
type printer struct{ header http.Header }

func (p *printer) Header() http.Header { return p.header }
func (p *printer) WriteHeader(int)     { fmt.Println(p.header.Get("Content-Type")) }
func (p *printer) Write(b []byte) (int, error) {
	fmt.Println(string(b))
	return len(b), nil
}
