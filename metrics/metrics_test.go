package metrics_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func routes(t *testing.T) web.Handler {
	t.Helper()
	read := func(r *web.Request) (web.Response, error) {
		_, err := r.Body()
		return web.Text("hello"), err
	}
	rt, err := urls.New([]urls.Route{
		urls.Path("", read),
		urls.Path("records/<slug:slug>/", read),
		urls.Path("broken/", func(*web.Request) (web.Response, error) { panic("boom") }),
		urls.Path("mounted/", web.FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusTeapot)
		}))),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rt.Handle
}

func TestRequests(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil)
	h := site(m, routes(t))
	for _, ask := range []struct{ method, path, body string }{
		{"GET", "/", ""},
		{"GET", "/records/a/", ""}, {"GET", "/records/b/", ""}, {"POST", "/records/b/", "1234567"},
		{"BREW", "/records/c/", ""}, {"<script>", "/records/c/", ""},
		{"GET", "/broken/", ""},
		{"PUT", "/mounted/", "123"},
		{"GET", "/no/such/path/", ""}, {"GET", "/nor/this/", ""},
	} {
		r := httptest.NewRequest("GET", ask.path, strings.NewReader(ask.body))
		r.Method = ask.method
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	text := scrape(t, m)
	want := `http_server_request_bytes_total{method="GET",route="/"} 0
http_server_request_bytes_total{method="GET",route="broken/"} 0
http_server_request_bytes_total{method="GET",route="records/<slug:slug>/"} 0
http_server_request_bytes_total{method="GET",route="unmatched"} 0
http_server_request_bytes_total{method="POST",route="records/<slug:slug>/"} 7
http_server_request_bytes_total{method="PUT",route="mounted/"} 3
http_server_request_bytes_total{method="other",route="records/<slug:slug>/"} 0
http_server_request_duration_seconds_count{method="GET",route="/"} 1
http_server_request_duration_seconds_count{method="GET",route="broken/"} 1
http_server_request_duration_seconds_count{method="GET",route="records/<slug:slug>/"} 2
http_server_request_duration_seconds_count{method="GET",route="unmatched"} 2
http_server_request_duration_seconds_count{method="POST",route="records/<slug:slug>/"} 1
http_server_request_duration_seconds_count{method="PUT",route="mounted/"} 1
http_server_request_duration_seconds_count{method="other",route="records/<slug:slug>/"} 2
http_server_requests_in_flight 0
http_server_requests_total{code="200",method="GET",route="/"} 1
http_server_requests_total{code="200",method="GET",route="records/<slug:slug>/"} 2
http_server_requests_total{code="200",method="POST",route="records/<slug:slug>/"} 1
http_server_requests_total{code="200",method="other",route="records/<slug:slug>/"} 2
http_server_requests_total{code="404",method="GET",route="unmatched"} 2
http_server_requests_total{code="418",method="PUT",route="mounted/"} 1
http_server_requests_total{code="500",method="GET",route="broken/"} 1
http_server_response_bytes_total{method="GET",route="/"} 5
http_server_response_bytes_total{method="POST",route="records/<slug:slug>/"} 5
http_server_streams_open{kind="sse"} 0
http_server_streams_open{kind="websocket"} 0
http_server_streams_total{kind="sse"} 0
http_server_streams_total{kind="websocket"} 0
`
	var got strings.Builder
	for line := range strings.Lines(requestLines(text)) {
		// The sizes of error pages are package web's affair.
		if !strings.HasPrefix(line, "http_server_response_bytes") || strings.Contains(line, `GET",route="/"`) || strings.Contains(line, "POST") {
			got.WriteString(line)
		}
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	for _, name := range []string{"go_goroutines ", "process_cpu_seconds_total "} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("there is no %s", name)
		}
	}
}

// TestLint reads the text with the library's parser and the rules that promtool check metrics has.
func TestLint(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil)
	site(m, routes(t)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	problems, err := promlint.New(strings.NewReader(scrape(t, m))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestInFlight(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil)
	h := site(m, func(*web.Request) (web.Response, error) {
		if text := scrape(t, m); !strings.Contains(text, "\nhttp_server_requests_in_flight 1\n") {
			t.Errorf("got\n%s\nwant one in flight", requestLines(text))
		}
		return web.Response{}, nil
	})
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

// TestAborted has a view that breaks the connection off before there is an answer.
func TestAborted(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil)
	h := site(m, func(*web.Request) (web.Response, error) { panic(http.ErrAbortHandler) })
	func() {
		defer func() { _ = recover() }()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}()
	text := scrape(t, m)
	for _, want := range []string{`http_server_requests_total{code="none",method="GET",route="unmatched"} 1`, "http_server_requests_in_flight 0"} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("got\n%s\nwant %s", requestLines(text), want)
		}
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	m := metrics.New(&metrics.Options{Buckets: []float64{2, 1, 1}})
	site(m, routes(t)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	text := scrape(t, m)
	for _, want := range []string{`le="1"} 1`, `le="2"} 1`, `le="+Inf"} 1`} {
		if strings.Count(text, `http_server_request_duration_seconds_bucket{method="GET",route="/",`+want+"\n") != 1 {
			t.Errorf("got\n%s\nwant %s once", text, want)
		}
	}
}

func TestOwnMetrics(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil)
	sold := prometheus.NewCounter(prometheus.CounterOpts{Name: "records_sold_total", Help: "Records that were sold."})
	m.Registry.MustRegister(sold)
	sold.Add(3)
	if text := scrape(t, m); !strings.Contains(text, "# HELP records_sold_total Records that were sold.\n# TYPE records_sold_total counter\nrecords_sold_total 3\n") {
		t.Errorf("got\n%s", text)
	}
	if text := scrape(t, metrics.New(nil)); strings.Contains(text, "records_sold") {
		t.Errorf("got the metric of another registry")
	}
}

type failing struct{}

func (failing) Describe(chan<- *prometheus.Desc) {}
func (failing) Collect(metrics chan<- prometheus.Metric) {
	metrics <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(errors.New("the disk is gone")), errors.New("the disk is gone"))
}

// TestFailingCollector has one that fails: the others are shown, and the log tells.
func TestFailingCollector(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m := metrics.New(&metrics.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	m.Registry.MustRegister(failing{})
	if text := scrape(t, m); !strings.Contains(text, "http_server_requests_in_flight 0\n") || strings.Contains(text, "disk") {
		t.Errorf("got\n%s", text)
	}
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "the disk is gone") {
		t.Errorf("got log %q", log.String())
	}
}

// TestManyAtOnce has requests and scrapes beside one another, for the race detector.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil)
	h := site(m, routes(t))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 20 {
				r := httptest.NewRequest([]string{"GET", "POST", "PUT"}[j%3], fmt.Sprintf("/records/%d-%d/", i, j), nil)
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
			if _, err := m.Registry.Gather(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	text := scrape(t, m)
	for _, want := range []string{`method="GET",route="records/<slug:slug>/"} 56`, `method="POST",route="records/<slug:slug>/"} 56`, `method="PUT",route="records/<slug:slug>/"} 48`} {
		if !strings.Contains(text, `http_server_requests_total{code="200",`+want+"\n") {
			t.Errorf("got\n%s\nwant %s", requestLines(text), want)
		}
	}
}
