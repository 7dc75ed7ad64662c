package urls

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// mountView makes a view of a mounted handler, which sees what is left of the path.
func mountView(h http.Handler) web.Handler {
	if h == nil {
		return nil
	}
	return web.FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, raw *http.Request) {
		if r, ok := web.FromContext(raw.Context()); ok {
			raw.URL = below(raw.URL, r.PathValue(restName))
		}
		h.ServeHTTP(w, raw)
	}))
}

// below returns a copy of u with the path that is left, in the client's own escaping where the
// prefix has none.
func below(u *url.URL, rest string) *url.URL {
	c := *u
	prefix := strings.TrimSuffix(u.Path, rest)
	c.Path, c.RawPath = "/"+rest, ""
	if raw, ok := strings.CutPrefix(u.RawPath, prefix); ok {
		c.RawPath = "/" + raw
	}
	return &c
}
