package urls

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// wrap puts layers around a view, outermost first. As around a whole site, a layer never sees an
// error from the inside: it sees a response with the error's status, and when that response leaves
// the layers, the error is answered.
func wrap(view web.Handler, layers []web.Middleware) web.Handler {
	h := view
	for i := len(layers) - 1; i >= 0; i-- {
		h = layers[i].Wrap(hideError(h))
	}
	return h
}

func hideError(next web.Handler) web.Handler {
	return func(r *web.Request) (web.Response, error) {
		resp, err := next(r)
		if err != nil {
			resp = failed(err).WithStatus(statusOf(err))
		}
		return resp, nil
	}
}

// failed is a response that is answered like an error of the view.
func failed(err error) web.Response { return web.Send("", failure{err}) }

type failure struct{ err error }

// Prepare makes the error page before the response leaves the view's layer.
func (f failure) Prepare(*web.Request) error { return f.err }

// Send is not reached, as Prepare fails.
func (f failure) Send(http.ResponseWriter, *web.Request, int) error { return f.err }

func statusOf(err error) int {
	var coded interface {
		error
		HTTPStatus() int
	}
	if errors.As(err, &coded) {
		return coded.HTTPStatus()
	}
	return http.StatusInternalServerError
}

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
