package main

import (
	"slices"
	"strconv"

	"github.com/nuages-web/nuages/benchmarks/internal/peers"
)

// A peer is a server with a site.
type peer struct {
	name string
	site string // of package peers, for the Go servers
	with string // the server: nethttp and nuages, or uvicorn and daphne with python/app.py
}

func (p peer) python() bool { return p.site == "" }

// A workload is what peers are loaded with.
type workload struct {
	name      string
	listen    string // http, https or h2c
	path      string
	want      string // the answer
	tool      string // wrk, h2load, or a word of cmd/load
	conns     int
	memory    bool     // memory of the connections is measured
	quiet     bool     // nothing else is
	operation string   // what is counted
	body      int      // bytes of what is sent
	without   []string // peers that can't take part
	base      string   // the peer that others are measured by
}

// A group is workloads that have their peers in common.
type group struct {
	name      string
	peers     []peer
	workloads []workload
}

// A job is a workload with those peers that take part.
type job struct {
	workload
	peers []peer
}

const bare = "nethttp"

// libraries are bare net/http with a library of WebSockets.
var libraries = []string{"gorilla", "coder", "gws"}

var groups = []group{
	{
		name: "frameworks", // all on the same server
		peers: []peer{
			{bare, "nethttp", "nethttp"}, {"nuages", "nuages", "nethttp"}, {"chi", "chi", "nethttp"}, {"echo", "echo", "nethttp"},
		},
		workloads: []workload{
			{name: "plaintext", path: "/plaintext", want: peers.Hello},
			{name: "json", path: "/json", want: `{"message":"Hello, World!"}`},
			{name: "routes", path: "/r33/1234/", want: "item 1234"},
			{name: "stack", path: "/s33/1234/", want: "item 1234"},
		},
	},
	{
		name: "server",
		peers: []peer{
			{bare, "nethttp", "nethttp"},
			{"server", "nethttp", "nuages"}, // the same handlers on our server
			{"nuages", "nuages", "nuages"},
			{"project", "project", "nuages"},
			{"uvicorn", "", "uvicorn"},
			{"daphne", "", "daphne"},
			{"gorilla", "gorilla", "nethttp"},
			{"coder", "coder", "nethttp"},
			{"gws", "gws", "nethttp"},
		},
		workloads: []workload{
			{name: "plain", path: "/plaintext", want: peers.Hello, without: libraries},
			{name: "download", path: "/blob", want: string(peers.Blob()), conns: 16, without: libraries},
			{name: "upload", path: "/upload", want: strconv.Itoa(peers.BlobSize), conns: 16, body: peers.BlobSize, without: libraries},
			{name: "tls", listen: "https", path: "/plaintext", want: peers.Hello, without: libraries},
			{name: "handshakes", listen: "https", path: "/plaintext", want: peers.Hello, tool: "handshakes", conns: 16, operation: "handshakes", without: libraries},
			{name: "http2", listen: "https", path: "/plaintext", want: peers.Hello, tool: "h2load", without: append(libraries, "uvicorn")},
			{name: "h2c", listen: "h2c", path: "/plaintext", want: peers.Hello, tool: "h2load", without: append(libraries, "uvicorn", "daphne")},
			{name: "events", tool: "events", conns: 1000, memory: true, operation: "deliveries", without: libraries},
			{name: "idle", tool: "idle", conns: 5000, memory: true, quiet: true, without: libraries},
			{name: "idlesockets", tool: "idlesockets", conns: 5000, memory: true, quiet: true, without: []string{bare, "server"}, base: "gorilla"},
			{name: "echo", tool: "echo", operation: "messages", without: []string{bare, "server"}, base: "gorilla"},
		},
	},
}

// jobs returns the group's workloads that were asked for, with their defaults.
func (g *group) jobs(o options) []job {
	var jobs []job
	for _, w := range g.workloads {
		if o.only != nil && !slices.Contains(o.only, w.name) {
			continue
		}
		w.complete()
		j := job{workload: w}
		for _, p := range g.peers {
			if slices.Contains(w.without, p.name) {
				continue
			}
			if o.peers == nil || p.name == w.base || slices.Contains(o.peers, p.name) {
				j.peers = append(j.peers, p)
			}
		}
		jobs = append(jobs, j)
	}
	return jobs
}

func (w *workload) complete() {
	if w.listen == "" {
		w.listen = "http"
	}
	if w.tool == "" {
		w.tool = "wrk"
	}
	if w.conns == 0 {
		w.conns = 64
	}
	if w.operation == "" {
		w.operation = "requests"
	}
	if w.base == "" {
		w.base = bare
	}
}
