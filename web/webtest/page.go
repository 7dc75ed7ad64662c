package webtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"github.com/nuages-web/nuages/web"
)

// A Page is the answer to a request, with what the server's side knows of it. Its methods named
// Assert report through the test: they go on after a failure; those that can't give what they were
// asked for, as [Page.Find], end the test.
type Page struct {
	Method  string   // of the last request
	URL     *url.URL // of the last request, absolute
	Status  int
	Proto   string // "HTTP/1.1", "HTTP/2.0"
	Header  http.Header
	Trailer http.Header
	Body    string
	// History lists the redirects that were followed, in order.
	History []Redirect
	// Informational lists the 1xx responses, in order.
	Informational []Informational
	// Match is the route that answered, nil for handlers without routes of package urls.
	Match *web.Match
	// Templates are the names of the templates that web.Render rendered, in order, and TemplateData
	// what each was given.
	Templates    []string
	TemplateData []any
	// Err is the error that was answered with an error page, or that broke the response off.
	Err error

	t      testing.TB
	client *Client
	once   sync.Once
	root   *html.Node
	bad    error
}

// JSON decodes the body into what v points to; the test ends if it is not JSON.
func (p *Page) JSON(v any) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(p.Body), v); err != nil {
		p.t.Fatalf("%s: decode JSON: %v\n%s", p, err, p.excerpt())
	}
}

// Cookie returns the cookie of a name that the response set last, and whether it set one.
func (p *Page) Cookie(name string) (c Cookie, ok bool) {
	for _, set := range parseCookies(p.Header) {
		if set.Name == name {
			c, ok = set, true
		}
	}
	return c, ok
}

// Location returns the absolute form of the Location header, "" where there is none.
func (p *Page) Location() string {
	location := p.Header.Get("Location")
	if location == "" {
		return ""
	}
	u, err := p.URL.Parse(location)
	if err != nil {
		return location
	}
	return u.String()
}

// Client returns the client that got the page, with its cookies.
func (p *Page) Client() *Client { return p.client }

// String returns what was asked and how it was answered: "GET http://testserver/: 200 OK".
func (p *Page) String() string {
	return p.Method + " " + p.URL.String() + ": " + statusText(p.Status)
}

func statusText(status int) string {
	return strings.TrimSpace(itoa(status) + " " + http.StatusText(status))
}

// excerpt returns the beginning of the body, for messages.
func (p *Page) excerpt() string { return shorten(p.Body, 1000) }

// shorten cuts a text at a number of bytes, and at the end of a character.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
