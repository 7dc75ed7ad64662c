package metrics_test

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func Example() {
	m := metrics.New(nil)
	sold := prometheus.NewCounter(prometheus.CounterOpts{Name: "records_sold_total", Help: "Records that were sold."})
	m.Registry.MustRegister(sold)
	routes := []urls.Route{
		urls.Path("metrics", m.View),
		urls.Path("records/<slug:slug>/buy/", func(*web.Request) (web.Response, error) {
			sold.Inc()
			return web.Text("Thank you!"), nil
		}),
	}
	router, err := urls.New(routes, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	h := web.ToHTTP(router.Handle, &web.Options{Middleware: []web.Middleware{m.Middleware()}})

	ask := func(path string) string {
		r := httptest.NewRequest("GET", "http://localhost:8000"+path, nil)
		r.RemoteAddr = "127.0.0.1:50000"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Body.String()
	}
	fmt.Println(ask("/records/nuages/buy/"))
	for line := range strings.Lines(ask("/metrics")) {
		if strings.HasPrefix(line, "records_") || strings.HasPrefix(line, "http_server_requests_total") {
			fmt.Print(line)
		}
	}
	// Output:
	// Thank you!
	// http_server_requests_total{code="200",method="GET",route="records/<slug:slug>/buy/"} 1
	// records_sold_total 1
}
