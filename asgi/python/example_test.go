package python_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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

// What a host measures, in a registry of Prometheus: that of package metrics is one.
func ExampleHost_Stats() {
	shop, err := python.New("mysite.asgi:application", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	registry := prometheus.NewRegistry() // or the Registry of metrics.New
	registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "python_workers_ready", Help: "Workers that take requests."},
			func() float64 { return float64(shop.Stats().Ready) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "python_requests_failed_total", Help: "Requests that were not answered."},
			func() float64 { return float64(shop.Stats().Failed) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "python_lag_seconds", Help: "How late the slowest event loop is."},
			func() float64 {
				worst := time.Duration(0)
				for _, w := range shop.Stats().Workers {
					worst = max(worst, w.Lag)
				}
				return worst.Seconds()
			}),
	)
	families, err := registry.Gather()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range families {
		fmt.Println(f.GetName(), f.GetType())
	}
	// Output:
	// python_lag_seconds GAUGE
	// python_requests_failed_total COUNTER
	// python_workers_ready GAUGE
}
