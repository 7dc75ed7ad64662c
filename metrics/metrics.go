// Package metrics counts requests, and shows what a program counts in the text form of Prometheus:
//
//	m := metrics.New(nil)
//	layers := append([]web.Middleware{m.Middleware()}, s.DefaultMiddleware()...)
//	route := urls.Path("metrics", m.View)
//
// Metrics of one's own are made with github.com/prometheus/client_golang and registered in
// [Metrics.Registry]. Nothing is global: what is not registered there is not shown.
package metrics

import (
	"log/slog"
	"math"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/nuages-web/nuages/web"
)

// Options configures [New].
type Options struct {
	// AllowFrom are the networks whose clients may read the metrics, beside the loopback addresses.
	// Default none. A client is what [web.Request.RemoteAddr] tells.
	AllowFrom []netip.Prefix
	// Hosts are the hosts that the metrics may be asked for, in the form of AllowedHosts of package
	// middleware, beside localhost and IP addresses, which scrapers ask for. It keeps a page in a
	// browser within AllowFrom from reading them under a name of its own. Default none.
	Hosts []string
	// Buckets are the upper bounds of the histogram of durations, in seconds; the order does not
	// count. Default [DefaultBuckets].
	Buckets []float64
	// Logger gets the errors of collectors. Default slog.Default().
	Logger *slog.Logger
}

// DefaultBuckets returns the bounds of durations where none are given: from 1 ms to 10 s.
func DefaultBuckets() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

// Metrics is a registry with the metrics of Go's runtime, of the process and of requests:
//
//	http_server_requests_total{method,route,code}          answers that have ended
//	http_server_request_duration_seconds{method,route}     from the first look to the last byte
//	http_server_request_bytes_total{method,route}          of bodies, as far as they were read
//	http_server_response_bytes_total{method,route}         of bodies as sent, after compression
//	http_server_requests_in_flight                         without open streams
//	http_server_streams_total{kind}, http_server_streams_open{kind}
//	http_server_connections_accepted_total, _rejected_total, http_server_connections_open
//	http_server_tls_handshake_errors_total, http_server_requests_refused_total
//
// The last two lines are told by package server, which the view has to be asked through.
//
// Server-sent events and WebSockets are streams (kind "sse", "websocket"): they stay open for as long
// as a page does, so they are in no histogram of durations. Those of handlers of net/http are told by
// what the client asks for, and stand in the total when they have ended.
//
// The labels are bounded: route is the pattern as declared ("records/<slug:slug>/", "/" for the empty
// one) or "unmatched", never a path; methods that are none of RFC 9110 or PATCH are "other"; code is
// the status, or "none" where the connection broke before there was one.
//
// A Metrics is for any number of goroutines.
type Metrics struct {
	// Registry holds all metrics; register those of the program here.
	Registry *prometheus.Registry

	opts Options
	page web.Handler

	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
	inFlight prometheus.Gauge
	sse      *stream
	socket   *stream
	server   serverCollector

	// What is known of each combination of labels. The map is replaced when one is added, which
	// happens a few times, so that requests read it without a lock.
	series atomic.Pointer[map[labels]*series]
	adding sync.Mutex
}

// New makes the metrics of a program.
func New(opts *Options) *Metrics {
	m := &Metrics{Registry: prometheus.NewRegistry()}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.Logger == nil {
		m.opts.Logger = slog.Default()
	}
	m.makeRequests(sortBuckets(m.opts.Buckets))
	m.series.Store(&map[labels]*series{})
	m.Registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.duration, m.received, m.sent, m.inFlight, &m.server)
	m.page = web.FromHTTP(promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(m.opts.Logger.Handler(), slog.LevelError),
		// One collector that fails must not hide the others; the log and a counter tell of it.
		ErrorHandling:      promhttp.ContinueOnError,
		Registry:           m.Registry,
		EnableOpenMetrics:  true,
		DisableCompression: true, // middleware.Compress does that for the whole site
	}))
	return m
}

// sortBuckets puts bounds in order, as the library panics at the first request otherwise.
func sortBuckets(bounds []float64) []float64 {
	bounds = slices.DeleteFunc(slices.Clone(bounds), math.IsNaN)
	slices.Sort(bounds)
	if bounds = slices.Compact(bounds); len(bounds) == 0 {
		return DefaultBuckets()
	}
	return bounds
}

func (m *Metrics) makeRequests(buckets []float64) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m.requests = counter("http_server_requests_total", "Requests that have been answered.", "method", "route", "code")
	m.received = counter("http_server_request_bytes_total", "Bytes of request bodies that were read.", "method", "route")
	m.sent = counter("http_server_response_bytes_total", "Bytes of response bodies that were sent.", "method", "route")
	m.duration = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "http_server_request_duration_seconds", Help: "Time from the first look at a request to the last byte of its answer, without streams.",
		Buckets: buckets,
	}, []string{"method", "route"})
	m.inFlight = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "http_server_requests_in_flight", Help: "Requests that are being answered, without streams.",
	})
	opened := counter("http_server_streams_total", "Streams that were opened.", "kind")
	open := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "http_server_streams_open", Help: "Streams that are open.",
	}, []string{"kind"})
	m.Registry.MustRegister(opened, open)
	of := func(kind string) *stream {
		return &stream{opened.WithLabelValues(kind), open.WithLabelValues(kind)}
	}
	m.sse, m.socket = of("sse"), of("websocket")
}

// stream is one kind of them.
type stream struct {
	opened prometheus.Counter
	open   prometheus.Gauge
}
