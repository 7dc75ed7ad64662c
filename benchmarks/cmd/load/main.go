// Command load is the client for what wrk and h2load can't do: compare runs it.
//
//	load -addr HOST:PORT -cert FILE handshakes   one connection after the other, each with a TLS handshake and one request
//	load -addr HOST:PORT echo                    sockets that send a message and wait for it to come back
//	load -addr HOST:PORT events                  clients of server-sent events
//	load -addr HOST:PORT idle                    kept connections that are quiet after one request
//	load -addr HOST:PORT idlesockets             WebSockets that are quiet after one message
//
// It prints "ready" when its connections are up, waits for a line of input, and prints how many
// operations there were in how many seconds, as JSON. idle and idlesockets then use each connection
// once more, to see that it is alive. Every answer is checked; a wrong one ends it with an error.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

// result is what is printed.
type result struct {
	Operations int64
	Seconds    float64
	P50, P99   float64 // how long one took, in milliseconds; of echo alone
}

// options are the flags.
type options struct {
	addr  string
	cert  string
	conns int
	time  time.Duration
}

// patience bounds every wait for the server.
const patience = 30 * time.Second

func main() {
	log.SetFlags(0)
	log.SetPrefix("load: ")
	var o options
	flag.StringVar(&o.addr, "addr", "", "host and port of the server")
	flag.StringVar(&o.cert, "cert", "", "file with the server's certificate, for handshakes")
	flag.IntVar(&o.conns, "n", 64, "connections")
	flag.DurationVar(&o.time, "time", 2*time.Second, "how long to load")
	flag.Parse()
	run := map[string]func(options) (result, error){
		"handshakes": handshakes, "echo": echo, "events": events, "idle": idle, "idlesockets": idleSockets,
	}[flag.Arg(0)]
	if run == nil || o.conns < 1 || o.conns > 100_000 {
		log.Fatalf("usage: load -addr HOST:PORT [-n 1…100000] handshakes|echo|events|idle|idlesockets")
	}
	r, err := run(o)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		log.Fatal(err)
	}
}

// ready tells that all is up, and waits for the word to go.
func ready() error {
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return fmt.Errorf("wait for the word to go: %w", err)
	}
	return nil
}
