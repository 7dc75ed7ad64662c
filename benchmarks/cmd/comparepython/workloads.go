package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// hosts are what is compared. The first that takes part in a workload is the one that others are
// measured by.
var hosts = []string{"uvicorn", "gunicorn-gthread", "gunicorn-sync", "gunicorn-uvicorn", "daphne", "nuages"}

var (
	asgiHosts = []string{"uvicorn", "gunicorn-uvicorn", "daphne", "nuages"}
	wsgiHosts = []string{"gunicorn-gthread", "gunicorn-sync", "nuages"}
)

// A workload is an application of python/hosted and a request.
type workload struct {
	name       string
	app        string
	hosts      []string
	middleware string // of the Django project
	path       string
	want       string // the answer; "" for the WebSocket
	conns      int    // default 64
	body       int    // bytes of what is sent
	headers    []string
}

const (
	hello = "Hello, World!"
	small = 64 << 10
	large = 1 << 20
)

var workloads = []workload{
	{name: "plain", app: "plain:asgi", hosts: asgiHosts, path: "/", want: hello},
	{name: "headers", app: "plain:asgi", hosts: asgiHosts, path: "/headers", want: "24 4800", headers: manyHeaders()},
	{name: "echo", app: "plain:asgi", hosts: []string{"uvicorn", "daphne", "nuages"}, path: "/echo"},
	{name: "starlette", app: "starlettesite:app", hosts: asgiHosts, path: "/r33/1234/", want: "item 1234"},
	{name: "starlette-json", app: "starlettesite:app", hosts: asgiHosts, path: "/json", want: `{"message":"Hello, World!"}`},
	{name: "django-async", app: "djangosite:asgi", hosts: asgiHosts, middleware: "none", path: "/async/", want: hello},
	{name: "django-async-default", app: "djangosite:asgi", hosts: asgiHosts, middleware: "default", path: "/async/", want: hello},
	{name: "django-sync", app: "djangosite:asgi", hosts: asgiHosts, middleware: "none", path: "/sync/", want: hello},
	{name: "django-sync-default", app: "djangosite:asgi", hosts: asgiHosts, middleware: "default", path: "/sync/", want: hello},
	{name: "download-64k", app: "plain:asgi", hosts: asgiHosts, path: download(small), want: strings.Repeat("x", small)},
	{name: "download-1m", app: "plain:asgi", hosts: asgiHosts, path: download(large), want: strings.Repeat("x", large), conns: 16},
	{name: "upload-64k", app: "plain:asgi", hosts: asgiHosts, path: "/upload", body: small, want: strconv.Itoa(small)},
	{name: "upload-1m", app: "plain:asgi", hosts: asgiHosts, path: "/upload", body: large, want: strconv.Itoa(large), conns: 16},
	{name: "wsgi", app: "plain:wsgi", hosts: wsgiHosts, path: "/", want: hello},
	{name: "wsgi-django", app: "djangosite:wsgi", hosts: wsgiHosts, middleware: "none", path: "/sync/", want: hello},
	{name: "wsgi-django-default", app: "djangosite:wsgi", hosts: wsgiHosts, middleware: "default", path: "/sync/", want: hello},
	{name: "wsgi-download-1m", app: "plain:wsgi", hosts: wsgiHosts, path: download(large), want: strings.Repeat("x", large), conns: 16},
	{name: "wsgi-upload-1m", app: "plain:wsgi", hosts: wsgiHosts, path: "/upload", body: large, want: strconv.Itoa(large), conns: 16},
}

func download(n int) string { return "/download/" + strconv.Itoa(n) }

// manyHeaders are 24 of 200 bytes each.
func manyHeaders() []string {
	var headers []string
	for i := range 24 {
		headers = append(headers, fmt.Sprintf("X-Bench-%d: %s", i, strings.Repeat("v", 200)))
	}
	return headers
}

// peers returns those hosts that take part.
func (w *workload) peers(o options) []string {
	var peers []string
	for _, host := range w.hosts {
		if (o.peers == nil || slices.Contains(o.peers, host)) && (o.workers == 1 || host != "daphne") {
			peers = append(peers, host)
		}
	}
	return peers
}
