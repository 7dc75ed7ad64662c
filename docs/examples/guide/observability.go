package guide

import (
	"context"
	"io"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/views"
	"github.com/nuages-web/nuages/web"
)

// watched puts two layers around the default ones.
func watched(s nuages.Settings, m *metrics.Metrics, ping func(context.Context) error) nuages.Settings {
	s.Middleware = append([]web.Middleware{
		m.Middleware(),
		views.Probes(map[string]web.Handler{
			"healthz": views.Health,
			"readyz":  views.Ready([]views.ReadyCheck{{Name: "database", Check: ping}}, &views.ReadyOptions{Logger: s.Logger}),
			"metrics": m.View,
		}),
	}, s.DefaultMiddleware()...)
	return s
}

// soldRecords counts something of the program's own.
func soldRecords(m *metrics.Metrics) *prometheus.CounterVec {
	sold := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "shop_records_sold_total", Help: "Records that were sold.",
	}, []string{"genre"})
	m.Registry.MustRegister(sold)
	return sold
}

// logged is the default stack with a log as Gunicorn writes it, without style sheets and pictures.
func logged(hosts []string, out io.Writer) []web.Middleware {
	return middleware.Default(&middleware.DefaultOptions{
		Hosts: hosts,
		AccessLog: &middleware.AccessLogOptions{
			Lines: out,
			Form:  middleware.CombinedLines,
			Skip:  func(r *web.Request) bool { return r.Match() != nil && r.Match().Name == "static" },
		},
	})
}

// Watched is a project that can be watched, for the tests: its database is ping, its log goes to out.
func Watched(s nuages.Settings, ping func(context.Context) error, out io.Writer) (*nuages.Project, error) {
	m := metrics.New(nil)
	soldRecords(m).WithLabelValues("jazz").Inc()
	s = watched(s, m, ping)
	s.Middleware = append(s.Middleware[:2:2], logged(s.AllowedHosts, out)...)
	return nuages.New(s, requestRoutes())
}
