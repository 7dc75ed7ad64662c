// Command compare measures the peers side by side in one run and prints ratios to bare net/http.
//
//	go run ./cmd/compare                      everything, 5 rounds of 2 s each
//	go run ./cmd/compare -only json -rounds 9
//
// Each peer is a process of its own, loaded by wrk on the loopback interface; peers take turns
// within a round, in an order that turns from round to round. Ratios are taken within a round and
// their median is printed: requests a second, and processor time of the server a request, which is
// the figure to trust on a shared machine.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

var workloads = []struct{ name, path, want string }{
	{"plaintext", "/plaintext", "Hello, World!"},
	{"json", "/json", `{"message":"Hello, World!"}`},
	{"routes", "/r33/1234/", "item 1234"},
	{"stack", "/s33/1234/", "item 1234"},
}

var peerNames = []string{"nethttp", "nuages", "chi", "echo"}

// figures are what one run of wrk gave.
type figures struct {
	rps float64 // requests a second
	cpu float64 // of the server, in microseconds a request
}

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 5, "how often each peer is measured")
	seconds := flag.Int("seconds", 2, "how long, each time")
	only := flag.String("only", "", "one workload: plaintext, json, routes, stack")
	flag.Parse()
	if _, err := exec.LookPath("wrk"); err != nil {
		log.Fatal("wrk is needed: apt-get install wrk")
	}
	tmp, err := os.MkdirTemp("", "compare-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	bin := filepath.Join(tmp, "server")
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/server").CombinedOutput(); err != nil {
		log.Fatalf("build: %v\n%s", err, out)
	}
	for _, w := range workloads {
		if *only != "" && *only != w.name {
			continue
		}
		results := map[string][]figures{}
		for round := range *rounds {
			for i := range peerNames {
				peer := peerNames[(i+round)%len(peerNames)]
				f, err := measure(bin, peer, w.path, w.want, *seconds)
				if err != nil {
					log.Fatalf("%s, %s: %v", w.name, peer, err)
				}
				results[peer] = append(results[peer], f)
			}
		}
		report(w.name, results)
	}
}

// measure starts a peer, checks its answer, and loads it.
func measure(bin, peer, path, want string, seconds int) (figures, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "-peer", peer)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return figures{}, err
	}
	if err := cmd.Start(); err != nil {
		return figures{}, err
	}
	defer func() {
		cancel()
		cmd.Wait()
	}()
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return figures{}, err
	}
	url := "http://" + strings.TrimSpace(addr) + path
	if err := check(url, want); err != nil {
		return figures{}, err
	}
	if _, _, err := wrk(url, 1); err != nil { // warm up
		return figures{}, err
	}
	before, err := cpuTime(cmd.Process.Pid)
	if err != nil {
		return figures{}, err
	}
	requests, rps, err := wrk(url, seconds)
	if err != nil {
		return figures{}, err
	}
	after, err := cpuTime(cmd.Process.Pid)
	return figures{rps: rps, cpu: (after - before) * 1e6 / requests}, err
}

func check(url, want string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if got := strings.TrimSpace(string(b)); resp.StatusCode != http.StatusOK || got != want {
		return fmt.Errorf("answered %d %q, want 200 %q", resp.StatusCode, got, want)
	}
	return nil
}

var (
	requestsLine = regexp.MustCompile(`(\d+) requests in`)
	rateLine     = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	errorLine    = regexp.MustCompile(`(?m)^\s*(Non-2xx.*|Socket errors.*)$`)
)

func wrk(url string, seconds int) (requests, rps float64, err error) {
	out, err := exec.Command("wrk", "-t1", "-c64", "-d"+strconv.Itoa(seconds)+"s", url).CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	if m := errorLine.Find(out); m != nil {
		return 0, 0, fmt.Errorf("wrk: %s", m)
	}
	n, r := requestsLine.FindSubmatch(out), rateLine.FindSubmatch(out)
	if n == nil || r == nil {
		return 0, 0, fmt.Errorf("wrk printed something else:\n%s", out)
	}
	requests, _ = strconv.ParseFloat(string(n[1]), 64)
	rps, _ = strconv.ParseFloat(string(r[1]), 64)
	return requests, rps, nil
}

// cpuTime returns the processor time of a process in seconds (proc(5), stat fields 14 and 15).
func cpuTime(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("/proc/PID/stat is too short")
	}
	user, err := strconv.ParseFloat(fields[11], 64)
	system, err2 := strconv.ParseFloat(fields[12], 64)
	const ticksPerSecond = 100 // USER_HZ on Linux
	return (user + system) / ticksPerSecond, errors.Join(err, err2)
}

// report prints the medians of the rounds' ratios to bare net/http: above 1 is better.
func report(workload string, results map[string][]figures) {
	fmt.Printf("\n%s, × bare net/http (median of %d rounds; above 1 is faster)\n", workload, len(results["nethttp"]))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\trequests/s\tper CPU time\t")
	for _, peer := range peerNames {
		var rps, cpu []float64
		for i, f := range results[peer] {
			base := results["nethttp"][i]
			rps = append(rps, f.rps/base.rps)
			cpu = append(cpu, base.cpu/f.cpu)
		}
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t\n", peer, median(rps), median(cpu))
	}
	w.Flush()
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
