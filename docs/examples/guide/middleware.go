package guide

import (
	"html"
	"net/http"
	"net/netip"
	"time"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// timing tells the browser how long the view took.
var timing = web.Middleware{
	Name: "guide.timing",
	Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			began := time.Now()
			resp, err := next(r)
			if err != nil {
				return resp, err
			}
			resp.Header().Set("Server-Timing", "view;dur="+time.Since(began).String())
			return resp, nil
		}
	},
}

// stack is the default one with a content security policy, a time limit and two more layers.
func stack(hosts []string) []web.Middleware {
	return append(middleware.Default(&middleware.DefaultOptions{
		Hosts:   hosts,
		CSP:     &middleware.CSPOptions{}, // a strict policy
		Timeout: 30 * time.Second,
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}), timing, sunset)
}

// sunset tells clients when the site goes away (RFC 8594): a layer as net/http has them.
var sunset = web.FromHTTPMiddleware("guide.sunset", func(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Sunset", "Fri, 31 Dec 2027 23:59:59 GMT")
		next.ServeHTTP(w, r)
	})
})

func middlewareRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("scripted/", scripted).Name("scripted"),
		urls.Path("news/", middleware.CacheControl("public", "max-age=60")(news)).Name("news"),
		urls.Include("api/",
			urls.Path("prices/", news).Name("api-prices"),
		).Use(
			middleware.CORS([]string{"https://app.example.com"}, &middleware.CORSOptions{Headers: []string{"Content-Type"}}),
			middleware.RateLimit(middleware.Rate{Requests: 2, Per: time.Minute}, nil),
		),
	}
}

func news(r *web.Request) (web.Response, error) { return web.JSON([]string{"no news"}), nil }

func scripted(r *web.Request) (web.Response, error) {
	nonce := middleware.Nonce(r.Context())
	return web.HTML(`<script nonce="` + html.EscapeString(nonce) + `">console.log("hello")</script>`), nil
}
