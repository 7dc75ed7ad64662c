package middleware

import (
	"net/http"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/web"
)

// CrossOriginOptions configures [CrossOrigin].
type CrossOriginOptions struct {
	// TrustedOrigins are the other sites whose pages may send forms here, as "https://pay.example.com"
	// (CSRF_TRUSTED_ORIGINS). Default none. What is no origin is not trusted, and the system check
	// middleware.E003 names it.
	TrustedOrigins []string
}

// CrossOrigin refuses requests that a browser sends for another site's page, unless their method only
// reads: GET, HEAD, OPTIONS. It goes by the headers Sec-Fetch-Site and Origin, which every browser of
// today sends and no page can forge (Fetch Metadata; the rules are those of
// [http.CrossOriginProtection]). Programs, which send neither, pass: they carry nobody's cookies.
//
// It keeps cross-site forgery out without a token in each form. Views that are meant for other sites'
// pages, by CORS or as webhooks of browsers, name those sites in the options.
func CrossOrigin(opts *CrossOriginOptions) web.Middleware {
	var o CrossOriginOptions
	if opts != nil {
		o = *opts
	}
	protection := http.NewCrossOriginProtection()
	for _, origin := range o.TrustedOrigins {
		_ = protection.AddTrustedOrigin(origin) // the check tells
	}
	return web.Middleware{
		Name: "middleware.CrossOrigin", Settings: o,
		After: []string{"middleware.TrustedProxies", "middleware.AllowedHosts", "middleware.CORS"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				switch r.Method {
				case http.MethodGet, http.MethodHead, http.MethodOptions:
					return next(r)
				}
				raw := r.HTTP()
				raw.Host = r.Host() // as the browser knows it
				if err := protection.Check(raw); err != nil {
					return web.Response{}, web.NewError(http.StatusForbidden, "This form was sent by a page of another site.", &crossOriginError{err})
				}
				return next(r)
			}
		},
	}
}

// check finds what is no origin.
func (o CrossOriginOptions) check() []checks.Message {
	var found []checks.Message
	for _, origin := range o.TrustedOrigins {
		if err := http.NewCrossOriginProtection().AddTrustedOrigin(origin); err != nil {
			found = append(found, checks.Errorf("middleware.E003", "middleware.CrossOrigin can't trust %q: %v.", origin, err).
				WithHint("Write an origin as a scheme, a host and no path: https://pay.example.com").On("middleware.CrossOrigin"))
		}
	}
	return found
}

// crossOriginError is of the kind that alarms look for.
type crossOriginError struct{ error }

func (e *crossOriginError) Unwrap() error      { return e.error }
func (e *crossOriginError) Suspicious() string { return "CrossOrigin" }
