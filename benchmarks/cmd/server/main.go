// Command server serves one peer's site on a port that it prints: the process that compare loads.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/nuages-web/nuages/benchmarks/internal/peers"
)

func main() {
	name := flag.String("peer", "nuages", "nuages, nethttp, chi or echo")
	flag.Parse()
	site, ok := peers.All()[*name]
	if !ok {
		log.Fatalf("there is no peer %q", *name)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ln.Addr())
	log.Fatal(http.Serve(ln, site()))
}
