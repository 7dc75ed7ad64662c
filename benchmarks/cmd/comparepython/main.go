// Command comparepython measures hosts of Python applications side by side in one run, and prints a
// table in Markdown: package python of Nuages, Uvicorn, Daphne and Gunicorn, with the same application in
// the same number of processes.
//
//	go run ./cmd/comparepython                                   everything, 5 rounds of 2 s each
//	go run ./cmd/comparepython -peers nuages,uvicorn -only plain,echo -rounds 9
//	go run ./cmd/comparepython -peers nuages -only plain -rounds 1 -seconds 5 -profile /tmp/p
//
// Each host is a process of its own, loaded on the loopback interface by wrk or cmd/load; hosts take
// turns within a round, in an order that turns from round to round. Every answer is checked before and
// after the load. Ratios to the first host of the workload are taken within a round; the table gives their
// medians, and those of: requests a second; the time that a request takes; processor time a request, of
// the Python processes alone and of all; and memory after the load.
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
	rounds, seconds, workers int
	only, peers              []string
	profile                  string
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
	only := flag.String("only", "", "some workloads, by name, with commas")
	peers := flag.String("peers", "", "some hosts, by name, with commas")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each host is measured")
	flag.IntVar(&o.seconds, "seconds", 2, "how long, each time")
	flag.IntVar(&o.workers, "workers", 1, "Python processes of each host; Daphne has always one")
	flag.StringVar(&o.profile, "profile", "", "folder for profiles of our Go process; figures are worse meanwhile")
	flag.Parse()
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
	var names []string
	for _, w := range workloads {
		names = append(names, w.name)
	}
	for _, name := range o.only {
		if !slices.Contains(names, name) {
			return fmt.Errorf("there is no workload %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	for _, name := range o.peers {
		if !slices.Contains(hosts, name) {
			return fmt.Errorf("there is no host %q; there are %s", name, strings.Join(hosts, ", "))
		}
	}
	if o.rounds < 1 || o.workers < 1 || o.seconds < 1 || o.seconds > 600 {
		return fmt.Errorf("at least one round and one worker, and 1 to 600 seconds")
	}
	return nil
}

// run measures what was asked for, and tells whether all hosts took part.
func run(ctx context.Context, o options) (ok bool, err error) {
	if err := need(); err != nil {
		return false, err
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return false, err
	}
	defer b.close()
	fmt.Println(header)
	ok = true
	for _, w := range workloads {
		peers := w.peers(o)
		if o.only != nil && !slices.Contains(o.only, w.name) || peers == nil {
			continue
		}
		results := map[string][]figures{}
		for round := range o.rounds {
			for i := range peers {
				host := peers[(i+round)%len(peers)]
				f, err := b.measure(ctx, w, host)
				if ctx.Err() != nil {
					return false, context.Cause(ctx)
				}
				if err != nil { // the others' figures are worth something all the same
					log.Printf("%s, %s: %v", w.name, host, err)
					ok = false
				}
				results[host] = append(results[host], f)
			}
		}
		report(w.name, peers, results)
	}
	return ok, nil
}
