package metrics

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nuages-web/nuages/web"
)

// A serverCollector shows the counts of the server that answers the scrape, which it knows by the
// first of them: a program makes its server after its metrics.
type serverCollector struct {
	stats atomic.Pointer[func() web.ServerStats]
}

// learn notes the server of a request.
func (c *serverCollector) learn(s *web.Server) {
	if s.Stats != nil && c.stats.Load() == nil {
		c.stats.Store(&s.Stats)
	}
}

type serverMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(web.ServerStats) int64
}

func newServerMetric(name, help string, kind prometheus.ValueType, value func(web.ServerStats) int64) serverMetric {
	return serverMetric{prometheus.NewDesc("http_server_"+name, help, nil, nil), kind, value}
}

var serverMetrics = []serverMetric{
	newServerMetric("connections_accepted_total", "Connections that were opened, HTTP/3 apart.", prometheus.CounterValue,
		func(s web.ServerStats) int64 { return s.Accepted }),
	newServerMetric("connections_rejected_total", "Connections that were closed at once, as there were too many.", prometheus.CounterValue,
		func(s web.ServerStats) int64 { return s.Rejected }),
	newServerMetric("connections_open", "Connections that are open.", prometheus.GaugeValue,
		func(s web.ServerStats) int64 { return s.Open }),
	newServerMetric("tls_handshake_errors_total", "TLS handshakes that failed.", prometheus.CounterValue,
		func(s web.ServerStats) int64 { return s.HandshakeErrors }),
	newServerMetric("requests_refused_total", "Requests that the server refused before the application saw them.", prometheus.CounterValue,
		func(s web.ServerStats) int64 { return s.Refused }),
}

// Describe tells the names.
func (c *serverCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, m := range serverMetrics {
		descs <- m.desc
	}
}

// Collect tells the counts, nothing for a server that isn't known.
func (c *serverCollector) Collect(out chan<- prometheus.Metric) {
	stats := c.stats.Load()
	if stats == nil {
		return
	}
	now := (*stats)()
	for _, m := range serverMetrics {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, float64(m.value(now)))
	}
}
