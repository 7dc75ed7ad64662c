package metrics

import (
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nuages-web/nuages/web"
)

// labels tell one series of requests from another.
type labels struct {
	method, route string
	code          int
}

// series is what is counted under one combination of labels.
type series struct {
	requests, received, sent prometheus.Counter
	duration                 prometheus.Observer
}

// Middleware returns the layer that counts requests. It belongs outside of all others, so that it
// sees their answers too: refused hosts, redirects, limits.
func (m *Metrics) Middleware() web.Middleware {
	return web.Middleware{Name: "metrics.Requests", Fallback: true, Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			q := &request{m: m, r: r}
			m.inFlight.Inc()
			r.OnFinish(q.finish)
			resp, err := next(r)
			if err == nil {
				q.answered(&resp)
			}
			return resp, err
		}
	}}
}

// request is one that is being answered.
type request struct {
	m      *Metrics
	r      *web.Request
	stream *stream // nil while it is none
	// likely is set for an answer of a handler of net/http, of which only the request tells that it
	// may be a stream.
	likely bool
}

// answered moves a request whose answer is a stream from those in flight to the streams.
func (q *request) answered(resp *web.Response) {
	byHTTP := resp.Streaming() && resp.ContentType() == ""
	switch {
	case resp.StatusCode() == http.StatusSwitchingProtocols:
		q.stream = q.m.socket
	case resp.Streaming() && strings.HasPrefix(resp.ContentType(), eventStream):
		q.stream = q.m.sse
	case byHTTP && q.r.IsWebSocket():
		q.stream, q.likely = q.m.socket, true
	case byHTTP && q.r.Header.Get("Accept") == eventStream:
		q.stream, q.likely = q.m.sse, true
	default:
		return
	}
	q.m.inFlight.Dec()
	q.stream.open.Inc()
	if !q.likely {
		q.stream.opened.Inc()
	}
}

const eventStream = "text/event-stream"

func (q *request) finish(o web.Outcome) {
	s := q.m.seriesOf(labels{methodLabel(q.r.Method), routeLabel(q.r.Match()), o.Status})
	s.requests.Inc()
	s.received.Add(float64(o.Read))
	s.sent.Add(float64(o.Bytes))
	if q.stream == nil {
		q.m.inFlight.Dec()
	} else {
		q.stream.open.Dec()
	}
	switch {
	case q.likely && (o.Status == http.StatusSwitchingProtocols || o.Status == http.StatusOK && q.stream == q.m.sse):
		q.stream.opened.Inc()
	case q.stream == nil || q.likely:
		s.duration.Observe(o.Duration.Seconds())
	}
}

// seriesOf returns the series of labels, which it makes when they are seen first.
func (m *Metrics) seriesOf(l labels) *series {
	if s := (*m.series.Load())[l]; s != nil {
		return s
	}
	m.adding.Lock()
	defer m.adding.Unlock()
	old := *m.series.Load()
	if s := old[l]; s != nil {
		return s
	}
	route := strings.ToValidUTF8(l.route, "\uFFFD") // the library panics at others
	code := "none"
	if l.code != 0 {
		code = strconv.Itoa(l.code)
	}
	s := &series{
		requests: m.requests.WithLabelValues(l.method, route, code),
		received: m.received.WithLabelValues(l.method, route),
		sent:     m.sent.WithLabelValues(l.method, route),
		duration: m.duration.WithLabelValues(l.method, route),
	}
	all := make(map[labels]*series, len(old)+1)
	maps.Copy(all, old)
	all[l] = s
	m.series.Store(&all)
	return s
}

func methodLabel(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return method
	}
	return "other"
}

// routeLabel returns the pattern of a route. The router's match for a path without one is empty.
func routeLabel(m *web.Match) string {
	switch {
	case m == nil || m.Route == "" && m.View == "" && m.Name == "":
		return "unmatched"
	case m.Route == "":
		return "/"
	}
	return m.Route
}
