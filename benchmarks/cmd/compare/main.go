// Command compare measures the peers side by side in one run and prints a table of ratios to bare
// net/http, in Markdown.
//
//	go run ./cmd/compare                                  everything, 5 rounds of 2 s each
//	go run ./cmd/compare -group frameworks -only json,stack -rounds 9
//	go run ./cmd/compare -group server -peers nuages,server
//	go run ./cmd/compare -group server -only events -peers nuages -rounds 1 -seconds 5 -profile /tmp/p
//
// Each peer is a process of its own, loaded on the loopback interface by wrk, h2load or cmd/load;
// peers take turns within a round, in an order that turns from round to round. Every answer is
// checked before the load. Ratios are taken within a round and their median is printed: of operations
// a second; of processor time of the server an operation, which is the figure to trust on a shared
// machine; and of the server's memory a connection.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// options are the flags.
type options struct {
	rounds, seconds int
	groups          []group
	only, peers     []string
	profile         string
}

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := run(ctx, parse())
	if err != nil {
		log.Print(err)
	}
	if err != nil || !ok {
		stop()
		os.Exit(1)
	}
}

func parse() options {
	var o options
	name := flag.String("group", "", "one group of workloads: frameworks or server")
	only := flag.String("only", "", "some workloads, by name, with commas")
	peers := flag.String("peers", "", "some peers, by name, with commas; what is measured by is among them always")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each peer is measured")
	flag.IntVar(&o.seconds, "seconds", 2, "how long, each time")
	flag.StringVar(&o.profile, "profile", "", "folder for profiles of the Go peers; figures are worse meanwhile")
	flag.Parse()
	for _, g := range groups {
		if *name == "" || *name == g.name {
			o.groups = append(o.groups, g)
		}
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	if *peers != "" {
		o.peers = strings.Split(*peers, ",")
	}
	if err := o.check(); err != nil {
		log.Fatal(err)
	}
	return o
}

// check finds misspelt names.
func (o *options) check() error {
	var workloads, names []string
	for _, g := range o.groups {
		for _, w := range g.workloads {
			workloads = append(workloads, w.name)
		}
		for _, p := range g.peers {
			names = append(names, p.name)
		}
	}
	for _, name := range o.only {
		if !slices.Contains(workloads, name) {
			return fmt.Errorf("there is no workload %q; there are %s", name, strings.Join(workloads, ", "))
		}
	}
	for _, name := range o.peers {
		if !slices.Contains(names, name) {
			return fmt.Errorf("there is no peer %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	if len(o.groups) == 0 {
		return fmt.Errorf("there is no such group; there are %s and %s", groups[0].name, groups[1].name)
	}
	if o.rounds < 1 || o.seconds < 1 || o.seconds > 600 {
		return fmt.Errorf("at least one round, and 1 to 600 seconds")
	}
	return nil
}

// run measures what was asked for, and tells whether all peers took part.
func run(ctx context.Context, o options) (ok bool, err error) {
	var jobs []job
	for _, g := range o.groups {
		jobs = append(jobs, g.jobs(o)...)
	}
	if err := need(jobs); err != nil {
		return false, err
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return false, err
	}
	defer b.close()
	fmt.Println(header)
	ok = true
	for _, j := range jobs {
		results := map[string][]figures{}
		for round := range o.rounds {
			for i := range j.peers {
				p := j.peers[(i+round)%len(j.peers)]
				f, err := b.measure(ctx, j.workload, p)
				if ctx.Err() != nil {
					return false, context.Cause(ctx)
				}
				if err != nil { // the others' figures are worth something all the same
					log.Printf("%s, %s: %v", j.name, p.name, err)
					ok = false
				}
				results[p.name] = append(results[p.name], f)
			}
		}
		report(j, results)
	}
	return ok, nil
}
