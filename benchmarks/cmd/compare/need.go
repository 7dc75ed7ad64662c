package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nuages-web/nuages/benchmarks/internal/measure"
)

// packages are Debian's, with a command that succeeds where each is there.
var packages = []struct {
	name  string
	check []string
	used  func(workload, peer) bool
}{
	{"wrk", []string{"sh", "-c", "command -v wrk"}, func(w workload, _ peer) bool { return w.tool == "wrk" }},
	{"nghttp2-client", []string{"h2load", "--version"}, func(w workload, _ peer) bool { return w.tool == "h2load" }},
	{"python3-starlette", module("starlette"), func(_ workload, p peer) bool { return p.python() }},
	{"python3-uvicorn", module("uvicorn"), uvicorn},
	{"python3-httptools", module("httptools"), uvicorn},
	{"python3-uvloop", module("uvloop"), uvicorn},
	{"python3-websockets", module("websockets"), uvicorn},
	{"daphne", module("daphne.server"), daphne},
	{"python3-h2", module("h2"), daphne},
	{"python3-priority", module("priority"), daphne},
}

func uvicorn(_ workload, p peer) bool { return p.with == "uvicorn" }

func daphne(_ workload, p peer) bool { return p.with == "daphne" }

func module(name string) []string { return []string{measure.Python, "-c", "import " + name} }

// need tells which programs are missing, and whether so many connections are allowed.
func need(jobs []job) error {
	var missing []string
	for _, p := range packages {
		used := slices.ContainsFunc(jobs, func(j job) bool {
			return slices.ContainsFunc(j.peers, func(q peer) bool { return p.used(j.workload, q) })
		})
		if used && exec.Command(p.check[0], p.check[1:]...).Run() != nil {
			missing = append(missing, p.name)
		}
	}
	if missing != nil {
		return fmt.Errorf("some programs are missing: apt-get install %s\n(or leave peers out: -peers nuages,server)", strings.Join(missing, " "))
	}
	const spare = 100 // files, beside connections
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("ask for the limit of open files: %w", err)
	}
	for _, j := range jobs {
		if uint64(j.conns+spare) > limit.Max {
			return fmt.Errorf("%s needs %d open files a process, %d are allowed: raise the limit (ulimit -Hn)", j.name, j.conns+spare, limit.Max)
		}
	}
	return nil
}
